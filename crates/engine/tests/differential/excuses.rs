//! Where the reference is known to be wrong, or the specification leaves the answer open.
//!
//! In: a query and the graph it is asked of. Out: the rules of [`EXCUSES`] that apply, each with its section.
//! A rule never says that any answer will do: it names what judges the answer instead of the reference.

use crate::data::{Data, Profile};
use baimo_engine::Query;
use baimo_engine::syntax::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern, NamedNodePattern,
    OrderExpression, PropertyPathExpression, TermPattern, TriplePattern, operands,
};

/// What judges an answer in the place of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// The definitions of section 18, as `specification.rs` spells them out.
    Specification,
    /// The reference, where numbers are compared by value and to twelve digits.
    Values,
    /// Nothing here: the tests of single functions beside the engine and the field cases do.
    Nothing,
}

/// A rule.
pub struct Excuse {
    /// What is different.
    pub reason: &'static str,
    /// The section that says what is right, or that it is open.
    pub section: &'static str,
    /// Whether it can make a difference to this query over this graph.
    pub applies: fn(&Facts<'_>) -> bool,
    /// What the answer is held to.
    pub judge: Judge,
}

/// What there is in a query, and the graph it is asked of.
pub struct Facts<'a> {
    /// The query.
    pub query: &'a Query,
    /// The graph.
    pub data: &'a Data,
    /// Every pattern, outermost first, each with whether it is within EXISTS and within GRAPH of a variable.
    pub patterns: Vec<(&'a GraphPattern, Around)>,
    /// Every expression and each within another.
    pub expressions: Vec<&'a Expression>,
    /// Every aggregate.
    pub aggregates: Vec<&'a AggregateExpression>,
    /// Every path and each within another.
    pub paths: Vec<&'a PropertyPathExpression>,
}

/// What is around a pattern.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around {
    /// EXISTS or LATERAL.
    pub correlated: bool,
    /// GRAPH with a variable.
    pub graph_variable: bool,
}

impl Excuse {
    /// The rule for a query, where there is one.
    pub fn of(facts: &Facts<'_>) -> Option<&'static Self> {
        EXCUSES.iter().find(|excuse| (excuse.applies)(facts))
    }
}

impl<'a> Facts<'a> {
    /// Reads a query.
    pub fn of(query: &'a Query, data: &'a Data) -> Self {
        let mut facts = Self {
            query,
            data,
            patterns: Vec::new(),
            expressions: Vec::new(),
            aggregates: Vec::new(),
            paths: Vec::new(),
        };
        let (Query::Select { pattern, .. }
        | Query::Construct { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Ask { pattern, .. }) = query;
        facts.pattern(pattern, Around::default());
        facts
    }

    fn pattern(&mut self, pattern: &'a GraphPattern, around: Around) {
        self.patterns.push((pattern, around));
        match pattern {
            GraphPattern::Bgp { .. } | GraphPattern::Values { .. } => {}
            GraphPattern::Path { path, .. } => self.path(path),
            GraphPattern::Join { left, right }
            | GraphPattern::Union { left, right }
            | GraphPattern::Minus { left, right } => {
                self.pattern(left, around);
                self.pattern(right, around);
            }
            GraphPattern::Lateral { left, right } => {
                self.pattern(left, around);
                self.pattern(right, Around { correlated: true, ..around });
            }
            GraphPattern::LeftJoin { left, right, expression } => {
                self.pattern(left, around);
                self.pattern(right, around);
                if let Some(expression) = expression {
                    self.expression(expression, around);
                }
            }
            GraphPattern::Filter { expr, inner } => {
                self.expression(expr, around);
                self.pattern(inner, around);
            }
            GraphPattern::Extend { inner, expression, .. } => {
                self.expression(expression, around);
                self.pattern(inner, around);
            }
            GraphPattern::Graph { name, inner } => {
                let variable = matches!(name, NamedNodePattern::Variable(_));
                self.pattern(inner, Around { graph_variable: around.graph_variable || variable, ..around });
            }
            GraphPattern::OrderBy { inner, expression } => {
                for key in expression {
                    let (OrderExpression::Asc(key) | OrderExpression::Desc(key)) = key;
                    self.expression(key, around);
                }
                self.pattern(inner, around);
            }
            GraphPattern::Group { inner, aggregates, .. } => {
                for (_, aggregate) in aggregates {
                    self.aggregates.push(aggregate);
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.expression(expr, around);
                    }
                }
                self.pattern(inner, around);
            }
            GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. }
            | GraphPattern::Service { inner, .. } => self.pattern(inner, around),
        }
    }

