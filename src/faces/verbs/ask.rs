//! A query asked: its answer presented and remembered, and what is to be said about it.
//!
//! In: a query. Out: the answer in the presenter's target, notes on stderr.

use super::{named, text};
use crate::catalog::{Origin, SavedQuery};
use crate::engine::Bindings;
use crate::engine::syntax::tokens::each_token;
use crate::error::{Diagnostic, Error, Hint, Result, Span};
use crate::faces::args::Explain;
use crate::faces::memory::{Last, Memory, Noted, Question, noting};
use crate::faces::terminal::present::{About, Output, prefixes_in_scope};
use crate::faces::terminal::signals::{Doing, doing};
use crate::formats::documents::{self, Advice};
use crate::session::Session;
use crate::show::concerns::{SLOW, concerns};
use crate::show::plan::{Drawn, draw, leaves_out};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Instant;

/// A text longer than this takes long to look through.
const LONG: usize = 1 << 15;
/// So many rows are more than a person asks for.
const MANY: usize = 10_000;
/// Of so many things that a query may not mean is told.
const LINTS: usize = 2;

/// Runs a query, presents the answer and remembers both.
///
/// # Errors
/// Where the query is wrong, or its answer cannot be presented; of an answer that a limit ended early
/// the part that was found has been.
pub fn ask(question: Question, session: &Session, output: &Output, memory: &mut Memory) -> Result<()> {
    output.check()?;
    // A long text takes long to look through, which is part of the time that it may take.
    let begun = Instant::now();
    let question = with_header(question, session, output)?;
    let (noted, stop) = (RefCell::default(), session.interrupt_switch());
    let about = About {
        view: question.view.clone(),
        title: question.title.clone(),
        asked: Some(begun),
        prefixes: prefixes_in_scope(&question.text, session),
        ..About::default()
    };
    let done = memory.before(&question.text).and_then(|before| {
        let waiting = output.waiting();
        // Nothing is found before there is an answer to read: there is nothing to keep where a signal ends it.
        let begins = doing(Doing::Drawing);
        let mut wanted = session.ask.of(&question.text, &question.bindings);
        wanted.limits.since = Some(begun);
        let answer = session.answer_after(&wanted, &before)?;
        let keeps = memory.keeps().then(|| session.numbering()).transpose()?;
        drop(begins);
        drop(waiting);
        output.answer(session, noting(answer, keeps, &noted, &stop), &about)
    });
    let noted = noted.into_inner();
    let certain = certain(&question, &noted, session, output, done.is_ok());
    for note in session.ask.notes.take().into_iter().filter(|note| !is_told(note, &certain)) {
        // Of a saved query too: whoever asks it may well mend it.
        let placed = if question.text.len() > LONG { None } else { session.placed(&question.text, &note) };
        match placed {
            Some(mut placed) => {
                if let Some(span) = &mut placed.span {
                    span.name.clone_from(&question.name);
                }
                output.report.warning(&placed);
            }
            None => output.report.note(&note),
        }
    }
    certain.iter().take(LINTS).for_each(|warning| output.report.warning(warning));
    if done.is_ok() && output.why && certain.is_empty() {
        advise(&question, &noted, session, output);
    }
    if !matches!(noted.last, Last::Nothing) {
        memory.keep(question.clone(), noted, done.is_ok());
    }
    done.map(drop).map_err(|error| named(error, &question.name))
}

/// A query typed or read may have a header as a saved query has one: its view, its parameters.
fn with_header(question: Question, session: &Session, output: &Output) -> Result<Question> {
    if question.saved || !question.bindings.is_empty() {
        return Ok(question);
    }
    let read = SavedQuery::read(question.name.clone(), question.text.clone(), Origin::Project);
    let can_bind = !read.params.is_empty() && read.params.iter().all(|param| !param.required);
    let bindings = if can_bind { session.bindings(&read, &BTreeMap::new())? } else { Bindings::new() };
    let title = read.summary.get(output.language(session)).to_owned();
    let title = Some(title).filter(|title| !title.is_empty());
    Ok(Question { bindings, view: read.view, title, ..question })
}

/// What in a query cannot have been meant, with its place. A saved one is not looked at: whoever asks it did not
/// write it. A DESCRIBE of what is not there would otherwise end without a word, and so would HAVING of a name that SELECT gives, which
/// other engines take for the aggregate: those are looked at in a pipe too.
fn certain(
    question: &Question,
    noted: &Noted,
    session: &Session,
    output: &Output,
    done: bool,
) -> Vec<Diagnostic> {
    let has =
        |word: &str| each_token(&question.text).any(|t| t.text(&question.text).eq_ignore_ascii_case(word));
    // A text may be long, and a query that was stopped is told at once.
    let silent =
        || noted.count == 0 && (matches!(&noted.last, Last::Graph(_)) && has("DESCRIBE") || has("HAVING"));
    match done && !question.saved && (output.why || silent()) {
        true => session.mistakes(&question.text, noted.count == 0),
        false => Vec::new(),
    }
}

/// Whether a note of the evaluation is about what a diagnostic has told with its place: a regular expression, or an
/// aggregate.
fn is_told(note: &str, certain: &[Diagnostic]) -> bool {
    let place = |span: &Span| span.text.chars().skip(span.column - 1).take(span.width).collect::<String>();
    let quoted = |words: String| format!("\"{}\"", words.trim_matches(['"', '\'']));
    let same_aggregate = |told: &Diagnostic| {
        let first = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
        first(&told.message) == first(note)
    };
    if note.contains(" is unbound in ") && certain.iter().any(same_aggregate) {
        return true;
    }
    let flags = |told: &Diagnostic| told.message.starts_with("these flags of ");
    if note.contains(" is not a flag") && certain.iter().any(flags) {
        return true;
    }
    note.starts_with("the regular expression")
        && certain
            .iter()
            .filter_map(|told| told.span.as_deref())
            .any(|span| note.contains(&quoted(place(span))))
}

