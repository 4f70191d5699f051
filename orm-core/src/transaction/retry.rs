//! When a transaction is done again.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use super::TransactionOptions;

/// How often, and with which pauses, a transaction is done again that the database gave up in favour of another one: after
/// [`Error::Retryable`](crate::Error::Retryable), [`Error::Busy`](crate::Error::Busy) and [`Error::Locked`](crate::Error::Locked), and after
/// nothing else.
///
/// The pauses are drawn at random below that ("full jitter"), so that those who met once do not meet again. The
/// connection is back in the pool meanwhile.
///
/// ```
/// use std::time::Duration;
///
/// use orm_core::transaction::{Isolation, Retry, TransactionOptions};
///
/// let transfer = Retry::new()
///     .attempts(10)
///     .within(Duration::from_secs(5))
///     .options(TransactionOptions::new().isolation(Isolation::Serializable));
/// # let _ = transfer;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Retry {
    attempts: u32,
    shortest: Duration,
    longest: Duration,
    within: Option<Duration>,
    options: TransactionOptions,
}

impl Default for Retry {
    fn default() -> Self {
        Retry::new()
    }
}

impl Retry {
    /// At most five attempts, with pauses of 2 ms at first and 250 ms at the most, without a deadline.
    pub const fn new() -> Self {
        Retry {
            attempts: 5,
            shortest: Duration::from_millis(2),
            longest: Duration::from_millis(250),
            within: None,
            options: TransactionOptions::new(),
        }
    }

    /// How often it is tried, the first time included.
    pub const fn attempts(mut self, most: u32) -> Self {
        self.attempts = most;
        self
    }

    /// Below what the first pause is drawn, and below what the longest.
    pub const fn pauses(mut self, shortest: Duration, longest: Duration) -> Self {
        self.shortest = shortest;
        self.longest = longest;
        self
    }

    /// The longest that all attempts and pauses may take together: none begins after that, and one that runs ends with
    /// [`Error::Timeout`](crate::Error::Timeout).
    pub const fn within(mut self, limit: Duration) -> Self {
        self.within = Some(limit);
        self
    }

    /// How each attempt is begun.
    pub const fn options(mut self, options: TransactionOptions) -> Self {
        self.options = options;
        self
    }

    /// Begins to count.
    pub(super) fn start(self) -> Attempts {
        Attempts { retry: self, begun: Instant::now(), attempt: 1, random: RandomState::new() }
    }
}

/// The attempts at one transaction.
pub(super) struct Attempts {
    retry: Retry,
    begun: Instant,
    attempt: u32,
    random: RandomState,
}

impl Attempts {
    /// The number of the present attempt, from 1.
    pub(super) fn attempt(&self) -> u32 {
        self.attempt
    }

    /// How the present attempt is begun.
    pub(super) fn options(&self) -> TransactionOptions {
        match self.retry.within {
            Some(limit) => self.retry.options.at_most(limit.saturating_sub(self.begun.elapsed())),
            None => self.retry.options,
        }
    }

    /// The pause before the next attempt; `None` if there is none.
    pub(super) fn next(&mut self) -> Option<Duration> {
        if self.attempt >= self.retry.attempts {
            return None;
        }
        let grown = self.retry.shortest.saturating_mul(1 << (self.attempt - 1).min(16)).min(self.retry.longest);
        // A random number without a generator of our own; its quality is of no matter here.
        let draw = self.random.hash_one(self.attempt) % 1_000;
        let pause = grown.mul_f64(f64::from(u32::try_from(draw).unwrap_or(0)) / 1_000.0);
        if self.retry.within.is_some_and(|limit| self.begun.elapsed() + pause >= limit) {
            return None;
        }
        self.attempt += 1;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Retry;

    #[test]
    fn pauses_are_capped_and_attempts_counted() {
        let (short, long) = (Duration::from_millis(2), Duration::from_millis(50));
        let mut attempts = Retry::new().attempts(40).pauses(short, long).start();
        let mut drawn = Vec::new();
        for number in 1..40 {
            assert_eq!(attempts.attempt(), number);
            drawn.push(attempts.next().unwrap_or_default());
        }
        assert!(drawn.iter().all(|pause| *pause < long), "{drawn:?}");
        assert!(drawn.first().is_some_and(|pause| *pause < short), "{drawn:?}");
        assert!(drawn.iter().any(|pause| *pause > short), "they grow: {drawn:?}");
        assert_eq!(attempts.next(), None, "the fortieth is the last");
    }

    #[test]
    fn one_attempt_is_no_retry() {
        assert_eq!(Retry::new().attempts(1).start().next(), None);
        assert_eq!(Retry::new().attempts(0).start().next(), None);
    }

    #[test]
    fn a_deadline_ends_it() {
        let attempts = Retry::new().within(Duration::ZERO).start();
        assert_eq!(attempts.options().limit(), Some(Duration::ZERO));
        let mut attempts = Retry::new().within(Duration::ZERO).start();
        assert_eq!(attempts.next(), None);
    }
}
