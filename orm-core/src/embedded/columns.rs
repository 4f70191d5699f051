//! The fields of a model that has flattened ones, put together when it is compiled: the derive of the model does not see them.

use crate::field::ColumnType;
use crate::meta::{Auto, FieldMeta};

/// The most bytes of a column's name that every database takes.
const LONGEST_COLUMN: usize = 63;

/// A text that is put together at compile time, of at most `N` bytes.
#[derive(Debug, Clone, Copy)]
pub struct ConstText<const N: usize> {
    bytes: [u8; N],
    length: usize,
    overflows: bool,
}

impl<const N: usize> ConstText<N> {
    /// No text.
    pub const EMPTY: Self = ConstText { bytes: [0; N], length: 0, overflows: false };

    /// The text with another behind it, if there is room for all of it.
    #[must_use]
    pub const fn push(mut self, text: &str) -> Self {
        if let Some((_, room)) = self.bytes.split_at_mut_checked(self.length)
            && let Some((place, _)) = room.split_at_mut_checked(text.len())
        {
            place.copy_from_slice(text.as_bytes());
            self.length += text.len();
        } else {
            self.overflows = true;
        }
        self
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match self.bytes.split_at_checked(self.length) {
            Some((bytes, _)) => match str::from_utf8(bytes) {
                Ok(text) => text,
                Err(_) => "",
            },
            None => "",
        }
    }
}

/// The names of one field and its column.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    name: ConstText<255>,
    column: ConstText<126>,
}

/// Consecutive fields of a model: some of its own, or those of a flattened struct.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The name of the field that is flattened, if it is one.
    pub flattened: Option<&'static str>,
    /// What stands before the names of its columns.
    pub prefix: &'static str,
    /// The fields.
    pub fields: &'static [FieldMeta],
    /// Of a foreign key of several columns the field as it would be with one; its fields are those of the key that it holds.
    pub held: Option<&'static FieldMeta>,
}

impl Part {
    /// Fields of the model's own.
    #[must_use]
    pub const fn own(fields: &'static [FieldMeta]) -> Part {
        Part { flattened: None, prefix: "", fields, held: None }
    }

    /// The fields of a flattened struct.
    #[must_use]
    pub const fn flattened(name: &'static str, prefix: &'static str, fields: &'static [FieldMeta]) -> Part {
        Part { flattened: Some(name), prefix, fields, held: None }
    }

    /// A foreign key: the field itself, or to a model with a key of several fields a column for each of these.
    #[must_use]
    pub const fn foreign_key(field: &'static FieldMeta, prefix: &'static str, key: &'static [FieldMeta]) -> Part {
        match key {
            [] => Part::own(std::slice::from_ref(field)),
            fields => Part { flattened: Some(field.name), prefix, fields, held: Some(field) },
        }
    }

    const fn names_of(&self, field: &FieldMeta) -> Names {
        let name = match self.flattened {
            Some(flattened) => ConstText::EMPTY.push(flattened).push("."),
            None => ConstText::EMPTY,
        };
        Names { name: name.push(field.name), column: ConstText::EMPTY.push(self.prefix).push(field.column) }
    }
}

/// How many fields have other names here than where they stand.
#[must_use]
pub const fn renamed(mut parts: &[Part]) -> usize {
    let mut count = 0;
    while let [part, rest @ ..] = parts {
        if part.flattened.is_some() {
            count += part.fields.len();
        }
        parts = rest;
    }
    count
}

/// How many fields there are in all.
#[must_use]
pub const fn width(mut parts: &[Part]) -> usize {
    let mut width = 0;
    while let [part, rest @ ..] = parts {
        width += part.fields.len();
        parts = rest;
    }
    width
}

/// The names of the fields that have other names here: a flattened one is called by its path, `stamps.created`.
#[must_use]
pub const fn names<const N: usize>(mut parts: &[Part]) -> [Names; N] {
    let mut names = [Names { name: ConstText::EMPTY, column: ConstText::EMPTY }; N];
    let mut places: &mut [Names] = &mut names;
    while let [part, rest @ ..] = parts {
        let mut fields = if part.flattened.is_some() { part.fields } else { &[] };
        while let [field, others @ ..] = fields {
            let [place, left @ ..] = places else { return names };
            *place = part.names_of(field);
            places = left;
            fields = others;
        }
        parts = rest;
    }
    names
}

