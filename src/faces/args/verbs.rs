//! What baimo can do: each verb with the words and options of its own, for the shell and the prompt alike.
//!
//! In: nothing but what clap fills in. Out: plain values. A verb is added here and done in `faces/verbs`; the prompt
//! takes it from here with a dot before it.

use super::values::small;
use crate::error::{Error, Result};
use clap::{Args, Subcommand};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What baimo can do.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Run a SPARQL query
    #[command(after_help = "Examples:\n  baimo query 'SELECT ?model { ?model a bm:Model } LIMIT 5'\n  \
                            baimo query -F csv 'SELECT ?v ?name { ?v a bm:Vendor ; rdfs:label ?name } LIMIT 5'\n  \
                            echo 'ASK { ?x a bm:Vendor }' | baimo query -\n  \
                            baimo query 'CONSTRUCT WHERE { vendor:baidu ?p ?o }'\n\n\
                            Prefixes of the graph and the well-known ones need no declaration.")]
    Query(Query),
    /// Run a saved query by its name
    #[command(
        override_usage = "baimo run NAME [--PARAMETER VALUE]... [OPTIONS]",
        after_help = "Examples:\n  baimo run timeline\n  baimo run timeline --help\n  \
                            baimo run timeline --vendor 百度\n  \
                            baimo run timeline --param vendor=百度 -F csv\n\n\
                            `baimo queries` lists the saved queries, `baimo run NAME --help` the parameters of one."
    )]
    Run(Run),
    /// List, find, show and export the saved queries
    #[command(
        args_conflicts_with_subcommands = true,
        after_help = "Examples:\n  baimo queries\n  baimo queries vendor\n  baimo queries 备案\n  \
                            baimo queries show timeline\n  baimo queries export"
    )]
    Queries(Queries),
    /// Export the graph, or a part of it, for other tools
    #[command(after_help = "Examples:\n  baimo export\n  baimo export -o graph.ttl\n  \
                            baimo export -F jsonld --about vendor:baidu\n  baimo export as-skos\n  \
                            baimo export -q 'CONSTRUCT WHERE { ?s a bm:Vendor }'\n  \
                            baimo export -F hash\n\n\
                            Turtle is written so that the same graph gives the same bytes.")]
    Export(Export),
    /// Say all that is known about a thing
    #[command(after_help = "Examples:\n  baimo describe 百度\n  baimo describe vendor:baidu\n  \
                            baimo describe --depth 1 vendor:baidu")]
    Describe(Describe),
    /// Find things by their names
    #[command(after_help = "Examples:\n  baimo search 百度\n  baimo search baidu\n  \
                            baimo search -F json 混元")]
    Search(Search),
    /// Show the classes and properties that the graph uses
    #[command(after_help = "Examples:\n  baimo schema\n  baimo schema Release\n  baimo schema -F csv")]
    Schema(SchemaOf),
    /// Compare two graphs
    #[command(after_help = "Examples:\n  baimo export -o old.ttl && baimo diff old.ttl\n\n\
                            Lines that only the first graph has start with -, lines that only the second has with +. \
                            Lines without a mark say where a change is. The exit code is 0 where the two are the \
                            same, 5 where they differ. Blank nodes are compared by what is said about them.")]
    Diff(Diff),
    /// Show how a query is answered, step by step, and what in it is probably unintended
    #[command(
        after_help = "Examples:\n  baimo explain 'SELECT ?x { ?m a bm:Model . ?v a bm:Vendor } LIMIT 5'\n\n\
                      The plan is shown with the rows that each step is expected to give, and nothing is run. With --run the \
                      query is answered to the end: each step then has its time (that of the steps below it included) and \
                      the rows it gave; * marks the step that took longest itself.\n\
                      At the prompt, `.explain` alone is about the last query."
    )]
    Explain(Explain),
    /// Change a graph with SPARQL Update
    #[command(
        after_help = "Examples:\n  baimo update 'INSERT DATA { vendor:baidu rdfs:label \"度\"@zh }' -o changed.ttl\n\n\
                            With --store DIR the change is kept there. Without, the changed graph is written to -o FILE, \
                            or to stdout in the format of -F. At the prompt it lasts as long as the session.\n\
                            Among the statements of a pipe or at the prompt an update has no answer, whatever -F and -o say.\n\
                            --dry-run says what would be added and removed, and changes nothing.\n\n\
                            In a folder with a baimo.toml, without a store and an output, it says what would change in which of its \
                            files, as a patch; --write changes these files. Layout, comments and order stay as they are.\n  \
                            baimo update 'INSERT { ?x rdfs:label \"B\" } WHERE { ?x rdfs:label \"A\" }'\n  \
                            baimo update -f more.ru --into data/more.ttl --write",
        mut_arg("text", |arg| arg.help("The update; `-` reads it from stdin")),
        mut_arg("file", |arg| arg.help("Read the update from a file; `-` is stdin"))
    )]
    Update(Update),
    /// Add files to a graph or a store
    #[command(after_help = "Examples:\n  baimo export -o some.ttl && baimo load some.ttl -o more.ttl\n\n\
                            Into a store that is kept:   baimo load --store DIR FILE...\n\
                            All files are added, or none.")]
    Load(Load),
    /// List the transactions of a store
    #[command(
        after_help = "Examples:\n  baimo update --store mine 'INSERT DATA { <x:a> <x:b> 1 }' && baimo log --store mine\n  \
                            baimo log --store mine --since 2026-01-31\n\n\
                            Times are in UTC. The files of the store have each transaction with all its triples."
    )]
    Log(Log),
    /// Take back a transaction of a store
    #[command(
        after_help = "Examples:\n  baimo update --store mine2 'INSERT DATA { <x:a> <x:b> 1 }' && baimo undo --store mine2 1\n\n\
                            Without a number the last transaction is taken back that was not taken back already. What it added \
                            is removed, as far as it is there still, and what it removed is added: in a new transaction, which \
                            can be taken back too."
    )]
    Undo(Undo),
    /// Say how large the graph is, and how its store stands
    #[command(
        after_help = "Examples:\n  baimo stats\n  baimo update --store mine3 'INSERT DATA { <x:a> <x:b> 1 }' && baimo stats mine3"
    )]
    Stats(Stats),
    /// Write a copy of a store to a file, while it is in use
    #[command(
        override_usage = "baimo backup [OPTIONS] [DIR] <FILE>",
        after_help = "Examples:\n  baimo update --store mine4 'INSERT DATA { <x:a> <x:b> 1 }' && baimo backup mine4 copy.pack\n  \
                            baimo backup --store mine4 copy.nq.gz\n\n\
                            A pack opens at once:   baimo --data copy.pack\n\
                            It goes into a new store:   baimo load --store NEW copy.pack"
    )]
    Backup(Backup),
    /// Merge the transactions of a store into its pack
    #[command(
        after_help = "Examples:\n  baimo update --store mine5 'INSERT DATA { <x:a> <x:b> 1 }' && baimo compact mine5\n\nThis is done by itself when the journal has grown long."
    )]
    Compact(Compact),
    /// Say what is wrong with a store, and save what can be saved
    #[command(
        after_help = "Examples:\n  baimo update --store mine6 'INSERT DATA { <x:a> <x:b> 1 }' && baimo repair mine6\n  baimo repair mine6 --write\n\n\
                            Nothing is changed without --write; with it, a copy is kept of all that is cut."
    )]
    Repair(Repair),
    /// Pack a graph into one file that opens at once
    #[command(
        after_help = "Examples:\n  baimo pack -o some.pack && baimo query --data some.pack 'SELECT * { ?s ?p ?o } LIMIT 5'\n  \
                            baimo export -o some.nt.gz && baimo pack some.nt.gz -o other.pack\n\n\
                            A pack is read-only, and only what a question needs is read of it. Without files, the graph that \
                            the options name is packed. The same files give the same bytes.\n\n\
                            Half of the machine's memory is used, or as much as --max-memory says; what does not fit goes to \
                            temporary files beside the pack, of which nothing stays."
    )]
    Pack(Pack),
    /// Start a graph of your own: a folder with an example that works
    #[command(
        after_help = "Examples:\n  baimo init library\n  baimo init library2 && cd library2 && baimo run books"
    )]
    Init(Init),
    /// Print the completions for a shell
    #[command(after_help = "Examples:\n  baimo completions bash\n  baimo completions zsh\n\n\
                            To use them, add to ~/.bashrc:   source <(baimo completions bash)\n\
                            to ~/.zshrc:                     source <(baimo completions zsh)\n\
                            to ~/.config/fish/config.fish:   baimo completions fish | source\n\
                            They complete names of saved queries and values of their parameters too.")]
    Completions(Completions),
    /// Print the manual page, of baimo or of one verb
    #[command(
        after_help = "Examples:\n  baimo man\n  baimo man query\n  baimo man --folder man1\n\nTo read it:  baimo man | man -l -"
    )]
    Man(Man),
}

