//! Changes of a schema by hand, past all migrations, and what is to be told of each.

use amphi::Backend;
use amphi::migrations::drift::{Difference, PartKind};
use orm_core::schema::{FieldKind, FieldState, IndexPart, IndexState, SchemaState};

use super::builders::*;

/// A schema with one of everything that all databases have.
pub fn everything(backend: Backend) -> SchemaState {
    let mut state = shop();
    let book = state.model_mut(&name("Book")).expect("the shop has books");
    book.fields.push(unique(text("isbn", 13)));
    book.fields.push(indexed(field("stars", FieldKind::I16)));
    book.fields.push(choice("mood", &["sad", "calm"]));
    book.indexes.push(index(vec![by("pages"), down("title")]));
    book.indexes.push(IndexState { name: Some("by_stars".to_owned()), ..index(vec![by("stars"), by("pages")]) });
    book.constraints.push(unique_together(&["author", "title"]));
    book.constraints.push(check("book_pages", "pages >= 0"));
    if backend != Backend::MySql {
        book.indexes.push(IndexState {
            name: Some("long_books".to_owned()),
            condition: Some(same("pages > 100")),
            ..index(vec![IndexPart::Expression(same("lower(title)"))])
        });
    }
    if backend != Backend::Sqlite {
        book.comment = Some("what is 'read'".to_owned());
        book.fields[1].comment = Some("on the cover".to_owned());
    }
    let mut author = state.model_mut(&name("Review")).expect("the shop has reviews").clone();
    author.fields.push(FieldState {
        default: Some(orm_core::schema::Literal::Integer(2)),
        ..nullable(key_of("judge", "Author", amphi::meta::OnDelete::SetDefault))
    });
    state.insert(author);
    state
}

/// Whether something that is told is what is to be told.
type IsTold = fn(&Difference) -> bool;

/// A change by hand, how it is undone, and what is to be told of it.
pub struct Fault {
    pub sql: &'static [&'static str],
    pub undo: &'static [&'static str],
    pub is_told: IsTold,
}

fn fault(sql: &'static [&'static str], undo: &'static [&'static str], is_told: IsTold) -> Fault {
    Fault { sql, undo, is_told }
}

macro_rules! tells {
    ($($pattern:tt)*) => { |told| matches!(told, $($pattern)*) };
}

/// What is the same SQL everywhere.
pub fn common() -> Vec<Fault> {
    vec![
        fault(
            &["ALTER TABLE book ADD COLUMN extra INTEGER"],
            &["ALTER TABLE book DROP COLUMN extra"],
            tells!(Difference::ExtraColumn { column, .. } if column == "extra"),
        ),
        fault(
            &["CREATE TABLE other (id INTEGER PRIMARY KEY)"],
            &["DROP TABLE other"],
            tells!(told @ Difference::ExtraTable { table } if table == "other" && told.is_foreign()),
        ),
        fault(
            &["ALTER TABLE author RENAME COLUMN born TO birth"],
            &["ALTER TABLE author RENAME COLUMN birth TO born"],
            tells!(Difference::MissingColumn { column, .. } if column == "born"),
        ),
        fault(
            &["CREATE INDEX by_hand ON author (born)"],
            &[],
            tells!(Difference::ExtraPart { part, .. } if part.kind == PartKind::Index && part.name.as_deref() == Some("by_hand")),
        ),
    ]
}

