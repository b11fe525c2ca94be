//! CONSTRUCT and DESCRIBE: triples made of solutions.
//!
//! In: a running pattern, a template or nothing. Out: triples, each once, since the answer is a graph, a set. A template gives
//! for each solution its triples with the solution's terms and new blank nodes in them; what is not a triple of RDF, or has
//! something unbound in it, is left out (SPARQL 1.1, section 16.2). DESCRIBE, which section 16.4 leaves open, gives what has
//! the thing as its subject, and likewise for the blank nodes found there (a concise bounded description).

use super::Running;
use super::batch::{Batch, Expander};
use super::context::Context;
use super::dataset::Dataset;
use super::decoded::{FIRST_ROWS, rows_after, write_ids};
use super::seen::Seen;
use crate::answer::TripleSource;
use crate::answer::page::Page;
use crate::error::Result;
use crate::plan::logical;
use crate::plan::variables::{Var, VariableNames};
use crate::store::{End, Id, Kind, NONE, PairCursor, Scratch, View};
use crate::syntax::algebra::{NamedNodePattern, TermPattern, TriplePattern};
use crate::terms::{BlankNode, NamedOrBlankNode, Term, Triple, Variable};
use std::collections::HashMap;

/// To read the terms of a triple takes as long as so many units of work.
const READING: usize = 20;

/// To make and to number a blank node takes as long as so many units of work.
const NAMING: usize = 10;

/// So many triples of things are made at once, about.
const FEW: usize = 256;

/// Subjects, predicates and objects: each three can be a triple.
type Found = [Vec<Id>; 3];

/// Makes triples, some at a time.
pub trait Source {
    /// More triples by number, perhaps none for now; nothing once there are no more.
    ///
    /// # Errors
    /// Where the graph is damaged, or a limit is met.
    fn more(&mut self) -> Result<Option<Found>>;

    /// What the numbers stand for.
    fn context(&self) -> &Context<'_>;
}

/// The triples of a source, one by one or a page at a time. An error ends them.
pub struct Triples<S> {
    source: S,
    ready: Found,
    /// How many of those that are ready were given.
    given: usize,
    ended: bool,
    scratch: Scratch,
    /// How many triples the next page takes.
    rows: usize,
}

impl<S> Triples<S> {
    /// All that `source` makes.
    pub fn of(source: S) -> Self {
        let scratch = Scratch::new();
        Self { source, ready: Found::default(), given: 0, ended: false, scratch, rows: FIRST_ROWS }
    }
}

impl<S: Source> Triples<S> {
    /// How many triples are ready; none once all were given.
    fn ready(&mut self) -> Result<usize> {
        loop {
            let [subjects, ..] = &self.ready;
            let ready = subjects.len() - self.given;
            if ready > 0 || self.ended {
                return Ok(ready);
            }
            let more = self.source.more();
            self.ended = !matches!(more, Ok(Some(_)));
            if let Some(more) = more? {
                (self.ready, self.given) = (more, 0);
            }
        }
    }

    /// The next triple that is ready.
    fn read(&mut self) -> Result<Option<Triple>> {
        let ids = self.ready.each_ref().map(|ids| ids.get(self.given).copied().unwrap_or(NONE));
        self.given += 1;
        Ok(triple(terms(ids, self.source.context())?))
    }
}

impl<S: Source> Iterator for Triples<S> {
    type Item = Result<Triple>;

    fn next(&mut self) -> Option<Result<Triple>> {
        loop {
            let triple = match self.ready() {
                Ok(0) => return None,
                Ok(_) => self.read(),
                Err(error) => Err(error),
            };
            self.ended |= triple.is_err();
            if let Some(triple) = triple.transpose() {
                return Some(triple);
            }
        }
    }
}

