//! The parsed algebra as a logical plan over numbered variables.
//!
//! In: `spargebra`'s algebra with `scope.rs` behind it, statistics to find the numbers of constants.
//! Out: a [`Logical`] tree, or an error for SERVICE, which nothing here can answer. It orders nothing.

use super::Planned;
use super::equality;
use super::exists::{is_drawn_anew, is_join, mentioned};
use super::logical::{
    Aggregate, Constant, Existence, Formula, Kind, Logical, Pattern, Slot, SortKey, Source, is_volatile,
};
use super::pushdown::{self, Scope};
use super::statistics::Statistics;
use super::variables::{Var, VarSet, VariableNames};
use crate::error::Error;
use crate::expr;
use crate::syntax::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern, GroundTerm, NamedNodePattern,
    OrderExpression, TermPattern, TriplePattern, operands_mut,
};
use crate::terms::{Term, Variable};

/// Of so many OPTIONALs over one another the left sides are found twice, and what is in them again, which is quicker than to ask row by
/// row up to some ten; those of more are asked row by row, where that is the same.
const DOUBLED: usize = 8;

/// In so many conditions around a filter is tried on one side first.
const TRIED: usize = 4;

/// So many rows of VALUES are looked up without a look at the limits.
const STRETCH: usize = 1024;

/// Translates one query's algebra.
pub struct Translator<'a> {
    statistics: &'a dyn Statistics,
    names: VariableNames,
    source: Source,
    /// Within COUNT(DISTINCT *), which counts by all variables in scope.
    counts_whole: bool,
    /// What solutions around may put into the pattern: within EXISTS and LATERAL, those that they stand on.
    around: VarSet,
    /// Results of aggregates that have their name: what is equal to one of them is another variable.
    named: VarSet,
    /// The numbers of solutions that BNODE of a text reads, but for those that a sub-select keeps to itself.
    numbers: Vec<Var>,
    /// How many OPTIONALs over one another have their left side twice, of those that the present one has found so far.
    doubled: usize,
    /// In how many conditions around a filter is tried on one side.
    tried: usize,
}

impl<'a> Translator<'a> {
    /// With an empty list of names.
    pub fn new(statistics: &'a dyn Statistics) -> Self {
        let (names, around, named) = (VariableNames::default(), VarSet::new(), VarSet::new());
        let numbers = Vec::new();
        Self {
            statistics,
            names,
            source: Source::Default,
            counts_whole: false,
            around,
            named,
            numbers,
            doubled: 0,
            tried: 0,
        }
    }

    /// The names met so far.
    pub fn into_names(self) -> VariableNames {
        self.names
    }

    /// A new variable that the text does not have.
    pub(super) fn fresh(&mut self, what: &str) -> Var {
        self.names.fresh(what)
    }

    /// The names, to add to.
    pub(super) fn names(&mut self) -> &mut VariableNames {
        &mut self.names
    }

