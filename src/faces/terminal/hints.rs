//! Hints in the words of a face: which command or option does what they advise.
//!
//! In: a [`Hint`], and the face it is shown in. Out: a sentence. Only here do the remedies of the core get
//! names of options and commands.

use crate::error::{Hint, Kind};
use crate::faces::args;
use crate::show::text::grouped;

/// Where a hint is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Face {
    /// The command line of a shell.
    #[default]
    CommandLine,
    /// baimo's own prompt.
    Prompt,
}

impl Face {
    /// A text whose commands are those of the command line, with the commands of this face.
    pub fn commands(self, text: &str) -> String {
        match self {
            Self::CommandLine => text.to_owned(),
            Self::Prompt => text.split_inclusive('\n').map(dotted).collect(),
        }
    }

    /// How the reader gets at the rows that a table leaves out.
    pub fn more(self) -> Option<&'static str> {
        (self == Self::Prompt).then_some(".last shows all")
    }

    /// How the reader gets at the rows of which only a chart is shown.
    pub fn rows_too(self) -> &'static str {
        match self {
            Self::CommandLine => "`-F table` shows the rows too",
            Self::Prompt => "`.last` shows the rows",
        }
    }
}

/// A line with its verbs as dot-commands, but for one that only a shell can run.
fn dotted(line: &str) -> String {
    if line.contains(" | baimo ") || line.contains(" && ") {
        return line.to_owned();
    }
    let (mut out, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once("baimo ") {
        let verb = after.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
        out.push_str(before);
        out.push_str(if args::is_verb(verb) { "." } else { "baimo " });
        rest = after;
    }
    out + rest
}

/// What to do where an error itself says nothing.
pub fn default_hint(kind: Kind, face: Face) -> &'static str {
    match (kind, face) {
        (Kind::Query, Face::CommandLine) => {
            "`baimo schema` lists the classes and properties; `baimo queries` has queries that work"
        }
        (Kind::Query, Face::Prompt) => {
            ".schema lists the classes and properties; .queries has queries that work"
        }
        (Kind::Usage, Face::CommandLine) => {
            "`baimo --help` shows the verbs, `baimo VERB --help` one of them with examples"
        }
        (Kind::Usage, Face::Prompt) => ".help lists the commands, .help NAME says more about one",
        (Kind::Data, _) => "mend this and try again",
        (Kind::Store, _) => {
            "check that the folder exists, that you may write there, and that nobody else has it open"
        }
        (Kind::Limit, _) => "raise the limit, or ask for less, for instance with LIMIT",
        (Kind::Check | Kind::Interrupted, _) => "",
    }
}

/// The hint as this face says it.
pub fn worded(hint: &Hint, face: Face) -> String {
    match face {
        Face::CommandLine => on_the_command_line(hint),
        Face::Prompt => at_the_prompt(hint),
    }
}

