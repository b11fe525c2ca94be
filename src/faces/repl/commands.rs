//! The dot-commands of the prompt: their names, their help, and how a line becomes one.
//!
//! In: a line that begins with `.` or `\`. Out: a command's name and the rest of the line. Verbs that the
//! command line has too come from its own definition. What a command does stands elsewhere.

use crate::error::{Error, Result};
use crate::faces::args;
use crate::faces::terminal::tongue::Tongue;
use crate::show::text;
use std::fmt::Write as _;

/// A command of the prompt alone.
pub struct Command {
    /// Its name, without the dot.
    pub name: &'static str,
    /// What may follow.
    pub usage: &'static str,
    /// Under which heading it is listed.
    pub group: Group,
    /// What it does, in one line.
    pub summary: &'static str,
    /// What else there is to know.
    pub details: &'static str,
    /// Fixed words that it takes.
    pub words: &'static [&'static str],
}

/// A heading of the list of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// About the last answer.
    Answer,
    /// How answers look.
    Looks,
    /// Where answers go and texts come from.
    Files,
    /// The session.
    Session,
}

const GROUPS: &[(Group, &str)] = &[
    (Group::Answer, "The last query and its answer"),
    (Group::Looks, "How answers look"),
    (Group::Files, "Files"),
    (Group::Session, "The session"),
];

const ON_OFF: &[&str] = &["on", "off"];
const fn is(
    name: &'static str,
    usage: &'static str,
    group: Group,
    summary: &'static str,
    words: &'static [&'static str],
    details: &'static str,
) -> Command {
    Command { name, usage, group, summary, details, words }
}

