use amphi::field::{ColumnType, FieldType};
use amphi::prelude::*;
use amphi::value::Value;

#[derive(FieldEnum, Debug, Clone, Copy, PartialEq, Default)]
enum Status {
    #[default]
    Draft,
    InReview,
    #[field(rename = "live")]
    Published,
}

#[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
#[field(integer)]
enum Size {
    Small = -1,
    Middle,
    Large = 0x10,
    Huge,
}

#[derive(FieldNewtype, Debug, Clone, PartialEq)]
struct Title(String);

#[derive(FieldNewtype, Debug, Clone, Copy, PartialEq)]
#[field(number)]
struct Pages {
    count: i32,
}

#[derive(Model, Debug)]
struct Book {
    id: i64,
    title: Title,
    pages: Pages,
    #[field(default)]
    status: Status,
    size: Option<Size>,
}

#[test]
fn runs() {
    assert!(matches!(Status::InReview.to_value(), Ok(Value::Text(text)) if text == "in_review"));
    assert!(matches!(Status::Published.to_value(), Ok(Value::Text(text)) if text == "live"));
    assert!(matches!(Size::Small.to_value(), Ok(Value::I64(-1))));
    assert!(matches!(Size::Middle.to_value(), Ok(Value::I64(0))));
    assert!(matches!(Size::Huge.to_value(), Ok(Value::I64(17))));
    assert_eq!((Status::COLUMN, Size::COLUMN, Pages::COLUMN), (ColumnType::Text, ColumnType::I32, ColumnType::I32));
    let _ = Book::objects().filter(
        Book::title.icontains("the")
            & (Book::pages * Pages { count: 2 }).gt(Pages { count: 3 })
            & Book::status.eq(Status::Draft)
            & Book::status.startswith("d")
            & Book::size.ne(None)
            & Book::size.eq(Size::Large),
    );
    let _ = Book::create().title(Title("x".into())).pages(Pages { count: 1 }).size(Size::Middle).into_new();
}
