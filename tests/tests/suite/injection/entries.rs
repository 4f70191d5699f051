//! Every way by which a text comes into a statement.

use amphi::model::Model as _;
use amphi::prelude::*;
use orm_core::ops::{BulkCreate, DeleteQuery, InsertOne, Refresh, UpdateQuery};
use orm_core::sql::{DeleteRow, Dialect, Form, MARIADB, MYSQL, POSTGRES, SQLITE, Select, UpdateRow};

use super::corpus::{bytes, payloads};
use super::{Letter, Stamp, Title, document};
use crate::dialects::{sent, sql};

type Made = Result<String, Error>;
type To = &'static dyn Dialect;

/// One way: what it is called, and the SQL that comes of a text.
type Entry = (&'static str, fn(&str, To) -> Made);

fn query<M, S>(query: QuerySet<M, S>, dialect: To) -> Made {
    sql(&Select { query: query.into_query(), form: Form::Rows }, dialect)
}

/// The SQL of a condition, as it stands and turned around.
fn condition(condition: Cond<Letter>, dialect: To) -> Made {
    query(Letter::objects().filter(condition.clone()).exclude(condition & Letter::id.gt(1)), dialect)
}

/// The SQL of everything that takes a condition.
fn everywhere(condition: Cond<Letter>, dialect: To) -> Made {
    let letters = || Letter::objects().filter(condition.clone());
    let inner = letters().order_by(()).values(Letter::id);
    let form = |form| sql(&Select { query: letters().into_query(), form }, dialect);
    Ok([
        form(Form::Count)?,
        form(Form::Exists)?,
        query(Letter::objects().filter(Letter::answers.id.in_(inner)), dialect)?,
        sent(UpdateQuery::new(letters().into_query(), Letter::note.set(None)), dialect)?,
        sent(DeleteQuery::new(letters().into_query()), dialect)?,
    ]
    .concat())
}

fn update(assignment: amphi::expr::Assignment<Letter>, dialect: To) -> Made {
    sent(UpdateQuery::new(Letter::objects().filter(Letter::id.eq(1)).into_query(), assignment), dialect)
}

fn shown(text: &str) -> Expr<Letter, String> {
    Expr::value(text.to_owned())
}

macro_rules! conditions {
    ($($path:expr => $($lookup:ident)+;)+) => {
        &[$($((
            concat!(stringify!($path), ".", stringify!($lookup)),
            |text, dialect| condition($path.$lookup(text), dialect),
        )),+),+]
    };
}

const LOOKUPS: &[Entry] = conditions! {
    Letter::text => eq ne lt lte gt gte iexact contains icontains startswith istartswith endswith iendswith regex iregex;
    Letter::note => eq ne lt lte gt gte iexact contains icontains startswith istartswith endswith iendswith regex iregex;
    Letter::title => iexact contains icontains startswith istartswith endswith iendswith regex iregex;
    Letter::answers.text => eq contains iregex;
    Letter::answers.note => ne istartswith regex;
    Letter::stamp => eq ne;
    Letter::stamp.code => eq lt icontains;
};

const OPERANDS: &[Entry] = &[
    ("everything that takes a condition", |text, dialect| {
        everywhere(Letter::text.eq(text) | Letter::note.icontains(text), dialect)
    }),
    ("range", |text, dialect| condition(Letter::text.range(text, text), dialect)),
    ("in_", |text, dialect| condition(Letter::text.in_([text, "x", text]), dialect)),
    ("in_ of what may be NULL", |text, dialect| condition(Letter::note.in_([Some(text.to_owned()), None]), dialect)),
    ("in_ of expressions", |text, dialect| condition(Letter::text.in_([shown(text), shown("x")]), dialect)),
    ("in_ of keys", |text, dialect| condition(Letter::stamp.in_([text.to_owned(), "x".to_owned()]), dialect)),
    ("newtype", |text, dialect| condition(Letter::title.eq(Title(text.to_owned())), dialect)),
    ("newtypes", |text, dialect| condition(Letter::title.in_([Title(text.to_owned())]), dialect)),
    ("bytes", |text, dialect| condition(Letter::data.eq(text.as_bytes().to_vec()), dialect)),
    ("list of bytes", |text, dialect| condition(Letter::data.in_([text.as_bytes().to_vec()]), dialect)),
    ("document", |text, dialect| condition(Letter::document.eq(document(text)), dialect)),
    ("value on the left", |text, dialect| condition(shown(text).eq(Letter::text), dialect)),
    ("value on the left of a match", |text, dialect| condition(shown(text).icontains(Letter::text), dialect)),
    ("value on the right of a match", |text, dialect| condition(Letter::text.startswith(shown(text)), dialect)),
    ("values", |text, dialect| query(Letter::objects().values((shown(text), Letter::text)), dialect)),
    ("distinct values", |text, dialect| query(Letter::objects().values(shown(text)).order_by(()).distinct(), dialect)),
    ("order", |text, dialect| query(Letter::objects().order_by((shown(text).asc(), Letter::text.desc())), dialect)),
    ("order, NULLs first", |text, dialect| query(Letter::objects().order_by(shown(text).desc().nulls_first()), dialect)),
    ("condition of another relation", |text, dialect| {
        query(
            Stamp::objects().filter(Stamp::code.in_(Letter::objects().filter(Letter::text.eq(text)).values(Letter::text))),
            dialect,
        )
    }),
];

const WRITES: &[Entry] = &[
    ("insert", |text, dialect| sent(InsertOne::new(draft(text)), dialect)),
    ("bulk_create", |text, dialect| sent(BulkCreate::new([draft("x"), draft(text), draft("y")]), dialect)),
    ("insert of a key", |text, dialect| sent(InsertOne::new(Stamp::create().code(text).into_new()), dialect)),
    ("save", |text, dialect| sql(&UpdateRow::all(&Letter::of(text))?, dialect)),
    ("save of a key", |text, dialect| {
        let letter = Letter { stamp: Some(ForeignKey::new(text)), ..Letter::of("x") };
        sql(&UpdateRow::of_fields(&letter, Letter::stamp)?, dialect)
    }),
    ("update_changed", |text, dialect| {
        let (before, after) = (Letter::of("before"), Letter::of(text));
        sql(&UpdateRow::changed(&after, &before)?, dialect)
    }),
    ("delete of a key", |text, dialect| sql(&DeleteRow::new(&Stamp { code: text.to_owned() })?, dialect)),
    ("refresh of a key", |text, dialect| sent(Refresh::new(&Stamp { code: text.to_owned() })?, dialect)),
    ("set", |text, dialect| update(Letter::text.set(text), dialect)),
    ("set of what may be NULL", |text, dialect| update(Letter::note.set(text), dialect)),
    ("set to an expression", |text, dialect| update(Letter::text.set(shown(text)), dialect)),
    ("set of a newtype", |text, dialect| update(Letter::title.set(Title(text.to_owned())), dialect)),
    ("set of bytes", |text, dialect| update(Letter::data.set(text.as_bytes().to_vec()), dialect)),
    ("set of a document", |text, dialect| update(Letter::document.set(document(text)), dialect)),
    ("set of a key", |text, dialect| update(Letter::stamp.set(ForeignKey::<Stamp>::new(text)), dialect)),
];

fn draft(text: &str) -> New<Letter> {
    New::of(Letter::of(text))
}

fn is_refusal(error: &Error, payload: &str) -> bool {
    // And it does not repeat the value, unless that is so short that it stands in any sentence.
    matches!(error, Error::InvalidValue { .. }) && (payload.len() < 6 || !error.to_string().contains(payload))
}

/// Each text through each way in: the same SQL as for a harmless one, or an error before anything is sent.
fn entries_are_closed(dialect: To) {
    let payloads = payloads();
    let mut refused = 0;
    for (name, entry) in LOOKUPS.iter().chain(OPERANDS).chain(WRITES) {
        let harmless = entry("harmless", dialect).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!harmless.contains("harmless"), "{name} writes what it should bind: {harmless}");
        for payload in &payloads {
            match entry(payload, dialect) {
                Ok(sql) => assert!(sql == harmless, "{name} of {payload:?}\n{harmless}\n{sql}"),
                Err(error) => {
                    assert!(is_refusal(&error, payload), "{name} of {payload:?}: {error:?}");
                    refused += 1;
                }
            }
        }
    }
    let tried = payloads.len() * (LOOKUPS.len() + OPERANDS.len() + WRITES.len());
    println!("{refused} of {tried} refused");
    assert!(refused < tried / 20, "{refused} of {tried} refused");
}

