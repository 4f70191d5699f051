//! What a table has beside its columns: keys, constraints and indexes, each with its name and its SQL.

use super::detail::Detail;
use super::name::{given_name, hash, listed, name_of, quoted};
use super::shape::{IndexKey, OnDeleteRule};
use super::table::{Target, column_of, target};
use crate::error::{Error, Result};
use crate::meta::OnDelete;
use crate::schema::{
    ConstraintState, DialectSql, FieldKind, FieldState, IndexPart, IndexState, ModelName, ModelState, SchemaState,
};
use crate::sql::Dialect;

/// What a part of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    Primary,
    Check,
    Unique,
    Exclude,
    ForeignKey,
    Index,
}

/// A key, constraint or index.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub kind: PartKind,
    /// Its name in the database; empty where it has none.
    pub name: String,
    /// Whether its column says it, so that the database names it.
    pub inline: bool,
    /// Its SQL behind its name, and for an index behind its table's name.
    pub definition: String,
    /// Whether an index is unique.
    pub unique: bool,
    /// The columns that it is known to be about.
    pub columns: Vec<String>,
    /// Whether it holds SQL by a user's hand, which may be about any column.
    pub raw: bool,
    /// What a foreign key points at.
    pub target: Option<Target>,
    /// What the definition says, piece by piece.
    pub detail: Detail,
}

impl Part {
    fn new(kind: PartKind, name: String, columns: Vec<String>, definition: String) -> Self {
        Part {
            kind,
            name,
            inline: false,
            definition,
            unique: false,
            columns,
            raw: false,
            target: None,
            detail: Detail::default(),
        }
    }

    /// What CREATE TABLE says of a constraint.
    pub(super) fn line(&self, dialect: &dyn Dialect) -> String {
        if self.name.is_empty() || (self.kind == PartKind::Primary) {
            return self.definition.clone();
        }
        format!("CONSTRAINT {} {}", quoted(&self.name, dialect), self.definition)
    }

    /// The statement that creates an index; `head` stands between INDEX and its name.
    pub(super) fn create_index(&self, table: &str, head: &str, dialect: &dyn Dialect) -> String {
        let unique = if self.unique { "UNIQUE " } else { "" };
        format!(
            "CREATE {unique}INDEX {head}{} ON {}{}{}",
            quoted(&self.name, dialect),
            quoted(table, dialect),
            if self.definition.starts_with('(') { " " } else { " USING " },
            self.definition
        )
    }

    /// What it is called in a plan.
    pub(super) fn told(&self) -> String {
        let what = match self.kind {
            PartKind::Primary => "primary key",
            PartKind::Check => "check",
            PartKind::Unique => "unique constraint",
            PartKind::Exclude => "exclusion constraint",
            PartKind::ForeignKey => "foreign key",
            PartKind::Index => "index",
        };
        if self.name.is_empty() { format!("the {what}") } else { format!("the {what} `{}`", self.name) }
    }
}

/// The parts of a table: its key and constraints, then its indexes, each in a fixed order.
pub(super) fn parts(state: &SchemaState, model: &ModelState, typed: &[FieldState], dialect: &dyn Dialect) -> Result<Vec<Part>> {
    let maker = Maker { state, model, dialect };
    let mut parts = vec![maker.primary()?];
    parts.extend(model.fields.iter().filter(|field| field.unique && !maker.is_key(field)).map(|field| maker.unique_field(field)));
    parts.extend(model.fields.iter().zip(typed).filter_map(|(field, typed)| maker.check(field, typed)));
    for constraint in &model.constraints {
        parts.extend(maker.constraint(constraint)?);
    }
    drop_repeated(&mut parts);
    for field in &model.fields {
        if let Some(reference) = &field.references {
            let fields = std::slice::from_ref(&field.name);
            parts.push(maker.foreign_key(fields, &reference.model, reference.on_delete)?);
        }
    }
    for constraint in &model.constraints {
        if let ConstraintState::ForeignKey { fields, model: target, on_delete } = constraint {
            parts.push(maker.foreign_key(fields, target, *on_delete)?);
        }
    }
    let indexes = maker.indexes(&parts)?;
    parts.extend(indexes);
    maker.have_names_of_their_own(&parts)?;
    Ok(parts)
}

/// Leaves out what the key or another unique constraint says already, as PostgreSQL and SQLite do when they create the table, but not
/// when it is added later: the schema is to be the same on either way.
fn drop_repeated(parts: &mut Vec<Part>) {
    let mut seen: Vec<Vec<String>> = Vec::new();
    parts.retain(|part| {
        let says_unique = matches!(part.kind, PartKind::Primary | PartKind::Unique);
        if says_unique && seen.contains(&part.columns) {
            return false;
        }
        if says_unique {
            seen.push(part.columns.clone());
        }
        true
    });
}

