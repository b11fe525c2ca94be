//! Updates: operations one after the other.
//!
//! In: the whole text. Out: the operations of an [`Update`]. `Update` and what it consists of in section 19.8; what COPY, MOVE and ADD
//! consist of is in SPARQL 1.1 Update, sections 3.2.3 to 3.2.5.

use super::triples::joined;
use super::{Parsed, Parser, Refusal, Why};
use crate::syntax::algebra::{GraphPattern, QueryDataset, TermPattern};
use crate::syntax::operations::{Operation, Transfer, Update};
use crate::terms::{NamedNode, Variable};
use spargebra::GraphUpdateOperation;
use spargebra::algebra::GraphTarget;
use spargebra::term::{
    GraphName, GraphNamePattern, GroundQuad, GroundQuadPattern, Quad, QuadPattern, TriplePattern,
};

impl Parser<'_> {
    /// `Update ::= Prologue ( Update1 ( ';' Update )? )?`
    pub(super) fn update(&mut self) -> Parsed<Update> {
        let mut operations = Vec::new();
        loop {
            self.prologue()?;
            if self.at >= self.text.len() {
                break;
            }
            self.labels.of_patterns.clear();
            self.operation(&mut operations)?;
            if !self.take(";") {
                break;
            }
        }
        Ok(Update { operations })
    }

    /// `Update1`. From a graph to itself a COPY, MOVE or ADD is no operation at all (section 3.2.3).
    fn operation(&mut self, operations: &mut Vec<Operation>) -> Parsed<()> {
        if self.word("INSERT") {
            let operation = if self.word("DATA") {
                self.insert_data(operations.len())?
            } else {
                let insert = self.quads()?;
                self.modify(None, Vec::new(), insert)?
            };
            operations.push(Operation::Plain(operation));
        } else if self.word("DELETE") {
            let operation = if self.word("DATA") {
                self.delete_data()?
            } else if self.word("WHERE") {
                self.delete_where()?
            } else {
                self.delete(None)?
            };
            operations.push(Operation::Plain(operation));
        } else if self.word("WITH") {
            let with = self.iri()?;
            let operation = if self.word("DELETE") {
                self.delete(Some(with))?
            } else {
                self.expect_word("INSERT")?;
                let insert = self.quads()?;
                self.modify(Some(with), Vec::new(), insert)?
            };
            operations.push(Operation::Plain(operation));
        } else if self.is_word("COPY") || self.is_word("MOVE") || self.is_word("ADD") {
            operations.extend(self.transfer()?.map(Operation::Transfer));
        } else {
            operations.push(Operation::Plain(self.of_graphs()?));
        }
        Ok(())
    }

    /// `Load | Clear | Drop | Create`
    fn of_graphs(&mut self) -> Parsed<GraphUpdateOperation> {
        if self.word("LOAD") {
            let silent = self.word("SILENT");
            let source = self.iri()?;
            let destination =
                if self.word("INTO") { self.named_graph()?.into() } else { GraphName::DefaultGraph };
            return Ok(GraphUpdateOperation::Load { silent, source, destination });
        }
        if self.word("CLEAR") {
            let silent = self.word("SILENT");
            return Ok(GraphUpdateOperation::Clear { silent, graph: self.graphs()? });
        }
        if self.word("DROP") {
            let silent = self.word("SILENT");
            return Ok(GraphUpdateOperation::Drop { silent, graph: self.graphs()? });
        }
        self.expect_word("CREATE")?;
        let silent = self.word("SILENT");
        Ok(GraphUpdateOperation::Create { silent, graph: self.named_graph()? })
    }

    /// `GraphRef ::= 'GRAPH' iri`
    fn named_graph(&mut self) -> Parsed<NamedNode> {
        self.expect_word("GRAPH")?;
        self.iri()
    }

    /// `GraphRefAll ::= GraphRef | 'DEFAULT' | 'NAMED' | 'ALL'`
    fn graphs(&mut self) -> Parsed<GraphTarget> {
        Ok(if self.word("DEFAULT") {
            GraphTarget::DefaultGraph
        } else if self.word("NAMED") {
            GraphTarget::NamedGraphs
        } else if self.word("ALL") {
            GraphTarget::AllGraphs
        } else {
            self.named_graph()?.into()
        })
    }

    /// `GraphOrDefault ::= 'DEFAULT' | 'GRAPH'? iri`
    fn graph_or_default(&mut self) -> Parsed<GraphName> {
        if self.word("DEFAULT") {
            return Ok(GraphName::DefaultGraph);
        }
        self.word("GRAPH");
        self.iri().map(GraphName::from)
    }

    /// `Add | Move | Copy`
    fn transfer(&mut self) -> Parsed<Option<Transfer>> {
        let (is_copy, is_move) = (self.word("COPY"), self.word("MOVE"));
        if !is_copy && !is_move {
            self.expect_word("ADD")?;
        }
        let silent = self.word("SILENT");
        let from = self.graph_or_default()?;
        self.expect_word("TO")?;
        let to = self.graph_or_default()?;
        if from == to {
            return Ok(None);
        }
        let mut steps = Vec::new();
        if is_copy || is_move {
            steps.push(GraphUpdateOperation::Drop { silent: true, graph: target(to.clone()) });
        }
        steps.push(copied(&from, to));
        if is_move {
            steps.push(GraphUpdateOperation::Drop { silent, graph: target(from.clone()) });
        }
        let from = match from {
            GraphName::NamedNode(name) => Some(name),
            GraphName::DefaultGraph => None,
        };
        Ok(Some(Transfer { from, silent, steps }))
    }

    /// `InsertData ::= 'INSERT DATA' QuadData`; `operation` tells it from others.
    fn insert_data(&mut self, operation: usize) -> Parsed<GraphUpdateOperation> {
        let mut data = Vec::new();
        self.labels.data = Some(operation);
        self.each_quad(false, &mut |quad, at| {
            data.push(without_variables(quad, at)?);
            Ok(())
        })?;
        self.labels.data = None;
        Ok(GraphUpdateOperation::InsertData { data })
    }

    /// `DeleteData ::= 'DELETE DATA' QuadData`
    fn delete_data(&mut self) -> Parsed<GraphUpdateOperation> {
        let mut data = Vec::new();
        self.each_quad(false, &mut |quad, at| {
            let quad = without_variables(quad, at)?;
            data.push(GroundQuad::try_from(quad).map_err(|()| Refusal { at, why: Why::BlankInDelete })?);
            Ok(())
        })?;
        Ok(GraphUpdateOperation::DeleteData { data })
    }

    /// `DeleteWhere ::= 'DELETE WHERE' QuadPattern`
    fn delete_where(&mut self) -> Parsed<GraphUpdateOperation> {
        // The triples of each graph that stand together.
        let mut parts: Vec<(GraphNamePattern, Vec<TriplePattern>)> = Vec::new();
        let mut delete = Vec::new();
        self.each_quad(true, &mut |quad, at| {
            let triple = TriplePattern {
                subject: quad.subject.clone(),
                predicate: quad.predicate.clone(),
                object: quad.object.clone(),
            };
            match parts.last_mut() {
                Some((name, triples)) if *name == quad.graph_name => triples.push(triple),
                _ => parts.push((quad.graph_name.clone(), vec![triple])),
            }
            delete.push(ground(quad, at)?);
            Ok(())
        })?;
        let links = self.links;
        parts.iter().try_for_each(|_| self.link())?;
        self.links = links;
        let part = |(name, patterns): (GraphNamePattern, Vec<TriplePattern>)| {
            let bgp = GraphPattern::Bgp { patterns };
            let within = |name| GraphPattern::Graph { name, inner: Box::new(bgp.clone()) };
            match name {
                GraphNamePattern::NamedNode(name) => within(name.into()),
                GraphNamePattern::Variable(name) => within(name.into()),
                GraphNamePattern::DefaultGraph => bgp,
            }
        };
        let pattern = Box::new(parts.into_iter().map(part).fold(GraphPattern::default(), joined));
        Ok(GraphUpdateOperation::DeleteInsert { delete, insert: Vec::new(), using: None, pattern })
    }

    /// `DeleteClause InsertClause? UsingClause* 'WHERE' GroupGraphPattern`, behind its first word.
    fn delete(&mut self, with: Option<NamedNode>) -> Parsed<GraphUpdateOperation> {
        let mut delete = Vec::new();
        self.each_quad(true, &mut |quad, at| {
            delete.push(ground(quad, at)?);
            Ok(())
        })?;
        let insert = if self.word("INSERT") { self.quads()? } else { Vec::new() };
        self.modify(with, delete, insert)
    }

    /// `Modify`, behind what is deleted and inserted.
    fn modify(
        &mut self,
        with: Option<NamedNode>,
        mut delete: Vec<GroundQuadPattern>,
        mut insert: Vec<QuadPattern>,
    ) -> Parsed<GraphUpdateOperation> {
        let mut using = self.dataset("USING")?;
        self.expect_word("WHERE")?;
        self.joined = 0;
        let pattern = Box::new(self.group()?);
        self.check_exists(&pattern)?;
        if let Some(with) = with {
            // The graph that is meant where none is named (SPARQL 1.1 Update, section 3.1.3).
            let graphs = delete.iter_mut().map(|quad| &mut quad.graph_name);
            for graph in graphs.chain(insert.iter_mut().map(|quad| &mut quad.graph_name)) {
                if *graph == GraphNamePattern::DefaultGraph {
                    *graph = with.clone().into();
                }
            }
            using = using.or(Some(QueryDataset { default: vec![with], named: None }));
        }
        Ok(GraphUpdateOperation::DeleteInsert { delete, insert, using, pattern })
    }

    /// `QuadPattern`, as a list.
    fn quads(&mut self) -> Parsed<Vec<QuadPattern>> {
        let mut quads = Vec::new();
        self.each_quad(true, &mut |quad, _| {
            quads.push(quad);
            Ok(())
        })?;
        Ok(quads)
    }

    /// `'{' Quads '}'`: shows each quad to `take`, with where its subject begins.
    fn each_quad(
        &mut self,
        may_have_variables: bool,
        take: &mut dyn FnMut(QuadPattern, usize) -> Parsed<()>,
    ) -> Parsed<()> {
        self.open("{")?;
        loop {
            self.each_triple(&mut |triple, at| take(of_graph(triple, GraphNamePattern::DefaultGraph), at))?;
            if !self.word("GRAPH") {
                return self.close("}");
            }
            let at = self.at;
            let graph = GraphNamePattern::from(self.variable_or_iri()?);
            if !may_have_variables && matches!(graph, GraphNamePattern::Variable(_)) {
                return Err(Refusal { at, why: Why::VariableInData });
            }
            self.open("{")?;
            self.each_triple(&mut |triple, at| take(of_graph(triple, graph.clone()), at))?;
            self.close("}")?;
            self.dot();
        }
    }
}

