//! The command line as types: one `Verb` enum for the shell and for the REPL's dot-commands.
//!
//! In: words as typed. Out: verbs and options as plain values, or a usage error in our own words. Nothing
//! is opened or run here.

// Pages of help, in the language of the session.
mod help;
// Options of every verb.
mod options;
// Words put into the order that the parser reads.
mod order;
// Errors of the parser in our own words.
mod usage;
// Times, sizes and counts.
mod values;
// What baimo can do.
mod verbs;
// A line as words.
mod words;

pub use help::spoken;
pub use options::{DefaultGraph, GraphOptions, Limits, Options, Shape, Sync};
pub use usage::{usage, with_nearest};
pub use values::duration;
pub use verbs::*;
pub use words::{call, quoted, split};

use crate::error::Result;
use crate::faces::terminal::hints::Face;
use crate::faces::terminal::tongue::Tongue;
use clap::{Args, CommandFactory as _, Parser};
use order::{charts, help_in_a_language, parse_with, several_files};
use std::ffi::OsString;

/// The command line of `baimo`.
#[derive(Debug, Parser)]
#[command(
    name = "baimo",
    version,
    about = "Ask, run, export and check a knowledge graph",
    long_about = "baimo (百模) answers SPARQL queries about a knowledge graph.\n\nWithout a verb it opens a \
                  prompt. The graph asked is that of the folder you are in, where there is a baimo.toml; \
                  else the one compiled in; or what --data or --store name.",
    after_help = "Examples:\n  baimo query 'SELECT ?model { ?model a bm:Model } LIMIT 5'\n  baimo queries\n  \
                  baimo run timeline --vendor 百度\n  baimo export -o graph.ttl\n\
                  \nExit codes: 0 done, 1 wrong query or data, 2 wrong usage, 3 store or connection, \
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
    /// A page of help for stdout.
    Help(String),
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
    match parse_with(charts(help_in_a_language(several_files(words))?), &own, calls) {
        Ok(command) => Ok(Parsed::Command(Box::new(command))),
        Err(error) if error.kind() == clap::error::ErrorKind::DisplayVersion => {
            Ok(Parsed::Version(error.render().to_string()))
        }
        Err(error) if !error.use_stderr() => Ok(Parsed::Help(error.render().to_string())),
        Err(error) => Err(usage(&error, "baimo")),
    }
}

/// A page of help of the command line in this language, in a window of `columns`.
pub fn help(page: &str, tongue: Tongue, columns: usize) -> String {
    spoken(page, command(), tongue, columns)
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
    /// The help of a verb, to show instead.
    Help(String),
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
        Err(error) if !error.use_stderr() => Ok(Typed::Help(error.render().to_string())),
        Err(error) => Err(usage(&error, "")),
    }
}

/// A page of help of a dot-command in this language, in a window of `columns`.
pub fn help_at_the_prompt(page: &str, tongue: Tongue, columns: usize) -> String {
    let dotted = |line: &str| match line.strip_prefix("Usage: ") {
        Some(usage) if !usage.starts_with("baimo ") => format!("Usage: .{usage}\n"),
        _ => format!("{line}\n"),
    };
    let page: String = page.lines().map(dotted).collect();
    Face::Prompt.commands(&spoken(&page, DotCommand::command(), tongue, columns))
}

/// The help of a verb at the prompt in this language, in a window of `columns`.
///
/// # Errors
/// As [`dot_command`].
pub fn help_of_verb(name: &str, tongue: Tongue, columns: usize) -> Result<String> {
    match dot_command(&format!("{name} --help"))? {
        Typed::Help(page) => Ok(help_at_the_prompt(&page, tongue, columns)),
        Typed::Verb(..) => Ok(String::new()),
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

/// Whether a word is a verb of the command line.
pub fn is_verb(word: &str) -> bool {
    <Verb as clap::Subcommand>::has_subcommand(word)
}

/// The whole command, for help pages, man pages and completion.
pub fn command() -> clap::Command {
    CommandLine::command()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use std::time::Duration;

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
        let Typed::Help(page) = help else { panic!("{help:?}") };
        for tongue in [Tongue::English, Tongue::Chinese] {
            let page = help_at_the_prompt(&page, tongue, 80);
            assert!(page.contains(".describe 百度"), "{page}");
        }
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
    fn options_after_a_saved_query_are_options_still() {
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
        // What no chart is called is told as such, and not as a query too many.
        assert_eq!(chart(&["baimo", "query", "--chart", "WRONG", "ASK {}"]), "WRONG");
        assert_eq!(chart(&["baimo", "run", "timeline", "--chart", "brachart"]), "brachart");
        assert_eq!(chart(&["baimo", "run", "timeline", "--chart", "Baidu"]), "");
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
