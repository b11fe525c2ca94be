//! LANG and DATATYPE of the terms of a column (SPARQL 1.2, 17.4.2.6 and 17.4.2.10), without a term each.
//!
//! In: a step of one argument that is a column of the graph. Out: languages as texts, datatypes by number. Most kinds of terms have one
//! datatype, and the column of languages tells that of a string; of the others the text is read. Nothing where a cell is a term of the query.

use super::compile::{Program, Step};
use super::kernels::{computed, kind_of};
use super::program::Terms;
use super::texts::Texts;
use super::vector::Vector;
use crate::error::Result;
use crate::store::{Id, Indexed, Kind, Lexical, NONE, Scratch, Tag};
use crate::syntax::algebra::Function;
use crate::terms::{NamedNode, NamedNodeRef, Term, rdf, xsd};
use baimo_store::store::Number;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// The cells of a column at some places of a step; nothing where one of them is a term of the query.
pub(super) fn cells(
    program: &Program,
    step: &Step,
    places: &Range<usize>,
    graph: &dyn Indexed,
) -> Option<Vec<Id>> {
    let [argument] = step.arguments.as_slice() else { return None };
    let ids = program.column_of(*argument)?;
    let cell = |at| ids.get(program.place_of_argument(step.domain, *argument, at)).copied().unwrap_or(NONE);
    let computed = computed(graph);
    places.clone().map(cell).map(|id| (!(computed..NONE).contains(&id)).then_some(id)).collect()
}

/// The results of a step at some of its places, if they can be had this way.
///
/// # Errors
/// Where the graph is damaged.
pub(super) fn compute(
    program: &Program,
    step: &Step,
    function: &Function,
    places: &Range<usize>,
    (graph, terms): (&dyn Indexed, &dyn Terms),
) -> Result<Option<Vector>> {
    let Some(ids) = cells(program, step, places, graph) else { return Ok(None) };
    Ok(match function {
        Function::Lang => languages(&ids, graph)?.map(Vector::Texts),
        Function::Datatype => datatypes(&ids, graph, terms)?.map(Vector::Ids),
        _ => None,
    })
}

/// The language of each, which is the empty text for literals without one; an error for what is no literal.
fn languages(ids: &[Id], graph: &dyn Indexed) -> Result<Option<Texts>> {
    let (languages, kind_of) = (graph.languages()?, kind_of(graph));
    let mut texts = Texts::default();
    let mut scratch = Scratch::default();
    for id in ids {
        let tag = match kind_of(*id) {
            _ if *id == NONE => None,
            None => return Ok(None),
            Some(Kind::Iri | Kind::Blank | Kind::Triple) => None,
            Some(Kind::LangString) => {
                let tag = languages.place(*id).and_then(|place| languages.tags().get(place).copied());
                if tag.is_some() { tag } else { tag_of(graph.lexical(*id, &mut scratch)?) }
            }
            Some(_) => Some(""),
        };
        texts.push(tag);
    }
    Ok(Some(texts))
}

fn tag_of(lexical: Lexical<'_>) -> Option<&str> {
    match lexical {
        Lexical::Literal(_, Tag::Language(tag) | Tag::Directed(tag, _)) => Some(tag),
        _ => None,
    }
}

/// The one datatype that literals of a kind have; nothing where there are several.
fn datatype_of(kind: Kind, number: Option<Number>) -> Option<NamedNodeRef<'static>> {
    Some(match (kind, number) {
        (Kind::String, _) => xsd::STRING,
        (Kind::Boolean, _) => xsd::BOOLEAN,
        (Kind::Date, _) => xsd::DATE,
        (Kind::Number, Some(Number::Decimal { .. })) => xsd::DECIMAL,
        (Kind::Number, Some(Number::Float(_))) => xsd::FLOAT,
        (Kind::Number, Some(Number::Double(_))) => xsd::DOUBLE,
        _ => return None,
    })
}

/// The datatype of each by number; an error for what is no literal.
fn datatypes(ids: &[Id], graph: &dyn Indexed, terms: &dyn Terms) -> Result<Option<Vec<Id>>> {
    let (numbers, kind_of) = (graph.numbers()?, kind_of(graph));
    let mut known: FxHashMap<String, Id> = FxHashMap::default();
    let mut number_of = |datatype: &str| -> Result<Option<Id>> {
        if let Some(id) = known.get(datatype) {
            return Ok(Some(*id));
        }
        let Some(id) = terms.number_of(&Term::NamedNode(NamedNode::new_unchecked(datatype)))? else {
            return Ok(None);
        };
        known.insert(datatype.to_owned(), id);
        Ok(Some(id))
    };
    let (mut found, mut open) = (vec![NONE; ids.len()], Vec::new());
    let mut last = None;
    for ((at, id), found) in ids.iter().enumerate().zip(&mut found) {
        let kind = match kind_of(*id) {
            _ if *id == NONE => continue,
            None => return Ok(None),
            Some(Kind::Iri | Kind::Blank | Kind::Triple) => continue,
            Some(kind) => kind,
        };
        let number = if kind == Kind::Number { numbers.get(*id) } else { None };
        let Some(datatype) = datatype_of(kind, number) else {
            open.push((at, *id));
            continue;
        };
        // Neighbours mostly have the same.
        *found = match last.filter(|(known, _)| *known == datatype) {
            Some((_, id)) => id,
            None => match number_of(datatype.as_str())? {
                Some(id) => id,
                None => return Ok(None),
            },
        };
        last = Some((datatype, *found));
    }
    let ids: Vec<Id> = open.iter().map(|(_, id)| *id).collect();
    let mut all = true;
    graph.lexicals(&ids, &mut Scratch::default(), &mut |place, lexical| {
        let datatype = match lexical {
            Lexical::Literal(_, Tag::Datatype(datatype)) => datatype,
            Lexical::Literal(_, Tag::Language(_)) => rdf::LANG_STRING.as_str(),
            Lexical::Literal(_, Tag::Directed(..)) => rdf::DIR_LANG_STRING.as_str(),
            _ => return Ok(()),
        };
        let id = number_of(datatype)?;
        all &= id.is_some();
        let at = open.get(place).map(|(at, _)| *at);
        at.and_then(|at| found.get_mut(at)).into_iter().for_each(|found| *found = id.unwrap_or(NONE));
        Ok(())
    })?;
    Ok(all.then_some(found))
}
