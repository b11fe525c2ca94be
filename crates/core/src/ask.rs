//! One query as one value.
//!
//! In: a text, terms for its parameters, limits, a switch that stops it. Out: the value that a snapshot answers.
//! Nothing is read or evaluated here: whether the text is a query is seen when it is asked.

use crate::engine::{Bindings, DefaultGraph, Governor, Limits, Notes};
use crate::throttle::Running;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// A query, with all that its answer depends on beside the graph. Queries asked at the same time have
/// each their own limits and their own switch.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The text of a query.
    pub text: String,
    /// The terms to put in place of variables.
    pub bindings: Bindings,
    /// Which graphs the default graph is made of, where the text does not say.
    pub default_graph: DefaultGraph,
    /// How much it may take.
    pub limits: Limits,
    /// Stops it when set, from any thread.
    pub cancel: Arc<AtomicBool>,
    /// What there is to say about the answer beside it.
    pub notes: Notes,
    /// Counts the queries that are being answered: work in the background gives way to them.
    pub running: Running,
    /// Whether others are asked after it, whatever becomes of it: then it is answered on a thread of its own, which is given up where it does
    /// not hear its limit of time.
    pub is_followed: bool,
}

/// How long a query may take to notice that its time is over: as long as it had, from half a second to three.
pub fn grace(timeout: Duration) -> Duration {
    timeout.clamp(Duration::from_millis(500), Duration::from_secs(3))
}

impl Ask {
    /// A query without parameters and without limits.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Another query, to be asked as this one: with its limits, its switch and its default graph.
    #[must_use]
    pub fn of(&self, text: &str, bindings: &Bindings) -> Self {
        Self { text: text.to_owned(), bindings: bindings.clone(), ..self.clone() }
    }

    /// Starts the clock of its limits.
    pub fn governor(&self) -> Governor {
        Governor::new(self.limits, Arc::clone(&self.cancel)).with_notes(&self.notes)
    }

    /// The same for a query that somebody waits for: until its answer is dropped work in the background gives way to it.
    pub fn running_governor(&self) -> Governor {
        self.governor().running(&self.running)
    }
}
