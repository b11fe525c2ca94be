//! The command line as types: one `Verb` enum for the shell and for the REPL's dot-commands.
//!
//! In: words as typed. Out: verbs and options as plain values, or a usage error in our own words. Nothing
//! is opened or run here.

use super::terminal::report::When;
// Errors of the parser in our own words.
mod usage;
// Times, sizes and counts.
mod values;
// A line as words.
mod words;

pub use usage::usage;
pub use values::duration;
use values::{count, size, small};
pub use words::{call, quoted, split};

use crate::error::Result;
use crate::show::chart::View;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// The command line of `baimo`.
#[derive(Debug, Parser)]
#[command(
    name = "baimo",
    version,
    about = "Ask, run, export and check a knowledge graph",
    long_about = "baimo (百模) answers SPARQL questions about a knowledge graph.\n\nWithout a verb it opens a \
                  prompt. The graph asked is that of the folder you are in, where there is a baimo.toml; \
                  else the one compiled in; or what --data or --store name.",
    after_help = "Examples:\n  baimo query 'SELECT ?model { ?model a bm:Model } LIMIT 5'\n  baimo queries\n  \
                  baimo run timeline --vendor 百度\n  baimo export -o graph.ttl\n\
                  \nExit codes: 0 done, 1 wrong query or data, 2 wrong usage, 3 store or connection,\n\
                  4 stopped by a limit (what was found is still printed), 5 a check failed, 130 interrupted.",
    propagate_version = true,
    subcommand_value_name = "VERB",
    subcommand_help_heading = "Verbs"
)]
pub struct CommandLine {
    /// What to do; without one, the prompt.
    #[command(subcommand)]
    pub verb: Option<Verb>,
    /// With statements on stdin: go on after one that is wrong
    #[arg(long)]
    pub keep_going: bool,
    /// Everything that is not about one verb.
    #[command(flatten)]
    pub options: Options,
}

/// What baimo can do.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Ask a question in SPARQL
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
                            Lines that only the first graph has start with -, lines that only the second has with +.\n\
                            Lines without a mark say where a change is. The exit code is 0 where the two are the\n\
                            same, 5 where they differ. Blank nodes are compared by what is said about them.")]
    Diff(Diff),
    /// Show how a query is answered, step by step, and what in it is probably unintended
    #[command(
        after_help = "Examples:\n  baimo explain 'SELECT ?x { ?m a bm:Model . ?v a bm:Vendor } LIMIT 5'\n\n\
                      The plan is shown with the rows that each step is expected to give, and nothing is run. With --run the\n\
                      query is answered to the end: each step then has its time (that of the steps below it included) and\n\
                      the rows it gave; * marks the step that took longest itself. At the prompt, `.explain` alone is about\n\
                      the last query."
    )]
    Explain(Explain),
    /// Change a graph with SPARQL Update
    #[command(
        after_help = "Examples:\n  baimo update 'INSERT DATA { vendor:baidu rdfs:label \"度\"@zh }' -o changed.ttl\n\n\
                            With --store DIR the change is kept there. Without, the changed graph is written to -o FILE,\n\
                            or to stdout in the format of -F. At the prompt it lasts as long as the session."
    )]
    Update(Query),
    /// Add files to a store
    #[command(after_help = "Examples:\n  baimo export -o some.ttl && baimo load some.ttl -o more.ttl\n\n\
                            Into a store that is kept:   baimo load --store DIR FILE...\n\
                            All files are added, or none.")]
    Load(Load),
    /// Pack a graph into one file that opens at once
    #[command(
        after_help = "Examples:\n  baimo pack -o some.pack && baimo query --data some.pack 'SELECT * { ?s ?p ?o } LIMIT 5'\n  \
                            baimo export -o some.nt.gz && baimo pack some.nt.gz -o other.pack\n\n\
                            A pack is read-only, and only what a question needs is read of it. Without files, the graph that\n\
                            the options name is packed. The same files give the same bytes."
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
        !matches!(self, Self::Init(_) | Self::Completions(_) | Self::Man(_))
    }

    /// Whether it changes the graph.
    pub fn changes(&self) -> bool {
        matches!(self, Self::Update(_) | Self::Load(_))
    }

    /// How many words a saved query was called with, its name included.
    fn call(&self) -> usize {
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

/// Where the text of a question is.
#[derive(Debug, Clone, Default, Args)]
pub struct Query {
    /// The question; `-` reads it from stdin
    #[arg(value_name = "SPARQL", allow_hyphen_values = false)]
    pub text: Option<String>,
    /// The same, for those used to it
    #[arg(short, long = "query", value_name = "SPARQL", conflicts_with_all = ["text", "file"])]
    pub query: Option<String>,
    /// Read the question from a file; `-` is stdin
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

/// Options of every verb.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// Which graph is asked.
    #[command(flatten)]
    pub place: GraphOptions,
    /// How much a question may take.
    #[command(flatten)]
    pub limits: Limits,
    /// How answers look and where they go.
    #[command(flatten)]
    pub shape: Shape,
}

/// Which graph is asked.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which graph is asked")]
pub struct GraphOptions {
    /// Ask these RDF files instead; globs and `-` (stdin) too, plain or compressed
    #[arg(short, long, global = true, value_name = "FILE")]
    pub data: Vec<PathBuf>,
    /// Ask, and change, the durable store in this folder
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "data")]
    pub store: Option<PathBuf>,
    /// Of what the default graph is made: itself, or all named graphs too
    #[arg(long, global = true, value_name = "WHICH", default_value = "alone", hide_default_value = true)]
    pub default_graph: DefaultGraph,
}

