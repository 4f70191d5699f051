//! Databases as others make them, and the models that `inspectdb` writes of them: the files beside this one are its output.

mod mysql;
mod postgres;
mod sqlite;

use amphi::Backend;
use orm_core::meta::ModelMeta;

pub const SQLITE: &[&ModelMeta] = amphi::models![sqlite::Authors, sqlite::Cheap, sqlite::Editions, sqlite::T2Copies];
pub const POSTGRES: &[&ModelMeta] = amphi::models![postgres::Authors, postgres::Cheap, postgres::Editions, postgres::T2Copies];
pub const MYSQL: &[&ModelMeta] = amphi::models![mysql::Authors, mysql::Cheap, mysql::Editions, mysql::T2Copies];

/// What makes the database.
pub fn tables(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Sqlite => &[
            "CREATE TABLE authors (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name VARCHAR(40) NOT NULL, \"type\" TEXT DEFAULT 'it''s', \
             born DATE, UNIQUE (name)) ",
            "CREATE TABLE editions (tenant INTEGER NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL, price DECIMAL(8, 2), \
             author_id INTEGER NOT NULL REFERENCES authors (id) ON DELETE CASCADE, PRIMARY KEY (tenant, number), \
             CONSTRAINT title_is_said CHECK (title <> ''))",
            "CREATE TABLE \"2 copies\" (code TEXT NOT NULL PRIMARY KEY, edition_tenant INTEGER, edition_number INTEGER, \
             \"create\" REAL NOT NULL DEFAULT 1.5, photo BLOB, lent BOOLEAN NOT NULL DEFAULT 0, \
             double AS (\"create\" * 2), CHECK (lent IN (0, 1)), \
             FOREIGN KEY (edition_tenant, edition_number) REFERENCES editions (tenant, number) ON DELETE SET NULL)",
            "CREATE INDEX editions_author_id_idx ON editions (author_id)",
            "CREATE INDEX by_title ON editions (lower(title), price DESC) WHERE price > 1",
            "CREATE UNIQUE INDEX one_lent ON \"2 copies\" (edition_tenant) WHERE lent",
            "CREATE TABLE keyless (a INTEGER)",
            "CREATE VIEW cheap AS SELECT number AS id, title FROM editions WHERE price < 5",
            "CREATE TRIGGER watch AFTER DELETE ON authors BEGIN SELECT 1; END",
        ],
        Backend::Postgres => &[
            "CREATE TYPE mood AS ENUM ('sad', 'in-between', 'Self')",
            "CREATE TABLE authors (id serial PRIMARY KEY, name varchar(40) COLLATE \"C\" NOT NULL UNIQUE, \"type\" text DEFAULT 'it''s', \
             born date, mood mood NOT NULL DEFAULT 'sad', moods mood[], home inet, tags text[] COLLATE \"C\", \
             seen timestamptz DEFAULT now())",
            "COMMENT ON TABLE authors IS 'who \"writes\"'",
            "COMMENT ON COLUMN authors.name IS 'as on the cover'",
            "CREATE TABLE editions (tenant integer NOT NULL, number bigint NOT NULL, title varchar(60) COLLATE \"C\" NOT NULL, \
             price numeric(8, 2), extra jsonb, during tsrange, author_id integer NOT NULL, PRIMARY KEY (tenant, number), \
             CONSTRAINT title_is_said CHECK (title <> ''), CONSTRAINT editions_author_id_fkey FOREIGN KEY (author_id) REFERENCES authors \
             ON DELETE CASCADE, CONSTRAINT never_twice EXCLUDE USING gist (during WITH &&))",
            "CREATE TABLE \"2 copies\" (code uuid PRIMARY KEY, edition_tenant integer, edition_number bigint, \
             \"create\" double precision NOT NULL DEFAULT 1.5, photo bytea, lent boolean NOT NULL DEFAULT false, \
             double double precision GENERATED ALWAYS AS (\"create\" * 2) STORED, \
             CONSTRAINT \"2 copies_edition_tenant_edition_number_fkey\" FOREIGN KEY (edition_tenant, edition_number) \
             REFERENCES editions (tenant, number) ON DELETE SET NULL)",
            "CREATE INDEX \"2 copies_edition_tenant_edition_number_idx\" ON \"2 copies\" (edition_tenant, edition_number)",
            "CREATE INDEX editions_author_id_idx ON editions (author_id)",
            "CREATE INDEX by_title ON editions (lower(title), price DESC) INCLUDE (number) WHERE price > 1",
            "CREATE INDEX by_extra ON editions USING gin (extra)",
            "CREATE UNIQUE INDEX one_lent ON \"2 copies\" (edition_tenant, edition_number) WHERE lent",
            "CREATE TABLE keyless (a integer)",
            "CREATE VIEW cheap AS SELECT number AS id, title FROM editions WHERE price < 5",
            "CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE TRIGGER watch AFTER DELETE ON authors FOR EACH ROW EXECUTE FUNCTION watch()",
        ],
        _ => &[
            "CREATE TABLE authors (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) COLLATE utf8mb4_nopad_bin NOT NULL \
             COMMENT 'as on the cover', `type` VARCHAR(20) CHARACTER SET utf8mb4 DEFAULT 'it\\'s', born DATE, UNIQUE name (name), \
             mood ENUM('sad', 'calm') NOT NULL, age INT UNSIGNED, place POINT) ENGINE=InnoDB CHARACTER SET utf8mb4 COMMENT='who writes'",
            "CREATE TABLE editions (tenant INT NOT NULL, number BIGINT NOT NULL, title VARCHAR(60) COLLATE utf8mb4_nopad_bin NOT NULL, \
             price DECIMAL(8, 2), extra JSON, author_id INT NOT NULL, PRIMARY KEY (tenant, number), \
             CONSTRAINT title_is_said CHECK (title <> ''), KEY editions_author_id_idx (author_id), KEY by_title (title, price DESC), \
             CONSTRAINT editions_author_id_fkey FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE CASCADE) \
             ENGINE=InnoDB CHARACTER SET utf8mb4",
            "CREATE TABLE `2 copies` (code BINARY(16) NOT NULL PRIMARY KEY, edition_tenant INT, edition_number BIGINT, \
             `create` DOUBLE NOT NULL DEFAULT 1.5, photo LONGBLOB, lent TINYINT(1) NOT NULL DEFAULT 0, at DATETIME(6), stamp TIMESTAMP NULL, \
             `double` DOUBLE AS (`create` * 2), CONSTRAINT `2 copies_lent_check` CHECK (lent IN (0, 1)), \
             KEY `2 copies_edition_tenant_edition_number_idx` (edition_tenant, edition_number), \
             CONSTRAINT `2 copies_edition_tenant_edition_number_fkey` FOREIGN KEY (edition_tenant, edition_number) \
             REFERENCES editions (tenant, number) ON DELETE SET NULL) ENGINE=InnoDB CHARACTER SET utf8mb4",
            "CREATE TABLE keyless (a INTEGER)",
            "CREATE VIEW cheap AS SELECT number AS id, title FROM editions WHERE price < 5",
            "CREATE TRIGGER watch AFTER DELETE ON authors FOR EACH ROW SET @x = 1",
        ],
    }
}

