//! How far a long work is, on stderr if that is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::Context;

/// A bar for so much of work as is told later.
pub(super) fn bar(context: &Context<'_>) -> ProgressBar {
    shown(context, "{bar:24.cyan} {pos}/{len} {wide_msg}")
}

/// A count of rows, of which nobody knows how many there will be.
pub(super) fn rows(context: &Context<'_>) -> ProgressBar {
    shown(context, "{spinner} {human_pos} rows")
}

fn shown(context: &Context<'_>, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    if !context.global.json {
        bar.set_draw_target(ProgressDrawTarget::stderr());
    }
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
