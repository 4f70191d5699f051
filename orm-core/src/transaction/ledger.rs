//! What is known of an open transaction: its savepoints, whether it failed, and its hooks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::hooks::RollbackHook;
use crate::connection::{Access, Connection};
use crate::error::{Error, Result};
use crate::ops::Operation;

/// The book that a transaction keeps of itself, the same in both modes. `H` is an `on_commit` hook.
///
/// Dropped with hooks left in it, the transaction was not committed: its `on_rollback` hooks are called.
pub struct Ledger<H> {
    attempt: u32,
    state: Mutex<State<H>>,
}

struct State<H> {
    /// How many savepoints are open, as their owners see it.
    depth: u32,
    /// How many savepoints were left without their end: they are undone before the next statement.
    left: u32,
    /// A statement failed and was not undone yet. On PostgreSQL nothing more would be taken, so nothing is anywhere.
    failed: bool,
    /// The database once said that the whole should be done again.
    retryable: bool,
    /// Hooks, and the level that each belongs to.
    on_commit: Vec<(u32, H)>,
    on_rollback: Vec<(u32, RollbackHook)>,
}

impl<H> Ledger<H> {
    /// The book of a transaction that has just begun, at the attempt of this number.
    #[must_use]
    pub fn new(attempt: u32) -> Self {
        let state = State { depth: 0, left: 0, failed: false, retryable: false, on_commit: Vec::new(), on_rollback: Vec::new() };
        Ledger { attempt, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State<H>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the attempt, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Whether a statement failed that was not undone.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.state().failed
    }

    /// Whether the database once said that the whole should be done again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.state().retryable
    }

    /// Lets a statement through, behind the undoing of what was left open.
    ///
    /// # Errors
    /// [`Error::TransactionDead`] after one that failed.
    pub fn admit<O>(&self, operation: O) -> Result<Admitted<O>> {
        let mut state = self.state();
        if state.failed {
            return Err(Error::TransactionDead);
        }
        Ok(Admitted { undo: std::mem::take(&mut state.left), operation })
    }

    /// Lets through what ends a level, whatever failed in it.
    pub fn admit_end<O>(&self, operation: O) -> Admitted<O> {
        Admitted { undo: std::mem::take(&mut self.state().left), operation }
    }

    /// Notes what came of a statement.
    pub fn note<T>(&self, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome
            && error.kills_transaction()
        {
            let mut state = self.state();
            state.failed = true;
            state.retryable |= error.is_retryable();
        }
        outcome
    }

    /// Notes that the transaction is lost: nothing more can be done in it.
    pub fn lose(&self) {
        self.state().failed = true;
    }

    /// Notes a savepoint that was made; answers its level.
    pub(super) fn enter(&self) -> u32 {
        let mut state = self.state();
        state.depth += 1;
        state.depth
    }

    /// Whether a savepoint of this level is the innermost one.
    pub(super) fn is_innermost(&self, level: u32) -> bool {
        self.state().depth == level
    }

    /// Notes that the innermost savepoint was released: what is in it is the next outer one's now.
    pub(super) fn released(&self) {
        let mut state = self.state();
        state.depth = state.depth.saturating_sub(1);
        let depth = state.depth;
        let state = &mut *state;
        for level in
            state.on_commit.iter_mut().map(|(level, _)| level).chain(state.on_rollback.iter_mut().map(|(level, _)| level))
        {
            *level = depth.min(*level);
        }
    }

    /// Notes that the innermost savepoint was undone, with what failed in it.
    pub(super) fn undone(&self) {
        let mut state = self.state();
        state.depth = state.depth.saturating_sub(1);
        state.failed = false;
        let dropped = state.drop_above();
        drop(state);
        call(dropped);
    }

    /// Notes that a savepoint was left without its end, and all within it: they are undone before the next statement.
    pub fn abandon(&self, level: u32) {
        let mut state = self.state();
        let outer = level.saturating_sub(1);
        let open = state.depth.saturating_sub(outer);
        state.depth -= open;
        state.left += open;
        state.failed = false;
        let dropped = state.drop_above();
        drop(state);
        call(dropped);
    }

    /// Has something called once the transaction is committed.
    pub fn on_commit(&self, hook: H) {
        let mut state = self.state();
        let level = state.depth;
        state.on_commit.push((level, hook));
    }

    /// Has something called once the transaction, or the savepoint that is open now, is undone.
    pub fn on_rollback(&self, hook: RollbackHook) {
        let mut state = self.state();
        let level = state.depth;
        state.on_rollback.push((level, hook));
    }

    /// Takes the hooks out, so that whoever ends the transaction decides about them.
    pub(super) fn take_hooks(&self) -> (Vec<H>, Vec<RollbackHook>) {
        let mut state = self.state();
        let committed = std::mem::take(&mut state.on_commit).into_iter().map(|(_, hook)| hook).collect();
        let undone = std::mem::take(&mut state.on_rollback).into_iter().map(|(_, hook)| hook).collect();
        (committed, undone)
    }
}

impl<H> State<H> {
    /// Forgets the hooks of the levels that are open no more; answers those that want to be called for it.
    fn drop_above(&mut self) -> Vec<RollbackHook> {
        let depth = self.depth;
        self.on_commit.retain(|(level, _)| *level <= depth);
        let first = self.on_rollback.iter().position(|(level, _)| *level > depth).unwrap_or(self.on_rollback.len());
        self.on_rollback.split_off(first).into_iter().map(|(_, hook)| hook).collect()
    }
}

/// Calls the hooks of what was undone, each whatever the others do.
pub(super) fn call(hooks: Vec<RollbackHook>) {
    for hook in hooks {
        if catch_unwind(AssertUnwindSafe(hook)).is_err() {
            tracing::error!(target: "amphi::transaction", "an on_rollback hook panicked");
        }
    }
}

impl<H> Drop for Ledger<H> {
    fn drop(&mut self) {
        let (_, undone) = self.take_hooks();
        call(undone);
    }
}

impl<H> std::fmt::Debug for Ledger<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.state();
        f.debug_struct("Ledger")
            .field("attempt", &self.attempt)
            .field("depth", &state.depth)
            .field("failed", &state.failed)
            .finish()
    }
}

/// An operation in a transaction, behind the undoing of the savepoints that were left without their end.
#[derive(Debug)]
pub struct Admitted<O> {
    undo: u32,
    operation: O,
}

impl<O: Operation> Operation for Admitted<O> {
    type Output = O::Output;
    const NAME: &'static str = O::NAME;
    const ACCESS: Access = O::ACCESS;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<O::Output> {
        for _ in 0..self.undo {
            connection.rollback().await?;
        }
        self.operation.run(connection).await
    }
}