/// What models cannot say of the database.
pub fn unsaid(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Sqlite => &[
            "The column `name` of the table `authors` is `VARCHAR(40)` and should be `TEXT`.",
            "The default of the column `type` of the table `authors` is `'it''s'` and should be none.",
            "The column `born` of the table `authors` is `DATE` and should be `TEXT`.",
            "The check `authors_name_check` of the table `authors` is missing.",
            "The column `price` of the table `editions` is `DECIMAL(8, 2)` and should be `TEXT` with the collation `amphi_decimal`.",
            "The table `editions` has the index `by_title`, which no model says.",
            "The default of the column `create` of the table `2 copies` is `1.5` and should be none.",
            "The column `lent` of the table `2 copies` is `BOOLEAN` and should be `INTEGER`.",
            "The default of the column `lent` of the table `2 copies` is `0` and should be none.",
            "The table `2 copies` has a column `double` that no field has.",
            "The check `2 copies_lent_check` of the table `2 copies` is missing.",
            "The index `2 copies_edition_tenant_edition_number_idx` of the table `2 copies` is missing.",
            "The table `2 copies` has the check (lent IN (0, 1)), which no model says.",
            "The table `2 copies` has the index `one_lent`, which no model says.",
        ],
        Backend::Postgres => &[
            "The database does not fill in the column `id` of the table `authors` and should.",
            "The column `type` of the table `authors` is `text` with the collation `default` and should be `text` with the collation `C`.",
            "The default of the column `type` of the table `authors` is `'it''s'::text` and should be none.",
            "The default of the column `mood` of the table `authors` is `'sad'::mood` and should be none.",
            "The default of the column `seen` of the table `authors` is `now()` and should be none.",
            "The table `authors` has a column `home` that no field has.",
            "The table `editions` has a column `during` that no field has.",
            "The table `editions` has the index `by_title`, which no model says.",
            "The table `editions` has the exclusion constraint `never_twice`, which no model says.",
            "The default of the column `create` of the table `2 copies` is `1.5` and should be none.",
            "The default of the column `lent` of the table `2 copies` is `false` and should be none.",
            "The table `2 copies` has a column `double` that no field has.",
        ],
        _ => &[
            "The column `type` of the table `authors` is `varchar(20)` with the collation `utf8mb4_general_ci` and should be `varchar(20)` with the collation `utf8mb4_nopad_bin`.",
            "The default of the column `type` of the table `authors` is `'it''s'` and should be none.",
            "The column `mood` of the table `authors` is `enum('sad','calm')` with the collation `utf8mb4_general_ci` and should be `longtext` with the collation `utf8mb4_nopad_bin`.",
            "The column `age` of the table `authors` is `int unsigned` and should be `bigint`.",
            "The table `authors` has a column `place` that no field has.",
            "The default of the column `create` of the table `2 copies` is `1.5` and should be none.",
            "The default of the column `lent` of the table `2 copies` is `0` and should be none.",
            "The column `stamp` of the table `2 copies` is `timestamp` and should be `datetime(6)`.",
            "The table `2 copies` has a column `double` that no field has.",
        ],
    }
}
