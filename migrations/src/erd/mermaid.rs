//! Mermaid's language for such diagrams.

use std::fmt::Write as _;

use super::diagram::{Attribute, Diagram};

/// The diagram as text.
pub(super) fn write(diagram: &Diagram) -> String {
    let mut text = String::from("erDiagram\n");
    for entity in &diagram.boxes {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    {} {{", quoted(&entity.name));
        entity.lines.iter().for_each(|line| attribute(line, &mut text));
        text.push_str("    }\n");
    }
    for arrow in &diagram.arrows {
        let (Some(from), Some(to)) = (diagram.boxes.get(arrow.from), diagram.boxes.get(arrow.to)) else { continue };
        let many = if arrow.unique { "|o" } else { "}o" };
        let one = if arrow.optional { "o|" } else { "||" };
        let _ = writeln!(text, "    {} {many}--{one} {} : {}", quoted(&from.name), quoted(&to.name), quoted(&arrow.name));
    }
    text
}

fn attribute(line: &Attribute, text: &mut String) {
    let name = word(&line.name);
    let _ = write!(text, "        {} {name}", word(&line.kind));
    let marks = line.marks();
    if !marks.is_empty() {
        let _ = write!(text, " {}", marks.join(", "));
    }
    let mut comment = Vec::new();
    if name != line.name {
        comment.push(line.name.as_str());
    }
    if line.nullable {
        comment.push("nullable");
    }
    if !comment.is_empty() {
        let _ = write!(text, " {}", quoted(&comment.join(", ")));
    }
    text.push('\n');
}

/// A text between quotes, without the characters that it cannot have there.
fn quoted(text: &str) -> String {
    let inside: String = text
        .chars()
        .map(|c| match c {
            '"' => '\'',
            '\\' | '%' => '_',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    format!("\"{inside}\"")
}

/// A name or type as a word: of letters, digits, `_`, `-`, `(..)` and `[]`, beginning with a letter.
fn word(name: &str) -> String {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_' || ('\u{c0}'..='\u{ffff}').contains(&c);
    let allowed = |c: char| is_letter(c) || c.is_ascii_digit() || "-()[]".contains(c);
    let word: String = name.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    if word.starts_with(is_letter) { word } else { format!("_{word}") }
}
