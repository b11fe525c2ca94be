//! Section 18 of the specification as it stands, with no thought for speed: the second oracle.
//!
//! In: quads and an algebra. Out: solutions. Every operator is the definition's own sentence, over lists of
//! maps. The value of an expression is asked of the reference, so this judges the algebra (datasets, GRAPH,
//! paths, scopes, negation, groups) and never a function. DESCRIBE is not defined by the specification, and
//! is not answered here.

use crate::answers::{self, Outcome};
use baimo_engine::syntax::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern, GroundTerm, NamedNodePattern,
    OrderExpression, PropertyPathExpression, TermPattern, TriplePattern,
};
use baimo_engine::{DefaultGraph, Query};
use baimo_store::store::{Graph, GraphId};
use baimo_store::terms::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple, Variable, xsd};
use spareval::QueryEvaluator;
use std::cell::{Cell, OnceCell};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

/// A solution mapping. Blank nodes of patterns stand in it as names with `_:` before them.
type Solution = BTreeMap<String, Term>;

/// More solutions than this at any step are given up.
const MOST: usize = 20_000;

/// A dataset, and what the evaluation of one query left open.
pub struct Specification {
    default: Vec<Triple>,
    named: Vec<(Term, Vec<Triple>)>,
    functions: QueryEvaluator,
    /// What NOW() gives: one moment for the whole query.
    now: OnceCell<Option<Term>>,
    /// Whether a step met what the specification does not decide, or too much to go on.
    open: Cell<bool>,
}

/// The graph that patterns are matched in, and the solution around an EXISTS.
#[derive(Clone, Copy)]
struct Place<'a> {
    graph: &'a [Triple],
    around: &'a Solution,
}

impl Specification {
    /// What the specification says of a query over a graph; nothing where it leaves the answer open.
    pub fn answer(graph: &dyn Graph, query: &Query, union: DefaultGraph) -> Option<Outcome> {
        let this = Self::over(graph, query, union);
        let around = Solution::new();
        let place = Place { graph: &this.default, around: &around };
        let outcome = match query {
            Query::Select { pattern, .. } => {
                let variables = projected(pattern)?;
                let rows = this
                    .pattern(pattern, place)
                    .into_iter()
                    .map(|row| variables.iter().map(|name| row.get(name.as_str()).cloned()).collect())
                    .collect();
                Outcome::Rows(variables, rows)
            }
            Query::Ask { pattern, .. } => Outcome::Truth(!this.pattern(pattern, place).is_empty()),
            Query::Construct { template, pattern, .. } => {
                Outcome::graph(construct(template, &this.pattern(pattern, place)))
            }
            Query::Describe { .. } => return None,
        };
        (!this.open.get()).then_some(outcome)
    }

    /// Section 13.2: FROM makes the default graph, as the merge (a set) of what it names.
    fn over(graph: &dyn Graph, query: &Query, union: DefaultGraph) -> Self {
        let triples = |name: GraphId| -> Vec<Triple> {
            graph
                .scan(name, [None; 3])
                .triples()
                .map(|ids| triple(ids.unwrap().map(|id| graph.term(id).unwrap())))
                .collect()
        };
        let all: Vec<(Term, GraphId)> =
            graph.graph_names().unwrap().into_iter().map(|id| (graph.term(id).unwrap(), Some(id))).collect();
        let pick = |names: &[NamedNode]| -> Vec<(Term, Vec<Triple>)> {
            let chosen = all.iter().filter(|(name, _)| names.iter().any(|n| Term::from(n.clone()) == *name));
            chosen.map(|(name, id)| (name.clone(), triples(*id))).collect()
        };
        let (default, named) = match query.dataset() {
            None if union == DefaultGraph::Union => {
                let mut seen = HashSet::new();
                let graphs = std::iter::once(None).chain(all.iter().map(|(_, id)| *id));
                let merged = graphs.flat_map(&triples).filter(|triple| seen.insert(triple.clone())).collect();
                (merged, all.iter().map(|(name, id)| (name.clone(), triples(*id))).collect())
            }
            None => (triples(None), all.iter().map(|(name, id)| (name.clone(), triples(*id))).collect()),
            Some(dataset) => {
                let mut merged: Vec<Triple> = Vec::new();
                for triple in pick(&dataset.default).into_iter().flat_map(|(_, triples)| triples) {
                    if !merged.contains(&triple) {
                        merged.push(triple);
                    }
                }
                let mut named = pick(dataset.named.as_deref().unwrap_or_default());
                for name in dataset.named.iter().flatten().map(|name| Term::from(name.clone())) {
                    // Named, and empty as far as is known here.
                    if !named.iter().any(|(other, _)| *other == name) {
                        named.push((name, Vec::new()));
                    }
                }
                (merged, named)
            }
        };
        Self {
            default,
            named,
            functions: QueryEvaluator::new(),
            now: OnceCell::new(),
            open: Cell::new(false),
        }
    }

