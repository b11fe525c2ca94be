//! The faces: what people and shells meet. Only here is anything printed or the environment read.
//!
//! In: a command line, typed lines. Out: answers on stdout, everything said about them on stderr,
//! an exit code. A face holds a [`Session`](crate::session::Session) and refuses to reach around it.

// The command line as types; the REPL's dot-commands too.
pub mod args;
// The command-line face.
pub mod cli;
// Remedies in the words of a face.
pub mod hints;
// A new folder with a graph.
mod init;
// Where answers go, and in which shape.
pub mod output;
// Parameters of saved queries as options.
pub mod params;
// The prompt.
pub mod repl;
// Errors, warnings and notes as people read them.
pub mod report;
// Completions and the manual.
pub mod shell;
// One verb on one session.
pub mod verbs;
