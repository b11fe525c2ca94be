//! One verb on one session, for the command line and the prompt alike.
//!
//! In: a `Verb`, a session, an output. Out: the answer in the output. It refuses to know which
//! face asked.

use super::args::{
    Call, Describe, Diff, Export, Man, Queries, QueriesAction, Query, Run, SchemaOf, Search, Verb,
};
use super::output::{About, Output, Target};
use super::params::{self, Given};
use super::{init, shell};
use crate::catalog::{Catalog, Origin, ParamKind, SavedQuery};
use crate::embedded;
use crate::engine::Bindings;
use crate::engine::answer::{Answer, Row, Rows};
use crate::error::{Diagnostic, Error, Hint, Kind, Result};
use crate::explore::selection::Selection;
use crate::formats::changes;
use crate::formats::graphs::{self, GraphFormat};
use crate::formats::rows::RowFormat;
use crate::session::{Change, Session, Source};
use crate::terms::{Literal, NamedNode, Quad, Term, Variable};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;
use std::time::Instant;

/// Does what a verb says.
///
/// # Errors
/// Those of the verb. An answer that a limit ended early has been written by then.
pub fn perform(verb: &Verb, session: &mut Session, output: &mut Output) -> Result<()> {
    output.check()?;
    match verb {
        Verb::Query(query) => {
            let (name, text) = question(query)?;
            ask(&name, &text, session, output)
        }
        Verb::Run(run) => run_saved(run, session, output),
        Verb::Queries(queries) => list_saved(queries, session, output),
        Verb::Export(export) => hand_over(export, session, output),
        Verb::Describe(describe) => describe_thing(describe, session, output),
        Verb::Search(search) => find(search, session, output),
        Verb::Schema(of) => show_schema(of, session, output),
        Verb::Explain(query) => explain(query, session, output),
        Verb::Update(query) => {
            let (name, text) = question(query)?;
            let change = session.update(&text).map_err(|error| named(error, &name))?;
            changed(change, session, output)
        }
        Verb::Load(load) => {
            let into = load.into.as_deref().map(|name| iri(name, session)).transpose()?;
            let mut shown = output.progress();
            let change = session.load(&load.files, into.as_ref(), &mut |progress| shown.show(progress))?;
            drop(shown);
            changed(change, session, output)
        }
        Verb::Diff(diff) => compare(diff, session, output),
        Verb::Init(_) | Verb::Completions(_) | Verb::Man(_) => perform_alone(verb, output),
    }
}

/// Does what a verb says that asks no graph.
///
/// # Errors
/// Those of the verb.
pub fn perform_alone(verb: &Verb, output: &mut Output) -> Result<()> {
    match verb {
        Verb::Init(wanted) => init::init(&wanted.folder, output),
        Verb::Completions(wanted) => output.text(&shell::registration(&wanted.shell)?),
        Verb::Man(Man { folder: Some(folder), .. }) => shell::manuals(folder),
        Verb::Man(wanted) => output.text(&shell::manual(wanted.verb.as_deref())?),
        _ => Err(Error::usage("this verb needs a graph")),
    }
}

/// Asks a question and writes the answer. `name` says in errors where the text is.
///
/// # Errors
/// As [`perform`].
pub fn ask(name: &str, text: &str, session: &Session, output: &mut Output) -> Result<()> {
    let saved = SavedQuery::read(name.to_owned(), text.to_owned(), Origin::Project);
    let can_bind = !saved.params.is_empty() && saved.params.iter().all(|param| !param.required);
    let bindings = if can_bind { session.bindings(&saved, &BTreeMap::new())? } else { Bindings::new() };
    answer(&saved, &bindings, session, output).map_err(|error| named(error, name))
}

