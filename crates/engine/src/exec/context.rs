//! What every operator of one running query shares: the graph, computed terms, limits, measures.
//!
//! In: a graph, a governor. Out: checks that end the work in time, numbers for computed terms. Operators
//! get it at every call and keep no reference to it.

use super::anew::Account;
use super::batch::Batch;
use super::locals::Locals;
use crate::Governor;
use crate::error::Result;
use crate::expr::Scope;
use crate::plan::equality::{Inexact, inexact_of};
use crate::store::pack::Watch;
use crate::store::{FIRST_FOREIGN, Id, Indexed, Kind, NONE, Number, Triple};
use crate::terms::{self, NamedOrBlankNode, Term};
use rustc_hash::FxHashMap;
use std::time::Duration;

/// How many units of work (a row touched, a probe made) may pass between two looks at the clock.
const UNITS: usize = 10_000;

/// The same where tests want to be stopped at as many places as there are.
const FEW_UNITS: usize = 50;

/// To plan a pattern for a row and to build its operators takes as long as so many units.
pub const PLANNING: usize = UNITS / 4;

/// To build operators takes as long as so many units.
pub const BUILDING: usize = UNITS / 40;

/// What an operator did so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measure {
    /// Rows given, each once whatever it stands for.
    pub rows: u64,
    /// Batches given.
    pub batches: u64,
    /// Time in it and in what is below it.
    pub time: Duration,
    /// The most bytes that it held when it gave a batch.
    pub bytes: usize,
    /// How many bytes of the graph's file were read for it, what is below it aside.
    pub read: u64,
    /// Into how many parts its data were cut, and on how many threads these were read; nothing where they were not.
    pub parts: Option<(usize, usize)>,
}

impl Measure {
    /// Adds what a copy of the operator did on another thread.
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.batches += other.batches;
        self.time += other.time;
        self.bytes = self.bytes.max(other.bytes);
        self.read += other.read;
    }
}

/// Shared by the operators of one query. See the module.
pub struct Context<'a> {
    /// What is asked.
    pub graph: &'a dyn Indexed,
    /// The terms that the query computed.
    pub locals: Locals,
    /// Terms of the graph that were computed, with their numbers: some of them, short ones.
    known: FxHashMap<Term, Id>,
    /// The measures of the operators, by their numbers.
    pub measures: Vec<Measure>,
    /// How many bytes were read for operators below the one that is measured.
    pub read_below: u64,
    /// The runs of operators that plan and run for each row; kept only where that is asked for.
    pub account: Option<Account>,
    /// The batches that operators gave, each with the operator's number; kept only where that is asked for.
    pub trace: Option<Vec<(usize, Batch)>>,
    governor: Governor,
    scope: Scope,
    units: usize,
    /// The types of numbers that the query may make of others.
    pub made: Inexact,
    /// Those of the graph and of the query, once that was asked.
    inexact: Option<Inexact>,
    /// After how many units it asks.
    stride: usize,
    /// Which part of the data is read by operators that read parts.
    pub part: usize,
}

/// So many terms of the graph that were computed are remembered with their numbers: less than a megabyte.
const KNOWN: usize = 1 << 12;

/// Those whose texts have at most so many bytes.
const SHORT: usize = 64;

/// What expressions had to say is said to whoever watches the query, once it is over or given up.
impl Drop for Context<'_> {
    fn drop(&mut self) {
        for note in self.scope.notes() {
            self.governor.note(note.to_string());
        }
    }
}

impl<'a> Context<'a> {
    /// For one query, whose relative IRIs `base` resolves.
    pub fn new(graph: &'a dyn Indexed, governor: &Governor, base: Option<&str>) -> Self {
        Self {
            graph,
            locals: Locals::after(graph.more_terms()),
            known: FxHashMap::default(),
            measures: Vec::new(),
            read_below: 0,
            account: None,
            trace: None,
            governor: governor.clone(),
            scope: Scope::new(base, governor),
            units: 0,
            // As long as nobody looked at the query.
            made: Inexact::Float,
            inexact: None,
            stride: if governor.plans_every_way() { FEW_UNITS } else { UNITS },
            part: 0,
        }
    }