/// Of what the default graph is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum DefaultGraph {
    /// The default graph alone
    #[default]
    Alone,
    /// The default graph and all named ones together
    Union,
}

/// How much a question may take.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "How much it may take")]
pub struct Limits {
    /// Stop after this time, such as 2s, 500ms or 1m30s
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Stop after so many rows or triples
    #[arg(long, global = true, value_name = "N", value_parser = count)]
    pub max_rows: Option<u64>,
    /// Stop when more memory is used, such as 500MB or 2GiB
    #[arg(long, global = true, value_name = "SIZE", value_parser = size)]
    pub max_memory: Option<usize>,
}

/// How answers look and where they go.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "How the answer looks")]
pub struct Shape {
    /// Format, by name, ending or media type [default: a table on a terminal, TSV in a pipe, Turtle for graphs]
    #[arg(short = 'F', long, global = true, value_name = "NAME")]
    pub format: Option<String>,
    /// Write the answer to a file, whole or not at all; its ending tells the format
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Language of labels and summaries, such as zh or en
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub lang: Option<String>,
    /// Show labels in the place of IRIs
    #[arg(long, global = true)]
    pub labels: bool,
    /// Draw a chart: bar, line, timeline or graph, else the one that the question asks for
    #[arg(long, global = true, value_name = "KIND", num_args = 0..=1, require_equals = true,
          default_missing_value = "")]
    pub chart: Option<String>,
    /// Say why nothing was found, in a pipe too
    #[arg(long, global = true)]
    pub why: bool,
    /// Say nothing on stderr but errors
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Colour [default: auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<When>,
    /// Never page long answers
    #[arg(long, global = true)]
    pub no_pager: bool,
}

/// One dot-command of the REPL.
#[derive(Debug, Parser)]
#[command(name = "", no_binary_name = true, disable_version_flag = true)]
struct DotCommand {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    own: Own,
}

/// The command line: what was asked for, or what to print instead (help, the version).
#[derive(Debug)]
pub enum Parsed {
    /// A command.
    Command(Box<CommandLine>),
    /// A text for stdout.
    Text(String),
    /// The program's name and version; the graph compiled in has one of its own.
    Version(String),
}

/// Parses the words of a command line, the program's name first.
///
/// # Errors
/// A usage error that names the word and the remedy.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Parsed> {
    let calls = |command: &CommandLine| command.verb.as_ref().map_or(0, Verb::call);
    let own = Options::augment_args(clap::Command::new("options"));
    match parse_with(charts(several_files(words)), &own, calls) {
        Ok(command) => Ok(Parsed::Command(Box::new(command))),
        Err(error) if error.kind() == clap::error::ErrorKind::DisplayVersion => {
            Ok(Parsed::Version(error.render().to_string()))
        }
        Err(error) if !error.use_stderr() => Ok(Parsed::Text(error.render().to_string())),
        Err(error) => Err(usage(&error, "baimo")),
    }
}

/// Parses words. Those after the name of a saved query are its own, so that the parser leaves
/// them alone; the options of baimo among them are moved before the name, and all is parsed again.
fn parse_with<P: Parser>(
    words: Vec<OsString>,
    own: &clap::Command,
    calls: impl Fn(&P) -> usize,
) -> std::result::Result<P, clap::Error> {
    let parsed = P::try_parse_from(&words)?;
    let start = words.len() - calls(&parsed);
    let (before, call) = words.split_at(start);
    let Some((name, after)) = call.split_first() else { return Ok(parsed) };
    let (moved, left) = split_off(own, after);
    if moved.is_empty() {
        return Ok(parsed);
    }
    P::try_parse_from(before.iter().chain(&moved).chain([name]).chain(&left))
}

