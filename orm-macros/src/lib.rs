//! The derives of amphi. They read a struct, check what can be checked there, and write consts and small impls that call the core.
//!
//! Use them from the facade, the crate `amphi`: what they write names it.

mod attributes;
#[cfg(feature = "migrations")]
mod embed;
mod errors;
mod field_enum;
mod field_newtype;
#[cfg(feature = "migrations")]
mod frozen;
#[cfg(feature = "migrations")]
mod history;
mod model;
mod names;
mod polymorphic;
mod types;
mod values;
mod visibility;

use proc_macro::TokenStream;

/// Makes a struct with named fields a model: each field is a column of its table.
///
/// ```
/// use amphi::prelude::*;
///
/// #[derive(Model, Debug, Clone)]
/// struct Author {
///     id: i64, // the primary key, filled in by the database
///     #[field(max_length = 100)]
///     name: String,
///     born: Option<i32>, // may be NULL
/// }
///
/// #[derive(Model, Debug, Clone)]
/// #[model(table = "books", ordering = ["-year", "title"])]
/// struct Book {
///     id: i64,
///     title: String,
///     year: i32,
///     #[field(on_delete = Cascade, related_name = "books")]
///     author: ForeignKey<Author>,
///     translator: Option<ForeignKey<Author>>,
///     #[field(default = 1)]
///     copies: i32,
/// }
///
/// // Fields are typed paths, also through foreign keys:
/// let old = Book::objects().filter(Book::author.name.icontains("le guin") & Book::year.lt(1970));
/// // What the query loads is known to its rows' type:
/// let loaded = old.select_related(Book::author);
/// // A draft that lacks a required field cannot be inserted:
/// let draft = Book::create().title("The Dispossessed").year(1974).author(1);
/// # let _ = (loaded, draft.into_new());
/// ```
///
/// # On the struct: `#[model(..)]`
/// * `table = "books"`: the table's name; otherwise the struct's name in snake_case.
/// * `ordering = ["-year", "title"]`: the order where a query gives none; `-` is from large to small.
/// * `unique_together = ["order", "number"]`, or a list of such lists: no two rows have the same values in these fields.
/// * `module = "book_parts"`: the name of the module that is made beside the struct; otherwise the struct's name in snake_case.
/// * `index(fields = ["title", "-year"])`, as often as wanted: an index over these fields, `-` from large to small. It may have a
///   `name`, an `expression` in SQL behind the fields, a `condition` in SQL of the rows that it holds, fields beside, `include = [".."]`,
///   and a PostgreSQL `method = "gin"`. SQL that is not the same everywhere is `condition(sqlite = "..", postgres = "..", mysql = "..")`.
/// * `unique(fields = ["shop", "isbn"], condition = "..", name = "..")`: as `unique_together`, of the rows of the condition.
/// * `check(name = "sold_some", condition = "copies > 0")`: no row for which the condition is false.
/// * `comment = ".."`: what is said of the table in the database.
/// * `app = "shop"`: the app whose migrations the model belongs to; otherwise the program's.
/// * `managed = false`: `create_tables` and migrations leave the table alone, as that of a view or of another program.
/// * `renamed_from = "Tome"`: what the struct was called before, so that a migration renames it; it may go when that is made.
///
/// # Relations beside the fields, each with an attribute of its own on the struct
/// * `#[has_many(books: Book::author)]`: the way back of a foreign key.
/// * `#[has_one(profile: Profile::user)]`: the way back of a unique foreign key.
/// * `#[many_to_many(tags: Tag)]`: the library makes the model between, here `BookTags`, with its table `book_tags` (or
///   `table = ".."`). `#[many_to_many(friends: Person, symmetrical)]`: both or neither.
///   `#[many_to_many(editors: Person, through = Editing(book, person))]`: a model of your own, and its two foreign keys.
/// * `#[many_to_many(books: Book::tags)]`: the way back of another model's many-to-many relation.
///
/// # On a field: `#[field(..)]`
/// * `primary_key`: the field is the key; otherwise the field called `id` is.
/// * `column = "name"`: the column's name; otherwise the field's name, with `_id` behind a foreign key's.
/// * `max_length = 100`: the most characters of a text.
/// * `max_digits = 10, decimal_places = 2`: the digits of a `Decimal`, in all and behind the point; both are required.
/// * `unique`: no two rows have the same value. `index`: the column has an index.
/// * `default`, `default = expression`: the value of a draft that is not given any; alone it is `Default::default()`.
/// * `auto_now`, `auto_now_add`: the time of the last save, the time of the insert.
/// * On a `ForeignKey`: `on_delete = Cascade` (or `Protect`, which is the default, `Restrict`, `SetNull`, `DoNothing`, or
///   `SetDefault`, which needs a `default` and writes it into the schema) and `related_name = "books"`.
/// * `comment = ".."`: what is said of the column in the database.
/// * `renamed_from = "titel"`: what the field was called before, so that a migration renames it; it may go when that is made.
/// * `flatten`, `flatten, prefix = "home_"`: the fields of a struct that derives [`Embeddable`](derive@Embeddable) are columns of the
///   model's own table.
///
/// # What it makes
/// A const for each field (`Book::title`), `Book::objects()`, `Book::create()` and the builder `BookDraft`, which may also be given
/// the key that the database would fill in. For a model with foreign keys also `BookRow`, the type of its rows with related ones
/// loaded, and in the module `book` a trait for each relation that a helper can ask for:
///
/// ```
/// # use amphi::prelude::*;
/// # #[derive(Model)]
/// # struct Author { id: i64, name: String }
/// # #[derive(Model)]
/// # struct Book { id: i64, title: String, author: ForeignKey<Author> }
/// fn card(book: &impl book::HasAuthor) -> String {
///     format!("{} by {}", book.model().title, book.author().name)
/// }
/// ```
#[proc_macro_derive(Model, attributes(model, field, has_many, has_one, many_to_many))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    run(input, model::derive)
}

