//! SPARQL Update over a graph in memory, and the LOADs of an update turned into the quads they bring.
//!
//! In: a parsed update, a graph that can change, a way to read a file. Out: the changed graph, or an error
//! and the graph as it was. Terms that an update does not name stay exactly as they are.

mod numbered;

use crate::answer::{Answer, Row};
use crate::aside::Aside;
use crate::error::{Error, Hint, Kind, Result};
use crate::governor::Governor;
use crate::store::memory::Memory;
use crate::store::pack::Watch;
pub use crate::syntax::operations::Update;
use crate::syntax::operations::{Operation, Transfer};
use crate::terms::{
    BlankNode, GraphName, GraphNameRef, NamedNode, NamedOrBlankNode, Quad, QuadRef, Term, Triple, Variable,
};
use spargebra::algebra::{GraphPattern, GraphTarget, QueryDataset};
use spargebra::term::{
    GraphName as Destination, GraphNamePattern, GroundQuad, GroundQuadPattern, GroundTerm, GroundTermPattern,
    NamedNodePattern, Quad as InsertedQuad, QuadPattern, TermPattern,
};
use spargebra::{GraphUpdateOperation, Query};
use std::collections::HashMap;

/// Carries out an update (SPARQL 1.1 Update, section 3), all of it or, where it fails, nothing.
///
/// # Errors
/// Where an operation fails, as DROP of a graph that is not there, or a limit stops it.
pub fn execute(update: &Update, memory: &mut Memory, governor: &Governor) -> Result<()> {
    memory.change(|memory| {
        update.operations.iter().try_for_each(|operation| {
            governor.check()?;
            match operation {
                Operation::Plain(operation) => operate(operation, memory, governor),
                Operation::Transfer(transfer) => carry_over(transfer, memory, governor),
            }
        })
    })
}

/// COPY, MOVE and ADD. From a graph that is not there they are an error, or with SILENT nothing: the destination stays as it
/// is ("By default, the service may return failure if the input graph does not exist", sections 3.2.3 to 3.2.5). The
/// destination is there afterwards where the source held nothing too.
fn carry_over(transfer: &Transfer, memory: &mut Memory, governor: &Governor) -> Result<()> {
    if let Some(from) = &transfer.from {
        let from = GraphName::from(from.clone());
        if !memory.names()?.contains(&from) {
            return if transfer.silent { Ok(()) } else { Err(no_graph(&from)) };
        }
    }
    transfer.steps.iter().try_for_each(|step| operate(step, memory, governor))?;
    for step in &transfer.steps {
        let GraphUpdateOperation::DeleteInsert { insert, .. } = step else { continue };
        for template in insert {
            if let GraphNamePattern::NamedNode(to) = &template.graph_name {
                let to = GraphName::from(to.clone());
                if !memory.names()?.contains(&to) {
                    memory.set_empty(&to, true);
                }
            }
        }
    }
    Ok(())
}

fn no_graph(name: &GraphName) -> Error {
    Error::query(format!("there is no graph {name}")).hint("with SILENT that is passed over")
}

fn operate(operation: &GraphUpdateOperation, memory: &mut Memory, governor: &Governor) -> Result<()> {
    match operation {
        GraphUpdateOperation::InsertData { data } => insert_data(data, memory, governor),
        GraphUpdateOperation::DeleteData { data } => {
            let quads = governor.collected(data.iter().map(ground_quad), data.len())?;
            set_quads(quads.iter().map(|quad| (false, quad.as_ref())), memory, governor)
        }
        GraphUpdateOperation::DeleteInsert { delete, insert, using, pattern } => {
            delete_insert((delete, insert), using.as_ref(), pattern, memory, governor)
        }
        GraphUpdateOperation::Load { source, .. } => {
            Err(Error::query(format!("LOAD <{}>: nothing was read for it", source.as_str())))
        }
        GraphUpdateOperation::Clear { silent, graph } => clear(graph, *silent, false, memory, governor),
        GraphUpdateOperation::Drop { silent, graph } => clear(graph, *silent, true, memory, governor),
        GraphUpdateOperation::Create { silent, graph } => {
            let name = GraphName::from(graph.clone());
            if memory.names()?.contains(&name) && !silent {
                return Err(Error::query(format!("the graph {name} is there already"))
                    .hint("CREATE SILENT passes over that"));
            }
            memory.set_empty(&name, true);
            Ok(())
        }
    }
}

