//! Queries to a snapshot: answered, answered after another one, explained, planned.
//!
//! In: an [`Ask`]. Out: an answer or an explanation.

use super::prepared::Mark;
use super::{Snapshot, parsed};
use crate::ask::Ask;
use crate::engine::answer::Answer;
use crate::engine::{self, Governor, Prepared};
use crate::error::{Error, Result};
use crate::previous::{self, PreviousAnswer};
use crate::store::overlay::Overlay;
use crate::store::pack::Watch;
use crate::terms::NamedNode;
use std::sync::Arc;

impl Snapshot {
    /// Answers a query.
    ///
    /// # Errors
    /// Where the text is wrong, or the evaluation fails before its first row.
    pub fn answer(&self, ask: &Ask) -> Result<Answer<'_>> {
        let governor = ask.running_governor();
        let mark = Mark::of(ask);
        if let Some(query) = self.prepared.get(ask, mark) {
            governor.check()?;
            self.make_readable(&governor)?;
            return query.answer(self.graph(), &governor);
        }
        let query = parsed::query_within(ask, self, &governor)?;
        parsed::asks_only_here(&query, &ask.text)?;
        self.make_readable(&governor)?;
        let query = Arc::new(Prepared::new(query, ask.default_graph)?);
        let answer = query.answer(self.graph(), &governor)?;
        self.prepared.keep(ask, mark, query);
        Ok(answer)
    }

    /// Answers a query in which `_` stands for the answer before it. See [`previous`].
    ///
    /// # Errors
    /// As [`Self::answer`]; and where `_` is asked for that is not there.
    pub fn answer_after(&self, ask: &Ask, previous: PreviousAnswer<'_>) -> Result<Answer<'_>> {
        let references = previous::places(&ask.text);
        if references.is_empty() {
            return self.answer(ask);
        }
        previous.has(&references, &ask.text)?;
        let governor = ask.running_governor();
        self.make_readable(&governor)?;
        let query = parsed::query_after(ask, self, previous, &governor)?;
        parsed::asks_only_here(&query, &ask.text)?;
        let Some(triples) = previous.graph else {
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
        let governor = ask.running_governor();
        let query = parsed::query_within(ask, self, &governor)?;
        parsed::asks_only_here(&query, &ask.text)?;
        self.make_readable(&governor)?;
        engine::explain(self.graph(), &query, ask.default_graph, &governor)
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
        let query = parsed::query(ask, self)?;
        engine::plan_only(self.graph(), &query, ask.default_graph)
    }
}