    fn give_up(&self) -> Vec<Solution> {
        self.open.set(true);
        Vec::new()
    }

    // 18.5, 18.6: the algebra

    fn pattern(&self, pattern: &GraphPattern, place: Place<'_>) -> Vec<Solution> {
        if self.open.get() {
            return Vec::new();
        }
        let found = match pattern {
            GraphPattern::Bgp { patterns } => self.basic(patterns, place),
            GraphPattern::Path { subject, path, object } => self.path_pattern(subject, path, object, place),
            GraphPattern::Join { left, right } => {
                self.join(&self.pattern(left, place), &self.pattern(right, place))
            }
            GraphPattern::LeftJoin { left, right, expression } => {
                self.left_join(left, right, expression.as_ref(), place)
            }
            GraphPattern::Lateral { left, right } => {
                let each = |row: Solution| {
                    let around = merged(place.around, &row).unwrap_or(row.clone());
                    let found = self.pattern(right, Place { around: &around, ..place });
                    self.join(&[row], &found)
                };
                self.pattern(left, place).into_iter().flat_map(each).collect()
            }
            GraphPattern::Filter { expr, inner } => {
                let rows = self.pattern(inner, place);
                rows.into_iter().filter(|row| self.holds(expr, row, place)).collect()
            }
            GraphPattern::Union { left, right } => {
                let mut rows = self.pattern(left, place);
                rows.extend(self.pattern(right, place));
                rows
            }
            GraphPattern::Graph { name, inner } => self.graph(name, inner, place),
            GraphPattern::Extend { inner, variable, expression } => {
                let mut rows = self.pattern(inner, place);
                for row in &mut rows {
                    if let Some(value) = self.value(expression, row, place) {
                        row.insert(variable.as_str().to_owned(), value);
                    }
                }
                rows
            }
            GraphPattern::Minus { left, right } => self.minus(left, right, place),
            GraphPattern::Values { variables, bindings } => values(variables, bindings),
            GraphPattern::OrderBy { inner, expression } => self.sorted(inner, expression, place),
            GraphPattern::Project { inner, variables } => self.project(inner, variables, place),
            GraphPattern::Distinct { inner } => {
                let mut seen = HashSet::new();
                let rows = self.pattern(inner, place);
                rows.into_iter().filter(|row| seen.insert(key(row))).collect()
            }
            GraphPattern::Reduced { inner } => self.pattern(inner, place),
            GraphPattern::Slice { inner, start, length } => {
                let rows = self.pattern(inner, place).into_iter().skip(*start);
                rows.take(length.unwrap_or(usize::MAX)).collect()
            }
            GraphPattern::Group { inner, variables, aggregates } => {
                self.group(&self.pattern(inner, place), variables, aggregates, place)
            }
            GraphPattern::Service { .. } => self.give_up(),
        };
        if found.len() > MOST { self.give_up() } else { found }
    }

    /// Section 18.3.1. The order of the patterns makes no difference.
    fn basic(&self, patterns: &[TriplePattern], place: Place<'_>) -> Vec<Solution> {
        let mut rows = vec![Solution::new()];
        for pattern in patterns {
            let mut next = Vec::new();
            for row in &rows {
                for triple in place.graph {
                    let mut row = row.clone();
                    if unify_triple(pattern, triple, &mut row) && merged(&row, place.around).is_some() {
                        next.push(row);
                    }
                }
            }
            if next.len() > MOST {
                return self.give_up();
            }
            rows = next;
        }
        rows
    }

    fn join(&self, left: &[Solution], right: &[Solution]) -> Vec<Solution> {
        if left.len() * right.len() > 40 * MOST {
            return self.give_up();
        }
        left.iter().flat_map(|a| right.iter().filter_map(move |b| merged(a, b))).collect()
    }

    fn left_join(
        &self,
        left: &GraphPattern,
        right: &GraphPattern,
        expression: Option<&Expression>,
        place: Place<'_>,
    ) -> Vec<Solution> {
        let (left, right) = (self.pattern(left, place), self.pattern(right, place));
        if left.len() * right.len() > 40 * MOST {
            return self.give_up();
        }
        let mut rows = Vec::new();
        for row in left {
            let before = rows.len();
            rows.extend(
                right
                    .iter()
                    .filter_map(|other| merged(&row, other))
                    .filter(|both| expression.is_none_or(|expression| self.holds(expression, both, place))),
            );
            if rows.len() == before {
                rows.push(row);
            }
        }
        rows
    }

