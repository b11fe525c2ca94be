//! One verb on one session, for the command line and the prompt alike.
//!
//! In: a `Verb`, a session, the presenter, what is remembered. Out: the answer in the presenter's
//! target. Nothing here depends on which face asked; only hints are worded for it.

// A query asked, and what is said about its answer.
mod ask;
// The graph for other tools.
mod export;
// The saved queries.
mod saved;
// The text of a query.
mod text;
// Things of the graph and what they are called.
mod things;

pub use ask::ask;

use super::args::{Man, Verb};
use super::memory::{Memory, Question};
use super::terminal::present::Output;
use super::{init, shell};
use crate::error::{Error, Result};
use crate::session::Session;

/// Does what a verb says.
///
/// # Errors
/// Those of the verb. An answer that a limit ended early has been written by then.
pub fn perform(verb: &Verb, session: &mut Session, output: &Output, memory: &mut Memory) -> Result<()> {
    if !matches!(verb, Verb::Explain(_) | Verb::Diff(_) | Verb::Pack(_)) {
        output.check()?;
    }
    match verb {
        Verb::Query(query) => {
            let (name, text) = text::question(query, output.report.face)?;
            ask(Question { name, text, ..Question::default() }, session, output, memory)
        }
        Verb::Run(run) => saved::run(run, session, output, memory),
        Verb::Queries(queries) => saved::list(queries, session, output),
        Verb::Export(export) => export::export(export, session, output),
        Verb::Describe(describe) => things::describe(describe, session, output),
        Verb::Search(search) => things::find(search, session, output),
        Verb::Schema(of) => things::schema(of, session, output),
        Verb::Explain(wanted) => ask::explain(wanted, session, output, memory),
        Verb::Update(query) => {
            let (name, text) = text::question(query, output.report.face)?;
            update(&name, &text, session, output)
        }
        Verb::Load(load) => export::load(load, session, output),
        Verb::Pack(wanted) => export::pack(&wanted.files, session, output),
        Verb::Diff(diff) => export::compare(diff, session, output),
        Verb::Init(_) | Verb::Completions(_) | Verb::Man(_) => perform_alone(verb, output),
    }
}

/// Does what a verb says that asks no graph.
///
/// # Errors
/// Those of the verb.
pub fn perform_alone(verb: &Verb, output: &Output) -> Result<()> {
    match verb {
        Verb::Init(wanted) => init::init(&wanted.folder, output),
        Verb::Completions(wanted) => output.text(&shell::registration(&wanted.shell)?),
        Verb::Man(Man { folder: Some(folder), .. }) => shell::manuals(folder),
        Verb::Man(wanted) => output.text(&shell::manual(wanted.verb.as_deref())?),
        _ => Err(Error::usage("this verb needs a graph")),
    }
}

/// Carries out an update and says what came of it.
///
/// # Errors
/// Where it is wrong, or a limit stops it: then nothing is changed.
pub fn update(name: &str, text: &str, session: &mut Session, output: &Output) -> Result<()> {
    let waiting = output.waiting();
    let change = session.update(text).map_err(|error| named(error, name))?;
    drop(waiting);
    export::changed(change, session, output)
}

/// An error whose place is in a text that has a better name than `query`.
fn named(mut error: Error, name: &str) -> Error {
    if let Some(span) = error.span.as_mut().filter(|span| matches!(span.name.as_str(), "query" | "update")) {
        span.name = name.to_owned();
    }
    error
}
