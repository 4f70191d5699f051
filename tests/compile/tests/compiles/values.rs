use amphi::prelude::*;

#[derive(Model)]
struct Author {
    id: i64,
    name: String,
}

#[derive(Model)]
struct Book {
    id: i64,
    title: String,
    pages: i32,
    r#type: i32,
    author: ForeignKey<Author>,
    editor: Option<ForeignKey<Author>>,
}

#[derive(Values, Debug, PartialEq)]
#[values(crate::values::Book)]
struct Card {
    title: String,
    #[values(author.name)]
    by: String,
    #[values(editor.name)]
    edited_by: Option<String>,
    #[values(author)]
    key: ForeignKey<Author>,
    #[values(expr = Book::pages * 2)]
    sides: i32,
    r#type: i32,
}

#[test]
fn runs() {
    let _ = Book::objects().values_as::<Card>();
    assert_eq!(<Card as amphi::query::ValuesStruct>::nodes().len(), 6);
}