    /// The graph that patterns are matched against just now.
    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// A pattern of the algebra.
    ///
    /// # Errors
    /// Where it asks another endpoint, or a limit is met.
    pub fn pattern(&mut self, pattern: &GraphPattern) -> Planned<Logical> {
        self.statistics.go_on()?;
        Ok(match pattern {
            GraphPattern::Bgp { patterns } => {
                let mut triples = Vec::with_capacity(patterns.len());
                for triple in patterns {
                    self.statistics.go_on()?;
                    triples.push(self.triple(triple)?);
                }
                Logical::join(triples)
            }
            GraphPattern::Join { left, right } => Logical::join(vec![self.part(left)?, self.part(right)?]),
            GraphPattern::LeftJoin { left, right, expression } => {
                self.left_join(left, right, expression.as_ref())?
            }
            GraphPattern::Filter { expr, inner } => {
                let input = self.pattern(inner)?;
                self.filter(input, expr)?
            }
            GraphPattern::Union { .. } => self.union(pattern)?,
            GraphPattern::Extend { inner, variable, expression } => {
                let mut input = self.pattern(inner)?;
                if self.take_name(&mut input, variable, expression) {
                    input
                } else {
                    let (input, formula) = self.formula(input, expression)?;
                    input.extend(self.var(variable), formula)
                }
            }
            GraphPattern::Minus { left, right } => Logical::minus(self.pattern(left)?, self.pattern(right)?),
            GraphPattern::Values { variables, bindings } => self.values(variables, bindings)?,
            GraphPattern::OrderBy { inner, expression } => self.order_by(inner, expression)?,
            GraphPattern::Project { inner, variables } => {
                let known = self.numbers.len();
                let input = self.pattern(inner)?;
                self.numbers.truncate(known);
                input.project(variables.iter().map(|variable| self.var(variable)).collect())
            }
            // REDUCED permits any number of duplicates from one up: one each is within it.
            GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => {
                self.pattern(inner)?.distinct()
            }
            GraphPattern::Slice { inner, start, length } => {
                self.pattern(inner)?.slice(*start as u64, length.map(|length| length as u64))
            }
            GraphPattern::Group { inner, variables, aggregates } => {
                self.group(inner, variables, aggregates)?
            }
            GraphPattern::Graph { name, inner } => self.graph(name, inner)?,
            GraphPattern::Path { subject, path, object } => {
                let mut unpacked = Vec::new();
                let start = self.slot(subject, &mut unpacked)?;
                let end = self.slot(object, &mut unpacked)?;
                with_parts(self.path(start, path, end)?, unpacked)
            }
            GraphPattern::Lateral { left, right } => {
                let left = self.pattern(left)?;
                let right = self.correlated(&left, right)?;
                Logical::lateral(left, right)
            }
            // SPARQL 1.1 Federated Query, section 2.4: a failure that is silent is one solution without bindings.
            GraphPattern::Service { silent: true, .. } => Logical::unit(),
            GraphPattern::Service { name, .. } => return Err(no_service(name)),
        })
    }

    /// A pattern into which the solutions of `rows` are put (section 18.6).
    fn correlated(&mut self, rows: &Logical, pattern: &GraphPattern) -> Planned<Logical> {
        let around = self.around.clone();
        self.around.extend_with(&rows.possible);
        let pattern = self.pattern(pattern);
        self.around = around;
        pattern
    }

    /// A part of a group. A sub-select that gives all solutions of its pattern is that pattern: what it hides has names of its
    /// own, and nothing else reads it; its order is no order of the group.
    fn part(&mut self, pattern: &GraphPattern) -> Planned<Logical> {
        let part = self.pattern(pattern)?;
        Ok(match part.kind {
            Kind::Project(inner, _) if !self.counts_whole => match inner.kind {
                Kind::OrderBy(below, _) => *below,
                _ => *inner,
            },
            _ => part,
        })
    }

    /// The number of a variable of the query.
    pub fn var(&mut self, variable: &Variable) -> Var {
        self.names.number(variable.as_str())
    }

