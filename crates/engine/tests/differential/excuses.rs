//! Where the reference is known to be wrong, or the specification leaves the answer open.
//!
//! In: a query and the graph it is asked of. Out: the rules of [`EXCUSES`] that apply, each with its section.
//! A rule never says that any answer will do: it names what judges the answer instead of the reference.

use crate::data::{Data, Profile};
use baimo_engine::syntax::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern, GroundTerm, NamedNodePattern,
    OrderExpression, PropertyPathExpression, TermPattern, TriplePattern, children, operands, variables_of,
};
use baimo_engine::terms::{Literal, Term, xsd};
use baimo_engine::{DefaultGraph, Query};
use std::collections::HashSet;

/// What judges an answer instead of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// The definitions of section 18, as `specification.rs` spells them out.
    Specification,
    /// The same, where literals are compared by value and numbers to twelve digits.
    Values,
    /// The same as `Specification`, but for what [`OPERATORS`] says of the functions that it asks the reference for.
    Functions,
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
    /// What the default graph is made of.
    pub default_graph: DefaultGraph,
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
    /// LATERAL.
    pub lateral: bool,
    /// GRAPH with a variable.
    pub graph_variable: bool,
}

impl Excuse {
    /// The rule for a query, where there is one.
    pub fn of(facts: &Facts<'_>) -> Option<&'static Self> {
        EXCUSES.iter().find(|excuse| (excuse.applies)(facts))
    }

    /// The rule for a query asked of Jena, where there is one.
    pub fn of_jena(facts: &Facts<'_>) -> Option<&'static Self> {
        JENA.iter().find(|excuse| (excuse.applies)(facts))
    }
}

impl<'a> Facts<'a> {
    /// Reads a query.
    pub fn of(query: &'a Query, data: &'a Data, default_graph: DefaultGraph) -> Self {
        let mut facts = Self {
            query,
            data,
            default_graph,
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

    /// Whether a variable stands as an object more than once, so that literals are joined.
    fn joins_objects(&self) -> bool {
        let mut objects: Vec<&TermPattern> = Vec::new();
        for (pattern, _) in &self.patterns {
            match pattern {
                GraphPattern::Bgp { patterns } => {
                    objects.extend(patterns.iter().map(|triple| &triple.object))
                }
                GraphPattern::Path { subject, object, .. } => objects.extend([subject, object]),
                _ => {}
            }
        }
        objects
            .iter()
            .enumerate()
            .any(|(n, a)| matches!(a, TermPattern::Variable(_)) && objects.iter().skip(n + 1).any(|b| a == b))
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
                self.pattern(right, Around { correlated: true, lateral: true, ..around });
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

    fn has_group_concat(&self) -> bool {
        self.aggregates.iter().any(|aggregate| {
            let AggregateExpression::FunctionCall { name, .. } = aggregate else { return false };
            matches!(name, AggregateFunction::GroupConcat { .. })
        })
    }

    fn calls(&self, wanted: &[Function]) -> bool {
        let called =
            |e: &&Expression| matches!(e, Expression::FunctionCall(name, _) if wanted.contains(name));
        self.expressions.iter().any(called)
    }

    /// Whether a literal for which it holds is in the graph, or written in the query outside of its patterns.
    fn has_literal(&self, holds: impl Fn(&Literal) -> bool) -> bool {
        let object = |term: &Term| matches!(term, Term::Literal(literal) if holds(literal));
        let written =
            |expression: &&Expression| matches!(expression, Expression::Literal(literal) if holds(literal));
        self.data.quads.iter().any(|quad| object(&quad.object))
            || self.expressions.iter().any(written)
            || self.listed().any(&holds)
    }

    /// The literals that VALUES lists.
    fn listed(&self) -> impl Iterator<Item = &'a Literal> {
        let cells = self.patterns.iter().flat_map(|(pattern, _)| match pattern {
            GraphPattern::Values { bindings, .. } => bindings.as_slice(),
            _ => &[],
        });
        cells.flatten().flatten().filter_map(|cell| match cell {
            GroundTerm::Literal(literal) => Some(literal),
            _ => None,
        })
    }

    /// Whether a date or a time is in the graph, or written or made in the query: two of them differ by a duration.
    fn has_moments(&self) -> bool {
        let of = |name: &str| ["#dateTime", "#date", "#time"].iter().any(|kind| name.ends_with(kind));
        let made = |expression: &&Expression| match expression {
            Expression::FunctionCall(Function::Custom(cast), _) => of(cast.as_str()),
            Expression::FunctionCall(Function::Now, _) => true,
            _ => false,
        };
        self.has_literal(|literal| of(literal.datatype().as_str())) || self.expressions.iter().any(made)
    }

    /// Whether a duration is in the graph, or written in the query, or made in it of two moments.
    fn has_durations(&self) -> bool {
        let made = |e: &&Expression| matches!(e, Expression::Subtract(..));
        self.has_literal(|literal| literal.datatype().as_str().ends_with("uration"))
            || (self.has_moments() && self.expressions.iter().any(made))
            || self.calls(&[Function::Timezone])
    }

    /// Whether VALUES lists a literal for which the graph has another of the same value.
    fn lists_a_value_spelt_otherwise(&self) -> bool {
        let other = |listed: &Literal, term: &Term| match term {
            Term::Literal(literal) => literal != listed && may_be_equal(literal, listed),
            _ => false,
        };
        self.listed().any(|listed| self.data.quads.iter().any(|quad| other(listed, &quad.object)))
    }

    /// Whether an effective boolean value is taken within an expression.
    fn tests(&self) -> bool {
        self.expressions.iter().any(|expression| {
            matches!(
                expression,
                Expression::Not(_) | Expression::And(..) | Expression::Or(..) | Expression::If(..)
            )
        })
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
        reason: "LATERAL puts a term into a path that may have no step",
        section: "18.4: eval(Path(X:term, ZeroLengthPath, Y:var)) has the term where the graph lacks it, as no variable does; \
            no section has LATERAL",
        applies: |facts| {
            let ends_at_once = |pattern: &GraphPattern| match pattern {
                GraphPattern::Path { path, .. } => has_zero(path),
                _ => false,
            };
            facts.patterns.iter().any(|(pattern, around)| around.lateral && ends_at_once(pattern))
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
        reason: "spareval puts a variable from around OPTIONAL into an OPTIONAL in it",
        section: "18.2 and 18.5: LeftJoin is of two multisets, each evaluated by itself from the inside out",
        applies: |facts| {
            let nested = |pattern: &GraphPattern| match pattern {
                GraphPattern::LeftJoin { right, .. } => has_left_join(right),
                _ => false,
            };
            facts.patterns.iter().any(|(pattern, _)| nested(pattern))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval puts a variable from around a group into an EXISTS that filters the group",
        section: "18.6: substitute(pattern, μ) is of the filter's own solution; 18.2.2.2: a group is joined afterwards",
        applies: |facts| {
            let joins = |pattern: &GraphPattern| match pattern {
                GraphPattern::Join { left, right } => has_exists(left) || has_exists(right),
                _ => false,
            };
            facts.patterns.iter().any(|(pattern, _)| joins(pattern))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval puts a variable from around a group into a MINUS in it",
        section: "18.5: Minus is of the solutions of its two sides; 18.2.2.2: a group is joined afterwards",
        applies: |facts| {
            let joins = |pattern: &GraphPattern| match pattern {
                GraphPattern::Join { left, right } => has_minus(left) || has_minus(right),
                _ => false,
            };
            facts.patterns.iter().any(|(pattern, _)| joins(pattern))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval answers within GRAPH and a name that no graph has",
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
        applies: |facts| match facts.query.dataset() {
            Some(dataset) => dataset.default.len() > 1,
            None => facts.default_graph == DefaultGraph::Union,
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval tells solutions apart by blank nodes of the pattern in COUNT(DISTINCT *)",
        section: "18.5.1.2: COUNT(DISTINCT *) counts distinct solutions; 18.3.1: blank nodes are not in their domain",
        applies: counts_different_solutions,
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
        reason: "GROUP_CONCAT takes the text of what is not a string",
        section: "18.5.1.7: GROUP_CONCAT is of strings; every other engine takes STR() of the others",
        applies: |facts| facts.has_group_concat(),
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval has no effective boolean value for a string with a language or an integer over 64 bits",
        section: "17.2.2: a plain literal has one, and so has every number",
        applies: |facts| facts.tests() || facts.patterns.iter().any(|(p, _)| is_tested(p)),
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval compares a term with itself where no operator compares ?x, and `?x IN ()` for an error",
        section: "17.3: operators are of literals; 17.4.1.9: `IN ()` is false",
        applies: |facts| {
            facts.expressions.iter().any(|expression| {
                matches!(
                    expression,
                    Expression::GreaterOrEqual(..)
                        | Expression::LessOrEqual(..)
                        | Expression::Greater(..)
                        | Expression::Less(..)
                        | Expression::In(..)
                )
            })
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval spells and types literals anew",
        section: "17.3: a term keeps its spelling; RDF 1.1, 3.3: equal values are not equal terms",
        applies: |facts| {
            let passes_on = |e: &&Expression| matches!(e, Expression::Coalesce(_) | Expression::If(..));
            let wild = facts.data.profile == Profile::Wild;
            (wild && !facts.expressions.is_empty()) || facts.expressions.iter().any(passes_on)
        },
        judge: Judge::Values,
    },
    Excuse {
        reason: "spareval adds a duration and a date in one order alone",
        section: "XPath 3.1, B.2: `A + B` of a duration and a date is op:add-dayTimeDuration-to-date(B, A)",
        applies: |facts| {
            let adds = |e: &&Expression| matches!(e, Expression::Add(first, _) if matches!(**first, Expression::Subtract(..)));
            facts.has_moments() && facts.expressions.iter().any(adds)
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "spareval takes a sign before a duration",
        section: "17.3: `+ A` and `- A` are op:numeric-unary-plus and -minus, of numbers",
        applies: |facts| {
            let signs = |e: &&Expression| matches!(e, Expression::UnaryPlus(a) | Expression::UnaryMinus(a) if may_be_duration(a));
            facts.has_moments() && facts.expressions.iter().any(signs)
        },
        judge: Judge::Specification,
    },
];

/// Where the reference's own operators and functions are wrong, so that neither it nor the model of the
/// specification, which asks it for them, is a judge; `expr` has tests with the sections for each.
pub const OPERATORS: Excuse = Excuse {
    reason: "spareval's operators are wrong on such operands",
    section: "17.3, 17.4: derived integers, numbers over 64 bits, ill-typed literals, booleans compared; \
        F&O 5.4.3: substring takes a double; 5.6.4: a pattern that matches nothing is an error in replace",
    applies: |facts| {
        let wild = facts.data.profile == Profile::Wild;
        let sums = [AggregateFunction::Sum, AggregateFunction::Avg];
        let computed = |e: &Expression| !matches!(e, Expression::Variable(_) | Expression::Literal(_));
        (wild && (!facts.expressions.is_empty() || facts.has_aggregate(&sums)))
            || facts.calls(&[Function::SubStr, Function::Replace, Function::Timezone, Function::StrDt])
            || facts.expressions.iter().any(|expression| match expression {
                Expression::FunctionCall(Function::Custom(cast), _) => cast.as_str().ends_with("#string"),
                Expression::Less(a, b)
                | Expression::Greater(a, b)
                | Expression::LessOrEqual(a, b)
                | Expression::GreaterOrEqual(a, b) => {
                    a == b || [a, b].iter().any(|side| computed(side) || is_boolean(side))
                }
                // 0 divided by a decimal is an error there.
                Expression::Divide(..) => true,
                _ => false,
            })
    },
    judge: Judge::Nothing,
};

/// Where Jena 4.5 is known to be wrong.
pub const JENA: &[Excuse] = &[
    Excuse {
        reason: "EXISTS over a pattern where it matters how the outer solution is put in",
        section: "18.6: substitute() has no meaning for a variable that BIND, VALUES, a sub-select or MINUS binds",
        applies: |facts| {
            facts.patterns.iter().any(|(pattern, around)| around.correlated && is_unclear(pattern))
        },
        judge: Judge::Nothing,
    },
    Excuse {
        reason: "Jena gives an error for GROUP_CONCAT of nothing with DISTINCT",
        section: "18.5.1.7: GroupConcat of the empty multiset is the empty string",
        applies: |facts| facts.has_group_concat(),
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena takes the second branch of IF where the test is an error",
        section: "17.4.1.2: an error of the first argument is an error of IF",
        applies: |facts| facts.expressions.iter().any(|expression| matches!(expression, Expression::If(..))),
        judge: Judge::Functions,
    },
    Excuse {
        reason: "MIN and MAX of what no operator compares",
        section: "18.5.1.4: by the order of ORDER BY, which 15.1 leaves open between kinds",
        applies: |facts| {
            let wanted = [AggregateFunction::Min, AggregateFunction::Max];
            facts.data.profile != Profile::Tidy && facts.has_aggregate(&wanted)
        },
        judge: Judge::Nothing,
    },
    Excuse {
        reason: "Jena tells solutions apart by blank nodes of the pattern in COUNT(DISTINCT *)",
        section: "18.5.1.2: COUNT(DISTINCT *) counts distinct solutions; 18.3.1: blank nodes are not in their domain",
        applies: counts_different_solutions,
        judge: Judge::Specification,
    },
    Excuse {
        reason: "Jena has no SAMPLE of a variable that GROUP BY computes",
        section: "11.2: GROUP BY (expression AS ?v) binds ?v in the group",
        applies: |facts| facts.has_aggregate(&[AggregateFunction::Sample]),
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena ends COALESCE and `||` where a function of dates or REGEX gets an operand of another kind",
        section: "17.2 and 17.4.1.3: `error || true` is true, and COALESCE passes over errors",
        applies: |facts| {
            use Function::{Day, Hours, Minutes, Month, Regex, Seconds, Timezone, Tz, Year};
            let functions = [Day, Hours, Minutes, Month, Regex, Seconds, Timezone, Tz, Year];
            let passes = |e: &&Expression| {
                matches!(e, Expression::Coalesce(_) | Expression::Or(..) | Expression::And(..))
            };
            facts.calls(&functions) && facts.expressions.iter().any(passes)
        },
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena compares strings with a language, and what is ill-typed, by `<`",
        section: "17.3: there is no such operator",
        applies: |facts| {
            facts.data.profile != Profile::Tidy
                && facts.expressions.iter().any(|expression| {
                    matches!(
                        expression,
                        Expression::Less(..)
                            | Expression::LessOrEqual(..)
                            | Expression::Greater(..)
                            | Expression::GreaterOrEqual(..)
                    )
                })
        },
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena takes a term for a node of the graph where a zero-length path begins or ends at it",
        section: "18.4: with two variables the ends are nodes(G), whatever else binds the variable",
        applies: |facts| {
            use PropertyPathExpression::{ZeroOrMore, ZeroOrOne};
            facts.paths.iter().any(|path| matches!(path, ZeroOrMore(_) | ZeroOrOne(_)))
        },
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena joins UNDEF once, and tests before VALUES is joined",
        section: "18.5: Join is of multisets; 18.2.2.2: a filter is of the whole group",
        applies: |facts| {
            let undef = |pattern: &GraphPattern| match pattern {
                GraphPattern::Values { bindings, .. } => bindings.iter().flatten().any(Option::is_none),
                _ => false,
            };
            facts.patterns.iter().any(|(pattern, _)| undef(pattern))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "Jena casts by the text: it keeps the spelling of a number, and takes any datatype",
        section: "F&O 3.1, 19.1: casts are of values, and not from every type; 19.1.2.1: to the canonical form",
        applies: |facts| {
            let cast = |e: &&Expression| matches!(e, Expression::FunctionCall(Function::Custom(_), _));
            facts.data.profile != Profile::Tidy && facts.expressions.iter().any(cast)
        },
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena takes a decimal of zero that was computed for true",
        section: "17.2.2: a number that is zero is false",
        applies: |facts| {
            let computed = |expression: &Expression| {
                matches!(
                    expression,
                    Expression::Add(..)
                        | Expression::Subtract(..)
                        | Expression::Multiply(..)
                        | Expression::Divide(..)
                )
            };
            let tests = |expression: &&Expression| match expression {
                Expression::Not(a) | Expression::If(a, ..) => computed(a),
                Expression::Or(a, b) | Expression::And(a, b) => computed(a) || computed(b),
                Expression::Coalesce(list) => list.iter().any(computed),
                _ => false,
            };
            let filters = |pattern: &GraphPattern| matches!(pattern, GraphPattern::Filter { expr, .. } if computed(expr));
            facts.expressions.iter().any(tests) || facts.patterns.iter().any(|(pattern, _)| filters(pattern))
        },
        judge: Judge::Functions,
    },
    Excuse {
        reason: "REPLACE with a pattern that matches the empty string",
        section: "F&O 3.1, 5.6.4: it is an error (FORX0003)",
        applies: |facts| facts.calls(&[Function::Replace]),
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena loses duplicates beside a sub-select with DISTINCT that binds no variable",
        section: "18.5: Distinct is of the sub-select's solutions, of which there is one, and Join keeps all of the others",
        applies: |facts| {
            let distinct = |pattern: &GraphPattern| matches!(pattern, GraphPattern::Distinct { .. });
            facts.patterns.iter().skip(1).any(|(pattern, _)| distinct(pattern))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "Jena adds strings",
        section: "17.3: `+` is of numbers",
        applies: |facts| {
            let adds = |e: &&Expression| matches!(e, Expression::Add(..));
            facts.data.profile != Profile::Tidy && facts.expressions.iter().any(adds)
        },
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena's graph in memory matches literals by value, takes xsd:token for a string and NaN for itself",
        section: "RDF 1.1, 3.3: literal terms; 17.2.2: xsd:string has a boolean value; 17.3: op:numeric-equal",
        applies: |facts| {
            let literal = |pattern: &GraphPattern| match pattern {
                GraphPattern::Bgp { patterns } => {
                    patterns.iter().any(|pattern| matches!(pattern.object, TermPattern::Literal(_)))
                }
                GraphPattern::Path { subject, object, .. } => {
                    matches!(subject, TermPattern::Literal(_)) || matches!(object, TermPattern::Literal(_))
                }
                _ => false,
            };
            let equal = |e: &&Expression| matches!(e, Expression::Equal(..) | Expression::In(..));
            facts.data.profile == Profile::Wild
                && (facts.tests()
                    || facts.expressions.iter().any(equal)
                    || facts.joins_objects()
                    // What is listed is put into the patterns that it is joined with.
                    || facts.lists_a_value_spelt_otherwise()
                    || facts.patterns.iter().any(|(pattern, _)| literal(pattern) || is_tested(pattern)))
        },
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena gives a text and an IRI for a blank node",
        section: "17.4.2.5 and 17.4.2.8: STR and IRI are of IRIs and literals",
        applies: |facts| facts.data.profile != Profile::Tidy && facts.calls(&[Function::Str, Function::Iri]),
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena starts at the end where SUBSTR starts before the first character",
        section: "F&O 3.1, 5.4.3: characters whose position is at least the start, which may be below 1",
        applies: |facts| facts.calls(&[Function::SubStr]),
        judge: Judge::Functions,
    },
    Excuse {
        reason: "`IN ()` of an error",
        section: "17.4.1.9 defines IN by `=` with each member, of which there is none",
        applies: |facts| {
            let empty = |e: &&Expression| matches!(e, Expression::In(_, list) if list.is_empty());
            facts.expressions.iter().any(empty)
        },
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena finds nothing where a filter in EXISTS compares a variable with one of around it",
        section: "18.6: substitute(pattern, μ) puts the terms of the outer solution into the filters of the pattern too",
        applies: |facts| {
            let compares = |e: &Expression| {
                matches!(e, Expression::Equal(a, b) | Expression::SameTerm(a, b)
                    if matches!((&**a, &**b), (Expression::Variable(_), Expression::Variable(_))))
            };
            fn conjuncts(e: &Expression) -> Vec<&Expression> {
                match e {
                    Expression::And(a, b) => [conjuncts(a), conjuncts(b)].concat(),
                    _ => vec![e],
                }
            }
            let from_around = |pattern: &GraphPattern| match pattern {
                GraphPattern::Filter { expr, inner } => {
                    conjuncts(expr).into_iter().any(|part| compares(part) && lacks_a_variable(inner, part))
                }
                _ => false,
            };
            facts.patterns.iter().any(|(pattern, around)| around.correlated && from_around(pattern))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "Jena lets BIND see variables of the group around its own",
        section: "18.2.2.6 and 18.5: Extend is of the pattern before it in its own group",
        applies: |facts| {
            let binds = |pattern: &GraphPattern| match pattern {
                GraphPattern::Extend { inner, expression, .. } => lacks_a_variable(inner, expression),
                _ => false,
            };
            facts.patterns.iter().any(|(pattern, _)| binds(pattern))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "Jena puts the other solution into a sub-select before its LIMIT",
        section: "18.2.4.5, 18.5: Slice is of the sub-select alone, Join and LeftJoin come after it",
        applies: |facts| {
            fn has_slice(pattern: &GraphPattern) -> bool {
                matches!(pattern, GraphPattern::Slice { .. }) || children(pattern).any(has_slice)
            }
            let slices = |pattern: &GraphPattern| match pattern {
                GraphPattern::LeftJoin { right, .. } => has_slice(right),
                GraphPattern::Join { left, right } => has_slice(left) || has_slice(right),
                _ => false,
            };
            facts.patterns.iter().any(|(pattern, _)| slices(pattern))
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "Jena gives a solution for each side of `||` and each member of IN that holds",
        section: "18.5: Filter keeps a solution as often as it was",
        applies: |facts| {
            let several = |e: &&Expression| match e {
                Expression::Or(..) => true,
                Expression::In(_, list) => list.len() > 1,
                _ => false,
            };
            facts.expressions.iter().any(several)
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "the text of a double that was computed",
        section: "17.4.2.5: STR gives the lexical form, of which each value has several; F&O 3.1, 19.1.2.2: a cast gives one",
        applies: |facts| {
            let computed = |e: &Expression| {
                matches!(
                    e,
                    Expression::Add(..)
                        | Expression::Subtract(..)
                        | Expression::Multiply(..)
                        | Expression::Divide(..)
                )
            };
            let text = |e: &&Expression| match e {
                Expression::FunctionCall(Function::Str, operands) => operands.iter().any(computed),
                _ => false,
            };
            facts.expressions.iter().any(text)
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "IRI of a relative text where the query has no base",
        section: "17.4.2.8; RFC 3986, 5.1.4: what is around the query may give one",
        applies: |facts| {
            let (Query::Select { base_iri, .. }
            | Query::Construct { base_iri, .. }
            | Query::Describe { base_iri, .. }
            | Query::Ask { base_iri, .. }) = facts.query;
            base_iri.is_none() && facts.calls(&[Function::Iri])
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "Jena gives the difference of two dates as an xsd:duration",
        section: "F&O 3.1, 9.7.2: op:subtract-dateTimes gives an xs:dayTimeDuration",
        applies: |facts| {
            let differs = |e: &&Expression| matches!(e, Expression::Subtract(..));
            facts.has_moments() && facts.expressions.iter().any(differs)
        },
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena gives the parts of a duration as those of a date",
        section: "17.4.5.2 to 17.4.5.7: YEAR to SECONDS are of an xsd:dateTime",
        applies: |facts| {
            use Function::{Day, Hours, Minutes, Month, Seconds, Year};
            facts.has_durations() && facts.calls(&[Year, Month, Day, Hours, Minutes, Seconds])
        },
        judge: Judge::Functions,
    },
    Excuse {
        reason: "Jena gives both sides of a negated set both ways twice",
        section: "18.2.2.3: `!(:p|^:q)` is alt(NPS({:p}), inv(NPS({:q}))); 18.4: alt is a union of multisets",
        applies: |facts| {
            use PropertyPathExpression::{Alternative, NegatedPropertySet, Reverse};
            let is_inverse = |path: &PropertyPathExpression| matches!(path, Reverse(inner) if matches!(**inner, NegatedPropertySet(_)));
            let both_ways = |path: &&PropertyPathExpression| matches!(path, Alternative(a, b) if matches!(**a, NegatedPropertySet(_)) && is_inverse(b));
            facts.paths.iter().any(both_ways)
        },
        judge: Judge::Specification,
    },
    Excuse {
        reason: "DESCRIBE gives what each engine chooses",
        section: "16.4: the description is determined by the query service",
        applies: |facts| matches!(facts.query, Query::Describe { .. }),
        judge: Judge::Nothing,
    },
];

/// Whether it is a literal of type `xsd:boolean`: `true > false` (17.3, op:boolean-greater-than) is an error for spareval.
fn counts_different_solutions(facts: &Facts<'_>) -> bool {
    let all = |a: &&AggregateExpression| matches!(a, AggregateExpression::CountSolutions { distinct: true });
    facts.aggregates.iter().any(all)
}

fn is_boolean(expression: &Expression) -> bool {
    matches!(expression, Expression::Literal(literal) if literal.datatype() == xsd::BOOLEAN)
}

/// Whether a variable of an expression is not bound by a pattern.
fn lacks_a_variable(pattern: &GraphPattern, expression: &Expression) -> bool {
    let mut known = HashSet::new();
    pattern.on_in_scope_variable(|variable| {
        known.insert(variable.clone());
    });
    variables_of(expression).into_iter().any(|variable| !known.contains(variable))
}

/// Whether two literals may have one value: numbers of whatever type, else those of one type and kind of text.
fn may_be_equal(a: &Literal, b: &Literal) -> bool {
    let number = |literal: &Literal| {
        let name = literal.datatype().as_str().rsplit('#').next().unwrap_or_default().to_owned();
        let kinds = ["integer", "decimal", "double", "float", "byte", "int", "Int", "Integer"];
        kinds.iter().any(|kind| name.ends_with(kind)).then(|| literal.value().parse::<f64>().ok()).flatten()
    };
    let texts = [xsd::STRING.as_str(), "http://www.w3.org/2001/XMLSchema#token"];
    let timed = ["#boolean", "#dateTime", "#date", "#time", "uration"];
    let (one, other) = (a.datatype(), b.datatype());
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ if a.value() == b.value() => {
            a.language() == b.language() && texts.contains(&one.as_str()) && texts.contains(&other.as_str())
        }
        _ => timed.iter().any(|kind| one.as_str().ends_with(kind) && other.as_str().ends_with(kind)),
    }
}

/// Whether moments in the graph or the query can make a duration of it. A number and a product are none.
fn may_be_duration(expression: &Expression) -> bool {
    match expression {
        Expression::Variable(_) | Expression::Subtract(..) | Expression::Add(..) => true,
        Expression::FunctionCall(name, _) => *name == Function::Timezone,
        Expression::UnaryPlus(_)
        | Expression::UnaryMinus(_)
        | Expression::Coalesce(_)
        | Expression::If(..) => operands(expression).any(may_be_duration),
        _ => false,
    }
}

/// Whether an effective boolean value is taken of what need not be a boolean.
fn is_tested(pattern: &GraphPattern) -> bool {
    matches!(
        pattern,
        GraphPattern::Filter {
            expr: Expression::Variable(_)
                | Expression::Coalesce(_)
                | Expression::If(..)
                | Expression::FunctionCall(..),
            ..
        } | GraphPattern::LeftJoin {
            expression: Some(Expression::Variable(_) | Expression::Coalesce(_) | Expression::If(..)),
            ..
        }
    )
}

/// Whether an OPTIONAL is in a pattern, at any depth.
fn has_left_join(pattern: &GraphPattern) -> bool {
    matches!(pattern, GraphPattern::LeftJoin { .. }) || children(pattern).any(has_left_join)
}

/// Whether a MINUS is in a pattern, at any depth.
fn has_minus(pattern: &GraphPattern) -> bool {
    matches!(pattern, GraphPattern::Minus { .. }) || children(pattern).any(has_minus)
}

/// Whether a part of a path may have no step.
fn has_zero(path: &PropertyPathExpression) -> bool {
    match path {
        PropertyPathExpression::ZeroOrMore(_) | PropertyPathExpression::ZeroOrOne(_) => true,
        PropertyPathExpression::Reverse(inner) | PropertyPathExpression::OneOrMore(inner) => has_zero(inner),
        PropertyPathExpression::Sequence(a, b) | PropertyPathExpression::Alternative(a, b) => {
            has_zero(a) || has_zero(b)
        }
        PropertyPathExpression::NamedNode(_) | PropertyPathExpression::NegatedPropertySet(_) => false,
    }
}

/// Whether a pattern is filtered by an EXISTS, at any depth.
fn has_exists(pattern: &GraphPattern) -> bool {
    let mut open = match pattern {
        GraphPattern::Filter { expr, .. } => vec![expr],
        _ => Vec::new(),
    };
    while let Some(part) = open.pop() {
        if matches!(part, Expression::Exists(_)) {
            return true;
        }
        open.extend(operands(part));
    }
    children(pattern).any(has_exists)
}

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
