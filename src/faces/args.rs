//! The command line as types: one [`Verb`] enum for the shell and for the REPL's dot-commands.
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
    after_help = "Examples:\n  baimo query 'SELECT ?model { ?model a bm:Model } LIMIT 5'\n\
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
    pub place: Place,
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
pub struct Place {
    /// Ask these RDF files instead; globs and `-` (stdin) too, plain or compressed
    #[arg(short, long, global = true, value_name = "FILE")]
    pub data: Vec<PathBuf>,
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
    match CommandLine::try_parse_from(several_files(words)) {
        Ok(command) => Ok(Parsed::Command(Box::new(command))),
        Err(error) if !error.use_stderr() => Ok(Parsed::Text(error.render().to_string())),
        Err(error) => Err(usage(&error, "baimo")),
    }
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
    match DotCommand::try_parse_from(words) {
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
fn usage(error: &clap::Error, program: &str) -> Error {
    let of = |kind| error.get(kind).map(context).unwrap_or_default();
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
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
            let other = of(ContextKind::PriorArg);
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
    with_suggestions(said, error)
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
        if let Some(near) = error.get(kind).map(context).filter(|near| !near.is_empty()) {
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
        assert_eq!(error(&["baimo", "qery"]).hints, ["did you mean query?"]);
        let bare = error(&["baimo", "SELECT * { ?s ?p ?o }"]);
        assert_eq!(bare.hints, ["baimo query 'SELECT * { ?s ?p ?o }'"]);
        let unit = error(&["baimo", "query", "--timeout", "2 parsecs", "ASK {}"]);
        assert!(unit.message.contains("`2 parsecs` is no time"), "{}", unit.message);
        let unknown = error(&["baimo", "query", "--fromat", "csv"]);
        assert_eq!(unknown.message, "there is no option `--fromat` here");
        assert_eq!(unknown.hints, ["did you mean --format?"]);
        assert!(error(&["baimo", "query", "--color", "red"]).hints[0].contains("always"));
    }

    #[test]
    fn a_dot_command_is_the_same_verb() {
        let (verb, shape) = dot_command(".query -F csv “ASK {}”").unwrap();
        let Verb::Query(query) = verb;
        assert_eq!((query.text.as_deref(), shape.format.as_deref()), (Some("ASK {}"), Some("csv")));
    }
}