pub fn on_servers() -> Vec<Fault> {
    vec![
        fault(
            &["ALTER TABLE book DROP CONSTRAINT book_pages"],
            &["ALTER TABLE book ADD CONSTRAINT book_pages CHECK (pages >= 0)"],
            tells!(Difference::MissingPart { part, .. } if part.kind == PartKind::Check),
        ),
        fault(
            &["ALTER TABLE book ADD CONSTRAINT too_long CHECK (pages < 9999)"],
            &["ALTER TABLE book DROP CONSTRAINT too_long"],
            tells!(Difference::ExtraPart { part, .. } if part.kind == PartKind::Check),
        ),
        fault(
            &["ALTER TABLE author ADD CONSTRAINT one_name UNIQUE (name)"],
            &["ALTER TABLE author DROP CONSTRAINT one_name"],
            tells!(Difference::ExtraPart { part, .. } if part.kind == PartKind::Unique),
        ),
        fault(
            &["ALTER TABLE review ALTER COLUMN judge_id SET DEFAULT 3"],
            &["ALTER TABLE review ALTER COLUMN judge_id SET DEFAULT 2"],
            tells!(Difference::Default { expected: Some(two), .. } if two == "2"),
        ),
        fault(
            &["ALTER TABLE review ALTER COLUMN judge_id DROP DEFAULT"],
            &["ALTER TABLE review ALTER COLUMN judge_id SET DEFAULT 2"],
            tells!(Difference::Default { found: None, .. }),
        ),
        fault(
            &["ALTER TABLE book ALTER COLUMN stars SET DEFAULT 1"],
            &["ALTER TABLE book ALTER COLUMN stars DROP DEFAULT"],
            tells!(Difference::Default { expected: None, .. }),
        ),
    ]
}

pub fn on_postgres() -> Vec<Fault> {
    vec![
        fault(
            &["ALTER TABLE book ALTER COLUMN pages SET NOT NULL"],
            &["ALTER TABLE book ALTER COLUMN pages DROP NOT NULL"],
            tells!(Difference::Nullability { nullable: true, .. }),
        ),
        fault(
            &["ALTER TABLE book ALTER COLUMN sold DROP NOT NULL"],
            &["ALTER TABLE book ALTER COLUMN sold SET NOT NULL"],
            tells!(Difference::Nullability { nullable: false, .. }),
        ),
        fault(
            &["ALTER TABLE author ALTER COLUMN born TYPE bigint"],
            &["ALTER TABLE author ALTER COLUMN born TYPE integer"],
            tells!(Difference::ColumnType { found, .. } if found == "`bigint`"),
        ),
        fault(
            &["ALTER TABLE author ALTER COLUMN name TYPE varchar(40) COLLATE \"default\""],
            &["ALTER TABLE author ALTER COLUMN name TYPE varchar(40) COLLATE \"C\""],
            tells!(Difference::ColumnType { .. }),
        ),
        fault(
            &["ALTER TABLE author ALTER COLUMN id DROP IDENTITY"],
            &["ALTER TABLE author ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY"],
            tells!(Difference::Generated { expected: true, .. }),
        ),
        fault(
            &["ALTER TABLE author ALTER COLUMN id SET GENERATED ALWAYS"],
            &["ALTER TABLE author ALTER COLUMN id SET GENERATED BY DEFAULT"],
            tells!(Difference::Generated { expected: true, .. }),
        ),
        fault(
            &["DROP INDEX by_stars"],
            &["CREATE INDEX by_stars ON book (stars, pages)"],
            tells!(Difference::MissingPart { .. }),
        ),
        fault(
            &["DROP INDEX by_stars", "CREATE INDEX by_stars ON book (pages, stars)"],
            &["DROP INDEX by_stars", "CREATE INDEX by_stars ON book (stars, pages)"],
            tells!(Difference::ChangedPart { .. }),
        ),
        fault(
            &["DROP INDEX by_stars", "CREATE INDEX by_stars ON book (stars, pages) WHERE pages > 3"],
            &["DROP INDEX by_stars", "CREATE INDEX by_stars ON book (stars, pages)"],
            tells!(Difference::ChangedPart { .. }),
        ),
        fault(
            &["DROP INDEX by_stars", "CREATE UNIQUE INDEX by_stars ON book (stars, pages)"],
            &["DROP INDEX by_stars", "CREATE INDEX by_stars ON book (stars, pages)"],
            tells!(Difference::ChangedPart { .. }),
        ),
        fault(
            &["DROP INDEX by_stars", "CREATE INDEX by_stars ON book (stars, pages) INCLUDE (title)"],
            &["DROP INDEX by_stars", "CREATE INDEX by_stars ON book (stars, pages)"],
            tells!(Difference::ChangedPart { .. }),
        ),
        fault(
            &["DROP INDEX long_books"],
            &["CREATE INDEX long_books ON book (lower(title)) WHERE pages > 100"],
            tells!(Difference::MissingPart { .. }),
        ),
        fault(
            &["ALTER TABLE book DROP CONSTRAINT book_author_id_fkey"],
            &[
                "ALTER TABLE book ADD CONSTRAINT book_author_id_fkey FOREIGN KEY (author_id) REFERENCES author (id) ON DELETE CASCADE \
                 DEFERRABLE INITIALLY DEFERRED",
            ],
            tells!(Difference::MissingPart { part, .. } if part.kind == PartKind::ForeignKey),
        ),
        fault(
            &[
                "ALTER TABLE book DROP CONSTRAINT book_author_id_fkey",
                "ALTER TABLE book ADD CONSTRAINT book_author_id_fkey FOREIGN KEY (author_id) REFERENCES author (id) ON DELETE SET NULL",
            ],
            &[
                "ALTER TABLE book DROP CONSTRAINT book_author_id_fkey",
                "ALTER TABLE book ADD CONSTRAINT book_author_id_fkey FOREIGN KEY (author_id) REFERENCES author (id) ON DELETE CASCADE",
            ],
            tells!(Difference::ChangedPart { part, .. } if part.kind == PartKind::ForeignKey),
        ),
        fault(&["ALTER TYPE mood ADD VALUE 'happy'"], &[], tells!(Difference::EnumLabels { .. })),
        fault(
            &["CREATE TYPE other_mood AS ENUM ('a')"],
            &["DROP TYPE other_mood"],
            tells!(told @ Difference::ExtraEnum { .. } if told.is_foreign()),
        ),
        fault(
            &["COMMENT ON TABLE book IS NULL"],
            &["COMMENT ON TABLE book IS 'what is ''read'''"],
            tells!(Difference::Comment { column: None, .. }),
        ),
        fault(
            &["COMMENT ON COLUMN book.title IS 'x'"],
            &["COMMENT ON COLUMN book.title IS 'on the cover'"],
            tells!(Difference::Comment { column: Some(_), .. }),
        ),
        fault(
            &["ALTER TABLE review DROP CONSTRAINT review_pkey CASCADE"],
            &[],
            tells!(Difference::PrimaryKey { found, .. } if found.is_empty()),
        ),
    ]
}

