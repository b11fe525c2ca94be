//! Which part of a graph is exported: all of it, one named graph, one thing with its surroundings.
//!
//! In: a graph and a [`Selection`]. Out: quads, as numbers ([`Part`]) or terms. They are held in memory.

use crate::error::{Error, Result};
use crate::store::pack::{Pace, Watch, sort_watched};
use crate::store::{Graph, GraphId, Id, Indexed, Pattern, Triple, quad_of};
use crate::terms::{BlankNode, NamedOrBlankNode, Quad, Term, rdf};
use std::collections::{BTreeSet, HashSet};

/// A part of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Everything.
    All,
    /// The default graph alone.
    DefaultGraph,
    /// One named graph; its quads come as they are, in that graph.
    Graph(Term),
    /// One thing, with what is said about it and where it is mentioned, `depth` steps far. Blank
    /// nodes on the way come with all that is said about them.
    Around {
        /// The thing.
        thing: Term,
        /// How many steps: 0 is what is said about it, 1 also where it is mentioned and what is
        /// said about its neighbours, and so on.
        depth: usize,
    },
}

/// The quads of a part of a graph as numbers, in the graph's order.
#[derive(Clone)]
pub struct Part<'a> {
    /// The graph that has them.
    pub graph: &'a dyn Indexed,
    /// Graph and triple of each.
    pub quads: Vec<(GraphId, Triple)>,
}

impl Part<'_> {
    /// The same with all graphs as one, in which a triple is once.
    ///
    /// # Errors
    /// Where `watch` stops it.
    pub fn merged(mut self, watch: Watch<'_>) -> Result<Self> {
        let mut pace = watch.pace();
        for (graph, _) in &mut self.quads {
            *graph = None;
            pace.step()?;
        }
        sort_watched(&mut self.quads, watch, Ord::cmp)?;
        self.quads.dedup();
        Ok(self)
    }

    /// The same as terms.
    ///
    /// # Errors
    /// Where the graph is damaged, or `watch` stops it.
    pub fn quads(&self, watch: Watch<'_>) -> Result<Vec<Quad>> {
        let mut pace = watch.pace();
        let quad = |(name, triple): &(GraphId, Triple)| {
            pace.step()?;
            quad_of(self.graph, *name, *triple)
        };
        self.quads.iter().map(quad).collect()
    }
}

/// A part of a graph.
///
/// # Errors
/// Where there is no such graph or thing, the store cannot be read, or `watch` stops it.
pub fn select<'a>(graph: &'a dyn Graph, selection: &Selection, watch: Watch<'_>) -> Result<Part<'a>> {
    let graph = graph.indexed()?.ok_or_else(|| Error::store("the graph has no columns to read"))?;
    Ok(Part { graph, quads: quads_of(graph, selection, &mut watch.pace())? })
}

fn quads_of(
    graph: &dyn Indexed,
    selection: &Selection,
    pace: &mut Pace<'_>,
) -> Result<Vec<(GraphId, Triple)>> {
    match selection {
        Selection::All => {
            let mut quads = Vec::new();
            for name in graph.graphs()? {
                scan(graph, name, [None; 3], &mut |triple| {
                    quads.push((name, triple));
                    pace.step()
                })?;
            }
            Ok(quads)
        }
        Selection::DefaultGraph => of_graph(graph, None, pace),
        Selection::Graph(name) => {
            let names = graph.graph_names()?;
            match graph.id(name.as_ref())?.filter(|id| names.contains(id)) {
                Some(id) => of_graph(graph, Some(id), pace),
                None => Err(no_graph(name, &names, graph)?),
            }
        }
        Selection::Around { thing, depth } => {
            let id = graph
                .id(thing.as_ref())?
                .ok_or_else(|| Error::usage(format!("{thing} does not occur in the graph")))?;
            around(graph, id, *depth, pace)
        }
    }
}

/// The error for a named graph that is not there, with some that are.
fn no_graph(name: &Term, names: &[Id], graph: &dyn Indexed) -> Result<Error> {
    let known = names.iter().take(5).map(|id| Ok(graph.term(*id)?.to_string()));
    let known: Vec<String> = known.collect::<Result<_>>()?;
    let hint = match known.is_empty() {
        true => "there are no named graphs here, only the default graph".to_owned(),
        false => format!("named graphs here: {}", known.join(", ")),
    };
    Ok(Error::usage(format!("there is no graph named {name}")).hint(hint))
}