    fn minus(&self, left: &GraphPattern, right: &GraphPattern, place: Place<'_>) -> Vec<Solution> {
        let right = self.pattern(right, place);
        let removes = |row: &Solution, other: &Solution| {
            row.keys().any(|name| other.contains_key(name)) && merged(row, other).is_some()
        };
        let left = self.pattern(left, place);
        left.into_iter().filter(|row| !right.iter().any(|other| removes(row, other))).collect()
    }

    /// Section 18.6: for a name without a graph nothing, for a variable the union over the named graphs, each joined with its name.
    fn graph(&self, name: &NamedNodePattern, inner: &GraphPattern, place: Place<'_>) -> Vec<Solution> {
        match name {
            NamedNodePattern::NamedNode(name) => {
                let name = Term::from(name.clone());
                match self.named.iter().find(|(other, _)| *other == name) {
                    Some((_, graph)) => self.pattern(inner, Place { graph, ..place }),
                    None => Vec::new(),
                }
            }
            NamedNodePattern::Variable(variable) => {
                let mut rows = Vec::new();
                for (name, graph) in &self.named {
                    let binding = Solution::from([(variable.as_str().to_owned(), name.clone())]);
                    if merged(&binding, place.around).is_some() {
                        let found = self.pattern(inner, Place { graph, ..place });
                        rows.extend(self.join(&found, &[binding]));
                    }
                }
                rows
            }
        }
    }

    fn project(&self, inner: &GraphPattern, variables: &[Variable], place: Place<'_>) -> Vec<Solution> {
        let shown = |name: &str| variables.iter().any(|variable| variable.as_str() == name);
        let mut around = place.around.clone();
        around.retain(|name, _| shown(name));
        let mut rows = self.pattern(inner, Place { around: &around, ..place });
        for row in &mut rows {
            row.retain(|name, _| shown(name));
        }
        rows
    }

    fn sorted(&self, inner: &GraphPattern, keys: &[OrderExpression], place: Place<'_>) -> Vec<Solution> {
        let order = |a: &[Option<Term>], b: &[Option<Term>]| {
            for (n, key) in keys.iter().enumerate() {
                let order = answers::compare(a[n].as_ref(), b[n].as_ref()).unwrap_or(Ordering::Equal);
                if order != Ordering::Equal {
                    return if matches!(key, OrderExpression::Desc(_)) { order.reverse() } else { order };
                }
            }
            Ordering::Equal
        };
        // By insertion: what is not compared is taken for equal, which is not a total order.
        let mut rows: Vec<(Vec<Option<Term>>, Solution)> = Vec::new();
        for row in self.pattern(inner, place) {
            let value = |key: &OrderExpression| {
                let (OrderExpression::Asc(inner) | OrderExpression::Desc(inner)) = key;
                self.value(inner, &row, place)
            };
            let values: Vec<Option<Term>> = keys.iter().map(value).collect();
            let at = rows.iter().rposition(|(other, _)| order(other, &values) != Ordering::Greater);
            rows.insert(at.map_or(0, |at| at + 1), (values, row));
        }
        rows.into_iter().map(|(_, row)| row).collect()
    }

    // 18.5.1: groups

