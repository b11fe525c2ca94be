//! Tables for people: columns that fit the window, a block for each row where they cannot, and the
//! line below that says how much was found.
//!
//! In: rows and a [`Style`]. Out: text, no line of it wider than the style allows. How
//! wide the window is, the caller says. What a cell says is decided in [`super::cells`].

use super::cells::{Cell, Column, Sort, cell_ends, cell_start, columns};
use super::text::{Side, counted, cut, cut_within, fit, grouped, width, wrap};
use super::{Style, ink};
use crate::engine::answer::Solutions;
use crate::error::{Error, Kind};
use std::collections::HashMap;
use std::time::Duration;

/// A column of words is not made narrower than this; before that, each row becomes a block.
const LEAST: usize = 6;

/// What stands around the cells of a line: `│ ` before each, ` ` after each, `│` at the end.
fn frame(columns: usize) -> usize {
    3 * columns + 1
}

/// Draws rows as a table, or as [`lines`] where the window is too narrow for one.
pub fn table(found: &Solutions, style: &Style<'_>) -> String {
    if found.variables.is_empty() {
        return without_columns(found, style);
    }
    let columns = columns(found);
    let mut cells = shown_cells(found, &columns, style, seen(style));
    let widths = widths(&columns, &cells, style);
    match widths.filter(|widths| told_apart(&mut cells, found, (&columns, widths), style)) {
        Some(widths) => {
            let grid = Grid { columns: &columns, widths: &widths, style };
            let mut out = grid.head();
            grid.rows(&mut out, &cells);
            out + &grid.foot() + &left_out(found, style)
        }
        None => lines(found, style),
    }
}

/// The widths of columns; none where the window is too narrow for a table.
fn widths(columns: &[Column], cells: &[Vec<Cell>], style: &Style<'_>) -> Option<Vec<usize>> {
    let room = style.width.map_or(usize::MAX, |width| width.saturating_sub(frame(columns.len())));
    shrink(&wanted(columns, cells), &least(columns, cells, style), room)
}

/// Cuts cells that differ, and would look alike with their ends cut off, in their middle. False where things look alike even so:
/// a table in which one stands for another says nothing of them.
fn told_apart(
    cells: &mut [Vec<Cell>],
    found: &Solutions,
    (columns, widths): (&[Column], &[usize]),
    style: &Style<'_>,
) -> bool {
    // Where no window ends a line, nothing is cut.
    if style.width.is_none() {
        return true;
    }
    let seen_at_most = seen(style);
    let mut apart = true;
    for (at, (column, room)) in columns.iter().zip(widths).enumerate() {
        let mut alike: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (n, row) in cells.iter().enumerate() {
            let Some(cell) = row.get(at) else { continue };
            if width(&cell.text) + width(&cell.tag) > *room {
                alike.entry(cell.within(*room, cut)).or_default().push(n);
            }
        }
        for rows in alike.into_values().filter(|rows| rows.len() > 1) {
            let mut seen: HashMap<(String, String), Cell> = HashMap::new();
            let term = |n: &usize| found.rows.get(*n)?.get(at)?.as_ref();
            let whole: Vec<_> =
                rows.iter().map(|n| (*n, cell_ends(term(n), column, style, seen_at_most))).collect();
            if whole.iter().all(|(_, cell)| whole.first().is_some_and(|(_, first)| first == cell)) {
                continue;
            }
            for (n, whole) in whole {
                let shown = whole.within(*room, cut_within);
                let (text, tag) = shown.clone();
                apart &= whole.sort != Sort::Thing || seen.get(&shown).is_none_or(|other| *other == whole);
                let sort = whole.sort;
                seen.insert(shown, whole);
                if let Some(cell) = cells.get_mut(n).and_then(|row| row.get_mut(at)) {
                    *cell = Cell { text, tag, sort };
                }
            }
        }
    }
    apart
}