/// Asks a question whose header is read and whose parameters are bound.
fn answer(saved: &SavedQuery, bindings: &Bindings, session: &Session, output: &mut Output) -> Result<()> {
    let title = saved.summary.get(output.language(session)).to_owned();
    let asked = Some(Instant::now());
    let about = About {
        view: saved.view.clone(),
        title: Some(title).filter(|t| !t.is_empty()),
        asked,
        ..About::default()
    };
    let answer = session.query(&saved.text, bindings)?;
    let form = matches!(answer, Answer::Rows(_) | Answer::Boolean(_));
    let found = output.answer(session, answer, &about)?;
    if found == 0 && form && output.why {
        for line in session.why_empty(&saved.text, bindings) {
            output.report.remedy(&line);
        }
    }
    Ok(())
}

/// An error whose place is in a text that has a better name than `query`.
fn named(mut error: Error, name: &str) -> Error {
    if let Some(span) = error.span.as_mut().filter(|span| span.name == "query") {
        span.name = name.to_owned();
    }
    error
}

fn run_saved(run: &Run, session: &Session, output: &mut Output) -> Result<()> {
    let Some((name, words)) = run.call.as_ref().and_then(|Call::Saved(words)| words.split_first()) else {
        return Err(Error::usage("the name of the saved query is missing").hint(Hint::ListSavedQueries));
    };
    let name = name.to_str().ok_or_else(|| Error::usage("the name is no UTF-8 text"))?;
    let saved = &session.saved(name)?;
    let given = params::parse(saved, words, output.language(session))
        .map_err(|error| with_another(error, saved, words, session))?;
    let given = match given {
        Given::Help(text) => return output.text(&text),
        Given::Values(given) => in_language(saved, given, output),
    };
    if let Some(problem) = &saved.problem {
        output.report.warning(problem);
    }
    let bindings = session.bindings(saved, &given)?;
    answer(saved, &bindings, session, output).map_err(|error| named(error, name))
}

/// Names the questions like `saved` that do take an option it does not take.
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
        Some(other) => error.hint(format!("`{}` is a question that takes `--{option}`", other.name)),
        None => error,
    }
}

/// `--lang` chooses the language of a question that takes one as a parameter.
fn in_language(
    saved: &SavedQuery,
    mut given: BTreeMap<String, String>,
    output: &Output,
) -> BTreeMap<String, String> {
    if let Some(language) = &output.language {
        for param in saved.params.iter().filter(|param| param.kind == ParamKind::Language) {
            given.entry(param.name.clone()).or_insert_with(|| language.clone());
        }
    }
    given
}

