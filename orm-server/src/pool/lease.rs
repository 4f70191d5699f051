//! A connection on loan to async code.

use std::sync::Arc;
use std::time::Instant;

use orm_core::Result;
use orm_core::ops::Operation;
use tokio::runtime::Handle;

use super::flight::Flight;
use super::{Core, minder};
use crate::limits::within;
use crate::session::Session;

/// A connection on loan. Dropped, it goes to the next that waits, or back into the pool, after what is open was undone.
pub struct Lease {
    core: Arc<Core<Box<Session>>>,
    session: Option<Box<Session>>,
    /// The note of who holds it.
    note: usize,
    /// The runtime that its socket lives on.
    home: Handle,
}

impl Lease {
    pub(crate) fn new(core: &Arc<Core<Box<Session>>>, session: Box<Session>, note: usize) -> Self {
        Lease { core: Arc::clone(core), session: Some(session), note, home: Handle::current() }
    }

    /// Runs an operation. It goes on in the background if this future is dropped, so that the connection stays whole.
    ///
    /// # Errors
    /// The operation's own.
    pub async fn run<O: Operation<Output: 'static> + 'static>(self, operation: O) -> (Lease, Result<O::Output>) {
        Flight::new(self, operation).await
    }

    pub(crate) fn session(&mut self) -> Result<&mut Session> {
        self.session.as_deref_mut().ok_or(orm_core::Error::Closed)
    }

    pub(crate) fn take_session(&mut self) -> Result<Box<Session>> {
        self.session.take().ok_or(orm_core::Error::Closed)
    }

    pub(crate) fn put_session(&mut self, session: Box<Session>) {
        self.session = Some(session);
    }

    pub(crate) fn home(&self) -> &Handle {
        &self.home
    }

    /// Takes a session that was abandoned out of its misery: undoes what is open, within the release timeout, or closes it.
    pub(crate) async fn clean(mut self) {
        self.undo().await;
    }

    async fn undo(&mut self) {
        let limit = self.core.options.release_timeout;
        if let Some(session) = &mut self.session
            && !session.is_clean()
        {
            // A session that does not come clean shows by its state, and closes when the lease is dropped.
            let _ = within(Some(limit), "release", session.reset()).await;
        }
    }

    pub(crate) fn core(&self) -> &Arc<Core<Box<Session>>> {
        &self.core
    }
}

impl Lease {
    /// Gives the slot back, with its session or without.
    fn release(&self, session: Option<Box<Session>>) {
        minder::begin(&self.core, &self.home, self.core.queue.release(self.note, session));
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut session) = self.session.take() else {
            self.release(None);
            return;
        };
        if session.is_clean() {
            session.idle_since = Instant::now();
            self.release(Some(session));
        } else if session.is_broken() {
            self.core.lost_one();
            drop(session);
            self.release(None);
        } else if session.is_busy() {
            // The server may be at work still; what it works for is gone, so it is told so.
            if let Some(backend) = session.backend() {
                let core = Arc::clone(&self.core);
                self.home.spawn(async move { Session::kill(&core.options, backend).await });
            }
            drop(session);
            self.release(None);
        } else {
            // A transaction is open. Undoing it takes a round trip, which no destructor waits for.
            let lease = Lease { core: Arc::clone(&self.core), session: Some(session), note: self.note, home: self.home.clone() };
            self.home.spawn(rollback(Rollback(Some(lease))));
        }
    }
}

/// A lease whose transaction is undone in the background. Where that cannot run, because its runtime ends, the connection is closed.
struct Rollback(Option<Lease>);

async fn rollback(mut rollback: Rollback) {
    if let Some(lease) = &mut rollback.0 {
        lease.undo().await;
    }
}

impl Drop for Rollback {
    fn drop(&mut self) {
        if let Some(lease) = &mut self.0
            && lease.session.as_ref().is_some_and(|session| !session.is_clean())
        {
            lease.session = None;
        }
    }
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lease").field("session", &self.session).finish_non_exhaustive()
    }
}
