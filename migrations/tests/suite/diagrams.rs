//! Models as diagrams.

use orm_core::schema::{ConstraintState, FieldKind, FieldState, ModelState, SchemaState};
use orm_migrations::erd::{mermaid, svg};

use crate::build::{foreign_key, id, model, name, nullable, text};

/// Two keys to one model, one to itself, a circle, keys of several fields, and names that need care.
fn schema() -> SchemaState {
    let unique = FieldState { unique: true, ..foreign_key("card", "shop.Card") };
    let author = model("shop.Author", vec![FieldState { max_length: Some(40), ..text("name") }, unique]);
    let book = model(
        "shop.Book",
        vec![
            foreign_key("author", "shop.Author"),
            nullable(foreign_key("translator", "shop.Author")),
            nullable(foreign_key("follows", "shop.Book")),
            text("stamps.created"),
            FieldState::new("1st", FieldKind::Array(Box::new(FieldKind::I32))),
        ],
    );
    let card = model("shop.Card", vec![nullable(foreign_key("owner", "shop.Author"))]);
    let shelf = ModelState {
        key: vec!["room".into(), "nr".into()],
        fields: vec![text("room"), FieldState::new("nr", FieldKind::I16)],
        ..model("lager.Größe", vec![])
    };
    let mut copy = model("lager.Copy", vec![text("room"), FieldState::new("nr", FieldKind::I16)]);
    copy.constraints.push(ConstraintState::ForeignKey {
        fields: vec!["room".into(), "nr".into()],
        model: name("lager.Größe"),
        on_delete: orm_core::meta::OnDelete::Protect,
    });
    let odd = ModelState { table: "a<b>&\"c\"\u{1}".into(), ..model("lager.Odd", vec![text("\"x\" <&>"), text("漢字")]) };
    SchemaState::from_iter([author, book, card, shelf, copy, odd])
}

const MERMAID: &str = r#"erDiagram
    "lager.Copy" {
        i64 id PK
        text room FK
        i16 nr FK
    }
    "lager.Größe" {
        text room PK
        i16 nr PK
    }
    "lager.Odd" {
        i64 id PK
        text _x_____ "'x' <&>"
        text 漢字
    }
    "shop.Author" {
        i64 id PK
        text(40) name
        i64 card FK, UK
    }
    "shop.Book" {
        i64 id PK
        i64 author FK
        i64 translator FK "nullable"
        i64 follows FK "nullable"
        text stamps_created "stamps.created"
        i32[] _1st "1st"
    }
    "shop.Card" {
        i64 id PK
        i64 owner FK "nullable"
    }
    "lager.Copy" }o--|| "lager.Größe" : "room, nr"
    "shop.Author" |o--|| "shop.Card" : "card"
    "shop.Book" }o--|| "shop.Author" : "author"
    "shop.Book" }o--o| "shop.Author" : "translator"
    "shop.Book" }o--o| "shop.Book" : "follows"
    "shop.Card" }o--o| "shop.Author" : "owner"
"#;

#[test]
fn the_text_of_mermaid() {
    assert_eq!(mermaid(&schema()), MERMAID);
    assert_eq!(mermaid(&SchemaState::new()), "erDiagram\n");
}

#[test]
fn the_picture_is_xml_with_all_that_there_is() {
    let drawn = svg(&schema());
    assert_eq!(drawn, svg(&schema()), "it is the same each time");
    let document = roxmltree::Document::parse(&drawn).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    let texts: Vec<&str> =
        document.descendants().filter(|node| node.tag_name().name() == "text").filter_map(|node| node.text()).collect();
    for expected in
        ["shop.Book", "lager.Größe", "a<b>&\"c\"", "\"x\" <&>", "漢字", "stamps.created", "text(40)", "i64? FK", "i64 FK UK"]
    {
        assert!(texts.contains(&expected), "{expected} is not in {texts:?}");
    }
    let titles: Vec<&str> =
        document.descendants().filter(|node| node.tag_name().name() == "title").filter_map(|node| node.text()).collect();
    assert_eq!(titles, ["room, nr", "card", "author", "translator", "follows", "owner"]);
    roxmltree::Document::parse(&svg(&SchemaState::new())).unwrap();
}

/// The places of the boxes: left, top, right, bottom.
fn boxes(drawn: &str) -> Vec<[i64; 4]> {
    let document = roxmltree::Document::parse(drawn).unwrap();
    let number = |node: roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<i64>().unwrap();
    let boxes = document.descendants().filter(|node| node.attribute("class") == Some("box"));
    boxes
        .map(|node| {
            let (x, y) = (number(node, "x"), number(node, "y"));
            [x, y, x + number(node, "width"), y + number(node, "height")]
        })
        .collect()
}

#[test]
fn boxes_do_not_overlap_and_stand_in_the_picture() {
    let drawn = svg(&schema());
    let places = boxes(&drawn);
    assert_eq!(places.len(), 6);
    for (at, one) in places.iter().enumerate() {
        for other in &places[at + 1..] {
            let apart = one[2] < other[0] || other[2] < one[0] || one[3] < other[1] || other[3] < one[1];
            assert!(apart, "{one:?} and {other:?}");
        }
    }
    let document = roxmltree::Document::parse(&drawn).unwrap();
    let size = |name: &str| document.root_element().attribute(name).unwrap().parse::<i64>().unwrap();
    assert!(places.iter().all(|place| place[0] > 0 && place[1] > 0 && place[2] < size("width") && place[3] < size("height")));
    // What is pointed at stands left of what points at it.
    let left = |index: usize| places[index][0];
    assert!(left(1) < left(0), "lager.Größe is left of lager.Copy");
    assert!(left(3) < left(4), "shop.Author is left of shop.Book");
}

#[test]
fn a_chain_and_a_model_alone() {
    let chain = SchemaState::from_iter([
        model("a.One", vec![]),
        model("a.Two", vec![foreign_key("one", "a.One")]),
        model("a.Zero", vec![nullable(foreign_key("me", "a.Zero"))]),
    ]);
    let places = boxes(&svg(&chain));
    assert!(places[0][0] < places[1][0] && places[0][0] == places[2][0]);
    let single = SchemaState::from_iter([ModelState { fields: vec![id()], ..model("a.One", vec![]) }]);
    assert_eq!(mermaid(&single), "erDiagram\n    \"a.One\" {\n        i64 id PK\n    }\n");
}
