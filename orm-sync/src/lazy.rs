//! Lazy loads: where they are refused, and where there are so many of them that one query should do their work (N+1 queries).

use std::cell::RefCell;
use std::collections::HashSet;
use std::panic::Location;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use orm_core::{Error, Result};

use crate::handle::Handle;

/// So many loads from one place, on one thread, are told of.
const MANY: u32 = 10;
/// If all of them came within this time.
const WITHIN: Duration = Duration::from_secs(1);
/// So many places are watched at a time on each thread. A loop has few; the one that was seen longest ago gives way.
const PLACES: usize = 8;

/// A lazy load in the source, of a model: generic code may load several at one place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    location: &'static Location<'static>,
    model: &'static str,
}

/// The loads from a place since a moment.
struct Count {
    place: Place,
    since: Instant,
    loads: u32,
}

thread_local! {
    /// The last place that was seen stands first.
    static COUNTS: RefCell<Vec<Count>> = const { RefCell::new(Vec::new()) };
}

/// Refuses a lazy load where that was asked for.
#[inline]
pub(crate) fn check(db: &impl Handle, model: &'static str, location: &'static Location<'static>) -> Result<()> {
    if db.refuses_lazy() { Err(Error::LazyLoad { model, location }) } else { Ok(()) }
}

/// Notes a lazy load. Of each ten from one place on one thread it looks whether they took less than a second.
pub(crate) fn note(model: &'static str, location: &'static Location<'static>) {
    let place = Place { location, model };
    // A thread that is ending counts nothing any more.
    let many = COUNTS.try_with(|counts| count(&mut counts.borrow_mut(), place)).unwrap_or(None);
    if let Some(took) = many {
        warn_once(place, took);
    }
}

/// Counts a load; answers how long the last ten took, if this was the tenth and they came fast.
fn count(counts: &mut Vec<Count>, place: Place) -> Option<Duration> {
    match counts.iter().position(|count| count.place == place) {
        Some(at) => counts.get_mut(..=at)?.rotate_right(1),
        None => {
            counts.truncate(PLACES - 1);
            counts.insert(0, Count { place, since: Instant::now(), loads: 0 });
        }
    }
    let count = counts.first_mut()?;
    count.loads += 1;
    if count.loads < MANY {
        return None;
    }
    let now = Instant::now();
    let took = now.saturating_duration_since(count.since);
    (count.since, count.loads) = (now, 0);
    (took < WITHIN).then_some(took)
}

#[cold]
fn warn_once(place: Place, took: Duration) {
    static TOLD: LazyLock<Mutex<HashSet<Place>>> = LazyLock::new(Mutex::default);
    if TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(place) {
        tracing::warn!(
            target: "amphi::n_plus_one",
            location = %place.location,
            model = place.model,
            loads = MANY,
            milliseconds = orm_core::error::millis(took),
            "`{}` is loaded lazily at {}, {MANY} times in {} ms: load it with the rows, by `.select_related(..)` in their query, or for \
             rows in hand by `.load_related(..)`",
            place.model,
            place.location,
            orm_core::error::millis(took),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(model: &'static str) -> Place {
        Place { location: Location::caller(), model }
    }

    /// How many loads of these models, in turn, it takes until one is told of, if that is at most a hundred.
    fn told_after(models: &[&'static str], counts: &mut Vec<Count>) -> Option<usize> {
        let places: Vec<Place> = models.iter().map(|model| place(model)).collect();
        let found = places.iter().cycle().take(100).position(|place| count(counts, *place).is_some());
        found.map(|at| at + 1)
    }

    #[test]
    fn the_tenth_load_from_a_place_is_told_of() {
        let mut counts = Vec::new();
        assert_eq!(told_after(&["Author"], &mut counts), Some(10));
        assert_eq!(told_after(&["Author"], &mut counts), Some(10));
        assert_eq!(counts.len(), 1);
    }

    #[test]
    fn places_are_counted_apart_up_to_as_many_as_are_watched() {
        assert_eq!(told_after(&["Author", "Publisher"], &mut Vec::new()), Some(19));
        assert_eq!(told_after(&["A", "B", "C", "D", "E", "F", "G", "H"], &mut Vec::new()), Some(73));
        let mut counts = Vec::new();
        assert_eq!(told_after(&["A", "B", "C", "D", "E", "F", "G", "H", "I"], &mut counts), None);
        assert_eq!(counts.len(), PLACES);
    }

    #[test]
    fn slow_loads_are_not_told_of() {
        let mut counts = Vec::new();
        for _ in 0..30 {
            assert_eq!(count(&mut counts, place("Author")), None);
            for count in &mut counts {
                count.since = count.since.checked_sub(WITHIN).unwrap_or(count.since);
            }
        }
    }
}
