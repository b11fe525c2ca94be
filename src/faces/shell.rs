//! What a shell can know of the command line: completions and the manual, made of the clap types.
//!
//! In: the command, and the graph of the folder for values. Out: scripts, candidates, a manual page.

use super::terminal::formats;
use super::{args, params};
use crate::catalog::{Param, ParamKind};
use crate::embedded;
use crate::error::{Error, Result};
use crate::session::{Session, Source};
use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};
use std::ffi::{OsStr, OsString};

/// The variable by which a shell asks for completions.
const VARIABLE: &str = "BAIMO_COMPLETE";

/// How many values are offered at most.
const MANY: usize = 50;

/// Answers a shell that asks for completions. False where none does.
///
/// # Errors
/// Where the shell is not known.
pub fn complete(words: &[OsString]) -> Result<bool> {
    if std::env::var_os(VARIABLE).is_none() {
        return Ok(false);
    }
    let folder = std::env::current_dir().ok();
    CompleteEnv::with_factory(command)
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

/// The manual page of baimo, or of one verb.
///
/// # Errors
/// Where there is no such verb.
pub fn manual(verb: Option<&str>) -> Result<String> {
    let mut command = args::command();
    command.build();
    let command = match verb {
        None => command,
        Some(verb) => command
            .find_subcommand(verb)
            .ok_or_else(|| {
                Error::usage(format!("there is no verb `{verb}`")).hint("`baimo --help` lists the verbs")
            })?
            .clone(),
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Error::usage("the manual cannot be written").because(error))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Writes the manual pages of baimo and of every verb into a folder, made where there is none.
///
/// # Errors
/// Where they cannot be written.
pub fn manuals(folder: &std::path::Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(args::command(), folder))
        .map_err(|error| Error::store(format!("cannot write into {}", folder.display())).because(error))
}

/// The command with the saved queries of the folder's graph as verbs of `run`.
fn command() -> Command {
    let formats = |typed: &OsStr| {
        let typed = typed.to_string_lossy();
        let fits = formats::names().into_iter().filter(|name| name.starts_with(typed.as_ref()));
        fits.map(CompletionCandidate::new).collect::<Vec<_>>()
    };
    let command = args::command().mut_arg("format", |arg| arg.add(ArgValueCompleter::new(formats)));
    let Some(session) = here() else { return command };
    let Ok(catalog) = session.catalog() else { return command };
    let saved = catalog.iter().map(|saved| {
        let mut own = params::command(saved, session.language());
        for param in &saved.params {
            let param = param.clone();
            if own.get_arguments().any(|arg| arg.get_id() == param.name.as_str()) {
                let name = param.name.clone();
                own = own.mut_arg(name, |arg| {
                    arg.add(ArgValueCompleter::new(move |typed: &OsStr| values(&param, typed)))
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

/// Values of a parameter: those listed, else names of things of its class that start as typed.
fn values(param: &Param, typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    if !param.choices.is_empty() {
        let fits = param.choices.iter().filter(|choice| choice.starts_with(typed.as_ref()));
        return fits.map(CompletionCandidate::new).collect();
    }
    let Some(session) = here().filter(|_| param.kind == ParamKind::Iri || param.class.is_some()) else {
        return Vec::new();
    };
    let hits = names(&session, param, &typed);
    hits.into_iter().map(|(name, help)| CompletionCandidate::new(name).help(Some(help.into()))).collect()
}

/// Names in the preferred language, with prefixed names to tell them apart.
fn names(session: &Session, param: &Param, typed: &str) -> Vec<(String, String)> {
    let class = param.class.as_deref().map(|class| {
        session.prefixes().expand(class).unwrap_or_else(|| class.trim_matches(['<', '>']).to_owned())
    });
    let Some(class) = class else {
        let found = session.search(typed, MANY);
        return found
            .into_iter()
            .map(|hit| (hit.matched, session.prefixes().show(hit.term.as_ref())))
            .collect();
    };
    let text = format!("SELECT DISTINCT ?thing {{ ?thing a <{class}> }} LIMIT 5000");
    let Ok(crate::engine::answer::Answer::Rows(rows)) = session.query(&text, &Default::default()) else {
        return Vec::new();
    };
    let typed = crate::explore::names::fold(typed);
    let things = rows.rows.filter_map(|row| row.ok()?.into_iter().next()?);
    things
        .filter_map(|thing| {
            let label = session.label(&thing, session.language())?;
            let short = session.prefixes().show(thing.as_ref());
            let starts = |name: &str| crate::explore::names::fold(name).starts_with(&typed);
            if starts(&label) {
                return Some((label, short));
            }
            starts(&short).then_some((short, label))
        })
        .take(MANY)
        .collect()
}
