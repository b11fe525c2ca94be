//! What a face knows that the graph does not: its commands, saved queries and files.
//!
//! In: nothing. Out: plain data, which a face fills in. Nothing here is looked up or completed.

/// A name with a note, such as a dot-command with its summary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// The name, as typed; a command's name has its dot.
    pub name: String,
    /// What it is.
    pub note: String,
    /// Other names, by which it is found too.
    pub also: Vec<String>,
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
    /// The values that it can have, where they are known.
    pub values: Vec<Named>,
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
    /// Words after which a value of their own comes, whichever command they belong to.
    pub options: Vec<Command>,
    /// The saved queries.
    pub queries: Vec<SavedQuery>,
    /// Files that could be named at the cursor, as typed; folders end with a slash.
    pub files: Vec<String>,
    /// The language in which labels are shown first.
    pub language: String,
}
