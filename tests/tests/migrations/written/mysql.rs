use amphi::prelude::*;

// The column `place` (point) is left out: it is of a type that no field has.
// The table has triggers: `watch`.
// These columns compare texts otherwise than by code points: `type`, `mood`.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(comment = "who writes")]
pub struct Authors {
    pub id: i32,
    #[field(max_length = 40, unique, comment = "as on the cover")]
    pub name: String,
    // The database has this default too; that of a draft stands in no schema.
    #[field(max_length = 20, default = "it's")]
    pub r#type: Option<String>,
    pub born: Option<NaiveDate>,
    // The column is of the type `enum('sad','calm')`.
    pub mood: String,
    // The column is of the type `int(10) unsigned`.
    pub age: Option<i64>,
}

// A view: it has no key, and `id` is a guess.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(managed = false)]
pub struct Cheap {
    pub id: i64,
    #[field(max_length = 60)]
    pub title: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(
    primary_key = ["tenant", "number"],
    index(fields = ["title", "-price"], name = "by_title"),
    check(name = "title_is_said", condition(mysql = "`title` <> ''"))
)]
pub struct Editions {
    pub tenant: i32,
    pub number: i64,
    #[field(max_length = 60)]
    pub title: String,
    #[field(max_digits = 8, decimal_places = 2)]
    pub price: Option<Decimal>,
    pub extra: Option<JsonValue>,
    #[field(on_delete = Cascade)]
    pub author: ForeignKey<Authors>,
}

// The column `double` (double) is left out: it is computed by the database.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "2 copies")]
pub struct T2Copies {
    #[field(primary_key)]
    pub code: Uuid,
    #[field(on_delete = SetNull)]
    pub edition: Option<ForeignKey<Editions>>,
    // The database has this default too; that of a draft stands in no schema.
    #[field(column = "create", default = 1.5)]
    pub create_: f64,
    pub photo: Option<Vec<u8>>,
    // The database has this default too; that of a draft stands in no schema.
    #[field(default = false)]
    pub lent: bool,
    pub at: Option<NaiveDateTime>,
    // The column is of the type `timestamp`.
    pub stamp: Option<DateTime<Utc>>,
}

// `keyless` is left out: it has no primary key, and a model has one.
