//! The terminal layer: what every face that talks to a person shares.
//!
//! In: answers, texts, errors. Out: what a window shows, files, a pager, an exit by signal or limit.
//! The command line and the prompt present answers through this one layer; it asks no graph itself.

// Files written whole or not at all.
pub mod files;
// Names of formats, and which one is meant.
pub mod formats;
// Remedies in the words of a face.
pub mod hints;
// The end of the program where a limit is well exceeded.
pub mod limits;
// Long texts, page by page.
mod pager;
// The presenter: where answers go, and in which shape.
pub mod present;
// That the work goes on, and how far it is.
pub mod progress;
// Errors, warnings and notes.
pub mod report;
// The language in which baimo speaks.
pub mod tongue;
// Several files changed together.
pub mod together;
// What signals mean by what the program is doing.
pub mod signals;
// Documents that are whole wherever their writing ends.
pub mod whole;

use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// The window that answers are shown in.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Whether stdout is a terminal.
    pub terminal: bool,
    /// Its columns.
    pub width: usize,
    /// Its lines.
    pub height: usize,
}

impl Window {
    /// The window of stdout; 80 columns and 24 lines where there is none.
    pub fn now() -> Self {
        let size = terminal_size::terminal_size_of(io::stdout());
        Self {
            terminal: io::stdout().is_terminal(),
            width: size.map_or(80, |(width, _)| width.0.into()),
            height: size.map_or(24, |(_, height)| height.0.into()),
        }
    }
}

/// The language of the user's system, such as `zh`, by the variables that say it.
pub fn locale() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set)?;
    let language = locale.split(['_', '.', '@', '-']).next()?.to_ascii_lowercase();
    (language.len() == 2).then_some(language)
}

/// Of the `languages` of a graph, the one for a person whose system has `locale`: that one, else English, as messages are
/// then. A graph that names none may have any.
pub fn shown_in<'a>(languages: &[String], locale: &'a str) -> Option<&'a str> {
    let has = |language: &&str| languages.is_empty() || languages.iter().any(|have| have == language);
    [locale, "en"].into_iter().find(has)
}

/// Where the end of the program is told to whoever waits for it: the main thread.
static LEAVING: OnceLock<Sender<u8>> = OnceLock::new();

/// Gives the exit codes with which something wants to end the program, once.
pub fn leavings() -> Receiver<u8> {
    let (sender, receiver) = channel();
    // A second listener hears nothing: the program ends once.
    let _ = LEAVING.set(sender);
    receiver
}

/// How long the end of the program waits for its last word: who reads it may be stuck.
const PATIENCE: Duration = Duration::from_millis(500);

/// Has the program ended by its main thread, with no half-written file left and the terminal as it was. What `say` says
/// comes before memory is given back, and when no file takes its place any more. Whoever calls this goes no further.
pub fn leave(code: u8, say: impl FnOnce() + Send + 'static) -> ! {
    let _none_is_named_any_more = files::abandon();
    let (done, is_said) = channel();
    let work = move || {
        progress::end();
        say();
        let _ = done.send(());
    };
    if std::thread::Builder::new().spawn(work).is_ok() {
        let _ = is_said.recv_timeout(PATIENCE);
    }
    whole::close();
    signals::restore_terminal();
    tell(code);
    loop {
        std::thread::park();
    }
}

/// Tells the main thread the exit code of the program.
pub fn tell(code: u8) {
    // Where nobody listens any more, the program is ending.
    let _ = LEAVING.get().map(|leaving| leaving.send(signals::code_of_end(code)));
}