    fn expression(&mut self, expression: &'a Expression, around: Around) {
        self.expressions.push(expression);
        if let Expression::Exists(pattern) = expression {
            self.pattern(pattern, Around { correlated: true, ..around });
        }
        for operand in operands(expression) {
            self.expression(operand, around);
        }
    }

    fn path(&mut self, path: &'a PropertyPathExpression) {
        self.paths.push(path);
        match path {
            PropertyPathExpression::NamedNode(_) | PropertyPathExpression::NegatedPropertySet(_) => {}
            PropertyPathExpression::Reverse(inner)
            | PropertyPathExpression::ZeroOrMore(inner)
            | PropertyPathExpression::OneOrMore(inner)
            | PropertyPathExpression::ZeroOrOne(inner) => self.path(inner),
            PropertyPathExpression::Sequence(a, b) | PropertyPathExpression::Alternative(a, b) => {
                self.path(a);
                self.path(b);
            }
        }
    }

    fn has_aggregate(&self, wanted: &[AggregateFunction]) -> bool {
        self.aggregates.iter().any(|aggregate| match aggregate {
            AggregateExpression::FunctionCall { name, .. } => wanted.contains(name),
            AggregateExpression::CountSolutions { .. } => false,
        })
    }

    /// Whether a computed literal's spelling or type can decide more than how it is shown.
    fn looks_at_spelling(&self) -> bool {
        let looks = |expression: &&Expression| match expression {
            Expression::SameTerm(..) => true,
            Expression::FunctionCall(name, _) => match name {
                Function::Str
                | Function::Datatype
                | Function::StrLen
                | Function::Concat
                | Function::SubStr
                | Function::Iri
                | Function::Triple
                | Function::StrDt => true,
                Function::Custom(name) => name.as_str().ends_with("#string"),
                _ => false,
            },
            _ => false,
        };
        let joins = |pattern: &GraphPattern| {
            matches!(
                pattern,
                GraphPattern::Distinct { .. } | GraphPattern::Reduced { .. } | GraphPattern::Group { .. }
            )
        };
        self.expressions.iter().any(looks) || self.patterns.iter().any(|(pattern, _)| joins(pattern))
    }
}