/// A pattern without variables matches or does not: there are rows, but nothing in them.
fn without_columns(found: &Solutions, style: &Style<'_>) -> String {
    let text = format!("{} without columns", counted(found.rows.len() as u64, "row", "rows"));
    folded(&(style.say)(&text), style)
}

/// The cells of the rows that are shown, of which so many columns of the window are seen.
fn shown_cells(found: &Solutions, columns: &[Column], style: &Style<'_>, seen: usize) -> Vec<Vec<Cell>> {
    let rows = found.rows.iter().take(style.max_rows.unwrap_or(usize::MAX));
    rows.map(|row| {
        columns
            .iter()
            .enumerate()
            .map(|(i, column)| cell_start(row.get(i).and_then(Option::as_ref), column, style, seen))
            .collect()
    })
    .collect()
}

/// A table that is drawn a part at a time, for programs and files, so that it may be of any length: columns and their widths
/// are those that suit the first part, and a wider cell after it moves what is right of it.
pub struct Parts {
    columns: Vec<Column>,
    /// None where each row is a block.
    widths: Option<Vec<usize>>,
    /// How many rows were drawn.
    drawn: usize,
}

impl Parts {
    /// Begins with the first part: what suits it, and its text. `blocks` asks for a block a row.
    pub fn begin(first: &Solutions, blocks: bool, style: &Style<'_>) -> (Self, String) {
        let columns = columns(first);
        let mut cells = shown_cells(first, &columns, style, seen(style));
        let widths = if blocks { None } else { widths(&columns, &cells, style) };
        let widths = widths.filter(|widths| told_apart(&mut cells, first, (&columns, widths), style));
        let mut parts = Self { columns, widths, drawn: 0 };
        let head = parts.grid(style).map_or_else(String::new, |grid| grid.head());
        let rows = parts.more(first, style);
        (parts, head + &rows)
    }

    fn grid<'a>(&'a self, style: &'a Style<'a>) -> Option<Grid<'a>> {
        let widths = self.widths.as_deref()?;
        Some(Grid { columns: &self.columns, widths, style })
    }

    /// The text of a further part.
    pub fn more(&mut self, part: &Solutions, style: &Style<'_>) -> String {
        let mut out = String::new();
        match self.grid(style) {
            Some(grid) => {
                let mut cells = shown_cells(part, &self.columns, style, seen(style));
                told_apart(&mut cells, part, (&self.columns, grid.widths), style);
                grid.rows(&mut out, &cells);
            }
            None => blocks(&mut out, part, &self.columns, self.drawn, style),
        }
        self.drawn += part.rows.len();
        out
    }

    /// What stands under the last part.
    pub fn end(&self, style: &Style<'_>) -> String {
        self.grid(style).map_or_else(String::new, |grid| grid.foot())
    }
}

/// How much of a cell can be seen in a table.
fn seen(style: &Style<'_>) -> usize {
    style.width.unwrap_or(usize::MAX)
}

/// The width that each column would have if there were room.
fn wanted(columns: &[Column], cells: &[Vec<Cell>]) -> Vec<usize> {
    content(columns.len(), cells)
        .zip(columns)
        .map(|(cells, column)| cells.max(width(&column.name)).max(1))
        .collect()
}

/// The width below which each column must not go: numbers and dates are never cut, since a cut
/// number is another number; nor is what the reader is to copy.
fn least(columns: &[Column], cells: &[Vec<Cell>], style: &Style<'_>) -> Vec<usize> {
    content(columns.len(), cells)
        .zip(columns)
        .enumerate()
        .map(|(at, (cells, column))| {
            if column.rigid || style.key == Some(at) {
                cells
            } else {
                cells.max(width(&column.name)).min(LEAST)
            }
            .max(1)
        })
        .collect()
}

/// The width of the widest cell of each column.
fn content(columns: usize, cells: &[Vec<Cell>]) -> impl Iterator<Item = usize> {
    (0..columns).map(|i| {
        cells
            .iter()
            .filter_map(|row| row.get(i))
            .map(|cell| width(&cell.text) + width(&cell.tag))
            .max()
            .unwrap_or(0)
    })
}

