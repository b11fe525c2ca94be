//! Hints in the words of a face: which command or option does what they advise.
//!
//! In: a [`Hint`], and the face it is shown in. Out: a sentence. Only here do the remedies of the core get
//! names of options and commands.

use crate::error::Hint;

/// Where a hint is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Face {
    /// The command line of a shell.
    #[default]
    CommandLine,
    /// baimo's own prompt.
    Prompt,
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
        Hint::AskFile(path) => format!("to ask a file: --data {path}"),
        Hint::RebuildWithStores => "cargo install baimo --features rocksdb\n\
                                    in a clone: cargo build --release --features rocksdb"
            .into(),
        Hint::LoadIntoStore => "load them into a durable store: baimo load --store DIR FILE...".into(),
        Hint::LoadWithGraphs => "LOAD it without INTO, or add it with `baimo load`".into(),
        Hint::LookIntoNamedGraphs => {
            "the named graphs have it: put it in GRAPH ?g { … }, or use --default-graph union".into()
        }
        Hint::ListSavedQueries => "`baimo queries` lists them, `baimo queries WORD` finds some".into(),
        Hint::SearchNames => "`baimo search WORD` finds things by parts of their names".into(),
        Hint::Explain => "`baimo explain` takes the query without this word".into(),
        Hint::RunSavedQuery(name) => format!("a saved query is run with `baimo run {name}`"),
        Hint::ExampleValue { parameter, value } => format!("for example --{parameter} {value}"),
    }
}

fn at_the_prompt(hint: &Hint) -> String {
    match hint {
        Hint::RaiseTimeout => "raise .timeout, or ask for less".into(),
        Hint::RaiseMaxRows => "start baimo with a higher --max-rows, or add LIMIT to the query".into(),
        Hint::RaiseMaxMemory => "start baimo with a higher --max-memory, or ask for less".into(),
        Hint::AskFile(path) => format!("to ask a file: .open {path}"),
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
        Hint::Text(_) | Hint::RebuildWithStores | Hint::LoadIntoStore | Hint::ExampleValue { .. } => {
            on_the_command_line(hint)
        }
    }
}
