//! No answer from a damaged graph: once a part of it could not be read, every row is an error.
//!
//! In: an answer, the graph that it is of. Out: the same answer, which ends with an error where the graph says that a
//! part of it is damaged, even if whoever read that part took it for empty. Rows given out before stay given out.

use crate::answer::page::Page;
use crate::answer::{Answer, RowSource, Rows};
use crate::error::Result;
use crate::store::Graph;

/// The answer as long as `graph` is sound.
///
/// # Errors
/// Where it is not, for a yes or no.
pub fn checked<'a>(answer: Answer<'a>, graph: &'a dyn Graph) -> Result<Answer<'a>> {
    graph.sound()?;
    Ok(match answer {
        Answer::Boolean(found) => Answer::Boolean(found),
        Answer::Graph(triples) => Answer::Graph(Box::new(Sound { items: triples, graph, ended: false })),
        Answer::Rows(Rows { variables, rows }) => {
            Answer::Rows(Rows { variables, rows: Box::new(Sound { items: rows, graph, ended: false }) })
        }
    })
}

struct Sound<'a, I> {
    items: I,
    graph: &'a dyn Graph,
    ended: bool,
}

impl<T, I: Iterator<Item = Result<T>>> Iterator for Sound<'_, I> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        if self.ended {
            return None;
        }
        let item = self.items.next();
        if let Err(error) = self.graph.sound() {
            self.ended = true;
            return Some(Err(error));
        }
        item
    }
}

impl RowSource for Sound<'_, Box<dyn RowSource + '_>> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let found = self.items.page(page);
        self.graph.sound().inspect_err(|_| self.ended = true)?;
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pack::Pack;
    use crate::terms::Prefixes;
    use crate::{DefaultGraph, Governor, fixture, syntax::parse};

    /// Whatever byte of a pack is damaged: a count is the right one or an error.
    #[test]
    fn a_count_over_a_damaged_graph_is_right_or_an_error() {
        let whole = fixture::graph().write(Vec::new()).unwrap();
        let texts = [
            "SELECT (COUNT(*) AS ?n) { ?s ?p ?o OPTIONAL { ?s <http://example.org/kind> ?k } }",
            "SELECT (COUNT(*) AS ?n) { ?s <http://example.org/year> 2001 }",
        ];
        let (mut right, mut errors) = (0, 0);
        for text in texts {
            let query = parse::query(text, &Prefixes::new(), None).unwrap();
            let count = |bytes: Vec<u8>| -> Result<String> {
                let pack = Pack::from_static(Vec::leak(bytes))?;
                let governor = Governor::unlimited();
                let answer = crate::answer(&pack, &query, DefaultGraph::Alone, &governor)?;
                let Answer::Rows(rows) = answer else { return Ok(String::new()) };
                rows.rows.map(|row| Ok(format!("{:?}", row?))).collect()
            };
            let expected = count(whole.clone()).unwrap();
            for place in (0..whole.len()).step_by(3) {
                let mut damaged = whole.clone();
                damaged[place] ^= 4;
                match count(damaged) {
                    Ok(found) => {
                        assert_eq!(found, expected, "byte {place}");
                        right += 1;
                    }
                    Err(_) => errors += 1,
                }
            }
        }
        assert!(right > 0 && errors > 0, "{right} {errors}");
    }
}
