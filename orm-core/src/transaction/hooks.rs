//! What is called when a transaction has ended.

/// Why a hook failed.
pub type HookError = Box<dyn std::error::Error + Send + Sync>;

/// What came of a hook.
pub type HookResult = Result<(), HookError>;

/// What a hook may give: nothing, or a result, whose error goes to the log.
pub trait HookOutcome {
    /// The outcome as a result.
    ///
    /// # Errors
    /// The hook's own.
    fn into_result(self) -> HookResult;
}

impl HookOutcome for () {
    fn into_result(self) -> HookResult {
        Ok(())
    }
}

impl<E: Into<HookError>> HookOutcome for Result<(), E> {
    fn into_result(self) -> HookResult {
        self.map_err(Into::into)
    }
}

/// Is called when its transaction or savepoint was undone. It waits for nothing, so that it can run wherever a transaction is dropped.
pub type RollbackHook = Box<dyn FnOnce() + Send>;

/// Tells the log that a hook failed, which changes nothing of what is committed.
pub(super) fn report(outcome: HookResult) {
    if let Err(error) = outcome {
        tracing::error!(target: "amphi::transaction", %error, "an on_commit hook failed; the transaction is committed");
    }
}
