//! A shop of several tenants, whose lines are counted for each; posts and their tags, joined by a model without a key of its own; trees.

use amphi::prelude::*;

/// Its key is not in the order of its fields.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(primary_key = ["tenant", "number"])]
#[has_many(items: Item::line)]
#[has_many(spares: Item::spare)]
#[has_one(label: Label::line)]
#[many_to_many(marks: Mark)]
pub struct Line {
    pub number: i32,
    pub title: String,
    #[field(max_length = 20)]
    pub tenant: String,
    pub note: Option<String>,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Item {
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub line: ForeignKey<Line>,
    pub name: String,
    #[field(on_delete = SetNull)]
    pub spare: Option<ForeignKey<Line>>,
    pub price: i32,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Label {
    pub id: i64,
    #[field(unique)]
    pub line: ForeignKey<Line>,
    pub text: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[many_to_many(lines: Line::marks)]
pub struct Mark {
    pub id: i64,
    pub name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[many_to_many(tags: Tag, through = PostTag(post, tag))]
pub struct Post {
    pub id: i64,
    pub title: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[many_to_many(posts: Post::tags)]
pub struct Tag {
    #[field(primary_key, max_length = 20)]
    pub name: String,
}

/// Nothing but a key, which is made of foreign keys.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(primary_key = ["post", "tag"])]
#[has_many(votes: Vote::tagging)]
pub struct PostTag {
    #[field(on_delete = Cascade)]
    pub post: ForeignKey<Post>,
    #[field(on_delete = Cascade)]
    pub tag: ForeignKey<Tag>,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Vote {
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub tagging: ForeignKey<PostTag>,
    pub up: bool,
}

/// Points at itself.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(primary_key = ["tree", "day", "place"])]
#[has_many(children: Branch::parent)]
pub struct Branch {
    pub tree: Uuid,
    pub day: NaiveDate,
    pub place: i16,
    #[field(on_delete = Cascade)]
    pub parent: Option<ForeignKey<Branch>>,
    #[field(version)]
    pub version: i64,
}

pub fn tables() -> &'static [&'static amphi::meta::ModelMeta] {
    models![Vote, Label, Tab, Item, Line, Mark, PostTag, Post, Tag, Branch]
}

pub fn line(tenant: &str, number: i32, title: &str) -> Line {
    Line { tenant: tenant.into(), number, title: title.into(), note: None }
}

pub fn key(tenant: &str, number: i32) -> (String, i32) {
    (tenant.into(), number)
}

pub fn tree(of: u128) -> Uuid {
    Uuid::from_u128(of)
}

pub fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 2, day).unwrap()
}

/// A tenant with an odd name.
pub const ODD: &str = "ü'\"\\🦀 ";

/// Lines of three tenants.
pub fn lines() -> impl Iterator<Item = New<Line>> {
    let lines = [("a", 1), ("a", 2), ("b", 1), ("b", 2), (ODD, 3)];
    lines.into_iter().map(|(tenant, number)| New::of(line(tenant, number, &format!("{tenant}{number}"))))
}

/// Ordered and unique by a foreign key of several columns, which have another name here, beside a field.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(ordering = ["-line", "name"], unique_together = ["line", "name"])]
pub struct Tab {
    pub id: i64,
    #[field(column = "of", on_delete = SetDefault, default = ("b", 1))]
    pub line: ForeignKey<Line>,
    #[field(max_length = 20)]
    pub name: String,
}