/// All fields, with their names.
#[must_use]
pub const fn fields<const N: usize>(mut parts: &[Part], mut names: &'static [Names]) -> [FieldMeta; N] {
    let mut all = [FieldMeta::new("", "", ColumnType::Text, true); N];
    let mut places: &mut [FieldMeta] = &mut all;
    while let [part, rest @ ..] = parts {
        let mut fields = part.fields;
        let mut held = part.held;
        while let [field, others @ ..] = fields {
            let [place, left @ ..] = places else { return all };
            *place = if part.held.is_some() { held_column(field, held.take(), part.held) } else { *field };
            if part.flattened.is_some() {
                let [named, unused @ ..] = names else { return all };
                place.name = named.name.as_str();
                place.column = named.column.as_str();
                names = unused;
            }
            places = left;
            fields = others;
        }
        parts = rest;
    }
    all
}

/// A column of a foreign key of several: of the type of the key's field. What is about the foreign key as a whole is with the first.
const fn held_column(key: &FieldMeta, first: Option<&FieldMeta>, held: Option<&FieldMeta>) -> FieldMeta {
    let mut column = FieldMeta { max_length: key.max_length, ..FieldMeta::new(key.name, key.column, key.column_type, false) };
    if let Some(held) = held {
        column.nullable = held.nullable;
    }
    if let Some(first) = first {
        column.relation = first.relation;
        column.unique = first.unique;
        column.default = first.default;
    }
    column
}

/// What is wrong with the length of a name, if something is.
#[must_use]
pub const fn too_long(mut names: &[Names]) -> Option<ConstText<512>> {
    while let [Names { name, column }, rest @ ..] = names {
        if name.overflows {
            return Some(ConstText::EMPTY.push("the names of these nested fields are too long together; shorten one"));
        }
        if column.overflows || column.length > LONGEST_COLUMN {
            let message = ConstText::EMPTY.push("the column of `").push(name.as_str());
            return Some(message.push("` gets a name of more than 63 bytes, which databases do not take; shorten the prefix"));
        }
        names = rest;
    }
    None
}

/// What is wrong with the columns of the flattened field that has `count` of them from `at` on: one of them is another field's too.
/// What to do about it is `advice`.
#[must_use]
pub const fn clash(fields: &[FieldMeta], at: usize, count: usize, advice: &str) -> Option<ConstText<1024>> {
    let Some((before, rest)) = fields.split_at_checked(at) else { return None };
    let Some((mut own, behind)) = rest.split_at_checked(count) else { return None };
    while let [field, others @ ..] = own {
        let other = match with_column(before, field.column) {
            Some(other) => Some(other),
            None => with_column(behind, field.column),
        };
        if let Some(other) = other {
            let message = ConstText::EMPTY.push("`").push(other.name).push("` and `").push(field.name);
            let message = message.push("` have the same column \"").push(field.column);
            return Some(message.push("\"; ").push(advice));
        }
        own = others;
    }
    None
}

const fn with_column<'f>(mut fields: &'f [FieldMeta], column: &str) -> Option<&'f FieldMeta> {
    while let [field, rest @ ..] = fields {
        if same(field.column.as_bytes(), column.as_bytes()) {
            return Some(field);
        }
        fields = rest;
    }
    None
}

/// How many fields count the writes of a row.
#[must_use]
pub const fn count_versions(mut fields: &[FieldMeta]) -> usize {
    let mut count = 0;
    while let [field, rest @ ..] = fields {
        if matches!(field.auto, Some(Auto::Version)) {
            count += 1;
        }
        fields = rest;
    }
    count
}

/// How many fields have this name, `stamps.created`, or for a flattened field only the end of it, `created`.
#[must_use]
pub const fn count_named(mut fields: &[FieldMeta], name: &str) -> usize {
    let mut count = 0;
    while let [field, rest @ ..] = fields {
        if is_named(field, name) {
            count += 1;
        }
        fields = rest;
    }
    count
}

/// The position of the first field of this name; the end, if there is none.
#[must_use]
pub const fn named(mut fields: &[FieldMeta], name: &str) -> usize {
    let mut at = 0;
    while let [field, rest @ ..] = fields {
        if is_named(field, name) {
            return at;
        }
        at += 1;
        fields = rest;
    }
    at
}

/// Whether the name is the field's, or the end of it behind a point.
const fn is_named(field: &FieldMeta, name: &str) -> bool {
    let (whole, name) = (field.name.as_bytes(), name.as_bytes());
    match whole.len().checked_sub(name.len()) {
        None => false,
        Some(before) => match whole.split_at_checked(before) {
            Some((before, end)) => same(end, name) && matches!(before, [] | [.., b'.']),
            None => false,
        },
    }
}