    /// For work on another thread of the same query over the same graph: computed terms, limits and what expressions share are the same, measures
    /// are its own.
    #[must_use]
    pub fn twin<'b>(&self, graph: &'b dyn Indexed) -> Context<'b> {
        Context {
            graph,
            locals: self.locals.clone(),
            known: FxHashMap::default(),
            measures: Vec::new(),
            read_below: 0,
            account: None,
            trace: None,
            governor: self.governor.clone(),
            scope: self.scope.clone(),
            units: 0,
            made: self.made,
            inexact: self.inexact,
            stride: self.stride,
            part: 0,
        }
    }

    /// What all expressions of the query share.
    pub fn scope(&self) -> Scope {
        self.scope.clone()
    }

    /// Says that `units` of work were done, and asks now and then whether to go on.
    ///
    /// # Errors
    /// Once a limit is met: then no further row may be given out.
    #[inline]
    pub fn work(&mut self, units: usize) -> Result<()> {
        self.units += units;
        if self.units < self.stride {
            return Ok(());
        }
        self.units = 0;
        self.governor.check()
    }

    /// Asks whether to go on.
    ///
    /// # Errors
    /// Once a limit is met.
    pub fn check(&self) -> Result<()> {
        self.governor.check()
    }

    /// Asks whether to go on where what stands at a number may take long to read and to compare: a number that fits no column.
    ///
    /// # Errors
    /// Once a limit is met, or where the graph is damaged.
    #[inline]
    pub fn look_at(&self, id: Id) -> Result<()> {
        if self.graph.numbers()?.get(id) == Some(Number::Big) { self.governor.check() } else { Ok(()) }
    }

    /// The limits, for work on another thread.
    pub fn governor(&self) -> &Governor {
        &self.governor
    }

    /// Asks whether so many more bytes may be held, before they are.
    ///
    /// # Errors
    /// Once a limit is met, or where they would pass the limit of memory.
    pub fn room(&self, bytes: usize) -> Result<()> {
        self.governor.room(bytes)
    }

    /// Of which inexact types numbers may be, of the graph or made by the query; looked for once in a query.
    ///
    /// # Errors
    /// Once a limit is met, or where the graph is damaged.
    pub fn inexact(&mut self) -> Result<Inexact> {
        if let Some(inexact) = self.inexact {
            return Ok(inexact);
        }
        let numbers = self.graph.numbers()?;
        let beside = FIRST_FOREIGN..FIRST_FOREIGN.saturating_add(self.graph.more_terms());
        let mut inexact = self.made;
        for id in numbers.range().chain(beside) {
            if inexact == Inexact::Float {
                break;
            }
            let found = match numbers.get(id) {
                Some(Number::Float(_)) => Inexact::Float,
                Some(Number::Double(_)) => Inexact::Double,
                // What lies beside the dictionary need not be in the columns.
                None if self.graph.kind(id) == Some(Kind::Number) => {
                    self.term(id)?.map_or(Inexact::None, |term| inexact_of(&term))
                }
                _ => Inexact::None,
            };
            inexact = inexact.max(found);
            self.work(1)?;
        }
        self.inexact = Some(inexact);
        Ok(inexact)
    }

    /// The number of a term: the graph's where the graph has it, else one of this query's.
    ///
    /// # Errors
    /// Where the graph is damaged, or the query computed more terms than can be numbered.
    pub fn intern(&mut self, term: &Term) -> Result<Id> {
        // What is computed comes again and again, and a look into the dictionary takes many times as long as one here.
        if let Some(id) = self.locals.find(term).or_else(|| self.known.get(term).copied()) {
            return Ok(id);
        }
        let Some(id) = self.graph.id(term.as_ref())? else {
            return self.locals.intern(term, &self.governor);
        };
        if matches!(term, Term::Literal(literal) if literal.value().len() <= SHORT) {
            if self.known.len() >= KNOWN {
                self.known.clear();
            }
            self.known.insert(term.clone(), id);
        }
        Ok(id)
    }

    /// The parts of terms by number; [`NO_PARTS`](crate::store::NO_PARTS) of those that are no triple terms.
    ///
    /// # Errors
    /// Once a limit is met, or where the graph is damaged.
    pub fn parts(&self, ids: &[Id]) -> Result<Vec<Triple>> {
        let check = || self.governor.check();
        let mut parts = self.graph.parts(ids, Watch::asking(&check))?;
        for (id, parts) in ids.iter().zip(&mut parts) {
            let own = self.locals.with(*id, |term| match term {
                Term::Triple(triple) => Some(triple.clone()),
                Term::NamedNode(_) | Term::BlankNode(_) | Term::Literal(_) => None,
            });
            if let Some(triple) = own.flatten() {
                let [s, p] = [triple.subject.into(), triple.predicate.into()];
                *parts = [self.number(&s)?, self.number(&p)?, self.number(&triple.object)?];
            }
        }
        Ok(parts)
    }

    /// The number of the triple term of these parts, of which the first is an IRI or a blank node and the second an IRI.
    ///
    /// # Errors
    /// Where the graph is damaged, or the query computed more terms than can be numbered.
    pub fn triple_of(&self, [s, p, o]: Triple) -> Result<Id> {
        if let Some(id) = self.graph.triple_of([s, p, o])? {
            return Ok(id);
        }
        let subject = match self.term(s)? {
            Some(Term::NamedNode(iri)) => NamedOrBlankNode::from(iri),
            Some(Term::BlankNode(node)) => node.into(),
            _ => return Ok(NONE),
        };
        let (Some(Term::NamedNode(predicate)), Some(object)) = (self.term(p)?, self.term(o)?) else {
            return Ok(NONE);
        };
        let triple = terms::Triple::new(subject, predicate, object);
        self.locals.intern(&triple.into(), &self.governor)
    }

    /// As [`Self::intern`], without a look at what was numbered lately.
    ///
    /// # Errors
    /// As of [`Self::intern`].
    pub fn number(&self, term: &Term) -> Result<Id> {
        match self.graph.id(term.as_ref())? {
            Some(id) => Ok(id),
            None => self.locals.intern(term, &self.governor),
        }
    }

    /// The term of a number; nothing for [`NONE`].
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn term(&self, id: Id) -> Result<Option<Term>> {
        match self.locals.place(id) {
            _ if id == NONE => Ok(None),
            Some(_) => Ok(self.locals.term(id)),
            None => self.graph.term(id).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::syntax::parse;
    use crate::terms::Term;
    use crate::{DefaultGraph, Governor, Notes};

    /// The cells of the first solution, and the notes.
    fn ask(text: &str) -> (Vec<Option<Term>>, Vec<String>) {
        let (graph, notes) = (crate::fixture::graph(), Notes::default());
        let governor = Governor::unlimited().with_notes(&notes);
        let query = parse::query(text, &crate::fixture::prefixes(), None).unwrap();
        let Answer::Rows(rows) = crate::answer(&graph, &query, DefaultGraph::Alone, &governor).unwrap()
        else {
            panic!("{text} gives no rows")
        };
        let first = rows.gather().rows.swap_remove(0);
        (first, notes.take().into_iter().collect())
    }

    #[test]
    fn what_is_no_value_is_said() {
        let (row, notes) = ask(
            "SELECT (REGEX(\"tall\", \"[a-z\") AS ?x) (SUM(?k) AS ?sum) (MAX(1/0) AS ?max) { ?s :kind ?k }",
        );
        assert_eq!(row, [None, None, None]);
        assert_eq!(notes.len(), 3, "{notes:?}");
        assert!(
            notes.iter().any(|note| note.contains("\"[a-z\" is an error: a class is not closed")),
            "{notes:?}"
        );
        assert!(
            notes.contains(
                &"SUM is unbound in 1 group: 40 solutions have an error or a value that it does not take"
                    .into()
            ),
            "{notes:?}"
        );
        let (_, none) = ask(
            "SELECT (COUNT(?k) AS ?n) (SUM(?o) AS ?sum) { ?s :kind ?k OPTIONAL { ?s :order ?o } FILTER(!BOUND(?o) || true) }",
        );
        assert_eq!(none.len(), 1, "COUNT leaves out what is unbound and has nothing to say: {none:?}");
    }

    #[test]
    fn bind_upon_bind_is_of_the_same_solution() {
        // SPARQL 1.1, 17.4.2.9: the same blank node for the same text in one solution, others in others.
        let (row, _) = ask(
            "SELECT (COUNT(DISTINCT ?a) AS ?nodes) (SUM(IF(?a = ?b, 1, 0)) AS ?same) (SUM(IF(?a = ?c, 1, 0)) AS ?other) \
             { ?s :kind ?k BIND(BNODE(\"x\") AS ?a) BIND(BNODE(\"x\") AS ?b) BIND(BNODE(\"y\") AS ?c) }",
        );
        let texts: Vec<String> = row.iter().flatten().map(ToString::to_string).collect();
        assert!(
            texts[0].starts_with("\"40\"") && texts[1].starts_with("\"40\"") && texts[2].starts_with("\"0\""),
            "{texts:?}"
        );
    }
}