/// Every rule. Of those that apply the first is taken.
pub const EXCUSES: &[Excuse] = &[
    Excuse {
        reason: "EXISTS or LATERAL over a pattern where it matters how the outer solution is put in",
        section: "18.6: substitute() has no meaning for a variable that BIND, VALUES, a sub-select or MINUS binds",
        applies: |facts| {
            facts.patterns.iter().any(|(pattern, around)| around.correlated && is_unclear(pattern))
        },
        judge: Judge::Nothing,
    },
    Excuse {
        reason: "a triple term pattern is matched with a literal as its subject: it matches nothing, and spareval fails",
        section: "SPARQL 1.2, 18.3.1: an instance of a pattern is an RDF triple",
        applies: |facts| {
            facts.data.profile != Profile::Tidy && facts.patterns.iter().any(|(p, _)| has_triple_term(p))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval pools the graphs of GRAPH ?g below a sub-select, or joins its variable late",
        section: "18.6: eval(D(G), Graph(var, P)) is a union over the named graphs, each joined with its name",
        applies: |facts| facts.patterns.iter().any(|(_, around)| around.graph_variable),
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval answers within GRAPH and a name that is no graph's",
        section: "18.6: eval(D(G), Graph(IRI, P)) is the empty multiset where IRI is not a graph name in D",
        applies: |facts| {
            facts.patterns.iter().any(|(pattern, _)| matches!(pattern, GraphPattern::Graph { .. }))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval finds no zero-length path at a term that the graph lacks",
        section: "18.4: eval(Path(X:term, ZeroLengthPath, Y:var)) is {(Y, X)}",
        applies: |facts| {
            let zero = |path: &&PropertyPathExpression| {
                use PropertyPathExpression::{ZeroOrMore, ZeroOrOne};
                matches!(path, ZeroOrMore(_) | ZeroOrOne(_))
            };
            facts.paths.iter().any(zero)
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval gives a pair once where both sides of a path's alternative connect it",
        section: "18.4: eval(Path(X, alt(P, Q), Y)) is a union of multisets; 18.2.2.3 for `!(:p|^:q)`",
        applies: |facts| {
            facts.paths.iter().any(|path| matches!(path, PropertyPathExpression::Alternative(..)))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval gives a pair once where a negated property set has both ends bound",
        section: "18.4: eval(Path(X, NPS(S), Y)) has a solution for each triple whose predicate is not in S",
        applies: |facts| {
            facts.paths.iter().any(|path| matches!(path, PropertyPathExpression::NegatedPropertySet(_)))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval counts a triple as often as graphs of the merge have it",
        section: "13.2: the default graph is the RDF merge of the graphs, and a graph is a set",
        applies: |facts| facts.query.dataset().is_some_and(|dataset| dataset.default.len() > 1),
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval tells solutions apart by blank nodes of the pattern in COUNT(DISTINCT *)",
        section: "18.5.1.2: COUNT(DISTINCT *) counts distinct solutions; 18.3.1: blank nodes are not in their domain",
        applies: |facts| {
            let all = |a: &&AggregateExpression| {
                matches!(a, AggregateExpression::CountSolutions { distinct: true })
            };
            facts.aggregates.iter().any(all)
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval gives no count where an operand of COUNT has an error",
        section: "18.5.1.2: COUNT removes the errors first",
        applies: |facts| facts.has_aggregate(&[AggregateFunction::Count]),
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval gives MIN and MAX in another spelling and type than the member's",
        section: "18.5.1.4 and 18.5.1.5: they return a member of the group",
        applies: |facts| facts.has_aggregate(&[AggregateFunction::Min, AggregateFunction::Max]),
        judge: Judge::Specification,
    },
    Excuse {
        reason: "GROUP_CONCAT takes the text of what is no string",
        section: "18.5.1.7: GROUP_CONCAT is of strings; every other engine takes STR() of the others",
        applies: |facts| {
            let name = |a: &&AggregateExpression| {
                let AggregateExpression::FunctionCall { name, .. } = a else { return false };
                matches!(name, AggregateFunction::GroupConcat { .. })
            };
            facts.aggregates.iter().any(name)
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval spells and types literals anew, and what looks at the spelling differs",
        section: "17.4.2.3 and 17.4.2.6: STR is the lexical form, DATATYPE the datatype; RDF 1.1, 3.3: literal terms",
        applies: |facts| facts.data.profile == Profile::Wild && facts.looks_at_spelling(),
        judge: Judge::Nothing,
    },
    Excuse {
        reason: "spareval spells and types literals anew",
        section: "17.3: a term keeps its spelling; RDF 1.1, 3.3: equal values are not equal terms",
        applies: |facts| facts.data.profile == Profile::Wild && !facts.expressions.is_empty(),
        judge: Judge::Values,
    },
];

/// Whether a pattern binds variables in a way that a substitution from outside does not reach.
fn is_unclear(pattern: &GraphPattern) -> bool {
    matches!(
        pattern,
        GraphPattern::Extend { .. }
            | GraphPattern::Values { .. }
            | GraphPattern::Project { .. }
            | GraphPattern::Group { .. }
            | GraphPattern::Minus { .. }
    )
}

fn has_triple_term(pattern: &GraphPattern) -> bool {
    let in_triple = |t: &TriplePattern| {
        matches!(t.subject, TermPattern::Triple(_)) || matches!(t.object, TermPattern::Triple(_))
    };
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter().any(in_triple),
        GraphPattern::Path { subject, object, .. } => {
            matches!(subject, TermPattern::Triple(_)) || matches!(object, TermPattern::Triple(_))
        }
        _ => false,
    }
}
