//! Line charts in a terminal: braille dots, a scale at the left, labels below.
//!
//! In: labelled numbers. Out: text. Which columns are drawn is decided in [`super::chart`].

use super::chart::{Series, short};
use super::painted::Lines;
use super::text::{Side, cut, fit, width};
use super::{Style, ink};

/// Lines of text that the drawing itself takes.
const HEIGHT: usize = 12;
/// The marks of the data points, by series, so that series differ without colours too.
const MARKS: [char; 6] = ['●', '▲', '■', '◆', '○', '△'];

/// Draws a line for each column of numbers.
pub(crate) fn draw(series: &Series, style: &Style<'_>) -> String {
    let window = style.width.unwrap_or(80);
    let mut out = Lines { text: String::new(), style, window };
    out.push(&[(ink::BOLD, &series.caption(style))]);
    let ticks = ticks(series.range(false));
    let scale = ticks.iter().map(|tick| width(&short(*tick))).max().unwrap_or(0);
    let room = window.saturating_sub(scale + 3).min(120);
    if room < 8 {
        return narrow(series, out);
    }
    let range = (ticks.first().copied().unwrap_or(0.0), ticks.last().copied().unwrap_or(1.0));
    let canvas = plot(series, range, room);
    for (y, row) in canvas.rows().enumerate() {
        let tick = ticks.iter().find(|tick| canvas.line_of(**tick, range) == y).map(|tick| short(*tick));
        let rule = if tick.is_some() { " ┤" } else { " │" };
        let left = fit(&tick.unwrap_or_default(), scale, Side::Right);
        let mut parts = vec![(ink::DIM, left.as_str()), (ink::DIM, rule)];
        parts.extend(row.iter().map(|(owner, text)| (ink::series(*owner), text.as_str())));
        out.push(&parts);
    }
    let indent = " ".repeat(scale + 1);
    out.push(&[(ink::DIM, &indent), (ink::DIM, "└"), (ink::DIM, &"─".repeat(room))]);
    out.push(&[("", &indent), ("", " "), (ink::DIM, &labels_below(series, room))]);
    legend(series, &mut out);
    out.text
}

/// Where no curve can be drawn, the numbers themselves.
fn narrow(series: &Series, mut out: Lines<'_>) -> String {
    for (i, label) in series.labels.iter().enumerate() {
        for values in &series.values {
            if let Some((_, text)) = values.numbers.get(i).and_then(Option::as_ref) {
                out.push(&[("", label), ("", " "), ("", text)]);
            }
        }
    }
    out.text
}

fn legend(series: &Series, out: &mut Lines<'_>) {
    if series.values.len() < 2 {
        return;
    }
    for (k, values) in series.values.iter().enumerate() {
        let mark = format!("{} ", mark(k));
        out.push(&[(ink::series(k), &mark), ("", &values.name)]);
    }
}

fn mark(series: usize) -> char {
    MARKS.get(series % MARKS.len()).copied().unwrap_or('●')
}

/// Four to seven round numbers that enclose a range.
pub(crate) fn ticks((low, high): (f64, f64)) -> Vec<f64> {
    let (low, high) = if high > low { (low, high) } else { (low.min(0.0), high.max(low.min(0.0) + 1.0)) };
    // A scale that nearly reaches zero had better begin there.
    let low = if low > 0.0 && low < high / 2.0 { 0.0 } else { low };
    let rough = (high - low) / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|step| step * power)
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(rough);
    let first = (low / step).floor();
    let count = ((high / step).ceil() - first).clamp(1.0, 12.0) as usize;
    (0..=count).map(|i| (first + i as f64) * step).collect()
}

/// A cell: its dots, the series it belongs to, and the mark on it.
type Dots = (u8, usize, Option<char>);

/// Braille cells of 2 by 4 dots, with the series that each belongs to.
struct Canvas {
    columns: usize,
    cells: Vec<Dots>,
}

