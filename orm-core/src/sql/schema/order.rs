//! The order in which tables are created, and in which names are changed.

/// Things in an order in which each comes after those that it `points_at`, as far as there is one; those that wait for each other in
/// a circle come in the order given.
#[must_use]
pub fn creation_order<T>(things: Vec<T>, points_at: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut left = things;
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |at: usize, thing: &T| left.iter().enumerate().any(|(other, target)| other != at && points_at(thing, target));
        let next = left.iter().enumerate().position(|(at, thing)| !waits(at, thing)).unwrap_or(0);
        ordered.push(left.remove(next));
    }
    ordered
}

/// Renames in an order in which each new name is free when it is taken; where names go round in a circle, one waits under another
/// name.
pub(super) fn rename_order(renames: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut left: Vec<(String, String)> = renames.into_iter().filter(|(from, to)| from != to).collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        if let Some(next) = left.iter().position(|(_, to)| !left.iter().any(|(from, _)| from == to)) {
            ordered.push(left.remove(next));
        } else if let Some((from, _)) = left.first_mut() {
            let aside = format!("{from}__");
            ordered.push((std::mem::replace(from, aside.clone()), aside));
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::{creation_order, rename_order};

    #[test]
    fn what_is_pointed_at_comes_first() {
        let order = creation_order(vec![1, 2, 3], |from, to| matches!((from, to), (1, 3) | (3, 2)));
        assert_eq!(order, [2, 3, 1]);
        assert_eq!(creation_order(vec![1, 2], |_, _| true), [1, 2]);
    }

    #[test]
    fn names_are_free_when_they_are_taken() {
        let renames = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
            rename_order(pairs).into_iter().map(|(from, to)| format!("{from}>{to}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(renames(&[("a", "b"), ("b", "c"), ("x", "x")]), "b>c a>b");
        assert_eq!(renames(&[("a", "b"), ("b", "a")]), "a>a__ b>a a__>b");
    }
}
