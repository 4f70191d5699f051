use amphi::prelude::*;

#[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
#[field(native = "mood")]
pub enum Mood {
    Sad,
    #[field(rename = "in-between")]
    InBetween,
    #[field(rename = "Self")]
    Self_,
}

// The column `home` (inet) is left out: it is of a type that no field has.
// The table has triggers: `watch`.
// These columns compare texts otherwise than by code points: `type`.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(comment = "who \"writes\"")]
pub struct Authors {
    // It is counted up otherwise than the tables of models are.
    pub id: i32,
    #[field(max_length = 40, unique, comment = "as on the cover")]
    pub name: String,
    // The database has this default too; that of a draft stands in no schema.
    #[field(default = "it's")]
    pub r#type: Option<String>,
    pub born: Option<NaiveDate>,
    // The database has a default, which stands in no schema of models.
    pub mood: Mood,
    pub moods: Option<Vec<Mood>>,
    pub tags: Option<Vec<String>>,
    // The database has a default, which stands in no schema of models.
    pub seen: Option<DateTime<Utc>>,
}

// A view: it has no key, and `id` is a guess.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(managed = false)]
pub struct Cheap {
    pub id: i64,
    #[field(max_length = 60)]
    pub title: Option<String>,
}

// The column `during` (tsrange) is left out: it is of a type that no field has.
// The exclusion constraint `never_twice` is left out: no model says such.
// The index `by_title` has a field behind an expression, which no attribute says.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(
    primary_key = ["tenant", "number"],
    index(fields = ["extra"], name = "by_extra", method = "gin"),
    check(name = "title_is_said", condition(postgres = "((title)::text <> ''::text)"))
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

// The column `double` (double precision) is left out: it is computed by the database.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "2 copies", unique(fields = ["edition"], name = "one_lent", condition(postgres = "lent")))]
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
}

// `keyless` is left out: it has no primary key, and a model has one.
