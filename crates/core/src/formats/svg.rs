//! The charts as SVG documents.
//!
//! In: rows or triples, a directive, a [`Style`]. Out: a string, the same bytes for the same input. Which
//! columns are drawn is decided in [`crate::show::chart`].

use super::markup::escape;
use crate::engine::answer::Solutions;
use crate::error::{Error, Result};
use crate::show::Style;
use crate::show::chart::{Directive, Series, View, short};
use crate::show::lines::ticks;
use crate::show::moment::day;
use crate::show::text::{cut, width};
use crate::show::timeline::{Event, events};
use crate::show::tree::{Edge, Graph, edges, edges_of, is_name};
use crate::terms::{Term, Triple};
use std::fmt::Write as _;

/// Colours of series that can be told apart on a light and on a dark ground.
const COLOURS: [&str; 6] = ["#2a7fbf", "#d9822b", "#8f5fbf", "#3a9a5b", "#c24b4b", "#7a7a7a"];
/// A line of text, in pixels.
const LINE: f64 = 24.0;
/// A cell of text at the size used, in pixels.
const CELL: f64 = 7.5;

/// The rows as the chart that the directive names.
///
/// # Errors
/// `Usage`, where the rows have no columns that the chart can be drawn of.
pub fn chart(found: &Solutions, directive: &Directive, style: &Style<'_>) -> Result<String> {
    match directive.view {
        View::Table => {
            Err(Error::usage("a table cannot be drawn").hint("name a chart: bar, line, timeline or graph"))
        }
        View::BarChart => Ok(bars(&Series::of(found, directive, style)?, style)),
        View::LineChart => Ok(curves(&Series::of(found, directive, style)?, style)),
        View::Timeline => Ok(timeline(&events(found, directive, style)?, style)),
        View::Graph => Ok(drawing(&edges(found, directive)?, style)),
    }
}

/// The triples as things and arrows.
pub fn graph(triples: &[Triple], style: &Style<'_>) -> String {
    drawing(&edges_of(triples), style)
}

/// A whole document around what was drawn. `said` describes it to those who cannot see it.
fn document(size: (f64, f64), caption: &str, said: &str, style: &Style<'_>, body: &str) -> String {
    let title = escape(style.title.unwrap_or(caption));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title desc\" \
         viewBox=\"0 0 {w:.0} {h:.0}\" width=\"{w:.0}\" height=\"{h:.0}\">\n\
         <title id=\"title\">{title}</title>\n<desc id=\"desc\">{desc}</desc>\n{CSS}\
         <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"title\" x=\"16\" y=\"28\">{title}</text>\n{body}</svg>\n",
        w = size.0,
        h = size.1,
        desc = escape(said),
    )
}

const CSS: &str = "<style>text{font:14px system-ui,'Noto Sans CJK SC','Source Han Sans SC','PingFang SC',\
    'Microsoft YaHei',sans-serif;fill:#222}.title{font-size:17px;font-weight:600}.end{text-anchor:end}\
    .middle{text-anchor:middle}.faint{fill:#777}.ground{fill:#fff}.rule{stroke:#888;stroke-opacity:.35}\
    @media(prefers-color-scheme:dark){text{fill:#ddd}.faint{fill:#999}.ground{fill:#181818}}</style>\n";

fn text(out: &mut String, class: &str, (x, y): (f64, f64), text: &str) {
    let _ = writeln!(out, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(text));
}

fn rule(out: &mut String, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let _ =
        writeln!(out, "<line class=\"rule\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
}

fn colour(series: usize) -> &'static str {
    COLOURS.get(series % COLOURS.len()).copied().unwrap_or("#2a7fbf")
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>, most: usize) -> f64 {
    texts.map(width).max().unwrap_or(0).min(most) as f64 * CELL
}

