use amphi::prelude::*;

// The table has triggers: `watch`.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Authors {
    pub id: i64,
    #[field(max_length = 40, unique)]
    pub name: String,
    // The database has this default too; that of a draft stands in no schema.
    #[field(default = "it's")]
    pub r#type: Option<String>,
    pub born: Option<NaiveDate>,
}

// A view: it has no key, and `id` is a guess.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(managed = false)]
pub struct Cheap {
    pub id: i64,
    pub title: Option<String>,
}

// The index `by_title` has a field behind an expression, which no attribute says.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(primary_key = ["tenant", "number"], check(name = "title_is_said", condition(sqlite = "title <> ''")))]
pub struct Editions {
    pub tenant: i64,
    pub number: i64,
    pub title: String,
    #[field(max_digits = 8, decimal_places = 2)]
    pub price: Option<Decimal>,
    #[field(on_delete = Cascade)]
    pub author: ForeignKey<Authors>,
}

// The column `double` is left out: it is computed by the database.
// The check (lent IN (0, 1)) is left out: it has no name.
// The unique constraint of `edition.tenant` is about a part of a foreign key of several columns, which no attribute says.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "2 copies")]
pub struct T2Copies {
    #[field(primary_key)]
    pub code: String,
    #[field(on_delete = SetNull)]
    pub edition: Option<ForeignKey<Editions>>,
    // The database has this default too; that of a draft stands in no schema.
    #[field(column = "create", default = 1.5)]
    pub create_: f64,
    pub photo: Option<Vec<u8>>,
    // The database has this default too; that of a draft stands in no schema.
    #[field(default = false)]
    pub lent: bool,
}

// `keyless` is left out: it has no primary key, and a model has one.
