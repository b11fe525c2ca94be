//! What can be done about an error or an odd query, as data: each face words it with its own commands.
//!
//! In: the remedy, where it is known. Out: a value. [`Hint`]'s own text names no command and no option, for
//! those who have neither.

use std::fmt;

/// A remedy. What holds in every face is text; what a face has a command or an option for is data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// A sentence that holds everywhere.
    Text(String),
    /// Allow more time.
    RaiseTimeout,
    /// Allow more rows or triples.
    RaiseMaxRows,
    /// Allow more memory.
    RaiseMaxMemory,
    /// The path is a file: ask it as one.
    AskFile(String),
    /// The file has a query: ask it.
    RunQueryFile(String),
    /// The file has an update: carry it out.
    RunUpdateFile(String),
    /// The durable store in this folder is damaged: what can be saved of it can be seen, and saved.
    RepairStore(String),
    /// A folder given as a file is a store: to be asked as one.
    AskStore(String),
    /// A store can be named.
    NameStore,
    /// The transaction that is open can be kept or dropped.
    EndTransaction,
    /// What changes data is an update: give it to what carries updates out.
    GiveToUpdate,
    /// A transaction can be begun.
    BeginTransaction,
    /// A file for new subjects can be named.
    NameFileForNew,
    /// What was shown can be written.
    WriteFiles,
    /// The data are more than memory takes: a durable store takes them.
    LoadIntoStore,
    /// A load makes the store in this folder.
    MakeStore(String),
    /// So many triples had been read before what is wrong; nothing was added.
    ReadBefore(u64),
    /// Files can be added by their names.
    LoadFiles,
    /// Data with graphs of their own: load them as they are.
    LoadWithGraphs,
    /// The triples are in named graphs.
    LookIntoNamedGraphs,
    /// The saved queries can be listed.
    ListSavedQueries,
    /// Things can be found by parts of their names.
    SearchNames,
    /// How a query is explained.
    Explain,
    /// The graph has more names than were read: this many.
    NamesWereCutOff(usize),
    /// A saved query of this name can be run.
    RunSavedQuery(String),
    /// A parameter without a value.
    GiveParameter(String),
    /// The parameters of the saved query of this name can be shown.
    ShowParameters(String),
    /// A saved query fits what was typed: run it with these values of its parameters.
    TrySavedQuery {
        /// Its name.
        name: String,
        /// Names and values of parameters.
        values: Vec<(String, String)>,
        /// What it answers, in the reader's language.
        title: String,
    },
    /// A thing is called as was typed: describe it.
    TryThing {
        /// A prefixed name or an IRI.
        name: String,
        /// Its label.
        title: String,
    },
    /// The classes and properties of the graph can be listed.
    ListSchema,
    /// An example of a value for a parameter.
    ExampleValue {
        /// The parameter.
        parameter: String,
        /// A value of its type.
        value: String,
    },
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(text) => text,
            Self::RaiseTimeout => "allow more time, or ask for less",
            Self::RaiseMaxRows => "allow more rows, or add LIMIT to the query",
            Self::RaiseMaxMemory => "allow more memory, or ask for less",
            Self::AskFile(path) => return write!(f, "{path} can be asked as a file"),
            Self::RunQueryFile(path) => return write!(f, "{path} has a query, which can be asked"),
            Self::RunUpdateFile(path) => return write!(f, "{path} has an update, which can be carried out"),
            Self::AskStore(folder) => return write!(f, "{folder} is to be opened as a store"),
            Self::RepairStore(folder) => return write!(f, "what is still whole in {folder} can be saved"),
            Self::NameStore => "name a store",
            Self::EndTransaction => "commit it, or roll it back",
            Self::GiveToUpdate => "give it to `update`",
            Self::BeginTransaction => "begin one",
            Self::WriteFiles => "it can be written",
            Self::NameFileForNew => "name a file for new subjects",
            Self::LoadIntoStore => "load them into a durable store",
            Self::MakeStore(folder) => return write!(f, "a load into {folder} makes one"),
            Self::ReadBefore(1) => "1 triple had been read before this; nothing was added",
            Self::ReadBefore(triples) => {
                return write!(f, "{triples} triples had been read before this; nothing was added");
            }
            Self::LoadFiles => "files can be loaded by their names",
            Self::LoadWithGraphs => "LOAD it without INTO",
            Self::LookIntoNamedGraphs => "the named graphs have it: put it in GRAPH ?g { … }",
            Self::ListSavedQueries => "the catalog lists the saved queries",
            Self::SearchNames => "a search by parts of names finds things",
            Self::Explain => "the query can be explained without this word",
            Self::NamesWereCutOff(read) => {
                return write!(f, "only the first {read} names of this graph were read: a thing may be there all the same; ask by its IRI");
            }
            Self::RunSavedQuery(name) => {
                return write!(f, "if `{name}` is a saved query, run it by its name");
            }
            Self::GiveParameter(name) => return write!(f, "give `{name}` a value"),
            Self::ShowParameters(name) => return write!(f, "the catalog says what `{name}` takes"),
            Self::TrySavedQuery { name, values, title } => {
                let values: Vec<_> = values.iter().map(|(name, value)| format!(", {name} {value}")).collect();
                return write!(f, "the saved query `{name}`{}: {title}", values.concat());
            }
            Self::TryThing { name, title } => return write!(f, "{name}, called {title}"),
            Self::ListSchema => "the schema lists the classes and properties",
            Self::ExampleValue { parameter, value } => {
                return write!(f, "for example {value} for `{parameter}`");
            }
        })
    }
}

impl<T: Into<String>> From<T> for Hint {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl PartialEq<&str> for Hint {
    fn eq(&self, text: &&str) -> bool {
        matches!(self, Self::Text(own) if own == text)
    }
}
