//! The SQL of the statements that a connection has seen, by their shape.

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use hashlink::LruCache;
use hashlink::linked_hash_map::RawEntryMut;

use crate::error::Result;
use crate::sql::Dialect;
use crate::statement::{Compiled, Recorder, Statement, Walk, check_binds};

/// A shape longer than this is rare and large, and is rendered each time.
const LONGEST: usize = 1_024;

/// A bounded cache from shapes to their SQL, one for each connection.
pub struct Shapes {
    known: LruCache<Arc<[u64]>, Arc<Compiled>, BuildHasherDefault<ShapeHasher>>,
    /// The statement before: a loop that sends one over and over is spared the hashing.
    last: Option<(Arc<[u64]>, Arc<Compiled>)>,
    /// The last statement that was too long to keep.
    long: Option<Arc<Compiled>>,
    recorder: Arc<Recorder>,
}

/// A statement's SQL, and whether it is worth keeping prepared.
pub struct Found<'c> {
    /// The SQL.
    pub compiled: &'c Arc<Compiled>,
    /// Whether it is worth keeping prepared.
    pub keep: bool,
}

impl Shapes {
    /// A cache of so many statements, which tells the recorder of each that is asked for.
    #[must_use]
    pub fn new(capacity: usize, recorder: &Arc<Recorder>) -> Self {
        let known = LruCache::with_hasher(capacity.max(1), BuildHasherDefault::default());
        Shapes { known, last: None, long: None, recorder: Arc::clone(recorder) }
    }

    /// The SQL of a statement that is to be sent, rendered if its shape is new, and checked that the database can hold what it binds.
    ///
    /// # Errors
    /// As [`Compiled::new`] and [`check_binds`].
    #[inline]
    pub fn find<S: Statement + ?Sized>(
        &mut self,
        statement: &S,
        walk: &Walk<'_>,
        dialect: &'static dyn Dialect,
    ) -> Result<Found<'_>> {
        let shape = walk.shape();
        if shape.len() > LONGEST {
            let compiled = Arc::new(Compiled::new(statement, walk, dialect)?);
            check_binds(statement, walk, dialect.features())?;
            let compiled = self.long.insert(compiled);
            self.recorder.note(&compiled.sql);
            return Ok(Found { compiled, keep: false });
        }
        if self.last.as_ref().is_none_or(|(last, _)| **last != *shape) {
            self.last = Some(self.look_up(statement, walk, dialect)?);
        }
        check_binds(statement, walk, dialect.features())?;
        match &self.last {
            Some((_, compiled)) => {
                self.recorder.note(&compiled.sql);
                Ok(Found { compiled, keep: true })
            }
            // It was set above.
            None => Err(crate::error::Error::Closed),
        }
    }

    fn look_up<S: Statement + ?Sized>(
        &mut self,
        statement: &S,
        walk: &Walk<'_>,
        dialect: &'static dyn Dialect,
    ) -> Result<(Arc<[u64]>, Arc<Compiled>)> {
        let shape = walk.shape();
        Ok(match self.known.raw_entry_mut().from_key(shape) {
            RawEntryMut::Occupied(mut hit) => {
                hit.to_back();
                (Arc::clone(hit.key()), Arc::clone(hit.get()))
            }
            RawEntryMut::Vacant(new) => {
                let (shape, compiled) = new.insert(shape.into(), Arc::new(Compiled::new(statement, walk, dialect)?));
                (Arc::clone(shape), Arc::clone(compiled))
            }
        })
    }
}

/// A fast hash of numbers that no stranger chooses: tokens and addresses.
#[derive(Default)]
struct ShapeHasher(u64);

impl ShapeHasher {
    #[inline]
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0xf135_7aea_2e62_a9c5);
    }
}

impl Hasher for ShapeHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_ne_bytes(*word));
        }
        for byte in rest {
            self.add(u64::from(*byte));
        }
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }

    #[inline]
    fn write_usize(&mut self, word: usize) {
        self.add(word as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        // The table takes its place from the low bits and its tag from the high ones; mixed numbers differ most in the high ones.
        self.0.rotate_left(26)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use crate::sql::{SQLITE, Writer};

    use super::*;

    /// A statement of any shape that counts how often it is rendered.
    struct Shaped {
        shape: Vec<u64>,
        rendered: AtomicU32,
    }

    impl Shaped {
        fn new(length: usize) -> Self {
            Shaped { shape: vec![7; length], rendered: AtomicU32::new(0) }
        }

        fn find(&self, shapes: &mut Shapes) -> String {
            shapes.find(self, &Walk::of(self), &SQLITE).unwrap().compiled.sql.to_string()
        }

        fn rendered(&self) -> u32 {
            self.rendered.load(Ordering::Relaxed)
        }
    }

    impl Statement for Shaped {
        fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
            self.shape.iter().for_each(|token| walk.token(*token));
        }

        fn render(&self, sql: &mut Writer) -> Result<()> {
            self.rendered.fetch_add(1, Ordering::Relaxed);
            sql.text("SELECT ");
            sql.number(i64::try_from(self.shape.len()).unwrap());
            Ok(())
        }
    }

    #[test]
    fn a_shape_is_rendered_once_while_it_is_remembered() {
        let mut shapes = Shapes::new(2, &Recorder::new());
        let (one, two) = (Shaped::new(1), Shaped::new(2));
        for _ in 0..3 {
            assert_eq!(two.find(&mut shapes), "SELECT 2");
            assert_eq!(one.find(&mut shapes), "SELECT 1");
        }
        assert_eq!((one.rendered(), two.rendered()), (1, 1));
        for length in 10..1_000 {
            Shaped::new(length).find(&mut shapes);
            one.find(&mut shapes);
        }
        assert_eq!(one.rendered(), 1);
        assert!(shapes.known.len() <= 3);
        two.find(&mut shapes);
        assert_eq!(two.rendered(), 2);
    }

    #[test]
    fn a_very_long_shape_is_not_kept() {
        let mut shapes = Shapes::new(8, &Recorder::new());
        let long = Shaped::new(LONGEST + 1);
        long.find(&mut shapes);
        long.find(&mut shapes);
        assert_eq!((long.rendered(), shapes.known.len()), (2, 0));
    }
}