impl Verb {
    /// Whether it asks a graph, so that one must be opened.
    pub fn asks(&self) -> bool {
        !matches!(self, Self::Init(_) | Self::Completions(_) | Self::Man(_) | Self::Repair(_))
    }

    /// Whether it changes the graph.
    pub fn changes(&self) -> bool {
        match self {
            Self::Update(update) => !update.dry_run,
            Self::Load(_) => true,
            _ => false,
        }
    }

    /// Whether the journal of a store may have grown by it: what changes the graph, and what takes a change back.
    pub fn lengthens_journal(&self) -> bool {
        self.changes() || matches!(self, Self::Undo(_))
    }

    /// The store that it names by itself.
    pub fn store(&self) -> Option<&Path> {
        match self {
            Self::Compact(Compact { folder })
            | Self::Stats(Stats { folder })
            | Self::Log(Log { folder, .. }) => folder.as_deref(),
            Self::Undo(undo) => undo.named().ok().and_then(|(folder, _)| folder),
            Self::Backup(Backup { words }) => match words.as_slice() {
                [folder, _] => Some(folder),
                _ => None,
            },
            _ => None,
        }
    }

    /// How many words a saved query was called with, its name included.
    pub(super) fn call(&self) -> usize {
        match self {
            Self::Run(Run { call: Some(Call::Saved(words)) }) => words.len(),
            _ => 0,
        }
    }
}

