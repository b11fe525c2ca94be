//! The command line as types: one `Verb` enum for the shell and for the REPL's dot-commands.
//!
//! In: words as typed. Out: verbs and options as plain values, or a usage error in our own words.
//! It refuses to know sessions and streams.

use super::report::When;
use crate::error::{Error, Result};
use clap::error::{ContextKind, ContextValue, ErrorKind};
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
    /// Hand over the graph, or a part of it, to other tools
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
    /// Show how a question is answered, step by step, and what in it may not be meant
    #[command(
        after_help = "Examples:\n  baimo explain 'SELECT ?x { ?m a bm:Model . ?v a bm:Vendor } LIMIT 5'\n\n\
                      The question is run. Each step has its time (that of the steps below it included), the rows it\n\
                      gave, and for triple patterns how many triples match; * marks the step that took longest itself."
    )]
    Explain(Query),
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
    /// Draw the chart that the question asks for, in a pipe too
    #[arg(long, global = true)]
    pub chart: bool,
    /// Say why nothing was found, in a pipe too
    #[arg(long, global = true)]
    pub why: bool,
    /// Say nothing on stderr but errors
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    pub color: When,
    /// Never page long answers
    #[arg(long, global = true)]
    pub no_pager: bool,
}

/// One dot-command of the REPL.
#[derive(Debug, Parser)]
#[command(name = "", no_binary_name = true, disable_version_flag = true, help_template = "{all-args}")]
struct DotCommand {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    shape: Shape,
}

/// The command line: what was asked for, or what to print instead (help, the version).
#[derive(Debug)]
pub enum Parsed {
    /// A command.
    Command(Box<CommandLine>),
    /// A text for stdout.
    Text(String),
}

/// Parses the words of a command line, the program's name first.
///
/// # Errors
/// A usage error that names the word and the way out.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Parsed> {
    let calls = |command: &CommandLine| command.verb.as_ref().map_or(0, Verb::call);
    let own = Options::augment_args(clap::Command::new("options"));
    match parse_with(several_files(words), &own, calls) {
        Ok(command) => Ok(Parsed::Command(Box::new(command))),
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
    let valued = option.get_action().takes_values();
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

/// Parses the line of a dot-command, without or with its dot: `.query -F csv "SELECT ..."`.
///
/// # Errors
/// A usage error; for `--help`, an error whose message is the help.
pub fn dot_command(line: &str) -> Result<(Verb, Shape)> {
    let words = split(line.trim().strip_prefix('.').unwrap_or(line.trim()))?;
    let own = Shape::augment_args(clap::Command::new("options"));
    let words = words.into_iter().map(OsString::from).collect();
    match parse_with(words, &own, |command: &DotCommand| command.verb.call()) {
        Ok(command) => Ok((command.verb, command.shape)),
        Err(error) if !error.use_stderr() => Err(Error::usage(error.render().to_string())),
        Err(error) => Err(usage(&error, "")),
    }
}

/// Splits a line into words as a shell does: quotes group, a backslash takes the next character
/// as it is. Chinese quotes group too, since an input method types them.
///
/// # Errors
/// Where a quote is not closed.
pub fn split(line: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (Some('"') | None, '\\') => word.get_or_insert_default().extend(chars.next()),
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => {
                let word = word.get_or_insert_default();
                quote = closing(c);
                if quote.is_none() {
                    word.push(c);
                }
            }
        }
    }
    if let Some(end) = quote {
        return Err(Error::usage(format!("the quotation is not closed: a {end} is missing")));
    }
    words.extend(word);
    Ok(words)
}

/// The quote that closes one that opens.
fn closing(open: char) -> Option<char> {
    match open {
        '"' | '\'' => Some(open),
        '“' | '”' => Some('”'),
        '‘' | '’' => Some('’'),
        '「' => Some('」'),
        '『' => Some('』'),
        _ => None,
    }
}

