//! Parameters of a saved query as options of the command line, with help.
//!
//! In: a saved query and the words after its name. Out: values by parameter, and the saved query as a command, for its
//! help and its completion. What a value means is the catalog's business.

use super::args;
use super::terminal::Window;
use super::terminal::tongue::Tongue;
use crate::catalog::{Given, Param, ParamKind, SavedQuery};
use crate::error::{Hint, Result};
use clap::{Arg, ArgAction, Command};
use std::collections::BTreeMap;
use std::ffi::OsString;

/// What the words after the name of a saved query say.
#[derive(Debug)]
pub enum Said {
    /// Values by the names of parameters.
    Values(BTreeMap<String, String>),
    /// The help is asked for: here it is.
    Help(String),
}

/// Reads the words after the name of a saved query: as options here, and which parameter each is for in the catalog.
///
/// # Errors
/// A usage error that names the parameter and the remedy.
pub fn parse(saved: &SavedQuery, words: &[OsString], language: &str, tongue: Tongue) -> Result<Said> {
    let own = command(saved, language, tongue).no_binary_name(true);
    let matches = match own.clone().try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            let page = error.render().to_string();
            return Ok(Said::Help(args::spoken(&page, own, tongue, Window::now().width)));
        }
        Err(error) => {
            let error = args::usage(&error, "baimo");
            let help = format!("baimo run {} --help", saved.name);
            let told = error.hints.iter().any(|hint| hint.to_string().contains(&help));
            return Err(if told { error } else { error.hint(Hint::ShowParameters(saved.name.clone())) });
        }
    };
    let all = |id| matches.get_many::<String>(id).into_iter().flatten().cloned();
    let named = saved.params.iter().filter_map(|param| {
        let value = matches.try_get_one::<String>(&param.name).ok()??;
        Some(Given::Named(param.name.clone(), value.clone()))
    });
    let given = named.chain(all(PARAM).map(Given::Pair)).chain(all(VALUES).map(Given::Value));
    saved.values(given).map(Said::Values)
}

const PARAM: &str = "\0param";
const VALUES: &str = "\0values";

/// The saved query as a command: its help is made of it, and its completion.
pub fn command(saved: &SavedQuery, language: &str, tongue: Tongue) -> Command {
    let (summary, description) = (saved.summary.get(language), saved.description.get(language));
    let long = format!("{summary}\n\n{}", description.trim()).trim().to_owned();
    let mut command = Command::new(saved.name.clone())
        .about(summary.to_owned())
        .long_about(long)
        .override_usage(usage_line(saved))
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .next_help_heading("Parameters");
    let own = args::command();
    let taken = |name: &str| name != "lang" && own.get_arguments().any(|arg| arg.get_long() == Some(name));
    for param in saved.params.iter().filter(|param| param.name != "help" && !taken(&param.name)) {
        command = command.arg(option(param, language, tongue));
    }
    command
        .arg(
            Arg::new(PARAM)
                .short('p')
                .long("param")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help("A parameter by its name"),
        )
        .arg(
            Arg::new(VALUES)
                .value_name("VALUE")
                .num_args(0..)
                .help("Values of the parameters, in this order"),
        )
        .after_help("The options of `baimo query --help` work here too, such as -F csv and -o FILE.")
}

fn usage_line(saved: &SavedQuery) -> String {
    let options = saved.params.iter().map(|param| {
        let option = format!("--{} {}", param.name, kind_name(param));
        if param.required { format!(" {option}") } else { format!(" [{option}]") }
    });
    format!("baimo run {}{}", saved.name, options.collect::<String>())
}

fn option(param: &Param, language: &str, tongue: Tongue) -> Arg {
    let say = |english: String| format!(" {}", tongue.say(&english));
    let mut help = param.description.get(language).to_owned();
    if let Some(class) = &param.class {
        help.push_str(&say(format!("[a {class}, by IRI, prefixed name or label]")));
    }
    if !param.choices.is_empty() {
        help.push_str(&say(format!("[values: {}]", param.choices.join(", "))));
    }
    match &param.default {
        Some(default) => help.push_str(&say(format!("[default: {default}]"))),
        None if param.required => help.push_str(&say("[required]".to_owned())),
        None => {}
    }
    let option = Arg::new(param.name.clone())
        .long(param.name.clone())
        .value_name(kind_name(param))
        .allow_hyphen_values(true)
        .help(help.trim().to_owned());
    if param.name.contains('_') { option.alias(param.name.replace('_', "-")) } else { option }
}

/// What a parameter takes, in capitals.
fn kind_name(param: &Param) -> String {
    match &param.kind {
        ParamKind::String | ParamKind::Tagged(_) => "TEXT".to_owned(),
        ParamKind::Language => "LANGUAGE".to_owned(),
        ParamKind::Iri => "THING".to_owned(),
        ParamKind::Typed(datatype) => {
            datatype.as_str().rsplit(['#', '/']).next().unwrap_or_default().to_uppercase()
        }
    }
}
