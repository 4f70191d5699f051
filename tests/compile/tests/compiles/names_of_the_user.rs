//! Names of the user that could be mistaken for ours.

use amphi::prelude::*;

#[derive(FieldNewtype, Debug, Clone)]
struct P(String);
#[derive(FieldNewtype, Debug, Clone)]
struct R(String);
#[derive(FieldNewtype, Debug, Clone)]
struct Option1(i32);

#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
mod std {}
#[allow(dead_code, non_camel_case_types)]
struct str;
#[allow(dead_code)]
struct Result;
#[allow(dead_code)]
struct Some;

#[derive(Model)]
struct I {
    id: i64,
}

#[derive(Model)]
struct AuthorSlot {
    id: i64,
    p: P,
    r: R,
    string: String,
    option: Option<Option1>,
    author: ForeignKey<I>,
    row: i32,
    model: i32,
    key: i32,
    into_new: i32,
    insert: i32,
    value: i32,
    bool: bool,
    x: i32,
}

#[test]
fn runs() {
    let _ = AuthorSlot::objects().filter(AuthorSlot::key.eq(3) & AuthorSlot::p.eq(P("x".into())));
    let draft = AuthorSlot::create().p(P("x".into())).r(R("y".into())).string("z").author(1).row(1).model(2);
    let draft = draft.key(3).into_new(4).insert(5).value(6).bool(true).x(7);
    let _ = Draft::into_new(draft);
    markers();
}

/// A relation's marker is a type and no value, so that its name is still free for variables.
fn markers() {
    use author_slot::author;
    let author = NotLoaded::<author>::NEW;
    let _ = author;
}