fn bars(series: &Series, style: &Style<'_>) -> String {
    let left = 28.0 + widest(series.labels.iter().map(String::as_str), 36);
    let (low, high) = series.range(true);
    let scale = |n: f64| if high > low { n / (high - low) * 480.0 } else { 0.0 };
    let (zero, mut y, mut out) = (left - scale(low), 48.0, String::new());
    for (i, label) in series.labels.iter().enumerate() {
        text(&mut out, "end", (left - 8.0, y + 17.0), &cut(label, 36));
        for (k, values) in series.values.iter().enumerate() {
            if let Some((n, shown)) = values.numbers.get(i).and_then(Option::as_ref) {
                let (x, length) = (zero.min(zero + scale(*n)), scale(n.abs()));
                let _ = writeln!(
                    out,
                    "<rect fill=\"{}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"18\"/>",
                    colour(k),
                    y + 3.0
                );
                text(&mut out, "", (zero.max(zero + scale(*n)) + 6.0, y + 17.0), shown);
            }
            y += LINE;
        }
    }
    rule(&mut out, (zero, 48.0), (zero, y));
    document((left + 580.0, y + 16.0), &series.caption(style), &said(series), style, &out)
}

/// The numbers as a sentence.
fn said(series: &Series) -> String {
    let row = |(i, label): (usize, &String)| {
        let numbers = series.values.iter().filter_map(|values| values.numbers.get(i)?.as_ref());
        format!("{label}: {}", numbers.map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(", "))
    };
    series.labels.iter().enumerate().take(200).map(row).collect::<Vec<_>>().join("; ")
}

fn curves(series: &Series, style: &Style<'_>) -> String {
    let ticks = ticks(series.range(false));
    let (low, high) = (ticks.first().copied().unwrap_or(0.0), ticks.last().copied().unwrap_or(1.0));
    let (first, last) =
        series.places.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(*x), b.max(*x)));
    let across = |x: f64| if last > first { 80.0 + (x - first) / (last - first) * 600.0 } else { 380.0 };
    let down = |n: f64| 60.0 + (high - n) / (high - low) * 260.0;
    let mut out = String::new();
    for tick in &ticks {
        rule(&mut out, (80.0, down(*tick)), (680.0, down(*tick)));
        text(&mut out, "end faint", (72.0, down(*tick) + 5.0), &short(*tick));
    }
    let every = (series.labels.len() as f64 * widest(series.labels.iter().map(String::as_str), 14) / 560.0)
        .ceil()
        .max(1.0);
    for (label, x) in series.labels.iter().zip(&series.places).step_by(every as usize) {
        text(&mut out, "middle faint", (across(*x), 344.0), &cut(label, 14));
    }
    for (k, values) in series.values.iter().enumerate() {
        let mut points: Vec<_> = series
            .places
            .iter()
            .zip(&values.numbers)
            .filter_map(|(x, n)| Some((across(*x), down(n.as_ref()?.0))))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let path: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            out,
            "<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\" points=\"{}\"/>",
            colour(k),
            path.join(" ")
        );
        for (x, y) in points {
            let _ = writeln!(out, "<circle fill=\"{}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>", colour(k));
        }
        if series.values.len() > 1 {
            let at = 376.0 + LINE * k as f64;
            let _ =
                writeln!(out, "<circle fill=\"{}\" cx=\"86\" cy=\"{:.1}\" r=\"5\"/>", colour(k), at - 5.0);
            text(&mut out, "", (98.0, at), &values.name);
        }
    }
    let legend = if series.values.len() > 1 { LINE * series.values.len() as f64 } else { 0.0 };
    document((740.0, 370.0 + legend), &series.caption(style), &said(series), style, &out)
}

