//! N-Triples and N-Quads: one statement a line, sorted so that the same graph gives the same bytes.
//!
//! In: a part of a graph as numbers, or quads of terms. Out: lines. Of numbers each different term is read from the
//! dictionary and made text once, however many quads have it, and lines are sorted by the ranks of their terms' texts. That
//! is the order of the lines: where the text of a term begins with that of another (`_:a`, `_:ab`; `"a"`, `"a"@en`), it goes
//! on with a character that sorts after the space which follows the other. All lines are known before the first is written.

use super::graphs::Naming;
use crate::blank::Blanks;
use crate::error::{Error, Result};
use crate::explore::selection::Part;
use crate::store::{FIRST_FOREIGN, GraphId, Id, Indexed, Kind, Lexical, Scratch, Triple, quad_of};
use crate::terms::Quad;
use std::fmt::Write as _;
use std::io::Write;

/// So many bytes are written at once.
const MUCH: usize = 1 << 16;

/// Writes a part of a graph, its named graphs as one with the default graph unless `keeps_graphs`. Says how blank nodes are
/// named.
///
/// # Errors
/// Where the graph is damaged, or `out` cannot be written to.
pub fn write(part: Part<'_>, header: &[String], keeps_graphs: bool, out: &mut dyn Write) -> Result<Naming> {
    let Part { graph: columns, mut quads } = part;
    if !keeps_graphs {
        quads.iter_mut().for_each(|(graph, _)| *graph = None);
    }
    quads.sort_unstable();
    quads.dedup();
    let mut numbers =
        Numbers::of(columns, quads.iter().flat_map(|(graph, triple)| graph.iter().chain(triple)));
    let ids = numbers.ids();
    let blanks = blanks(columns, &quads)?;
    let texts = Texts::of(columns, &ids, &blanks)?;
    let order = texts.order();
    for (rank, place) in (0..).zip(&order) {
        if let Some(id) = ids.get(*place as usize) {
            numbers.set(*id, rank);
        }
    }
    let rank = |id: Id| numbers.get(id);
    // The default graph comes before all others: a dot sorts before a name.
    let rows = quads.into_iter().map(|(graph, triple)| (triple.map(rank), graph.map(rank)));
    let mut rows: Vec<([u32; 3], Option<u32>)> = rows.collect();
    rows.sort_unstable();
    let mut lines = comments(header);
    let text = |rank: u32| order.get(rank as usize).map_or("", |place| texts.get(*place as usize));
    for ([s, p, o], graph) in rows {
        for rank in [s, p, o].into_iter().chain(graph) {
            lines.push_str(text(rank));
            lines.push(' ');
        }
        lines.push_str(".\n");
        if lines.len() >= MUCH {
            out.write_all(lines.as_bytes()).map_err(unwritten)?;
            lines.clear();
        }
    }
    out.write_all(lines.as_bytes()).map_err(unwritten)?;
    Ok(if blanks.is_certain() { Naming::Stable } else { Naming::Uncertain })
}

fn unwritten(error: std::io::Error) -> Error {
    Error::store("cannot write the graph").because(error)
}

/// The labels of the blank nodes of some quads.
fn blanks(columns: &dyn Indexed, quads: &[(GraphId, Triple)]) -> Result<Blanks> {
    let may_be_blank = |id: &Id| matches!(columns.kind(*id), Some(Kind::Blank | Kind::Triple));
    let with_blanks = quads.iter().filter(|(graph, [s, _, o])| {
        may_be_blank(s) || may_be_blank(o) || graph.as_ref().is_some_and(may_be_blank)
    });
    let quads = with_blanks.map(|(graph, triple)| quad_of(columns, *graph, *triple));
    Ok(Blanks::of(&quads.collect::<Result<Vec<Quad>>>()?))
}

/// A number for each term of a graph: 0 where a term is not used.
struct Numbers {
    /// How many terms the dictionary has; those beside it follow.
    sorted: Id,
    of: Vec<u32>,
}

impl Numbers {
    /// 1 for each of these terms.
    fn of<'q>(graph: &dyn Indexed, used: impl Iterator<Item = &'q Id>) -> Self {
        let (sorted, more) = (graph.term_count(), graph.more_terms());
        let mut numbers = Self { sorted, of: vec![0; sorted as usize + more as usize] };
        used.for_each(|id| numbers.set(*id, 1));
        numbers
    }

    fn place(&self, id: Id) -> usize {
        match id.checked_sub(FIRST_FOREIGN) {
            Some(foreign) => self.sorted as usize + foreign as usize,
            None => id as usize,
        }
    }

    fn get(&self, id: Id) -> u32 {
        self.of.get(self.place(id)).copied().unwrap_or_default()
    }

    fn set(&mut self, id: Id, number: u32) {
        let place = self.place(id);
        if let Some(have) = self.of.get_mut(place) {
            *have = number;
        }
    }

    /// The terms that have a number other than 0, in the order of the dictionary.
    fn ids(&self) -> Vec<Id> {
        let ids = (0..self.sorted).chain(FIRST_FOREIGN..);
        ids.zip(&self.of).filter(|(_, number)| **number > 0).map(|(id, _)| id).collect()
    }
}