/// The options of `own` among `words`, with their values; and what is left.
fn split_off(own: &clap::Command, words: &[OsString]) -> (Vec<OsString>, Vec<OsString>) {
    let (mut moved, mut left) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            left.push(word.clone());
            left.extend(words.cloned());
            break;
        }
        match own.get_arguments().find_map(|option| follows(option, word)) {
            Some(follows) => {
                moved.push(word.clone());
                moved.extend(follows.then(|| words.next()).flatten().cloned());
            }
            None => left.push(word.clone()),
        }
    }
    (moved, left)
}

/// Whether `word` is this option; if so, whether the next word is its value.
fn follows(option: &clap::Arg, word: &std::ffi::OsStr) -> Option<bool> {
    let word = word.to_str()?;
    let valued = option.get_action().takes_values() && !option.is_require_equals_set();
    if let Some(word) = word.strip_prefix("--") {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        return (option.get_long()? == name).then_some(valued && value.is_none());
    }
    let mut letters = word.strip_prefix('-')?.chars();
    (letters.next()? == option.get_short()?).then_some(valued && letters.as_str().is_empty())
}

/// Lets `--data` take several words, as a shell's `*.ttl` gives them, without swallowing what
/// follows: a further word belongs to it when it ends as an RDF file does, or is a pattern.
fn several_files(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut out: Vec<OsString> = Vec::new();
    let mut after_data = 0;
    for word in words {
        let opens = word == "--data" || word == "-d";
        after_data = match after_data {
            _ if opens => 1,
            1 => 2,
            2 if is_rdf_file(&word) => {
                out.push("--data".into());
                2
            }
            _ => 0,
        };
        out.push(word);
    }
    out
}

fn is_rdf_file(word: &std::ffi::OsStr) -> bool {
    let Some(word) = word.to_str().filter(|word| !word.starts_with('-') && !word.contains(['{', '\n']))
    else {
        return false;
    };
    let plain = [".gz", ".zst", ".bz2"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    let ending = plain.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| crate::sources::rdf::format_named(ending).is_some()) || word.ends_with("/*")
}

/// Lets the kind of a chart follow `--chart` as a word of its own, without swallowing a question or the
/// name of a saved query.
fn charts(words: Vec<OsString>) -> Vec<OsString> {
    let mut out: Vec<OsString> = Vec::new();
    for word in words {
        // `run --chart timeline` runs the saved query of that name.
        let names_query = out.iter().rev().find(|word| !is_option(word)).is_some_and(|word| word == "run");
        let kind = word.to_str().and_then(|word| View::named(word.split_whitespace().next()?));
        match out.last_mut() {
            Some(last) if last == "--chart" && kind.is_some() && !names_query => {
                last.push("=");
                last.push(word);
            }
            _ => out.push(word),
        }
    }
    out
}

fn is_option(word: &std::ffi::OsStr) -> bool {
    word.as_encoded_bytes().starts_with(b"-")
}

/// Options that a command of the prompt takes for itself alone.
#[derive(Debug, Clone, Default, Args)]
pub struct Own {
    /// How much it may take.
    #[command(flatten)]
    pub limits: Limits,
    /// How its answer looks and where it goes.
    #[command(flatten)]
    pub shape: Shape,
}

/// What a line of the prompt asks for.
#[derive(Debug)]
pub enum Typed {
    /// A verb that the command line has too, with the options given to it.
    Verb(Box<Verb>, Own),
    /// A text to show instead: the help of a verb.
    Text(String),
}

/// Parses the line of a dot-command, without or with its dot: `.query -F csv "SELECT ..."`. It takes what
/// the verb takes on the command line.
///
/// # Errors
/// A usage error.
pub fn dot_command(line: &str) -> Result<Typed> {
    let words = split(line.trim().strip_prefix('.').unwrap_or(line.trim()))?;
    let own = Own::augment_args(clap::Command::new("options"));
    let words = charts(words.into_iter().map(OsString::from).collect());
    match parse_with(words, &own, |command: &DotCommand| command.verb.call()) {
        Ok(command) => Ok(Typed::Verb(Box::new(command.verb), command.own)),
        Err(error) if !error.use_stderr() => {
            Ok(Typed::Text(error.render().to_string().replace("baimo ", ".")))
        }
        Err(error) => Err(usage(&error, "")),
    }
}

/// The options among the words of a command that only the prompt has, and its other words.
///
/// # Errors
/// A usage error.
pub fn own_options(line: &str) -> Result<(Own, Vec<String>)> {
    #[derive(Parser)]
    #[command(name = "", no_binary_name = true, disable_help_flag = true)]
    struct Options {
        #[command(flatten)]
        own: Own,
        words: Vec<String>,
    }
    let words = charts(split(line)?.into_iter().map(OsString::from).collect());
    match Options::try_parse_from(words) {
        Ok(options) => Ok((options.own, options.words)),
        Err(error) => Err(usage(&error, "")),
    }
}