/// A usage error in our own words. `program` is what examples start with.
pub(super) fn usage(error: &clap::Error, program: &str) -> Error {
    let of = |kind| error.get(kind).map(context).unwrap_or_default();
    let (argument, value) = (bare(&of(ContextKind::InvalidArg)), of(ContextKind::InvalidValue));
    let said = match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            Error::usage(format!("there is no option `{argument}` here"))
        }
        ErrorKind::UnknownArgument => Error::usage(format!("`{argument}` is one word too many"))
            .hint("put the whole question into one pair of quotes"),
        ErrorKind::InvalidSubcommand => no_verb(&of(ContextKind::InvalidSubcommand), program),
        ErrorKind::InvalidValue if value.is_empty() => Error::usage(format!("{argument} needs a value")),
        ErrorKind::InvalidValue => Error::usage(format!("`{value}` is no value of {argument}")),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            Error::usage(format!("{argument}: {why}"))
        }
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            Error::usage(format!("{argument} needs a value"))
        }
        ErrorKind::ArgumentConflict => {
            let other = bare(&of(ContextKind::PriorArg));
            if other == argument || other.is_empty() {
                Error::usage(format!("{argument} is given twice"))
            } else {
                Error::usage(format!("{argument} and {other} exclude each other")).hint("give one of them")
            }
        }
        ErrorKind::MissingRequiredArgument => Error::usage(format!("{argument} is missing")),
        ErrorKind::MissingSubcommand => Error::usage("what to do is missing"),
        ErrorKind::InvalidUtf8 => Error::usage("an argument is no UTF-8 text"),
        _ => Error::usage(
            error.render().to_string().trim_start_matches("error: ").lines().next().unwrap_or_default(),
        ),
    };
    with_usage(with_suggestions(said, error), error)
}

/// The name of an argument without its value: `--format <NAME>` is `--format`, `<THING>...` is THING.
fn bare(argument: &str) -> String {
    let words = argument.split(", ").map(|argument| {
        let word = argument.split([' ', '=']).next().unwrap_or_default();
        word.trim_end_matches("...").trim_start_matches(['<', '[']).trim_end_matches(['>', ']']).to_owned()
    });
    words.collect::<Vec<_>>().join(", ")
}

/// How the verb is called, where something of it is missing.
fn with_usage(said: Error, error: &clap::Error) -> Error {
    let missing = matches!(
        error.kind(),
        ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand | ErrorKind::UnknownArgument
    );
    let usage = error.get(ContextKind::Usage).map(context).unwrap_or_default();
    match usage.trim().strip_prefix("Usage:").map(str::trim).filter(|_| missing && said.hints.is_empty()) {
        Some(usage) => {
            let verb =
                usage.split([' ']).take_while(|word| !word.starts_with(['[', '<', '-'])).collect::<Vec<_>>();
            said.hint(format!("usage: {}", usage.replace(" [OPTIONS]", "")))
                .hint(format!("`{} --help` says more, with examples", verb.join(" ")))
        }
        None => said,
    }
}

fn no_verb(word: &str, program: &str) -> Error {
    let error = Error::usage(format!("there is no verb `{word}`"));
    let upper = word.trim_start().to_ascii_uppercase();
    if ["SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE"]
        .iter()
        .any(|start| upper.starts_with(start))
    {
        return Error::usage("a question needs a verb before it").hint(format!("{program} query '{word}'"));
    }
    error
}

fn with_suggestions(mut said: Error, error: &clap::Error) -> Error {
    for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue] {
        let near = match error.get(kind) {
            // The likeliest comes last.
            Some(ContextValue::Strings(texts)) => {
                texts.iter().rev().take(3).cloned().collect::<Vec<_>>().join(" or ")
            }
            other => other.map(context).unwrap_or_default(),
        };
        if !near.is_empty() {
            said = said.hint(format!("did you mean {near}?"));
        }
    }
    if let Some(values) = error.get(ContextKind::ValidValue).map(context).filter(|values| !values.is_empty())
    {
        said = said.hint(format!("it takes {values}"));
    }
    said
}

fn context(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A time with its unit: `2s`, `500ms`, `1m30s`, `1.5h`; a bare number is seconds.
pub fn duration(text: &str) -> std::result::Result<Duration, String> {
    let wrong = || format!("`{text}` is no time; write it as 2s, 500ms or 1m30s");
    let mut seconds = 0.0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let (number, after) = number(rest).ok_or_else(wrong)?;
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        seconds += number
            * match unit.trim() {
                "ms" | "毫秒" => 0.001,
                "" | "s" | "sec" | "秒" => 1.0,
                "m" | "min" | "分" | "分钟" => 60.0,
                "h" | "小时" => 3600.0,
                _ => return Err(wrong()),
            };
        rest = next;
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// A size with its unit: `500MB`, `2GiB`, `64k`; a bare number is bytes.
fn size(text: &str) -> std::result::Result<usize, String> {
    let wrong = || format!("`{text}` is no size; write it as 500MB or 2GiB");
    let (number, unit) = number(text.trim()).ok_or_else(wrong)?;
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        "tib" => 1_099_511_627_776.0,
        _ => return Err(wrong()),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and a cast saturates"
    )]
    Ok((number * factor) as usize)
}