#[test]
fn no_text_becomes_sql_on_sqlite() {
    entries_are_closed(&SQLITE);
}

#[test]
fn no_text_becomes_sql_on_postgres() {
    entries_are_closed(&POSTGRES);
}

#[test]
fn no_text_becomes_sql_on_mariadb() {
    entries_are_closed(&MARIADB);
}

#[test]
fn no_text_becomes_sql_on_mysql() {
    entries_are_closed(&MYSQL);
}

#[test]
fn no_bytes_become_sql() {
    for dialect in [&SQLITE as To, &POSTGRES, &MARIADB, &MYSQL] {
        let made = |bytes: Vec<u8>| {
            let letter = Letter { data: bytes.clone(), ..Letter::of("x") };
            let insert = sent(InsertOne::new(New::of(letter)), dialect).unwrap();
            let update = update(Letter::data.set(bytes.clone()), dialect).unwrap();
            let list = condition(Letter::data.in_([bytes.clone()]), dialect).unwrap();
            [insert, update, list, condition(Letter::data.eq(bytes), dialect).unwrap()].concat()
        };
        let harmless = made(b"harmless".to_vec());
        for bytes in bytes() {
            assert_eq!(made(bytes), harmless);
        }
    }
}

/// What takes a text that is no value either knows it or does not.
#[test]
fn names_are_known_or_refused() {
    for payload in payloads() {
        assert!(payload.parse::<Tz>().is_err(), "{payload:?} is a time zone");
        assert!(Letter::META.field_named(&payload).is_none(), "{payload:?} is a field");
        for scheme in ["postgres", "mysql", "sqlite", ""] {
            let urls = [
                format!("{scheme}://{payload}"),
                format!("{scheme}://user:secret-word@{payload}/db"),
                format!("{scheme}://user:secret-word@localhost/db?{payload}"),
                format!("{scheme}://user:secret-word@localhost/db?pooler={payload}"),
            ];
            for url in urls {
                // Read or refused, without a panic and without the password.
                let told = match scheme {
                    "sqlite" => url.parse::<amphi::SqliteOptions>().map(|options| format!("{options:?}")),
                    _ => url.parse::<amphi::ServerOptions>().map(|options| format!("{options:?}")),
                };
                let told = told.unwrap_or_else(|error| format!("{error} {error:?}"));
                assert!(scheme == "sqlite" || !told.contains("secret-word"), "{url:?}: {told}");
            }
        }
    }
}