/// Makes a struct one of fields that models share (Django's abstract base class): flattened into a model, its fields are columns of
/// the model's table. It may live in another module or crate.
///
/// Its fields take the options that a model's fields take, but `primary_key`; a foreign key stands in the model itself. A struct may be
/// flattened into another one. In a model, `#[field(flatten)]` says where the fields go, and `prefix = ".."` what stands before the
/// names of their columns, so that one struct can stand twice:
///
/// ```
/// use amphi::prelude::*;
///
/// #[derive(Embeddable, Debug, Clone)]
/// struct Stamps {
///     #[field(auto_now_add)]
///     created: DateTime<Utc>,
///     #[field(auto_now)]
///     updated: DateTime<Utc>,
/// }
///
/// #[derive(Embeddable, Debug, Clone)]
/// struct Address {
///     street: String,
///     #[field(max_length = 80, index)]
///     city: String,
/// }
///
/// #[derive(Model, Debug, Clone)]
/// #[model(ordering = ["-stamps.created"])]
/// struct Order {
///     id: i64,
///     #[field(flatten, prefix = "billing_")]
///     billing: Address,
///     #[field(flatten, prefix = "shipping_")]
///     shipping: Address,
///     #[field(flatten)]
///     stamps: Stamps, // begins by itself, so that a draft need not give it
/// }
///
/// let moved = Order::objects().filter(Order::billing.city.ne(Order::shipping.city) & Order::stamps.created.year().eq(2026));
/// let address = |city: &str| Address { street: "1 Main Street".into(), city: city.into() };
/// let draft = Order::create().billing(address("Oslo")).shipping(address("Bergen"));
/// # let _ = (moved, draft.into_new());
/// ```
#[proc_macro_derive(Embeddable, attributes(model, field))]
pub fn derive_embeddable(input: TokenStream) -> TokenStream {
    run(input, model::derive_embeddable)
}

/// Makes an enum without data the type of a field, stored as text: each variant by its name in snake_case.
///
/// `#[field(rename = "..")]` on a variant stores it by another name. `#[field(integer)]` on the enum stores the discriminants, as
/// integers. `#[field(native = "status")]` on the enum makes it a type of that name on PostgreSQL; elsewhere it is text as without.
///
/// ```
/// use amphi::prelude::*;
///
/// #[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
/// enum Status {
///     Draft,
///     InReview, // stored as "in_review"
///     #[field(rename = "live")]
///     Published,
/// }
///
/// #[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
/// #[field(integer)]
/// enum Size {
///     Small = 1,
///     Large = 5,
/// }
///
/// #[derive(Model)]
/// struct Page {
///     id: i64,
///     status: Status,
///     size: Option<Size>,
/// }
///
/// let live = Page::objects().filter(Page::status.eq(Status::Published) & Page::size.ne(Size::Small));
/// # let _ = live;
/// ```
#[proc_macro_derive(FieldEnum, attributes(field))]
pub fn derive_field_enum(input: TokenStream) -> TokenStream {
    run(input, field_enum::derive)
}

/// Makes a struct around one value the type of a field, stored as that value.
///
/// Around a `String` it has the lookups of text, around a number arithmetic; around a newtype of such, ask for them with
/// `#[field(text)]` and `#[field(number)]`. With `#[field(key)]` it can be a primary key; it then needs `Debug`, `Clone`, `Eq` and
/// `Hash`.
///
/// ```
/// use amphi::prelude::*;
///
/// #[derive(FieldNewtype, Debug, Clone, PartialEq, Eq, Hash)]
/// #[field(key)]
/// struct Isbn(String);
///
/// #[derive(Model)]
/// struct Edition {
///     #[field(primary_key, max_length = 13)]
///     isbn: Isbn,
///     title: String,
/// }
///
/// let from_germany = Edition::objects().filter(Edition::isbn.startswith("9783"));
/// # let _ = from_germany;
/// ```
#[proc_macro_derive(FieldNewtype, attributes(field))]
pub fn derive_field_newtype(input: TokenStream) -> TokenStream {
    run(input, field_newtype::derive)
}

