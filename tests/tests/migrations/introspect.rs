//! What a database says of its schema, as sorted lines: the same for two schemas that are the same, but for the order of columns.

use amphi::Backend;

/// The queries, each of one column of text.
pub fn queries(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Sqlite => &[
            "SELECT 'table ' || name || ' ' || sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            "SELECT concat_ws(' ', 'column', t.name, c.name, c.type, c.\"notnull\", coalesce(c.dflt_value, '-'), c.pk, c.hidden) \
             FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
            "SELECT concat_ws(' ', 'index', i.tbl_name, i.name, coalesce(i.sql, 'automatic'), (SELECT group_concat(x.name || x.desc) \
             FROM pragma_index_xinfo(i.name) x WHERE x.key)) FROM sqlite_schema i WHERE i.type = 'index' AND i.sql IS NOT NULL",
            "SELECT concat_ws(' ', 'unique', t.name, i.origin, (SELECT group_concat(x.name) FROM pragma_index_xinfo(i.name) x WHERE \
             x.key)) FROM sqlite_schema t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin <> 'c'",
            "SELECT concat_ws(' ', 'foreign key', t.name, f.\"from\", f.\"table\", f.\"to\", f.on_delete, f.seq) \
             FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
        ],
        Backend::Postgres => &[
            "SELECT concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
             'identity', a.attidentity, l.collname, 'default', pg_get_expr(d.adbin, d.adrelid), 'comment', \
             col_description(c.oid, a.attnum)) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
             LEFT JOIN pg_collation l ON l.oid = a.attcollation \
             LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped",
            "SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint \
             WHERE connamespace = current_schema()::regnamespace",
            "SELECT concat_ws(' ', 'index', tablename, indexname, indexdef) FROM pg_indexes WHERE schemaname = current_schema()",
            "SELECT concat_ws(' ', 'sequence', c.relname, format_type(s.seqtypid, NULL)) FROM pg_class c \
             JOIN pg_sequence s ON s.seqrelid = c.oid WHERE c.relnamespace = current_schema()::regnamespace",
            "SELECT concat_ws(' ', 'enum', t.typname, (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum e \
             WHERE e.enumtypid = t.oid)) FROM pg_type t WHERE t.typnamespace = current_schema()::regnamespace AND t.typtype = 'e'",
            "SELECT concat_ws(' ', 'comment', relname, obj_description(oid)) FROM pg_class \
             WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'",
        ],
        _ => &[
            "SELECT CONCAT_WS(' ', 'column', TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COALESCE(COLUMN_DEFAULT, 'none'), \
             EXTRA, COALESCE(COLLATION_NAME, ''), 'comment', COLUMN_COMMENT) FROM information_schema.COLUMNS \
             WHERE TABLE_SCHEMA = DATABASE()",
            "SELECT CONCAT_WS(' ', 'index', TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME, COLLATION, INDEX_TYPE) \
             FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()",
            "SELECT CONCAT_WS(' ', 'foreign key', k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION, k.COLUMN_NAME, \
             k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE) \
             FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r \
             ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME \
             WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL",
            "SELECT CONCAT_WS(' ', 'check', TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE) FROM information_schema.CHECK_CONSTRAINTS \
             WHERE CONSTRAINT_SCHEMA = DATABASE()",
            "SELECT CONCAT_WS(' ', 'constraint', TABLE_NAME, CONSTRAINT_NAME, CONSTRAINT_TYPE) \
             FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()",
            "SELECT CONCAT_WS(' ', 'table', TABLE_NAME, ENGINE, TABLE_COLLATION, TABLE_COMMENT) FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = DATABASE()",
        ],
    }
}

/// The answers as sorted lines. The text of SQLite's tables is taken apart: a constraint of a column is one of its table.
pub fn sorted(answers: Vec<String>) -> Vec<String> {
    let mut lines: Vec<String> = answers.into_iter().flat_map(taken_apart).collect();
    lines.sort();
    lines
}

fn taken_apart(line: String) -> Vec<String> {
    let Some((head, body)) = line.split_once(" CREATE TABLE ") else { return vec![line] };
    let (Some(start), Some(end)) = (body.find('('), body.rfind(')')) else { return vec![line] };
    let mut lines = vec![format!("{head}{}", &body[end + 1..])];
    for definition in split_at_commas(&body[start + 1..end]) {
        let words = definition.split_whitespace().collect::<Vec<_>>().join(" ");
        for (at, piece) in words.split("CONSTRAINT ").enumerate().filter(|(_, piece)| !piece.is_empty()) {
            // A foreign key of a table names its column, which `foreign_key_list` tells too.
            let piece = match piece.split_once("FOREIGN KEY") {
                Some((name, key)) => format!("{name}{}", key.split_once(") ").map_or(key, |(_, target)| target)),
                None => piece.to_owned(),
            };
            let kind = if at == 0 { "" } else { "constraint " };
            lines.push(format!("{head} {kind}{}", piece.trim()));
        }
    }
    lines
}

/// What stands between commas that are not between parentheses or quotes.
fn split_at_commas(text: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut from, mut parts) = (0, None, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}
