//! The command-line face: words in, one verb done, an error out.
//!
//! In: the program's arguments. Out: a verb performed on a session that the options describe. It
//! refuses to choose exit codes.

use super::args::{self, CommandLine, Options, Parsed};
use super::output::Output;
use super::report::Report;
use super::{shell, verbs};
use crate::engine::{self, Limits};
use crate::error::Result;
use crate::session::{Session, Source};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

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
    let command = match args::parse(words)? {
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
    let mut session = open(&options, memory_used)?;
    stop_on_ctrl_c(&session);
    match verb {
        Some(verb) => verbs::perform(&verb, &mut session, &mut output),
        None => prompt(session, output),
    }
}

/// Opens the graph that the options name.
///
/// # Errors
/// As [`Session::open`].
pub fn open(options: &Options, memory_used: fn() -> usize) -> Result<Session> {
    let source = if options.place.data.is_empty() {
        std::env::current_dir().map_or(Source::Embedded, Source::Here)
    } else {
        Source::Files(options.place.data.clone())
    };
    let mut session = Session::open(&source)?;
    session.set_user_queries(data_home().map(|folder| folder.join("baimo").join("queries")));
    session.default_graph = match options.place.default_graph {
        args::DefaultGraph::Alone => engine::DefaultGraph::Alone,
        args::DefaultGraph::Union => engine::DefaultGraph::Union,
    };
    let args::Limits { timeout, max_rows, max_memory } = options.limits;
    session.limits = Limits { timeout, max_rows, max_memory, memory_used: Some(memory_used) };
    Ok(session)
}

/// The user's folder for data: `XDG_DATA_HOME`, else `~/.local/share`; none where there is no home.
pub fn data_home() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local").join("share")))
}

/// Makes the first Ctrl-C stop the running question and the second one the program.
fn stop_on_ctrl_c(session: &Session) {
    let switch = session.interrupt_switch();
    // Without a handler Ctrl-C still ends the program, so a failure here needs no word.
    let _ = ctrlc::set_handler(move || {
        if switch.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}
