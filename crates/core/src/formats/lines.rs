//! N-Triples and N-Quads: one statement a line, sorted so that the same graph gives the same bytes.
//!
//! In: what is to be written. Out: lines. Each different term is made text once, however many quads have it, and lines are
//! sorted by the ranks of their terms' texts. That is the order of the lines: where the text of a term begins with that of
//! another (`_:a`, `_:ab`; `"a"`, `"a"@en`), it goes on with a character that sorts after the space which follows the other.
//! All lines are known before the first is written.

use super::draft::Draft;
use super::numbered::{Content, Number, Row};
use crate::error::Result;
use crate::store::Lexical;
use crate::store::pack::{Watch, sort_watched};
use std::fmt::Write as _;

/// Writes quads, with the names of their graphs. Says whether the labels of blank nodes depend on what is said about them alone.
///
/// # Errors
/// Where the graph is damaged, or the lines cannot be written.
pub(crate) fn write(content: Content<'_>, header: &[String], draft: &mut Draft<'_>) -> Result<bool> {
    let watch = draft.watch;
    let blanks = content.blanks(watch)?;
    let mut texts = Lines::default();
    let rows = content.number(&blanks, &mut |lexical| texts.push(lexical), watch)?;
    let (order, ranks) = texts.order(watch)?;
    let rank = |number: Number| ranks.get(number as usize).copied().unwrap_or_default();
    // The default graph comes before all others: a dot sorts before a name.
    let line = |row: Row| {
        let graph = row.graph_name().map_or(0, |name| rank(name) + 1);
        [rank(row.subject), rank(row.predicate), rank(row.object), graph]
    };
    let (mut lines, mut pace) = (Vec::with_capacity(rows.len()), watch.pace());
    for row in rows {
        lines.push(line(row));
        pace.step()?;
    }
    sort_watched(&mut lines, watch, <[u32; 4]>::cmp)?;
    for line in header.iter().flat_map(|text| text.lines()) {
        let _ = writeln!(draft.text, "# {}", line.trim_end());
    }
    let text = |rank: u32| order.get(rank as usize).map_or("", |number| texts.get(*number));
    for [subject, predicate, object, graph] in lines {
        for rank in [subject, predicate, object].into_iter().chain(graph.checked_sub(1)) {
            draft.text.push_str(text(rank));
            draft.text.push(' ');
        }
        draft.text.push_str(".\n");
        draft.end()?;
    }
    Ok(blanks.is_certain())
}

/// Terms as N-Triples writes them, side by side.
#[derive(Default)]
struct Lines {
    text: String,
    ends: Vec<usize>,
}

impl Lines {
    fn push(&mut self, lexical: Lexical<'_>) {
        // A string takes all that is written to it.
        let _ = match (lexical, lexical.as_term()) {
            (Lexical::Triple(parts), _) => {
                let [s, p, o] = parts.map(|part| self.get(part));
                let text = format!("<<( {s} {p} {o} )>>");
                self.text.write_str(&text)
            }
            (_, Some(term)) => write!(self.text, "{term}"),
            (_, None) => Ok(()),
        };
        self.ends.push(self.text.len());
    }

    fn get(&self, number: Number) -> &str {
        let place = number as usize;
        let start =
            place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(place).copied().unwrap_or_default();
        self.text.get(start..end).unwrap_or_default()
    }

    /// The numbers, sorted by their texts, and the rank of each.
    fn order(&self, watch: Watch<'_>) -> Result<(Vec<Number>, Vec<u32>)> {
        let mut order: Vec<Number> = (0..).zip(&self.ends).map(|(number, _)| number).collect();
        // Nearly sorted: by kind, and within most kinds by text.
        sort_watched(&mut order, watch, |a, b| self.get(*a).cmp(self.get(*b)))?;
        let (mut ranks, mut pace) = (vec![0; order.len()], watch.pace());
        for (rank, number) in (0..).zip(&order) {
            if let Some(slot) = ranks.get_mut(*number as usize) {
                *slot = rank;
            }
            pace.step()?;
        }
        Ok((order, ranks))
    }
}

#[cfg(test)]
mod tests {
    use crate::blank::Blanks;
    use crate::explore::selection::{Selection, select};
    use crate::formats::fixture::memory;
    use crate::formats::graphs::{GraphFormat, GraphStyle, written};
    use crate::store::pack::Watch;

    /// The lines as oxrdf writes its quads, sorted as text.
    #[test]
    fn lines_are_those_of_the_terms_and_sorted_as_text() {
        let memory = memory();
        let style = GraphStyle { header: vec!["one\ntwo  ".to_owned()], ..GraphStyle::default() };
        for selection in [Selection::All, Selection::DefaultGraph] {
            let part = select(&memory, &selection, Watch::nobody()).unwrap();
            for (format, part) in [
                (GraphFormat::NQuads, part.clone()),
                (GraphFormat::NTriples, part.merged(Watch::nobody()).unwrap()),
            ] {
                let quads = part.quads(Watch::nobody()).unwrap();
                let quads = Blanks::of(&quads).relabel(quads);
                let mut lines: Vec<String> = quads.iter().map(|quad| format!("{quad} .\n")).collect();
                lines.sort();
                let found = written(format, part, &style).unwrap();
                assert_eq!(found.text, format!("# one\n# two\n{}", lines.concat()));
                assert!(lines.len() > 30);
            }
        }
    }
}