impl<S: Source> TripleSource for Triples<S> {
    fn page(&mut self, page: &mut Page) -> Result<bool> {
        page.clear(3);
        let rows = self.ready()?.min(self.rows);
        for (column, ids) in self.ready.iter().enumerate() {
            let ids = ids.get(self.given..self.given + rows).unwrap_or_default();
            let filled = write_ids(ids, column, page, self.source.context(), &mut self.scratch);
            self.ended |= filled.is_err();
            filled?;
        }
        page.set_len(rows);
        self.given += rows;
        self.rows = rows_after(self.rows, page, 3);
        Ok(rows > 0)
    }
}

/// A term of a template.
enum TemplateTerm {
    Term(Id),
    Column(Option<usize>),
    Blank(String),
    Triple(Box<[TemplateTerm; 3]>),
}

/// The triples of CONSTRUCT.
pub struct Construct<'a> {
    root: Running<'a>,
    cx: Context<'a>,
    template: Vec<[TemplateTerm; 3]>,
    expander: Expander,
    /// Whether each of equal solutions gives triples of its own.
    has_blanks: bool,
    seen: Seen,
    places: Vec<u32>,
}

/// The variables of a template.
pub fn variables(template: &[TriplePattern]) -> Vec<Variable> {
    fn in_triple(triple: &TriplePattern, found: &mut Vec<Variable>) {
        for term in [&triple.subject, &triple.object] {
            match term {
                TermPattern::Variable(variable) => found.push(variable.clone()),
                TermPattern::Triple(inner) => in_triple(inner, found),
                TermPattern::NamedNode(_) | TermPattern::Literal(_) | TermPattern::BlankNode(_) => {}
            }
        }
        if let NamedNodePattern::Variable(variable) = &triple.predicate {
            found.push(variable.clone());
        }
    }
    let mut found = Vec::new();
    template.iter().for_each(|triple| in_triple(triple, &mut found));
    found
}

/// Whether a template makes blank nodes: then equal solutions make different triples.
pub fn has_blanks(template: &[TriplePattern]) -> bool {
    fn in_term(term: &TermPattern) -> bool {
        match term {
            TermPattern::BlankNode(_) => true,
            TermPattern::Triple(triple) => in_term(&triple.subject) || in_term(&triple.object),
            TermPattern::NamedNode(_) | TermPattern::Literal(_) | TermPattern::Variable(_) => false,
        }
    }
    template.iter().any(|triple| in_term(&triple.subject) || in_term(&triple.object))
}

impl<'a> Construct<'a> {
    /// Of the solutions of `root`, whose columns are `columns`.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn new(
        root: Running<'a>,
        mut cx: Context<'a>,
        template: &[TriplePattern],
        columns: &[Var],
        names: &VariableNames,
    ) -> Result<Self> {
        let places =
            template.iter().map(|triple| places(triple, columns, names, &mut cx)).collect::<Result<_>>()?;
        Ok(Self {
            root,
            cx,
            template: places,
            expander: Expander::default(),
            has_blanks: has_blanks(template),
            seen: Seen::default(),
            places: Vec::new(),
        })
    }
}

impl Source for Construct<'_> {
    fn context(&self) -> &Context<'_> {
        &self.cx
    }

    fn more(&mut self) -> Result<Option<Found>> {
        let batch = match self.expander.take() {
            Some(batch) => batch,
            None => {
                let Some(batch) = self.root.next(&mut self.cx)? else { return Ok(None) };
                if self.has_blanks {
                    self.expander.fill(batch);
                    return Ok(Some(Found::default()));
                }
                batch
            }
        };
        let mut found = Found::default();
        for row in 0..batch.len {
            let mut blanks = HashMap::new();
            for places in &self.template {
                let [s, p, o] = places;
                let ids = [
                    instance(s, &batch, row, &mut blanks, &mut self.cx)?,
                    instance(p, &batch, row, &mut blanks, &mut self.cx)?,
                    instance(o, &batch, row, &mut blanks, &mut self.cx)?,
                ];
                if is_triple(ids, &self.cx) {
                    found.iter_mut().zip(ids).for_each(|(column, id)| column.push(id));
                }
            }
            self.cx.work(self.template.len() + blanks.len() * NAMING)?;
        }
        let [subjects, predicates, objects] = &found;
        let mut known = self.seen.len() as u32;
        self.seen.enter(&[subjects, predicates, objects], subjects.len(), &self.cx, &mut self.places)?;
        // Those that were met before are left out.
        let mut kept = 0;
        for (row, place) in self.places.iter().enumerate() {
            if *place == known {
                (known, kept) = (known + 1, kept + 1);
                found.iter_mut().for_each(|column| column.swap(kept - 1, row));
            }
        }
        found.iter_mut().for_each(|column| column.truncate(kept));
        self.cx.work(kept * READING)?;
        Ok(Some(found))
    }
}