/// Which saved query, with what.
#[derive(Debug, Clone, Args)]
pub struct Run {
    /// The name and the parameters.
    #[command(subcommand)]
    pub call: Option<Call>,
}

/// The name of a saved query and the words after it.
#[derive(Debug, Clone, Subcommand)]
pub enum Call {
    /// The name and the words after it: what they mean is known when its header is read.
    #[command(external_subcommand)]
    Saved(Vec<OsString>),
}

/// What to do with the saved queries.
#[derive(Debug, Clone, Args)]
pub struct Queries {
    /// Only those with these words in name, tags or summary
    #[arg(value_name = "WORD")]
    pub words: Vec<String>,
    /// What to do.
    #[command(subcommand)]
    pub action: Option<QueriesAction>,
}

/// What to do with the saved queries, if not list them.
#[derive(Debug, Clone, Subcommand)]
pub enum QueriesAction {
    /// Show the text of one
    Show {
        /// Its name
        name: String,
    },
    /// Write all of them as RDF, in the vocabulary of SIB's sparql-examples
    Export,
}

/// Which part of the graph.
#[derive(Debug, Clone, Default, Args)]
pub struct Export {
    /// What this saved CONSTRUCT gives, with its parameters as name=value
    #[arg(value_name = "SAVED")]
    pub saved: Vec<String>,
    /// One named graph, or `default`
    #[arg(long, value_name = "IRI", conflicts_with_all = ["saved", "about", "query", "file"])]
    pub graph: Option<String>,
    /// One thing, by IRI, prefixed name or label
    #[arg(long, value_name = "THING", conflicts_with_all = ["saved", "query", "file"])]
    pub about: Option<String>,
    /// How many steps around the thing
    #[arg(long, value_name = "N", default_value = "1", value_parser = small, requires = "about")]
    pub depth: usize,
    /// What this CONSTRUCT gives
    #[arg(short, long, value_name = "SPARQL", conflicts_with_all = ["saved", "file"])]
    pub query: Option<String>,
    /// What the CONSTRUCT in this file gives
    #[arg(short, long, value_name = "FILE", conflicts_with = "saved")]
    pub file: Option<PathBuf>,
    /// Begin with a comment that says which graph, version and part this is
    #[arg(long)]
    pub header: bool,
    /// With the classes, properties and shapes, which drawings and tables of nodes leave out
    #[arg(long, conflicts_with_all = ["saved", "about", "query", "file"])]
    pub ontology: bool,
}

impl Export {
    /// Whether it is the whole graph and not a part.
    pub fn is_whole(&self) -> bool {
        let parts = [&self.graph, &self.about, &self.query];
        self.saved.is_empty() && self.file.is_none() && parts.iter().all(|part| part.is_none())
    }
}

/// Which thing.
#[derive(Debug, Clone, Args)]
pub struct Describe {
    /// The thing: an IRI, a prefixed name, or a label in any language
    #[arg(value_name = "THING", required = true)]
    pub thing: Vec<String>,
    /// How many steps around it
    #[arg(long, value_name = "N", default_value = "0", value_parser = small)]
    pub depth: usize,
}

/// Which names.
#[derive(Debug, Clone, Args)]
pub struct Search {
    /// A name, or parts of it
    #[arg(value_name = "WORD", required = true)]
    pub words: Vec<String>,
    /// How many things at most
    #[arg(long, value_name = "N", default_value = "20", value_parser = small)]
    pub limit: usize,
}

/// Which part of the schema.
#[derive(Debug, Clone, Args)]
pub struct SchemaOf {
    /// Only classes and properties with this in their name or label
    #[arg(value_name = "WORD")]
    pub filter: Option<String>,
}

