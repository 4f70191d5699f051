//! Unique constraints, checks and indexes of a table, as a model says them.

use orm_core::schema::{ConstraintState, DialectSql, IndexPart, IndexState};
use orm_core::sql::{Backend, IndexKey, NamedPart};

use super::model::{Maker, Making};
use crate::introspect::CatalogIndex;

impl<'c> Maker<'c> {
    /// All that the table has beside its columns and foreign keys.
    pub(super) fn parts(&self, making: &mut Making<'c>) {
        self.uniques(making);
        for check in &self.table.checks {
            if making.said.contains(&check) {
                continue;
            }
            let Some(name) = &check.name else {
                making.note(None, format!("The check ({}) is left out: it has no name.", check.condition));
                continue;
            };
            if !check.validated {
                making.note(None, format!("The check `{name}` is not validated."));
            }
            making.model.constraints.push(ConstraintState::Check { name: name.clone(), condition: self.sql(&check.condition) });
        }
        for name in &self.table.exclusions {
            making.note(None, format!("The exclusion constraint `{name}` is left out: no model says such."));
        }
        for index in &self.table.indexes {
            self.index(index, making);
        }
    }

    fn sql(&self, text: &str) -> DialectSql {
        let text = Some(text.to_owned());
        let (mut sqlite, mut postgres, mut mysql) = (None, None, None);
        match self.catalog.backend {
            Backend::Sqlite => sqlite = text,
            Backend::Postgres => postgres = text,
            _ => mysql = text,
        }
        DialectSql::Each { sqlite, postgres, mysql }
    }

    /// The name that a model must say, because the database would get another one.
    fn other_name(&self, name: Option<&String>, part: NamedPart, columns: &[String]) -> Option<String> {
        name.filter(|name| part.name(&self.table.name, columns, self.dialect).as_ref() != Some(name)).cloned()
    }

    fn uniques(&self, making: &mut Making<'c>) {
        for unique in &self.table.uniques {
            let Some(fields) = making.fields_of(&unique.columns) else {
                making.note(None, format!("That `{}` are unique is left out.", unique.columns.join("`, `")));
                continue;
            };
            let is_of_field = NamedPart::UniqueField.name(&self.table.name, &unique.columns, self.dialect) == unique.name;
            let field = making.model.fields.iter_mut().find(|field| fields == [field.name.clone()]);
            match field.filter(|field| is_of_field && !field.unique) {
                Some(field) => field.unique = true,
                None => {
                    let name = self.other_name(unique.name.as_ref(), NamedPart::Unique, &unique.columns);
                    making.model.constraints.push(ConstraintState::Unique { name, fields, condition: None });
                }
            }
        }
    }

    fn index(&self, index: &CatalogIndex, making: &mut Making<'c>) {
        let column = |key: &IndexKey| match key {
            IndexKey::Column { name, .. } => Some(name.clone()),
            IndexKey::Expression(_) => None,
        };
        let columns: Option<Vec<String>> = index.keys.iter().map(column).collect();
        let Some(parts) = self.index_parts(index, making) else {
            making.note(None, format!("The index `{}` is left out: it is about a column that no field has.", index.name));
            return;
        };
        let Some(include) = making.fields_of(&index.include) else {
            making.note(None, format!("The index `{}` is left out: it holds a column that no field has.", index.name));
            return;
        };
        if !index.valid {
            making.note(None, format!("The index `{}` is not whole; build it anew.", index.name));
        }
        let condition = index.condition.as_deref().map(|condition| self.sql(condition));
        if index.unique {
            self.unique_index(index, columns, condition, making);
            return;
        }
        let method = index.method.clone().filter(|_| self.catalog.backend == Backend::Postgres);
        if let (Some([column]), None, None, true) = (columns.as_deref(), &condition, &method, include.is_empty())
            && index.keys.iter().all(|key| matches!(key, IndexKey::Column { descending: false, .. }))
            && NamedPart::Index.name(&self.table.name, std::slice::from_ref(column), self.dialect).as_ref() == Some(&index.name)
            && let Some(field) = making.model.fields.iter_mut().find(|field| field.column() == column)
        {
            // A foreign key has it without a word.
            field.index = field.references.is_none();
            return;
        }
        let name = match &columns {
            Some(columns) => self.other_name(Some(&index.name), NamedPart::Index, columns),
            None => Some(index.name.clone()),
        };
        making.model.indexes.push(IndexState { name, parts, include, condition, method });
    }

    /// What an index orders the rows by; none if it names a column that no field has.
    fn index_parts(&self, index: &CatalogIndex, making: &Making<'c>) -> Option<Vec<IndexPart>> {
        let part = |key: &IndexKey| match key {
            IndexKey::Column { name, descending } => {
                let field = making.fields_of(std::slice::from_ref(name))?.pop()?;
                Some(if *descending { IndexPart::Descending(field) } else { IndexPart::Field(field) })
            }
            IndexKey::Expression(sql) if sql.is_empty() => None,
            IndexKey::Expression(sql) => Some(IndexPart::Expression(self.sql(sql))),
        };
        index.keys.iter().map(part).collect()
    }

    fn unique_index(
        &self,
        index: &CatalogIndex,
        columns: Option<Vec<String>>,
        condition: Option<DialectSql>,
        making: &mut Making<'c>,
    ) {
        let Some((fields, columns)) = columns.and_then(|columns| Some((making.fields_of(&columns)?, columns))) else {
            making.note(None, format!("The unique index `{}` is left out: it is of an expression.", index.name));
            return;
        };
        if condition.is_none() {
            making.note(None, format!("`{}` is an index and no constraint.", index.name));
        }
        let name = self.other_name(Some(&index.name), NamedPart::Unique, &columns);
        making.model.constraints.push(ConstraintState::Unique { name, fields, condition });
    }
}
