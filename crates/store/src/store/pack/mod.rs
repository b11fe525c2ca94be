//! The columnar graph: a sorted dictionary and three sorted permutations of every graph's triples.
//!
//! In: the bytes or the [`Builder`] of `build.rs` in this folder. Out: [`Pack`], read-only, which
//! answers every triple pattern with one slice found by binary search (Weiss, Karras, Bernstein:
//! Hexastore, VLDB 2008, reduced to the three orders that cover all eight patterns). It refuses
//! to know where the bytes come from.

mod build;
mod terms;

pub use build::Builder;

use super::{Graph, GraphId, Id, Pattern, Scan, Triple};
use crate::terms::{Term, TermRef};

/// In which order the columns of a stored triple are laid out, and so sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Subject, predicate, object.
    Spo,
    /// Predicate, object, subject.
    Pos,
    /// Object, subject, predicate.
    Osp,
}

impl Order {
    /// A row of this order as subject, predicate, object.
    #[inline]
    fn to_spo(self, row: Triple) -> Triple {
        match self {
            Self::Spo => row,
            Self::Pos => [row[2], row[0], row[1]],
            Self::Osp => [row[1], row[2], row[0]],
        }
    }
}

/// A read-only graph in memory.
pub struct Pack {
    dictionary: Dictionary,
    graphs: Vec<Table>,
}

struct Dictionary {
    /// Where each term starts in `text`; one more entry than there are terms.
    starts: Vec<u32>,
    /// The terms, encoded as `terms.rs` says, sorted by these bytes.
    text: std::borrow::Cow<'static, [u8]>,
}

struct Table {
    name: GraphId,
    spo: Vec<Triple>,
    pos: Vec<Triple>,
    osp: Vec<Triple>,
}

impl Pack {
    /// Opens a graph from the bytes that [`Builder::into_bytes`] made. The dictionary's text is
    /// borrowed, the rest is a few thousand numbers read in one go.
    ///
    /// # Errors
    /// Where the bytes are not a whole pack of this version.
    pub fn from_static(bytes: &'static [u8]) -> crate::error::Result<Self> {
        let parts = PackBytes::read(bytes)
            .ok_or_else(|| crate::error::Error::data("the packed graph is damaged or of another version"))?;
        let graphs =
            parts.graphs.into_iter().map(|(name, [spo, pos, osp])| Table { name, spo, pos, osp }).collect();
        Ok(Self {
            dictionary: Dictionary { starts: parts.starts, text: std::borrow::Cow::Borrowed(parts.text) },
            graphs,
        })
    }

    fn from_columns(columns: build::Columns) -> Self {
        let graphs =
            columns.graphs.into_iter().map(|(name, [spo, pos, osp])| Table { name, spo, pos, osp }).collect();
        Self { dictionary: Dictionary { starts: columns.starts, text: columns.text.into() }, graphs }
    }

    fn table(&self, graph: GraphId) -> Option<&Table> {
        self.graphs.iter().find(|table| table.name == graph)
    }

    /// How many different terms there are.
    pub fn term_count(&self) -> usize {
        self.dictionary.starts.len().saturating_sub(1)
    }
}

impl Builder {
    /// The graph of what was added.
    pub fn finish(self) -> Pack {
        Pack::from_columns(self.into_columns())
    }
}

impl Dictionary {
    fn get(&self, id: Id) -> &[u8] {
        let at = |i: usize| self.starts.get(i).map_or(self.text.len(), |start| *start as usize);
        self.text.get(at(id as usize)..at(id as usize + 1)).unwrap_or_default()
    }

    fn find(&self, encoded: &[u8]) -> Option<Id> {
        let (mut low, mut high) = (0, self.starts.len().saturating_sub(1));
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(u32::try_from(middle).ok()?).cmp(encoded) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return u32::try_from(middle).ok(),
            }
        }
        None
    }
}

impl Table {
    /// The rows that match, with the order they are in.
    fn rows(&self, pattern: Pattern) -> (&[Triple], Order) {
        let (order, rows) = match pattern {
            [Some(_), _, None] | [Some(_), Some(_), Some(_)] | [None, None, None] => (Order::Spo, &self.spo),
            [None, Some(_), _] => (Order::Pos, &self.pos),
            [_, None, Some(_)] => (Order::Osp, &self.osp),
        };
        let [s, p, o] = pattern;
        let key = match order {
            Order::Spo => [s, p, o],
            Order::Pos => [p, o, s],
            Order::Osp => [o, s, p],
        };
        let given = key.iter().take_while(|part| part.is_some()).count();
        let cut = |row: &Triple| {
            row.iter()
                .zip(&key)
                .take(given)
                .map(|(have, want)| have.cmp(&want.unwrap_or(0)))
                .find(|ordering| ordering.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        };
        let start = rows.partition_point(|row| cut(row).is_lt());
        let rest = rows.get(start..).unwrap_or_default();
        (rest.get(..rest.partition_point(|row| cut(row).is_eq())).unwrap_or_default(), order)
    }
}

impl Graph for Pack {
    fn id(&self, term: TermRef<'_>) -> Option<Id> {
        let mut encoded = Vec::with_capacity(64);
        terms::encode(term, &mut encoded);
        self.dictionary.find(&encoded)
    }

    fn term(&self, id: Id) -> Term {
        terms::decode(self.dictionary.get(id))
    }

    fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_> {
        let (rows, order) = self.table(graph).map_or((&[][..], Order::Spo), |table| table.rows(pattern));
        Scan::Stream(Box::new(rows.iter().map(move |row| Ok(order.to_spo(*row)))))
    }

    fn count(&self, graph: GraphId, pattern: Pattern) -> u64 {
        self.table(graph).map_or(0, |table| table.rows(pattern).0.len() as u64)
    }

    fn graph_names(&self) -> Vec<Id> {
        self.graphs.iter().filter_map(|table| table.name).collect()
    }
}

/// The parts of a pack in bytes.
struct PackBytes {
    starts: Vec<u32>,
    text: &'static [u8],
    graphs: Vec<(Option<Id>, [Vec<Triple>; 3])>,
}

impl PackBytes {
    /// Reads what [`Builder::into_bytes`] wrote, or nothing where it is something else or damaged.
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(build::MAGIC)?;
        let (sum, body) = rest.split_first_chunk::<8>()?;
        if u64::from_le_bytes(*sum) != build::checksum(body) {
            return None;
        }
        let (count, rest) = body.split_first_chunk::<4>()?;
        let (numbers, text) = rest.split_at_checked((u32::from_le_bytes(*count) as usize).checked_mul(4)?)?;
        let mut numbers = numbers.as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number));
        let count = numbers.next()? as usize;
        let starts = numbers.by_ref().take(count).collect();
        let mut graphs = Vec::new();
        for _ in 0..numbers.next()? {
            let name = Some(numbers.next()?).filter(|name| *name != u32::MAX);
            let count = numbers.next()? as usize;
            let mut table = || {
                let mut rows = Vec::with_capacity(count);
                for _ in 0..count {
                    rows.push([numbers.next()?, numbers.next()?, numbers.next()?]);
                }
                Some(rows)
            };
            graphs.push((name, [table()?, table()?, table()?]));
        }
        Some(Self { starts, text, graphs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{GraphName, Literal, NamedNode, Quad};

    fn quads() -> Vec<Quad> {
        let iri = |n: usize| NamedNode::new_unchecked(format!("http://example.org/{n}"));
        let mut quads = Vec::new();
        for s in 0..7 {
            for o in 0..5 {
                let graph = if o == 4 { GraphName::NamedNode(iri(100)) } else { GraphName::DefaultGraph };
                quads.push(Quad::new(iri(s), iri(50 + (s + o) % 3), iri(o), graph.clone()));
                quads.push(Quad::new(iri(s), iri(60), Literal::from(o as i64), graph));
            }
        }
        quads
    }

    fn pack(quads: &[Quad]) -> Pack {
        let mut builder = Builder::new();
        for quad in quads {
            builder.add(quad.as_ref());
        }
        builder.finish()
    }

    /// Every pattern over the terms of a small dataset, against a plain filter over its quads.
    #[test]
    fn every_pattern_finds_what_a_filter_finds() {
        let quads = quads();
        let pack = pack(&quads);
        let terms: Vec<Option<Term>> =
            std::iter::once(None).chain((0..pack.term_count() as Id).map(|id| Some(pack.term(id)))).collect();
        for graph in [
            GraphName::DefaultGraph,
            GraphName::NamedNode(NamedNode::new_unchecked("http://example.org/100")),
        ] {
            let graph_id = match &graph {
                GraphName::NamedNode(name) => Some(pack.id(name.as_ref().into()).unwrap()),
                _ => None,
            };
            for s in &terms {
                for p in &terms {
                    for o in &terms {
                        let fits = |want: &Option<Term>, have: Term| want.as_ref().is_none_or(|t| *t == have);
                        let expected = quads.iter().filter(|q| {
                            q.graph_name == graph
                                && fits(s, q.subject.clone().into())
                                && fits(p, q.predicate.clone().into())
                                && fits(o, q.object.clone())
                        });
                        let id = |t: &Option<Term>| t.as_ref().map(|t| pack.id(t.as_ref()).unwrap());
                        let pattern = [id(s), id(p), id(o)];
                        assert_eq!(pack.count(graph_id, pattern), expected.clone().count() as u64);
                        for triple in pack.scan(graph_id, pattern).triples() {
                            let [s, p, o] = triple.unwrap().map(|id| pack.term(id));
                            assert!(expected.clone().any(|q| Term::from(q.subject.clone()) == s
                                && Term::from(q.predicate.clone()) == p
                                && q.object == o));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn bytes_give_the_same_graph_back() {
        let mut builder = Builder::new();
        for quad in &quads() {
            builder.add(quad.as_ref());
        }
        let direct = pack(&quads());
        let bytes: &'static [u8] = Vec::leak(builder.into_bytes());
        let read = Pack::from_static(bytes).unwrap();
        assert_eq!(read.len(), direct.len());
        assert_eq!(read.term_count(), direct.term_count());
        assert!((0..direct.term_count() as Id).all(|id| read.term(id) == direct.term(id)));
        assert!(Pack::from_static(&bytes[..bytes.len() - 1]).is_err(), "a cut file is refused");
        assert!(Pack::from_static(b"no pack").is_err());
    }

    #[test]
    fn a_quad_given_twice_counts_once() {
        let mut twice = quads();
        twice.extend(quads());
        assert_eq!(pack(&twice).len(), quads().len() as u64);
    }
}