    /// A term with its number in the graph.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn constant(&self, term: Term) -> Planned<Constant> {
        Ok(Constant { id: self.statistics.id(&term)?, term })
    }

    fn triple(&mut self, triple: &TriplePattern) -> Planned<Logical> {
        let mut unpacked = Vec::new();
        let slots = self.slots(triple, &mut unpacked)?;
        Ok(with_parts(Logical::pattern(Pattern { slots, source: self.source.clone() }), unpacked))
    }

    /// The places of a triple. Triple terms with variables in them become variables, which are added to
    /// `unpacked` with what they must match.
    fn slots(&mut self, triple: &TriplePattern, unpacked: &mut Vec<(Var, [Slot; 3])>) -> Planned<[Slot; 3]> {
        let subject = self.slot(&triple.subject, unpacked)?;
        let predicate = match &triple.predicate {
            NamedNodePattern::NamedNode(iri) => Slot::Term(self.constant(iri.clone().into())?),
            NamedNodePattern::Variable(variable) => Slot::Var(self.var(variable)),
        };
        Ok([subject, predicate, self.slot(&triple.object, unpacked)?])
    }

    fn slot(&mut self, term: &TermPattern, unpacked: &mut Vec<(Var, [Slot; 3])>) -> Planned<Slot> {
        Ok(match term {
            TermPattern::Variable(variable) => Slot::Var(self.var(variable)),
            TermPattern::BlankNode(node) => Slot::Var(self.names.blank(node.as_str())),
            TermPattern::NamedNode(iri) => Slot::Term(self.constant(iri.clone().into())?),
            TermPattern::Literal(literal) => Slot::Term(self.constant(literal.clone().into())?),
            TermPattern::Triple(triple) => {
                if !has_blank(triple)
                    && let Ok(term) = Term::try_from(term.clone())
                {
                    return Ok(Slot::Term(self.constant(term)?));
                }
                let var = self.fresh("triple");
                let place = unpacked.len();
                let slots = self.slots(triple, unpacked)?;
                // What is within is known once this is taken apart.
                unpacked.insert(place, (var, slots));
                Slot::Var(var)
            }
        })
    }

    /// OPTIONAL. A filter of its group sees both sides (section 18.2.2.6), and so does EXISTS in it.
    fn left_join(
        &mut self,
        left: &GraphPattern,
        right: &GraphPattern,
        expression: Option<&Expression>,
    ) -> Planned<Logical> {
        let beside = std::mem::take(&mut self.doubled);
        let left = self.pattern(left)?;
        let of_left = std::mem::take(&mut self.doubled);
        let right = self.pattern(right)?;
        let of_right = std::mem::replace(&mut self.doubled, of_left);
        let joined = match expression {
            None => Ok(Logical::left_join(left, right, Vec::new())),
            Some(expression) => self.left_join_if(left, right, expression),
        };
        self.doubled = self.doubled.max(of_right).max(beside);
        joined
    }

    fn left_join_if(&mut self, left: Logical, right: Logical, expression: &Expression) -> Planned<Logical> {
        let (mut right, mut rest) = (right, Vec::new());
        for part in conjuncts(expression) {
            match self.judged_alone(&left, &right, part)? {
                Some(judged) => right = judged,
                None => rest.push(part),
            }
        }
        if rest.iter().any(|part| has_exists(part)) {
            return self.left_join_asking(left, right, &rest);
        }
        let conditions: Vec<Formula> =
            rest.into_iter().map(|part| self.condition(part, &left, &right)).collect();
        let (left, right) = equality::connect_sides(left, right, &conditions, &mut self.names);
        Ok(Logical::left_join(left, right, conditions))
    }

    /// The right side of an OPTIONAL, filtered by a part of its condition that has EXISTS; nothing where the part reads a variable that the
    /// right side may leave to the left.
    fn judged_alone(
        &mut self,
        left: &Logical,
        right: &Logical,
        part: &Expression,
    ) -> Planned<Option<Logical>> {
        // What is tried in vain is translated once more, and what is in it again.
        if !has_exists(part) || is_of_solution(part) || self.tried == TRIED {
            return Ok(None);
        }
        self.tried += 1;
        let judged = self.filter(right.clone(), part);
        self.tried -= 1;
        let judged = judged?;
        let read = mentioned(&judged).intersection(&left.possible);
        Ok(read.is_subset(&right.certain).then_some(judged))
    }

    /// OPTIONAL with EXISTS that sees both sides.
    fn left_join_asking(
        &mut self,
        left: Logical,
        right: Logical,
        conditions: &[&Expression],
    ) -> Planned<Logical> {
        self.doubled += 1;
        let is_plain = is_join(&right, &left.possible)
            && !is_drawn_anew(&right)
            && !conditions.iter().any(|condition| is_of_solution(condition));
        let filter = |this: &mut Self, input: Logical| {
            conditions.iter().try_fold(input, |input, condition| this.filter(input, condition))
        };
        // The right solutions of each left one are those that join with it, however they are found.
        if self.doubled > DOUBLED && is_plain {
            let around = self.around.clone();
            self.around.extend_with(&left.possible);
            let right = filter(self, right);
            self.around = around;
            return Ok(Logical::lateral(left, Logical::left_join(Logical::unit(), right?, Vec::new())));
        }
        // The left solutions are numbered, so that those joined and filtered by themselves find theirs again.
        let number = self.fresh("number");
        let left = left.numbered(number);
        let joined = filter(self, Logical::join(vec![left.clone(), right.clone()]))?;
        let new = right.possible.without(&left.certain);
        let kept = std::iter::once(number).chain(new.iter()).collect();
        Ok(Logical::left_join(left, joined.project(kept), Vec::new()))
    }

    /// FILTER: each part of a conjunction by itself, EXISTS as the join that it is.
    pub fn filter(&mut self, mut input: Logical, expression: &Expression) -> Planned<Logical> {
        let mut plain = Vec::new();
        let mut asking = Vec::new();
        for part in conjuncts(expression) {
            if has_exists(part) || is_volatile(part) {
                asking.push(part);
            } else {
                plain.push(Formula::new(part.clone(), &mut self.names));
            }
        }
        let connected = equality::connect(input, &plain, &mut self.names);
        let (pushed, plain) =
            pushdown::push(connected, plain, Scope { names: &self.names, around: &self.around });
        input = pushed.filter(plain);
        for part in asking {
            input = match part {
                Expression::Exists(pattern) => self.exists(input, pattern, Existence::Required)?,
                Expression::Not(inner) if matches!(inner.as_ref(), Expression::Exists(_)) => {
                    let Expression::Exists(pattern) = inner.as_ref() else { continue };
                    self.exists(input, pattern, Existence::Forbidden)?
                }
                part => {
                    let (input, formula) = self.steady(input, part)?;
                    input.filter(vec![formula])
                }
            };
        }
        Ok(input)
    }

    /// EXISTS, what its filters compare with the solutions of `input` connected with them.
    fn exists(&mut self, input: Logical, pattern: &GraphPattern, existence: Existence) -> Planned<Logical> {
        let Logical { kind, certain, possible } = self.correlated(&input, pattern)?;
        let Kind::Filter(inner, conditions) = kind else {
            return Ok(Logical::exists(input, Logical { kind, certain, possible }, existence));
        };
        let (input, inner) = equality::connect_sides(input, *inner, &conditions, &mut self.names);
        Ok(Logical::exists(input, inner.filter(conditions), existence))
    }

    /// An expression over the solutions of `input`. Each EXISTS in it becomes a variable that `input`
    /// gets, with the truth in it.
    fn formula(&mut self, mut input: Logical, expression: &Expression) -> Planned<(Logical, Formula)> {
        let mut expression = expression.clone();
        let mut open = vec![&mut expression];
        while let Some(part) = open.pop() {
            if let Expression::Exists(pattern) = part {
                let mark = self.names.fresh("exists");
                input = self.exists(input, pattern, Existence::Marked(mark))?;
                *part = Expression::Variable(self.names.variable(mark));
            } else {
                if let Some(arguments) = node_of_text(part) {
                    let number;
                    (input, number) = self.with_number(input);
                    arguments.push(Expression::Variable(self.names.variable(number)));
                }
                open.extend(operands_mut(part));
            }
        }
        Ok((input, Formula::new(expression, &mut self.names)))
    }

    /// Solutions with the number that BNODE makes their nodes of, and its variable (SPARQL 1.1, 17.4.2.9: "the same blank node for calls
    /// with the same simple literal within expressions for one solution mapping"). They get it where the first BNODE of a text is, and
    /// keep it: whatever of their group comes after that, they are the same solutions.
    fn with_number(&mut self, input: Logical) -> (Logical, Var) {
        if let Some(number) = self.number_in(&input) {
            return (input, number);
        }
        let number = self.names.fresh("solution");
        self.numbers.push(number);
        let formula = Formula::new(expr::solution_number(), &mut self.names);
        (input.extend(number, formula), number)
    }

    /// The first number that all solutions have.
    fn number_in(&self, input: &Logical) -> Option<Var> {
        self.numbers.iter().copied().find(|number| input.certain.contains(*number))
    }

    /// A condition of an OPTIONAL, which is asked of a pair of solutions: the pair has the number of the right one, or of the left one.
    fn condition(&mut self, condition: &Expression, left: &Logical, right: &Logical) -> Formula {
        let mut condition = condition.clone();
        if let Some(number) = self.number_in(right).or_else(|| self.number_in(left)) {
            let mut open = vec![&mut condition];
            while let Some(part) = open.pop() {
                if let Some(arguments) = node_of_text(part) {
                    arguments.push(Expression::Variable(self.names.variable(number)));
                }
                open.extend(operands_mut(part));
            }
        }
        Formula::new(condition, &mut self.names)
    }

    /// The same, worth the same for equal solutions: what is worth something else each time (RAND, BNODE, UUID) becomes a variable as
    /// well, for each solution by itself. So it stands nowhere but in BIND, and in the filter of an OPTIONAL, which is asked of each pair.
    fn steady(&mut self, input: Logical, expression: &Expression) -> Planned<(Logical, Formula)> {
        let (input, formula) = self.formula(input, expression)?;
        if !formula.is_volatile() {
            return Ok((input, formula));
        }
        let var = self.names.fresh("drawn");
        let drawn = Expression::Variable(self.names.variable(var));
        Ok((input.extend(var, formula), Formula::new(drawn, &mut self.names)))
    }

    /// A chain of UNIONs leans to the left and may be very long: it is walked, not descended.
    fn union(&mut self, pattern: &GraphPattern) -> Planned<Logical> {
        let mut parts = Vec::new();
        let mut open = vec![pattern];
        while let Some(part) = open.pop() {
            if let GraphPattern::Union { left, right } = part {
                open.push(right);
                open.push(left);
            } else {
                parts.push(self.pattern(part)?);
            }
        }
        Ok(Logical::union(parts))
    }

    fn values(&mut self, variables: &[Variable], rows: &[Vec<Option<GroundTerm>>]) -> Planned<Logical> {
        let vars: Vec<Var> = variables.iter().map(|variable| self.var(variable)).collect();
        let cell =
            |cell: &Option<GroundTerm>| cell.clone().map(|term| self.constant(term.into())).transpose();
        let mut found = Vec::with_capacity(rows.len());
        for some in rows.chunks(STRETCH) {
            self.statistics.go_on()?;
            for row in some {
                found.push(row.iter().map(cell).collect::<Planned<_>>()?);
            }
        }
        Ok(Logical::values(vars, found))
    }

    fn order_by(&mut self, inner: &GraphPattern, keys: &[OrderExpression]) -> Planned<Logical> {
        let mut input = self.pattern(inner)?;
        let mut sorted = Vec::new();
        for key in keys {
            let (OrderExpression::Asc(expression) | OrderExpression::Desc(expression)) = key;
            let formula;
            (input, formula) = self.steady(input, expression)?;
            sorted.push(SortKey { formula, descending: matches!(key, OrderExpression::Desc(_)) });
        }
        Ok(input.order_by(sorted))
    }

    fn group(
        &mut self,
        inner: &GraphPattern,
        variables: &[Variable],
        aggregates: &[(Variable, AggregateExpression)],
    ) -> Planned<Logical> {
        let whole = |(_, aggregate): &(Variable, AggregateExpression)| {
            matches!(aggregate, AggregateExpression::CountSolutions { distinct: true })
        };
        let outer = std::mem::replace(&mut self.counts_whole, aggregates.iter().any(whole));
        let input = self.pattern(inner);
        self.counts_whole = outer;
        let mut input = input?;
        let keys = variables.iter().map(|variable| self.var(variable)).collect();
        let mut computed = Vec::new();
        for (variable, aggregate) in aggregates {
            let var = self.var(variable);
            computed.push(match aggregate {
                AggregateExpression::CountSolutions { distinct } => {
                    Aggregate { var, function: AggregateFunction::Count, argument: None, distinct: *distinct }
                }
                AggregateExpression::FunctionCall { name, expr, distinct } => {
                    let formula;
                    (input, formula) = self.steady(input, expr)?;
                    Aggregate { var, function: name.clone(), argument: Some(formula), distinct: *distinct }
                }
            });
        }
        Ok(input.group(keys, computed))
    }

    /// Computes the result of an aggregate under the name that `AS` gives it: `(COUNT(*) AS ?k)` is a group, and a variable that is
    /// equal to the result in all of its solutions (section 18.2.4.4). It takes the place of the result, which no text names. False
    /// where the input or the expression is nothing of the sort, and where solutions around may put a term in its place (18.6), which
    /// is none of the result's.
    fn take_name(&mut self, input: &mut Logical, variable: &Variable, expression: &Expression) -> bool {
        let (Expression::Variable(result), Kind::Group(inner, _, aggregates)) = (expression, &mut input.kind)
        else {
            return false;
        };
        let (own, var) = (self.var(result), self.var(variable));
        let is_read = |aggregate: &Aggregate| {
            aggregate.argument.as_ref().is_some_and(|argument| argument.vars.contains(var))
        };
        // Of two names for one result the second is bound beside it.
        let is_new = self.names.name(own) == result.as_str()
            && !self.named.contains(own)
            && !self.around.contains(var)
            && !input.possible.contains(var)
            && !inner.possible.contains(var)
            && !aggregates.iter().any(is_read);
        let Some(aggregate) = aggregates.iter_mut().find(|aggregate| is_new && aggregate.var == own) else {
            return false;
        };
        aggregate.var = var;
        for vars in [&mut input.certain, &mut input.possible] {
            if vars.contains(own) {
                vars.remove(own);
                vars.insert(var);
            }
        }
        self.names.redirect(own, var);
        self.named.insert(var);
        true
    }

    fn graph(&mut self, name: &NamedNodePattern, inner: &GraphPattern) -> Planned<Logical> {
        let iri = match name {
            NamedNodePattern::NamedNode(iri) => iri,
            NamedNodePattern::Variable(variable) => {
                let var = self.var(variable);
                return Ok(Logical::graphs(self.within(Source::Each, inner)?, var));
            }
        };
        let name = self.constant(iri.clone().into())?;
        // Section 18.6: no such graph, no solution, even of the empty pattern.
        if !self.statistics.has_graph(iri)? {
            return Ok(Logical::values(Vec::new(), Vec::new()));
        }
        self.within(Source::Named(name), inner)
    }

    /// A pattern whose triples are matched against `source`.
    fn within(&mut self, source: Source, inner: &GraphPattern) -> Planned<Logical> {
        let outer = std::mem::replace(&mut self.source, source);
        let pattern = self.pattern(inner);
        self.source = outer;
        pattern
    }
}

