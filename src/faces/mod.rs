//! The faces: what people and shells meet. Only here is anything printed or the environment read.
//!
//! In: a command line, typed lines. Out: answers on stdout, everything said about them on stderr,
//! an exit code. A face holds a [`Session`](crate::session::Session) and never reaches around it.

// The command line as types; the REPL's dot-commands too.
pub mod args;
// The command-line face.
pub mod cli;
// What a file is by its name.
mod file_kind;
// A new folder with a graph.
mod init;
// What was typed instead of a verb.
mod instead;
// What a session remembers of its queries.
pub mod memory;
// Parameters of saved queries as options.
pub mod params;
// The prompt.
pub mod repl;
// Completions and the manual.
pub mod shell;
// Pager, colours, progress, files, signals, and the presenter of answers.
pub mod terminal;
// One verb on one session.
pub mod verbs;