    fn group(
        &self,
        rows: &[Solution],
        keys: &[Variable],
        aggregates: &[(Variable, AggregateExpression)],
        place: Place<'_>,
    ) -> Vec<Solution> {
        let mut groups: Vec<(Solution, Vec<&Solution>)> = Vec::new();
        if keys.is_empty() {
            groups.push((Solution::new(), Vec::new()));
        }
        for row in rows {
            let mut key = row.clone();
            key.retain(|name, _| keys.iter().any(|key| key.as_str() == name));
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, members)) => members.push(row),
                None => groups.push((key, vec![row])),
            }
        }
        for (solution, members) in &mut groups {
            for (name, aggregate) in aggregates {
                if let Some(value) = self.aggregate(aggregate, members, place) {
                    solution.insert(name.as_str().to_owned(), value);
                }
            }
        }
        groups.into_iter().map(|(solution, _)| solution).collect()
    }

    fn aggregate(
        &self,
        aggregate: &AggregateExpression,
        rows: &[&Solution],
        place: Place<'_>,
    ) -> Option<Term> {
        let count = |n: usize| Some(Literal::from(n as i64).into());
        let (name, expression, distinct) = match aggregate {
            AggregateExpression::CountSolutions { distinct: false } => return count(rows.len()),
            AggregateExpression::CountSolutions { distinct: true } => {
                return count(rows.iter().map(|row| key(row)).collect::<HashSet<_>>().len());
            }
            AggregateExpression::FunctionCall { name, expr, distinct } => (name, expr, *distinct),
        };
        let mut members: Vec<Option<Term>> =
            rows.iter().map(|row| self.value(expression, row, place)).collect();
        if distinct {
            let mut seen = HashSet::new();
            members.retain(|member| seen.insert(member.clone()));
        }
        if *name == AggregateFunction::Count {
            return count(members.iter().flatten().count());
        }
        let members = members.into_iter().collect::<Option<Vec<Term>>>()?;
        let number = |value: i64| Term::from(Literal::from(value));
        match name {
            AggregateFunction::Sum => self.sum(members),
            AggregateFunction::Avg if members.is_empty() => Some(number(0)),
            AggregateFunction::Avg => {
                let size = number(members.len() as i64);
                self.apply(self.sum(members)?, size, Expression::Divide)
            }
            AggregateFunction::Min => self.least(members, Ordering::Less),
            AggregateFunction::Max => self.least(members, Ordering::Greater),
            AggregateFunction::Sample => {
                let first = members.first()?.clone();
                self.open.set(self.open.get() || members.iter().any(|member| *member != first));
                Some(first)
            }
            AggregateFunction::GroupConcat { separator } => concatenated(&members, separator.as_deref()),
            AggregateFunction::Count | AggregateFunction::Custom(_) => {
                self.open.set(true);
                None
            }
        }
    }

    fn sum(&self, members: Vec<Term>) -> Option<Term> {
        let zero = Term::from(Literal::from(0));
        members.into_iter().try_fold(zero, |sum, member| self.apply(sum, member, Expression::Add))
    }

    /// Section 18.5.1.4: a member of the group. Which of equal ones, and of those that no `<` compares, is open.
    fn least(&self, members: Vec<Term>, wanted: Ordering) -> Option<Term> {
        let mut members = members.into_iter();
        let mut best = members.next()?;
        for member in members {
            match answers::compare(Some(&member), Some(&best)) {
                Some(Ordering::Equal) if member == best => {}
                Some(order) if order == wanted => best = member,
                None | Some(Ordering::Equal) => self.open.set(true),
                Some(_) => {}
            }
        }
        Some(best)
    }

    // Expressions

    fn apply(
        &self,
        a: Term,
        b: Term,
        operator: impl Fn(Box<Expression>, Box<Expression>) -> Expression,
    ) -> Option<Term> {
        self.reference_value(
            2,
            |mut operands| operator(operands.remove(0).into(), operands.remove(0).into()),
            &[a, b],
        )
    }

    fn holds(&self, expression: &Expression, row: &Solution, place: Place<'_>) -> bool {
        self.truth(expression, row, place) == Some(true)
    }

    fn truth(&self, expression: &Expression, row: &Solution, place: Place<'_>) -> Option<bool> {
        effective_boolean_value(&self.value(expression, row, place)?)
    }

    /// The value of an expression; nothing where it is an error. The functional forms of section 17.4.1 are
    /// spelled out here, each other operator and function is asked of the reference for its operands' values.
    fn value(&self, expression: &Expression, row: &Solution, place: Place<'_>) -> Option<Term> {
        let of = |expression: &Expression| self.value(expression, row, place);
        let truth = |expression: &Expression| self.truth(expression, row, place);
        let said = |truth: bool| Some(Term::from(Literal::from(truth)));
        match expression {
            Expression::NamedNode(node) => Some(node.clone().into()),
            Expression::Literal(literal) => Some(literal.clone().into()),
            Expression::Variable(name) => {
                row.get(name.as_str()).or_else(|| place.around.get(name.as_str())).cloned()
            }
            Expression::Bound(name) => {
                said(row.contains_key(name.as_str()) || place.around.contains_key(name.as_str()))
            }
            Expression::Or(a, b) => match (truth(a), truth(b)) {
                (Some(true), _) | (_, Some(true)) => said(true),
                (Some(false), Some(false)) => said(false),
                _ => None,
            },
            Expression::And(a, b) => match (truth(a), truth(b)) {
                (Some(false), _) | (_, Some(false)) => said(false),
                (Some(true), Some(true)) => said(true),
                _ => None,
            },
            Expression::Not(a) => said(!truth(a)?),
            Expression::If(test, a, b) => of(if truth(test)? { a } else { b }),
            Expression::Coalesce(list) => list.iter().find_map(of),
            Expression::In(a, list) => self.among(of(a), list.iter().map(of)),
            Expression::Exists(pattern) => {
                let mut around = row.clone();
                for (name, term) in place.around {
                    around.entry(name.clone()).or_insert_with(|| term.clone());
                }
                said(!self.pattern(pattern, Place { around: &around, ..place }).is_empty())
            }
            Expression::SameTerm(a, b) => said(of(a)? == of(b)?),
            Expression::Equal(a, b) => self.equal(of(a)?, of(b)?).map(|equal| Literal::from(equal).into()),
            Expression::Less(..)
            | Expression::LessOrEqual(..)
            | Expression::Greater(..)
            | Expression::GreaterOrEqual(..) => {
                let terms = self.operands(expression, row, place)?;
                // Section 17.3: no operator compares what is not a literal, has a language, or a datatype not of XML Schema.
                let compared = |term: &Term| match term {
                    Term::Literal(literal) => {
                        literal.datatype().as_str().starts_with("http://www.w3.org/2001/XMLSchema#")
                    }
                    Term::NamedNode(_) | Term::BlankNode(_) | Term::Triple(_) => false,
                };
                if !terms.iter().all(compared) {
                    return None;
                }
                // Section 17.3: op:boolean-less-than and -greater-than, which the reference lacks.
                let truths: Vec<bool> = terms.iter().filter_map(boolean).collect();
                if let [a, b] = truths.as_slice() {
                    return said(match expression {
                        Expression::Less(..) => a < b,
                        Expression::LessOrEqual(..) => a <= b,
                        Expression::Greater(..) => a > b,
                        _ => a >= b,
                    });
                }
                self.applied(expression, &terms)
            }
            Expression::FunctionCall(Function::Now, _) => {
                self.now.get_or_init(|| self.applied(expression, &[])).clone()
            }
            Expression::FunctionCall(name, _) => {
                let terms = self.operands(expression, row, place)?;
                own_function(name, &terms).unwrap_or_else(|| self.applied(expression, &terms))
            }
            Expression::Add(..) => {
                let mut terms = self.operands(expression, row, place)?;
                // XPath 3.1, B.2: a duration and a date are added in either order, which the reference does in one alone.
                if terms.first().is_some_and(is_duration) && !terms.last().is_some_and(is_duration) {
                    terms.reverse();
                }
                self.applied(expression, &terms)
            }
            Expression::UnaryMinus(_) | Expression::UnaryPlus(_) => {
                let terms = self.operands(expression, row, place)?;
                // Section 17.3: op:numeric-unary-minus and -plus are of numbers, and the reference takes durations too.
                if terms.iter().any(is_duration) { None } else { self.applied(expression, &terms) }
            }
            _ => self.applied(expression, &self.operands(expression, row, place)?),
        }
    }

    fn operands(&self, expression: &Expression, row: &Solution, place: Place<'_>) -> Option<Vec<Term>> {
        baimo_engine::syntax::algebra::operands(expression)
            .map(|operand| self.value(operand, row, place))
            .collect()
    }

    /// Section 17.4.1.9: a disjunction of `=`.
    fn among(&self, term: Option<Term>, mut list: impl Iterator<Item = Option<Term>>) -> Option<Term> {
        let Some(term) = term else {
            // Whether an error is among nothing is not said.
            self.open.set(self.open.get() || list.next().is_none());
            return None;
        };
        let (mut found, mut failed) = (false, false);
        for other in list {
            match other.and_then(|other| self.equal(term.clone(), other)) {
                Some(equal) => found |= equal,
                None => failed = true,
            }
        }
        if found || !failed { Some(Literal::from(found).into()) } else { None }
    }

    fn equal(&self, a: Term, b: Term) -> Option<bool> {
        match (&a, &b) {
            (Term::NamedNode(_) | Term::BlankNode(_), _) | (_, Term::NamedNode(_) | Term::BlankNode(_)) => {
                Some(a == b)
            }
            _ => effective_boolean_value(&self.apply(a, b, Expression::Equal)?),
        }
    }

    /// The value of the outermost operator or function for these operands, by the reference.
    fn applied(&self, expression: &Expression, terms: &[Term]) -> Option<Term> {
        let with = |operands: Vec<Expression>| {
            let mut expression = expression.clone();
            let places = baimo_engine::syntax::algebra::operands_mut(&mut expression);
            places.zip(operands).for_each(|(place, operand)| *place = operand);
            expression
        };
        self.reference_value(terms.len(), with, terms)
    }

    fn reference_value(
        &self,
        count: usize,
        make: impl FnOnce(Vec<Expression>) -> Expression,
        terms: &[Term],
    ) -> Option<Term> {
        let names: Vec<Variable> = (0..count).map(|n| Variable::new_unchecked(format!("o{n}"))).collect();
        let wrapped = GraphPattern::Extend {
            inner: Box::default(),
            variable: Variable::new_unchecked("value"),
            expression: make(names.iter().cloned().map(Expression::Variable).collect()),
        };
        let sparopt::algebra::GraphPattern::Extend { expression, .. } = (&wrapped).into() else {
            self.open.set(true);
            return None;
        };
        self.functions.evaluate_expression(&expression, names.iter().zip(terms.iter().cloned()))
    }

    // 18.4: paths

    /// A sequence is a join over a variable of its own (18.2.2.4): its middle is a node of the graph.
    fn path_pattern(
        &self,
        subject: &TermPattern,
        path: &PropertyPathExpression,
        object: &TermPattern,
        place: Place<'_>,
    ) -> Vec<Solution> {
        let (from, to) = (ground(subject), ground(object));
        let mut rows = Vec::new();
        for (a, b) in pairs(path, place.graph, from.as_ref(), to.as_ref()) {
            let mut row = Solution::new();
            if unify(subject, &a, &mut row)
                && unify(object, &b, &mut row)
                && merged(&row, place.around).is_some()
            {
                rows.push(row);
            }
        }
        rows
    }
}