/// The commands, in the order in which they are listed.
pub const COMMANDS: &[Command] = &[
    is(
        "run",
        "NAME [VALUE]...",
        Group::Answer,
        "Run a saved query",
        &[],
        "`.queries` lists them, `.run NAME --help` says what one takes.\n`.run timeline 百度`, `.run timeline --vendor 百度`, `.run timeline vendor=百度` give a parameter.\n`-F csv`, `-o FILE`, `--chart bar`, `--labels`, `--timeout 2s` are for this answer alone.",
    ),
    is(
        "last",
        "[-F FORMAT] [-o FILE]",
        Group::Answer,
        "Show the whole last answer again",
        &[],
        "Goes through the pager where it is longer than the window, and to a file after `.once FILE`.",
    ),
    is(
        "why",
        "N | empty",
        Group::Answer,
        "Where row N comes from; or why nothing was found",
        &["empty"],
        "`.why 3` lists the triples behind row 3 of the last answer, each with its source.\n`.why empty` says what part of the last query finds nothing.",
    ),
    is(
        "chart",
        "[KIND] [COLUMNS] [-o FILE]",
        Group::Answer,
        "Draw the last answer: bar, line, timeline, graph",
        &["bar", "line", "timeline", "graph"],
        "Without a kind one is chosen by the columns. A CONSTRUCT is drawn as a tree.",
    ),
    is(
        "again",
        "[FILE]",
        Group::Answer,
        "Ask the last query again",
        &[],
        "`\\g` is the same; `\\g FILE` writes the answer to a file.",
    ),
    is(
        "watch",
        "[SECONDS]",
        Group::Answer,
        "Ask the last query again and again, until Ctrl-C",
        &[],
        "Every 2 seconds unless you say otherwise.",
    ),
    is(
        "edit",
        "",
        Group::Answer,
        "Open the last query in $EDITOR",
        &[],
        "What you save comes back to the prompt; Enter runs it. `\\e` is the same.",
    ),
    is(
        "save",
        "NAME [SUMMARY]",
        Group::Answer,
        "Keep the last query under a name",
        &[],
        "It is written with a header to your own saved queries. An old one is never replaced unless you say `.save --replace NAME`.",
    ),
    is(
        "mode",
        "[FORMAT]",
        Group::Looks,
        "The format of answers: table, line, csv, json, ...",
        &[],
        "`auto` is a table for rows and Turtle for graphs.",
    ),
    is(
        "labels",
        "zh | en | on | off",
        Group::Looks,
        "Show labels instead of IRIs",
        &["zh", "en", "on", "off"],
        "Any language tag will do.",
    ),
    is(
        "maxrows",
        "[N]",
        Group::Looks,
        "How many rows a table shows; 0 is all",
        &[],
        "`.last` shows the rows left out.",
    ),
    is("maxwidth", "[N]", Group::Looks, "How wide a table may be; 0 is as wide as the window", &[], ""),
    is("pager", "on | off", Group::Looks, "Whether long texts go through $PAGER", ON_OFF, ""),
    is(
        "timer",
        "on | off",
        Group::Looks,
        "Whether the line under an answer says the time it took",
        ON_OFF,
        "",
    ),
    is(
        "once",
        "FILE, | COMMAND",
        Group::Files,
        "Write the next answer to a file",
        &[],
        "Where .mode is auto the ending tells the format: .csv .tsv .json .xml .md .html .svg .ttl .nt ... `.chart` and `.last` count as answers.\n`.once | sort` pipes it to a shell command.",
    ),
    is(
        "output",
        "[FILE, | COMMAND]",
        Group::Files,
        "Write every answer to this file; without one, to the screen again",
        &[],
        "The first answer replaces what is there, the others are added to it; a file of json, xml, svg, rdfxml, jsonld, graphml or dot is one document and takes one answer. A wrong query changes nothing.",
    ),
    is(
        "read",
        "[--keep-going] FILE",
        Group::Files,
        "Run the statements and commands in a file",
        &[],
        "It stops at the first error, or with --keep-going shows it and goes on. What is read does not fill the history.",
    ),
    is("shell", "COMMAND", Group::Files, "Run a shell command; !COMMAND is the same", &[], ""),
    is(
        "open",
        "[PATH]",
        Group::Session,
        "Open another graph: a folder, a store or a file; without one, the graph built in",
        &[],
        "",
    ),
    is(
        "prefix",
        "[NAME: IRI]",
        Group::Session,
        "List the prefixes in scope, or add one",
        &[],
        "Prefixes in scope need no declaration in a query.",
    ),
    is(
        "timeout",
        "[TIME | off]",
        Group::Session,
        "Stop queries after this time, such as 2s or 500ms",
        &["off"],
        "",
    ),
    is(
        "history",
        "[N]",
        Group::Session,
        "List the last N statements",
        &[],
        "Up recalls them, Ctrl-R searches them.",
    ),
    is(
        "begin",
        "",
        Group::Session,
        "Begin a transaction: what is changed from now on is kept together",
        &[],
        "`.commit` keeps it, `.rollback` drops it. Until then nobody else can change the store.",
    ),
    is("commit", "", Group::Session, "Keep what was changed since .begin", &[], ""),
    is("rollback", "", Group::Session, "Drop what was changed since .begin", &[], ""),
    is("show", "", Group::Session, "Show the settings", &[], ""),
    is("echo", "TEXT", Group::Session, "Print a text", &[], ""),
    is(
        "help",
        "[NAME]",
        Group::Session,
        "This list, or what there is to know about one command",
        &["_", "keys"],
        "`.help _` explains the last answer as part of the next query; `.help keys` the keys.",
    ),
    is("quit", "", Group::Session, "Leave; so do .exit and Ctrl-D on an empty line", &[], ""),
    is("exit", "", Group::Session, "Leave", &[], ""),
];

/// What those used to `psql` and `sqlite3` type, and what it is here.
const ALIASES: &[(&str, &str)] = &[
    ("\\q", "quit"),
    ("\\?", "help"),
    ("\\h", "help"),
    ("\\e", "edit"),
    ("\\x", "mode line"),
    ("\\g", "again"),
    ("\\watch", "watch"),
    ("\\d", "schema"),
    ("\\dt", "schema"),
    ("\\i", "read"),
    ("\\o", "output"),
    ("\\timing", "timer"),
    ("\\s", "history"),
    (".?", "help"),
    (".tables", "schema"),
    (".import", "open"),
    (".databases", "stats"),
    (".dump", "export"),
    (".vacuum", "compact"),
];

