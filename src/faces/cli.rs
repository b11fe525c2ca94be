//! The command-line face: words in, one verb done, an error out.
//!
//! In: the program's arguments. Out: a verb performed on a session that the options describe. Exit
//! codes are chosen by the error it gives back.

use super::args::{self, CommandLine, Options, Parsed};
use super::memory::Memory;
use super::terminal::Window;
use super::terminal::limits::{Heap, watch};
use super::terminal::present::{self, Output};
use super::terminal::report::Report;
use super::terminal::signals::{self, Stops};
use super::terminal::tongue::Tongue;
use super::{instead, shell, verbs};
use crate::embedded;
use crate::engine::{self, Governor, Limits};
use crate::error::{Error, Result};
use crate::project::MANIFEST;
use crate::session::{Session, Source};
use crate::show::text::counted;
use crate::store::durable::Durability;
use crate::store::import::Progress;
use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::Arc;

/// Runs one command line; without a verb, the `prompt`, which is also told whether a script goes on after
/// an error. `report` takes on what the options say about colour.
///
/// # Errors
/// Whatever stopped it: to be reported, and to choose the exit code by.
pub fn run(
    words: impl IntoIterator<Item = OsString>,
    heap: Heap,
    prompt: fn(Session, Output, bool, Heap) -> Result<()>,
    report: &mut Report,
) -> Result<()> {
    let words: Vec<OsString> = words.into_iter().collect();
    // Also of options that cannot be read.
    report.tongue = Tongue::chosen(language_among(&words), report.terminal);
    if shell::complete(&words)? {
        return Ok(());
    }
    let command = match args::parse(words.clone()).map_err(|error| instead::of_a_verb(error, &words))? {
        Parsed::Command(command) => *command,
        Parsed::Help(page) => {
            return print(&args::help(&page, report.tongue, Window::now().width));
        }
        Parsed::Version(program) => return print(&format!("{program}graph built in: {}\n", built_in()?)),
    };
    let CommandLine { mut verb, keep_going, mut options } = command;
    place_store(&mut verb, &mut options)?;
    *report = Report { quiet: options.shape.quiet, ..Report::new(options.shape.color.unwrap_or_default()) };
    report.tongue = Tongue::chosen(options.shape.lang.as_deref(), report.terminal);
    let output = Output::new(&options.shape, report.clone());
    // Before there are threads.
    options.limits.max_memory.into_iter().for_each(heap.give_back_within);
    let stop = Arc::default();
    // A prompt goes on after a query that was stopped.
    let prompts = verb.is_none() && std::io::stdin().is_terminal();
    let stops = if prompts { Stops::Question } else { Stops::Program };
    signals::listen(Arc::clone(&stop), stops, report.clone());
    if let Some(verb) = verb.as_ref().filter(|verb| !verb.asks()) {
        return verbs::perform_alone(verb, &output);
    }
    if let Some(verb) = verb.as_ref().filter(|verb| verb.changes()) {
        must_be_kept(verb, &options)?;
    }
    settle(&options, report);
    let limits = limits(options.limits, heap.used);
    // At the end of the program nothing is given back piece by piece: that takes long where there is much.
    let mut session = ManuallyDrop::new({
        let _watched = watch(limits, report, &output.found, false);
        let mut shown = output.progress();
        let governor = Governor::new(limits, Arc::clone(&stop));
        let makes = verb.as_ref().is_none_or(args::Verb::changes);
        open(&options, makes, &governor, &mut |progress| shown.show(progress))?
    });
    session.use_switch(stop);
    if let Some(language) = output.chosen_language(&session).map(str::to_owned) {
        session.speak(&language);
    }
    match verb {
        Some(verb) => {
            {
                let _watched = watch(limits, report, &output.found, false);
                verbs::perform(&verb, &mut session, &output, &mut Memory::default())?;
            }
            // What was asked for is done: no limit of it holds for what follows.
            if verb.lengthens_journal() {
                verbs::merge_if_due(&mut session, &output);
            }
            Ok(())
        }
        None => prompt(ManuallyDrop::into_inner(session), output, keep_going, heap),
    }
}

