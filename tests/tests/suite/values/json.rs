//! JSON.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use serde_json::json;

#[derive(Model, Debug, Clone, PartialEq)]
struct Note {
    id: i64,
    document: Option<Json<serde_json::Value>>,
    plain: Option<serde_json::Value>,
    #[field(default = Json(None))]
    inner: Json<Option<f64>>,
}

#[everywhere]
async fn the_null_of_sql_is_not_the_null_of_json(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Note]).await?;
    let sql = Note::create().a().insert(&db).await?;
    let json = Note::create().document(Json(json!(null))).plain(json!(null)).a().insert(&db).await?;
    assert_eq!((sql.document, sql.plain), (None, None));
    let read = Note::objects().order_by(Note::id).a().all(&db).await?;
    assert_eq!((&read[0].document, &read[0].plain), (&None, &None));
    assert_eq!((&read[1].document, &read[1].plain), (&Some(Json(json!(null))), &Some(json!(null))));
    assert_eq!(Note::objects().filter(Note::document.isnull(true)).values(Note::id).a().all(&db).await?, [sql.id]);
    assert_eq!(Note::objects().filter(Note::plain.eq(None)).values(Note::id).a().all(&db).await?, [sql.id]);
    assert_eq!(Note::objects().filter(Note::plain.eq(json!(null))).values(Note::id).a().all(&db).await?, [json.id]);
    assert_eq!(Note::objects().exclude(Note::plain.eq(json!(null))).values(Note::id).a().all(&db).await?, [sql.id]);
    Ok(())
}

#[everywhere]
async fn json_that_would_change_silently_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Note]).await?;
    // JSON has no number for these; `null` is something else.
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let stored = Note::create().inner(Json(Some(number))).a().insert(&db).await;
        assert!(matches!(stored, Err(Error::InvalidValue { model: "Note", field: "inner", .. })), "{number} gave {stored:?}");
    }
    Ok(())
}