fn list_saved(queries: &Queries, session: &Session, output: &mut Output) -> Result<()> {
    let catalog = || session.catalog();
    match &queries.action {
        Some(QueriesAction::Show { name }) => return output.page(&session.saved(name)?.text),
        Some(QueriesAction::Export) => {
            let base = session.project().base.clone().unwrap_or_else(|| "urn:baimo:".to_owned());
            let triples = catalog()?.to_rdf(&base).into_iter().map(Ok);
            return output.answer(session, Answer::Graph(Box::new(triples)), &About::default()).map(drop);
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
        vec![text(&saved.name), text(&summary), text(&params.join(" ")), text(&saved.tags.join(" "))]
    };
    // People get what fits the window; programs get all.
    let shown = if output.row_format()? == RowFormat::Table { 3 } else { 4 };
    let cut = |mut row: Row| {
        row.truncate(shown);
        row
    };
    let found: Vec<Row> = catalog()?.find(&queries.words).into_iter().map(row).map(cut).collect();
    if found.is_empty() {
        output.report.note(&format!(
            "no saved query has `{}` in its name, tags or summary; `baimo queries` lists all",
            queries.words.join(" ")
        ));
    }
    let head: Vec<_> = ["name", "summary", "parameters", "tags"].into_iter().take(shown).collect();
    rows(&head, found, ("saved query", "saved queries"), session, output)
}

/// Writes rows made here.
fn rows(
    head: &[&str],
    found: Vec<Row>,
    nouns: (&'static str, &'static str),
    session: &Session,
    output: &mut Output,
) -> Result<()> {
    let variables = head.iter().map(|name| Variable::new_unchecked(*name)).collect();
    let rows = Answer::Rows(Rows { variables, rows: Box::new(found.into_iter().map(Ok)) });
    let about = About { nouns: Some(nouns), ..About::default() };
    output.answer(session, rows, &about).map(drop)
}

fn text(value: &str) -> Option<Term> {
    (!value.is_empty()).then(|| Literal::new_simple_literal(value).into())
}

/// A prefixed name as the IRI it stands for, anything else as text.
fn short_or_text(value: &str, session: &Session) -> Option<Term> {
    let iri = session.prefixes().expand(value).and_then(|iri| NamedNode::new(iri).ok());
    iri.map(Term::from).or_else(|| text(value))
}

fn hand_over(export: &Export, session: &Session, output: &mut Output) -> Result<()> {
    let constructs = !export.saved.is_empty() || export.query.is_some() || export.file.is_some();
    if constructs {
        return constructed(export, session, output);
    }
    let (selection, part) = match (&export.graph, &export.about) {
        (Some(name), _) if name == "default" => (Selection::DefaultGraph, "the default graph".to_owned()),
        (Some(name), _) => (Selection::Graph(iri(name, session)?.into()), format!("the graph {name}")),
        (None, Some(thing)) => {
            let about = thing_named(thing, session)?;
            (
                Selection::Around { thing: about, depth: export.depth },
                format!("{thing} and what is around it"),
            )
        }
        (None, None) => (Selection::All, "the whole".to_owned()),
    };
    let waiting = output.waiting();
    let quads = session.export(&selection)?;
    drop(waiting);
    write_quads(quads, export.header.then_some(part.as_str()), session, output)
}

/// What a CONSTRUCT or DESCRIBE gives.
fn constructed(export: &Export, session: &Session, output: &mut Output) -> Result<()> {
    let (answer, part) = match export.saved.split_first() {
        Some((name, values)) => {
            let saved = &session.saved(name)?;
            let words: Vec<OsString> = values.iter().map(OsString::from).collect();
            let Given::Values(given) = params::parse(saved, &words, output.language(session))? else {
                return Ok(());
            };
            let given = in_language(saved, given, output);
            let bindings = session.bindings(saved, &given)?;
            let answer = session.query(&saved.text, &bindings).map_err(|error| named(error, name))?;
            let with: Vec<_> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let with = if with.is_empty() { String::new() } else { format!(" with {}", with.join(", ")) };
            (answer, format!("the saved query {name}{with}"))
        }
        None => {
            let query = Query { text: None, query: export.query.clone(), file: export.file.clone() };
            let (name, text) = question(&query)?;
            let answer = session.query(&text, &Bindings::new()).map_err(|error| named(error, &name))?;
            (answer, format!("what the question below gives\n{}", text.trim_end()))
        }
    };
    let Answer::Graph(triples) = answer else {
        return Err(Error::usage("only CONSTRUCT and DESCRIBE give a graph to export")
            .hint("`baimo query` and `baimo run` write rows, as csv, json and more"));
    };
    let quads =
        triples.map(|triple| triple.map(|triple| triple.in_graph(crate::terms::GraphName::DefaultGraph)));
    write_quads(quads.collect::<Result<_>>()?, export.header.then_some(part.as_str()), session, output)
}

fn write_quads(
    mut quads: Vec<Quad>,
    part: Option<&str>,
    session: &Session,
    output: &mut Output,
) -> Result<()> {
    let named = quads.iter().any(|quad| !quad.graph_name.is_default_graph());
    let format = match output.format_name() {
        None if named => GraphFormat::TriG,
        _ => output.graph_format()?.ok_or_else(|| {
            Error::usage("a drawing is no export").hint("draw an answer: baimo query -F svg 'CONSTRUCT ...'")
        })?,
    };
    if named && !format.keeps_named_graphs() {
        in_one_graph(&mut quads, format, output);
    }
    let mut style = session.graph_style_for(format, &quads, output.language(session));
    if let Some(part) = part {
        style.header = session.export_header(part);
        if !format.has_comments() {
            output.report.note(&format!("{} has no comments: it is written without a header", format.name()));
        }
    }
    if output.tables(format, &quads, &style)? {
        return Ok(());
    }
    output.write(|out| graphs::write(out, format, quads, &style))
}

/// Takes the quads out of their graphs, and says so where there are several.
fn in_one_graph(quads: &mut [Quad], format: GraphFormat, output: &Output) {
    let first = quads.first().map(|quad| quad.graph_name.clone());
    if quads.iter().any(|quad| Some(&quad.graph_name) != first.as_ref()) {
        let lost = format!("{} keeps no named graphs: all triples are written as one graph", format.name());
        output
            .report
            .warning(&Diagnostic::new(lost).hint("trig, nquads and jsonld keep them; --graph IRI takes one"));
    }
    for quad in quads {
        quad.graph_name = crate::terms::GraphName::DefaultGraph;
    }
}

/// An IRI given as such or as a prefixed name.
fn iri(text: &str, session: &Session) -> Result<NamedNode> {
    let bare = text.trim().trim_start_matches('<').trim_end_matches('>');
    let full = match session.prefixes().expand(bare) {
        Some(full) if !bare.contains("://") => full,
        _ => bare.to_owned(),
    };
    NamedNode::new(full).map_err(|_| {
        Error::usage(format!("`{text}` is no IRI"))
            .hint("write https://..., or a prefixed name such as  vendor:baidu")
    })
}

/// The thing of the graph that is meant by an IRI, a prefixed name or a label in any language.
fn thing_named(text: &str, session: &Session) -> Result<Term> {
    let graph = session.graph();
    if let Ok(iri) = iri(text, session)
        && graph.id(Term::from(iri.clone()).as_ref()).is_some()
    {
        return Ok(iri.into());
    }
    let found: Vec<Term> = session.names().exact(text).into_iter().map(|id| graph.term(id)).collect();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            let error = Error::query(format!("nothing here is called `{text}`"));
            let near = nearest(text, session);
            let near: Vec<_> =
                near.iter().map(|hit| shown(&hit.term, hit.label.as_deref(), session)).collect();
            Err(match near.is_empty() {
                true => error.hint(Hint::SearchNames),
                false => error.hint(format!("did you mean {}?", near.join(", "))),
            })
        }
        several => {
            let several: Vec<_> = several.iter().map(|term| shown(term, None, session)).collect();
            Err(Error::query(format!("`{text}` is the name of {} things", several.len()))
                .hint(format!("choose one: {}", several.join(", "))))
        }
    }
}

