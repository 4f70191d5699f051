//! The SQL of the databases other than SQLite, where it differs.

mod deletes;
mod expressions;
mod locks;
mod schema;
mod selects;
mod transactions;
mod writes;

use amphi::prelude::*;
use amphi::transaction::{TransactionId, TransactionOutcome};
use orm_core::connection::{Connection, Sink, ready};
use orm_core::ops::Operation;
use orm_core::sql::{Dialect, Form, InsertMany, MARIADB, MYSQL, POSTGRES, Select};
use orm_core::statement::{Compiled, Statement, Walk};

const DIALECTS: [&dyn Dialect; 3] = [&POSTGRES, &MARIADB, &MYSQL];

/// What each dialect makes of something, a line each; what MySQL says only where it differs from MariaDB.
fn each(told: impl Fn(&'static dyn Dialect) -> Result<String, Error>) -> String {
    let [postgres, mariadb, mysql] = DIALECTS.map(|dialect| told(dialect).unwrap_or_else(|error| error.to_string()));
    let apart = if mysql == mariadb { String::new() } else { format!("\nMySQL: {mysql}") };
    format!("PostgreSQL: {postgres}\nMariaDB: {mariadb}{apart}")
}

/// The SQL of a statement.
pub fn sql<S: Statement>(statement: &S, dialect: &'static dyn Dialect) -> Result<String, Error> {
    Compiled::new(statement, &Walk::of(statement), dialect).map(|compiled| compiled.sql.to_string())
}

/// What an operation sends first.
pub fn sent<O: Operation>(operation: O, dialect: &'static dyn Dialect) -> Result<String, Error> {
    let mut recorder = Recorder { dialect, sent: Vec::new() };
    match ready(operation.run(&mut recorder)) {
        // Where nothing is, nothing is found.
        Ok(_) | Err(Error::DoesNotExist { .. }) => Ok(recorder.sent.join("\n")),
        Err(error) => Err(error),
    }
}

/// A connection to nothing, which keeps what it is sent.
struct Recorder {
    dialect: &'static dyn Dialect,
    sent: Vec<String>,
}

impl Recorder {
    async fn record<S: Statement, T: Default>(&mut self, statement: &S) -> Result<T, Error> {
        self.sent.push(sql(statement, self.dialect)?);
        Ok(T::default())
    }
}

impl Connection for Recorder {
    fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    async fn fetch<S: Statement, K: Sink>(&mut self, statement: &S, _: &mut K) -> Result<(), Error> {
        self.record(statement).await
    }

    async fn execute<S: Statement>(&mut self, statement: &S) -> Result<u64, Error> {
        self.record(statement).await
    }

    async fn insert<S: Statement>(&mut self, statement: &S) -> Result<i64, Error> {
        self.record(statement).await
    }

    async fn insert_rows<M: amphi::model::Model>(&mut self, rows: &mut [M], keyed: bool) -> Result<(), Error> {
        let insert = InsertMany::of(rows, keyed, self.dialect)?;
        self.record(&insert).await
    }

    async fn run_script(&mut self, sql: &str) -> Result<(), Error> {
        self.sent.push(sql.to_owned());
        Ok(())
    }

    async fn columns_of(&mut self, model: &'static amphi::meta::ModelMeta) -> Result<Vec<String>, Error> {
        Ok(model.fields.iter().map(|field| field.column.to_owned()).collect())
    }

    fn in_transaction(&self) -> bool {
        true
    }

    async fn begin_with(&mut self, options: &TransactionOptions) -> Result<(), Error> {
        let sql = self.dialect.begin(options)?;
        self.run_script(&sql).await
    }

    async fn commit(&mut self) -> Result<(), Error> {
        self.run_script("COMMIT").await
    }

    async fn rollback(&mut self) -> Result<(), Error> {
        self.run_script("ROLLBACK").await
    }

    async fn outcome_of(&mut self, _: TransactionId) -> Result<TransactionOutcome, Error> {
        Ok(TransactionOutcome::Forgotten)
    }
}

/// The SQL of a query in each dialect, behind the selected columns.
fn query<M, S>(query: QuerySet<M, S>, form: Form) -> String {
    let select = Select { query: query.into_query(), form };
    each(|dialect| {
        let sql = sql(&select, dialect)?;
        Ok(sql.split_once(" FROM ").map_or(sql.clone(), |(_, tail)| tail.to_owned()))
    })
}

/// All of it.
fn whole<M, S>(query: QuerySet<M, S>, form: Form) -> String {
    let select = Select { query: query.into_query(), form };
    each(|dialect| sql(&select, dialect))
}

/// The condition of a query's WHERE in each dialect.
fn condition<M: amphi::model::Model>(condition: Cond<M>) -> String {
    let select = Select { query: QuerySet::<M>::new().filter(condition).order_by(()).into_query(), form: Form::Rows };
    each(|dialect| {
        let sql = sql(&select, dialect)?;
        Ok(sql.split_once(" WHERE ").map_or(sql.clone(), |(_, tail)| tail.to_owned()))
    })
}