/// Widths that fit into `room`: the widest columns are cut first, down to one common width that as
/// many as possible are below. Nothing where even the least widths do not fit.
fn shrink(wanted: &[usize], least: &[usize], room: usize) -> Option<Vec<usize>> {
    let at = |level: usize| wanted.iter().zip(least).map(move |(want, least)| (*want).min(level).max(*least));
    if at(0).sum::<usize>() > room {
        return None;
    }
    let (mut low, mut high) = (0, wanted.iter().copied().max().unwrap_or(0));
    while low < high {
        let middle = (low + high).div_ceil(2);
        if at(middle).sum::<usize>() <= room { low = middle } else { high = middle - 1 }
    }
    let mut widths: Vec<usize> = at(low).collect();
    let mut spare = room - widths.iter().sum::<usize>();
    for (width, want) in widths.iter_mut().zip(wanted) {
        if spare > 0 && *width < *want {
            *width += 1;
            spare -= 1;
        }
    }
    Some(widths)
}

/// A table whose widths are settled.
struct Grid<'a> {
    columns: &'a [Column],
    widths: &'a [usize],
    style: &'a Style<'a>,
}

impl Grid<'_> {
    fn head(&self) -> String {
        let mut out = self.rule('┌', '┬', '┐');
        let header = self.columns.iter().zip(self.widths);
        self.line(
            &mut out,
            header.map(|(column, width)| {
                self.style.paint(ink::BOLD, &fit(&column.name, *width, column.side()))
            }),
        );
        out.push_str(&self.rule('├', '┼', '┤'));
        out
    }

    fn rows(&self, out: &mut String, cells: &[Vec<Cell>]) {
        for row in cells {
            let row = row.iter().zip(self.columns).zip(self.widths);
            self.line(out, row.map(|((cell, column), width)| self.fitted(cell, *width, column.side())));
        }
    }

    fn foot(&self) -> String {
        self.rule('└', '┴', '┘')
    }

    fn rule(&self, left: char, middle: char, right: char) -> String {
        let mut rule = String::from(left);
        for (i, width) in self.widths.iter().enumerate() {
            if i > 0 {
                rule.push(middle);
            }
            rule.push_str(&"─".repeat(width + 2));
        }
        rule.push(right);
        self.style.paint(ink::DIM, &rule) + "\n"
    }

    fn line(&self, out: &mut String, cells: impl Iterator<Item = String>) {
        let bar = self.style.paint(ink::DIM, "│");
        for cell in cells {
            out.push_str(&bar);
            out.push(' ');
            out.push_str(&cell);
            out.push(' ');
        }
        out.push_str(&bar);
        out.push('\n');
    }

    fn fitted(&self, cell: &Cell, cells: usize, side: Side) -> String {
        // Where no window ends a line, nothing is cut.
        let whole = self.style.width.is_none().then(|| width(&cell.text) + width(&cell.tag));
        let cells = cells.max(whole.unwrap_or(0));
        let (text, tag) = cell.within(cells, cut);
        let space = " ".repeat(cells - width(&text) - width(&tag));
        let body = text + &self.style.paint(ink::DIM, &tag);
        if side == Side::Right { space + &body } else { body + &space }
    }
}

/// Draws each row as a block of `name = value` lines, nothing cut.
pub fn lines(found: &Solutions, style: &Style<'_>) -> String {
    if found.variables.is_empty() {
        return without_columns(found, style);
    }
    let mut out = String::new();
    blocks(&mut out, found, &columns(found), 0, style);
    out + &left_out(found, style)
}

/// Rows as blocks, of which so many came before.
fn blocks(out: &mut String, found: &Solutions, columns: &[Column], before: usize, style: &Style<'_>) {
    let names = columns.iter().map(|column| width(&column.name)).max().unwrap_or(0);
    for (i, row) in shown_cells(found, columns, style, usize::MAX).iter().enumerate() {
        heading(out, before + i + 1, style);
        for (cell, column) in row.iter().zip(columns) {
            entry(out, names, column, cell, style);
        }
    }
}

