//! Random numbers that are the same at each run, unless `AMPHI_SEED` says otherwise.

use amphi::Features;

/// SplitMix64, and what a database that is to store something random can do.
pub struct Random {
    state: u64,
    features: &'static Features,
}

impl Random {
    /// The seed is printed, so that a failure can be had again.
    pub fn new(of: &str, seed: u64) -> Random {
        let seed = std::env::var("AMPHI_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(seed);
        println!("{of}: AMPHI_SEED={seed}");
        Random { state: seed, features: amphi::Backend::Sqlite.dialect().features() }
    }

    /// For values that a database stores; without, those are SQLite's.
    pub fn storable(self, features: &'static Features) -> Random {
        Random { features, ..self }
    }

    /// What the database can do that is to store the values.
    pub fn features(&self) -> &'static Features {
        self.features
    }

    /// Another sequence, for another thread or case.
    pub fn fork(&mut self) -> Random {
        Random { state: self.number(), features: self.features }
    }

    /// A number.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to one less than `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    /// A number of a range, both ends within.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low).unwrap() + 1)).unwrap()
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    /// Of as many items at most.
    pub fn list<T>(&mut self, most: u64, mut item: impl FnMut(&mut Random) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| item(self)).collect()
    }

    /// An item, or none.
    pub fn maybe<T>(&mut self, item: impl FnOnce(&mut Random) -> T) -> Option<T> {
        if self.once_in(4) { None } else { Some(item(self)) }
    }
}
