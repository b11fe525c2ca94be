//! What a shell can know of the command line: completions and the manual, made of the clap types.
//!
//! In: the command, and the graph of the folder for values. Out: scripts, candidates, a manual page.

use super::terminal::tongue::Tongue;
use super::terminal::{formats, locale, shown_in};
use super::{args, params};
use crate::advise::complete::Named;
use crate::catalog::Param;
use crate::embedded;
use crate::error::{Error, Result};
use crate::explore::names::fold;
use crate::session::{Session, Source};
use clap::Command;
use clap::builder::StyledStr;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};
use std::ffi::{OsStr, OsString};

/// The variable by which a shell asks for completions.
const VARIABLE: &str = "BAIMO_COMPLETE";

/// How many values are offered at most.
const MANY: usize = 100;

/// Answers a shell that asks for completions. False where none does.
///
/// # Errors
/// Where the shell is not known.
pub fn complete(words: &[OsString]) -> Result<bool> {
    if std::env::var_os(VARIABLE).is_none() {
        return Ok(false);
    }
    let folder = std::env::current_dir().ok();
    let in_bash = std::env::var_os(VARIABLE).is_some_and(|shell| shell == "bash");
    CompleteEnv::with_factory(move || command(in_bash))
        .var(VARIABLE)
        .try_complete(words.iter().cloned(), folder.as_deref())
        .map_err(|error| Error::usage(format!("no completion: {error}")))
}

/// The script that a shell reads to complete `baimo`.
///
/// # Errors
/// Where the shell is not known.
pub fn registration(shell: &str) -> Result<String> {
    let unknown = || Error::usage(format!("there are no completions for `{shell}`"));
    let shells = Shells::builtins();
    let shell = shells.completer(shell).ok_or_else(unknown)?;
    let mut script = Vec::new();
    shell
        .write_registration(VARIABLE, "baimo", "baimo", "baimo", &mut script)
        .map_err(|error| Error::usage("the completions cannot be written").because(error))?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}

/// The headings of a manual page, in English and in Chinese.
const HEADINGS: &[(&str, &str)] = &[
    (".SH NAME\n", ".SH 名称\n"),
    (".SH SYNOPSIS\n", ".SH 概要\n"),
    (".SH DESCRIPTION\n", ".SH 说明\n"),
    (".SH OPTIONS\n", ".SH 选项\n"),
    (".SH SUBCOMMANDS\n", ".SH 命令\n"),
    (".SH EXTRA\n", ".SH 补充\n"),
    (".SH VERSION\n", ".SH 版本\n"),
];

/// A command with its help in a language.
fn in_tongue(command: Command, tongue: Tongue) -> Command {
    if !tongue.is_chinese() {
        return command;
    }
    let say = |text: Option<&StyledStr>| text.map(|text| tongue.say(&text.to_string()).into_owned());
    let [about, long, after] =
        [command.get_about(), command.get_long_about(), command.get_after_help()].map(say);
    let command = command.about(about.unwrap_or_default()).after_help(after.unwrap_or_default());
    let command = match long {
        Some(long) => command.long_about(long),
        None => command,
    };
    let command = command.mut_args(|arg| {
        let (help, long) = (say(arg.get_help()), say(arg.get_long_help()));
        let arg = match help {
            Some(help) => arg.help(help),
            None => arg,
        };
        match long {
            Some(long) => arg.long_help(long),
            None => arg,
        }
    });
    command.mut_subcommands(|verb| in_tongue(verb, tongue))
}

/// A manual page with its headings in a language.
fn headed(page: String, tongue: Tongue) -> String {
    if !tongue.is_chinese() {
        return page;
    }
    HEADINGS.iter().fold(page, |page, (english, chinese)| page.replace(english, chinese))
}

/// The manual page of baimo, or of one verb.
///
/// # Errors
/// Where there is no such verb.
pub fn manual(verb: Option<&str>, tongue: Tongue) -> Result<String> {
    let mut command = in_tongue(args::command(), tongue);
    command.build();
    let command = match verb {
        None => command,
        Some(verb) => command
            .find_subcommand(verb)
            .ok_or_else(|| {
                let error = Error::usage(format!("there is no verb `{verb}`"));
                args::with_nearest(error, verb).hint("`baimo --help` lists the verbs")
            })?
            .clone(),
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Error::usage("the manual cannot be written").because(error))?;
    Ok(headed(String::from_utf8_lossy(&page).into_owned(), tongue))
}

