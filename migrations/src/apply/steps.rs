//! The steps of migrations that a program has in Rust.

use std::future::Future;

use orm_core::connection::Connection;
use orm_core::running::Running;
use orm_core::{Error, Result};

/// The steps that a program has in Rust, by their names. Made by `amphi::steps!`.
pub trait Steps: Send + Sync + 'static {
    /// The names of the steps.
    const NAMES: &'static [&'static str];

    /// Runs the step of a name.
    ///
    /// # Errors
    /// The step's own; [`Error::Configuration`] if there is none of this name.
    fn run<C: Connection>(name: &str, on: &mut Running<'_, C>) -> impl Future<Output = Result<()>> + Send;
}

/// No steps: for migrations that only change the schema and run SQL.
#[derive(Debug, Clone, Copy)]
pub struct NoSteps;

impl Steps for NoSteps {
    const NAMES: &'static [&'static str] = &[];

    async fn run<C: Connection>(name: &str, _on: &mut Running<'_, C>) -> Result<()> {
        Err(Error::Configuration(format!("there is no step `{name}`: the program names none to its migrations")))
    }
}