/// The things whose names are nearest to a text: to the end of an IRI, to all but the last letters.
fn nearest(text: &str, session: &Session) -> Vec<crate::advise::schema::Match> {
    let found = session.search(text, 3);
    if !found.is_empty() {
        return found;
    }
    let end = text.trim_matches(['<', '>']).rsplit([':', '/', '#']).next().unwrap_or(text);
    let mut words = end.replace(['-', '_'], " ");
    for _ in 0..=words.chars().count().div_ceil(3) {
        let found = session.search(words.trim(), 3);
        if !found.is_empty() {
            return found;
        }
        words.pop();
    }
    Vec::new()
}

fn shown(term: &Term, label: Option<&str>, session: &Session) -> String {
    let name = session.prefixes().show(term.as_ref());
    label.map_or_else(|| name.clone(), |label| format!("{name} ({label})"))
}

fn describe_thing(describe: &Describe, session: &Session, output: &mut Output) -> Result<()> {
    let asked = Instant::now();
    let thing = thing_named(&describe.thing.join(" "), session)?;
    if output.shown() && output.format_name().is_none() && describe.depth == 0 {
        return output.description(session, &session.description(&thing)?);
    }
    let mut quads = session.export(&Selection::Around { thing: thing.clone(), depth: describe.depth })?;
    if describe.depth == 0 {
        quads.extend(mentions(&thing, session, output)?);
    }
    let triples = quads.into_iter().map(|quad| Ok(quad.into()));
    let about = About { asked: Some(asked), thing: Some(thing), ..About::default() };
    output.answer(session, Answer::Graph(Box::new(triples)), &about).map(drop)
}