/// Writes the manual pages of baimo and of every verb into a folder, made where there is none.
///
/// # Errors
/// Where they cannot be written.
pub fn manuals(folder: &std::path::Path, tongue: Tongue) -> Result<()> {
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(in_tongue(args::command(), tongue), folder))
        .and_then(|()| std::fs::read_dir(folder)?.try_for_each(|entry| head(&entry?.path(), tongue)))
        .map_err(|error| Error::store(format!("cannot write into {}", folder.display())).because(error))
}

/// Puts the headings of a manual page in a file into a language.
fn head(path: &std::path::Path, tongue: Tongue) -> std::io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if !tongue.is_chinese() || !name.starts_with("baimo") || !name.ends_with(".1") {
        return Ok(());
    }
    std::fs::write(path, headed(std::fs::read_to_string(path)?, tongue))
}

/// The command with the saved queries of the folder's graph as verbs of `run`; `in_bash` or for another shell.
fn command(in_bash: bool) -> Command {
    let formats = |typed: &OsStr| {
        let typed = typed.to_string_lossy();
        let fits = formats::names().into_iter().filter(|name| name.starts_with(typed.as_ref()));
        fits.map(CompletionCandidate::new).collect::<Vec<_>>()
    };
    let command = args::command().mut_arg("format", |arg| arg.add(ArgValueCompleter::new(formats)));
    let (tongue, locale) = (Tongue::chosen(None, true), locale());
    let Some(session) = here() else { return command };
    let locale = locale.as_deref().unwrap_or("en");
    let language =
        shown_in(&session.project().languages, locale).unwrap_or_else(|| session.language()).to_owned();
    let Ok(catalog) = session.catalog() else { return command };
    let saved = catalog.iter().map(|saved| {
        let mut own = params::command(saved, &language, tongue);
        for param in &saved.params {
            let param = param.clone();
            if own.get_arguments().any(|arg| arg.get_id() == param.name.as_str()) {
                let (name, query) = (param.name.clone(), saved.name.clone());
                own = own.mut_arg(name, |arg| {
                    arg.add(ArgValueCompleter::new(move |typed: &OsStr| {
                        values(&query, &param, typed, in_bash)
                    }))
                });
            }
        }
        own
    });
    let saved: Vec<_> = saved.collect();
    command.mut_subcommand("run", |run| run.subcommands(saved))
}

fn here() -> Option<Session> {
    embedded::open(&Source::Here(std::env::current_dir().ok()?)).ok()
}

/// A value as it is typed: bash puts it into the line as it is, other shells quote it themselves.
fn typable(value: &str, in_bash: bool) -> String {
    if !in_bash {
        return value.to_owned();
    }
    let is_plain = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_./:,+@%".contains(c);
    value.chars().flat_map(|c| (!is_plain(c)).then_some('\\').into_iter().chain([c])).collect()
}

/// Values of a parameter by what is typed of one of their names; in the name that was begun.
fn values(query: &str, param: &Param, typed: &OsStr, in_bash: bool) -> Vec<CompletionCandidate> {
    let typed = fold(&typed.to_string_lossy().replace('\\', ""));
    let Some(session) = here() else { return Vec::new() };
    let Some(saved) = session.catalog().ok().and_then(|catalog| catalog.get(query).ok()) else {
        return Vec::new();
    };
    let begun = |value: Named| {
        let names = std::iter::once(&value.name).chain(&value.also);
        let name = names.into_iter().find(|name| fold(name).starts_with(&typed))?.clone();
        let help = [value.note, value.name].into_iter().find(|note| !note.is_empty() && *note != name);
        Some(CompletionCandidate::new(typable(&name, in_bash)).help(help.map(Into::into)))
    };
    session.values_of(saved, param).into_iter().filter_map(begun).take(MANY).collect()
}