/// `── 3 ──────`
fn heading(out: &mut String, number: usize, style: &Style<'_>) {
    let length = style.width.unwrap_or(40).min(40);
    let text = cut(&format!("── {} ", grouped(number as u64)), length);
    let rule = "─".repeat(length - width(&text));
    out.push_str(&style.paint(ink::DIM, &(text + &rule)));
    out.push('\n');
}

/// One `name = value`, the value's further lines under its first; or, in a very narrow window, the
/// value under the name.
fn entry(out: &mut String, names: usize, column: &Column, cell: &Cell, style: &Style<'_>) {
    let value = cell.whole();
    let room = style.width.unwrap_or(usize::MAX);
    let indent = names.saturating_add(3);
    if room < indent + 10 {
        for line in wrap(&column.name, room) {
            out.push_str(&style.paint(ink::BOLD, &line));
            out.push('\n');
        }
        let indent = if room > 4 { 2 } else { 0 };
        for line in wrap(&value, room - indent) {
            out.push_str(&" ".repeat(indent));
            out.push_str(&line);
            out.push('\n');
        }
        return;
    }
    for (i, line) in wrap(&value, room - indent).iter().enumerate() {
        let name = if i == 0 { column.name.as_str() } else { "" };
        out.push_str(&style.paint(ink::BOLD, &fit(name, names, Side::Right)));
        out.push_str(if i == 0 { if cell.sort == Sort::Unbound { " =" } else { " = " } } else { "   " });
        out.push_str(line);
        out.push('\n');
    }
}

/// `… 134 more rows, .last shows all`
fn left_out(found: &Solutions, style: &Style<'_>) -> String {
    let shown = found.rows.len().min(style.max_rows.unwrap_or(usize::MAX));
    match found.count() - shown as u64 {
        0 => String::new(),
        left => more(left, ("more row", "more rows"), style.more, style),
    }
}

/// `… 134 more triples`, of what is found and not shown; and what shows it.
pub fn more(left: u64, (one, many): (&str, &str), shown_by: Option<&str>, style: &Style<'_>) -> String {
    let mut text = format!("… {}", counted(left, one, many));
    if let Some(more) = shown_by {
        text.push_str(", ");
        text.push_str(more);
    }
    folded(&(style.say)(&text), style)
}

fn folded(text: &str, style: &Style<'_>) -> String {
    let lines = wrap(text, style.width.unwrap_or(usize::MAX));
    lines.iter().map(|line| style.paint(ink::DIM, line) + "\n").collect()
}

/// What the line below an answer says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Footer<'a> {
    /// Rows (or triples) found.
    pub count: u64,
    /// What was counted, in one and in many; rows where nothing is said.
    pub nouns: Option<(&'a str, &'a str)>,
    /// How long it took.
    pub elapsed: Option<Duration>,
    /// Which graph was asked, with its version.
    pub graph: Option<&'a str>,
    /// What ended the answer early.
    pub stopped: Option<&'a Error>,
}

impl Footer<'_> {
    /// `53 rows · 3 ms · baimo 1.0.0`, or `stopped after 2 s: 1 204 rows so far, not all · baimo 1.0.0`.
    pub fn text(&self) -> String {
        let (one, many) = self.nouns.unwrap_or(("row", "rows"));
        let counted = counted(self.count, one, many);
        let mut parts = Vec::new();
        match self.stopped {
            // That it was is said by itself.
            Some(error) if error.kind == Kind::Interrupted => {
                parts.push(format!("{counted} so far, not all"))
            }
            Some(error) => parts.push(format!("{}: {counted} so far, not all", error.message)),
            None => parts.push(counted),
        }
        parts.extend(self.elapsed.filter(|_| self.stopped.is_none()).map(duration));
        parts.extend(self.graph.map(str::to_owned));
        parts.join(" · ")
    }
}

