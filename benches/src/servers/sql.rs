//! The SQL of the raw sides.

/// A statement for PostgreSQL, and the same for MariaDB.
pub struct Sql {
    pub postgres: &'static str,
    pub mysql: &'static str,
}

macro_rules! book {
    () => {
        "book.id, book.title, book.isbn, book.note, book.published, book.pages, book.price, book.in_print, book.author_id"
    };
}

macro_rules! related {
    () => {
        concat!(
            "SELECT ",
            book!(),
            ", t1.id, t1.name, t1.email, t1.born, t1.score, t1.active \
             FROM book JOIN author AS t1 ON t1.id = book.author_id ORDER BY book.id LIMIT "
        )
    };
}

macro_rules! insert {
    () => {
        "INSERT INTO book (title, isbn, note, published, pages, price, in_print, author_id) "
    };
}

pub const GET: Sql = Sql {
    postgres: concat!("SELECT ", book!(), " FROM book WHERE book.id = $1"),
    mysql: concat!("SELECT ", book!(), " FROM book WHERE book.id = ?"),
};
pub const LIST: Sql = Sql {
    postgres: concat!("SELECT ", book!(), " FROM book ORDER BY book.id LIMIT $1"),
    mysql: concat!("SELECT ", book!(), " FROM book ORDER BY book.id LIMIT ?"),
};
pub const RELATED: Sql = Sql { postgres: concat!(related!(), "$1"), mysql: concat!(related!(), "?") };
pub const AUTHOR: Sql = Sql {
    postgres: "SELECT id, name, email, born, score, active FROM author WHERE id = $1",
    mysql: "SELECT id, name, email, born, score, active FROM author WHERE id = ?",
};
pub const INSERT: Sql = Sql {
    postgres: concat!(insert!(), "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id"),
    mysql: concat!(insert!(), "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
};
/// The form of PostgreSQL that is sent and planned fastest: eight arrays, whatever the number of rows.
pub const INSERT_ARRAYS: &str = concat!(
    insert!(),
    "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::int4[], $6::float8[], $7::bool[], $8::int8[]) RETURNING id"
);
pub const UPDATE: Sql = Sql {
    postgres: "UPDATE author SET name = $1, email = $2, born = $3, score = $4, active = $5 WHERE id = $6",
    mysql: "UPDATE author SET name = ?, email = ?, born = ?, score = ?, active = ? WHERE id = ?",
};
pub const DELETE_NEW: Sql = Sql { postgres: "DELETE FROM book WHERE id > $1", mysql: "DELETE FROM book WHERE id > ?" };

/// The insert of so many rows for MariaDB, which binds no arrays. It fills in keys that follow each other and tells the first.
pub fn insert_rows(rows: usize) -> String {
    let mut sql = String::from(concat!(insert!(), "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    for _ in 1..rows {
        sql.push_str(", (?, ?, ?, ?, ?, ?, ?, ?)");
    }
    sql
}
