//! What every operator of one running query shares: the graph, computed terms, limits, measures.
//!
//! In: a graph, a governor. Out: checks that end the work in time, numbers for computed terms. Operators
//! get it at every call and keep no reference to it.

use super::locals::Locals;
use crate::Governor;
use crate::error::Result;
use crate::expr::Scope;
use crate::store::{FIRST_FOREIGN, Id, Indexed, NONE};
use crate::terms::Term;
use std::sync::Arc;
use std::time::Duration;

/// How many units of work (a row touched, a probe made) may pass between two looks at the clock.
const UNITS: usize = 10_000;

/// What an operator did so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measure {
    /// Rows given, each once whatever it stands for.
    pub rows: u64,
    /// Batches given.
    pub batches: u64,
    /// Time in it and in what is below it.
    pub time: Duration,
}

/// Shared by the operators of one query. See the module.
pub struct Context<'a> {
    /// What is asked.
    pub graph: &'a dyn Indexed,
    /// The terms that the query computed.
    pub locals: Locals,
    /// The measures of the operators, by their numbers.
    pub measures: Vec<Measure>,
    governor: Governor,
    scope: Arc<Scope>,
    units: usize,
}

impl<'a> Context<'a> {
    /// For one query, whose relative IRIs `base` resolves.
    pub fn new(graph: &'a dyn Indexed, governor: &Governor, base: Option<&str>) -> Self {
        Self {
            graph,
            locals: Locals::default(),
            measures: Vec::new(),
            governor: governor.clone(),
            scope: Arc::new(Scope::new(base)),
            units: 0,
        }
    }

    /// What all expressions of the query share.
    pub fn scope(&self) -> Arc<Scope> {
        Arc::clone(&self.scope)
    }

    /// Says that `units` of work were done, and asks now and then whether to go on.
    ///
    /// # Errors
    /// Once a limit is met: then no further row may be given out.
    #[inline]
    pub fn work(&mut self, units: usize) -> Result<()> {
        self.units += units;
        if self.units < UNITS {
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

    /// The number of a term: the graph's where the graph has it, else one of this query's.
    ///
    /// # Errors
    /// Where the graph is damaged, or the query computed more terms than can be numbered.
    pub fn intern(&mut self, term: &Term) -> Result<Id> {
        match self.graph.find(term.as_ref())? {
            Some(id) => Ok(id),
            None => self.locals.intern(term),
        }
    }

    /// The term of a number; nothing for [`NONE`].
    pub fn term(&self, id: Id) -> Option<Term> {
        match id {
            NONE => None,
            FIRST_FOREIGN.. => self.locals.term(id).cloned(),
            _ => Some(self.graph.term(id)),
        }
    }
}
