//! What Django answered, and whether amphi answers the same.

use std::collections::BTreeSet;

use amphi::Backend;
use amphi::error::{ConstraintKind, RowsInTheWay};
use amphi::prelude::*;
use serde_json::{Map, Value, json};

use super::data::table;
use super::plain::Plain;
use super::told::{bag, value};

/// The recorded answers to one group of queries, and what has been compared with them.
pub struct Answers {
    group: &'static str,
    place: &'static str,
    recorded: Map<String, Value>,
    asked: BTreeSet<&'static str>,
    differences: Vec<String>,
}

impl Answers {
    /// The answers to the queries `group.*` on a database.
    pub fn new(group: &'static str, backend: Backend) -> Answers {
        let place = match backend {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
            _ => "mysql",
        };
        let recorded = serde_json::from_str(include_str!("../../../django/answers.json")).expect("the answers are JSON");
        Answers { group, place, recorded, asked: BTreeSet::new(), differences: Vec::new() }
    }

    /// Rows in no order, repeats included.
    pub fn bag<T: Plain>(&mut self, name: &'static str, rows: Result<Vec<T>, Error>) {
        self.answer(name, rows.map(bag));
    }

    /// Rows in an order that is total.
    pub fn list<T: Plain>(&mut self, name: &'static str, rows: Result<Vec<T>, Error>) {
        self.answer(name, rows.map(|rows| json!({ "list": rows.plain() })));
    }

    /// Anything else.
    pub fn value<T: Plain>(&mut self, name: &'static str, of: Result<T, Error>) {
        self.answer(name, of.map(value));
    }

    /// What amphi should answer here: what Django answers on this database, unless amphi's answer is another on purpose.
    fn expected(&self, name: &str) -> Value {
        let entry = self.recorded.get(&format!("{}.{name}", self.group));
        let entry = entry.unwrap_or_else(|| panic!("Django was not asked `{}.{name}`", self.group));
        let entry = entry.pointer(&format!("/on/{}", self.place)).unwrap_or(entry);
        let answer = entry.pointer("/ours/answer").or_else(|| entry.get("django"));
        answer.unwrap_or_else(|| panic!("`{}.{name}` has no answer", self.group)).clone()
    }

    /// An answer as the recorded ones are written.
    pub fn answer(&mut self, name: &'static str, answer: Result<Value, Error>) {
        let (expected, answer) = (sorted(in_short(self.expected(name))), sorted(answer.unwrap_or_else(|error| kind(&error))));
        if expected != answer {
            self.differences.push(format!("{name}\n    Django: {expected}\n    amphi:  {answer}"));
        }
        assert!(self.asked.insert(name), "{name} was asked twice");
    }

    /// All queries of the group were asked, but for those that amphi cannot ask yet, and answered as Django does.
    #[track_caller]
    pub fn done(self, not_yet: &[&str]) {
        let group = format!("{}.", self.group);
        let all = self.recorded.keys().filter_map(|name| name.strip_prefix(&group));
        let left: Vec<&str> = all.filter(|name| self.asked.contains(name) == not_yet.contains(name)).collect();
        assert!(left.is_empty(), "neither asked nor left for later, or both: {left:?}");
        let differences = self.differences.join("\n");
        assert!(self.differences.is_empty(), "{} differ on {}:\n{differences}", self.differences.len(), self.place);
    }
}