/// A whole number; `1k`, `1m` and digits grouped by `_` or `,` are understood.
fn count(text: &str) -> std::result::Result<u64, String> {
    let wrong = || format!("`{text}` is no whole number");
    let plain = text.trim().replace(['_', ','], "").to_ascii_lowercase();
    let (digits, factor) = match plain.strip_suffix('k') {
        Some(digits) => (digits, 1000),
        None => (plain.strip_suffix('m').unwrap_or(&plain), if plain.ends_with('m') { 1_000_000 } else { 1 }),
    };
    digits.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)).ok_or_else(wrong)
}

/// A whole number of things that there are few of.
fn small(text: &str) -> std::result::Result<usize, String> {
    text.trim().parse().map_err(|_| format!("`{text}` is no whole number"))
}

/// The number that a text starts with, and the rest.
fn number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
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
    fn times_and_sizes_have_units() {
        assert_eq!(duration("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2秒"), Ok(Duration::from_secs(2)));
        assert_eq!(size("500MB"), Ok(500_000_000));
        assert_eq!(size("2GiB"), Ok(2 << 30));
        assert_eq!(count("10_000"), Ok(10_000));
        assert_eq!(count("1k"), Ok(1000));
        for wrong in ["", "s", "-1s", "2x", "1.2.3s", "2 parsecs"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "MB", "-1", "2QB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert!(count("1.5").is_err());
    }

    #[test]
    fn a_line_is_split_as_a_shell_would() {
        let split = |line| split(line).unwrap();
        assert_eq!(split(r#"run timeline --vendor "百 度""#), ["run", "timeline", "--vendor", "百 度"]);
        assert_eq!(split("a “b c” ‘d e’ f\\ g ''"), ["a", "b c", "d e", "f g", ""]);
        assert_eq!(split("'SELECT * { ?s ?p \"x\\n\" }'"), ["SELECT * { ?s ?p \"x\\n\" }"]);
        assert!(super::split("a 'b").is_err());
    }

    #[test]
    fn wrong_usage_is_said_in_our_words() {
        let error = |words: &[&str]| parse(words.iter().map(OsString::from)).expect_err("wrong usage");
        assert_eq!(error(&["baimo", "qery"]).hints, ["did you mean query or queries?"]);
        let bare = error(&["baimo", "SELECT * { ?s ?p ?o }"]);
        assert_eq!(bare.hints, ["baimo query 'SELECT * { ?s ?p ?o }'"]);
        let unit = error(&["baimo", "query", "--timeout", "2 parsecs", "ASK {}"]);
        assert!(unit.message.contains("`2 parsecs` is no time"), "{}", unit.message);
        let unknown = error(&["baimo", "query", "--fromat", "csv"]);
        assert_eq!(unknown.message, "there is no option `--fromat` here");
        assert_eq!(unknown.hints, ["did you mean --format?"]);
        assert!(error(&["baimo", "query", "--color", "red"]).hints[0].to_string().contains("always"));
    }

    #[test]
    fn a_dot_command_is_the_same_verb() {
        let (verb, shape) = dot_command(".query -F csv “ASK {}”").unwrap();
        let Verb::Query(query) = verb else { panic!("{verb:?}") };
        assert_eq!((query.text.as_deref(), shape.format.as_deref()), (Some("ASK {}"), Some("csv")));
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
    fn several_files_may_follow_and_swallow_nothing() {
        let words = ["baimo", "query", "--data", "a.ttl", "b.nt.gz", "ASK { ?s ?p 1.5 }"].map(OsString::from);
        let Ok(Parsed::Command(command)) = parse(words) else { panic!("wrong usage") };
        assert_eq!(command.options.place.data, [PathBuf::from("a.ttl"), "b.nt.gz".into()]);
        let Some(Verb::Query(query)) = command.verb else { panic!("no query") };
        assert_eq!(query.text.as_deref(), Some("ASK { ?s ?p 1.5 }"));
    }
}
