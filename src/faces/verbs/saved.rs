//! The saved queries: listed, found, shown, exported; and one of them run.
//!
//! In: words, the catalog. Out: rows for the presenter, or a query with its parameters bound.

use super::ask::ask;
use super::things::{rows, text as literal};
use crate::catalog::{Catalog, Param, ParamKind, SavedQuery};
use crate::engine::answer::{Answer, Row};
use crate::error::{Error, Hint, Result};
use crate::faces::args::{Call, Queries, QueriesAction, Run};
use crate::faces::file_kind;
use crate::faces::memory::{Memory, Question};
use crate::faces::params::{self, Said};
use crate::faces::terminal::present::{About, Output};
use crate::formats::rows::RowFormat;
use crate::session::Session;
use crate::show::text;
use std::ffi::OsString;

/// Runs a saved query with the parameters given.
///
/// # Errors
/// Where there is none of this name, a parameter is wrong, or as for any query.
pub fn run(run: &Run, session: &Session, output: &Output, memory: &mut Memory) -> Result<()> {
    let Some((name, words)) = run.call.as_ref().and_then(|Call::Saved(words)| words.split_first()) else {
        return Err(Error::usage("the name of the saved query is missing").hint(Hint::ListSavedQueries));
    };
    let name = name.to_str().ok_or_else(|| Error::usage("the name is not UTF-8 text"))?;
    let saved = &by_name(name, session, output)?;
    let given = match given(saved, words, session, output)? {
        Said::Help(text) => return output.text(&output.report.face.commands(&text)),
        Said::Values(given) => given,
    };
    if let Some(problem) = &saved.problem {
        output.report.warning(problem);
    }
    let title = saved.summary.get(output.language(session)).to_owned();
    let question = Question {
        name: name.to_owned(),
        text: saved.text.clone(),
        bindings: session.bindings(saved, &given)?,
        view: saved.view.clone(),
        title: Some(title).filter(|title| !title.is_empty()),
        saved: true,
    };
    ask(question, session, output, memory)
}

/// The saved query of a name.
///
/// # Errors
/// Where there is none, with those that were probably meant, or with what to do with a file of that name.
pub fn by_name(name: &str, session: &Session, output: &Output) -> Result<SavedQuery> {
    let instead = |error| file_kind::instead_of("a saved query", name, output.report.face).unwrap_or(error);
    session.saved(name).map_err(instead)
}

/// The values that the words after a saved query's name give to its parameters. Where the query takes a
/// language and none is given, it is that of the session.
///
/// # Errors
/// Where a word fits no parameter.
pub fn given(saved: &SavedQuery, words: &[OsString], session: &Session, output: &Output) -> Result<Said> {
    let given = params::parse(saved, words, output.language(session), output.report.tongue)
        .map_err(|error| with_another(error, saved, words, session))?;
    let Said::Values(mut given) = given else { return Ok(given) };
    if let Some(language) = output.chosen_language(session) {
        let takes = |param: &&Param| {
            param.kind == ParamKind::Language
                && (output.language.is_some()
                    || param.choices.is_empty()
                    || param.choices.iter().any(|choice| choice == language))
        };
        for param in saved.params.iter().filter(takes) {
            given.entry(param.name.clone()).or_insert_with(|| language.to_owned());
        }
    }
    Ok(Said::Values(given))
}

/// Names the queries like `saved` that do take an option it does not take.
fn with_another(error: Error, saved: &SavedQuery, words: &[OsString], session: &Session) -> Error {
    let options = words.iter().filter_map(|word| word.to_str()?.strip_prefix("--"));
    let options = options.map(|word| word.split('=').next().unwrap_or_default());
    let takes =
        |question: &SavedQuery, option: &str| question.params.iter().any(|param| param.name == option);
    let Some(option) = options.into_iter().find(|option| !takes(saved, option)) else {
        return error;
    };
    let start = format!("{}-", saved.name);
    let others = session.catalog().into_iter().flat_map(Catalog::iter);
    let mut others = others.filter(|other| other.name.starts_with(&start));
    match others.find(|other| takes(other, option)) {
        Some(other) => error.hint(format!("`{}` is a saved query that takes `--{option}`", other.name)),
        None => error,
    }
}

