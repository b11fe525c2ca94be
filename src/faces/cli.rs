//! The command-line face: words in, one verb done, an error out.
//!
//! In: the program's arguments. Out: a verb performed on a session that the options describe. It
//! refuses to choose exit codes.

use super::args::{self, CommandLine, Options, Parsed};
use super::output::Output;
use super::report::{Report, exit_code};
use super::{shell, verbs};
use crate::embedded;
use crate::engine::{self, Limits};
use crate::error::{Error, Hint, Kind, Result};
use crate::session::{Session, Source};
use crate::store::import::Progress;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Runs one command line; without a verb, the `prompt`. `report` takes on what the options say about colour.
///
/// # Errors
/// Whatever stopped it: to be reported, and to choose the exit code by.
pub fn run(
    words: impl IntoIterator<Item = OsString>,
    memory_used: fn() -> usize,
    prompt: fn(Session, Output) -> Result<()>,
    report: &mut Report,
) -> Result<()> {
    let words: Vec<OsString> = words.into_iter().collect();
    if shell::complete(&words)? {
        return Ok(());
    }
    let command = match args::parse(words.clone()).map_err(|error| saved_instead(error, &words))? {
        Parsed::Command(command) => *command,
        Parsed::Text(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            return Ok(());
        }
    };
    let CommandLine { verb, options } = command;
    *report = Report { quiet: options.shape.quiet, ..Report::new(options.shape.color) };
    let mut output = Output::new(&options.shape, report.clone());
    if let Some(verb) = verb.as_ref().filter(|verb| !verb.asks()) {
        return verbs::perform_alone(verb, &mut output);
    }
    if verb.as_ref().is_some_and(args::Verb::changes) {
        must_be_kept(&options)?;
    }
    let mut shown = output.progress();
    let mut session = open(&options, memory_used, &mut |progress| shown.show(progress))?;
    drop(shown);
    match verb {
        Some(verb) => {
            stop_on_ctrl_c(&session, &output);
            stop_at_last(session.ask.limits, &output);
            verbs::perform(&verb, &mut session, &mut output)
        }
        None => prompt(session, output),
    }
}

/// Whoever types the name of a saved query as a verb is told how to run it.
fn saved_instead(error: Error, words: &[OsString]) -> Error {
    let mut missed = words.iter().skip(1).filter_map(|word| word.to_str());
    let missed = missed.find(|word| error.message.contains(&format!("no verb `{word}`")));
    let here = || embedded::open(&std::env::current_dir().map_or(Source::Embedded, Source::Here)).ok();
    match missed.zip(here()) {
        Some((word, session)) if session.catalog().is_ok_and(|catalog| catalog.get(word).is_ok()) => {
            error.hint(format!("it is a saved query:  baimo run {word}"))
        }
        _ => error,
    }
}

/// Opens the graph that the options name.
///
/// # Errors
/// As [`Session::open`].
pub fn open(
    options: &Options,
    memory_used: fn() -> usize,
    progress: &mut dyn FnMut(&Progress<'_>),
) -> Result<Session> {
    let source = match &options.place {
        args::GraphOptions { store: Some(folder), .. } => Source::Store(folder.clone()),
        args::GraphOptions { data, .. } if !data.is_empty() => Source::Files(data.clone()),
        _ => std::env::current_dir().map_or(Source::Embedded, Source::Here),
    };
    let mut session = Session::open_with(&source, &embedded::EMBEDDED, progress)?;
    session.set_user_queries(data_home().map(|folder| folder.join("baimo").join("queries")));
    session.ask.default_graph = match options.place.default_graph {
        args::DefaultGraph::Alone => engine::DefaultGraph::Alone,
        args::DefaultGraph::Union => engine::DefaultGraph::Union,
    };
    let args::Limits { timeout, max_rows, max_memory } = options.limits;
    session.ask.limits = Limits { timeout, max_rows, max_memory, memory_used: Some(memory_used) };
    Ok(session)
}

/// The user's folder for data: `XDG_DATA_HOME`, else `~/.local/share`; none where there is no home.
pub fn data_home() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local").join("share")))
}

/// Makes the first Ctrl-C stop the running question and the second one the program. What the
/// question itself does not notice ends the program a little later. A pager has Ctrl-C to itself.
fn stop_on_ctrl_c(session: &Session, output: &Output) {
    let (switch, found) = (session.interrupt_switch(), Arc::clone(&output.found));
    // Without a handler Ctrl-C still ends the program, so a failure here needs no word.
    let _ = ctrlc::set_handler(move || {
        if found.load(Ordering::Relaxed) {
            return;
        }
        if switch.swap(true, Ordering::Relaxed) {
            std::process::exit(exit_code(Kind::Interrupted).into());
        }
        let found = Arc::clone(&found);
        std::thread::spawn(move || {
            std::thread::sleep(GRACE * 5);
            if !found.load(Ordering::Relaxed) {
                std::process::exit(exit_code(Kind::Interrupted).into());
            }
        });
    });
}

/// A change that goes nowhere is a mistake: it needs a store, or a place to write the changed graph.
fn must_be_kept(options: &Options) -> Result<()> {
    let written = options.shape.output.is_some() || options.shape.format.is_some();
    if options.place.store.is_some() || written {
        return Ok(());
    }
    Err(Error::usage("this change would be lost: there is no store to keep it")
        .hint("name one with --store DIR")
        .hint("or have the changed graph written: -o changed.ttl, or -F turtle for stdout"))
}

/// Some steps of an evaluation, such as counting a product or sorting it, never look at the limits.
/// So that these hold all the same, and the processor is idle afterwards, the program ends when one
/// is well exceeded.
fn stop_at_last(limits: Limits, output: &Output) {
    if limits.timeout.is_none() && limits.max_memory.is_none() {
        return;
    }
    let (report, found) = (output.report.clone(), Arc::clone(&output.found));
    let deadline =
        limits.timeout.map(|timeout| Instant::now() + timeout + (timeout / 4).clamp(GRACE, GRACE * 10));
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(20));
            if found.load(Ordering::Relaxed) {
                return;
            }
            let late = deadline.is_some_and(|deadline| Instant::now() > deadline);
            let large =
                limits.memory_used.zip(limits.max_memory).filter(|(used, max)| used() > max + max / 8);
            let (said, hint) = match large {
                _ if late => {
                    (format!("{} s", limits.timeout.unwrap_or_default().as_secs_f64()), Hint::RaiseTimeout)
                }
                Some((_, max)) => (format!("{} MB of memory", max / 1_000_000), Hint::RaiseMaxMemory),
                None => continue,
            };
            let error = Error::new(Kind::Limit, format!("stopped after {said}")).hint(hint);
            report.error(&error);
            std::process::exit(exit_code(Kind::Limit).into());
        }
    });
}

/// How long the evaluation may take to notice that its time is over.
const GRACE: Duration = Duration::from_millis(300);
