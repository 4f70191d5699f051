//! Changes that a database cannot do, or not with the rows that are there, and what must outlive a change.

use amphi::Backend;
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use orm_core::schema::{FieldKind, IndexPart, SchemaState};
use orm_core::sql::{SchemaChange, SchemaStatement};

use super::builders::*;
use super::run::{apply, script, texts};

/// Statements, then rows, then statements, then a query.
struct Steps {
    first: Vec<SchemaStatement>,
    rows: &'static [&'static str],
    then: Vec<SchemaStatement>,
    more: &'static [&'static str],
    ask: &'static str,
}

impl Operation for Steps {
    type Output = (Result<(), Error>, Vec<String>);
    const NAME: &'static str = "steps";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output, Error> {
        apply(&self.first, connection).await?;
        script(self.rows, connection).await?;
        let done = apply(&self.then, connection).await;
        script(self.more, connection).await?;
        Ok((done, texts(self.ask, connection).await?))
    }
}

fn created(state: &SchemaState, backend: Backend) -> Result<Vec<SchemaStatement>, Error> {
    SchemaChange::new(&SchemaState::new(), state).statements(backend.dialect())
}

#[everywhere]
async fn rows_that_a_new_field_has_nothing_for_refuse_it(db: AsyncDatabase) -> Result<(), Error> {
    let before = shop();
    let mut after = shop();
    after.model_mut(&name("Book")).unwrap().fields.push(text("isbn", 13));
    let then = SchemaChange::new(&before, &after).statements(db.backend().dialect())?;
    let first = created(&before, db.backend())?;
    let ask = "SELECT title FROM book ORDER BY id";
    let (done, titles) = db.operate(Steps { first, rows: SHOP_ROWS, then, more: &[], ask }).await?;
    assert!(done.is_err());
    assert_eq!(titles, ["Solaris", "Eden", "𝕳"]);
    Ok(())
}

#[everywhere]
async fn a_table_without_rows_takes_it(db: AsyncDatabase) -> Result<(), Error> {
    let before = shop();
    let mut after = shop();
    after.model_mut(&name("Book")).unwrap().fields.push(field("day", FieldKind::Date));
    let then = SchemaChange::new(&before, &after).statements(db.backend().dialect())?;
    let first = created(&before, db.backend())?;
    let (done, rows) = db.operate(Steps { first, rows: &[], then, more: &[], ask: "SELECT count(day) FROM book" }).await?;
    done?;
    assert_eq!(rows, ["0"]);
    Ok(())
}

#[everywhere]
async fn values_that_their_new_type_does_not_hold_refuse_it(db: AsyncDatabase) -> Result<(), Error> {
    let before = SchemaState::from_iter([model("Item", vec![id(), field("v", FieldKind::Text)])]);
    for kind in [FieldKind::I32, FieldKind::Uuid, FieldKind::Decimal] {
        let after = SchemaState::from_iter([model("Item", vec![id(), field("v", kind.clone())])]);
        let then = SchemaChange::new(&before, &after).statements(db.backend().dialect())?;
        let first = created(&before, db.backend())?;
        let rows = &["INSERT INTO item (id, v) VALUES (1, 'no number')"];
        let (done, _) = db.operate(Steps { first, rows, then, more: &["DROP TABLE item"], ask: "SELECT 1" }).await?;
        assert!(done.is_err(), "{kind:?}");
    }
    Ok(())
}

/// The key of a row that was deleted is not given again after a rebuild.
#[everywhere]
async fn keys_are_counted_on(db: AsyncDatabase) -> Result<(), Error> {
    let before = shop();
    let mut after = shop();
    after.model_mut(&name("Author")).unwrap().fields[1].max_length = Some(90);
    let then = SchemaChange::new(&before, &after).statements(db.backend().dialect())?;
    let first = created(&before, db.backend())?;
    let rows = &["INSERT INTO author (name) VALUES ('a'), ('b'), ('c')", "DELETE FROM author WHERE name = 'c'"];
    let more = &["INSERT INTO author (name) VALUES ('d')"];
    let ask = "SELECT id FROM author ORDER BY id";
    let (done, ids) = db.operate(Steps { first, rows, then, more, ask }).await?;
    done?;
    assert_eq!(ids, ["1", "2", "4"]);
    Ok(())
}

/// Indexes that are built outside of a transaction, dropped and built again.
#[everywhere(index_methods)]
async fn an_index_is_built_while_others_write(db: AsyncDatabase) -> Result<(), Error> {
    let before = shop();
    let mut after = shop();
    after.model_mut(&name("Book")).unwrap().indexes.push(index(vec![by("pages"), IndexPart::Descending("title".to_owned())]));
    let dialect = db.backend().dialect();
    let there = SchemaChange { concurrently: true, ..SchemaChange::new(&before, &after) }.statements(dialect)?;
    let back = SchemaChange { concurrently: true, ..SchemaChange::new(&after, &before) }.statements(dialect)?;
    assert!(there.iter().chain(&back).all(|statement| statement.alone), "{there:?} {back:?}");
    let probe = there[1].probe.clone().unwrap();
    let first = created(&before, db.backend())?;
    let ask = "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'book_pages%'";
    let (done, names) = db.operate(Steps { first, rows: SHOP_ROWS, then: there.clone(), more: &[], ask }).await?;
    done?;
    assert_eq!(names, ["book_pages_title_idx"]);
    // After a crash in between it is done again.
    let (done, _) = db.operate(Steps { first: Vec::new(), rows: &[], then: there, more: &[], ask }).await?;
    done?;
    let ask = "SELECT 1 WHERE false";
    let (_, none) = db.operate(Steps { first: Vec::new(), rows: &[], then: back, more: &[], ask }).await?;
    assert!(none.is_empty() && probe.sql().contains("indisvalid"));
    Ok(())
}
