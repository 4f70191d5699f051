//! Where the boxes of a diagram stand: in columns, those that are pointed at left of those that point at them.

use orm_core::sql::creation_order;

use super::diagram::{Diagram, Entity};

/// The height of a line, and of a box's head.
pub(super) const LINE: u32 = 18;
pub(super) const HEAD: u32 = 38;
/// The width of a character.
const CHARACTER: u32 = 7;
const BETWEEN_COLUMNS: u32 = 130;
const BETWEEN_BOXES: u32 = 34;
pub(super) const MARGIN: u32 = 24;

/// Where everything is.
pub(super) struct Layout {
    /// For each box its place.
    pub(super) places: Vec<Place>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Where a box is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) column: usize,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Layout {
    /// A place for each box.
    pub(super) fn new(diagram: &Diagram) -> Self {
        let columns = columns(diagram);
        let mut places: Vec<Place> = diagram.boxes.iter().map(size).collect();
        let (mut x, mut height) = (MARGIN, 0);
        for (column, mut boxes) in columns.into_iter().enumerate() {
            // Near what they point at, so that arrows cross less.
            boxes.sort_by_key(|entity| (middle_of_targets(*entity, diagram, &places), *entity));
            let (mut y, mut widest) = (MARGIN, 0);
            for entity in boxes {
                let Some(place) = places.get_mut(entity) else { continue };
                (place.column, place.x, place.y) = (column, x, y);
                y += place.height + BETWEEN_BOXES;
                widest = widest.max(place.width);
            }
            height = height.max(y);
            x += widest + BETWEEN_COLUMNS;
        }
        // Arrows within the last column go round on its right.
        Layout { places, width: x.saturating_sub(BETWEEN_COLUMNS / 2) + MARGIN, height: height.max(MARGIN) }
    }
}

/// The boxes of each column, each in the first one behind all that it points at; where boxes point at each other in a circle, that counts
/// for the first of them only.
fn columns(diagram: &Diagram) -> Vec<Vec<usize>> {
    let points = |from: usize, to: usize| diagram.arrows.iter().any(|arrow| arrow.from == from && arrow.to == to);
    let ordered = creation_order((0..diagram.boxes.len()).collect(), |from, to| points(*from, *to));
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let mut column_of: Vec<Option<usize>> = vec![None; diagram.boxes.len()];
    for entity in ordered {
        let targets = diagram.arrows.iter().filter(|arrow| arrow.from == entity && arrow.to != entity);
        let behind = targets.filter_map(|arrow| column_of.get(arrow.to).copied().flatten()).max();
        let column = behind.map_or(0, |column| column + 1);
        if columns.len() <= column {
            columns.resize_with(column + 1, Vec::new);
        }
        if let (Some(boxes), Some(slot)) = (columns.get_mut(column), column_of.get_mut(entity)) {
            boxes.push(entity);
            *slot = Some(column);
        }
    }
    columns
}

/// How high the boxes are on average that a box points at and that have their place; the others last.
fn middle_of_targets(entity: usize, diagram: &Diagram, places: &[Place]) -> u64 {
    let arrows = diagram.arrows.iter().filter(|arrow| arrow.from == entity && arrow.to != entity);
    let heights: Vec<u64> = arrows
        .filter_map(|arrow| places.get(arrow.to))
        .filter(|place| place.x > 0)
        .map(|place| u64::from(place.y + place.height / 2))
        .collect();
    heights.iter().sum::<u64>().checked_div(heights.len() as u64).unwrap_or(u64::MAX)
}

/// The size of a box.
fn size(entity: &Entity) -> Place {
    let lines = entity.lines.iter().map(|line| {
        let marks = line.marks().join(" ");
        width_of(&line.name) + width_of(&line.kind) + width_of(&marks) + 5
    });
    let widest = lines.chain([width_of(&entity.name) + 2, width_of(&entity.table) + 2]).max().unwrap_or_default();
    let count = u32::try_from(entity.lines.len()).unwrap_or(u32::MAX >> 8);
    Place { width: (widest * CHARACTER + 16).max(120), height: HEAD + count.saturating_mul(LINE) + 8, ..Place::default() }
}

/// How wide a text is, in characters; those of East Asia are twice as wide as others.
fn width_of(text: &str) -> u32 {
    text.chars().map(|c| if ('\u{1100}'..='\u{ffdc}').contains(&c) || c >= '\u{1f300}' { 2 } else { 1 }).sum()
}
