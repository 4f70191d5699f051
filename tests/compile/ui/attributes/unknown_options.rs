use amphi::prelude::*;

#[derive(Model)]
#[model(db_table = "authors", tabel = "authors", colour = "red")]
struct Author {
    id: i64,
    #[field(max_lenght = 100, null, db_index)]
    name: String,
    #[field(verbose_name("the year of birth"), unique, unique)]
    born: i32,
}

fn main() {}