/// Which graphs.
#[derive(Debug, Clone, Args)]
pub struct Diff {
    /// The graph before: a file, or a folder with a baimo.toml
    pub before: PathBuf,
    /// The graph after; without one, the graph that is asked
    pub after: Option<PathBuf>,
}

/// Which files.
#[derive(Debug, Clone, Args)]
pub struct Load {
    /// RDF files, patterns, or `-` for stdin; plain or compressed
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Into this named graph
    #[arg(long, value_name = "IRI")]
    pub into: Option<String>,
}

/// Which transactions.
#[derive(Debug, Clone, Args)]
pub struct Log {
    /// The store
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// From this number on, or this time, such as 2026-11-25 or 2026-11-25T18:30
    #[arg(long, value_name = "N|TIME")]
    pub since: Option<String>,
}

/// Which transaction.
#[derive(Debug, Clone, Args)]
pub struct Undo {
    /// The store, and the number of the transaction as `log` shows it
    #[arg(value_name = "DIR|N", num_args = 0..=2)]
    pub words: Vec<PathBuf>,
}

impl Undo {
    /// The store, where one is named, and the number of the transaction. What is all digits is a number: a folder that is called
    /// so is named as `./1`.
    ///
    /// # Errors
    /// Where the last of two words is no number.
    pub fn named(&self) -> Result<(Option<&Path>, Option<u64>)> {
        let number = |word: &Path| word.to_str().and_then(|word| word.parse().ok());
        Ok(match self.words.as_slice() {
            [] => (None, None),
            [word] => number(word).map_or((Some(word), None), |number| (None, Some(number))),
            [folder, word, ..] => match number(word) {
                Some(number) => (Some(folder), Some(number)),
                None => {
                    let wrong = format!("`{}` is not the number of a transaction", word.display());
                    return Err(Error::usage(wrong).hint("`baimo log` lists the transactions"));
                }
            },
        })
    }
}

/// Of which graph.
#[derive(Debug, Clone, Args)]
pub struct Stats {
    /// A store; without one, the graph that is asked
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Of what, to where.
#[derive(Debug, Clone, Args)]
pub struct Backup {
    /// A store (else the graph that is asked), and the file to write: a pack, or RDF by its ending
    #[arg(value_name = "FILE", required = true, num_args = 1..=2)]
    pub words: Vec<PathBuf>,
}

/// Of which store.
#[derive(Debug, Clone, Args)]
pub struct Compact {
    /// The store
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Which store, and how.
#[derive(Debug, Clone, Args)]
pub struct Repair {
    /// The store; at the prompt, the one that is open
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Put in order what can be, and keep copies of what is cut
    #[arg(long)]
    pub write: bool,
}

/// What to change, and whether.
#[derive(Debug, Clone, Args)]
pub struct Update {
    /// The update.
    #[command(flatten)]
    pub query: Query,
    /// Say what would be added and removed, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Change the files of the folder that has the baimo.toml
    #[arg(long, conflicts_with = "dry_run")]
    pub write: bool,
    /// The file of that folder for subjects that none of its files has; it may be a new one
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub into: Option<PathBuf>,
}

/// Of which files.
#[derive(Debug, Clone, Args)]
pub struct Pack {
    /// RDF files, patterns, packs, or `-` for stdin; plain or compressed
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Where to start.
#[derive(Debug, Clone, Args)]
pub struct Init {
    /// The folder, made where there is none
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,
}

/// For which shell.
#[derive(Debug, Clone, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_parser = ["bash", "zsh", "fish", "elvish", "powershell"])]
    pub shell: String,
}

/// Of what.
#[derive(Debug, Clone, Args)]
pub struct Man {
    /// One verb
    pub verb: Option<String>,
    /// Write the pages of baimo and of every verb into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "verb")]
    pub folder: Option<PathBuf>,
}

/// Where the text of a query is.
#[derive(Debug, Clone, Default, Args)]
pub struct Query {
    /// The query; `-` reads it from stdin
    #[arg(value_name = "SPARQL", allow_hyphen_values = false)]
    pub text: Option<String>,
    /// The same, for those used to it
    #[arg(short, long = "query", value_name = "SPARQL", conflicts_with_all = ["text", "file"])]
    pub query: Option<String>,
    /// Read the query from a file; `-` is stdin
    #[arg(short, long, value_name = "FILE", conflicts_with = "text")]
    pub file: Option<PathBuf>,
}

impl Query {
    /// Whether nothing says where the query is.
    pub fn is_missing(&self) -> bool {
        self.text.is_none() && self.query.is_none() && self.file.is_none()
    }
}

/// What to explain, and how.
#[derive(Debug, Clone, Default, Args)]
pub struct Explain {
    /// The query.
    #[command(flatten)]
    pub query: Query,
    /// Answer the query to the end and measure each step
    #[arg(long)]
    pub run: bool,
}