fn places(
    triple: &TriplePattern,
    columns: &[Var],
    names: &VariableNames,
    cx: &mut Context<'_>,
) -> Result<[TemplateTerm; 3]> {
    let column = |name: &str| {
        let var = names.find(name);
        TemplateTerm::Column(var.and_then(|var| columns.iter().position(|column| *column == var)))
    };
    let mut place = |term: &TermPattern| -> Result<TemplateTerm> {
        Ok(match term {
            TermPattern::Variable(variable) => column(variable.as_str()),
            TermPattern::BlankNode(node) => TemplateTerm::Blank(node.as_str().to_owned()),
            TermPattern::NamedNode(iri) => TemplateTerm::Term(cx.intern(&iri.clone().into())?),
            TermPattern::Literal(literal) => TemplateTerm::Term(cx.intern(&literal.clone().into())?),
            TermPattern::Triple(inner) => TemplateTerm::Triple(Box::new(places(inner, columns, names, cx)?)),
        })
    };
    let (subject, object) = (place(&triple.subject)?, place(&triple.object)?);
    let predicate = match &triple.predicate {
        NamedNodePattern::Variable(variable) => column(variable.as_str()),
        NamedNodePattern::NamedNode(iri) => TemplateTerm::Term(cx.intern(&iri.clone().into())?),
    };
    Ok([subject, predicate, object])
}

/// The term of a place for one solution; [`NONE`] where there is none.
fn instance(
    place: &TemplateTerm,
    batch: &Batch,
    row: usize,
    blanks: &mut HashMap<String, Id>,
    cx: &mut Context<'_>,
) -> Result<Id> {
    Ok(match place {
        TemplateTerm::Term(id) => *id,
        TemplateTerm::Column(column) => column.map_or(NONE, |column| batch.cell(column, row)),
        TemplateTerm::Blank(label) => match blanks.get(label) {
            Some(id) => *id,
            None => {
                let id = cx.intern(&BlankNode::default().into())?;
                blanks.insert(label.clone(), id);
                id
            }
        },
        TemplateTerm::Triple(inner) => {
            let [s, p, o] = inner.as_ref();
            let ids = [
                instance(s, batch, row, blanks, cx)?,
                instance(p, batch, row, blanks, cx)?,
                instance(o, batch, row, blanks, cx)?,
            ];
            match triple(terms(ids, cx)?) {
                Some(triple) => cx.intern(&triple.into())?,
                None => NONE,
            }
        }
    })
}

/// Whether three terms can be a triple.
fn is_triple([subject, predicate, object]: [Id; 3], cx: &Context<'_>) -> bool {
    let is_subject = matches!(kind(subject, cx), Some(Kind::Iri | Kind::Blank));
    is_subject && kind(predicate, cx) == Some(Kind::Iri) && object != NONE
}

/// Whether a term is an IRI, a blank node or something else.
fn kind(id: Id, cx: &Context<'_>) -> Option<Kind> {
    let of_term = |term: &Term| match term {
        Term::NamedNode(_) => Some(Kind::Iri),
        Term::BlankNode(_) => Some(Kind::Blank),
        Term::Literal(_) | Term::Triple(_) => None,
    };
    cx.graph.kind(id).or_else(|| cx.locals.with(id, of_term)?)
}

fn terms([s, p, o]: [Id; 3], cx: &Context<'_>) -> Result<[Option<Term>; 3]> {
    Ok([cx.term(s)?, cx.term(p)?, cx.term(o)?])
}

