//! Bar charts in a terminal: a bar for each row and column of numbers, from zero, with the number behind it.
//!
//! In: labelled numbers. Out: text. Where there is no room for bars, the numbers stand alone.

use super::chart::Series;
use super::painted::Lines;
use super::text::{Side, fit, width};
use super::{Style, ink};

/// Cells that a bar needs at least to say anything.
const LEAST_BAR: usize = 8;

/// A bar for each row and column of numbers, from zero, with the number behind it.
pub(crate) fn draw(series: &Series, style: &Style<'_>) -> String {
    let window = style.width.unwrap_or(80);
    let numbers = || series.values.iter().flat_map(|values| values.numbers.iter().flatten());
    let text = numbers().map(|(_, text)| width(text)).max().unwrap_or(0);
    let several = series.values.len() > 1;
    let names =
        if several { series.values.iter().map(|v| width(&v.name)).max().unwrap_or(0).min(12) + 1 } else { 0 };
    let widest = series.labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let labels = widest.min((window.saturating_sub(text + names + 3)) / 2);
    let room = window.saturating_sub(labels + names + text + 3).min(100);
    let (low, high) = series.range(true);
    let mut out = Lines { text: String::new(), style, window };
    out.push(&[(ink::BOLD, &series.caption(style))]);
    for (i, label) in series.labels.iter().enumerate() {
        for (k, values) in series.values.iter().enumerate() {
            let label = fit(if k == 0 { label } else { "" }, labels, Side::Left);
            let name = if several { fit(&values.name, names - 1, Side::Left) + " " } else { String::new() };
            let Some((n, text)) = values.numbers.get(i).and_then(Option::as_ref) else {
                out.push(&[("", &label), ("", " "), (ink::DIM, &name), (ink::DIM, "│")]);
                continue;
            };
            let bar = if room < LEAST_BAR { String::new() } else { bar(*n, low, high, room) };
            out.push(&[
                ("", &label),
                ("", " "),
                (ink::DIM, &name),
                (ink::series(k), &bar),
                ("", " "),
                ("", text),
            ]);
        }
    }
    out.text
}

/// The bar of `n` on a scale from `low` to `high` (zero lies between) over `room` cells. The zero
/// line is drawn where there is something on both of its sides, or no bar at all.
fn bar(n: f64, low: f64, high: f64, room: usize) -> String {
    let span = high - low;
    let scale = |n: f64| if span > 0.0 { n / span * (room - 1) as f64 } else { 0.0 };
    let left = scale(-low).round() as usize;
    let eighths = (scale(n.abs()) * 8.0).round() as usize;
    if n < 0.0 {
        let halves = (eighths + 2) / 4;
        let half = if halves % 2 == 1 { "▐" } else { "" };
        let bar = format!("{half}{}", "█".repeat(halves / 2));
        return format!("{}{bar}│", " ".repeat(left.saturating_sub(width(&bar))));
    }
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let part = EIGHTHS.get(eighths % 8).copied().unwrap_or_default();
    let axis = if low < 0.0 { "│" } else { "" };
    let bar = format!("{}{axis}{}{part}", " ".repeat(left), "█".repeat(eighths / 8));
    if eighths == 0 && axis.is_empty() { "▏".to_owned() } else { bar }
}