/// Says why there is no answer, or why it looks odd.
fn advise(question: &Question, noted: &Noted, session: &Session, output: &Output) {
    if noted.count == 0 {
        let lines = session.why_empty(&question.text, &question.bindings);
        for line in &lines {
            output.report.remedy(line);
        }
        if !lines.is_empty() {
            return;
        }
    } else if noted.count < MANY && !noted.has_empty_column() {
        return;
    }
    // Not of a saved query: whoever asks it did not write it.
    if question.saved {
        return;
    }
    for lint in session.doubts(&question.text).unwrap_or_default().iter().take(LINTS) {
        output.report.warning(lint);
    }
}

/// Shows how a query would be answered, or with `run` how it was; and what in it is probably unintended. At the prompt
/// a query need not be given: then it is the last one, with the values of its parameters.
///
/// # Errors
/// Where it is wrong; and what ended its run early, once that was shown.
pub fn explain(wanted: &Explain, session: &Session, output: &Output, memory: &Memory) -> Result<()> {
    let question = match &memory.question {
        Some(last) if wanted.query.is_missing() => last.clone(),
        _ => {
            let (name, text) = text::question(&wanted.query, output.report.face)?;
            Question { name, text, ..Question::default() }
        }
    };
    let Question { name, text, bindings, .. } = &question;
    let waiting = output.waiting();
    let explained =
        if wanted.run { session.explain(text, bindings) } else { session.plan_only(text, bindings) };
    let mut explained = explained.map_err(|error| of_update(named(error, name), text))?;
    // What was stopped is told at once, and a long text takes long to look through.
    let is_told = question.saved || explained.stopped.is_some() && text.len() > LONG;
    let mut advice = if is_told { Vec::new() } else { advice_on(&question, session)? };
    drop(waiting);
    let tongue = output.report.tongue;
    let own = prefixes_in_scope(text, session);
    let prefixes = own.as_ref().unwrap_or(session.prefixes());
    let json = output.format_name() == Some("json");
    let how = Drawn {
        shorten: &|iri| prefixes.compact(iri),
        say: &|english| if json { english.to_owned() } else { tongue.word(english).into_owned() },
        width: output.shown().then_some(output.window.width),
    };
    advice.extend(concerns(&explained, &how));
    if json {
        let advice: Vec<Advice> = advice.iter().map(|found| as_document(found, output)).collect();
        output.text(&documents::explanation(&explained, &advice)?)?;
        // As of an answer that is a part: what was measured is written, and then said not to be all.
        return explained.stopped.map_or(Ok(()), Err);
    }
    let mut out = draw(&explained, &how);
    if let Some(stopped) = &explained.stopped {
        out.push_str(&output.prose(&format!("{stopped}: the figures are of the part that was done")));
    }
    if !wanted.run {
        out.push_str(&output.prose(NOT_RUN));
    }
    if leaves_out(&explained.plan, &how) {
        out.push_str(&output.prose(LEFT_OUT));
    }
    out.push('\n');
    let more = advice.len().saturating_sub(ADVICE);
    for lint in advice.iter_mut().take(ADVICE) {
        if let Some(span) = lint.span.as_mut().filter(|span| span.name == "query") {
            span.name.clone_from(name);
        }
        out.push_str(&output.advice(lint));
    }
    if more > 0 {
        out.push_str(&output.prose(&format!("and {more} more of these; -F json lists them all")));
    }
    // What took long, or is expected to, is not said to look quick.
    let quick = explained.plan.cost < SLOW && explained.plan.seconds < SLOW_SECONDS;
    if advice.is_empty() && !question.saved && quick {
        out.push_str(&output.prose("nothing in this query looks slow or unintended"));
    }
    output.page(&out)?;
    explained.stopped.take().map_or(Ok(()), Err)
}

/// The error for an update, which changes something where it is run.
fn of_update(error: Error, text: &str) -> Error {
    let has_pattern = || each_token(text).any(|token| token.text(text).eq_ignore_ascii_case("WHERE"));
    if error.hints.contains(&Hint::GiveToUpdate) && has_pattern() {
        return error.hint("how it finds what it changes is shown for its pattern:  SELECT * WHERE { ... }");
    }
    error
}

fn as_document(found: &Diagnostic, output: &Output) -> Advice {
    let place = found.span.as_deref();
    Advice {
        message: found.message.clone(),
        hints: output.report.worded(&found.hints),
        line: place.map(|span| span.line),
        column: place.map(|span| span.column),
    }
}

/// A query that took as long is slow, whatever was expected of it.
const SLOW_SECONDS: f64 = 1.0;

/// So much advice is shown to people.
const ADVICE: usize = 10;

const LEFT_OUT: &str = "steps that are too long have `…` in the middle; -F json has them whole";
const NOT_RUN: &str =
    "this is the plan: nothing was run, and the cost is a guess in nanoseconds; --run measures each step";

/// What in a query is probably unintended, in the order of its text; names that are not in the graph are, whatever is found.
fn advice_on(question: &Question, session: &Session) -> Result<Vec<Diagnostic>> {
    let mut advice = session.doubts(&question.text).map_err(|error| named(error, &question.name))?;
    advice.extend(session.mistakes(&question.text, true));
    // A plan reads the same at the prompt and on the command line: a remedy that each words in its own way is no part of it.
    advice.iter_mut().for_each(|found| found.hints.retain(|hint| matches!(hint, Hint::Text(_))));
    advice.sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|span| (span.line, span.column)));
    Ok(advice)
}