/// The whole command, for help pages, man pages and completion.
pub fn command() -> clap::Command {
    CommandLine::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_consistent() {
        command().debug_assert();
        DotCommand::command().debug_assert();
    }

    #[test]
    fn wrong_usage_is_said_in_our_words() {
        let error = |words: &[&str]| parse(words.iter().map(OsString::from)).expect_err("wrong usage");
        assert_eq!(error(&["baimo", "qery"]).hints, ["did you mean query or queries?"]);
        let bare = error(&["baimo", "SELECT * { ?s ?p ?o }"]);
        assert_eq!(bare.hints, ["baimo query 'SELECT * { ?s ?p ?o }'"]);
        let unit = error(&["baimo", "query", "--timeout", "2 parsecs", "ASK {}"]);
        assert!(unit.message.contains("`2 parsecs` is not a time"), "{}", unit.message);
        let unknown = error(&["baimo", "query", "--fromat", "csv"]);
        assert_eq!(unknown.message, "there is no option `--fromat` here");
        assert_eq!(unknown.hints, ["did you mean --format?"]);
        assert!(error(&["baimo", "query", "--color", "red"]).hints[0].to_string().contains("always"));
    }

    #[test]
    fn a_dot_command_is_the_same_verb() {
        let typed = dot_command(".query -F csv --timeout 2s “ASK {}”").unwrap();
        let Typed::Verb(verb, own) = typed else { panic!("{typed:?}") };
        let Verb::Query(query) = *verb else { panic!("{verb:?}") };
        assert_eq!((query.text.as_deref(), own.shape.format.as_deref()), (Some("ASK {}"), Some("csv")));
        assert_eq!(own.limits.timeout, Some(Duration::from_secs(2)));
        let help = dot_command(".describe --help").unwrap();
        assert!(matches!(&help, Typed::Text(text) if text.contains(".describe 百度")), "{help:?}");
    }

    fn run(words: &[&str]) -> (Vec<OsString>, Options) {
        let Ok(Parsed::Command(command)) = parse(words.iter().map(OsString::from)) else {
            panic!("{words:?}")
        };
        let Some(Verb::Run(Run { call: Some(Call::Saved(call)) })) = command.verb else {
            panic!("{words:?}")
        };
        (call, command.options)
    }

    #[test]
    fn options_after_a_saved_question_are_options_still() {
        let (call, options) =
            run(&["baimo", "run", "timeline", "--vendor", "百度", "-F", "csv", "--lang=en", "--help"]);
        assert_eq!(call, ["timeline", "--vendor", "百度", "--help"]);
        assert_eq!(options.shape.format.as_deref(), Some("csv"));
        assert_eq!(options.shape.lang.as_deref(), Some("en"));
        let (call, options) = run(&["baimo", "-Fcsv", "run", "-o", "x", "timeline", "--", "-F", "tsv"]);
        assert_eq!(call, ["timeline", "--", "-F", "tsv"]);
        assert_eq!(options.shape.format.as_deref(), Some("csv"));
    }

    #[test]
    fn a_chart_may_have_a_kind_and_swallows_nothing() {
        let chart = |words: &[&str]| match parse(words.iter().map(OsString::from)) {
            Ok(Parsed::Command(command)) => command.options.shape.chart.unwrap(),
            other => panic!("{other:?}"),
        };
        assert_eq!(chart(&["baimo", "query", "--chart", "bar", "ASK {}"]), "bar");
        assert_eq!(chart(&["baimo", "query", "--chart=bar v n", "ASK {}"]), "bar v n");
        assert_eq!(chart(&["baimo", "query", "--chart", "ASK {}"]), "");
        assert_eq!(chart(&["baimo", "run", "--chart", "timeline"]), "");
        assert_eq!(chart(&["baimo", "run", "timeline", "--chart", "line"]), "line");
        assert_eq!(chart(&["baimo", "run", "timeline", "--chart"]), "");
    }

    #[test]
    fn several_files_may_follow_and_swallow_nothing() {
        let words = ["baimo", "query", "--data", "a.ttl", "b.nt.gz", "ASK { ?s ?p 1.5 }"].map(OsString::from);
        let Ok(Parsed::Command(command)) = parse(words) else { panic!("wrong usage") };
        assert_eq!(command.options.place.data, [PathBuf::from("a.ttl"), "b.nt.gz".into()]);
        let Some(Verb::Query(query)) = command.verb else { panic!("no query") };
        assert_eq!(query.text.as_deref(), Some("ASK { ?s ?p 1.5 }"));
    }
}