/// A pattern whose variables of triple terms are taken apart, the outer ones first.
fn with_parts(pattern: Logical, unpacked: Vec<(Var, [Slot; 3])>) -> Logical {
    unpacked.into_iter().fold(pattern, |pattern, (var, slots)| pattern.unpack(var, slots))
}

fn no_service(name: &NamedNodePattern) -> Error {
    Error::query(format!("SERVICE {name} asks another endpoint, and no connection is opened for a query"))
        .hint("get the data of that endpoint and load them, or pass over it with SERVICE SILENT")
}

/// The parts of a conjunction, in the order of the text. A chain of `&&` may be very long.
pub fn conjuncts(expression: &Expression) -> Vec<&Expression> {
    let mut parts = Vec::new();
    let mut open = vec![expression];
    while let Some(part) = open.pop() {
        if let Expression::And(left, right) = part {
            open.push(right);
            open.push(left);
        } else {
            parts.push(part);
        }
    }
    parts
}

/// Whether a blank node, which stands for anything, is in a triple term.
fn has_blank(triple: &TriplePattern) -> bool {
    [&triple.subject, &triple.object].into_iter().any(|term| match term {
        TermPattern::BlankNode(_) => true,
        TermPattern::Triple(triple) => has_blank(triple),
        TermPattern::NamedNode(_) | TermPattern::Literal(_) | TermPattern::Variable(_) => false,
    })
}

/// The arguments of BNODE, where it has a text and no number yet.
fn node_of_text(expression: &mut Expression) -> Option<&mut Vec<Expression>> {
    match expression {
        Expression::FunctionCall(Function::BNode, arguments) if arguments.len() == 1 => Some(arguments),
        _ => None,
    }
}

fn has_exists(expression: &Expression) -> bool {
    has(expression, |part| matches!(part, Expression::Exists(_)))
}

/// Whether the value of an expression is of one solution alone: another time, or in a part of it, it is another one.
fn is_of_solution(expression: &Expression) -> bool {
    is_volatile(expression)
        || has(expression, |part| matches!(part, Expression::FunctionCall(Function::BNode, _)))
}

/// Whether an expression, or what it is computed of, is such.
fn has(expression: &Expression, is_such: impl Fn(&Expression) -> bool) -> bool {
    let mut open = vec![expression];
    while let Some(part) = open.pop() {
        if is_such(part) {
            return true;
        }
        open.extend(crate::syntax::algebra::operands(part));
    }
    false
}
