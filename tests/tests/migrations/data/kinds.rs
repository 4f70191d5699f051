//! Each type there and back.

use amphi::migrations::data::{DumpData, LoadData};
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use orm_core::schema::{FieldKind, FieldState, SchemaState};

use super::super::builders::*;
use super::{Create, Shared, Told as _, failed, lines};

/// A model with a field of each type that all databases have.
pub fn kinds() -> SchemaState {
    let fields = [
        field("flag", FieldKind::Bool),
        field("short", FieldKind::I16),
        field("int", FieldKind::I32),
        field("long", FieldKind::I64),
        field("single", FieldKind::F32),
        field("double", FieldKind::F64),
        text("name", 60),
        field("essay", FieldKind::Text),
        field("data", FieldKind::Bytes),
        field("day", FieldKind::Date),
        field("clock", FieldKind::Time),
        field("local", FieldKind::DateTime),
        field("moment", FieldKind::Timestamp),
        field("uid", FieldKind::Uuid),
        decimal("price"),
        field("doc", FieldKind::Json),
        choice("mood", &["sad", "fine"]),
    ];
    let fields: Vec<FieldState> = std::iter::once(id()).chain(fields.map(nullable)).collect();
    SchemaState::from_iter([model("Kind", fields)])
}

/// Rows of it: the smallest values, the largest, the empty ones, none; in the form in which they are dumped.
pub const KINDS: &str = r#"{"model":"shop.Kind","pk":-5,"fields":{"flag":false,"short":-32768,"int":-2147483648,"long":-9223372036854775808,"single":-3.4028235e+38,"double":-1.7976931348623157e+308,"name":"","essay":"","data":"","day":"0001-01-01","clock":"00:00:00","local":"0001-01-01T00:00:00","moment":"0001-01-01T00:00:00Z","uid":"00000000-0000-0000-0000-000000000000","price":"-999999.99","doc":{},"mood":"sad"}}
{"model":"shop.Kind","pk":1,"fields":{"flag":true,"short":32767,"int":2147483647,"long":9223372036854775807,"single":0.1,"double":5e-324,"name":"Łem \"it's\"\n\\%_𝕳","essay":"\t漢字 é ß","data":"AP9/gA==","day":"9999-12-31","clock":"23:59:59.999999","local":"9999-12-31T23:59:59.999999","moment":"2024-02-29T12:00:00.000001Z","uid":"ffffffff-ffff-ffff-ffff-ffffffffffff","price":"9.5","doc":{"a":[1,2.5,null,"é\""],"b":{"c":true,"long":9007199254740993}},"mood":"fine"}}
{"model":"shop.Kind","pk":2,"fields":{"flag":null,"short":null,"int":null,"long":null,"single":null,"double":null,"name":null,"essay":null,"data":null,"day":null,"clock":null,"local":null,"moment":null,"uid":null,"price":null,"mood":null}}
{"model":"shop.Kind","pk":9007199254740993,"fields":{"flag":true,"short":0,"int":0,"long":9007199254740993,"single":16777216.0,"double":0.1,"name":"x","essay":"x","data":"eA==","day":"1999-12-31","clock":"12:30:00.500","local":"1999-12-31T12:30:00","moment":"1969-12-31T23:59:59.500Z","uid":"00000000-0000-0000-0000-0000000000ff","price":"0","doc":null,"mood":"fine"}}
"#;

#[everywhere]
async fn each_type_comes_back_as_it_was(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(kinds())).await?;
    let loaded = LoadData::new(kinds()).a().run(&db, lines(KINDS)).await.map_err(failed)?;
    assert_eq!(loaded.rows, 4);
    let out = Shared::default();
    let dumped = DumpData::new(kinds()).a().run(&db, out.clone()).await.map_err(failed)?.told();
    assert_eq!(out.text(), KINDS);
    assert_eq!((dumped.rows, dumped.models.len()), (4, 1));
    // Once more over the same rows, written otherwise: nothing changes.
    let other = KINDS
        .replace("Łem", "\\u0141em")
        .replace("\"doc\":{\"a\"", " \"doc\" : { \"a\" ")
        .replace("2024-02-29T12:00:00.000001Z", "2024-02-29T13:00:00.000001+01:00")
        .replace("\"price\":\"9.5\"", "\"price\":9.50")
        .replace("1999-12-31T12:30:00", "1999-12-31 12:30:00")
        .replace('\n', "\r\n\n");
    let loaded = LoadData::new(kinds()).a().run(&db, lines(other)).await.map_err(failed)?;
    assert_eq!(loaded.rows, 4);
    let out = Shared::default();
    DumpData::new(kinds()).a().run(&db, out.clone()).await.map_err(failed)?;
    assert_eq!(out.text(), KINDS);
    Ok(())
}

#[everywhere(stores_nan)]
async fn numbers_that_json_has_not_are_texts(db: AsyncDatabase) -> Result<(), Error> {
    let state = SchemaState::from_iter([model("N", vec![id(), field("a", FieldKind::F64), field("b", FieldKind::F32)])]);
    db.operate(Create(state.clone())).await?;
    let text = concat!(
        r#"{"model":"shop.N","pk":1,"fields":{"a":"NaN","b":"NaN"}}"#,
        "\n",
        r#"{"model":"shop.N","pk":2,"fields":{"a":"Infinity","b":"-Infinity"}}"#,
        "\n",
        r#"{"model":"shop.N","pk":3,"fields":{"a":-0.0,"b":-0.0}}"#,
        "\n"
    );
    LoadData::new(state.clone()).a().run(&db, lines(text)).await.map_err(failed)?;
    let out = Shared::default();
    DumpData::new(state).a().run(&db, out.clone()).await.map_err(failed)?;
    assert_eq!(out.text(), text);
    Ok(())
}

#[everywhere(stores_arrays)]
async fn arrays_are_lists(db: AsyncDatabase) -> Result<(), Error> {
    let array = |name: &str, of: FieldKind| nullable(field(name, FieldKind::Array(Box::new(of))));
    let mood = || choice("mood", &["sad", "fine"]);
    let fields = vec![
        id(),
        array("shorts", FieldKind::I16),
        array("longs", FieldKind::I64),
        array("texts", FieldKind::Text),
        array("days", FieldKind::Date),
        array("numbers", FieldKind::Decimal),
        array("singles", FieldKind::F32),
        array("moods", mood().kind),
        nullable(mood()),
    ];
    let state = SchemaState::from_iter([model("Listed", fields)]);
    db.operate(Create(state.clone())).await?;
    let text = concat!(
        r#"{"model":"shop.Listed","pk":1,"fields":{"shorts":[1,null,-32768],"longs":[9223372036854775807],"texts":["a,\"","",null],"days":["2024-02-29"],"numbers":["1.5"],"singles":[0.1,"NaN"],"moods":["sad",null,"fine"],"mood":"sad"}}"#,
        "\n",
        r#"{"model":"shop.Listed","pk":2,"fields":{"shorts":[],"longs":[],"texts":[],"days":[],"numbers":[],"singles":[],"moods":[],"mood":null}}"#,
        "\n",
        r#"{"model":"shop.Listed","pk":3,"fields":{"shorts":null,"longs":null,"texts":null,"days":null,"numbers":null,"singles":null,"moods":null,"mood":"fine"}}"#,
        "\n"
    );
    LoadData::new(state.clone()).a().run(&db, lines(text)).await.map_err(failed)?;
    let out = Shared::default();
    DumpData::new(state).a().run(&db, out.clone()).await.map_err(failed)?;
    assert_eq!(out.text(), text);
    Ok(())
}
