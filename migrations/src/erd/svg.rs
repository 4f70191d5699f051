//! The diagram as a picture.

use std::fmt::Write as _;

use super::diagram::{Arrow, Diagram, Entity};
use super::layout::{HEAD, LINE, Layout, Place};

const STYLE: &str = "\
    text { font: 12px ui-monospace, monospace; fill: #1f2933; }\n\
    .name { font-weight: bold; }\n\
    .quiet { fill: #7b8794; }\n\
    .box { fill: #fff; stroke: #52606d; }\n\
    .head { fill: #e4e7eb; stroke: #52606d; }\n\
    .arrow { fill: none; stroke: #3e4c59; }\n\
    .maybe { stroke-dasharray: 5 3; }\n";

/// The picture. A crow's foot stands where several rows point at one, a dashed line where one may point nowhere.
pub(super) fn write(diagram: &Diagram, layout: &Layout) -> String {
    let Layout { width, height, .. } = layout;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <style>\n{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fafbfc\"/>\n"
    );
    for arrow in &diagram.arrows {
        if let (Some(from), Some(to)) = (layout.places.get(arrow.from), layout.places.get(arrow.to)) {
            draw_arrow(arrow, *from, *to, &mut svg);
        }
    }
    for (entity, place) in diagram.boxes.iter().zip(&layout.places) {
        draw_box(entity, *place, &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw_box(entity: &Entity, place: Place, svg: &mut String) {
    let Place { x, y, width, height, .. } = place;
    // Writing to a String cannot fail.
    let _ = writeln!(svg, "<g>\n<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\"/>");
    let _ = writeln!(svg, "<rect class=\"head\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEAD}\" rx=\"4\"/>");
    text(svg, "name", x + 8, y + 16, "start", &entity.name);
    text(svg, "quiet", x + 8, y + 31, "start", &entity.table);
    let mut baseline = y + HEAD;
    for line in &entity.lines {
        baseline += LINE;
        let name = if line.is_key { "name" } else { "" };
        text(svg, name, x + 8, baseline - 3, "start", &line.name);
        let marks = line.marks().join(" ");
        let optional = if line.nullable { "?" } else { "" };
        let gap = if marks.is_empty() { "" } else { " " };
        text(svg, "quiet", x + width - 8, baseline - 3, "end", &format!("{}{optional}{gap}{marks}", line.kind));
    }
    svg.push_str("</g>\n");
}

fn draw_arrow(arrow: &Arrow, from: Place, to: Place, svg: &mut String) {
    let line = u32::try_from(arrow.line).unwrap_or_default();
    let start_y = i64::from(from.y + HEAD + line * LINE + LINE / 2);
    let end_y = i64::from(to.y + HEAD / 2);
    let right = |place: Place| i64::from(place.x + place.width);
    // Which way it leaves its box, and which way it comes to the other: left is -1.
    let (start_x, out, end_x, back) = if from.column > to.column {
        (i64::from(from.x), -1, right(to), 1)
    } else if from.column < to.column {
        (right(from), 1, i64::from(to.x), -1)
    } else {
        (right(from), 1, right(to), 1)
    };
    let bend = if from.column == to.column { 46 } else { ((start_x - end_x).abs() / 2).max(40) };
    let class = if arrow.optional { "arrow maybe" } else { "arrow" };
    let _ = writeln!(
        svg,
        "<g><title>{}</title>\n<path class=\"{class}\" d=\"M {start_x} {start_y} C {} {start_y} {} {end_y} {end_x} {end_y}\"/>",
        escaped(&arrow.name),
        start_x + out * bend,
        end_x + back * bend
    );
    // At the one end the foot of a crow or a bar, at the other a bar.
    let foot = start_x + out * 10;
    let marks = if arrow.unique {
        format!("M {foot} {} V {}", start_y - 5, start_y + 5)
    } else {
        format!("M {start_x} {} L {foot} {start_y} L {start_x} {}", start_y - 5, start_y + 5)
    };
    let bar = end_x + back * 8;
    let _ = writeln!(svg, "<path class=\"arrow\" d=\"{marks} M {bar} {} V {}\"/></g>", end_y - 5, end_y + 5);
}

fn text(svg: &mut String, class: &str, x: u32, y: u32, anchor: &str, of: &str) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = writeln!(svg, "<text{class} x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>", escaped(of));
}

/// A text as XML has it; characters that XML does not have are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