/// Makes an enum of models what a reference to a row of one of several models can point at (Django's generic foreign key).
///
/// Each variant holds a model; the primary keys of all have the same type. A field of type `AnyOf<Subject>`, or `Option` of it, takes
/// two columns: which model, by the variant's name in snake_case or by `#[field(rename = "..")]` on it, and the key. They have an index
/// together, but no constraint of the database keeps the row from going away.
///
/// ```
/// use amphi::prelude::*;
///
/// #[derive(Model, Debug, Clone)]
/// struct Book { id: i64, title: String }
/// #[derive(Model, Debug, Clone)]
/// struct Film { id: i64, name: String }
///
/// #[derive(Polymorphic, Debug, Clone)]
/// enum Subject {
///     Book(Book),
///     #[field(rename = "movie")]
///     Film(Film),
/// }
///
/// #[derive(Model, Debug)]
/// struct Comment {
///     id: i64,
///     text: String,
///     subject: AnyOf<Subject>, // subject_type, subject_id
/// }
///
/// fn about(comment: &Comment, db: &Database) -> Result<String, Error> {
///     Ok(match comment.subject.fetch(db)? {
///         Subject::Book(book) => book.title,
///         Subject::Film(film) => film.name,
///     })
/// }
///
/// fn of_books() -> QuerySet<Comment> {
///     Comment::objects().filter(Comment::subject.is::<Book>())
/// }
/// # let _ = (about, of_books);
/// ```
#[proc_macro_derive(Polymorphic, attributes(field))]
pub fn derive_polymorphic(input: TokenStream) -> TokenStream {
    run(input, polymorphic::derive)
}

/// Makes a struct what a query's rows are read into: each field is a column, checked against the field's type.
///
/// `#[values(Book)]` on the struct names the model. A field is the model's field of the same name, or what its own `#[values(..)]`
/// says: a path such as `author.name`, or `expr = ..` with an expression.
///
/// ```
/// use amphi::prelude::*;
///
/// # #[derive(Model)]
/// # struct Author { id: i64, name: String }
/// # #[derive(Model)]
/// # struct Book { id: i64, title: String, pages: i32, author: ForeignKey<Author> }
/// #[derive(Values)]
/// #[values(Book)]
/// struct Card {
///     title: String,
///     #[values(author.name)]
///     by: String,
///     #[values(expr = Book::pages / 2)]
///     sheets: i32,
/// }
///
/// let cards = Book::objects().values_as::<Card>();
/// # let _ = cards;
/// ```
#[proc_macro_derive(Values, attributes(values))]
pub fn derive_values(input: TokenStream) -> TokenStream {
    run(input, values::derive)
}

/// The migrations of a folder as a part of the program: `embed_migrations!("migrations")`, with the path from the package's
/// `Cargo.toml` on. Without a path it is `migrations`.
///
/// It gives a `&'static [(&'static str, &'static str)]` of the paths within the folder and the texts, as `Migrations::embedded` takes
/// them. A file that changes is compiled in anew. A file that is added is seen when the crate is compiled next; a `build.rs` that
/// prints `cargo::rerun-if-changed=migrations` makes that happen at once. A file that is no migration is an error where it is embedded.
#[cfg(feature = "migrations")]
#[proc_macro]
pub fn embed_migrations(input: TokenStream) -> TokenStream {
    embed::embed(input.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a function the step of a migration, with the models in scope as they are at that point of the history.
///
/// The migration is one of the folder `migrations` beside `Cargo.toml`, or of another one that is named:
/// `#[migration("shop.0005_slugs", folder = "db/migrations")]`. It runs a step with the function's name, forwards or as its reverse.
/// Within the function, each model that the function names is a struct as `#[derive(Model)]` makes it, with the fields that its table has
/// right before the step, and so are the models that it points at. The program's own models, which go on changing, are not meant.
///
/// ```ignore
/// use amphi::prelude::*;
/// use amphi::{Connection, Running};
///
/// #[amphi::migration("shop.0005_slugs")]
/// async fn fill_slugs(on: &mut Running<'_, impl Connection>) -> amphi::Result<()> {
///     for mut book in Book::objects().on(on).all().await? {
///         book.slug = book.title.to_lowercase();
///         book.on(on).save().await?;
///     }
///     Ok(())
/// }
///
/// amphi::steps!(pub Steps: fill_slugs);
/// ```
#[cfg(feature = "migrations")]
#[proc_macro_attribute]
pub fn migration(arguments: TokenStream, item: TokenStream) -> TokenStream {
    frozen::step(arguments.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

fn run(input: TokenStream, derive: fn(syn::DeriveInput) -> syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    match syn::parse(input).and_then(derive) {
        Ok(tokens) => tokens.into(),
        Err(error) => error.into_compile_error().into(),
    }
}
