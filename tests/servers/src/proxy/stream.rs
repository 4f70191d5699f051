//! The state of one direction of a connection, without any network: how many bytes may pass next, and what happens then.

use std::{sync::Arc, time::Duration};

use super::{
    random::Random,
    rule::{Rule, RuleId, When},
};

/// How fast bytes pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    pub(super) slice: Option<usize>,
    pub(super) pause: Duration,
    pub(super) latency: Duration,
    pub(super) jitter: Duration,
}

impl Pace {
    /// As fast as can be.
    pub fn full() -> Self {
        Self::default()
    }

    /// In pieces of so many bytes, each in a segment of its own. Between them the proxy gives way to others, and waits for the pause; a
    /// reader on another thread sees each piece alone only if the pause is long enough for it. Exact are [`stall`](super::Proxy::stall)
    /// and [`release`](super::Proxy::release).
    #[must_use]
    pub fn slice(mut self, bytes: usize, pause: Duration) -> Self {
        self.slice = Some(bytes.max(1));
        self.pause = pause;
        self
    }

    /// Each piece comes so much later than it was sent, and by a random time up to `jitter` more. The order stays.
    #[must_use]
    pub fn latency(mut self, latency: Duration, jitter: Duration) -> Self {
        self.latency = latency;
        self.jitter = jitter;
        self
    }
}

/// What the stream does next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing, until something changes.
    Wait,
    /// These bytes go nowhere.
    Discard,
    /// So many bytes pass, then a pause.
    Pass(usize),
}

/// A rule in a connection.
#[derive(Debug)]
struct Armed {
    rule: Rule,
    /// Where it strikes, as soon as that is known.
    target: Option<u64>,
    /// Where the search for the pattern goes on.
    scanned: u64,
    /// How many bytes of the pattern match at the end of what was searched.
    matched: usize,
    /// For each beginning of the pattern, the longest shorter one that it ends with.
    borders: Vec<usize>,
}

/// One direction of one connection.
#[derive(Debug)]
pub(super) struct Stream {
    /// How many bytes have passed.
    pub passed: u64,
    /// How many more may; `None`: any number.
    pub budget: Option<u64>,
    pub pace: Pace,
    /// Nothing passes any more.
    pub ended: bool,
    random: Random,
    rules: Vec<Armed>,
}

impl Stream {
    pub(super) fn new(seed: u64) -> Self {
        Self { passed: 0, budget: None, pace: Pace::default(), ended: false, random: Random::new(seed), rules: Vec::new() }
    }

    /// Adds a rule.
    pub(super) fn arm(&mut self, rule: Rule) {
        let target = match &rule.when {
            When::At(bytes) => Some(*bytes),
            When::After(bytes) => Some(self.passed.saturating_add(*bytes)),
            When::Pattern(pattern, extra) if pattern.is_empty() => Some(self.passed.saturating_add(*extra)),
            When::Pattern(..) => None,
        };
        // A place that has gone by is not struck any more.
        if target.is_none_or(|target| target >= self.passed) {
            let borders = borders(&rule.when);
            self.rules.push(Armed { rule, target, scanned: self.passed, matched: 0, borders });
        }
    }

    pub(super) fn disarm(&mut self, which: Option<RuleId>) {
        self.rules.retain(|armed| which.is_some() && armed.rule.id != which);
    }

    /// How late the next piece is.
    pub(super) fn delay(&mut self) -> Duration {
        self.pace.latency + self.random.up_to(self.pace.jitter)
    }

    pub(super) fn stalled(&self) -> bool {
        self.budget == Some(0)
    }

    /// What happens to the next bytes.
    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        if self.ended {
            return Step::Discard;
        }
        if self.stalled() {
            return Step::Wait;
        }
        let passed = self.passed;
        let mut most = u64::try_from(bytes.len()).unwrap_or(u64::MAX).min(self.budget.unwrap_or(u64::MAX));
        if let Some(slice) = self.pace.slice {
            most = most.min(u64::try_from(slice).unwrap_or(u64::MAX));
        }
        for armed in &mut self.rules {
            armed.search(passed, bytes);
            if let Some(target) = armed.target {
                most = most.min(target.saturating_sub(passed));
            }
        }
        Step::Pass(usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// These bytes have passed.
    pub(super) fn pass(&mut self, count: u64) {
        self.passed += count;
        if let Some(budget) = &mut self.budget {
            *budget = budget.saturating_sub(count);
        }
    }

    /// The rules that strike here, in the order in which they came.
    pub(super) fn strike(&mut self) -> Vec<Rule> {
        let passed = self.passed;
        let mut struck = Vec::new();
        self.rules.retain_mut(|armed| {
            if armed.target.is_none_or(|target| target > passed) {
                return true;
            }
            if armed.rule.take() {
                struck.push(armed.rule.clone());
            }
            armed.again(passed)
        });
        struck
    }
}

impl Armed {
    /// Looks for the pattern in the bytes from `start` on.
    fn search(&mut self, start: u64, bytes: &[u8]) {
        let When::Pattern(pattern, extra) = &self.rule.when else { return };
        let (pattern, extra) = (Arc::clone(pattern), *extra);
        let skip = usize::try_from(self.scanned.saturating_sub(start)).unwrap_or(usize::MAX);
        for byte in bytes.iter().skip(skip) {
            if self.target.is_some() {
                return;
            }
            self.scanned += 1;
            self.feed(&pattern, *byte);
            if self.matched == pattern.len() {
                self.matched = 0;
                self.target = Some(self.scanned.saturating_add(extra));
            }
        }
    }