/// Each bag in the one order that it has for a comparison.
fn sorted(answer: Value) -> Value {
    let part = |(name, part)| match (name, sorted(part)) {
        (name, Value::Array(mut rows)) if name == "bag" => {
            rows.sort_by_cached_key(Value::to_string);
            (name, rows.into())
        }
        other => other,
    };
    match answer {
        Value::Object(parts) => Value::Object(parts.into_iter().map(part).collect()),
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// An answer in which the rows that stand in the way of a deletion are told as amphi tells them: how many there are, and the first five.
fn in_short(mut answer: Value) -> Value {
    if let Some(Value::Object(tables)) = answer.get_mut("rows") {
        for keys in tables.values_mut() {
            let all = keys.as_array().expect("the keys of rows");
            *keys = json!([all.len(), all.iter().take(5).collect::<Vec<_>>()]);
        }
    }
    answer
}

/// An error as the answers have it.
fn kind(error: &Error) -> Value {
    match error {
        Error::DoesNotExist { .. } => json!({ "error": "DoesNotExist" }),
        Error::MultipleObjects { .. } => json!({ "error": "MultipleObjects" }),
        Error::Constraint(violation) if matches!(violation.kind, ConstraintKind::ForeignKey | ConstraintKind::Unique) => {
            json!({ "error": "IntegrityError" })
        }
        Error::Protected { by, .. } => json!({ "error": "Protected", "rows": in_the_way(by) }),
        Error::Restricted { by, .. } => json!({ "error": "Restricted", "rows": in_the_way(by) }),
        other => json!({ "error": other.to_string() }),
    }
}

fn in_the_way(by: &RowsInTheWay) -> Value {
    let keys = by.keys.iter().map(|key| match key {
        amphi::value::Value::I64(key) => *key,
        other => panic!("no key of the film rental is a {other:?}"),
    });
    json!({ table(by.model): [by.rows, keys.collect::<Vec<_>>()] })
}

fn protected(rows: u64, keys: std::ops::RangeInclusive<i64>) -> Result<i64, Error> {
    let by = RowsInTheWay { model: "Film", field: "language", rows, keys: keys.map(amphi::value::Value::I64).collect() };
    Err(Error::Protected { model: "Language", by: Box::new(by) })
}

#[test]
fn bags_differ_by_how_often_a_row_is_in_them_and_lists_by_their_order() {
    let differ = |name: &'static str, compare: fn(&mut Answers, &'static str)| {
        let mut answers = Answers::new("test", Backend::Sqlite);
        answers.recorded.insert("test.bag".into(), json!({ "django": { "bag": [2, 1, 1] } }));
        answers.recorded.insert("test.list".into(), json!({ "django": { "list": [[2, "é"], [1, null]] } }));
        answers.recorded.insert("test.ours".into(), json!({ "django": { "value": 3 }, "ours": { "answer": { "value": 2 } } }));
        let on = json!({ "django": { "value": 3 }, "on": { "sqlite": { "django": { "value": 4 } } } });
        answers.recorded.insert("test.on".into(), on);
        let inside = json!({ "django": { "value": [3, { "bag": [2, 1] }] } });
        answers.recorded.insert("test.inside".into(), inside);
        let rows = json!({ "django": { "error": "Protected", "rows": { "film": [1, 2, 3, 4, 5, 6] } } });
        answers.recorded.insert("test.rows".into(), rows);
        answers.recorded.insert("test.error".into(), json!({ "django": { "error": "DoesNotExist" } }));
        compare(&mut answers, name);
        !answers.differences.is_empty()
    };
    assert!(!differ("bag", |answers, name| answers.bag(name, Ok(vec![1, 2, 1]))));
    assert!(differ("bag", |answers, name| answers.bag(name, Ok(vec![1, 2, 2]))));
    assert!(differ("bag", |answers, name| answers.bag(name, Ok(vec![1, 2]))));
    assert!(differ("bag", |answers, name| answers.list(name, Ok(vec![2, 1, 1]))));
    assert!(!differ("list", |answers, name| answers.list(name, Ok(vec![(2, Some("é")), (1, None)]))));
    assert!(differ("list", |answers, name| answers.list(name, Ok(vec![(1, None), (2, Some("é"))]))));
    assert!(!differ("ours", |answers, name| answers.value(name, Ok(2))));
    assert!(differ("ours", |answers, name| answers.value(name, Ok(3))));
    assert!(!differ("on", |answers, name| answers.value(name, Ok(4))));
    assert!(!differ("inside", |answers, name| answers.value(name, Ok((3, bag(vec![1, 2]))))));
    assert!(differ("inside", |answers, name| answers.value(name, Ok((3, bag(vec![1, 1]))))));
    assert!(differ("inside", |answers, name| answers.value(name, Ok((3, vec![1, 2])))));
    assert!(!differ("rows", |answers, name| answers.value(name, protected(6, 1..=5))));
    assert!(differ("rows", |answers, name| answers.value(name, protected(5, 1..=5))));
    assert!(differ("rows", |answers, name| answers.value(name, protected(6, 2..=6))));
    assert!(!differ("error", |answers, name| answers.value::<i64>(name, Err(Error::DoesNotExist { model: "Film" }))));
    assert!(differ("error", |answers, name| answers.value(name, Ok(1))));
}