/// A line for each event, under its year; a day is a point, a longer span a bar.
fn timeline(events: &[Event], style: &Style<'_>) -> String {
    let (mut out, mut y, mut year) = (String::new(), 52.0, None);
    let labels = 420.0 + widest(events.iter().map(|event| event.label.as_str()), 40) + 16.0;
    for event in events {
        let when = event.when;
        if year != Some(when.year) {
            year = Some(when.year);
            text(&mut out, "title", (16.0, y + 18.0), &when.year.to_string());
            rule(&mut out, (110.0, y + 13.0), (400.0, y + 13.0));
            y += LINE;
        }
        let (first, next) = (day(when.year, 1, 1), day(when.year + 1, 1, 1));
        let across = |date: i64| 110.0 + (date - first) as f64 / (next - first) as f64 * 290.0;
        text(&mut out, "end faint", (100.0, y + 17.0), &cut(&event.date, 11));
        if when.start == when.end {
            let _ = writeln!(
                out,
                "<circle fill=\"{}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\"/>",
                colour(0),
                across(when.start),
                y + 12.0
            );
        } else {
            let (x, length) = (across(when.start), across(when.end + 1) - across(when.start));
            let _ = writeln!(
                out,
                "<rect fill=\"{}\" fill-opacity=\".6\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"8\" rx=\"4\"/>",
                colour(0),
                y + 8.0
            );
        }
        text(&mut out, "", (420.0, y + 17.0), &cut(&event.label, 40));
        text(&mut out, "faint", (labels, y + 17.0), &cut(&event.details, 50));
        y += LINE;
    }
    let said: Vec<_> =
        events.iter().take(200).map(|event| format!("{} {}", event.date, event.label)).collect();
    document((labels + 400.0, y + 16.0), &(style.say)("Timeline"), &said.join("; "), style, &out)
}

/// Things in two columns, those that edges begin at to the left, and the edges between them.
fn drawing(edges: &[Edge], style: &Style<'_>) -> String {
    let names = Graph::new(edges);
    let (mut left, mut right): (Vec<&Term>, Vec<&Term>) = (Vec::new(), Vec::new());
    let drawn: Vec<_> = edges.iter().filter(|edge| !is_name(edge)).collect();
    for edge in &drawn {
        if !left.contains(&&edge.from) {
            left.push(&edge.from);
        }
    }
    for edge in &drawn {
        if !left.contains(&&edge.to) && !right.contains(&&edge.to) {
            right.push(&edge.to);
        }
    }
    let tall = left.len().max(right.len()).max(1) as f64 * 32.0;
    let place = |term: &Term| {
        let (side, x) = if left.contains(&term) { (&left, 300.0_f64) } else { (&right, 600.0_f64) };
        let at = side.iter().position(|other| *other == term).unwrap_or(0);
        (x, 60.0 + (at as f64 + 0.5) * tall / side.len().max(1) as f64)
    };
    let mut out = String::new();
    for edge in &drawn {
        let ((x1, y1), (x2, y2)) = (place(&edge.from), place(&edge.to));
        let bend = if x1 == x2 { x1 + 110.0 } else { (x1 + x2) / 2.0 };
        let link = edge.link.as_ref().map_or_else(String::new, |link| style.prefixes.show(link.as_ref()));
        let _ = writeln!(
            out,
            "<path fill=\"none\" class=\"rule\" d=\"M{x1:.1},{y1:.1} C{bend:.1},{y1:.1} {bend:.1},{y2:.1} {x2:.1},{y2:.1}\"><title>{}</title></path>",
            escape(&link)
        );
    }
    for (side, class, shift) in [(&left, "end", -10.0), (&right, "", 10.0)] {
        for term in side {
            let (x, y) = place(term);
            let _ = writeln!(
                out,
                "<circle fill=\"{}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>",
                colour(usize::from(shift > 0.0))
            );
            text(&mut out, class, (x + shift, y + 5.0), &cut(&names.name(term, style), 36));
        }
    }
    let said = format!("{} things and {} links", left.len() + right.len(), drawn.len());
    document((900.0, tall + 84.0), &(style.say)("Graph"), &(style.say)(&said), style, &out)
}