/// Where a thing is mentioned: the triples that have it as their object.
fn mentions(thing: &Term, session: &Session, output: &Output) -> Result<Vec<Quad>> {
    let bindings = Bindings::from([(Variable::new_unchecked("thing"), thing.clone())]);
    let text = format!("CONSTRUCT WHERE {{ ?by ?how ?thing }} LIMIT {}", MENTIONS + 1);
    let Answer::Graph(triples) = session.query(&text, &bindings)? else { return Ok(Vec::new()) };
    let default = |triple: crate::terms::Triple| triple.in_graph(crate::terms::GraphName::DefaultGraph);
    let mut quads = triples.map(|triple| triple.map(default)).collect::<Result<Vec<_>>>()?;
    if quads.len() > MENTIONS {
        quads.truncate(MENTIONS);
        output.report.note(&format!("it is mentioned more often: {MENTIONS} mentions are shown"));
    }
    Ok(quads)
}

/// How many mentions of a thing are shown.
const MENTIONS: usize = 200;

fn find(search: &Search, session: &Session, output: &mut Output) -> Result<()> {
    let words = search.words.join(" ");
    let found = session.search(&words, search.limit);
    if found.is_empty() {
        output.report.note(&format!("nothing here is called `{words}`, nor anything like it"));
    }
    let row = |hit: crate::advise::schema::Match| {
        let label = hit.label.as_deref().and_then(text);
        let class = hit.class.as_deref().and_then(|class| short_or_text(class, session));
        vec![Some(hit.term), label, class, text(&hit.matched)]
    };
    let found = found.into_iter().map(row).collect();
    rows(&["thing", "label", "class", "name"], found, ("thing", "things"), session, output)
}

fn show_schema(of: &SchemaOf, session: &Session, output: &mut Output) -> Result<()> {
    let waiting = output.waiting();
    let schema = session.schema(of.filter.as_deref());
    drop(waiting);
    if let Some(what) = of.filter.as_deref().filter(|_| schema.classes.is_empty()) {
        output.report.note(&format!("no class or property here has `{what}` in its name or label"));
    }
    if output.format_name().is_none() {
        return output.page(&schema.show(session.prefixes()));
    }
    let number = |n: u64| Some(Term::from(Literal::from(n)));
    let mut found = Vec::new();
    for class in schema.classes {
        let label = class.label.as_deref().and_then(text);
        found.push(vec![class.class.clone(), label, None, None, number(class.count)]);
        for property in class.properties {
            let label = property.label.as_deref().and_then(text);
            let values: Vec<_> = property.values.iter().map(|(name, _)| name.as_str()).collect();
            let values = text(&values.join(" "));
            found.push(vec![
                class.class.clone(),
                label,
                Some(property.property),
                values,
                number(property.count),
            ]);
        }
    }
    rows(&["class", "label", "property", "values", "count"], found, ("row", "rows"), session, output)
}

/// Says what a change did, and writes the changed graph where a format or a file is named.
fn changed(change: Change, session: &Session, output: &mut Output) -> Result<()> {
    let Change { before, after, durable } = change;
    let difference = match after.cmp(&before) {
        std::cmp::Ordering::Equal => "no more and no fewer than before".to_owned(),
        std::cmp::Ordering::Greater => format!("{} more", after - before),
        std::cmp::Ordering::Less => format!("{} fewer", before - after),
    };
    let written = output.format.is_some() || output.target != Target::Stdout;
    let kept = if durable || written { "" } else { "; this lasts as long as the session" };
    if output.report.terminal || !written {
        output.report.note(&format!("{after} triples, {difference}{kept}"));
    }
    if written { write_quads(session.export(&Selection::All)?, None, session, output) } else { Ok(()) }
}

fn explain(query: &Query, session: &Session, output: &mut Output) -> Result<()> {
    let (name, text) = question(query)?;
    let mut lints = session.lints(&text).map_err(|error| named(error, &name))?;
    let explained = session.explain(&text, &Bindings::new()).map_err(|error| named(error, &name))?;
    let mut out = explained.draw(&|iri| session.prefixes().compact(iri));
    if let Some(stopped) = &explained.stopped {
        out.push_str(&format!("{stopped}: the figures are of the part that was done\n"));
    }
    out.push('\n');
    for lint in &mut lints {
        if let Some(span) = lint.span.as_mut().filter(|span| span.name == "query") {
            span.name.clone_from(&name);
        }
        out.push_str(&output.advice(lint));
    }
    if lints.is_empty() {
        out.push_str("nothing in this question looks slow or meant otherwise\n");
    }
    output.page(&out)
}