pub fn on_mysql() -> Vec<Fault> {
    vec![
        fault(
            &["ALTER TABLE author MODIFY born BIGINT"],
            &["ALTER TABLE author MODIFY born INT"],
            tells!(Difference::ColumnType { .. }),
        ),
        fault(
            &["ALTER TABLE author MODIFY name VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL"],
            &["ALTER TABLE author MODIFY name VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL"],
            tells!(Difference::ColumnType { .. }),
        ),
        fault(
            &["ALTER TABLE author MODIFY born INT NOT NULL"],
            &["ALTER TABLE author MODIFY born INT"],
            tells!(Difference::Nullability { nullable: true, .. }),
        ),
        fault(
            &["ALTER TABLE author MODIFY born INT COMMENT 'when'"],
            &["ALTER TABLE author MODIFY born INT"],
            tells!(Difference::Comment { column: Some(_), .. }),
        ),
        fault(
            &["ALTER TABLE book COMMENT = ''"],
            &["ALTER TABLE book COMMENT = 'what is ''read'''"],
            tells!(Difference::Comment { .. }),
        ),
        fault(
            &["ALTER TABLE book DROP INDEX by_stars"],
            &["ALTER TABLE book ADD INDEX by_stars (stars, pages)"],
            tells!(Difference::MissingPart { .. }),
        ),
        fault(
            &["ALTER TABLE book DROP INDEX by_stars", "ALTER TABLE book ADD INDEX by_stars (stars DESC, pages)"],
            &["ALTER TABLE book DROP INDEX by_stars", "ALTER TABLE book ADD INDEX by_stars (stars, pages)"],
            tells!(Difference::ChangedPart { .. }),
        ),
        fault(
            &["ALTER TABLE book DROP FOREIGN KEY book_author_id_fkey"],
            &[
                "ALTER TABLE book ADD CONSTRAINT book_author_id_fkey FOREIGN KEY (author_id) REFERENCES author (id) ON DELETE CASCADE",
            ],
            tells!(Difference::MissingPart { part, .. } if part.kind == PartKind::ForeignKey),
        ),
        fault(
            &["ALTER TABLE book DROP INDEX isbn"],
            &["ALTER TABLE book ADD UNIQUE isbn (isbn)"],
            tells!(Difference::MissingPart { part, .. } if part.kind == PartKind::Unique),
        ),
        fault(
            &["SET foreign_key_checks = 0", "ALTER TABLE author MODIFY id BIGINT NOT NULL", "SET foreign_key_checks = 1"],
            &[],
            tells!(Difference::Generated { expected: true, .. }),
        ),
    ]
}