/// Three terms as a triple, where they can be one.
fn triple([subject, predicate, object]: [Option<Term>; 3]) -> Option<Triple> {
    let subject: NamedOrBlankNode = match subject? {
        Term::NamedNode(iri) => iri.into(),
        Term::BlankNode(node) => node.into(),
        Term::Literal(_) | Term::Triple(_) => return None,
    };
    let Term::NamedNode(predicate) = predicate? else { return None };
    Some(Triple { subject, predicate, object: object? })
}

/// The triples of DESCRIBE.
pub struct Describe<'a> {
    root: Running<'a>,
    cx: Context<'a>,
    view: Option<View<'a>>,
    described: Seen,
    places: Vec<u32>,
    /// Things still to describe, the next one last.
    open: Vec<Id>,
    /// What is left of the thing at hand: its lists, each with its predicate, the next one last.
    thing: Id,
    lists: Vec<(Id, PairCursor<'a>)>,
}

impl<'a> Describe<'a> {
    /// Of all things in the solutions of `root`, as the default graph describes them.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn new(root: Running<'a>, cx: Context<'a>, dataset: &Dataset<'a>) -> Result<Self> {
        let view = dataset.view(&logical::Source::Default)?;
        let (described, lists) = (Seen::default(), Vec::new());
        Ok(Self { root, cx, view, described, places: Vec::new(), open: Vec::new(), thing: NONE, lists })
    }
}

impl Describe<'_> {
    /// Whether a thing was not met before.
    fn is_new(&mut self, thing: Id) -> Result<bool> {
        let known = self.described.len();
        self.described.enter(&[&[thing]], 1, &self.cx, &mut self.places)?;
        Ok(self.described.len() > known)
    }

    /// Adds the triples of the thing at hand with its next predicate, or goes on to the next thing; whether there was any. A thing may
    /// have any number of triples, of which those of one predicate are held.
    fn describe_more(&mut self, ready: &mut Found) -> Result<bool> {
        let Some(view) = &self.view else {
            self.open.clear();
            return Ok(false);
        };
        let Some((predicate, mut cursor)) = self.lists.pop() else {
            let Some(thing) = self.open.pop() else { return Ok(false) };
            self.cx.work(1)?;
            self.thing = thing;
            self.lists = view.lists_of(thing, End::Subject)?;
            self.lists.reverse();
            return Ok(true);
        };
        let objects = cursor.lookup(self.thing)?;
        if objects.len() > FEW {
            // As three columns, which double.
            self.cx.room(objects.len() * 6 * size_of::<Id>())?;
        }
        for object in objects {
            self.cx.work(READING)?;
            if kind(*object, &self.cx) == Some(Kind::Blank) {
                let known = self.described.len();
                self.described.enter(&[&[*object]], 1, &self.cx, &mut self.places)?;
                if self.described.len() > known {
                    self.open.push(*object);
                }
            }
            let ids = [self.thing, predicate, *object];
            if is_triple(ids, &self.cx) {
                ready.iter_mut().zip(ids).for_each(|(column, id)| column.push(id));
            }
        }
        Ok(true)
    }
}

impl Source for Describe<'_> {
    fn context(&self) -> &Context<'_> {
        &self.cx
    }

    fn more(&mut self) -> Result<Option<Found>> {
        let mut ready = Found::default();
        while let [subjects, ..] = &ready
            && subjects.len() < FEW
            && self.describe_more(&mut ready)?
        {}
        let [subjects, ..] = &ready;
        if !subjects.is_empty() {
            return Ok(Some(ready));
        }
        let Some(batch) = self.root.next(&mut self.cx)? else { return Ok(None) };
        self.cx.work(batch.len * batch.columns.len())?;
        for row in (0..batch.len).rev() {
            for column in &batch.columns {
                let id = column.ids().and_then(|ids| ids.get(row)).copied().unwrap_or(NONE);
                if id != NONE && self.is_new(id)? {
                    self.open.push(id);
                }
            }
        }
        Ok(Some(ready))
    }
}
