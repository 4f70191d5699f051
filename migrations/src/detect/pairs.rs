//! Which old name a new one had, as far as the models say it themselves.

use std::collections::BTreeMap;

/// For each name that is new, the old one that it has been until now, as `hint` says.
///
/// A hint may stay in the program when the migration was made: it then names what is no longer there, and means nothing. A name may have
/// gone over to something else (`b` was renamed to `c`, and `a` to `b`): it is free as soon as it is known who has it now.
pub(super) fn hinted<N: Ord + Clone>(old: &[N], new: &[N], hint: impl Fn(&N) -> Option<N>) -> BTreeMap<N, N> {
    let mut pairs: BTreeMap<N, N> = BTreeMap::new();
    loop {
        let next = new.iter().find_map(|name| {
            let from = hint(name).filter(|from| from != name)?;
            let is_free = old.contains(&from) && (!new.contains(&from) || pairs.contains_key(&from));
            let is_taken = pairs.contains_key(name) || pairs.values().any(|taken| *taken == from);
            (is_free && !is_taken).then(|| (name.clone(), from))
        });
        match next {
            Some((name, from)) => pairs.insert(name, from),
            None => return pairs,
        };
    }
}

/// The renames in an order in which no new name is taken: who has it goes first.
pub(super) fn in_order<N: Ord + Clone>(mut pairs: BTreeMap<N, N>) -> Vec<(N, N)> {
    let mut order = Vec::with_capacity(pairs.len());
    while !pairs.is_empty() {
        let free = pairs.keys().find(|to| !pairs.values().any(|from| from == *to)).or_else(|| pairs.keys().next()).cloned();
        let Some(to) = free else { break };
        if let Some(from) = pairs.remove(&to) {
            order.push((from, to));
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_counts_once_and_a_chain_is_followed() {
        let hint = |name: &&str| match *name {
            "b" => Some("a"),
            "c" => Some("b"),
            _ => None,
        };
        let pairs = hinted(&["a", "b"], &["b", "c"], hint);
        assert_eq!(pairs, BTreeMap::from([("b", "a"), ("c", "b")]));
        assert_eq!(in_order(pairs), [("b", "c"), ("a", "b")]);
        assert_eq!(hinted(&["b", "c"], &["b", "c"], hint), BTreeMap::new());
    }

    #[test]
    fn two_hints_for_one_name_are_one_rename() {
        assert_eq!(hinted(&["a"], &["b", "c"], |_| Some("a")), BTreeMap::from([("b", "a")]));
    }

    #[test]
    fn names_that_only_change_places_are_left_alone() {
        let hint = |name: &&str| Some(if *name == "a" { "b" } else { "a" });
        assert_eq!(hinted(&["a", "b"], &["a", "b"], hint), BTreeMap::new());
    }
}
