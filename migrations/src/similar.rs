//! How alike two names are.

/// The known name that was probably meant.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let best = known.map(|known| (distance(name, known), known)).min()?;
    (best.0 <= 1 + name.chars().count() / 4).then_some(best.1)
}

/// How alike two names are, in thousandths: 1000 for the same, 0 for nothing in common.
pub(crate) fn likeness(left: &str, right: &str) -> usize {
    let longest = left.chars().count().max(right.chars().count());
    if longest == 0 {
        return 1000;
    }
    longest.saturating_sub(distance(left, right)) * 1000 / longest
}

/// How many letters must be added, removed or replaced to turn one name into the other, whatever their case.
fn distance(from: &str, to: &str) -> usize {
    let (from, to) = (from.to_lowercase(), to.to_lowercase());
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (index, a) in from.chars().enumerate() {
        let mut left = index + 1;
        let mut next = vec![left];
        for ((b, diagonal), above) in to.chars().zip(&row).zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(a != b)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("titel", ["title", "author"].into_iter()), Some("title"));
        assert_eq!(nearest("published", ["title", "author"].into_iter()), None);
        assert_eq!(nearest("x", std::iter::empty()), None);
    }

    #[test]
    fn likeness_is_of_the_same_names_the_greatest() {
        assert_eq!(likeness("Größe", "größe"), 1000);
        assert_eq!(likeness("", ""), 1000);
        assert_eq!(likeness("abc", "xyz"), 0);
        assert!(likeness("isbn", "isbn13") > likeness("isbn", "title"));
    }
}
