//! DELETE and INSERT WHERE by numbers of terms: no term is read or built for what the graph has already.
//!
//! In: templates whose places are variables, IRIs or literals; the solutions of a pattern, a batch at a time. Out: the quads to
//! take away and those to add, by numbers, carried out in an order in which neighbours lie together. Templates with blank
//! nodes or triple terms are no matter of it: see [`super`].

use super::Templates;
use crate::aside::Aside;
use crate::error::Result;
use crate::exec;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::sorting;
use crate::governor::Governor;
use crate::store::memory::Memory;
use crate::store::pack::Watch;
use crate::store::{Graph, Id, Kind, NONE};
use crate::terms::{Literal, NamedNode, Term, Variable};
use spargebra::Query;
use spargebra::term::{
    GraphNamePattern, GroundQuadPattern, GroundTermPattern, NamedNodePattern, QuadPattern, TermPattern,
};
use std::collections::HashMap;

/// Rows looked at without a look at the clock.
const STRETCH: usize = 1 << 14;

/// Graph (nothing for the default one), subject, predicate, object of a template.
type Places = [Place; 4];

/// A place of a template.
enum Place {
    Variable(Variable),
    /// A term, and its number once that is known.
    Term(Term, Id),
    DefaultGraph,
}

/// Quads by numbers: graph ([`NONE`] for the default one), predicate, subject, object.
type Row = [Id; 4];

/// Quads as they are found, again and again where solutions share them.
#[derive(Default)]
struct Quads {
    rows: Aside<Row>,
    /// How many there were when they were last put in order.
    settled: usize,
    /// Whether so few were the same that it does not pay to look again.
    differ: bool,
}

/// So many quads are looked through for those that are the same: 64 MB.
const MANY: usize = if cfg!(test) { 16 } else { 1 << 22 };

impl Quads {
    /// Keeps each once, where there are many and most are the same as others.
    fn settle(&mut self, governor: &Governor) -> Result<()> {
        let Self { rows: Aside(rows), settled, differ } = self;
        if *differ || rows.len() < MANY.max(*settled * 2) {
            return Ok(());
        }
        let before = rows.len();
        sorting::sort(rows, governor, &Ord::cmp)?;
        rows.dedup();
        (*settled, *differ) = (rows.len(), rows.len() > before / 2);
        Ok(())
    }
}

/// What the templates give, and the terms that the query computed for it.
#[derive(Default)]
struct Found {
    gone: Quads,
    come: Quads,
    computed: HashMap<Id, Term>,
}

/// Carries out an operation whose templates are simple. Says whether they are.
///
/// # Errors
/// Where the graph is damaged, or a limit is met.
pub fn delete_insert(
    templates: Templates<'_>,
    query: &Query,
    memory: &mut Memory,
    governor: &Governor,
) -> Result<bool> {
    let deleted: Option<Vec<Places>> = templates.0.iter().map(deleted).collect();
    let inserted: Option<Vec<Places>> = templates.1.iter().map(inserted).collect();
    let (Some(mut deleted), Some(mut inserted)) = (deleted, inserted) else { return Ok(false) };
    memory.prepare(Watch::asking(&|| governor.check()))?;
    // From here on numbers stay what they are.
    memory.numbered()?;
    for place in inserted.iter_mut().flatten() {
        if let Place::Term(term, id) = place {
            *id = memory.intern(term.as_ref())?;
        }
    }
    let mut found = Found::default();
    {
        let graph = memory.numbered()?;
        for place in deleted.iter_mut().flatten() {
            if let Place::Term(term, id) = place {
                *id = graph.id(term.as_ref())?.unwrap_or(NONE);
            }
        }
        exec::solutions(graph, query, governor, &mut |variables, batch, cx| {
            found.add(&deleted, false, (variables, batch), cx)?;
            found.add(&inserted, true, (variables, batch), cx)
        })?;
    }
    found.carry_out(memory, governor)?;
    Ok(true)
}

