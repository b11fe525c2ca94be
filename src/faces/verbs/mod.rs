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
// The files of a project's folder.
pub mod folder;
// The record of a store, its figures, copies and repair.
mod store;
// Things of the graph and what they are called.
mod things;

pub use ask::ask;
pub use store::merge_if_due;

use super::args::{Man, Verb};
use super::memory::{Memory, Question};
use super::terminal::hints::Face;
use super::terminal::present::Output;
use super::terminal::signals::{Doing, Fate, Until, changing, doing};
use super::{init, shell};
use crate::error::{Error, Hint, Kind, Result};
use crate::formats::changes;
use crate::session::Session;
use crate::show::text::{counted, grouped};
use crate::snapshot::Snapshot;
use crate::store::pack::Watch;
use std::path::Path;

/// Does what a verb says.
///
/// # Errors
/// Those of the verb. An answer that a limit ended early has been written by then.
pub fn perform(verb: &Verb, session: &mut Session, output: &Output, memory: &mut Memory) -> Result<()> {
    if !matches!(verb, Verb::Explain(_) | Verb::Diff(_) | Verb::Pack(_)) {
        output.check()?;
    }
    if let Some(folder) = verb.store().filter(|_| output.report.face == Face::Prompt) {
        is_open(folder, session)?;
    }
    // What reads the graph and shows one text of it has nothing to keep where a signal ends it.
    let shows = match verb {
        Verb::Describe(_) | Verb::Search(_) | Verb::Schema(_) | Verb::Diff(_) => true,
        Verb::Stats(_) | Verb::Log(_) => true,
        Verb::Update(wanted) => wanted.dry_run,
        Verb::Repair(wanted) => !wanted.write,
        _ => false,
    };
    let changes = changes(verb, session, output);
    if changes {
        export::can_be_written(session, output)?;
    }
    // Nor has a change that no store keeps. The files of a folder are all written, or none: no signal may come between.
    let lives = changes && !session.is_durable();
    let _draws = (shows || lives).then(|| doing(Doing::Drawing));
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
        Verb::Update(wanted) => {
            let (name, text) = text::update(&wanted.query, output.report.face)?;
            match wanted.dry_run {
                true => preview(&name, &text, session, output),
                false if folder::is_meant(wanted, session, output) => {
                    folder::update((&name, &text), wanted, session, output)
                }
                false => update(&name, &text, session, output),
            }
        }
        Verb::Load(load) => export::load(load, session, output),
        Verb::Log(wanted) => store::log(wanted, session, output),
        Verb::Undo(wanted) => store::undo(wanted, session, output),
        Verb::Stats(_) => store::stats(session, output),
        Verb::Backup(wanted) => store::backup(wanted, session, output),
        Verb::Compact(_) => store::compact(session, output),
        Verb::Pack(wanted) => export::pack(&wanted.files, session, output),
        Verb::Diff(diff) => export::compare(diff, session, output),
        Verb::Init(_) | Verb::Completions(_) | Verb::Man(_) => perform_alone(verb, output),
        Verb::Repair(wanted) => store::repair(wanted, session.store_folder(), output),
    }
}

/// Whether a verb changes the graph that is open, and not the files of its folder.
pub fn changes(verb: &Verb, session: &Session, output: &Output) -> bool {
    let in_files = matches!(verb, Verb::Update(wanted) if folder::is_meant(wanted, session, output));
    verb.lengthens_journal() && !in_files
}

/// Does what a verb says that asks no graph.
///
/// # Errors
/// Those of the verb.
pub fn perform_alone(verb: &Verb, output: &Output) -> Result<()> {
    // What only looks has nothing to keep where a signal ends it.
    let _draws = matches!(verb, Verb::Repair(repair) if !repair.write).then(|| doing(Doing::Drawing));
    match verb {
        Verb::Init(wanted) => init::init(&wanted.folder, output),
        Verb::Completions(wanted) => output.text(&shell::registration(&wanted.shell)?),
        Verb::Repair(wanted) => store::repair(wanted, None, output),
        Verb::Man(Man { folder: Some(folder), .. }) => shell::manuals(folder, output.report.tongue),
        Verb::Man(wanted) => output.text(&shell::manual(wanted.verb.as_deref(), output.report.tongue)?),
        _ => Err(Error::usage("this verb needs a graph")),
    }
}