/// Adds the quads of an INSERT DATA. Its blank nodes are new ones, other than all in the graph (section 3.1.1).
fn insert_data(data: &[InsertedQuad], memory: &mut Memory, governor: &Governor) -> Result<()> {
    governor.check()?;
    if !data.iter().any(has_blank) {
        let refs = data.iter().map(|quad| {
            let (subject, predicate) = (quad.subject.as_ref(), quad.predicate.as_ref());
            let graph_name = match &quad.graph_name {
                Destination::NamedNode(name) => name.as_ref().into(),
                Destination::DefaultGraph => GraphNameRef::DefaultGraph,
            };
            (true, QuadRef { subject, predicate, object: quad.object.as_ref(), graph_name })
        });
        return set_quads(refs, memory, governor);
    }
    let no_row = Instance { columns: &HashMap::new(), row: &Vec::new(), blanks: HashMap::new() };
    let mut instance = no_row;
    let fresh = data.iter().map(|quad| {
        let subject = match &quad.subject {
            NamedOrBlankNode::NamedNode(iri) => iri.clone().into(),
            NamedOrBlankNode::BlankNode(node) => NamedOrBlankNode::from(instance.fresh(node)),
        };
        let object = instance.fresh_in(&quad.object);
        let graph_name = graph_name(&quad.graph_name);
        Quad { subject, predicate: quad.predicate.clone(), object, graph_name }
    });
    let quads = governor.collected(fresh, data.len())?;
    set_quads(quads.iter().map(|quad| (true, quad.as_ref())), memory, governor)
}

/// Adds and takes away quads, as long as the governor lets it.
fn set_quads<'a>(
    quads: impl Iterator<Item = (bool, QuadRef<'a>)>,
    memory: &mut Memory,
    governor: &Governor,
) -> Result<()> {
    memory.set_quads(quads, Watch::asking(&|| governor.check()))
}

fn has_blank(quad: &InsertedQuad) -> bool {
    let of_term = |term: &Term| matches!(term, Term::BlankNode(_) | Term::Triple(_));
    matches!(quad.subject, NamedOrBlankNode::BlankNode(_)) || of_term(&quad.object)
}

fn graph_name(name: &Destination) -> GraphName {
    match name {
        Destination::NamedNode(name) => name.clone().into(),
        Destination::DefaultGraph => GraphName::DefaultGraph,
    }
}

fn ground_quad(quad: &GroundQuad) -> Quad {
    Quad {
        subject: quad.subject.clone().into(),
        predicate: quad.predicate.clone(),
        object: ground_term(&quad.object),
        graph_name: graph_name(&quad.graph_name),
    }
}

fn ground_term(term: &GroundTerm) -> Term {
    match term {
        GroundTerm::NamedNode(iri) => iri.clone().into(),
        GroundTerm::Literal(literal) => literal.clone().into(),
        GroundTerm::Triple(triple) => {
            let object = ground_term(&triple.object);
            Triple::new(triple.subject.clone(), triple.predicate.clone(), object).into()
        }
    }
}

type Templates<'a> = (&'a [GroundQuadPattern], &'a [QuadPattern]);

/// DELETE and INSERT by a pattern (section 3.1.3): all solutions are found before anything is changed, and
/// what is to go goes before what is to come.
fn delete_insert(
    templates: Templates<'_>,
    using: Option<&QueryDataset>,
    pattern: &GraphPattern,
    memory: &mut Memory,
    governor: &Governor,
) -> Result<()> {
    let query = Query::Select { dataset: using.cloned(), pattern: pattern.clone(), base_iri: None };
    if numbered::delete_insert(templates, &query, memory, governor)? {
        return Ok(());
    }
    let (mut gone, mut come) = (Aside(Vec::new()), Aside(Vec::new()));
    instances(templates, &query, memory, governor, (&mut gone.0, &mut come.0))?;
    governor.check()?;
    let gone = gone.0.iter().map(|quad| (false, quad.as_ref()));
    let come = come.0.iter().map(|quad| (true, quad.as_ref()));
    set_quads(gone.chain(come), memory, governor)
}