pub fn on_sqlite() -> Vec<Fault> {
    vec![
        fault(
            &["DROP INDEX by_stars"],
            &["CREATE INDEX by_stars ON book (stars, pages)"],
            tells!(Difference::MissingPart { .. }),
        ),
        fault(
            &["DROP INDEX by_stars", "CREATE INDEX by_stars ON book (stars, pages DESC)"],
            &["DROP INDEX by_stars", "CREATE INDEX by_stars ON book (stars, pages)"],
            tells!(Difference::ChangedPart { .. }),
        ),
        fault(
            &["DROP INDEX long_books", "CREATE INDEX long_books ON book (lower(title)) WHERE pages > 101"],
            &["DROP INDEX long_books", "CREATE INDEX long_books ON book (lower( \"title\" )) WHERE (PAGES > 100)"],
            tells!(Difference::ChangedPart { .. }),
        ),
        fault(
            &["DROP INDEX long_books", "CREATE INDEX long_books ON book (upper(title)) WHERE pages > 100"],
            &["DROP INDEX long_books", "CREATE INDEX long_books ON book ((lower(title))) WHERE pages > 100"],
            tells!(Difference::ChangedPart { .. }),
        ),
        fault(
            &["ALTER TABLE author ADD COLUMN o INTEGER REFERENCES author (id)"],
            &["ALTER TABLE author DROP COLUMN o"],
            tells!(Difference::ExtraPart { part, .. } if part.kind == PartKind::ForeignKey),
        ),
        fault(
            &["ALTER TABLE author ADD COLUMN o INTEGER CHECK (o > 0)"],
            &["ALTER TABLE author DROP COLUMN o"],
            tells!(Difference::ExtraPart { part, .. } if part.kind == PartKind::Check && part.name.is_none()),
        ),
    ]
}

/// Changes of what SQLite says of the table `book`, which it makes by no ALTER TABLE.
pub fn rewritten() -> Vec<(&'static str, &'static str, IsTold)> {
    vec![
        ("pages >= 0", "pages >= 1", tells!(Difference::ChangedPart { part, .. } if part.kind == PartKind::Check)),
        (
            ", CONSTRAINT \"book_pages\" CHECK (pages >= 0)",
            "",
            tells!(Difference::MissingPart { part, .. } if part.kind == PartKind::Check),
        ),
        ("\"sold\" INTEGER NOT NULL", "\"sold\" INTEGER", tells!(Difference::Nullability { nullable: false, .. })),
        ("\"sold\" INTEGER NOT NULL", "\"sold\" TEXT NOT NULL", tells!(Difference::ColumnType { .. })),
        ("\"sold\" INTEGER NOT NULL", "\"sold\" INTEGER NOT NULL DEFAULT 1", tells!(Difference::Default { expected: None, .. })),
        (" COLLATE amphi_decimal", "", tells!(Difference::ColumnType { .. })),
        (" AUTOINCREMENT", "", tells!(Difference::Generated { expected: true, .. })),
        (
            "ON DELETE CASCADE",
            "ON DELETE SET NULL",
            tells!(Difference::ChangedPart { part, .. } if part.kind == PartKind::ForeignKey),
        ),
        (
            "\"isbn\" TEXT NOT NULL UNIQUE",
            "\"isbn\" TEXT NOT NULL",
            tells!(Difference::MissingPart { part, .. } if part.name.is_none()),
        ),
        ("PRIMARY KEY AUTOINCREMENT", "UNIQUE", tells!(Difference::PrimaryKey { .. })),
    ]
}
