//! Queries to a snapshot: answered, answered after another one, explained, planned.
//!
//! In: an [`Ask`]. Out: an answer or an explanation.

use super::apart::apart;
use super::prepared::Mark;
use super::{Snapshot, parsed};
use crate::ask::Ask;
use crate::engine::answer::Answer;
use crate::engine::aside::set_aside;
use crate::engine::{self, Governor, Prepared};
use crate::error::{Error, Result};
use crate::previous::{self, PreviousAnswer};
use crate::store::overlay::Overlay;
use crate::store::pack::Watch;
use crate::terms::NamedNode;
use std::sync::Arc;

/// A text so long takes longer to read and to plan than a stop may be late.
const LONG: usize = 1 << 15;

/// To give back what was made of a byte of a text takes as long as so many bytes of a list.
const OF_A_BYTE: usize = 64;

impl Snapshot {
    /// Answers a query.
    ///
    /// # Errors
    /// Where the text is wrong, or the evaluation fails before its first row.
    pub fn answer(&self, ask: &Ask) -> Result<Answer<'_>> {
        let Some((time, ask)) = apart(ask) else { return self.answer_here(ask) };
        let snapshot = self.clone();
        super::apart::answer(time, move |taker| taker(snapshot.answer_here(&ask)))
    }

    /// The same on the present thread.
    fn answer_here(&self, ask: &Ask) -> Result<Answer<'_>> {
        let governor = ask.running_governor();
        let mark = Mark::of(ask);
        if let Some(query) = self.prepared.get(ask, mark) {
            governor.check()?;
            self.make_readable(&governor)?;
            return query.answer(self.graph(), &governor);
        }
        let query = self.read(ask, &governor)?;
        let answer = query.answer(self.graph(), &governor);
        if answer.is_ok() {
            self.prepared.keep(ask, mark, Arc::clone(&query));
        }
        // The parts of a long text are given back once there is time for it.
        set_aside(query, ask.text.len().saturating_mul(OF_A_BYTE));
        answer
    }

    /// A query ready to be answered; that of a long text has its plan.
    fn read(&self, ask: &Ask, governor: &Governor) -> Result<Arc<Prepared>> {
        self.beside(ask, governor, planned).unwrap_or_else(|| prepared(self, ask, governor))
    }

    /// What `work` makes of a long text, which takes long to read, to plan and to give back: it is done on a thread of its own, and waited
    /// for as long as the limits let. Nothing of a short text, of which that is done at once.
    fn beside<T: Send + 'static>(
        &self,
        ask: &Ask,
        governor: &Governor,
        work: fn(&Self, &Ask, &Governor) -> Result<T>,
    ) -> Option<Result<T>> {
        if ask.text.len() < LONG {
            return None;
        }
        let (snapshot, ask, of_work) = (self.clone(), ask.clone(), governor.clone());
        Some(governor.waits_for(move || work(&snapshot, &ask, &of_work)).and_then(|done| done))
    }

    /// Answers a query in which `_` stands for the answer before it. See [`previous`].
    ///
    /// # Errors
    /// As [`Self::answer`]; and where `_` is asked for that is not there.
    pub fn answer_after(&self, ask: &Ask, previous: &PreviousAnswer) -> Result<Answer<'_>> {
        let references = previous::places(&ask.text);
        if references.is_empty() {
            return self.answer(ask);
        }
        previous.has(&references, &ask.text)?;
        let Some((time, ask)) = apart(ask) else { return self.answer_after_here(ask, previous) };
        let (snapshot, previous) = (self.clone(), previous.clone());
        super::apart::answer(time, move |taker| taker(snapshot.answer_after_here(&ask, &previous)))
    }

    /// The same on the present thread.
    fn answer_after_here(&self, ask: &Ask, previous: &PreviousAnswer) -> Result<Answer<'_>> {
        let governor = ask.running_governor();
        self.make_readable(&governor)?;
        let query = parsed::query_after(ask, self, previous, &governor)?;
        parsed::asks_only_here(&query, &ask.text)?;
        let Some(triples) = previous.graph.as_deref() else {
            return engine::answer(self.graph(), &query, ask.default_graph, &governor);
        };
        let name = NamedNode::new_unchecked(engine::passes::previous::MARK).into();
        let Some(columns) = self.graph().indexed()? else {
            return Err(Error::store("the graph has no columns to read"));
        };
        let overlay = Overlay::new(columns, &name, triples)?;
        Ok(engine::answer(&overlay, &query, ask.default_graph, &governor)?.gather())
    }

    /// Answers a query to the end and tells how: what each step gave and took.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub fn explain(&self, ask: &Ask) -> Result<engine::explain::Explanation> {
        let Some((time, ask)) = apart(ask) else { return self.explain_here(ask) };
        let snapshot = self.clone();
        super::apart::waited_for(time, move || snapshot.explain_here(&ask))
    }

    fn explain_here(&self, ask: &Ask) -> Result<engine::explain::Explanation> {
        let governor = ask.running_governor();
        let query = self.read(ask, &governor)?;
        let explained = query.explain(self.graph(), &governor);
        set_aside(query, ask.text.len().saturating_mul(OF_A_BYTE));
        explained
    }

    /// Where much was changed, what is read is made first.
    fn make_readable(&self, governor: &Governor) -> Result<()> {
        self.memory().prepare(Watch::asking(&|| governor.check()))
    }

    /// How a query would be answered: its plan with estimates, not run. See [`engine::plan_only`].
    ///
    /// # Errors
    /// Where the text is wrong.
    pub fn plan_only(&self, ask: &Ask) -> Result<engine::explain::Explanation> {
        let governor = ask.running_governor();
        self.beside(ask, &governor, plan).unwrap_or_else(|| plan(self, ask, &governor))
    }
}

/// A query that is read, and made ready to be planned.
fn prepared(snapshot: &Snapshot, ask: &Ask, governor: &Governor) -> Result<Arc<Prepared>> {
    governor.check()?;
    let query = parsed::query_here(ask, snapshot)?;
    parsed::asks_only_here(&query, &ask.text)?;
    snapshot.make_readable(governor)?;
    Ok(Arc::new(Prepared::new(query, ask.default_graph)?))
}

/// The same with its plan.
fn planned(snapshot: &Snapshot, ask: &Ask, governor: &Governor) -> Result<Arc<Prepared>> {
    let query = prepared(snapshot, ask, governor)?;
    query.plan(snapshot.graph(), governor)?;
    Ok(query)
}

/// The plan of a query.
fn plan(snapshot: &Snapshot, ask: &Ask, governor: &Governor) -> Result<engine::explain::Explanation> {
    let query = parsed::query_here(ask, snapshot)?;
    engine::plan_only(snapshot.graph(), &query, ask.default_graph, governor)
}
