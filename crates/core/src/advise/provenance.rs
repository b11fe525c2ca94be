//! Where an answer comes from: the triples behind one row, and the source each rests on.
//!
//! In: a query's algebra, one thing it answered, the graph. Out: triples with citations, as plain
//! data. Only the standard terms for sources and parts are known, none of any graph's own.

use super::Knowledge;
use crate::engine::Bindings;
use crate::engine::answer::{Answer, Row};
use crate::engine::syntax::algebra::{
    self, GraphPattern, NamedNodePattern, PropertyPathExpression, Query, TermPattern, TriplePattern,
    children, children_mut,
};
use crate::engine::{self, DefaultGraph, Governor};
use crate::error::Result;
use crate::explore::survey::{all_graphs, local_name};
use crate::store::{Id, Pattern};
use crate::terms::{NamedNode, NamedOrBlankNode, Term, Triple, Variable, rdfs};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// Which part of an answer is asked about.
#[derive(Debug, Clone, Copy)]
pub enum AnswerPart<'a> {
    /// A row of a SELECT, with the variables that head its columns.
    Row(&'a [Variable], &'a Row),
    /// A triple of a CONSTRUCT or DESCRIBE.
    Triple(&'a Triple),
    /// The yes of an ASK.
    Yes,
}

/// The triples behind a part of an answer, and the sources they rest on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The triples, in the order of the query's patterns.
    pub triples: Vec<Triple>,
    /// The sources, each with the triples that rest on it.
    pub citations: Vec<Citation>,
    /// Whether more triples were left out: an aggregate may rest on very many.
    pub partial: bool,
}

/// A source, and what rests on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The node that names the source.
    pub fact: Term,
    /// The label of that node.
    pub fact_label: Option<String>,
    /// The place within the source: labels of properties such as "item number", with their values.
    pub place: Vec<(String, String)>,
    /// The source, then what it is part of, each with its title where it has one.
    pub source: Vec<(Term, Option<String>)>,
    /// Which of [`Provenance::triples`] rest on it.
    pub triples: Vec<usize>,
}

/// Properties that lead from a statement or a thing to its source.
const SOURCES: &[&str] = &[
    "http://www.w3.org/ns/prov#wasDerivedFrom",
    "http://www.w3.org/ns/prov#hadPrimarySource",
    "http://www.w3.org/ns/prov#wasQuotedFrom",
    "http://purl.org/dc/terms/source",
    "http://purl.org/dc/elements/1.1/source",
    "https://schema.org/citation",
    "http://schema.org/citation",
];
/// Properties that lead from a part to its whole.
const WHOLES: &[&str] =
    &["http://purl.org/dc/terms/isPartOf", "https://schema.org/isPartOf", "http://schema.org/isPartOf"];
/// Properties that tell a place within a source; those declared to be subproperties count too.
const PLACES: &[&str] = &[
    "https://schema.org/position",
    "http://schema.org/position",
    "https://schema.org/pageStart",
    "https://schema.org/pagination",
    "http://purl.org/dc/terms/identifier",
    "http://purl.org/ontology/bibo/pages",
    "http://purl.org/ontology/bibo/pageStart",
    "http://purl.org/ontology/bibo/locator",
];

/// How many solutions behind one row are looked at, and how many nodes that cite one thing.
const SOLUTIONS: usize = 200;
const CITING: usize = 4;