/// The pairs that a path connects, as often as it does, with an end given or free. Each free end of a
/// zero-length path is any node of the graph, and a given one the term itself, in the graph or not.
fn pairs(
    path: &PropertyPathExpression,
    graph: &[Triple],
    from: Option<&Term>,
    to: Option<&Term>,
) -> Vec<(Term, Term)> {
    let ends = |a: &Term, b: &Term| from.is_none_or(|from| from == a) && to.is_none_or(|to| to == b);
    let links = |fits: &dyn Fn(&NamedNode) -> bool| -> Vec<(Term, Term)> {
        graph
            .iter()
            .filter(|triple| fits(&triple.predicate))
            .map(|triple| (Term::from(triple.subject.clone()), triple.object.clone()))
            .filter(|(a, b)| ends(a, b))
            .collect()
    };
    match path {
        PropertyPathExpression::NamedNode(name) => links(&|predicate| predicate == name),
        PropertyPathExpression::NegatedPropertySet(names) => links(&|predicate| !names.contains(predicate)),
        PropertyPathExpression::Reverse(path) => {
            pairs(path, graph, to, from).into_iter().map(|(a, b)| (b, a)).collect()
        }
        PropertyPathExpression::Alternative(a, b) => {
            let mut all = pairs(a, graph, from, to);
            all.extend(pairs(b, graph, from, to));
            all
        }
        PropertyPathExpression::Sequence(a, b) => {
            let second = pairs(b, graph, None, to);
            let step = |(start, middle): (Term, Term)| {
                let next = second.iter().filter(move |(other, _)| *other == middle);
                next.map(move |(_, end)| (start.clone(), end.clone()))
            };
            pairs(a, graph, from, None).into_iter().flat_map(step).collect()
        }
        PropertyPathExpression::ZeroOrOne(path) => {
            let mut all = zero_length(graph, from, to);
            all.extend(pairs(path, graph, from, to));
            distinct(all)
        }
        PropertyPathExpression::ZeroOrMore(path) => closure(path, graph, from, to, true),
        PropertyPathExpression::OneOrMore(path) => closure(path, graph, from, to, false),
    }
}