fn plot(series: &Series, (low, high): (f64, f64), columns: usize) -> Canvas {
    let mut canvas = Canvas { columns, cells: vec![(0, 0, None); columns * HEIGHT] };
    let places = series.places.iter().copied();
    let first = places.clone().fold(f64::INFINITY, f64::min);
    let span = places.fold(f64::NEG_INFINITY, f64::max) - first;
    let dots = ((columns * 2 - 1) as f64, (HEIGHT * 4 - 1) as f64);
    let few = series.labels.len() * 3 <= columns;
    for (k, values) in series.values.iter().enumerate() {
        let mut points: Vec<(f64, f64)> = series
            .places
            .iter()
            .zip(&values.numbers)
            .filter_map(|(x, n)| {
                let along = if span > 0.0 { (x - first) / span } else { 0.5 };
                n.as_ref().map(|(n, _)| (along * dots.0, (high - n) / (high - low) * dots.1))
            })
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        for pair in points.windows(2) {
            if let [a, b] = pair {
                canvas.segment(*a, *b, k);
            }
        }
        for (x, y) in points.iter().filter(|_| few || points.len() == 1) {
            canvas.mark(*x, *y, k);
        }
    }
    canvas
}

impl Canvas {
    /// The line of text that a number is on.
    fn line_of(&self, n: f64, (low, high): (f64, f64)) -> usize {
        (((high - n) / (high - low) * (HEIGHT * 4 - 1) as f64).round() as usize) / 4
    }

    fn at(&mut self, x: f64, y: f64) -> Option<(&mut Dots, usize, usize)> {
        let (x, y) = (x.round().max(0.0) as usize, y.round().max(0.0) as usize);
        let cell = self.cells.get_mut(y / 4 * self.columns + x / 2)?;
        Some((cell, x % 2, y % 4))
    }

    fn segment(&mut self, from: (f64, f64), to: (f64, f64), series: usize) {
        const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = dx.abs().max(dy.abs()).ceil().max(1.0) as usize;
        for step in 0..=steps {
            let along = step as f64 / steps as f64;
            if let Some((cell, x, y)) = self.at(from.0 + dx * along, from.1 + dy * along) {
                cell.0 |= DOTS.get(x).and_then(|column| column.get(y)).copied().unwrap_or(0);
                cell.1 = series;
            }
        }
    }

    fn mark(&mut self, x: f64, y: f64, series: usize) {
        if let Some((cell, _, _)) = self.at(x, y) {
            (cell.1, cell.2) = (series, Some(mark(series)));
        }
    }

    /// Lines of text, each as runs of one series.
    fn rows(&self) -> impl Iterator<Item = Vec<(usize, String)>> {
        self.cells.chunks(self.columns).map(|row| {
            let mut runs: Vec<(usize, String)> = Vec::new();
            for (dots, series, mark) in row {
                let blank = *dots == 0 && mark.is_none();
                let c = mark.unwrap_or(if blank {
                    ' '
                } else {
                    char::from_u32(0x2800 + u32::from(*dots)).unwrap_or('·')
                });
                match runs.last_mut() {
                    Some((owner, text)) if blank || owner == series => text.push(c),
                    _ => runs.push((*series, c.to_string())),
                }
            }
            runs
        })
    }
}

/// As many labels as fit, each under its point, the first and the last always.
fn labels_below(series: &Series, room: usize) -> String {
    let first = series.places.iter().copied().fold(f64::INFINITY, f64::min);
    let span = series.places.iter().copied().fold(f64::NEG_INFINITY, f64::max) - first;
    let mut points: Vec<(usize, &str)> = series
        .places
        .iter()
        .zip(&series.labels)
        .map(|(x, label)| {
            let along = if span > 0.0 { (x - first) / span } else { 0.5 };
            ((along * (room - 1) as f64).round() as usize, label.as_str())
        })
        .collect();
    points.sort_by_key(|(x, _)| *x);
    let limit = room / 2;
    let placed = |x: usize, label: &str| {
        let text = cut(label, limit);
        let start = x.saturating_sub(width(&text) / 2).min(room - width(&text));
        (start, text)
    };
    let end = points.last().map(|(x, label)| placed(*x, label));
    let mut out = String::new();
    let mut used = 0;
    for (i, (x, label)) in points.iter().enumerate() {
        let (start, text) = placed(*x, label);
        let last = i + 1 == points.len();
        let before_end = end.as_ref().is_none_or(|(end, _)| last || start + width(&text) + 2 <= *end);
        if (used == 0 || start >= used + 2) && before_end {
            out.push_str(&" ".repeat(start - used.min(start)));
            used = start + width(&text);
            out.push_str(&text);
        }
    }
    out
}