/// The triples behind a part of the answer to `query`.
///
/// # Errors
/// Where the evaluation of the query fails, or a limit stops it.
pub fn why(
    query: &Query,
    part: AnswerPart<'_>,
    known: &Knowledge<'_>,
    language: &str,
    default_graph: DefaultGraph,
    governor: &Governor,
) -> Result<Provenance> {
    let mut tracer = Tracer { query, known, language, default_graph, governor, found: Provenance::default() };
    match (query, part) {
        (Query::Describe { .. }, AnswerPart::Triple(triple)) => tracer.add(triple.clone()),
        (Query::Construct { template, pattern, .. }, AnswerPart::Triple(triple)) => {
            for bindings in template.iter().filter_map(|pattern| unify(pattern, triple)) {
                tracer.behind(pattern, &bindings, SOLUTIONS)?;
            }
        }
        (Query::Select { pattern, .. }, AnswerPart::Row(variables, row)) => {
            let pairs = variables.iter().zip(row);
            let bindings = pairs.filter_map(|(v, term)| Some((v.clone(), term.clone()?))).collect();
            tracer.behind(pattern, &bindings, SOLUTIONS)?;
        }
        (Query::Ask { pattern, .. }, _) => tracer.behind(pattern, &Bindings::new(), 1)?,
        _ => {}
    }
    tracer.cite();
    Ok(tracer.found)
}

/// What the variables of a template's triple are, where it gave `triple`.
fn unify(pattern: &TriplePattern, triple: &Triple) -> Option<Bindings> {
    let mut bindings = Bindings::new();
    let mut bind = |variable: &Variable, term: Term| {
        bindings.insert(variable.clone(), term.clone()).is_none_or(|old| old == term)
    };
    let mut term = |pattern: &TermPattern, term: Term| match pattern {
        TermPattern::Variable(variable) => bind(variable, term),
        TermPattern::BlankNode(_) => matches!(term, Term::BlankNode(_)),
        TermPattern::Triple(_) => false,
        other => Term::try_from(other.clone()).is_ok_and(|have| have == term),
    };
    let subject: Term = triple.subject.clone().into();
    let fits = term(&pattern.subject, subject) && term(&pattern.object, triple.object.clone());
    let fits = fits
        && match &pattern.predicate {
            NamedNodePattern::NamedNode(node) => *node == triple.predicate,
            NamedNodePattern::Variable(variable) => bind(variable, triple.predicate.clone().into()),
        };
    fits.then_some(bindings)
}

struct Tracer<'a> {
    query: &'a Query,
    known: &'a Knowledge<'a>,
    language: &'a str,
    default_graph: DefaultGraph,
    governor: &'a Governor,
    found: Provenance,
}