fn zero_length(graph: &[Triple], from: Option<&Term>, to: Option<&Term>) -> Vec<(Term, Term)> {
    match (from, to) {
        (Some(a), Some(b)) => {
            if a == b {
                vec![(a.clone(), a.clone())]
            } else {
                Vec::new()
            }
        }
        (Some(a), None) | (None, Some(a)) => vec![(a.clone(), a.clone())],
        (None, None) => nodes(graph).into_iter().map(|node| (node.clone(), node)).collect(),
    }
}

/// ZeroOrMorePath and OneOrMorePath by the function ALP.
fn closure(
    path: &PropertyPathExpression,
    graph: &[Triple],
    from: Option<&Term>,
    to: Option<&Term>,
    zero: bool,
) -> Vec<(Term, Term)> {
    if from.is_none()
        && let Some(end) = to
    {
        let inverse = PropertyPathExpression::Reverse(Box::new(path.clone()));
        return closure(&inverse, graph, Some(end), None, zero).into_iter().map(|(a, b)| (b, a)).collect();
    }
    let starts = from.map_or_else(|| nodes(graph), |from| vec![from.clone()]);
    let mut all = Vec::new();
    for start in starts {
        let mut reached: Vec<Term> = Vec::new();
        let mut todo = vec![start.clone()];
        if !zero {
            todo = pairs(path, graph, Some(&start), None).into_iter().map(|(_, end)| end).collect();
        }
        while let Some(node) = todo.pop() {
            if !reached.contains(&node) {
                todo.extend(pairs(path, graph, Some(&node), None).into_iter().map(|(_, end)| end));
                reached.push(node);
            }
        }
        all.extend(reached.into_iter().map(|end| (start.clone(), end)));
    }
    all.retain(|(_, end)| to.is_none_or(|to| to == end));
    all
}

/// The subjects and objects of a graph, each once.
fn nodes(graph: &[Triple]) -> Vec<Term> {
    let mut seen = HashSet::new();
    let ends = graph.iter().flat_map(|triple| [triple.subject.clone().into(), triple.object.clone()]);
    ends.filter(|node: &Term| seen.insert(node.clone())).collect()
}