/// Lists the saved queries, or does with them what is asked.
///
/// # Errors
/// Where a file of theirs cannot be read.
pub fn list(queries: &Queries, session: &Session, output: &Output) -> Result<()> {
    let catalog = || session.catalog();
    match &queries.action {
        Some(QueriesAction::Show { name }) => return output.page(&by_name(name, session, output)?.text),
        Some(QueriesAction::Export) => {
            let base = session.project().base.clone().unwrap_or_else(|| "urn:baimo:".to_owned());
            let triples = catalog()?.to_rdf(&base).into_iter().map(Ok);
            return output.answer(session, Answer::graph(triples), &About::default()).map(drop);
        }
        None => {}
    }
    let language = output.language(session).to_owned();
    let row = |saved: &SavedQuery| -> Row {
        let params: Vec<_> = saved.params.iter().map(|param| param.name.as_str()).collect();
        let summary = match &saved.problem {
            Some(problem) => format!("(broken header: {})", problem.message),
            None => saved.summary.get(&language).to_owned(),
        };
        vec![
            literal(&saved.name),
            literal(&summary),
            literal(&params.join(" ")),
            literal(&saved.tags.join(" ")),
        ]
    };
    let found: Vec<&SavedQuery> = catalog()?.find(&queries.words);
    if found.is_empty() {
        return nothing_found(queries, session, output);
    }
    if output.shown() && output.format_name().is_none() && queries.words.is_empty() {
        return output.page(&by_theme(&found, &language, output));
    }
    // People get what fits the window; programs get all.
    let shown = if output.row_format()? == RowFormat::Table { 3 } else { 4 };
    let cut = |mut row: Row| {
        row.truncate(shown);
        row
    };
    let found: Vec<Row> = found.into_iter().map(row).map(cut).collect();
    let head: Vec<_> = ["name", "summary", "parameters", "tags"].into_iter().take(shown).collect();
    rows(&head, found, ("saved query", "saved queries"), session, output)
}

/// Says that no saved query is like the words, and which ones are near; the list is empty then.
fn nothing_found(queries: &Queries, session: &Session, output: &Output) -> Result<()> {
    let words = queries.words.join(" ");
    let message = match words.as_str() {
        "" => "this graph has no saved queries".to_owned(),
        _ => format!("no saved query has `{words}` in its name, tags or summary"),
    };
    let near = session.nearest_saved(&words);
    let hint = match near.as_slice() {
        _ if session.catalog()?.iter().next().is_none() => String::new(),
        [] => "; `baimo queries` lists all".to_owned(),
        near => format!("; did you mean {}?", near.join(", ")),
    };
    output.report.note(&format!("{message}{}", output.report.face.commands(&hint)));
    let shown = ["name", "summary", "parameters", "tags"];
    match output.shown() {
        true => Ok(()),
        false => rows(&shown, Vec::new(), ("saved query", "saved queries"), session, output),
    }
}

/// A summary stands beside its name where it has so many cells there, else below it.
const SUMMARY: usize = 20;

/// The saved queries under their first tags, within the window.
fn by_theme(found: &[&SavedQuery], language: &str, output: &Output) -> String {
    let mut themes: Vec<(&str, Vec<&SavedQuery>)> = Vec::new();
    for query in found {
        let theme = query.tags.first().map_or("other", String::as_str);
        match themes.iter_mut().find(|(have, _)| *have == theme) {
            Some((_, queries)) => queries.push(query),
            None => themes.push((theme, vec![query])),
        }
    }
    themes.sort_by_key(|(theme, queries)| (std::cmp::Reverse(queries.len()), *theme));
    let width = output.window.width;
    let names = found.iter().map(|query| text::width(&query.name)).max().unwrap_or(0);
    let is_beside = width >= names + 4 + SUMMARY;
    let indent = if is_beside { names + 4 } else { 6 };
    let tongue = output.report.tongue;
    let how = tongue.say(&output.report.face.commands(HOW)).into_owned();
    let mut out = text::wrap(&how, width).join("\n") + "\n";
    for (theme, queries) in themes {
        out.push_str(&format!("\n{theme}\n"));
        for query in queries {
            // A name is typed as it stands: it is never cut.
            let summary = query.summary.get(language);
            let mut lines = text::wrap(summary, width.saturating_sub(indent).max(SUMMARY)).into_iter();
            let beside = if is_beside { lines.next().unwrap_or_default() } else { String::new() };
            let name = text::fit(&query.name, names.max(text::width(&query.name)), text::Side::Left);
            out.push_str(format!("  {name}  {beside}").trim_end());
            out.push('\n');
            for line in lines.filter(|line| !line.is_empty()) {
                out.push_str(&format!("{}{line}\n", " ".repeat(indent)));
            }
        }
    }
    let count = text::counted(found.len() as u64, "saved query", "saved queries");
    out.push_str(&format!("\n{}\n", tongue.part(&count)));
    out
}

/// What can be done with the list of saved queries.
const HOW: &str = "`baimo run NAME` runs one, `baimo run NAME --help` shows what it takes, `baimo queries WORD` finds \
                   some. In a pager Space shows more and q leaves.";
