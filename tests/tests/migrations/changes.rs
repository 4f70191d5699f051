//! The SQL of changes, where it matters which it is.

use amphi::Error;
use insta::assert_snapshot;
use orm_core::schema::{ConstraintState, FieldKind, IndexPart, Literal, SchemaState};
use orm_core::sql::{Dialect, MARIADB, POSTGRES, SQLITE, SchemaChange};

use super::builders::*;

/// The statements of a change of the shop on each database.
fn told(change: impl Fn(&mut SchemaState), set: impl Fn(&mut SchemaChange<'_>)) -> String {
    let (before, mut after) = (shop(), shop());
    change(&mut after);
    let mut change = SchemaChange::new(&before, &after);
    set(&mut change);
    let mut told = String::new();
    for dialect in [&SQLITE as &'static dyn Dialect, &POSTGRES, &MARIADB] {
        told.push_str(dialect.features().name);
        told.push_str(":\n");
        match change.statements(dialect) {
            Ok(statements) => {
                for statement in statements {
                    let alone = if statement.alone { " (alone)" } else { "" };
                    told.push_str(&format!("-- {}{alone}\n{statement}\n", statement.about));
                }
            }
            Err(error) => told.push_str(&format!("{error}\n")),
        }
    }
    told
}

fn book(state: &mut SchemaState) -> &mut orm_core::schema::ModelState {
    state.model_mut(&name("Book")).unwrap()
}

#[test]
fn a_field_comes() {
    let isbn = |state: &mut SchemaState| book(state).fields.push(indexed(text("isbn", 13)));
    assert_snapshot!(told(isbn, |change| change.fills.push((name("Book"), "isbn".to_owned(), Literal::Text("'; --".to_owned())))), @r#"
    SQLite:
    -- Make anew the table `book`
    CREATE TABLE "new__book" (
        "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        "title" TEXT NOT NULL,
        "author_id" INTEGER NOT NULL,
        "pages" INTEGER,
        "price" TEXT COLLATE amphi_decimal,
        "sold" INTEGER NOT NULL,
        "isbn" TEXT NOT NULL,
        CONSTRAINT "book_title_check" CHECK (length("title") <= 60),
        CONSTRAINT "book_pages_check" CHECK ("pages" BETWEEN -2147483648 AND 2147483647),
        CONSTRAINT "book_sold_check" CHECK ("sold" IN (0, 1)),
        CONSTRAINT "book_isbn_check" CHECK (length("isbn") <= 13),
        CONSTRAINT "book_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "author" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    ) STRICT
    -- Copy the rows of the table `book`
    INSERT INTO "new__book" ("id", "title", "author_id", "pages", "price", "sold", "isbn") SELECT "id", "title", "author_id", "pages", "price", "sold", '''; --' FROM "book"
    -- Keep the last key of the table `book`
    DELETE FROM sqlite_sequence WHERE name = 'new__book' AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'book')
    -- Keep the last key of the table `book`
    INSERT INTO sqlite_sequence (name, seq) SELECT 'new__book', seq FROM sqlite_sequence WHERE name = 'book'
    -- Drop the old form of the table `book`
    DROP TABLE "book"
    -- Let views and triggers wait for the new table
    PRAGMA legacy_alter_table = ON
    -- Put the new table `book` in its place
    ALTER TABLE "new__book" RENAME TO "book"
    -- Let other tables follow when one is renamed
    PRAGMA legacy_alter_table = OFF
    -- Create the index `book_author_id_idx` of the table `book`
    CREATE INDEX "book_author_id_idx" ON "book" ("author_id")
    -- Create the index `book_isbn_idx` of the table `book`
    CREATE INDEX "book_isbn_idx" ON "book" ("isbn")
    PostgreSQL:
    -- Add the column `isbn` to the table `book`
    ALTER TABLE "book" ADD COLUMN "isbn" varchar(13) COLLATE "C" NOT NULL DEFAULT '''; --'
    -- Set the default of the column `isbn` of the table `book`
    ALTER TABLE "book" ALTER COLUMN "isbn" DROP DEFAULT
    -- Create the index `book_isbn_idx` of the table `book`
    CREATE INDEX "book_isbn_idx" ON "book" ("isbn")
    MariaDB:
    -- Add the column `isbn` to the table `book`
    ALTER TABLE `book` ADD COLUMN `isbn` VARCHAR(13) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT '''; --'
    -- Set the default of the column `isbn` of the table `book`
    ALTER TABLE `book` ALTER COLUMN `isbn` DROP DEFAULT
    -- Create the index `book_isbn_idx` of the table `book`
    ALTER TABLE `book` ADD INDEX `book_isbn_idx` (`isbn`)
    "#);
}

#[test]
fn an_index_and_a_check_without_waiting() {
    let indexed = |state: &mut SchemaState| {
        book(state).indexes.push(index(vec![by("pages")]));
        book(state).constraints.push(check("pages_are_some", "pages > 0"));
    };
    assert_snapshot!(told(indexed, |change| (change.concurrently, change.not_valid) = (true, true)), @r#"
    SQLite:
    -- Make anew the table `book`
    CREATE TABLE "new__book" (
        "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        "title" TEXT NOT NULL,
        "author_id" INTEGER NOT NULL,
        "pages" INTEGER,
        "price" TEXT COLLATE amphi_decimal,
        "sold" INTEGER NOT NULL,
        CONSTRAINT "book_title_check" CHECK (length("title") <= 60),
        CONSTRAINT "book_pages_check" CHECK ("pages" BETWEEN -2147483648 AND 2147483647),
        CONSTRAINT "book_sold_check" CHECK ("sold" IN (0, 1)),
        CONSTRAINT "pages_are_some" CHECK (pages > 0),
        CONSTRAINT "book_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "author" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    ) STRICT
    -- Copy the rows of the table `book`
    INSERT INTO "new__book" ("id", "title", "author_id", "pages", "price", "sold") SELECT "id", "title", "author_id", "pages", "price", "sold" FROM "book"
    -- Keep the last key of the table `book`
    DELETE FROM sqlite_sequence WHERE name = 'new__book' AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'book')
    -- Keep the last key of the table `book`
    INSERT INTO sqlite_sequence (name, seq) SELECT 'new__book', seq FROM sqlite_sequence WHERE name = 'book'
    -- Drop the old form of the table `book`
    DROP TABLE "book"
    -- Let views and triggers wait for the new table
    PRAGMA legacy_alter_table = ON
    -- Put the new table `book` in its place
    ALTER TABLE "new__book" RENAME TO "book"
    -- Let other tables follow when one is renamed
    PRAGMA legacy_alter_table = OFF
    -- Create the index `book_author_id_idx` of the table `book`
    CREATE INDEX "book_author_id_idx" ON "book" ("author_id")
    -- Create the index `book_pages_idx` of the table `book`
    CREATE INDEX "book_pages_idx" ON "book" ("pages")
    PostgreSQL:
    -- Add the check `pages_are_some` to the table `book`
    ALTER TABLE "book" ADD CONSTRAINT "pages_are_some" CHECK (pages > 0) NOT VALID
    -- Create the index `book_pages_idx` of the table `book` (alone)
    DROP INDEX CONCURRENTLY IF EXISTS "book_pages_idx"
    -- Create the index `book_pages_idx` of the table `book` (alone)
    CREATE INDEX CONCURRENTLY "book_pages_idx" ON "book" ("pages")
    MariaDB:
    -- Add the check `pages_are_some` to the table `book`
    ALTER TABLE `book` ADD CONSTRAINT `pages_are_some` CHECK (pages > 0)
    -- Create the index `book_pages_idx` of the table `book`
    ALTER TABLE `book` ADD INDEX `book_pages_idx` (`pages`)
    "#);
}

/// What a change of the shop's books says on each database that refuses it.
fn refused(change: impl Fn(&mut orm_core::schema::ModelState)) -> Vec<String> {
    let (before, mut after) = (shop(), shop());
    change(book(&mut after));
    let dialects = [&SQLITE as &'static dyn Dialect, &POSTGRES, &MARIADB];
    let errors = dialects.map(|dialect| SchemaChange::new(&before, &after).statements(dialect).err());
    errors.into_iter().flatten().map(|error| error.to_string()).collect()
}

#[test]
fn what_a_database_has_not_is_refused_before_anything_is_sent() {
    let with = |change: fn(&mut orm_core::schema::IndexState)| {
        refused(move |book| {
            let mut index = index(vec![by("pages")]);
            change(&mut index);
            book.indexes.push(index);
        })
    };
    assert_eq!(with(|index| index.condition = Some(same("pages > 1"))).len(), 1);
    assert_eq!(with(|index| index.parts = vec![IndexPart::Expression(same("abs(pages)"))]).len(), 1);
    assert_eq!(with(|index| index.include = vec!["title".to_owned()]).len(), 2);
    assert_eq!(with(|index| index.method = Some("gin".to_owned())).len(), 2);
    let exclusion = |operator: &'static str| {
        refused(move |book| {
            book.constraints.push(ConstraintState::Exclude {
                name: "once".to_owned(),
                method: "gist".to_owned(),
                elements: vec![("title".to_owned(), operator.to_owned())],
                condition: None,
            });
        })
    };
    assert_eq!(exclusion("=").len(), 2);
    assert_eq!(exclusion("= 1) --").len(), 3);
    assert_eq!(refused(|book| book.fields.push(field("list", FieldKind::Array(Box::new(FieldKind::I32))))).len(), 2);
    assert_eq!(refused(|book| book.fields.push(key_of("shelf", "Shelf", amphi::meta::OnDelete::Cascade))).len(), 3);
    assert_eq!(refused(|book| book.indexes = vec![index(vec![by("author")])]).len(), 3, "two indexes of one name");
    assert_eq!(refused(|book| book.indexes = vec![index(vec![by("nothing")])]).len(), 3);
}

#[test]
fn what_fills_a_field_must_fit_and_is_not_told() {
    let (before, mut after) = (shop(), shop());
    book(&mut after).fields.push(text("isbn", 3));
    let mut change = SchemaChange::new(&before, &after);
    change.fills.push((name("Book"), "isbn".to_owned(), Literal::Text("secret".to_owned())));
    for dialect in [&SQLITE as &'static dyn Dialect, &POSTGRES, &MARIADB] {
        let error = change.statements(dialect).unwrap_err();
        assert!(matches!(error, Error::InvalidValue { .. }) && !error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn nothing_is_sent_where_nothing_changes() {
    let mut after = shop();
    // The order of fields is no part of a schema.
    book(&mut after).fields.reverse();
    for dialect in [&SQLITE as &'static dyn Dialect, &POSTGRES, &MARIADB] {
        assert_eq!(SchemaChange::new(&shop(), &after).statements(dialect).unwrap(), []);
    }
}

#[test]
fn what_is_lost_is_told() {
    let (before, mut after) = (shop(), shop());
    after.remove(&name("Review"));
    book(&mut after).fields.retain(|field| field.name != "pages");
    book(&mut after).fields[3].kind = FieldKind::I32;
    let lost = SchemaChange::new(&before, &after).destroys();
    assert_eq!(
        lost,
        [
            "the column `pages` of the table `book`",
            "parts of the values of the column `price` of the table `book`",
            "the table `review`",
        ]
    );
}