/// A store may be named by the verb or by the option, and not by both.
fn place_store(verb: &mut Option<args::Verb>, options: &mut Options) -> Result<()> {
    if let Some(folder) = verb.as_ref().and_then(args::Verb::store) {
        if options.place.store.is_some() || !options.place.data.is_empty() {
            return Err(Error::usage(format!("two graphs are named: {} is one of them", folder.display()))
                .hint("leave out one of the two"));
        }
        options.place.store = Some(folder.to_owned());
    }
    if let Some(args::Verb::Repair(repair)) = verb {
        repair.folder = repair.folder.take().or_else(|| options.place.store.clone());
    }
    Ok(())
}

/// Finishes what an update of the folder that is about to be read left undone.
fn settle(options: &Options, report: &Report) {
    let is_here = options.place.store.is_none() && options.place.data.is_empty();
    if let (true, Ok(here)) = (is_here, std::env::current_dir()) {
        verbs::folder::settle_above(&here, report);
    }
}

/// The language among words of which nothing else is known yet.
fn language_among(words: &[OsString]) -> Option<&str> {
    let mut words = words.iter().filter_map(|word| word.to_str());
    words
        .find_map(|word| match word.strip_prefix("--lang") {
            Some("") => Some(""),
            Some(given) => given.strip_prefix('='),
            None => None,
        })
        .and_then(|given| if given.is_empty() { words.next() } else { Some(given) })
}

/// Opens the graph that the options name. Where they name a store that is not there yet, the first change makes it if
/// `makes` says so.
///
/// # Errors
/// As [`Session::open`].
pub fn open(
    options: &Options,
    makes: bool,
    governor: &Governor,
    progress: &mut dyn FnMut(&Progress<'_>),
) -> Result<Session> {
    let source = match &options.place {
        args::GraphOptions { store: Some(folder), .. } if makes => Source::NewStore(folder.clone()),
        args::GraphOptions { store: Some(folder), .. } => Source::Store(folder.clone()),
        args::GraphOptions { data, .. } if !data.is_empty() => Source::Files(data.clone()),
        _ => std::env::current_dir().map_or(Source::Embedded, Source::Here),
    };
    let mut session = embedded::open_within(&source, governor, progress)?;
    session.set_user_queries(data_home().map(|folder| folder.join("baimo").join("queries")));
    if options.place.sync == args::Sync::Off {
        session.set_durability(Durability::Unsynced);
    }
    session.ask.default_graph = match options.place.default_graph {
        args::DefaultGraph::Alone => engine::DefaultGraph::Alone,
        args::DefaultGraph::Union => engine::DefaultGraph::Union,
    };
    session.ask.limits = *governor.limits();
    Ok(session)
}

fn limits(options: args::Limits, memory_used: fn() -> usize) -> Limits {
    let args::Limits { timeout, max_rows, max_memory } = options;
    Limits { timeout, max_rows, max_memory, memory_used: Some(memory_used), ..Limits::default() }
}

/// The graph compiled in, and how much of it there is.
fn built_in() -> Result<String> {
    let session = embedded::open(&Source::Embedded)?;
    let triples = counted(session.graph().len(), "triple", "triples");
    Ok(format!("{}, {triples}", session.project().called()))
}

/// Prints a text that needs no graph: help, the version. A reader that has left is not an error.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(present::unwritten(error)),
        _ => Ok(()),
    }
}

/// The user's folder for data: `XDG_DATA_HOME`, else `~/.local/share`; none where there is no home.
pub fn data_home() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local").join("share")))
}

/// A change that goes nowhere is a mistake: it needs a store, or a place to write the changed graph.
///
/// An update is shown, or written into the files, where there is a folder with a manifest.
fn must_be_kept(verb: &args::Verb, options: &Options) -> Result<()> {
    let written = options.shape.output.is_some() || options.shape.format.is_some();
    let elsewhere = options.place.store.is_some() || !options.place.data.is_empty();
    if let args::Verb::Update(update) = verb {
        let here = std::env::current_dir().ok();
        let folder = here.filter(|here| here.ancestors().any(|folder| folder.join(MANIFEST).is_file()));
        if folder.is_some() && !elsewhere && !written {
            return Ok(());
        }
        if update.write || update.into.is_some() {
            return Err(Error::usage("the files of a folder can be changed, and this is about none")
                .hint("go to the folder that has the baimo.toml, and name no store, no data and no output"));
        }
    }
    if options.place.store.is_some() || written {
        return Ok(());
    }
    Err(Error::usage("this change would be lost: there is no store to keep it")
        .hint("name one with --store DIR")
        .hint("or have the changed graph written: -o changed.ttl, or -F turtle for stdout"))
}