/// What the templates give for the solutions of a query is added to quads to remove and quads to add.
fn instances(
    (delete, insert): Templates<'_>,
    query: &Query,
    memory: &Memory,
    governor: &Governor,
    (gone, come): (&mut Vec<Quad>, &mut Vec<Quad>),
) -> Result<()> {
    let Answer::Rows(rows) = super::answer(memory, query, super::DefaultGraph::Alone, governor)? else {
        return Err(Error::new(Kind::Query, "the pattern of the update has no solutions"));
    };
    let columns: HashMap<&Variable, usize> = rows.variables.iter().zip(0..).collect();
    for row in rows.rows {
        let row = row?;
        let mut instance = Instance { columns: &columns, row: &row, blanks: HashMap::new() };
        gone.extend(delete.iter().filter_map(|template| instance.deleted(template)));
        come.extend(insert.iter().filter_map(|template| instance.inserted(template)));
    }
    Ok(())
}

/// A template's values for one solution. A quad with a place that has no value or a wrong one is left out
/// (section 4.2.4).
struct Instance<'a> {
    columns: &'a HashMap<&'a Variable, usize>,
    row: &'a Row,
    /// The new blank nodes of this solution, by their labels in the template.
    blanks: HashMap<BlankNode, BlankNode>,
}

impl Instance<'_> {
    fn value(&self, variable: &Variable) -> Option<Term> {
        self.row.get(*self.columns.get(variable)?)?.clone()
    }

    fn fresh(&mut self, node: &BlankNode) -> BlankNode {
        self.blanks.entry(node.clone()).or_default().clone()
    }

    fn fresh_in(&mut self, term: &Term) -> Term {
        match term {
            Term::BlankNode(node) => self.fresh(node).into(),
            Term::Triple(triple) => {
                let subject = match &triple.subject {
                    NamedOrBlankNode::NamedNode(iri) => iri.clone().into(),
                    NamedOrBlankNode::BlankNode(node) => NamedOrBlankNode::from(self.fresh(node)),
                };
                Triple::new(subject, triple.predicate.clone(), self.fresh_in(&triple.object)).into()
            }
            Term::NamedNode(_) | Term::Literal(_) => term.clone(),
        }
    }

    fn deleted(&self, template: &GroundQuadPattern) -> Option<Quad> {
        let subject = node(self.ground(&template.subject)?)?;
        let predicate = self.predicate(&template.predicate)?;
        let object = self.ground(&template.object)?;
        Some(Quad { subject, predicate, object, graph_name: self.graph(&template.graph_name)? })
    }

    fn inserted(&mut self, template: &QuadPattern) -> Option<Quad> {
        let subject = node(self.term(&template.subject)?)?;
        let predicate = self.predicate(&template.predicate)?;
        let object = self.term(&template.object)?;
        Some(Quad { subject, predicate, object, graph_name: self.graph(&template.graph_name)? })
    }

    fn ground(&self, pattern: &GroundTermPattern) -> Option<Term> {
        Some(match pattern {
            GroundTermPattern::NamedNode(iri) => iri.clone().into(),
            GroundTermPattern::Literal(literal) => literal.clone().into(),
            GroundTermPattern::Variable(variable) => self.value(variable)?,
            GroundTermPattern::Triple(triple) => {
                let (subject, object) = (node(self.ground(&triple.subject)?)?, self.ground(&triple.object)?);
                Triple::new(subject, self.predicate(&triple.predicate)?, object).into()
            }
        })
    }

    fn term(&mut self, pattern: &TermPattern) -> Option<Term> {
        Some(match pattern {
            TermPattern::NamedNode(iri) => iri.clone().into(),
            TermPattern::BlankNode(node) => self.fresh(node).into(),
            TermPattern::Literal(literal) => literal.clone().into(),
            TermPattern::Variable(variable) => self.value(variable)?,
            TermPattern::Triple(triple) => {
                let (subject, object) = (node(self.term(&triple.subject)?)?, self.term(&triple.object)?);
                Triple::new(subject, self.predicate(&triple.predicate)?, object).into()
            }
        })
    }

    fn predicate(&self, pattern: &NamedNodePattern) -> Option<NamedNode> {
        match pattern {
            NamedNodePattern::NamedNode(iri) => Some(iri.clone()),
            NamedNodePattern::Variable(variable) => match self.value(variable)? {
                Term::NamedNode(iri) => Some(iri),
                _ => None,
            },
        }
    }

    fn graph(&self, pattern: &GraphNamePattern) -> Option<GraphName> {
        Some(match pattern {
            GraphNamePattern::NamedNode(iri) => iri.clone().into(),
            GraphNamePattern::DefaultGraph => GraphName::DefaultGraph,
            GraphNamePattern::Variable(variable) => node(self.value(variable)?)?.into(),
        })
    }
}