const ABOUT_LAST: &str = "`_` is the last answer.\n\n  \
    VALUES _          inside { }: the rows of the last SELECT, by column name\n  \
    FROM _            asks the triples of the last CONSTRUCT or DESCRIBE\n  \
    GRAPH _ { ... }   the same, beside the graph that is open\n\n\
    For example:\n\n  \
    SELECT ?v { ?v a bm:Vendor } LIMIT 3\n  \
    SELECT ?v ?name { VALUES _ ?v rdfs:label ?name }\n\n\
    Cells that hold blank nodes have no name to carry over: they count as empty.";

const KEYS: &str = "  Enter             runs a statement that is whole; else a new line\n  \
    Alt-Enter Ctrl-J  a new line in any case\n  \
    Tab               completes: names of the graph by label in any language, keywords, files\n  \
    Right Ctrl-E      takes the grey text behind the cursor\n  \
    Up Down           older and newer statements; within one, its lines\n  \
    Ctrl-R            searches the history\n  \
    Ctrl-C            clears what is typed; stops what runs (twice: leaves)\n  \
    Ctrl-D            leaves, where nothing is typed\n  \
    Ctrl-L            clears the screen\n\n\
    A statement of several lines ends with an empty line or with `;`.";

/// Verbs that are of no use at the prompt.
const SHELL_ONLY: &[&str] = &["help", "completions", "man", "init"];

/// The names of the verbs that the command line has too, with their summaries.
fn verbs() -> Vec<(String, String)> {
    let command = args::command();
    let verbs = command
        .get_subcommands()
        .filter(|verb| !SHELL_ONLY.contains(&verb.get_name()) && !verb.is_hide_set());
    verbs
        .map(|verb| {
            (verb.get_name().to_owned(), verb.get_about().map(ToString::to_string).unwrap_or_default())
        })
        .collect()
}

/// All commands and verbs: name without dot, and summary.
pub fn all() -> Vec<(String, String)> {
    let own = COMMANDS.iter().map(|command| (command.name.to_owned(), command.summary.to_owned()));
    let verbs = verbs().into_iter().filter(|(name, _)| own_command(name).is_none());
    own.chain(verbs).collect()
}

/// The command of the prompt alone that is called so.
pub fn own_command(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}

/// Whether a word, without a dot, is the whole name of a command.
pub fn exists_whole(word: &str) -> bool {
    own_command(word).is_some() || verbs().iter().any(|(name, _)| name == word)
}

/// Whether a command, by its whole name without a dot, takes words after it.
pub fn takes_words(word: &str) -> bool {
    own_command(word).is_none_or(|command| !command.usage.is_empty())
}

/// Whether a name, with its dot or backslash, is a command.
pub fn exists(name: &str) -> bool {
    resolve(name).is_ok()
}

/// What may follow the command that `line` consists of so far, to be shown behind the cursor.
pub fn usage_after(line: &str) -> Option<String> {
    let name = line.strip_prefix('.')?.strip_suffix(' ')?;
    own_command(name).map(|command| command.usage.to_owned()).filter(|usage| !usage.is_empty())
}

/// The name and the rest of a command line, aliases and abbreviations resolved.
///
/// # Errors
/// Where there is no such command, or several begin so.
pub fn parse(line: &str) -> Result<(String, String)> {
    let line = line.trim();
    let end = line.find(char::is_whitespace).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let resolved = resolve(name)?;
    let (name, fixed) = resolved.split_once(' ').unwrap_or((&resolved, ""));
    let rest = format!("{fixed} {}", rest.trim());
    Ok((name.to_owned(), rest.trim().trim_end_matches(';').trim_end().to_owned()))
}

fn resolve(name: &str) -> Result<String> {
    if let Some((_, meant)) = ALIASES.iter().find(|(alias, _)| *alias == name) {
        return Ok((*meant).to_owned());
    }
    let bare = name.trim_start_matches(['.', '\\']).to_lowercase();
    let names: Vec<String> = all().into_iter().map(|(name, _)| name).collect();
    if names.contains(&bare) {
        return Ok(bare);
    }
    let begins: Vec<&String> =
        names.iter().filter(|name| !bare.is_empty() && name.starts_with(&bare)).collect();
    match begins.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(unknown(name, &bare, &names)),
        many => {
            let many: Vec<_> = many.iter().map(|name| format!(".{name}")).collect();
            Err(Error::usage(format!("`{name}` could be several commands")).hint(many.join("  ")))
        }
    }
}