fn distinct(pairs: Vec<(Term, Term)>) -> Vec<(Term, Term)> {
    let mut seen = HashSet::new();
    pairs.into_iter().filter(|pair| seen.insert(pair.clone())).collect()
}

// Terms and solutions

fn triple([subject, predicate, object]: [Term; 3]) -> Triple {
    let subject = match subject {
        Term::NamedNode(node) => NamedOrBlankNode::from(node),
        Term::BlankNode(node) => node.into(),
        other => panic!("{other} is a subject"),
    };
    let Term::NamedNode(predicate) = predicate else { panic!("{predicate} is a predicate") };
    Triple::new(subject, predicate, object)
}

/// Both solutions together, where they are compatible.
fn merged(a: &Solution, b: &Solution) -> Option<Solution> {
    if b.iter().any(|(name, term)| a.get(name).is_some_and(|other| other != term)) {
        return None;
    }
    Some(a.iter().chain(b).map(|(name, term)| (name.clone(), term.clone())).collect())
}

/// What makes a solution the same as another: its variables, without the blank nodes of patterns.
fn key(row: &Solution) -> Vec<(String, Term)> {
    row.iter()
        .filter(|(name, _)| !name.starts_with('_'))
        .map(|(name, term)| (name.clone(), term.clone()))
        .collect()
}

fn values(variables: &[Variable], bindings: &[Vec<Option<GroundTerm>>]) -> Vec<Solution> {
    let row = |cells: &Vec<Option<GroundTerm>>| {
        let bound = variables.iter().zip(cells).filter_map(|(name, cell)| Some((name, cell.clone()?)));
        bound.map(|(name, cell)| (name.as_str().to_owned(), Term::from(cell))).collect()
    };
    bindings.iter().map(row).collect()
}

fn projected(pattern: &GraphPattern) -> Option<Vec<Variable>> {
    match pattern {
        GraphPattern::Project { variables, .. } => Some(variables.clone()),
        GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. } => projected(inner),
        _ => None,
    }
}

fn name_of(pattern: &TermPattern) -> Option<String> {
    match pattern {
        TermPattern::Variable(variable) => Some(variable.as_str().to_owned()),
        TermPattern::BlankNode(blank) => Some(blank.to_string()),
        TermPattern::NamedNode(_) | TermPattern::Literal(_) | TermPattern::Triple(_) => None,
    }
}

/// The term of a pattern without variables.
fn ground(pattern: &TermPattern) -> Option<Term> {
    if matches!(pattern, TermPattern::BlankNode(_)) {
        return None;
    }
    instance(pattern, &Solution::new())
}

fn unify(pattern: &TermPattern, term: &Term, row: &mut Solution) -> bool {
    if let Some(name) = name_of(pattern) {
        return row.entry(name).or_insert_with(|| term.clone()) == term;
    }
    match (pattern, term) {
        (TermPattern::Triple(pattern), Term::Triple(triple)) => unify_triple(pattern, triple, row),
        (TermPattern::NamedNode(a), Term::NamedNode(b)) => a == b,
        (TermPattern::Literal(a), Term::Literal(b)) => a == b,
        _ => false,
    }
}

fn unify_triple(pattern: &TriplePattern, triple: &Triple, row: &mut Solution) -> bool {
    let predicate = match &pattern.predicate {
        NamedNodePattern::NamedNode(name) => TermPattern::NamedNode(name.clone()),
        NamedNodePattern::Variable(variable) => TermPattern::Variable(variable.clone()),
    };
    unify(&pattern.subject, &triple.subject.clone().into(), row)
        && unify(&predicate, &triple.predicate.clone().into(), row)
        && unify(&pattern.object, &triple.object, row)
}

fn concatenated(members: &[Term], separator: Option<&str>) -> Option<Term> {
    let text = |member: &Term| match member {
        Term::Literal(literal) => Some(literal.value().to_owned()),
        Term::NamedNode(node) => Some(node.as_str().to_owned()),
        Term::BlankNode(_) | Term::Triple(_) => None,
    };
    let texts = members.iter().map(text).collect::<Option<Vec<String>>>()?;
    Some(Literal::new_simple_literal(texts.join(separator.unwrap_or(" "))).into())
}

fn boolean(term: &Term) -> Option<bool> {
    let Term::Literal(literal) = term else { return None };
    match (literal.datatype() == xsd::BOOLEAN, literal.value()) {
        (true, "true" | "1") => Some(true),
        (true, "false" | "0") => Some(false),
        _ => None,
    }
}

fn is_duration(term: &Term) -> bool {
    matches!(term, Term::Literal(literal) if literal.datatype().as_str().ends_with("uration"))
}