/// A time as short as its precision allows: `3 ms`, `1.2 s`, `2 min 5 s`.
pub fn duration(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        0..=999 => format!("{micros} µs"),
        1_000..=999_499 => format!("{} ms", (micros + 500) / 1_000),
        999_500..=59_949_999 => format!("{:.1} s", time.as_secs_f64()),
        _ => {
            let seconds = (micros + 500_000) / 1_000_000;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Literal, NamedNode, Prefixes, Term, Variable};

    fn found(rows: &[&[Term]]) -> Solutions {
        let names = ["a", "b", "c"].into_iter().take(rows.first().map_or(0, |row| row.len()));
        Solutions {
            variables: names.map(Variable::new_unchecked).collect(),
            rows: rows.iter().map(|row| row.iter().cloned().map(Some).collect()).collect(),
            ..Solutions::default()
        }
    }

    fn thing(name: &str) -> Term {
        NamedNode::new_unchecked(format!("http://example.org/{name}")).into()
    }

    fn lines_of(rows: &[&[Term]], columns: usize, key: Option<usize>) -> Vec<String> {
        let mut prefixes = Prefixes::new();
        prefixes.insert("ex", "http://example.org/");
        let style = Style { key, ..Style::plain(&prefixes).within(columns) };
        let text = table(&found(rows), &style);
        assert!(text.lines().all(|line| width(line) <= columns), "{text}");
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn names_that_differ_look_different_where_they_are_cut() {
        let text = |text: &str| Term::from(Literal::from(text));
        let long = |end: &str| text(&format!("Integration of a model into a suite ({end})"));
        let rows: &[&[Term]] =
            &[&[long("2023-05")], &[long("2023-03")], &[text("Integration")], &[long("2023-03")]];
        let drawn = lines_of(rows, 24, None);
        let cells: Vec<_> = drawn.iter().filter(|line| line.contains("Int")).collect();
        assert_eq!(
            cells,
            [
                "│ Integratio…(2023-05) │",
                "│ Integratio…(2023-03) │",
                "│ Integration          │",
                "│ Integratio…(2023-03) │",
            ]
        );
        // A name alone is cut at its end.
        let drawn = lines_of(&[&[long("2023-05")], &[text("else")]], 24, None);
        assert_eq!(drawn[3], "│ Integration of a mo… │");
        // Of the same beginning beyond what is seen of a text in any window.
        let far = |end: &str| text(&format!("{}{end}", "x".repeat(500)));
        let drawn = lines_of(&[&[far("1.")], &[far("2.")]], 14, None);
        assert_eq!(drawn[3..5], ["│ xxxxx…xx1. │", "│ xxxxx…xx2. │"]);
    }

    /// Things that are cut so short that one stands for another are shown whole; of texts the rest of the row tells.
    #[test]
    fn things_that_cannot_be_told_apart_are_shown_whole() {
        let of = |middle: &str| thing(&format!("a-long-release-{middle}-of-a-model"));
        let rows: &[&[Term]] = &[&[of("1")], &[of("2")]];
        assert_eq!(lines_of(rows, 20, None)[1], "a = ex:a-long-releas");
        assert!(lines_of(rows, 40, None)[3].contains("ex:a-long-release-1-of-a-model"));
        // One and the same is no two.
        assert_eq!(lines_of(&[&[of("1")], &[of("1")]], 20, None)[3], "│ ex:a-long-relea… │");
    }

    #[test]
    fn what_is_to_be_copied_is_not_cut() {
        let row = [thing("a-long-name-indeed"), thing("another-long-name"), thing("c")];
        let drawn = lines_of(&[&row], 50, Some(0));
        assert!(drawn[3].contains(" ex:a-long-name-indeed ") && drawn[3].contains('…'), "{drawn:?}");
        // Where it does not fit, no table does.
        assert_eq!(lines_of(&[&row], 30, Some(0))[1], "a = ex:a-long-name-indeed");
    }
}