    /// One byte more, by the way of Knuth, Morris and Pratt.
    fn feed(&mut self, pattern: &[u8], byte: u8) {
        while self.matched > 0 && pattern.get(self.matched) != Some(&byte) {
            self.matched = self.matched.checked_sub(1).and_then(|last| self.borders.get(last)).copied().unwrap_or(0);
        }
        if pattern.get(self.matched) == Some(&byte) {
            self.matched += 1;
        }
    }

    /// Looks for the pattern again from here on; a place in the stream comes once.
    fn again(&mut self, passed: u64) -> bool {
        self.target = None;
        self.scanned = passed;
        matches!(&self.rule.when, When::Pattern(pattern, _) if !pattern.is_empty())
    }
}

fn borders(when: &When) -> Vec<usize> {
    let When::Pattern(pattern, _) = when else { return Vec::new() };
    let ends = |length: usize, border: &usize| pattern.get(..*border) == pattern.get(length - border..length);
    (1..=pattern.len()).map(|length| (0..length).rev().find(|border| ends(length, border)).unwrap_or(0)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::proxy::{Close, Direction};
    use proptest::prelude::*;

    /// Lets all bytes pass, chunk by chunk, and gives back the places where rules struck.
    fn run(stream: &mut Stream, chunks: &[Vec<u8>]) -> Vec<u64> {
        let mut places = Vec::new();
        for chunk in chunks {
            let mut rest = chunk.as_slice();
            while !rest.is_empty() {
                places.extend(stream.strike().iter().map(|_| stream.passed));
                let Step::Pass(count) = stream.step(rest) else { break };
                stream.pass(u64::try_from(count).unwrap());
                rest = &rest[count..];
            }
        }
        places.extend(stream.strike().iter().map(|_| stream.passed));
        places
    }

    #[test]
    fn a_seed_repeats_the_delays() {
        let delays = |seed| {
            let mut stream = Stream::new(seed);
            stream.pace = Pace::full().latency(Duration::from_millis(5), Duration::from_millis(5));
            (0..20).map(|_| stream.delay()).collect::<Vec<_>>()
        };
        assert_eq!(delays(1), delays(1));
        assert_ne!(delays(1), delays(2));
        assert!(delays(3).iter().all(|delay| (5..10).contains(&delay.as_millis())));
    }

    proptest! {
        #[test]
        fn a_pattern_is_found_wherever_the_chunks_end(
            chunks in prop::collection::vec(prop::collection::vec(0_u8..3, 0..20), 0..20),
            pattern in prop::collection::vec(0_u8..3, 1..5),
            slice in 1_usize..7,
            extra in 0_u64..9,
        ) {
            let whole = chunks.concat();
            // The next match is looked for where the rule struck.
            let mut expected = Vec::new();
            let mut from = 0;
            while let Some(found) = whole[from..].windows(pattern.len()).position(|window| window == pattern) {
                let end = from + found + pattern.len();
                let place = u64::try_from(end).unwrap() + extra;
                if place > u64::try_from(whole.len()).unwrap() {
                    break;
                }
                expected.push(place);
                from = usize::try_from(place).unwrap();
            }
            let mut stream = Stream::new(1);
            stream.pace = Pace::full().slice(slice, Duration::ZERO);
            stream.arm(Rule::pattern(Direction::ToServer, &pattern, extra).cut(Close::Fin).always());
            prop_assert_eq!(run(&mut stream, &chunks), expected);
        }

        #[test]
        fn a_place_is_struck_once_and_exactly(lengths in prop::collection::vec(0_usize..50, 0..10), place in 0_u64..300) {
            let chunks: Vec<Vec<u8>> = lengths.iter().map(|length| vec![7; *length]).collect();
            let total = u64::try_from(lengths.iter().sum::<usize>()).unwrap();
            let mut stream = Stream::new(1);
            stream.arm(Rule::at(Direction::ToServer, place).cut(Close::Fin));
            prop_assert_eq!(run(&mut stream, &chunks), if place <= total { vec![place] } else { vec![] });
            prop_assert_eq!(stream.passed, total);
        }
    }
}
