//! A triple term taken apart: its subject, predicate and object matched with what a pattern says of them (SPARQL 1.2,
//! section 18.3, simple entailment over triple terms).
//!
//! In: rows with a column of terms. Out: the rows whose term is a triple term that matches, with the variables found
//! in it. All of it is done by number.

use crate::error::Result;
use crate::exec::batch::{Batch, From};
use crate::exec::context::Context;
use crate::exec::{Operator, Running};
use crate::store::{Id, NO_PARTS, NONE, Triple};

/// What is looked for in a term.
pub struct Shape {
    /// The column of the term.
    pub term: usize,
    /// Subject, predicate, object.
    pub places: [From; 3],
    /// Places that hold the same new variable.
    pub equal: Vec<(usize, usize)>,
    /// The input's columns that stay, in the order of the output.
    pub kept: Vec<usize>,
    /// The new columns that follow, each by its place in the triple.
    pub new: Vec<usize>,
}

/// Terms being taken apart. See the module.
pub struct Unpack<'a> {
    shape: Shape,
    input: Running<'a>,
}

impl<'a> Unpack<'a> {
    /// Over the rows of `input`.
    pub fn new(shape: Shape, input: Running<'a>) -> Self {
        Self { shape, input }
    }

    fn matches(&self, batch: &Batch, row: usize, parts: &Triple) -> bool {
        let given = self.shape.places.iter().zip(parts);
        given.into_iter().all(|(place, part)| place.get(batch, row).is_none_or(|given| given == *part))
            && self.shape.equal.iter().all(|(a, b)| parts.get(*a) == parts.get(*b))
    }
}

impl Operator for Unpack<'_> {
    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Batch>> {
        while let Some(batch) = self.input.next(cx)? {
            let (mut rows, mut new) = (Vec::new(), vec![Vec::new(); self.shape.new.len()]);
            let terms: Vec<Id> = (0..batch.len).map(|row| batch.cell(self.shape.term, row)).collect();
            for (row, parts) in cx.parts(&terms)?.into_iter().enumerate() {
                if parts != NO_PARTS && self.matches(&batch, row, &parts) {
                    rows.push(row as u32);
                    for (column, place) in new.iter_mut().zip(&self.shape.new) {
                        column.push(parts.get(*place).copied().unwrap_or(NONE));
                    }
                }
            }
            cx.work(batch.len)?;
            if !rows.is_empty() {
                return batch.extended(&rows, (&self.shape.kept, new, &[]), cx).map(Some);
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{Batches, context};
    use crate::terms::{Literal, NamedNode, Term};

    #[test]
    fn only_triple_terms_that_match_are_taken_apart() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let iri = |name: &str| NamedNode::new_unchecked(format!("http://x/{name}"));
        let triple = |s: &str, o: &str| -> Term {
            crate::terms::Triple::new(iri(s), iri("p"), Term::from(iri(o))).into()
        };
        let terms = [triple("a", "b"), triple("c", "c"), Literal::from(1).into(), triple("c", "b")];
        let ids: Vec<Id> = terms.iter().map(|term| cx.intern(term).unwrap()).collect();
        let p = cx.intern(&iri("p").into()).unwrap();
        let [b, c] = ["b", "c"].map(|name| cx.intern(&iri(name).into()).unwrap());
        let mut unpacked = |places, equal, new| {
            let shape = Shape { term: 0, places, equal, kept: vec![], new };
            let input = Batches::new(vec![Batch::of(vec![ids.clone()], 4)]);
            Unpack::new(shape, input).next(&mut cx).unwrap().map(|batch| batch.columns)
        };
        let (term, new) = (From::Term, From::New);
        assert_eq!(unpacked([term(c), term(p), new], vec![], vec![2]), Some(vec![vec![c, b].into()]));
        assert_eq!(unpacked([new, term(p), new], vec![(0, 2)], vec![0]), Some(vec![vec![c].into()]));
        assert_eq!(unpacked([new, term(c), new], vec![], vec![0]), None);
    }
}