fn unknown(name: &str, bare: &str, names: &[String]) -> Error {
    let error = Error::usage(format!("there is no command `{name}`"));
    if matches!(bare, "headers" | "header") {
        return error
            .hint("columns always have their names; .mode csv, .mode line and so on say how answers look");
    }
    let nearest = names.iter().min_by_key(|known| strsim::damerau_levenshtein(known, bare));
    match nearest.filter(|known| strsim::damerau_levenshtein(known, bare) <= 2.max(bare.len() / 3)) {
        Some(known) => error.hint(format!("did you mean .{known}?")),
        None => error.hint(".help lists the commands"),
    }
}

/// The list of commands, by groups, in `width` columns.
pub fn help(width: usize, tongue: Tongue) -> String {
    let said = |english: &str| tongue.say(english).into_owned();
    let mut out = text::wrap(&said(INTRO), width).join("\n") + "\n";
    let verbs = verbs();
    section(&mut out, &said(VERBS), width, |lines| {
        for (name, english) in &verbs {
            if own_command(name).is_none() {
                lines.push((format!(".{name}"), said(english)));
            }
        }
    });
    for (group, title) in GROUPS {
        section(&mut out, &said(title), width, |lines| {
            for command in COMMANDS.iter().filter(|command| command.group == *group) {
                let name = format!(".{} {}", command.name, tongue.usage(command.usage));
                lines.push((name, said(command.summary)));
            }
            if *group == Group::Answer {
                lines.push(("VALUES _   FROM _".to_owned(), said(LAST)));
            }
        });
    }
    out.push_str(&format!("\n{}\n", text::wrap(&said(OUTRO), width).join("\n")));
    out
}

const INTRO: &str = "Type a query in SPARQL; no PREFIX is needed. Tab completes; .help keys lists the keys.";
const VERBS: &str = "Asking and exporting, as on the command line";
const LAST: &str = "The last answer as part of the next query; .help _ says more";
const OUTRO: &str = "A name may be cut short: .hel, .maxr. .help NAME says more.";

fn section(out: &mut String, title: &str, width: usize, fill: impl FnOnce(&mut Vec<(String, String)>)) {
    let mut lines = Vec::new();
    fill(&mut lines);
    let _ = writeln!(out, "\n{title}");
    let beside = if width < 60 { 0 } else { 28 };
    for (name, summary) in lines {
        let mut summary = text::wrap(&summary, width.saturating_sub(beside.max(6))).into_iter();
        if beside == 0 || text::width(&name) + 3 > beside {
            let _ = writeln!(out, "  {}", name.trim_end());
        } else {
            let name = text::fit(&name, 25, text::Side::Left);
            let _ = writeln!(out, "  {name} {}", summary.next().unwrap_or_default());
        }
        for line in summary {
            let _ = writeln!(out, "{}{line}", " ".repeat(beside.max(6)));
        }
    }
}

/// A page within `width` columns: what stands beside a name, after a gap, stays beside it where there is room. A query is
/// not broken, so that it can be copied.
fn in_columns(page: &str, width: usize) -> String {
    let mut out = Vec::new();
    for line in page.lines() {
        let bare = line.trim_start();
        let named = bare.split_once("  ").filter(|_| bare.len() < line.len());
        match named {
            _ if text::width(line) <= width => out.push(line.to_owned()),
            None if bare.len() < line.len() => out.push(line.to_owned()),
            None => out.extend(text::wrap(line, width)),
            Some((name, told)) => {
                let told = told.trim_start();
                let beside = text::width(line.strip_suffix(told).unwrap_or_default());
                let is_roomy = beside + 20 <= width;
                let indent = if is_roomy { beside } else { 6 };
                let mut first = format!("  {name}");
                let mut told = text::wrap(told, width.saturating_sub(indent).max(1)).into_iter();
                if is_roomy {
                    first = text::fit(&first, beside, text::Side::Left) + &told.next().unwrap_or_default();
                }
                out.push(first);
                out.extend(told.map(|line| " ".repeat(indent) + &line));
            }
        }
    }
    out.join("\n")
}