struct Maker<'s> {
    state: &'s SchemaState,
    model: &'s ModelState,
    dialect: &'s dyn Dialect,
}

impl Maker<'_> {
    fn is_key(&self, field: &FieldState) -> bool {
        self.model.key.as_slice() == std::slice::from_ref(&field.name)
    }

    fn columns(&self, fields: &[String]) -> Result<Vec<String>> {
        fields.iter().map(|field| column_of(self.model, field).map(str::to_owned)).collect()
    }

    /// A name that the model gave, or one that follows from the table and columns.
    fn name(&self, given: Option<&String>, columns: &[String], kind: &str) -> Result<String> {
        let Some(given) = given else { return Ok(name_of(&self.model.table, columns, kind, self.dialect)) };
        let features = self.dialect.features();
        if features.longest_name.is_some_and(|longest| !longest.takes(given)) {
            return Err(self.wrong(&format!("the name `{given}` is longer than {} takes", features.name)));
        }
        Ok(given.clone())
    }

    fn wrong(&self, what: &str) -> Error {
        Error::Schema(format!("the schema of `{}`: {what}", self.model.name.name))
    }

    fn primary(&self) -> Result<Part> {
        let columns = self.columns(&self.model.key)?;
        if columns.is_empty() {
            return Err(self.wrong("it has no key"));
        }
        let definition = format!("PRIMARY KEY ({})", listed(&columns, self.dialect));
        let inline = columns.len() == 1;
        Ok(Part {
            inline,
            ..Part::new(PartKind::Primary, given_name(&self.model.table, None, "pkey", self.dialect), columns, definition)
        })
    }

    fn unique_field(&self, field: &FieldState) -> Part {
        let columns = vec![field.column().to_owned()];
        let definition = format!("UNIQUE ({})", listed(&columns, self.dialect));
        let name = given_name(&self.model.table, Some(field.column()), "key", self.dialect);
        Part { inline: true, ..Part::new(PartKind::Unique, name, columns, definition) }
    }

    /// What the type alone does not hold: the width of integers, the length of texts.
    fn check(&self, field: &FieldState, typed: &FieldState) -> Option<Part> {
        // The check is about what the field itself says: a foreign key is held to its target's key.
        let kind = &typed.kind;
        if !self.dialect.needs_check(kind) {
            return None;
        }
        let column = quoted(field.column(), self.dialect);
        let max_length = if field.references.is_some() { None } else { field.max_length };
        let condition = match (kind, max_length) {
            (FieldKind::Bool, _) => format!("{column} IN (0, 1)"),
            (FieldKind::I16, _) => format!("{column} BETWEEN {} AND {}", i16::MIN, i16::MAX),
            (FieldKind::I32, _) => format!("{column} BETWEEN {} AND {}", i32::MIN, i32::MAX),
            (FieldKind::Text | FieldKind::Enum { .. }, Some(max)) => format!("length({column}) <= {max}"),
            _ => return None,
        };
        let columns = vec![field.column().to_owned()];
        let name = name_of(&self.model.table, &columns, "check", self.dialect);
        let detail = Detail::check(&condition);
        Some(Part { detail, ..Part::new(PartKind::Check, name, columns, format!("CHECK ({condition})")) })
    }

    /// A constraint, if this database has it; foreign keys come apart.
    fn constraint(&self, constraint: &ConstraintState) -> Result<Option<Part>> {
        let features = self.dialect.features();
        Ok(match constraint {
            ConstraintState::Unique { name, fields, condition: None } => {
                let columns = self.columns(fields)?;
                let definition = format!("UNIQUE ({})", listed(&columns, self.dialect));
                Some(Part::new(PartKind::Unique, self.name(name.as_ref(), &columns, "uniq")?, columns, definition))
            }
            ConstraintState::Unique { name, fields, condition: Some(condition) } => {
                let Some(condition) = self.condition(condition)? else { return Ok(None) };
                let columns = self.columns(fields)?;
                let definition = format!("({}) WHERE {condition}", listed(&columns, self.dialect));
                let name = self.name(name.as_ref(), &columns, "uniq")?;
                let keys = columns.iter().cloned().map(|name| IndexKey::Column { name, descending: false }).collect();
                let detail = Detail { keys, condition: Some(condition), ..Detail::default() };
                Some(Part { unique: true, raw: true, detail, ..Part::new(PartKind::Index, name, columns, definition) })
            }
            ConstraintState::Check { name, condition } => {
                let Some(condition) = condition.of(self.dialect.backend()) else { return Ok(None) };
                let name = self.name(Some(name), &[], "")?;
                let detail = Detail::check(condition);
                let definition = format!("CHECK ({condition})");
                Some(Part { raw: true, detail, ..Part::new(PartKind::Check, name, Vec::new(), definition) })
            }
            ConstraintState::Exclude { .. } if !features.exclusion_constraints => {
                return Err(Error::Unsupported {
                    feature: "an exclusion constraint",
                    backend: features.name,
                    hint: "only PostgreSQL has them; check in a transaction that locks what it reads",
                });
            }
            ConstraintState::Exclude { name, method, elements, condition } => {
                Some(self.exclusion(name, method, elements, condition.as_deref())?)
            }
            ConstraintState::ForeignKey { .. } => None,
        })
    }

    fn exclusion(&self, name: &String, method: &str, elements: &[(String, String)], condition: Option<&str>) -> Result<Part> {
        let mut written = Vec::with_capacity(elements.len());
        for (of, operator) in elements {
            if operator.is_empty() || !operator.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c)) {
                return Err(self.wrong(&format!("`{operator}` in the exclusion constraint `{name}` is no operator")));
            }
            let of = match self.model.field(of) {
                Some(field) => quoted(field.column(), self.dialect),
                None => format!("({of})"),
            };
            written.push(format!("{of} WITH {operator}"));
        }
        let condition = condition.map_or_else(String::new, |condition| format!(" WHERE ({condition})"));
        let definition = format!("EXCLUDE USING {} ({}){condition}", quoted(method, self.dialect), written.join(", "));
        let name = self.name(Some(name), &[], "")?;
        Ok(Part { raw: true, ..Part::new(PartKind::Exclude, name, Vec::new(), definition) })
    }

    fn foreign_key(&self, fields: &[String], model: &ModelName, on_delete: OnDelete) -> Result<Part> {
        let features = self.dialect.features();
        let target = target(self.state, model)
            .filter(|target| target.columns.len() == fields.len())
            .ok_or_else(|| self.wrong(&format!("`{}` points at `{model}`, which has no such key", fields.join("`, `"))))?;
        let columns = self.columns(fields)?;
        let mut definition = format!(
            "FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE ",
            listed(&columns, self.dialect),
            quoted(&target.table, self.dialect),
            listed(&target.columns, self.dialect)
        );
        let rule = match on_delete {
            OnDelete::Cascade => OnDeleteRule::Cascade,
            OnDelete::Protect => OnDeleteRule::Restrict,
            // Rows that go too may go after their target: RESTRICT is never deferred, NO ACTION is where anything is.
            OnDelete::Restrict if features.defers_constraints => OnDeleteRule::NoAction,
            OnDelete::Restrict => OnDeleteRule::Restrict,
            OnDelete::SetNull => OnDeleteRule::SetNull,
            OnDelete::SetDefault if features.sets_default_on_delete => OnDeleteRule::SetDefault,
            // `delete` sets the default itself, before the target goes.
            OnDelete::SetDefault | OnDelete::DoNothing => OnDeleteRule::NoAction,
        };
        definition.push_str(rule.sql());
        if features.defers_constraints {
            // Checked at the commit, so that rows that point at each other can be inserted in one transaction.
            definition.push_str(" DEFERRABLE INITIALLY DEFERRED");
        }
        let name = name_of(&self.model.table, &columns, "fkey", self.dialect);
        let detail = Detail { on_delete: rule, ..Detail::default() };
        Ok(Part { target: Some(target), detail, ..Part::new(PartKind::ForeignKey, name, columns, definition) })
    }

    /// The indexes, by the first field of each.
    fn indexes(&self, constraints: &[Part]) -> Result<Vec<Part>> {
        let mut indexes = Vec::new();
        for field in self.model.fields.iter().filter(|field| field.is_indexed()) {
            indexes.push(self.plain_index(vec![field.column().to_owned()]));
        }
        for index in &self.model.indexes {
            indexes.extend(self.index(index)?);
        }
        // A foreign key has an index unless a constraint brings one: joins and ON DELETE look it up.
        for key in constraints.iter().filter(|part| part.kind == PartKind::ForeignKey && part.columns.len() > 1) {
            let serves = |part: &Part| {
                matches!(part.kind, PartKind::Primary | PartKind::Unique | PartKind::Index)
                    && !part.raw
                    && part.columns.starts_with(&key.columns)
            };
            if !constraints.iter().chain(&indexes).any(serves) {
                indexes.push(self.plain_index(key.columns.clone()));
            }
        }
        let position = |part: &Part| {
            let first = part.columns.first();
            self.model.fields.iter().position(|field| Some(field.column()) == first.map(String::as_str)).unwrap_or(usize::MAX)
        };
        indexes.sort_by_key(position);
        Ok(indexes)
    }

    fn plain_index(&self, columns: Vec<String>) -> Part {
        let name = name_of(&self.model.table, &columns, "idx", self.dialect);
        let definition = format!("({})", listed(&columns, self.dialect));
        let keys = columns.iter().cloned().map(|name| IndexKey::Column { name, descending: false }).collect();
        Part { detail: Detail { keys, ..Detail::default() }, ..Part::new(PartKind::Index, name, columns, definition) }
    }

    /// An index of the model, if this database has it.
    fn index(&self, index: &IndexState) -> Result<Option<Part>> {
        let (features, backend) = (self.dialect.features(), self.dialect.backend());
        let lacks = |feature, hint| Err(Error::Unsupported { feature, backend: features.name, hint });
        let (mut columns, mut written, mut named, mut raw) = (Vec::new(), Vec::new(), Vec::new(), false);
        let mut detail = Detail { method: index.method.clone(), ..Detail::default() };
        for part in &index.parts {
            match part {
                IndexPart::Field(field) | IndexPart::Descending(field) => {
                    let column = column_of(self.model, field)?.to_owned();
                    let descending = matches!(part, IndexPart::Descending(_));
                    let order = if descending { " DESC" } else { "" };
                    detail.keys.push(IndexKey::Column { name: column.clone(), descending });
                    written.push(quoted(&column, self.dialect) + order);
                    named.push(column.clone());
                    columns.push(column);
                }
                IndexPart::Expression(sql) => {
                    let Some(sql) = sql.of(backend) else { return Ok(None) };
                    if !features.expression_indexes {
                        return lacks("an index of an expression", "index a field that holds the value");
                    }
                    raw = true;
                    written.push(format!("({sql})"));
                    detail.keys.push(IndexKey::Expression(sql.to_owned()));
                    named.push(format!("{:08x}", hash(sql) >> 32));
                }
            }
        }
        let mut definition = format!("({})", written.join(", "));
        if let Some(method) = &index.method {
            if !features.index_methods {
                return lacks("an index of another method than a B-tree", "only PostgreSQL has them; write no `method`");
            }
            definition = format!("{} {definition}", quoted(method, self.dialect));
        }
        if !index.include.is_empty() {
            if !features.covering_indexes {
                return lacks("an index that covers more columns", "only PostgreSQL has them; write no `include`");
            }
            let included = self.columns(&index.include)?;
            definition = format!("{definition} INCLUDE ({})", listed(&included, self.dialect));
            columns.extend(included.iter().cloned());
            detail.include = included;
        }
        if let Some(condition) = &index.condition {
            let Some(condition) = self.condition(condition)? else { return Ok(None) };
            raw = true;
            definition = format!("{definition} WHERE {condition}");
            detail.condition = Some(condition);
        }
        let name = self.name(index.name.as_ref(), &named, "idx")?;
        Ok(Some(Part { raw, detail, ..Part::new(PartKind::Index, name, columns, definition) }))
    }

    /// The condition of an index; none where this database is to have no such index.
    fn condition(&self, condition: &DialectSql) -> Result<Option<String>> {
        let features = self.dialect.features();
        match condition.of(self.dialect.backend()) {
            Some(_) if !features.partial_indexes => Err(Error::Unsupported {
                feature: "an index of some of the rows",
                backend: features.name,
                hint: "write no condition, or the condition for the other databases alone",
            }),
            found => Ok(found.map(|sql| format!("({sql})"))),
        }
    }

    fn have_names_of_their_own(&self, parts: &[Part]) -> Result<()> {
        for (at, part) in parts.iter().enumerate() {
            // MySQL's unique constraints are indexes; a foreign key may have the name of its index.
            let twice = |other: &Part| {
                !part.name.is_empty()
                    && other.name == part.name
                    && (other.kind == PartKind::ForeignKey) == (part.kind == PartKind::ForeignKey)
            };
            if parts.iter().skip(at + 1).any(twice) {
                return Err(
                    self.wrong(&format!("two of its indexes and constraints are called `{}`; give one a name", part.name))
                );
            }
        }
        Ok(())
    }
}