/// A term that can be a subject or the name of a graph.
fn node(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(iri) => Some(iri.into()),
        Term::BlankNode(node) => Some(node.into()),
        Term::Literal(_) | Term::Triple(_) => None,
    }
}

/// CLEAR and DROP (sections 3.1.5 and 3.2.2).
fn clear(
    target: &GraphTarget,
    silent: bool,
    forget: bool,
    memory: &mut Memory,
    governor: &Governor,
) -> Result<()> {
    let mut names: Vec<GraphName> = match target {
        GraphTarget::NamedNode(name) => {
            let name = GraphName::from(name.clone());
            if !memory.names()?.contains(&name) {
                return if silent { Ok(()) } else { Err(no_graph(&name)) };
            }
            vec![name]
        }
        GraphTarget::DefaultGraph => vec![GraphName::DefaultGraph],
        GraphTarget::NamedGraphs | GraphTarget::AllGraphs => memory.names()?.into_iter().collect(),
    };
    if *target == GraphTarget::AllGraphs {
        names.push(GraphName::DefaultGraph);
    }
    for name in names {
        governor.check()?;
        memory.clear(&name, Watch::asking(&|| governor.check()))?;
        memory.set_empty(&name, !forget && name != GraphName::DefaultGraph);
    }
    Ok(())
}

/// Replaces each LOAD by an INSERT DATA of what `read` gives for its IRI. A failing LOAD SILENT is
/// left out.
///
/// # Errors
/// What `read` reports, and where a file brings graphs of its own into a LOAD INTO.
pub fn inline_loads(update: &mut Update, read: &mut dyn FnMut(&str) -> Result<Vec<Quad>>) -> Result<()> {
    for operation in &mut update.operations {
        let Operation::Plain(operation) = operation else { continue };
        let GraphUpdateOperation::Load { silent, source, destination } = operation else { continue };
        let quads = read(source.as_str());
        let data =
            quads.and_then(|quads| quads.into_iter().map(|quad| inserted(quad, destination)).collect());
        let data: Vec<_> = if *silent { data.unwrap_or_default() } else { data? };
        *operation = GraphUpdateOperation::InsertData { data };
    }
    Ok(())
}