/// What there is to know about one command.
///
/// # Errors
/// Where there is none of that name.
pub fn help_about(name: &str, width: usize, tongue: Tongue) -> Result<String> {
    match name {
        "_" => return Ok(in_columns(&tongue.say(ABOUT_LAST), width)),
        "keys" => return Ok(in_columns(&tongue.say(KEYS), width)),
        _ => {}
    }
    let dotted = if name.starts_with(['.', '\\']) { name.to_owned() } else { format!(".{name}") };
    let (name, _) = parse(&dotted)?;
    if let Some(command) = own_command(&name) {
        let said = |english: &str| tongue.say(english).into_owned();
        let details = said(command.details);
        let details: Vec<String> = details.lines().flat_map(|line| text::wrap(line, width)).collect();
        let head = format!(".{} {}", command.name, tongue.usage(command.usage));
        let text = format!("{}\n  {}\n{}", head.trim_end(), said(command.summary), details.join("\n"));
        return Ok(text.trim_end().to_owned());
    }
    args::help_of_verb(&name, tongue, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_cut_short_where_only_one_begins_so() {
        assert_eq!(
            parse(".q").err().map(|error| error.message.clone()),
            Some("`.q` could be several commands".into())
        );
        assert_eq!(parse(".qui").unwrap().0, "quit");
        assert_eq!(parse(".maxr 5").unwrap(), ("maxrows".into(), "5".into()));
    }

    #[test]
    fn the_nearest_name_is_offered() {
        let error = parse(".mdoe csv").unwrap_err();
        assert_eq!(error.hints, ["did you mean .mode?"]);
    }

    #[test]
    fn hands_used_to_psql_are_understood() {
        assert_eq!(parse("\\x").unwrap(), ("mode".into(), "line".into()));
        assert_eq!(parse("\\q").unwrap().0, "quit");
        assert_eq!(parse("\\watch 5").unwrap(), ("watch".into(), "5".into()));
    }

    #[test]
    fn every_command_has_help_in_chinese_too() {
        let english = help(80, Tongue::English);
        let chinese = help(80, Tongue::Chinese);
        for (name, summary) in all() {
            assert!(english.contains(&format!(".{name}")) && chinese.contains(&format!(".{name}")), "{name}");
            assert_ne!(Tongue::Chinese.say(&summary), summary, "{name} has no Chinese summary");
        }
        for said in [INTRO, VERBS, LAST, OUTRO].into_iter().chain(GROUPS.iter().map(|(_, title)| *title)) {
            assert_ne!(Tongue::Chinese.say(said), said);
        }
        let narrow = help(40, Tongue::Chinese);
        assert!(narrow.lines().all(|line| text::width(line) <= 40), "{narrow}");
        for (name, width, tongue) in
            [("keys", 80, Tongue::English), ("keys", 40, Tongue::Chinese), ("keys", 30, Tongue::English)]
        {
            let page = help_about(name, width, tongue).unwrap();
            assert!(page.lines().all(|line| text::width(line) <= width), "{page}");
        }
        let keys = help_about("keys", 80, Tongue::English).unwrap();
        assert!(keys.contains("any language,\n                    keywords, files\n"), "{keys}");
        assert!(
            help_about("_", 40, Tongue::English)
                .unwrap()
                .contains("  SELECT ?v ?name { VALUES _ ?v rdfs:label ?name }\n")
        );
    }

    #[test]
    fn every_command_has_help() {
        for (name, summary) in all() {
            assert!(!summary.is_empty(), "{name}");
            for tongue in [Tongue::English, Tongue::Chinese] {
                let page = help_about(&name, 80, tongue).unwrap();
                assert!(page.contains(&format!(".{name}")), "{name}: {page}");
            }
        }
    }
}
