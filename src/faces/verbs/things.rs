//! Things of the graph: described, found by name, and the classes and properties they have.
//!
//! In: a name as a person gives it. Out: a description, rows, or a schema, in the presenter.

use super::beside;
use crate::engine::Bindings;
use crate::engine::answer::{Answer, Row, Rows};
use crate::error::{Error, Hint, Result};
use crate::explore::resolve;
use crate::explore::search::Match;
use crate::explore::selection::Selection;
use crate::faces::args::{Describe, SchemaOf, Search};
use crate::faces::terminal::present::{About, Output};
use crate::formats::documents;
use crate::formats::rows::RowFormat;
use crate::session::Session;
use crate::show::text::cut_beside_numbers;
use crate::store::pack::Watch;
use crate::terms::{Literal, NamedNode, Quad, Term, Variable};
use std::time::Instant;

/// An IRI given as such or as a prefixed name.
///
/// # Errors
/// Where it is neither.
pub fn iri(text: &str, session: &Session) -> Result<NamedNode> {
    resolve::iri(text, session.prefixes()).ok_or_else(|| {
        Error::usage(format!("`{text}` is not an IRI"))
            .hint("write https://..., or a prefixed name such as  vendor:baidu")
    })
}

/// Says all that is known about a thing.
///
/// # Errors
/// Where nothing, or more than one thing, is called so.
pub fn describe(describe: &Describe, session: &Session, output: &Output) -> Result<()> {
    let asked = Instant::now();
    let name = describe.thing.join(" ");
    let thing = beside(session, move |known| known.thing(&name))??;
    if output.shown() && output.format_name().is_none() && describe.depth == 0 {
        return output.description(session, &session.description(&thing)?);
    }
    let around = Selection::Around { thing: thing.clone(), depth: describe.depth };
    let governor = session.ask.governor();
    let check = || governor.check();
    let watch = Watch::asking(&check);
    let mut quads = session.part(&around, watch)?.quads(watch)?;
    if describe.depth == 0 {
        quads.extend(mentions(&thing, session, output)?);
    }
    let triples = quads.into_iter().map(|quad| Ok(quad.into()));
    let about = About { asked: Some(asked), thing: Some(thing), ..About::default() };
    output.answer(session, Answer::graph(triples), &about).map(drop)
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

/// Finds things by their names.
///
/// # Errors
/// Where they cannot be written.
pub fn find(search: &Search, session: &Session, output: &Output) -> Result<()> {
    let words = search.words.join(" ");
    let (wanted, limit) = (words.clone(), search.limit);
    let found = beside(session, move |known| known.search(&wanted, limit))??;
    if found.is_empty() {
        output.report.note(&format!("nothing here is called `{words}`, nor anything like it"));
    }
    session.names_cut_off().iter().for_each(|hint| output.report.remedy(hint));
    let row = |hit: Match| {
        let label = hit.label.as_deref().and_then(text);
        let class = hit.class.and_then(|(class, label)| label.as_deref().and_then(text).or(Some(class)));
        vec![Some(hit.term), label, class, text(&hit.matched)]
    };
    let found = found.into_iter().map(row).collect();
    rows(&["thing", "label", "class", "name"], found, ("thing", "things"), session, output)
}

/// Shows the classes and properties of the graph.
///
/// # Errors
/// Where they cannot be written.
pub fn schema(of: &SchemaOf, session: &Session, output: &Output) -> Result<()> {
    let waiting = output.waiting();
    let filter = of.filter.clone();
    let schema = beside(session, move |known| known.schema(filter.as_deref()))??;
    drop(waiting);
    let nothing = of.filter.as_deref().filter(|_| schema.classes.is_empty());
    if let Some(what) = nothing {
        no_schema(what, &schema.near, session, output)?;
    }
    if output.format_name().is_none() {
        if nothing.is_some() {
            return Ok(());
        }
        let text = schema.show(session.prefixes(), output.report.tongue.words());
        let within = |line: &str| cut_beside_numbers(line, output.window.width) + "\n";
        // Examples come last in their lines; `-F csv` has all.
        let text = if output.shown() { text.lines().map(within).collect() } else { text };
        return output.page(&text);
    }
    if output.format_name() == Some("json") {
        return output.text(&documents::schema(&schema)?);
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

/// Says that no class or property is called so, and what may be meant: a thing of this very name, or a class or property of
/// one like it.
fn no_schema(what: &str, near: &[NamedNode], session: &Session, output: &Output) -> Result<()> {
    output.report.note(&format!("no class or property here has `{what}` in its name or label"));
    let (wanted, prefixes) = (what.to_owned(), session.prefixes());
    let thing = beside(session, move |known| {
        let thing = known.thing(&wanted)?;
        let label = known.label(&thing, known.language());
        Ok::<_, Error>((thing, label))
    })?;
    let near: Vec<String> = near.iter().map(|near| prefixes.show(near.as_ref().into())).collect();
    match thing {
        Ok((thing, label)) => {
            let name = prefixes.show(thing.as_ref());
            let title = label.unwrap_or_else(|| what.to_owned());
            output.report.remedy(&Hint::TryThing { name, title });
        }
        Err(_) if near.is_empty() => output.report.remedy(&Hint::ListSchema),
        Err(_) => output.report.note(&format!("did you mean {}?", near.join(" or "))),
    }
    Ok(())
}

/// Presents rows made here.
///
/// # Errors
/// Where they cannot be written.
pub fn rows(
    head: &[&str],
    found: Vec<Row>,
    nouns: (&'static str, &'static str),
    session: &Session,
    output: &Output,
) -> Result<()> {
    let tongue = output.report.tongue;
    // Programs find a column by its name.
    let shown = output.row_format()? == RowFormat::Table;
    let named = |name: &str| if shown { tongue.word(name).into_owned() } else { name.to_owned() };
    let variables = head.iter().map(|name| Variable::new_unchecked(named(name))).collect();
    let rows = Answer::Rows(Rows::of(variables, found.into_iter().map(Ok)));
    let about = About { nouns: Some(nouns), ..About::default() };
    output.answer(session, rows, &about).map(drop)
}

/// A text as a term; nothing for an empty one.
pub fn text(value: &str) -> Option<Term> {
    (!value.is_empty()).then(|| Literal::new_simple_literal(value).into())
}