/// Section 17.2.2. What is ill-typed is false.
fn effective_boolean_value(term: &Term) -> Option<bool> {
    let Term::Literal(literal) = term else { return None };
    let text = literal.value();
    if literal.language().is_some() {
        return Some(!text.is_empty());
    }
    let datatype = literal.datatype();
    let digits = |text: &str| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        let well = text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.matches('.').count() < 2;
        well && text.bytes().any(|b| matches!(b, b'1'..=b'9'))
    };
    Some(match datatype.as_str().strip_prefix("http://www.w3.org/2001/XMLSchema#")? {
        "boolean" => matches!(text, "true" | "1"),
        "string" => !text.is_empty(),
        "double" | "float" if text.ends_with("INF") => true,
        "double" | "float" => text.parse::<f64>().is_ok_and(|number| number != 0.0 && !number.is_nan()),
        // What of the values generated is outside its type is ill-typed.
        "byte" if text.parse::<i8>().is_err() => false,
        "integer" | "decimal" | "byte" | "short" | "int" | "long" | "unsignedByte" | "unsignedShort"
        | "unsignedInt" | "unsignedLong" | "positiveInteger" | "nonNegativeInteger" | "negativeInteger"
        | "nonPositiveInteger" => digits(text),
        _ => return None,
    })
}

/// The functions that look at a term as it is written (17.4.2); nothing for all others.
fn own_function(name: &Function, terms: &[Term]) -> Option<Option<Term>> {
    let said = |truth: bool| Some(Some(Term::from(Literal::from(truth))));
    match (name, terms) {
        (Function::Str, [Term::NamedNode(node)]) => {
            Some(Some(Literal::new_simple_literal(node.as_str()).into()))
        }
        (Function::Str, [Term::Literal(literal)]) => {
            Some(Some(Literal::new_simple_literal(literal.value()).into()))
        }
        (Function::Datatype, [Term::Literal(literal)]) => Some(Some(literal.datatype().into_owned().into())),
        (Function::Lang, [Term::Literal(literal)]) => {
            Some(Some(Literal::new_simple_literal(literal.language().unwrap_or_default()).into()))
        }
        (Function::Str | Function::Datatype | Function::Lang, _) => Some(None),
        (Function::IsIri, [term]) => said(matches!(term, Term::NamedNode(_))),
        (Function::IsBlank, [term]) => said(matches!(term, Term::BlankNode(_))),
        (Function::IsLiteral, [term]) => said(matches!(term, Term::Literal(_))),
        _ => None,
    }
}

// 16.2: CONSTRUCT

fn construct(template: &[TriplePattern], rows: &[Solution]) -> Vec<Triple> {
    let mut triples = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let mut row = row.clone();
        row.retain(|name, _| !name.starts_with('_'));
        for pattern in template {
            fresh_blanks(&pattern.subject, n, &mut row);
            fresh_blanks(&pattern.object, n, &mut row);
        }
        triples.extend(template.iter().filter_map(|pattern| instance_triple(pattern, &row)));
    }
    triples
}

fn fresh_blanks(pattern: &TermPattern, n: usize, row: &mut Solution) {
    match pattern {
        TermPattern::BlankNode(blank) => {
            let fresh = BlankNode::new_unchecked(format!("{}made{n}", blank.as_str()));
            row.insert(blank.to_string(), fresh.into());
        }
        TermPattern::Triple(triple) => {
            fresh_blanks(&triple.subject, n, row);
            fresh_blanks(&triple.object, n, row);
        }
        TermPattern::NamedNode(_) | TermPattern::Literal(_) | TermPattern::Variable(_) => {}
    }
}

fn instance_triple(pattern: &TriplePattern, row: &Solution) -> Option<Triple> {
    let subject = match instance(&pattern.subject, row)? {
        Term::NamedNode(node) => NamedOrBlankNode::from(node),
        Term::BlankNode(node) => node.into(),
        Term::Literal(_) | Term::Triple(_) => return None,
    };
    let predicate = match &pattern.predicate {
        NamedNodePattern::NamedNode(name) => name.clone(),
        NamedNodePattern::Variable(variable) => match row.get(variable.as_str())? {
            Term::NamedNode(name) => name.clone(),
            Term::BlankNode(_) | Term::Literal(_) | Term::Triple(_) => return None,
        },
    };
    Some(Triple::new(subject, predicate, instance(&pattern.object, row)?))
}

fn instance(pattern: &TermPattern, row: &Solution) -> Option<Term> {
    Some(match pattern {
        TermPattern::Variable(_) | TermPattern::BlankNode(_) => row.get(&name_of(pattern)?)?.clone(),
        TermPattern::NamedNode(node) => node.clone().into(),
        TermPattern::Literal(literal) => literal.clone().into(),
        TermPattern::Triple(triple) => Term::Triple(Box::new(instance_triple(triple, row)?)),
    })
}