impl Tracer<'_> {
    /// Adds the triples behind the solutions of `pattern` in which the variables are as bound.
    fn behind(&mut self, pattern: &GraphPattern, bindings: &Bindings, most: usize) -> Result<()> {
        let (core, grouped) = core(pattern);
        let wanted = |variable: &Variable| grouped.is_none_or(|group| group.contains(variable));
        let bindings: Bindings =
            bindings.iter().filter(|(v, _)| wanted(v)).map(|(v, term)| (v.clone(), term.clone())).collect();
        let mut core = core.clone();
        name_blanks(&mut core);
        let mut variables = Vec::new();
        core.on_in_scope_variable(|variable| {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        });
        for row in self.solutions(&core, &variables, &bindings, most)? {
            let pairs = variables.iter().zip(row);
            let solution: Bindings = pairs.filter_map(|(v, term)| Some((v.clone(), term?))).collect();
            self.collect(&core, &solution)?;
        }
        Ok(())
    }

    fn solutions(
        &mut self,
        core: &GraphPattern,
        variables: &[Variable],
        bindings: &Bindings,
        most: usize,
    ) -> Result<Vec<Row>> {
        let project = GraphPattern::Project { inner: Box::new(core.clone()), variables: variables.to_vec() };
        let query = Query::Select {
            dataset: self.query.dataset().cloned(),
            pattern: project,
            base_iri: self.query.base_iri().cloned(),
        };
        // A blank node in a pattern means anything: such values are compared afterwards.
        let constants = bindings
            .iter()
            .filter(|(v, term)| {
                variables.contains(v) && matches!(term, Term::NamedNode(_) | Term::Literal(_))
            })
            .map(|(v, term)| (v.clone(), term.clone()))
            .collect();
        let query = engine::passes::bind::bind(&query, &constants)?;
        let Answer::Rows(rows) = engine::answer(self.known.graph, &query, self.default_graph, self.governor)?
        else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for row in rows.rows {
            let row = row?;
            let same = |(v, have): (&Variable, &Option<Term>)| {
                have.is_none() || bindings.get(v).is_none_or(|wanted| Some(wanted) == have.as_ref())
            };
            if !variables.iter().zip(&row).all(same) {
                continue;
            }
            if found.len() == most {
                self.found.partial = true;
                break;
            }
            found.push(row);
        }
        Ok(found)
    }

    /// Adds the triples that `pattern` is made of in one solution. A branch that did not match
    /// gives no triple, because the graph does not have it.
    fn collect(&mut self, pattern: &GraphPattern, solution: &Bindings) -> Result<()> {
        match pattern {
            GraphPattern::Bgp { patterns } => {
                for triple in patterns.iter().filter_map(|pattern| instance(pattern, solution)) {
                    self.add(triple);
                }
                Ok(())
            }
            GraphPattern::Path { subject, path, object } => {
                if let (Some(start), Some(end)) = (value(subject, solution), value(object, solution)) {
                    let mut triples = Vec::new();
                    if self.walk(&start, path, &end, &mut triples) {
                        triples.into_iter().for_each(|triple| self.add(triple));
                    }
                }
                Ok(())
            }
            GraphPattern::Minus { left, .. } => self.collect(left, solution),
            // What another server found is not in this graph.
            GraphPattern::Service { .. } => Ok(()),
            subquery if algebra::is_subquery(subquery) => self.behind(subquery, solution, SOLUTIONS),
            whole => children(whole).into_iter().try_for_each(|part| self.collect(part, solution)),
        }
    }

    /// Finds the triples of a path between two things.
    fn walk(&self, start: &Term, path: &PropertyPathExpression, end: &Term, out: &mut Vec<Triple>) -> bool {
        use PropertyPathExpression as Path;
        match path {
            Path::NamedNode(node) => {
                let step = triple(start.clone(), node.clone(), end.clone()).filter(|t| self.has(t));
                out.extend(step.clone());
                step.is_some()
            }
            Path::Reverse(inner) => self.walk(end, inner, start, out),
            Path::Alternative(a, b) => self.walk(start, a, end, out) || self.walk(start, b, end, out),
            Path::ZeroOrOne(inner) => start == end || self.walk(start, inner, end, out),
            Path::Sequence(a, b) => {
                let middles = self.steps(start, a).into_iter();
                middles.take(CITING * 50).any(|middle| {
                    let kept = out.len();
                    let whole = self.walk(start, a, &middle, out) && self.walk(&middle, b, end, out);
                    if !whole {
                        out.truncate(kept);
                    }
                    whole
                })
            }
            Path::ZeroOrMore(inner) => start == end || self.chain(start, inner, end, out),
            Path::OneOrMore(inner) => self.chain(start, inner, end, out),
            Path::NegatedPropertySet(_) => false,
        }
    }

    /// The shortest chain of a repeated path, breadth first.
    fn chain(&self, start: &Term, step: &PropertyPathExpression, end: &Term, out: &mut Vec<Triple>) -> bool {
        let mut from: HashMap<Term, Term> = HashMap::new();
        let mut queue = VecDeque::from([start.clone()]);
        while let Some(node) = queue.pop_front() {
            for next in self.steps(&node, step) {
                if from.contains_key(&next) || from.len() > SOLUTIONS * 10 {
                    continue;
                }
                from.insert(next.clone(), node.clone());
                if next == *end {
                    let mut links = vec![end.clone()];
                    while let Some(previous) = links.last().and_then(|last| from.get(last)) {
                        links.push(previous.clone());
                        if previous == start {
                            break;
                        }
                    }
                    links.reverse();
                    return links.windows(2).all(|pair| match pair {
                        [a, b] => self.walk(a, step, b, out),
                        _ => false,
                    });
                }
                queue.push_back(next);
            }
        }
        false
    }

    /// Where one step of a path leads.
    fn steps(&self, start: &Term, path: &PropertyPathExpression) -> Vec<Term> {
        let to = Variable::new_unchecked("pathEnd");
        let pattern = GraphPattern::Path {
            subject: start.clone().into(),
            path: path.clone(),
            object: to.clone().into(),
        };
        let query = Query::Select {
            dataset: self.query.dataset().cloned(),
            pattern: GraphPattern::Project { inner: Box::new(pattern), variables: vec![to] },
            base_iri: None,
        };
        match engine::answer(self.known.graph, &query, self.default_graph, self.governor) {
            Ok(Answer::Rows(rows)) => {
                rows.rows.flatten().take(SOLUTIONS).filter_map(|row| row.into_iter().next()?).collect()
            }
            _ => Vec::new(),
        }
    }

    fn ids(&self, triple: &Triple) -> Option<Pattern> {
        let graph = self.known.graph;
        Some([
            Some(graph.id(triple.subject.as_ref().into())?),
            Some(graph.id(triple.predicate.as_ref().into())?),
            Some(graph.id(triple.object.as_ref())?),
        ])
    }

    fn scan(&self, pattern: Pattern) -> impl Iterator<Item = [Id; 3]> + '_ {
        let graph = self.known.graph;
        all_graphs(graph).into_iter().flat_map(move |name| graph.scan(name, pattern).triples()).flatten()
    }

    fn has(&self, triple: &Triple) -> bool {
        self.ids(triple).is_some_and(|pattern| self.scan(pattern).next().is_some())
    }

    fn add(&mut self, triple: Triple) {
        if !self.found.triples.contains(&triple) && self.has(&triple) {
            self.found.triples.push(triple);
        }
    }

    /// Finds for each triple what it rests on.
    fn cite(&mut self) {
        let mut direct: Vec<(Id, Vec<usize>)> = Vec::new();
        let mut rest = Vec::new();
        let triples = self.found.triples.clone();
        for (i, triple) in triples.iter().enumerate() {
            match self.cited_by(triple) {
                Some(fact) => attach(&mut direct, fact, i),
                None => rest.push((i, triple)),
            }
        }
        let cited: Vec<Id> = direct.iter().map(|(fact, _)| *fact).collect();
        for (i, triple) in rest {
            for fact in self.pointing(triple, &cited) {
                attach(&mut direct, fact, i);
            }
        }
        self.found.citations =
            direct.into_iter().flat_map(|(fact, triples)| self.citations(fact, &triples)).collect();
    }

    /// The node that names the source of this very triple: a statement about it, its subject, its graph.
    fn cited_by(&self, triple: &Triple) -> Option<Id> {
        let pattern = self.ids(triple)?;
        let [subject, ..] = pattern;
        let graph = self.known.graph;
        let reifies = graph.id(NamedNode::new_unchecked(REIFIES).as_ref().into());
        let stated = graph.id(Term::from(triple.clone()).as_ref()).zip(reifies);
        let mut statements: Vec<Id> = stated.map_or_else(Vec::new, |(term, reifies)| {
            self.scan([None, Some(reifies), Some(term)]).map(|[s, ..]| s).take(CITING).collect()
        });
        statements.extend(self.reified(pattern));
        let mut homes = graph.graph_names();
        homes.retain(|name| graph.scan(Some(*name), pattern).triples().next().is_some());
        statements.into_iter().chain(subject).chain(homes).find(|node| self.has_source(*node))
    }

    /// The nodes that are statements about this very triple, by its subject, predicate and object.
    fn reified(&self, triple: Pattern) -> Vec<Id> {
        let [Some(subject), Some(predicate), Some(object)] = REIFIED.map(|iri| self.property(iri)) else {
            return Vec::new();
        };
        let [s, p, o] = triple;
        let about = self.scan([None, Some(subject), s]).map(|[node, ..]| node);
        let says =
            |node: &Id, property, value| self.scan([Some(*node), Some(property), value]).next().is_some();
        about.filter(|node| says(node, predicate, p) && says(node, object, o)).take(CITING).collect()
    }

    /// Whether a node is a statement about a triple: it speaks of nothing else.
    fn is_statement(&self, node: Id) -> bool {
        let [_, predicate, _] = REIFIED;
        self.property(predicate).is_some_and(|property| self.leads(node, property).next().is_some())
    }

    fn has_source(&self, node: Id) -> bool {
        SOURCES.iter().filter_map(|iri| self.property(iri)).any(|p| self.leads(node, p).next().is_some())
    }

    fn property(&self, iri: &str) -> Option<Id> {
        self.known.graph.id(NamedNode::new_unchecked(iri).as_ref().into())
    }

    fn leads(&self, node: Id, property: Id) -> impl Iterator<Item = Id> + '_ {
        self.scan([Some(node), Some(property), None]).map(|[_, _, object]| object)
    }

    /// Nodes with a source that point to the subject of a triple: those already cited here, else
    /// those that name its object too, else some.
    fn pointing(&self, triple: &Triple, cited: &[Id]) -> Vec<Id> {
        let Some([Some(subject), _, object]) = self.ids(triple) else { return Vec::new() };
        let to = |thing: Id| -> Vec<Id> {
            let nodes = self.scan([None, None, Some(thing)]).map(|[s, ..]| s).take(SOLUTIONS * 10);
            nodes.filter(|node| self.has_source(*node) && !self.is_statement(*node)).collect()
        };
        let mut about = to(subject);
        about.sort_unstable();
        about.dedup();
        let here: Vec<Id> = about.iter().filter(|node| cited.contains(node)).copied().collect();
        if !here.is_empty() {
            return here;
        }
        let names_object =
            |node: &&Id| object.is_some_and(|o| self.scan([Some(**node), None, Some(o)]).next().is_some());
        let both: Vec<Id> = about.iter().filter(names_object).copied().collect();
        let chosen = if both.is_empty() { about } else { both };
        chosen.into_iter().take(CITING).collect()
    }

    /// One citation for each source that a node names. A statement about a triple that rests on a node
    /// with a source of its own is cited as that node.
    fn citations(&self, fact: Id, triples: &[usize]) -> Vec<Citation> {
        let properties = SOURCES.iter().filter_map(|iri| self.property(iri));
        let sources: BTreeSet<Id> =
            properties.flat_map(|property| self.leads(fact, property).collect::<Vec<_>>()).collect();
        let citation = |source| Citation {
            fact: self.known.graph.term(fact),
            fact_label: self.label(fact),
            place: self.place(fact),
            source: self.wholes(source),
            triples: triples.to_vec(),
        };
        let (nodes, sources): (Vec<Id>, Vec<Id>) = sources.into_iter().partition(|source| {
            self.is_statement(fact) && !self.is_statement(*source) && self.has_source(*source)
        });
        let through = nodes.into_iter().flat_map(|node| self.citations(node, triples));
        through.chain(sources.into_iter().map(citation)).collect()
    }

    fn label(&self, id: Id) -> Option<String> {
        self.known.names.label(id, self.language).map(str::to_owned)
    }

    /// A source, then what it is part of.
    fn wholes(&self, source: Id) -> Vec<(Term, Option<String>)> {
        let mut chain = vec![source];
        while let Some(last) = chain.last().copied() {
            let whole =
                WHOLES.iter().filter_map(|iri| self.property(iri)).find_map(|p| self.leads(last, p).next());
            match whole.filter(|whole| !chain.contains(whole) && chain.len() < 5) {
                Some(whole) => chain.push(whole),
                None => break,
            }
        }
        chain.into_iter().map(|id| (self.known.graph.term(id), self.label(id))).collect()
    }

    /// Where in its source a fact stands: positions, pages, identifiers.
    fn place(&self, fact: Id) -> Vec<(String, String)> {
        let mut place = Vec::new();
        for [_, property, object] in self.scan([Some(fact), None, None]) {
            if let Term::Literal(literal) = self.known.graph.term(object)
                && self.is_place(property)
            {
                let Term::NamedNode(node) = self.known.graph.term(property) else { continue };
                let label = self.label(property).unwrap_or_else(|| local_name(node.as_str()).to_owned());
                place.push((label, literal.value().to_owned()));
            }
        }
        place
    }

    fn is_place(&self, property: Id) -> bool {
        let places: Vec<Id> = PLACES.iter().filter_map(|iri| self.property(iri)).collect();
        let above = self.property(rdfs::SUB_PROPERTY_OF.as_str());
        let mut line = vec![property];
        let mut next = 0;
        while let Some(this) = line.get(next).copied().filter(|_| next < 20) {
            if places.contains(&this) {
                return true;
            }
            line.extend(above.into_iter().flat_map(|above| self.leads(this, above)));
            next += 1;
        }
        false
    }
}