fn of_graph(
    TriplePattern { subject, predicate, object }: TriplePattern,
    graph_name: GraphNamePattern,
) -> QuadPattern {
    QuadPattern { subject, predicate, object, graph_name }
}

/// A quad of data: it has no variables, and its subject is a name.
fn without_variables(quad: QuadPattern, at: usize) -> Parsed<Quad> {
    let why = match quad.subject {
        TermPattern::Literal(_) | TermPattern::Triple(_) => Why::LiteralSubject,
        TermPattern::NamedNode(_) | TermPattern::BlankNode(_) | TermPattern::Variable(_) => {
            Why::VariableInData
        }
    };
    Quad::try_from(quad).map_err(|()| Refusal { at, why })
}

/// A quad to take away: it has no blank nodes.
fn ground(quad: QuadPattern, at: usize) -> Parsed<GroundQuadPattern> {
    GroundQuadPattern::try_from(quad).map_err(|()| Refusal { at, why: Why::BlankInDelete })
}

fn target(graph: GraphName) -> GraphTarget {
    match graph {
        GraphName::NamedNode(name) => name.into(),
        GraphName::DefaultGraph => GraphTarget::DefaultGraph,
    }
}

/// What adds all triples of a graph to another.
fn copied(from: &GraphName, to: GraphName) -> GraphUpdateOperation {
    let [subject, predicate, object] = ["s", "p", "o"].map(Variable::new_unchecked);
    let triple =
        TriplePattern { subject: subject.into(), predicate: predicate.into(), object: object.into() };
    let bgp = GraphPattern::Bgp { patterns: vec![triple.clone()] };
    let pattern = match from {
        GraphName::NamedNode(from) => GraphPattern::Graph { name: from.clone().into(), inner: Box::new(bgp) },
        GraphName::DefaultGraph => bgp,
    };
    GraphUpdateOperation::DeleteInsert {
        delete: Vec::new(),
        insert: vec![of_graph(triple, to.into())],
        using: None,
        pattern: Box::new(pattern),
    }
}
