//! The names of migrations.

use crate::migration::{Migration, MigrationId};
use crate::operation::Operation;

/// The most letters that the operations give to a name.
const LONGEST: usize = 52;

/// `0002_book_isbn`: the number behind the greatest of those that the app has, and what the migration does.
#[must_use]
pub fn next_name<'m>(of_app: impl Iterator<Item = &'m MigrationId>, what: &str) -> String {
    let next = of_app.filter_map(MigrationId::number).max().map_or(1, |number| number.saturating_add(1));
    format!("{next:04}_{what}")
}

/// What a migration with these operations is called behind its number, as Django would: `initial` for the first one of an app,
/// otherwise what each operation does, as many as have room.
#[must_use]
pub fn suggest(operations: &[Operation], is_first: bool) -> String {
    if is_first {
        return String::from("initial");
    }
    let mut parts = operations.iter().filter_map(|operation| operation.change().name_part()).map(|part| as_name(&part));
    let Some(first) = parts.next() else { return String::from("changes") };
    let mut name: String = first.chars().take(LONGEST).collect();
    let mut length = name.chars().count();
    for part in parts {
        length += 1 + part.chars().count();
        if length > LONGEST {
            name.push_str("_and_more");
            break;
        }
        name.push('_');
        name.push_str(&part);
    }
    name
}

/// What a migration that joins others is called behind its number.
pub(crate) fn joined(leaves: &[&Migration]) -> String {
    let names: Vec<String> = leaves.iter().map(|leaf| as_name(&leaf.id.name)).collect();
    let name = format!("merge_{}", names.join("_"));
    if name.chars().count() > LONGEST { String::from("merge") } else { name }
}

/// Only what may stand in the name of a file everywhere.
fn as_name(part: &str) -> String {
    part.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).flat_map(char::to_lowercase).collect()
}

/// `HTTPServer` → `http_server`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut previous: Option<char> = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_uppercase() {
            let word_starts = match previous {
                Some('_') | None => false,
                Some(before) if before.is_uppercase() => letters.peek().is_some_and(|next| next.is_lowercase()),
                Some(_) => true,
            };
            if word_starts {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        } else {
            snake.push(letter);
        }
        previous = Some(letter);
    }
    snake
}

#[cfg(test)]
mod tests {
    use orm_core::schema::ModelName;

    use super::*;
    use crate::operation::DeleteModel;

    fn delete(name: &str) -> Operation {
        Operation::DeleteModel(DeleteModel { model: ModelName::new("shop", name) })
    }

    #[test]
    fn a_name_is_the_next_number_and_what_is_done() {
        let ids = [MigrationId::new("shop", "0001_initial"), MigrationId::new("shop", "0017_x"), MigrationId::new("shop", "odd")];
        assert_eq!(next_name(ids.iter(), "delete_book"), "0018_delete_book");
        assert_eq!(next_name([].into_iter(), "initial"), "0001_initial");
        assert_eq!(suggest(&[delete("Book")], true), "initial");
        assert_eq!(suggest(&[delete("LineItem"), delete("Book")], false), "delete_line_item_delete_book");
        assert_eq!(suggest(&[], false), "changes");
    }

    #[test]
    fn a_name_is_bounded_however_much_is_done() {
        let many: Vec<Operation> = (0..40).map(|number| delete(&format!("Modèle{number}"))).collect();
        let name = suggest(&many, false);
        assert!(name.ends_with("_and_more"), "{name}");
        assert!(name.chars().count() <= LONGEST + "_and_more".len(), "{name}");
        assert_eq!(suggest(&[delete(&"X".repeat(300))], false).chars().count(), LONGEST);
    }
}