const REIFIES: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies";
/// The parts of a statement as RDF has them since its first version.
const REIFIED: [&str; 3] = [
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#subject",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#object",
];

fn attach(list: &mut Vec<(Id, Vec<usize>)>, fact: Id, triple: usize) {
    match list.iter_mut().find(|(have, _)| *have == fact) {
        Some((_, triples)) => triples.push(triple),
        None => list.push((fact, vec![triple])),
    }
}

/// The WHERE clause under projections, orders and groups; and what it is grouped by, if it is.
fn core(pattern: &GraphPattern) -> (&GraphPattern, Option<&[Variable]>) {
    match pattern {
        GraphPattern::Group { inner, variables, .. } => (inner, Some(variables)),
        GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Slice { inner, .. } => core(inner),
        GraphPattern::Extend { inner, .. } | GraphPattern::Filter { inner, .. }
            if algebra::group(inner).is_some() =>
        {
            core(inner)
        }
        other => (other, None),
    }
}

/// Turns the blank nodes of a pattern into variables, so that solutions tell what they were.
fn name_blanks(pattern: &mut GraphPattern) {
    let name = |term: &mut TermPattern| {
        if let TermPattern::BlankNode(node) = term {
            *term = Variable::new_unchecked(format!("blank_{}", node.as_str())).into();
        }
    };
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter_mut().for_each(|triple| {
            name(&mut triple.subject);
            name(&mut triple.object);
        }),
        GraphPattern::Path { subject, object, .. } => {
            name(subject);
            name(object);
        }
        GraphPattern::Minus { left, .. } => name_blanks(left),
        GraphPattern::Service { .. } => {}
        // A subquery is looked into by itself.
        subquery if algebra::is_subquery(subquery) => {}
        whole => children_mut(whole).into_iter().for_each(name_blanks),
    }
}

fn value(term: &TermPattern, solution: &Bindings) -> Option<Term> {
    match term {
        TermPattern::Variable(variable) => solution.get(variable).cloned(),
        TermPattern::NamedNode(node) => Some(node.clone().into()),
        TermPattern::Literal(literal) => Some(literal.clone().into()),
        TermPattern::BlankNode(_) | TermPattern::Triple(_) => None,
    }
}

fn instance(pattern: &TriplePattern, solution: &Bindings) -> Option<Triple> {
    let predicate = match &pattern.predicate {
        NamedNodePattern::NamedNode(node) => node.clone(),
        NamedNodePattern::Variable(variable) => match solution.get(variable)? {
            Term::NamedNode(node) => node.clone(),
            _ => return None,
        },
    };
    triple(value(&pattern.subject, solution)?, predicate, value(&pattern.object, solution)?)
}

fn triple(subject: Term, predicate: NamedNode, object: Term) -> Option<Triple> {
    let subject = match subject {
        Term::NamedNode(node) => NamedOrBlankNode::from(node),
        Term::BlankNode(node) => node.into(),
        Term::Literal(_) | Term::Triple(_) => return None,
    };
    Some(Triple::new(subject, predicate, object))
}
