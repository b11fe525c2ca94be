//! The line of a dot-command: what may stand at its end.
//!
//! In: the line and what the face knows. Out: names to choose from, a thing of the graph to look for, or a query
//! within the line. The graph is not read.

use super::context::{Argument, Command, Context, Named, Parameter, SavedQuery};

/// What a dot-command's line asks for.
pub(super) enum Asked<'t> {
    Names(Vec<Named>, &'t str),
    Things(&'t str, Things),
    Query(&'t str),
}

/// Which things of the graph may stand there.
pub(super) enum Things {
    /// Any, by prefixed name.
    Any,
    /// Classes, by prefixed name.
    Classes,
    /// The things of the class with this IRI, by label, as values of a parameter.
    LabelsOf(String),
}

pub(super) fn command<'t>(line: &'t str, more: &Context) -> Asked<'t> {
    let word_start = line.rfind(char::is_whitespace).map_or(0, |i| i + 1);
    let word = line.get(word_start..).unwrap_or_default();
    let mut words = line.split_whitespace();
    let name = words.next().unwrap_or_default();
    if word_start == 0 {
        let named = |c: &Command| Named { name: c.name.clone(), note: c.note.clone(), ..Named::default() };
        return Asked::Names(more.commands.iter().map(named).collect(), word);
    }
    let Some(command) = more.commands.iter().find(|command| command.name == name) else {
        return Asked::Names(Vec::new(), word);
    };
    let previous = line.strip_suffix(word).unwrap_or(line).split_whitespace().last().unwrap_or_default();
    let option = more.options.iter().find(|option| option.name == previous);
    let fixed =
        |words: &[String]| words.iter().map(|w| Named { name: w.clone(), ..Named::default() }).collect();
    match option.map_or(command.argument, |option| option.argument) {
        None if option.is_some() => Asked::Names(fixed(option.map_or(&[], |option| &option.words)), word),
        Some(Argument::SavedQuery) => saved_query(words.next(), line, word, more),
        Some(Argument::Thing) => Asked::Things(word, Things::Any),
        Some(Argument::Class) => Asked::Things(word, Things::Classes),
        Some(Argument::File) => Asked::Names(fixed(&more.files), word),
        Some(Argument::Query) => Asked::Query(line.get(name.len()..).unwrap_or_default().trim_start()),
        Some(Argument::Prefix) | None => Asked::Names(fixed(&command.words), word),
    }
}

fn saved_query<'t>(query: Option<&str>, line: &str, word: &'t str, more: &Context) -> Asked<'t> {
    let Some(query) = query.filter(|query| !std::ptr::eq(query.as_ptr(), word.as_ptr())) else {
        let named = |q: &SavedQuery| Named { name: q.name.clone(), note: q.note.clone(), ..Named::default() };
        return Asked::Names(more.queries.iter().map(named).collect(), word);
    };
    let parameters =
        more.queries.iter().find(|have| have.name == query).map_or(&[][..], |query| &query.parameters);
    let previous = line.strip_suffix(word).unwrap_or(line).split_whitespace().last().unwrap_or_default();
    let (flag, value) = match word.split_once('=') {
        Some((flag, value)) if word.starts_with("--") => (flag, value),
        _ => (previous, word),
    };
    match flag.strip_prefix("--").and_then(|flag| parameters.iter().find(|p| p.name == flag)) {
        Some(Parameter { values, .. }) if !values.is_empty() => Asked::Names(values.clone(), value),
        Some(parameter) => {
            let class = parameter.class.clone().unwrap_or_default();
            Asked::Things(value, Things::LabelsOf(class))
        }
        None => {
            let named = |p: &Parameter| Named {
                name: format!("--{}", p.name),
                note: p.note.clone(),
                ..Named::default()
            };
            // A value may stand without the name of its parameter.
            let first = parameters.iter().find(|p| p.class.is_some() || p.name != "lang");
            let values = first.filter(|_| !word.is_empty() && !word.starts_with('-'));
            let values = values.into_iter().flat_map(|p| p.values.clone());
            Asked::Names(parameters.iter().map(named).chain(values).collect(), word)
        }
    }
}
