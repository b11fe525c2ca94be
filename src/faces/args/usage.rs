//! What is wrong with the words of a command, said in the words of the rest of the program.
//!
//! In: an error of the parser. Out: a usage error with the nearest name, or how the verb is called.

use crate::error::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// A usage error in our own words. `program` is what examples start with.
pub fn usage(error: &clap::Error, program: &str) -> Error {
    let of = |kind| error.get(kind).map(context).unwrap_or_default();
    let (argument, value) = (bare(&of(ContextKind::InvalidArg)), of(ContextKind::InvalidValue));
    let said = match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            Error::usage(format!("there is no option `{argument}` here"))
        }
        ErrorKind::UnknownArgument => {
            let said = Error::usage(format!("`{argument}` is one word too many"));
            // Of a verb that takes no query its usage tells more.
            match of(ContextKind::Usage).contains("SPARQL") {
                true => said.hint("put the whole query into one pair of quotes"),
                false => said,
            }
        }
        ErrorKind::InvalidSubcommand => no_verb(&of(ContextKind::InvalidSubcommand), program),
        ErrorKind::InvalidValue if value.is_empty() => Error::usage(format!("{argument} needs a value")),
        ErrorKind::InvalidValue => Error::usage(format!("`{value}` is not a value of {argument}")),
        ErrorKind::ValueValidation => match std::error::Error::source(error) {
            Some(why) if why.is::<std::num::ParseIntError>() => {
                Error::usage(format!("{argument}: `{value}` is not a whole number"))
            }
            why => Error::usage(format!("{argument}: {}", why.map(ToString::to_string).unwrap_or_default())),
        },
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
        ErrorKind::InvalidUtf8 => Error::usage("an argument is not UTF-8 text"),
        _ => Error::usage(
            error.render().to_string().trim_start_matches("error: ").lines().next().unwrap_or_default(),
        ),
    };
    let mut said = with_suggestions(said, error);
    // The parser knows of none where a page of help is asked for.
    if said.hints.is_empty() && error.kind() == ErrorKind::InvalidSubcommand {
        said = with_nearest(said, &of(ContextKind::InvalidSubcommand));
    }
    with_usage(said, error, program)
}

/// The name of an argument without its value: `--format <NAME>` is `--format`, `<THING>...` is THING.
fn bare(argument: &str) -> String {
    let words = argument.split(", ").map(|argument| {
        let word = argument.split([' ', '=']).next().unwrap_or_default();
        word.trim_end_matches("...").trim_start_matches(['<', '[']).trim_end_matches(['>', ']']).to_owned()
    });
    words.collect::<Vec<_>>().join(", ")
}

/// How the verb is called, where something of it is missing. At the prompt, where there is no `program`, with a dot.
fn with_usage(said: Error, error: &clap::Error, program: &str) -> Error {
    let missing = matches!(
        error.kind(),
        ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand | ErrorKind::UnknownArgument
    );
    let usage = error.get(ContextKind::Usage).map(context).unwrap_or_default();
    match usage.trim().strip_prefix("Usage:").map(str::trim).filter(|_| missing && said.hints.is_empty()) {
        Some(usage) => {
            let dotted = || format!(".{}", usage.trim_start_matches("baimo "));
            let usage = if program.is_empty() { dotted() } else { usage.to_owned() };
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
        return Error::usage("a query needs a verb before it").hint(format!("{program} query '{word}'"));
    }
    error
}

/// The error with the verbs that are called much like a word.
pub fn with_nearest(error: Error, word: &str) -> Error {
    let command = super::command();
    let names = command.get_subcommands().map(|verb| verb.get_name());
    let near = names.map(|name| (strsim::damerau_levenshtein(name, &word.to_lowercase()), name));
    let nearest = near.filter(|(slips, name)| *slips <= (name.len() / 3).clamp(1, 2)).min();
    nearest.into_iter().fold(error, |error, (_, name)| error.hint(format!("did you mean {name}?")))
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
