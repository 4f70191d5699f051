use amphi::prelude::*;

#[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
#[field(native = "source_mood")]
pub enum SourceMood {
    Sad,
    #[field(rename = "in-between")]
    InBetween,
    #[field(rename = "Self")]
    Self_,
}

/// The key of `Author`, which the database does not fill in.
#[derive(FieldNewtype, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[field(key)]
pub struct AuthorKey(pub i64);

#[derive(Model, Debug, Clone, PartialEq)]
#[model(app = "library", table = "the authors", comment = "who \"writes\"\n\\")]
pub struct Author {
    #[field(primary_key)]
    pub number: AuthorKey,
    #[field(max_length = 40, unique, comment = "łem")]
    pub name: String,
    #[field(column = "Born On", index)]
    pub born: Option<NaiveDate>,
    pub mentor: Option<ForeignKey<Author>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(
    primary_key = ["tenant", "author"],
    index(fields = ["title", "-pages"]),
    index(fields = ["pages"], expression(sqlite = "lower(title)", postgres = "lower(title)"), name = "by_title"),
    index(fields = ["title"], include = ["pages"], condition = "pages > 0", method = "btree"),
    unique_together = [["tenant", "title"], ["title", "pages"]],
    unique(fields = ["title"], name = "one_long", condition(postgres = "pages > 1")),
    check(name = "some_pages", condition = "pages > '\"'")
)]
pub struct Book {
    #[field(max_length = 20)]
    pub tenant: String,
    #[field(on_delete = Cascade)]
    pub author: ForeignKey<Author>,
    #[field(max_length = 60)]
    pub title: String,
    pub pages: i32,
    #[field(column = "by", on_delete = SetDefault, default = AuthorKey(-7))]
    pub editor: ForeignKey<Author>,
    #[field(on_delete = SetDefault, default = None)]
    pub reader: Option<ForeignKey<Author>>,
    #[field(on_delete = SetNull, unique)]
    pub kind: Option<ForeignKey<Kind>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Kind {
    #[field(primary_key, max_length = 10)]
    pub r#type: String,
    pub small: i16,
    pub int: i32,
    pub float: f32,
    pub double: f64,
    pub truth: bool,
    pub bytes: Vec<u8>,
    pub time: NaiveTime,
    pub moment: NaiveDateTime,
    pub at: DateTime<Utc>,
    pub uuid: Option<Uuid>,
    #[field(max_digits = 9, decimal_places = 0)]
    pub price: Decimal,
    pub extra: JsonValue,
    pub mood: SourceMood,
    pub moods: Option<Vec<SourceMood>>,
    pub numbers: Vec<i64>,
    #[field(max_digits = 5, decimal_places = 2)]
    pub prices: Vec<Decimal>,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Loan {
    pub id: i32,
    #[field(on_delete = Restrict)]
    pub book: ForeignKey<Book>,
    #[field(column = "copy", on_delete = SetDefault, default = ("it's", AuthorKey(3)), unique)]
    pub other: Option<ForeignKey<Book>>,
}
