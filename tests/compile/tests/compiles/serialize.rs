use amphi::prelude::*;
use serde::Serialize;

#[derive(Model, Serialize)]
struct Author {
    id: i64,
    name: String,
    mentor: Option<ForeignKey<Author>>,
}

#[derive(Model, Serialize)]
#[serde(rename_all = "camelCase")]
struct Book {
    id: i64,
    main_author: ForeignKey<Author>,
    translator: Option<ForeignKey<Author>>,
    #[serde(rename = "by")]
    editor: Option<ForeignKey<Author>>,
}

#[derive(Serialize)]
struct Price {
    euro: i32,
}

#[derive(Model, Serialize)]
struct Flat {
    id: i64,
    author: ForeignKey<Author>,
    #[serde(flatten)]
    price: amphi::field::Json<Price>,
}

impl<'de> serde::Deserialize<'de> for Price {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i32::deserialize(deserializer).map(|euro| Price { euro })
    }
}

fn author(id: i64) -> Author {
    Author { id, name: format!("author {id}"), mentor: None }
}

#[test]
fn runs() -> Result<(), serde_json::Error> {
    use amphi::relation::Slot;
    let book = Book { id: 1, main_author: ForeignKey::new(2), translator: None, editor: Some(ForeignKey::new(4)) };
    let book = Slot::<book::main_author>::with(book, author(2));
    let book = Slot::<book::translator>::with(book, None::<Author>);
    let plain = r#"{"id":1,"mainAuthor":{"id":2,"name":"author 2","mentor":null},"translator":null,"by":4}"#;
    assert_eq!(serde_json::to_string(&book)?, plain);
    let mentored = Slot::<author::mentor>::with(author(4), Some(author(5)));
    let book = Slot::<book::editor>::with(book, Some(mentored));
    let nested = r#""by":{"id":4,"name":"author 4","mentor":{"id":5,"name":"author 5","mentor":null}}}"#;
    assert!(serde_json::to_string(&book)?.ends_with(nested));
    let flat = Flat { id: 1, author: ForeignKey::new(2), price: amphi::field::Json(Price { euro: 3 }) };
    let flat = Slot::<flat::author>::with(flat, author(2));
    let written = r#"{"id":1,"author":{"id":2,"name":"author 2","mentor":null},"euro":3}"#;
    assert_eq!(serde_json::to_string(&flat)?, written);
    Ok(())
}
