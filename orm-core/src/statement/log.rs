//! The statements that a database is sent while somebody listens.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where the connections of a database tell which statements they send; one for all of them.
#[derive(Debug, Default)]
pub struct Recorder {
    /// How many logs there are: while there is none, a statement costs a look at this.
    open: AtomicUsize,
    logs: Mutex<Vec<Log>>,
}

#[derive(Debug)]
struct Log {
    number: u64,
    sent: Vec<Arc<str>>,
}

impl Recorder {
    /// One that nobody listens to.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Writes down what is sent from now on.
    pub fn listen(self: &Arc<Self>) -> QueryLog {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.logs().push(Log { number, sent: Vec::new() });
        self.open.fetch_add(1, Ordering::Relaxed);
        QueryLog { recorder: Arc::clone(self), number }
    }

    /// Notes a statement that is about to be sent.
    #[inline]
    pub(super) fn note(&self, sql: &Arc<str>) {
        // Who opened a log and then hands work to another thread is seen there, because handing over orders both.
        if self.open.load(Ordering::Relaxed) > 0 {
            self.write(sql);
        }
    }

    #[cold]
    fn write(&self, sql: &Arc<str>) {
        for log in self.logs().iter_mut() {
            log.sent.push(Arc::clone(sql));
        }
    }

    fn logs(&self) -> MutexGuard<'_, Vec<Log>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The queries that a database was sent since the log was opened, by `record_queries` of the database. It ends when it is dropped.
///
/// What counts is what operations send to read and write rows, whoever sends it: this task, other tasks, transactions of the same
/// database. What begins and ends transactions and savepoints, creates tables, and locks by name does not count.
#[derive(Debug)]
#[must_use = "the log ends when it is dropped"]
pub struct QueryLog {
    recorder: Arc<Recorder>,
    number: u64,
}

impl QueryLog {
    /// The SQL of the queries, in the order in which they were sent. Their values stand there as placeholders.
    #[must_use]
    pub fn queries(&self) -> Vec<String> {
        self.look(|sent| sent.iter().map(|sql| sql.to_string()).collect())
    }

    /// How many queries there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.look(Vec::len)
    }

    /// Whether there was none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn look<T: Default>(&self, look: impl FnOnce(&Vec<Arc<str>>) -> T) -> T {
        let logs = self.recorder.logs();
        logs.iter().find(|log| log.number == self.number).map(|log| look(&log.sent)).unwrap_or_default()
    }
}

impl std::fmt::Display for QueryLog {
    /// The queries, each on a line with its number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, sql) in self.queries().iter().enumerate() {
            write!(f, "\n  {}. {sql}", at + 1)?;
        }
        Ok(())
    }
}

impl Drop for QueryLog {
    fn drop(&mut self) {
        self.recorder.open.fetch_sub(1, Ordering::Relaxed);
        self.recorder.logs().retain(|log| log.number != self.number);
    }
}