const fn same(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([first, rest @ ..], [other, others @ ..]) = (a, b) {
        if *first != *other {
            return false;
        }
        (a, b) = (rest, others);
    }
    a.is_empty() && b.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CITY: FieldMeta = FieldMeta::new("city", "city", ColumnType::Text, false);
    const ADDRESS: &[FieldMeta] = &[FieldMeta { unique: true, ..CITY }, FieldMeta::new("größe", "grösse", ColumnType::I32, true)];
    const PARTS: &[Part] = &[
        Part::own(&[FieldMeta::new("id", "id", ColumnType::I64, false)]),
        Part::flattened("billing", "billing_", ADDRESS),
        Part::flattened("shipping", "", ADDRESS),
        Part::own(&[FieldMeta::new("town", "city", ColumnType::Text, false)]),
    ];
    static NAMES: [Names; renamed(PARTS)] = names(PARTS);
    static FIELDS: [FieldMeta; width(PARTS)] = fields(PARTS, &NAMES);

    #[test]
    fn fields_of_all_parts_stand_in_order_under_their_paths() {
        let seen: Vec<_> = FIELDS.iter().map(|field| (field.name, field.column, field.unique)).collect();
        let wanted = [
            ("id", "id", false),
            ("billing.city", "billing_city", true),
            ("billing.größe", "billing_grösse", false),
            ("shipping.city", "city", true),
            ("shipping.größe", "grösse", false),
            ("town", "city", false),
        ];
        assert_eq!(seen, wanted);
    }

    #[test]
    fn a_foreign_key_of_several_columns_has_one_for_each_field_of_the_key() {
        const TEXT: FieldMeta = FieldMeta::new("tenant", "tenant_no", ColumnType::Text, false);
        const KEY: &[FieldMeta] = &[
            FieldMeta { max_length: Some(3), unique: true, ..TEXT },
            FieldMeta::new("number", "number", ColumnType::I32, false),
        ];
        static HELD: FieldMeta = FieldMeta { unique: true, ..FieldMeta::new("line", "line_id", ColumnType::Text, true) };
        const PARTS: &[Part] = &[Part::foreign_key(&HELD, "line_", KEY), Part::foreign_key(&HELD, "line_", &[])];
        static NAMES: [Names; renamed(PARTS)] = names(PARTS);
        static FIELDS: [FieldMeta; width(PARTS)] = fields(PARTS, &NAMES);
        let seen = FIELDS.each_ref().map(|field| (field.name, field.column, field.max_length, field.nullable, field.unique));
        let wanted = [
            ("line.tenant", "line_tenant_no", Some(3), true, true),
            ("line.number", "line_number", None, true, false),
            ("line", "line_id", None, true, true),
        ];
        assert_eq!(seen, wanted);
    }

    #[test]
    fn a_column_that_two_fields_have_is_found_before_and_behind() {
        assert!(clash(&FIELDS, 1, 2, "").is_none());
        let message = clash(&FIELDS, 3, 2, "move");
        let message = message.as_ref().map_or("", ConstText::as_str);
        assert!(message.starts_with("`town` and `shipping.city` have the same column \"city\";"), "{message}");
        assert!(message.ends_with("; move"), "{message}");
    }

    #[test]
    fn a_name_is_whole_or_the_end_behind_a_point() {
        assert_eq!((count_named(&FIELDS, "city"), named(&FIELDS, "city")), (2, 1));
        assert_eq!((count_named(&FIELDS, "shipping.city"), named(&FIELDS, "shipping.city")), (1, 3));
        assert_eq!((count_named(&FIELDS, "ity"), named(&FIELDS, "ity")), (0, 6));
        assert_eq!(count_named(&FIELDS, "the.billing.city"), 0);
    }

    #[test]
    fn a_text_without_room_says_so_and_stays_whole() {
        let text = ConstText::<4>::EMPTY.push("äb").push("ü");
        assert_eq!((text.as_str(), text.overflows), ("äb", true));
        let text = ConstText::<4>::EMPTY.push("äb").push("c");
        assert_eq!((text.as_str(), text.overflows), ("äbc", false));
    }

    #[test]
    fn names_that_no_database_takes_are_refused() {
        const LONG: &[Part] = &[Part::flattened("a", "sixty_characters_and_more_make_a_name_that_is_too_long_here_", ADDRESS)];
        const NAMES: [Names; 2] = names(LONG);
        assert!(too_long(&NAMES).is_some_and(|message| message.as_str().starts_with("the column of `a.city`")));
        assert!(too_long(&super::tests::NAMES).is_none());
    }
}