fn compare(diff: &Diff, session: &Session, output: &mut Output) -> Result<()> {
    let before = open(&diff.before)?;
    let other = diff.after.as_deref().map(open).transpose()?;
    let after = other.as_ref().unwrap_or(session);
    let difference = before.diff(after)?;
    let mut style = after.graph_style();
    style.prefixes.extend(before.prefixes());
    output.page(&changes::write(&difference.before, &difference.after, &style.prefixes))?;
    if difference.is_empty() {
        output.report.note(&format!("the two are the same: {} triples", difference.common));
        return Ok(());
    }
    let (removed, added) = (difference.removed.len(), difference.added.len());
    Err(Error::new(
        Kind::Check,
        format!("the graphs differ: {removed} removed, {added} added, {} in both", difference.common),
    ))
}

/// The graph of a file, or of a folder with a manifest.
fn open(path: &Path) -> Result<Session> {
    if path.is_dir() {
        if !path.join(crate::project::MANIFEST).is_file() {
            return Err(Error::usage(format!("{} is a folder without a baimo.toml", path.display()))
                .hint("name a file, or a folder that `baimo init` would make"));
        }
        return embedded::open(&Source::Here(path.to_owned()));
    }
    embedded::open(&Source::Files(vec![path.to_owned()]))
}

/// The name and the text of a question, from wherever the options say it is.
fn question(query: &Query) -> Result<(String, String)> {
    let inline = query.text.as_ref().or(query.query.as_ref());
    let (name, text) = match (&query.file, inline.map(String::as_str)) {
        (Some(file), _) => read(file)?,
        (None, Some("-")) => read(Path::new("-"))?,
        (None, Some(text)) => ("query".to_owned(), text.to_owned()),
        (None, None) if io::stdin().is_terminal() => {
            return Err(Error::usage("the question is missing")
                .hint("baimo query 'SELECT * { ?s ?p ?o } LIMIT 5'")
                .hint("baimo query -f FILE, or  baimo  alone for a prompt"));
        }
        (None, None) => read(Path::new("-"))?,
    };
    if text.trim().is_empty() {
        return Err(Error::usage("the question is empty").hint("baimo query 'SELECT * { ?s ?p ?o } LIMIT 5'"));
    }
    if !text.contains(char::is_whitespace) && Path::new(&text).is_file() {
        return Err(Error::usage(format!("`{text}` is a file, not a question"))
            .hint(format!("baimo query -f {text}")));
    }
    Ok((name, text))
}

/// The name and the text of a file; `-` is stdin.
fn read(path: &Path) -> Result<(String, String)> {
    let stdin = path == Path::new("-");
    let name = if stdin { "stdin".to_owned() } else { path.display().to_string() };
    let failed = |error| Error::data(format!("cannot read {name}")).because(error).hint("check the name");
    let mut bytes = Vec::new();
    if stdin {
        io::stdin().lock().take(MAX_TEXT + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else if path.is_dir() {
        return Err(Error::data(format!("cannot read {name}: it is a folder")).hint("name a file in it"));
    } else {
        std::fs::File::open(path)
            .and_then(|file| file.take(MAX_TEXT + 1).read_to_end(&mut bytes))
            .map_err(failed)?;
    }
    if bytes.len() as u64 > MAX_TEXT {
        return Err(Error::data(format!("{name} is too long for a question: over {} MB", MAX_TEXT >> 20))
            .hint("is it a data file? then name it with --data"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count() + 1;
            Err(Error::data(format!("{name} is no UTF-8 text: line {line} has a byte that is none"))
                .hint("save it as UTF-8; is it a text at all?"))
        }
    }
}

/// The longest text taken for a question. An endless pipe ends here.
const MAX_TEXT: u64 = 16 << 20;