fn on_the_command_line(hint: &Hint) -> String {
    match hint {
        Hint::Text(text) => text.clone(),
        Hint::RaiseTimeout => "raise --timeout, or ask for less".into(),
        Hint::RaiseMaxRows => "raise --max-rows, or add LIMIT to the query".into(),
        Hint::RaiseMaxMemory => "raise --max-memory, or ask for less".into(),
        Hint::AskFile(path) => format!(
            "to ask a graph in a file:  baimo --data {path} query 'SELECT ...'\n\
                                            at the prompt:  baimo --data {path}"
        ),
        Hint::RunQueryFile(path) => format!("to ask the query in it:  baimo query -f {path}"),
        Hint::RunUpdateFile(path) => {
            format!("to carry out the update in it:  baimo update -f {path} --store DIR")
        }
        Hint::AskStore(folder) => format!("to ask it: --store {folder}"),
        Hint::RepairStore(folder) => format!("`baimo repair {folder}` says what can be saved"),
        Hint::NameStore => "name one with --store DIR".into(),
        Hint::EndTransaction => "`.commit` keeps it, `.rollback` drops it".into(),
        Hint::GiveToUpdate => hint.to_string(),
        Hint::BeginTransaction => "`.begin` begins one".into(),
        Hint::NameFileForNew => {
            "name one with --into FILE, which may be a new one: --into data/more.ttl".into()
        }
        Hint::WriteFiles => "--write writes it".into(),
        Hint::LoadIntoStore => "load them into a durable store: baimo load --store DIR FILE...".into(),
        Hint::MakeStore(folder) => format!("`baimo load --store {folder} FILE...` makes one"),
        Hint::ReadBefore(1) => "1 triple had been read before this; nothing was added".into(),
        Hint::ReadBefore(triples) => {
            format!("{} triples had been read before this; nothing was added", grouped(*triples))
        }
        Hint::LoadFiles => "`baimo load` adds files by their names".into(),
        Hint::LoadWithGraphs => "LOAD it without INTO, or add it with `baimo load`".into(),
        Hint::LookIntoNamedGraphs => {
            "the named graphs have it: put it in GRAPH ?g { … }, or use --default-graph union".into()
        }
        Hint::ListSavedQueries => "`baimo queries` lists them, `baimo queries WORD` finds some".into(),
        Hint::SearchNames => "`baimo search WORD` finds things by parts of their names".into(),
        Hint::Explain => "`baimo explain` takes the query without this word".into(),
        Hint::NamesWereCutOff(_) => hint.to_string(),
        Hint::RunSavedQuery(name) => format!("a saved query is run with `baimo run {name}`"),
        Hint::GiveParameter(name) => format!("add --{name} VALUE"),
        Hint::ShowParameters(name) => format!("`baimo run {name} --help` shows what it takes"),
        Hint::TrySavedQuery { name, values, title } => {
            format!("baimo run {}  ({title})", args::call(name, values))
        }
        Hint::TryThing { name, title } if name == title => format!("baimo describe {name}"),
        Hint::TryThing { name, title } => format!("baimo describe {name}  ({title})"),
        Hint::ListSchema => "`baimo schema` lists the classes and properties".into(),
        Hint::ExampleValue { parameter, value } => format!("for example --{parameter} {value}"),
    }
}

fn at_the_prompt(hint: &Hint) -> String {
    match hint {
        Hint::RaiseTimeout => "raise .timeout, or ask for less".into(),
        Hint::RaiseMaxRows => "`.query --max-rows N` allows more; or add LIMIT to the query".into(),
        Hint::RaiseMaxMemory => "`.query --max-memory SIZE` allows more; or ask for less".into(),
        Hint::AskFile(path) => format!("to ask a graph in a file:  .open {path}"),
        Hint::RunQueryFile(path) => format!("to ask the query in it:  .query -f {path}"),
        Hint::RunUpdateFile(path) => format!("to carry out the update in it:  .update -f {path}"),
        Hint::LoadFiles => "`.load` adds files by their names".into(),
        Hint::LoadWithGraphs => "LOAD it without INTO, or add it with `.load`".into(),
        Hint::LookIntoNamedGraphs => {
            "the named graphs have it: put it in GRAPH ?g { … }, or start baimo with \
                                      --default-graph union"
                .into()
        }
        Hint::ListSavedQueries => "`.queries` lists them, `.queries WORD` finds some".into(),
        Hint::SearchNames => "`.search WORD` finds things by parts of their names".into(),
        Hint::Explain => "`.explain` takes the query without this word".into(),
        Hint::RunSavedQuery(name) => {
            format!("a saved query is run with `.run {name}`, a command begins with a dot")
        }
        Hint::TrySavedQuery { name, values, title } => {
            format!(".run {}  ({title})", args::call(name, values))
        }
        Hint::TryThing { name, title } if name == title => format!(".describe {name}"),
        Hint::TryThing { name, title } => format!(".describe {name}  ({title})"),
        Hint::ShowParameters(name) => format!("`.run {name} --help` shows what it takes"),
        Hint::ListSchema => "`.schema` lists the classes and properties".into(),
        // Words of the command line itself, such as those of its help, hold here with a dot.
        Hint::Text(text) => Face::Prompt.commands(text),
        Hint::GiveToUpdate => Face::Prompt.commands(&hint.to_string()),
        Hint::NameStore => "`.open DIR` opens one".into(),
        Hint::AskStore(folder) => format!("to ask it: .open {folder}"),
        Hint::RepairStore(folder) => format!("`.repair {folder}` says what can be saved"),
        Hint::LoadIntoStore
        | Hint::MakeStore(_)
        | Hint::ReadBefore(_)
        | Hint::EndTransaction
        | Hint::BeginTransaction
        | Hint::NameFileForNew
        | Hint::WriteFiles
        | Hint::GiveParameter(_)
        | Hint::NamesWereCutOff(_)
        | Hint::ExampleValue { .. } => on_the_command_line(hint),
    }
}