/// What reads all of a graph, or much of it, and asks nobody: done beside, and given up where a limit is met.
///
/// # Errors
/// Once a limit is met.
fn beside<T: Send + 'static>(
    session: &Session,
    work: impl FnOnce(&Snapshot) -> T + Send + 'static,
) -> Result<T> {
    let snapshot = session.snapshot();
    session.ask.governor().waits_for(move || work(&snapshot))
}

/// Carries out an update and says what came of it.
///
/// # Errors
/// Where it is wrong, or a limit stops it: then nothing is changed.
pub fn update(name: &str, text: &str, session: &mut Session, output: &Output) -> Result<()> {
    let waiting = output.waiting();
    let is_missing = session.kept().is_ok_and(|store| !store.exists());
    let _fate = begins_to_change(session);
    let change = session.update(text);
    drop(waiting);
    say_notes(session, output);
    let change = change.map_err(|error| named(unchanged(error), name))?;
    // Who misspelt the name of a store is told.
    if let Some(made) = session.kept().ok().filter(|store| is_missing && store.exists()) {
        output.report.note(&format!("made the store {}", made.folder().display()));
    }
    export::changed(change, session, output)
}

/// Says what was noted while an update was carried out, or a file of it read.
fn say_notes(session: &Session, output: &Output) {
    session.ask.notes.take().iter().for_each(|note| output.report.note(note));
}

/// Says what becomes of a change of the graph where a signal ends the program before it is made.
fn begins_to_change(session: &Session) -> Until {
    let keeps = session.is_durable() && session.transaction().is_none();
    changing(if keeps { Fate::Kept } else { Fate::Dropped })
}

/// The error of a change that is made whole or not at all: where something stopped it, with a word on what became of it.
fn unchanged(mut error: Error) -> Error {
    let is_told = error.hints.iter().any(|hint| matches!(hint, Hint::ReadBefore(_)));
    if matches!(error.kind, Kind::Limit | Kind::Interrupted) && !is_told {
        error.message = format!("{}; nothing was changed", error.message);
    }
    if matches!(error.kind, Kind::Data) && error.hints.is_empty() {
        error = error.hint("nothing was changed; mend this and try again");
    }
    error
}

/// Says what an update would add and remove, and changes nothing.
///
/// # Errors
/// Where it is wrong, or a limit stops it.
fn preview(name: &str, text: &str, session: &Session, output: &Output) -> Result<()> {
    let waiting = output.waiting();
    let changes = session.preview(text);
    drop(waiting);
    say_notes(session, output);
    let changes = changes.map_err(|error| named(error, name))?;
    let of =
        |kind: bool| changes.iter().filter(move |(added, _)| *added == kind).map(|(_, quad)| quad.clone());
    let (removed, added): (Vec<_>, Vec<_>) = (of(false).collect(), of(true).collect());
    let style = session.graph_style();
    let governor = session.ask.governor();
    let check = || governor.check();
    let watch = Watch::asking(&check);
    output.page(&changes::write(&removed, &added, &style.prefixes, watch)?)?;
    output.report.note(&format!(
        "{} would be removed, {} added; nothing was changed",
        counted(removed.len() as u64, "triple", "triples"),
        grouped(added.len() as u64)
    ));
    Ok(())
}

/// At the prompt a verb is about the graph that is open.
fn is_open(folder: &Path, session: &Session) -> Result<()> {
    let open = session.kept().map(|store| store.folder().to_owned());
    if open.is_ok_and(|open| std::fs::canonicalize(open).ok() == std::fs::canonicalize(folder).ok()) {
        return Ok(());
    }
    Err(Error::usage(format!("the store {} is not the one that is open", folder.display()))
        .hint(format!(".open {}", folder.display())))
}

/// An error whose place is in a text that has a better name than `query`.
fn named(mut error: Error, name: &str) -> Error {
    if let Some(span) = error.span.as_mut().filter(|span| matches!(span.name.as_str(), "query" | "update")) {
        span.name = name.to_owned();
    }
    error
}
