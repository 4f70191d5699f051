use amphi::prelude::*;

#[derive(Embeddable)]
struct Stamps {
    #[field(auto_now_add)]
    created: DateTime<Utc>,
    #[field(version)]
    version: i64,
}

/// The same columns twice, and two versions.
#[derive(Model)]
struct Book {
    id: i64,
    created: i32,
    #[field(flatten)]
    stamps: Stamps,
    #[field(flatten, prefix = "other_")]
    other: Stamps,
}

/// No such field, one of several, and a struct in place of a field.
#[derive(Model)]
#[model(ordering = ["-stamps.creatd", "created"], unique_together = ["id", "chapters"])]
struct Page {
    id: i64,
    #[field(flatten)]
    stamps: Stamps,
    #[field(flatten, prefix = "other_")]
    other: Made,
}

#[derive(Embeddable)]
struct Made {
    created: NaiveDate,
}

#[derive(Model)]
struct Long {
    id: i64,
    #[field(flatten, prefix = "a_prefix_that_leaves_no_room_for_the_names_of_the_columns_")]
    stamps: Stamps,
}

#[derive(Model)]
#[model(ordering = ["stamps"])]
struct Ordered {
    id: i64,
    #[field(flatten)]
    stamps: Stamps,
}

fn main() {}