/// Terms as N-Triples writes them, side by side.
struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    fn of(graph: &dyn Indexed, ids: &[Id], blanks: &Blanks) -> Result<Self> {
        let mut texts = Self { text: String::new(), ends: Vec::with_capacity(ids.len()) };
        graph.lexicals(ids, &mut Scratch::new(), &mut |place, lexical| {
            let bare = lexical.as_term().filter(|_| !matches!(lexical, Lexical::Blank(_)));
            // A string takes all that is written to it.
            let _ = match (bare, ids.get(place)) {
                (Some(term), _) => write!(texts.text, "{term}"),
                (None, Some(id)) => write!(texts.text, "{}", blanks.relabel_term(graph.term(*id)?)),
                (None, None) => Ok(()),
            };
            texts.ends.push(texts.text.len());
            Ok(())
        })?;
        Ok(texts)
    }

    fn get(&self, place: usize) -> &str {
        let start =
            place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(place).copied().unwrap_or_default();
        self.text.get(start..end).unwrap_or_default()
    }

    /// The places, sorted by their texts.
    fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..).zip(&self.ends).map(|(place, _)| place).collect();
        // Nearly sorted: by kind, and within most kinds by text.
        order.sort_by(|a, b| self.get(*a as usize).cmp(self.get(*b as usize)));
        order
    }
}

/// The lines of quads of terms.
pub(super) fn of_quads(quads: &[Quad], header: &[String]) -> String {
    let (mut text, mut ends) = (String::new(), Vec::with_capacity(quads.len()));
    for quad in quads {
        let _ = writeln!(text, "{quad} .");
        ends.push(text.len());
    }
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let mut lines: Vec<&str> = starts.zip(&ends).filter_map(|(start, end)| text.get(start..*end)).collect();
    lines.sort_unstable();
    let mut out = comments(header);
    out.reserve(text.len());
    lines.into_iter().for_each(|line| out.push_str(line));
    out
}

fn comments(header: &[String]) -> String {
    header.iter().flat_map(|text| text.lines()).map(|line| format!("# {}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::selection::{Selection, select};
    use crate::formats::graphs::{GraphFormat, GraphStyle, written};
    use crate::sources::rdf;
    use crate::store::memory::Memory;
    use crate::store::pack::Builder;
    use crate::terms::{GraphName, Literal, NamedNode, Prefixes};

    /// Terms of all kinds, whose texts begin alike, with escapes; blank nodes that look alike, triple terms that hold some.
    const DATA: &str = r#"@prefix : <http://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        :a :p :a-b, :a, :ab, "a", "a"@en, "a"@en-GB, "a"@en--rtl, "a"^^:t, "a b", "a\"b\\\n\t\u0001\u007Fé😀", "", "0"^^xsd:int ;
            :q 1, 1.0, 01, 1e0, true, "x"^^xsd:integer, "2023-01-01"^^xsd:date, "PT1S"^^xsd:duration, "2023"^^xsd:gYear .
        <http://example.org/a\u00E9> :p _:x, _:y, _:z . _:x :q _:y . _:y :q _:x . _:z :q [ :p [] ] .
        :t :says <<( :a :p "a"@en )>>, <<( _:x :p <<( :a :q _:z )>> )>> .
        :g { :a :p :a . _:x :p :b } _:h { :a :p :a }"#;

    fn memory() -> Memory {
        let mut builder = Builder::new();
        let format = rdf::format_named("trig").unwrap();
        rdf::read("data", format, None, DATA.as_bytes(), &mut Prefixes::new(), &mut |quad| {
            builder.add(quad.as_ref());
            Ok(())
        })
        .unwrap();
        let mut memory = Memory::over(builder.finish());
        // Terms beside the dictionary, in no order.
        let iri = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        for name in ["z", "a0", "a!"] {
            let object = Literal::new_language_tagged_literal_unchecked(name, "en");
            memory.insert(Quad::new(iri(name), iri("p"), object, GraphName::DefaultGraph)).unwrap();
        }
        memory
    }

    #[test]
    fn lines_from_the_dictionary_are_those_of_terms() {
        let memory = memory();
        let style = GraphStyle { header: vec!["one\ntwo  ".to_owned()], ..GraphStyle::default() };
        for selection in [Selection::All, Selection::DefaultGraph] {
            let part = select(&memory, &selection).unwrap();
            for (format, keeps) in [(GraphFormat::NQuads, true), (GraphFormat::NTriples, false)] {
                let mut quads = part.quads().unwrap();
                if !keeps {
                    quads.iter_mut().for_each(|quad| quad.graph_name = GraphName::DefaultGraph);
                }
                let expected = written(format, quads, &style).unwrap();
                let mut found = Vec::new();
                let naming = write(part.clone(), &style.header, keeps, &mut found).unwrap();
                assert_eq!(String::from_utf8(found).unwrap(), expected.text);
                assert_eq!(naming, expected.naming);
                assert!(expected.text.lines().count() > 30 && expected.text.starts_with("# one\n# two\n"));
            }
        }
    }

    #[test]
    fn lines_are_sorted_as_text() {
        let memory = memory();
        let mut found = Vec::new();
        write(select(&memory, &Selection::All).unwrap(), &[], true, &mut found).unwrap();
        let found = String::from_utf8(found).unwrap();
        let lines: Vec<&str> = found.lines().collect();
        assert!(lines.is_sorted(), "{found}");
    }
}