fn inserted(quad: Quad, destination: &Destination) -> Result<InsertedQuad> {
    let graph_name = match quad.graph_name {
        GraphName::DefaultGraph => destination.clone(),
        GraphName::NamedNode(name) if *destination == Destination::DefaultGraph => name.into(),
        name => {
            return Err(Error::data(format!("the file to load holds a graph of its own, {name}"))
                .hint(Hint::LoadWithGraphs));
        }
    };
    Ok(InsertedQuad { subject: quad.subject, predicate: quad.predicate, object: quad.object, graph_name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::store::Graph;
    use crate::store::pack::Builder;
    use crate::store::quads_of;
    use crate::syntax::parse;
    use crate::terms::Prefixes;

    fn memory(turtle: &[&str]) -> Memory {
        let mut memory = Memory::over(Builder::new().finish());
        run(&mut memory, &format!("INSERT DATA {{ {} }}", turtle.join(" "))).unwrap();
        memory
    }

    fn run(memory: &mut Memory, text: &str) -> Result<()> {
        let mut prefixes = Prefixes::well_known();
        prefixes.insert("", "http://example.org/");
        execute(&parse::update(text, &prefixes, None)?, memory, &Governor::unlimited())
    }

    fn held(memory: &Memory) -> Vec<String> {
        let names = memory.graphs().unwrap();
        let quads = names.into_iter().flat_map(|name| quads_of(memory, name)).map(Result::unwrap);
        let short = |quad: Quad| {
            let text = quad.to_string().replace("http://example.org/", "");
            text.replace("http://www.w3.org/2001/XMLSchema#", "xsd:").replace(" .", "")
        };
        let mut held: Vec<String> = quads.map(short).collect();
        held.sort();
        held
    }

    #[test]
    fn templates_by_number_give_what_the_specification_says() {
        let mut memory = memory(&[
            ":a :p 1, 2, :b . :b :p 'x' . _:n :p 7 . GRAPH :g { :a :p 1 } GRAPH :names { :x :is :h . :y :is 'no name' }",
        ]);
        // What a literal would be the subject of is left out (4.2.4); a number that is computed may be in the graph or not.
        run(&mut memory, "DELETE { ?s :p ?o } INSERT { ?o :of ?s . ?s :q ?more . ?s ?o :r } WHERE { ?s :p ?o BIND(?o + 1 AS ?more) }")
            .unwrap();
        let blank = |quad: &String| {
            if quad.starts_with("_:") {
                "_:n".to_owned() + &quad[quad.find(' ').unwrap()..]
            } else {
                quad.clone()
            }
        };
        let mut shown: Vec<String> = held(&memory).iter().map(blank).collect();
        let integer = |n: u8| format!("\"{n}\"^^<xsd:integer>");
        let mut expected = vec![
            "<a> <b> <r>".to_owned(),
            format!("<a> <p> {} <g>", integer(1)),
            format!("<a> <q> {}", integer(2)),
            format!("<a> <q> {}", integer(3)),
            "<b> <of> <a>".to_owned(),
            "<x> <is> <h> <names>".to_owned(),
            "<y> <is> \"no name\" <names>".to_owned(),
            format!("_:n <q> {}", integer(8)),
        ];
        shown.sort();
        expected.sort();
        assert_eq!(shown, expected);
        // A graph may be named by what is computed; what is taken away and added stays.
        run(
            &mut memory,
            "DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?name { ?s ?p ?o } GRAPH ?missing { ?s ?p ?o } GRAPH ?g { :a :p 1 } } \
             WHERE { GRAPH ?g { ?s ?p ?o } GRAPH :names { ?x :is ?name } }",
        )
        .unwrap();
        let named: Vec<String> =
            held(&memory).into_iter().filter(|quad| quad.ends_with("<h>") || quad.ends_with("<g>")).collect();
        assert_eq!(
            named,
            [
                format!("<a> <p> {} <g>", integer(1)),
                format!("<a> <p> {} <h>", integer(1)),
                "<x> <is> <h> <h>".to_owned(),
                "<y> <is> \"no name\" <h>".to_owned(),
            ]
        );
        run(&mut memory, "CLEAR GRAPH :h ; INSERT DATA { GRAPH :h { :a :p 2 } }").unwrap();
        assert_eq!(held(&memory).iter().filter(|quad| quad.ends_with("<h>")).count(), 1);
        run(&mut memory, "DROP ALL").unwrap();
        assert!(held(&memory).is_empty() && memory.names().unwrap().is_empty());
    }

    #[test]
    fn an_update_of_one_triple_leaves_the_others_as_they_were_written() {
        let mut memory = memory(&[":a :p '01'^^xsd:int, 1.0, '1e0'^^xsd:float, '2024-01-01Z'^^xsd:date ."]);
        let before = held(&memory);
        run(&mut memory, "INSERT DATA { :b :p '+5'^^xsd:short }").unwrap();
        run(&mut memory, "DELETE { ?s :p ?o } INSERT { ?s :q ?o } WHERE { ?s :p ?o FILTER(?s = :b) }")
            .unwrap();
        let after = held(&memory);
        assert!(before.iter().all(|quad| after.contains(quad)), "{after:?}");
        assert_eq!(after.len(), before.len() + 1);
        assert!(after.contains(&"<b> <q> \"+5\"^^<xsd:short>".to_owned()), "{after:?}");
    }

    #[test]
    fn what_is_deleted_goes_before_what_is_inserted_comes() {
        let mut memory = memory(&[":a :n 1 . :b :n 2 ."]);
        run(&mut memory, "DELETE { ?s :n ?o } INSERT { ?s :n 2 } WHERE { ?s :n ?o }").unwrap();
        assert_eq!(held(&memory), ["<a> <n> \"2\"^^<xsd:integer>", "<b> <n> \"2\"^^<xsd:integer>"]);
    }

    #[test]
    fn blank_nodes_of_a_template_are_new_for_each_solution() {
        let mut memory = memory(&[":a :p :x . :b :p :y ."]);
        run(&mut memory, "INSERT { ?s :has _:n . _:n :of ?s } WHERE { ?s :p ?o }").unwrap();
        run(&mut memory, "INSERT DATA { _:n :p 1 }").unwrap();
        run(&mut memory, "INSERT DATA { _:n :p 1 }").unwrap();
        let of = |property: &str| held(&memory).iter().filter(|quad| quad.contains(property)).count();
        assert_eq!((of("<has>"), of("<of>"), of("<p>")), (2, 2, 4));
    }

    #[test]
    fn quads_that_cannot_be_are_left_out() {
        let mut memory = memory(&[":a :p 'x' ."]);
        run(
            &mut memory,
            "INSERT { ?o :q 1 . :a ?o 1 . :a :q ?unbound . GRAPH ?o { :a :q 1 } } WHERE { ?s :p ?o }",
        )
        .unwrap();
        assert_eq!(held(&memory).len(), 1);
    }

    #[test]
    fn graphs_are_made_cleared_and_dropped() {
        let mut memory = memory(&["GRAPH :g { :a :p 1 } GRAPH :h { :a :p 2 } :a :p 3"]);
        assert!(run(&mut memory, "CREATE GRAPH :g").is_err(), "it is there already");
        assert!(run(&mut memory, "DROP GRAPH :k").is_err(), "it is not there");
        run(&mut memory, "CREATE GRAPH :k ; CLEAR GRAPH :k ; DROP GRAPH :k ; DROP SILENT GRAPH :k").unwrap();
        run(&mut memory, "CLEAR GRAPH :g ; CLEAR GRAPH :g").unwrap();
        assert_eq!(held(&memory).len(), 2);
        run(&mut memory, "COPY GRAPH :h TO DEFAULT").unwrap();
        assert_eq!(held(&memory), ["<a> <p> \"2\"^^<xsd:integer>", "<a> <p> \"2\"^^<xsd:integer> <h>"]);
        run(&mut memory, "DROP ALL").unwrap();
        assert!(memory.is_empty());
    }

    /// SPARQL 1.1 Update 3.2.3 to 3.2.5: "By default, the service may return failure if the input graph does not exist. If
    /// SILENT is present, the result of the operation will always be success"; "if COPY is used to copy a graph onto itself
    /// then no operation will be performed and the data will be left as it was".
    #[test]
    fn graphs_are_copied_moved_and_added() {
        let held_after = |text: &str| {
            let mut memory = memory(&[":a :p 0 GRAPH :g { :a :p 1 } GRAPH :h { :a :p 2 }"]);
            run(&mut memory, "CREATE GRAPH :empty").unwrap();
            let done = run(&mut memory, text);
            let mut names: Vec<String> = memory.names().unwrap().iter().map(ToString::to_string).collect();
            names.sort();
            let short = |quad: &String| {
                let mut words = quad.split_whitespace().skip(2);
                let value = words.next().unwrap().get(1..2).unwrap().to_owned();
                words.next().map_or(value.clone(), |graph| value + &graph[1..graph.len() - 1])
            };
            let quads: Vec<String> = held(&memory).iter().map(short).collect();
            let names = names.join(" ").replace("<http://example.org/", "").replace('>', "");
            done.map(|()| (quads.join(" "), names)).map_err(|error| error.message.clone())
        };
        let all = |quads: &str, names: &str| Ok((quads.to_owned(), names.to_owned()));
        let missing = Err("there is no graph <http://example.org/no>".to_owned());
        let as_it_was = all("0 1g 2h", "empty g h");
        for (text, expected) in [
            ("COPY :g TO :h", all("0 1g 1h", "empty g h")),
            ("copy GRAPH :g TO GRAPH :new", all("0 1g 1new 2h", "empty g h new")),
            ("MOVE :g TO :h", all("0 1h", "empty h")),
            ("MOVE SILENT :g TO :new", all("0 1new 2h", "empty h new")),
            ("ADD :g TO :h", all("0 1g 1h 2h", "empty g h")),
            // The default graph is there always.
            ("COPY DEFAULT TO :h", all("0 0h 1g", "empty g h")),
            ("COPY :g TO DEFAULT", all("1 1g 2h", "empty g h")),
            ("MOVE DEFAULT TO :h", all("0h 1g", "empty g h")),
            ("ADD DEFAULT TO :new ; ADD SILENT :h TO DEFAULT", all("0 0new 1g 2 2h", "empty g h new")),
            // Onto itself.
            ("COPY :g TO GRAPH :g ; MOVE :g TO :g ; ADD :g TO :g", as_it_was.clone()),
            ("COPY DEFAULT TO DEFAULT ; MOVE DEFAULT TO DEFAULT ; ADD DEFAULT TO DEFAULT", as_it_was.clone()),
            ("COPY SILENT :no TO :no", as_it_was.clone()),
            // From a graph that is not there.
            ("COPY :no TO :h", missing.clone()),
            ("MOVE :no TO :h", missing.clone()),
            ("ADD :no TO DEFAULT", missing.clone()),
            ("COPY SILENT :no TO :h ; MOVE SILENT :no TO DEFAULT ; ADD SILENT :no TO :h", as_it_was.clone()),
            // From an empty one: the destination is there then.
            ("COPY :empty TO :h", all("0 1g", "empty g h")),
            ("MOVE :empty TO :new", all("0 1g 2h", "g h new")),
            ("ADD :empty TO :new", all("0 1g 2h", "empty g h new")),
            // What looks like one of them, written out: the destination is emptied, as it says.
            (
                "DROP SILENT GRAPH :h ; INSERT { GRAPH :h { ?s ?p ?o } } WHERE { GRAPH :no { ?s ?p ?o } }",
                all("0 1g", "empty g"),
            ),
            // Declarations and others between; `;` within braces.
            (
                "PREFIX e: <http://example.org/> INSERT DATA { e:b :p 3 ; :q 4 . } ; PREFIX f: <http://example.org/> \
                 COPY SILENT f:no TO e:h ; COPY f:g TO e:h ; DELETE DATA { e:b :p 3 ; :q 4 } ;",
                all("0 1g 1h", "empty g h"),
            ),
            // The others with and without SILENT.
            ("DROP :no", Err("expected".to_owned())),
            ("DROP GRAPH :no", missing.clone()),
            ("CLEAR GRAPH :no", missing.clone()),
            ("DROP SILENT GRAPH :no ; CLEAR SILENT GRAPH :no ; CREATE SILENT GRAPH :g", as_it_was.clone()),
            ("CREATE GRAPH :g", Err("the graph <http://example.org/g> is there already".to_owned())),
            ("CLEAR NAMED", all("0", "empty g h")),
            ("DROP NAMED ; CLEAR DEFAULT", all("", "")),
            ("CLEAR ALL", all("", "empty g h")),
            ("DROP DEFAULT", all("1g 2h", "empty g h")),
            ("LOAD SILENT <file:///no>", Err("LOAD <file:///no>: nothing was read for it".to_owned())),
        ] {
            let found = held_after(text);
            match &expected {
                Err(message) if message == "expected" => assert!(found.is_err(), "{text}: {found:?}"),
                _ => assert_eq!(found, expected, "{text}"),
            }
        }
    }

    /// Templates that give the same quads again and again, as those of a product do: each is added or taken away once.
    #[test]
    fn quads_that_come_again_and_again_are_one() {
        let mut memory = memory(&[":a :p 1, 2, 3, 4, 5 . :b :p 1, 2, 3, 4, 5"]);
        run(&mut memory, "INSERT { ?x :q ?o } WHERE { ?x :p ?o . ?y :p ?v }").unwrap();
        assert_eq!(held(&memory).len(), 20);
        run(&mut memory, "DELETE { ?x :q ?o . :a :p ?v } WHERE { ?x :p ?o . ?y :p ?v }").unwrap();
        assert_eq!(held(&memory).len(), 5);
    }

    #[test]
    fn an_update_that_fails_changes_nothing() {
        let mut memory = memory(&[":a :p 1 . GRAPH :g { :a :p 1 }"]);
        let before = held(&memory);
        let text =
            "INSERT DATA { :b :p 2 } ; DELETE WHERE { :a ?p ?o } ; CLEAR GRAPH :g ; DROP GRAPH :nowhere";
        let error = run(&mut memory, text).unwrap_err();
        assert!(error.message.contains("nowhere"), "{error}");
        assert_eq!(held(&memory), before);
        let limits = Limits { timeout: Some(std::time::Duration::ZERO), ..Limits::default() };
        let update = parse::update("DELETE WHERE { ?s ?p ?o }", &Prefixes::new(), None).unwrap();
        let error =
            execute(&update, &mut memory, &Governor::new(limits, std::sync::Arc::default())).unwrap_err();
        assert_eq!(error.kind, Kind::Limit);
        assert_eq!(held(&memory), before);
    }
}