impl Found {
    /// Adds what templates give for a batch of solutions.
    fn add(
        &mut self,
        templates: &[Places],
        comes: bool,
        (variables, batch): (&[Variable], &Batch),
        cx: &Context<'_>,
    ) -> Result<()> {
        for template in templates {
            let column = |place: &Place| match place {
                Place::Variable(variable) => {
                    variables.iter().position(|have| have == variable).map(|n| batch.column(n))
                }
                _ => None,
            };
            let columns: [Option<&[Id]>; 4] = std::array::from_fn(|n| template.get(n).and_then(column));
            let quads = if comes { &mut self.come } else { &mut self.gone };
            quads.settle(cx.governor())?;
            let rows = &mut quads.rows.0;
            cx.room(batch.len * size_of::<Row>())?;
            for row in 0..batch.len {
                let number = |n: usize| match (template.get(n), columns.get(n).copied().flatten()) {
                    (_, Some(column)) => column.get(row).copied().unwrap_or(NONE),
                    (Some(Place::Term(_, id)), None) => *id,
                    _ => NONE,
                };
                let quad @ [graph, s, p, o] = std::array::from_fn(number);
                let names_graph = !matches!(template.first(), Some(Place::DefaultGraph));
                // A quad with a place that has no value or a wrong one is left out (section 4.2.4).
                let fits = s != NONE
                    && p != NONE
                    && o != NONE
                    && is_kind(s, cx, |kind| matches!(kind, Kind::Iri | Kind::Blank))
                    && is_kind(p, cx, |kind| kind == Kind::Iri)
                    && (!names_graph
                        || graph != NONE
                            && is_kind(graph, cx, |kind| matches!(kind, Kind::Iri | Kind::Blank)));
                if !fits {
                    continue;
                }
                for id in quad {
                    if let Some(term) = cx.locals.term(id) {
                        self.computed.entry(id).or_insert(term);
                    }
                }
                rows.push([graph, p, s, o]);
            }
        }
        Ok(())
    }

    /// What is to go goes before what is to come.
    fn carry_out(mut self, memory: &mut Memory, governor: &Governor) -> Result<()> {
        // A term that was computed is in no quad yet.
        if !self.computed.is_empty() {
            self.gone.rows.0.retain(|row| !row.iter().any(|id| self.computed.contains_key(id)));
        }
        let mut numbers = HashMap::new();
        for (id, term) in &self.computed {
            numbers.insert(*id, memory.intern(term.as_ref())?);
        }
        for rows in self.come.rows.0.chunks_mut(STRETCH) {
            governor.check()?;
            for id in rows.iter_mut().flatten() {
                *id = numbers.get(id).copied().unwrap_or(*id);
            }
        }
        for (Quads { rows: Aside(rows), .. }, comes) in [(&mut self.gone, false), (&mut self.come, true)] {
            sorting::sort(rows, governor, &Ord::cmp)?;
            for list in rows.chunk_by(|[g, p, ..], [h, q, ..]| (g, p) == (h, q)) {
                let Some([graph, predicate, ..]) = list.first().copied() else { continue };
                let same = list.chunk_by(|a, b| a == b).filter_map(|same| same.first());
                let pairs = governor.collected(same.map(|[_, _, s, o]| (*s, *o)), list.len())?;
                let list = ((graph != NONE).then_some(graph), predicate);
                memory.set_all(list, &pairs, comes, Watch::asking(&|| governor.check()))?;
            }
        }
        Ok(())
    }
}

fn is_kind(id: Id, cx: &Context<'_>, fits: impl Fn(Kind) -> bool) -> bool {
    let computed = cx.locals.with(id, |term| match term {
        Term::NamedNode(_) => fits(Kind::Iri),
        Term::BlankNode(_) => fits(Kind::Blank),
        Term::Literal(_) | Term::Triple(_) => false,
    });
    computed.unwrap_or_else(|| cx.graph.kind(id).is_some_and(fits))
}

fn term(term: impl Into<Term>) -> Place {
    Place::Term(term.into(), NONE)
}

fn predicate(pattern: &NamedNodePattern) -> Place {
    match pattern {
        NamedNodePattern::NamedNode(iri) => term(NamedNode::clone(iri)),
        NamedNodePattern::Variable(variable) => Place::Variable(variable.clone()),
    }
}

fn graph(pattern: &GraphNamePattern) -> Place {
    match pattern {
        GraphNamePattern::NamedNode(iri) => term(NamedNode::clone(iri)),
        GraphNamePattern::DefaultGraph => Place::DefaultGraph,
        GraphNamePattern::Variable(variable) => Place::Variable(variable.clone()),
    }
}

fn deleted(template: &GroundQuadPattern) -> Option<Places> {
    let ground = |pattern: &GroundTermPattern| {
        Some(match pattern {
            GroundTermPattern::NamedNode(iri) => term(NamedNode::clone(iri)),
            GroundTermPattern::Literal(literal) => term(Literal::clone(literal)),
            GroundTermPattern::Variable(variable) => Place::Variable(variable.clone()),
            GroundTermPattern::Triple(_) => return None,
        })
    };
    let (subject, object) = (ground(&template.subject)?, ground(&template.object)?);
    Some([graph(&template.graph_name), subject, predicate(&template.predicate), object])
}

fn inserted(template: &QuadPattern) -> Option<Places> {
    let place = |pattern: &TermPattern| {
        Some(match pattern {
            TermPattern::NamedNode(iri) => term(NamedNode::clone(iri)),
            TermPattern::Literal(literal) => term(Literal::clone(literal)),
            TermPattern::Variable(variable) => Place::Variable(variable.clone()),
            TermPattern::BlankNode(_) | TermPattern::Triple(_) => return None,
        })
    };
    let (subject, object) = (place(&template.subject)?, place(&template.object)?);
    Some([graph(&template.graph_name), subject, predicate(&template.predicate), object])
}
