//! Why a triple pattern finds nothing: by itself, or together with what stands before it.
//!
//! In: a part of a group that nothing fits. Out: lines that name it and the nearest thing that would fit: another
//! name, the other direction, another graph, another language or datatype.

use super::Search;
use super::conjunct::{Conjunct, build, names};
use crate::engine::DefaultGraph;
use crate::engine::syntax::algebra::{GraphPattern, NamedNodePattern, TermPattern, TriplePattern};
use crate::error::Hint;
use crate::explore::survey::{BUDGET, Survey, nearest, telling};
use crate::store::Id;
use crate::terms::{Literal, NamedNode, Term, Variable, rdf, rdfs, xsd};

/// How many objects of a predicate are compared with a misspelt one at most.
const OBJECTS: usize = 20_000;

/// What an IRI stands for in its place.
#[derive(Clone, Copy)]
enum Role {
    Thing,
    Predicate,
    Class,
}

impl Search<'_> {
    /// A part that finds nothing on its own.
    pub(super) fn alone(&self, part: &Conjunct) -> Vec<Hint> {
        let triple = match part {
            Conjunct::Triple(triple) => triple,
            Conjunct::Other(GraphPattern::Path { subject, path, object }) => {
                let path = GraphPattern::Path {
                    subject: subject.clone(),
                    path: path.clone(),
                    object: object.clone(),
                };
                let mut lines = vec![format!("no path matches {}", self.quote(&path.to_string())).into()];
                lines.extend(self.unknown_in(&path.to_string()).map(Hint::from));
                return lines;
            }
            Conjunct::Other(other) => return self.pattern(other),
        };
        let unknown: Vec<_> = self.unknown_constants(triple).collect();
        if !unknown.is_empty() {
            return unknown.into_iter().map(Hint::from).collect();
        }
        let mut lines = vec![format!("no triple matches {}", self.quote(&triple.to_string())).into()];
        lines.extend(
            self.other_graph(triple)
                .or_else(|| self.turned(triple, &[]).map(Hint::from))
                .or_else(|| self.subclass(triple).map(Hint::from))
                .or_else(|| self.object_variant(triple).map(Hint::from))
                .or_else(|| self.what_it_has(triple).map(Hint::from)),
        );
        lines
    }

    /// The IRIs of a triple pattern that are not in the graph, each with what was likely meant.
    fn unknown_constants<'t>(&'t self, triple: &'t TriplePattern) -> impl Iterator<Item = String> + 't {
        let predicate = match &triple.predicate {
            NamedNodePattern::NamedNode(node) => Some((node, Role::Predicate)),
            NamedNodePattern::Variable(_) => None,
        };
        let role = if is_type(&triple.predicate) { Role::Class } else { Role::Thing };
        let iri = |term: &'t TermPattern, role| match term {
            TermPattern::NamedNode(node) => Some((node, role)),
            _ => None,
        };
        [predicate, iri(&triple.subject, Role::Thing), iri(&triple.object, role)]
            .into_iter()
            .flatten()
            .filter_map(move |(node, role)| self.unknown(node, role))
    }

    fn unknown(&self, node: &NamedNode, role: Role) -> Option<String> {
        if self.known.graph.id(node.as_ref().into()).is_some() {
            return None;
        }
        let among = match role {
            Role::Thing => Vec::new(),
            Role::Predicate => Survey::of(self.known.graph, BUDGET).predicates,
            Role::Class => Survey::of(self.known.graph, BUDGET).classes,
        };
        let meant: Vec<_> = nearest(node.as_str(), &among, self.known)
            .iter()
            .map(|node| {
                let short = self.known.prefixes.show(node.as_ref().into());
                let label = self.known.graph.id(node.as_ref().into());
                let label = label.and_then(|id| self.known.names().label(id, "en"));
                label.map_or(short.clone(), |label| format!("{short} ({label})"))
            })
            .collect();
        let short = self.known.prefixes.show(node.as_ref().into());
        Some(if meant.is_empty() {
            format!("{short} is not in the graph")
        } else {
            format!("{short} is not in the graph; did you mean {}?", meant.join(" or "))
        })
    }

    /// The unknown IRIs named in a longer part, such as a path.
    fn unknown_in(&self, text: &str) -> Option<String> {
        let iris = text.split('<').skip(1).filter_map(|rest| rest.split('>').next());
        iris.filter_map(|iri| self.unknown(&NamedNode::new(iri).ok()?, Role::Predicate)).next()
    }

    /// A part that finds something on its own, but nothing together with those before it.
    pub(super) fn together(&self, before: &[Conjunct], part: &Conjunct) -> Vec<Hint> {
        let pair = |other: &&Conjunct| {
            !names(other).is_disjoint(&names(part))
                && self.finds(&build(&[(*other).clone(), part.clone()])) == Some(false)
        };
        let blame: Vec<Conjunct> =
            before.iter().find(pair).map_or(before.to_vec(), |other| vec![other.clone()]);
        let (shown, blame_pattern) = (build(std::slice::from_ref(part)), build(&blame));
        let after = if blame.len() == 1 {
            self.quote(&blame_pattern.to_string())
        } else {
            format!("the {} patterns before it", blame.len())
        };
        let rows = self.rows_of(&blame_pattern);
        let mut lines =
            vec![format!("no row matches {} after {after} ({rows})", self.quote(&shown.to_string())).into()];
        if let Conjunct::Triple(triple) = part {
            lines.extend(
                self.turned(triple, &blame)
                    .or_else(|| self.literal_clash(triple, &blame))
                    .or_else(|| self.values_there(triple, &blame))
                    .or_else(|| self.predicates_there(triple, &blame))
                    .map(Hint::from),
            );
        }
        lines
    }

    /// The same triple with subject and object exchanged, where that finds something.
    fn turned(&self, triple: &TriplePattern, with: &[Conjunct]) -> Option<String> {
        let subject = match &triple.object {
            TermPattern::Literal(_) => return None,
            _ if is_type(&triple.predicate) => return None,
            other => other.clone(),
        };
        let turned =
            TriplePattern { subject, predicate: triple.predicate.clone(), object: triple.subject.clone() };
        let mut parts = with.to_vec();
        parts.push(Conjunct::Triple(turned.clone()));
        self.finds(&build(&parts)).filter(|found| *found)?;
        let links = self.links(&triple.predicate).map_or(String::new(), |links| format!("{links}; "));
        Some(format!("{links}did you mean it the other way round: {}?", self.quote(&turned.to_string())))
    }

    /// "bm:vendor links a bm:ProductFamily to a bm:Vendor", by one triple of it.
    fn links(&self, predicate: &NamedNodePattern) -> Option<String> {
        let NamedNodePattern::NamedNode(node) = predicate else { return None };
        let graph = self.known.graph;
        let id = graph.id(node.as_ref().into())?;
        let [s, _, o] = graph.scan_all([None, Some(id), None]).next()?;
        let name = self.known.prefixes.show(node.as_ref().into());
        Some(format!("{name} links a {} to a {}", self.class_of(s)?, self.class_of(o)?))
    }

    /// The class with the fewest instances says most.
    fn class_of(&self, thing: Id) -> Option<String> {
        let graph = self.known.graph;
        let type_ = graph.id(rdf::TYPE.into())?;
        let types = graph.scan_all([Some(thing), Some(type_), None]);
        let class = telling(types.map(|[_, _, class]| class), self.known)?;
        Some(self.known.prefixes.show(graph.term(class).as_ref()))
    }

    /// The triple is there, in a graph that is not looked into.
    fn other_graph(&self, triple: &TriplePattern) -> Option<Hint> {
        let anywhere = Self { around: Vec::new(), default_graph: DefaultGraph::Alone, ..self.clone() };
        let pattern = GraphPattern::Bgp { patterns: vec![triple.clone()] };
        if self.around.is_empty() {
            let variable = Variable::new_unchecked("anyGraph");
            let inner = Box::new(pattern);
            let named = GraphPattern::Graph { name: variable.into(), inner };
            anywhere.finds(&named).filter(|found| *found)?;
            return Some(Hint::LookIntoNamedGraphs);
        }
        anywhere.finds(&pattern).filter(|found| *found)?;
        Some("the default graph has it: take it out of the GRAPH clause".into())
    }

    /// A class without instances, where a subclass has some.
    fn subclass(&self, triple: &TriplePattern) -> Option<String> {
        let TermPattern::NamedNode(class) = &triple.object else { return None };
        if !is_type(&triple.predicate) {
            return None;
        }
        let sub = Variable::new_unchecked("sub");
        let pattern = GraphPattern::Bgp {
            patterns: vec![
                TriplePattern {
                    subject: sub.clone().into(),
                    predicate: rdfs::SUB_CLASS_OF.into_owned().into(),
                    object: class.clone().into(),
                },
                TriplePattern {
                    subject: triple.subject.clone(),
                    predicate: rdf::TYPE.into_owned().into(),
                    object: sub.clone().into(),
                },
            ],
        };
        let found = self.values(&pattern, &sub)?;
        let short = self.known.prefixes.show(class.as_ref().into());
        let list = self.list(&found)?;
        Some(format!("{short} itself has no instance, its subclasses have: {list}"))
    }

    /// The object as the data have it: with a language, of another datatype, in other letters; or the thing that is called so.
    fn object_variant(&self, triple: &TriplePattern) -> Option<String> {
        let TermPattern::Literal(wanted) = &triple.object else { return None };
        let have = self.objects(triple)?;
        let name = self.quote(&triple.predicate.to_string());
        let show = |term: &Term| self.known.prefixes.show(term.as_ref());
        if let Some(near) = have.iter().find(|term| alike(term, wanted)) {
            return Some(format!("the data have {} as {name}", show(near)));
        }
        let called = self.known.names().exact(wanted.value());
        let thing = called.iter().map(|id| self.known.graph.term(*id)).find(|term| have.contains(term))?;
        Some(format!("{name} leads to {}, which is called `{}`", show(&thing), wanted.value()))
    }

    /// The objects that the triple would find with a variable in the object's place.
    fn objects(&self, triple: &TriplePattern) -> Option<Vec<Term>> {
        let object = Variable::new_unchecked("whatItHas");
        let open = TriplePattern { object: object.clone().into(), ..triple.clone() };
        let pattern = GraphPattern::Bgp { patterns: vec![open] };
        let rows = self.rows_up_to(&pattern, std::slice::from_ref(&object), OBJECTS)?;
        Some(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }

    /// What the subject has by this predicate, else which predicates it has.
    fn what_it_has(&self, triple: &TriplePattern) -> Option<String> {
        let have = self.objects(triple)?;
        let name = self.quote(&triple.predicate.to_string());
        if let Some(list) = self.list(&have)
            && !matches!(triple.object, TermPattern::Variable(_))
        {
            return Some(format!("what {name} leads to: {list}"));
        }
        self.predicates_there(triple, &[])
    }

    fn predicates_there(&self, triple: &TriplePattern, with: &[Conjunct]) -> Option<String> {
        let (predicate, object) =
            (Variable::new_unchecked("whichPredicate"), Variable::new_unchecked("whatItHas"));
        let open = TriplePattern {
            subject: triple.subject.clone(),
            predicate: predicate.clone().into(),
            object: object.into(),
        };
        let mut parts = with.to_vec();
        parts.push(Conjunct::Triple(open));
        let list = self.list(&self.values(&build(&parts), &predicate)?)?;
        let subject = self.quote(&triple.subject.to_string());
        let links = self.links(&triple.predicate).map_or(String::new(), |links| format!("{links}; "));
        Some(format!("{links}{subject} has {list}"))
    }

    /// A constant object that other rows have: what the rows at hand have in its place.
    fn values_there(&self, triple: &TriplePattern, with: &[Conjunct]) -> Option<String> {
        if matches!(triple.object, TermPattern::Variable(_)) {
            return None;
        }
        let object = Variable::new_unchecked("whatItHas");
        let open = TriplePattern { object: object.clone().into(), ..triple.clone() };
        let mut parts = with.to_vec();
        parts.push(Conjunct::Triple(open));
        let list = self.list(&self.values(&build(&parts), &object)?)?;
        Some(format!("there {} leads to {list}", self.quote(&triple.predicate.to_string())))
    }

    /// A literal shared by two patterns that differs in language or datatype only.
    fn literal_clash(&self, triple: &TriplePattern, with: &[Conjunct]) -> Option<String> {
        let TermPattern::Variable(shared) = &triple.object else { return None };
        let here = self.values(&GraphPattern::Bgp { patterns: vec![triple.clone()] }, shared)?;
        let there = self.values(&build(with), shared)?;
        let pair = here.iter().find_map(|term| match term {
            Term::Literal(literal) => Some((term, there.iter().find(|other| alike(other, literal))?)),
            _ => None,
        });
        let (a, b) = pair?;
        let show = |term: &Term| self.known.prefixes.show(term.as_ref());
        Some(format!(
            "?{} is {} in the one and {} in the other: compare with STR()",
            shared.as_str(),
            show(b),
            show(a)
        ))
    }
}

fn is_type(predicate: &NamedNodePattern) -> bool {
    matches!(predicate, NamedNodePattern::NamedNode(node) if node.as_ref() == rdf::TYPE)
}

/// Whether a term is what was wanted but for language, datatype, letter case, or the day of a date.
pub(super) fn alike(term: &Term, wanted: &Literal) -> bool {
    let Term::Literal(have) = term else { return false };
    if have == wanted {
        return false;
    }
    let (a, b) = (crate::explore::names::fold(have.value()), crate::explore::names::fold(wanted.value()));
    let date = |literal: &Literal| {
        [xsd::DATE, xsd::G_YEAR_MONTH, xsd::G_YEAR, xsd::DATE_TIME].contains(&literal.datatype())
    };
    a == b
        || (date(have)
            && date(wanted)
            && have.datatype() != wanted.datatype()
            && (a.starts_with(&b) || b.starts_with(&a)))
}
