use amphi::prelude::*;

#[derive(Model)]
#[model(table = "")]
struct Author {
    id: i64,
    #[field(column = "a_name_of_a_column_that_is_so_long_that_no_database_would_take_it_as_it_is")]
    name: String,
    #[field(column = "line\nbreak")]
    motto: String,
    #[field(column = "trailing ")]
    poem: String,
}

#[derive(Model)]
struct Book {
    id: i64,
    author: ForeignKey<Author>,
    author_id: i64,
    objects: i32,
    create: String,
}

fn main() {}