/// What a drawing of a graph is about: without the terms of its ontology and its shapes (what is typed in
/// OWL, RDFS or SHACL, and the blank nodes that only these lead to), and without statements about triples.
pub fn things_only(mut quads: Vec<Quad>) -> Vec<Quad> {
    let mut apart: HashSet<NamedOrBlankNode> = HashSet::new();
    for quad in &quads {
        let Term::NamedNode(class) = &quad.object else { continue };
        let of_schema =
            SCHEMA.iter().any(|space| class.as_str().starts_with(space)) || class.as_str() == PROPERTY;
        if (quad.predicate == rdf::TYPE && of_schema) || quad.predicate.as_str() == PREDICATE {
            apart.insert(quad.subject.clone());
        }
    }
    loop {
        let mut held: HashSet<&BlankNode> = HashSet::new();
        let mut loose: HashSet<&BlankNode> = HashSet::new();
        for quad in &quads {
            if let Term::BlankNode(node) = &quad.object {
                if apart.contains(&quad.subject) {
                    loose.insert(node)
                } else {
                    held.insert(node)
                };
            }
        }
        let more: Vec<NamedOrBlankNode> = loose
            .difference(&held)
            .map(|node| (*node).clone().into())
            .filter(|node| !apart.contains(node))
            .collect();
        if more.is_empty() {
            break;
        }
        apart.extend(more);
    }
    quads.retain(|quad| !apart.contains(&quad.subject));
    quads
}

/// Where the classes of ontologies and shapes live.
const SCHEMA: [&str; 3] = [
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/ns/shacl#",
];
const PROPERTY: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#Property";
const PREDICATE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate";

fn of_graph(graph: &dyn Indexed, name: GraphId, pace: &mut Pace<'_>) -> Result<Vec<(GraphId, Triple)>> {
    let mut quads = Vec::new();
    scan(graph, name, [None; 3], &mut |triple| {
        quads.push((name, triple));
        pace.step()
    })?;
    Ok(quads)
}

/// Triples with their graphs, each once.
type QuadSet = BTreeSet<(GraphId, Triple)>;

/// What was found so far, and who is asked whether to go on.
struct Around<'p, 'w> {
    quads: QuadSet,
    pace: &'p mut Pace<'w>,
}

impl Around<'_, '_> {
    fn add(&mut self, name: GraphId, triple: Triple) -> Result<()> {
        self.quads.insert((name, triple));
        self.pace.step()
    }
}

fn around(
    graph: &dyn Indexed,
    thing: Id,
    depth: usize,
    pace: &mut Pace<'_>,
) -> Result<Vec<(GraphId, Triple)>> {
    let mut found = Around { quads: QuadSet::new(), pace };
    let mut seen = HashSet::from([thing]);
    let mut edge = vec![thing];
    for step in 0..=depth {
        if edge.is_empty() {
            // All that can be reached has been: a larger depth finds nothing more.
            break;
        }
        let mut next = Vec::new();
        for id in edge {
            out_of(graph, id, &mut found, &mut next)?;
            if depth > 0 && (step < depth || step == 0) {
                into(graph, id, &mut found, &mut next)?;
            }
        }
        next.retain(|id| seen.insert(*id));
        edge = next;
    }
    Ok(found.quads.into_iter().collect())
}

/// What is said about a thing, and about the blank nodes this mentions. Other things mentioned go to `next`.
fn out_of(graph: &dyn Indexed, thing: Id, found: &mut Around<'_, '_>, next: &mut Vec<Id>) -> Result<()> {
    each(thing, &mut |id, open| {
        for name in graph.graphs()? {
            scan(graph, name, [Some(id), None, None], &mut |triple| {
                found.add(name, triple)?;
                match graph.term(triple[2])? {
                    Term::BlankNode(_) => open.push(triple[2]),
                    Term::NamedNode(_) => next.push(triple[2]),
                    Term::Literal(_) | Term::Triple(_) => {}
                }
                Ok(())
            })?;
        }
        Ok(())
    })
}

/// Where a thing is mentioned, up to the things that have a name. They go to `next`.
fn into(graph: &dyn Indexed, thing: Id, found: &mut Around<'_, '_>, next: &mut Vec<Id>) -> Result<()> {
    each(thing, &mut |id, open| {
        let mut blanks = Vec::new();
        for name in graph.graphs()? {
            scan(graph, name, [None, None, Some(id)], &mut |triple| {
                found.add(name, triple)?;
                match graph.term(triple[0])? {
                    Term::BlankNode(_) => blanks.push(triple[0]),
                    _ => next.push(triple[0]),
                }
                Ok(())
            })?;
        }
        for blank in &blanks {
            out_of(graph, *blank, found, &mut Vec::new())?;
        }
        open.extend(blanks);
        Ok(())
    })
}

/// Visits a thing, and once each of those that a visit adds.
fn each(thing: Id, visit: &mut dyn FnMut(Id, &mut Vec<Id>) -> Result<()>) -> Result<()> {
    let mut open = vec![thing];
    let mut done = HashSet::new();
    while let Some(id) = open.pop() {
        if done.insert(id) {
            visit(id, &mut open)?;
        }
    }
    Ok(())
}

fn scan(
    graph: &dyn Indexed,
    name: GraphId,
    pattern: Pattern,
    visit: &mut dyn FnMut(Triple) -> Result<()>,
) -> Result<()> {
    graph.scan(name, pattern).triples().try_for_each(|triple| visit(triple?))
}
