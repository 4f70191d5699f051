//! A session as the core's connection.

use std::future::{Future, ready};

use orm_core::connection::{Connection, Sink};
use orm_core::meta::ModelMeta;
use orm_core::model::Model;
use orm_core::sql::{Dialect, SQLITE};
use orm_core::statement::Statement;
use orm_core::transaction::{TransactionId, TransactionOptions, TransactionOutcome};
use orm_core::{Error, Result};

use crate::session::Session;

impl Connection for Session {
    #[inline]
    fn dialect(&self) -> &'static dyn Dialect {
        &SQLITE
    }

    #[inline]
    fn fetch<S: Statement, K: Sink>(&mut self, statement: &S, sink: &mut K) -> impl Future<Output = Result<()>> + Send {
        ready(self.fetch_now(statement, sink).map_err(|error| self.explained(error)))
    }

    #[inline]
    fn execute<S: Statement>(&mut self, statement: &S) -> impl Future<Output = Result<u64>> + Send {
        ready(self.execute_now(statement).map_err(|error| self.explained(error)))
    }

    #[inline]
    fn insert<S: Statement>(&mut self, statement: &S) -> impl Future<Output = Result<i64>> + Send {
        ready(self.insert_now(statement).map_err(|error| self.explained(error)))
    }

    #[inline]
    fn insert_rows<M: Model>(&mut self, rows: &mut [M], keyed: bool) -> impl Future<Output = Result<()>> + Send {
        ready(self.insert_rows_now(rows, keyed).map_err(|error| self.explained(error)))
    }

    #[inline]
    fn run_script(&mut self, sql: &str) -> impl Future<Output = Result<()>> + Send {
        ready(self.run_script_now(sql).map_err(|error| self.explained(error)))
    }

    #[inline]
    fn columns_of(&mut self, model: &'static ModelMeta) -> impl Future<Output = Result<Vec<String>>> + Send {
        ready(self.columns_now(model.table).map_err(|error| self.explained(error)))
    }

    fn set_foreign_keys(&mut self, on: bool) -> impl Future<Output = Result<()>> + Send {
        ready(self.set_foreign_keys_now(on))
    }

    fn is_always_ready(&self) -> bool {
        true
    }

    #[inline]
    fn in_transaction(&self) -> bool {
        Session::in_transaction(self)
    }

    fn check_row_lock(&self) -> Result<()> {
        Session::check_row_lock(self)
    }

    #[inline]
    fn begin_with(&mut self, options: &TransactionOptions) -> impl Future<Output = Result<()>> + Send {
        ready(self.begin_as(options).map_err(|error| self.explained(error)))
    }

    #[inline]
    fn commit(&mut self) -> impl Future<Output = Result<()>> + Send {
        ready(self.commit_now().map_err(|error| self.explained(error)))
    }

    #[inline]
    fn rollback(&mut self) -> impl Future<Output = Result<()>> + Send {
        ready(self.rollback_now().map_err(|error| self.explained(error)))
    }

    fn outcome_of(&mut self, _: TransactionId) -> impl Future<Output = Result<TransactionOutcome>> + Send {
        ready(Err(Error::Unsupported {
            feature: "asking what became of a transaction",
            backend: SQLITE.features().name,
            hint: "a commit on SQLite is always known",
        }))
    }
}
