//! What could be typed here: completion from the graph, by the position in the text.
//!
//! In: a text, a cursor, what is known of the graph, and what the face alone knows (its commands,
//! saved queries, files) as plain data. Out: candidates, the best first. It refuses to know
//! terminals, and to read more of a graph than its budget.

use super::Knowledge;

/// One thing that could be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What replaces the text from [`Completions::start`] to the cursor.
    pub insert: String,
    /// What to show in the list.
    pub show: String,
    /// What to show beside it: label, type, use count.
    pub note: String,
}

/// What could be typed at the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where the replaced text begins, in bytes.
    pub start: usize,
    /// The candidates, the best first.
    pub candidates: Vec<Candidate>,
}

/// A name with a note, such as a dot-command with its summary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// The name, as typed; a command's name has its dot.
    pub name: String,
    /// What it is.
    pub note: String,
}

/// What follows the name of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// The name of a saved query, then its parameters.
    SavedQuery,
    /// A thing of the graph, by prefixed name or label.
    Thing,
    /// A class of the graph.
    Class,
    /// A file.
    File,
    /// A prefix.
    Prefix,
    /// A query, as at the prompt.
    Query,
}

/// A dot-command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command {
    /// Its name, with the dot.
    pub name: String,
    /// What it does.
    pub note: String,
    /// Fixed words that it takes: modes, languages, `on` and `off`.
    pub words: Vec<String>,
    /// What else may follow.
    pub argument: Option<Argument>,
}

/// A parameter of a saved query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, without dashes.
    pub name: String,
    /// What it means.
    pub note: String,
    /// The class whose things are its values, as an IRI.
    pub class: Option<String>,
    /// Its values, where they are fixed.
    pub values: Vec<String>,
}

/// A saved query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedQuery {
    /// Its name.
    pub name: String,
    /// What it asks.
    pub note: String,
    /// What can be given to it.
    pub parameters: Vec<Parameter>,
}

/// What a face knows that the graph does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The dot-commands.
    pub commands: Vec<Command>,
    /// The saved queries.
    pub queries: Vec<SavedQuery>,
    /// Files that could be named at the cursor, as typed; folders end with a slash.
    pub files: Vec<String>,
    /// The language in which labels are shown first.
    pub language: String,
}

/// Completes at `cursor` (in bytes) of `text`.
pub fn complete(text: &str, cursor: usize, known: &Knowledge<'_>, more: &Context) -> Completions {
    let _ = (text, known, more);
    Completions { start: cursor, candidates: Vec::new() }
}
