//! The logical plan: the algebra of SPARQL 1.1, section 18, over numbered variables.
//!
//! In: what `translate.rs` builds, bottom up. Out: a tree in which every node knows the variables
//! that all of its solutions bind (certain) and those that some may bind (possible). It knows no
//! order of evaluation and no index.

use super::equality::class_of;
use super::statistics::EACH;
use super::variables::{Var, VarSet, VariableNames};
use crate::expr;
use crate::store::Id;
use crate::syntax::algebra::{AggregateFunction, Expression, operands};
use crate::terms::{Term, Variable};
use std::sync::Arc;

/// A comparison of more parts is not looked at.
const LARGEST: usize = 64;

/// A place of a triple pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// A variable or a blank node.
    Var(Var),
    /// A term that must stand there.
    Term(Constant),
}

/// A term of the query, with its number in the graph that is asked; nothing where the graph does
/// not have it, and so no triple with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// The term.
    pub term: Term,
    /// Its number.
    pub id: Option<Id>,
}

/// The graph that a pattern is matched against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The default graph of the dataset.
    Default,
    /// A named graph.
    Named(Constant),
    /// Each named graph in turn, by an operator around it.
    Each,
}

impl Source {
    /// The number of the graph, nothing inside for the default one; nothing at all where there is no such graph.
    pub fn number(&self) -> Option<Option<Id>> {
        match self {
            Self::Default => Some(None),
            Self::Named(name) => name.id.map(Some),
            Self::Each => Some(Some(EACH)),
        }
    }
}

/// A triple pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Subject, predicate, object.
    pub slots: [Slot; 3],
    /// Where it is matched.
    pub source: Source,
}

/// A path of any length between two ends (section 18.4): pairs of ends, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Where it starts and where it ends.
    pub ends: [Slot; 2],
    /// One step.
    pub step: Step,
    /// Whether no step at all counts.
    pub zero: bool,
    /// Whether more than one step counts.
    pub many: bool,
    /// Where it is searched.
    pub source: Source,
}

/// What is repeated along a path: a relation between nodes, as a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// From subject to object.
    Link(Constant),
    /// From object to subject.
    Back(Constant),
    /// Any of these.
    Either(Vec<Step>),
    /// One after the other.
    Sequence(Vec<Step>),
    /// Any predicate but these; from object to subject where it is read backwards.
    Not(Vec<Constant>, bool),
    /// Repeated: whether no step counts, and whether more than one does.
    Repeat(Box<Step>, bool, bool),
}

impl Step {
    /// Whether a path of length zero is in the relation, at nodes of the graph at least.
    pub fn is_nullable(&self) -> bool {
        match self {
            Self::Link(_) | Self::Back(_) | Self::Not(..) => false,
            Self::Either(parts) => parts.iter().any(Self::is_nullable),
            Self::Sequence(parts) => parts.iter().all(Self::is_nullable),
            Self::Repeat(step, zero, _) => *zero || step.is_nullable(),
        }
    }

    /// The predicates of a step that is one triple, and whether they are gone backwards; nothing where it is more.
    pub fn links(&self) -> Option<Vec<(Id, bool)>> {
        let link = |constant: &Constant, is_back| constant.id.map(|id| (id, is_back)).into_iter().collect();
        match self {
            Self::Link(predicate) => Some(link(predicate, false)),
            Self::Back(predicate) => Some(link(predicate, true)),
            Self::Either(parts) => {
                let parts: Vec<Vec<(Id, bool)>> = parts.iter().map(Self::links).collect::<Option<_>>()?;
                Some(parts.concat())
            }
            Self::Sequence(_) | Self::Not(..) | Self::Repeat(..) => None,
        }
    }
}

/// An expression with the variables it reads. EXISTS does not occur in it: a variable stands for
/// its truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// The expression, its variables by their names in the query's [`VariableNames`]: one list of 300 000 members, however often a plan
    /// has it.
    pub expression: Arc<Expression>,
    /// What it reads.
    pub vars: VarSet,
}

/// A key of ORDER BY.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// What is sorted by.
    pub formula: Formula,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// An aggregate of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The variable that gets its value.
    pub var: Var,
    /// Which one; `COUNT(*)` has no argument.
    pub function: AggregateFunction,
    /// What is aggregated.
    pub argument: Option<Formula>,
    /// Whether equal values count once.
    pub distinct: bool,
}

impl Aggregate {
    /// Whether it has a value in every group. COUNT never fails. A member of the group is given by MIN, MAX and SAMPLE of a variable that all
    /// solutions bind (`bound`), where none is empty, as the one group without keys may be (section 18.5.1). Others may fail, and leave their
    /// variable unbound.
    pub fn is_certain(&self, keys: &[Var], bound: &VarSet) -> bool {
        let is_member = || !keys.is_empty() && self.member_of().is_some_and(|member| bound.contains(member));
        self.function == AggregateFunction::Count || is_member()
    }

    /// The variable one of whose values in a group it gives.
    pub fn member_of(&self) -> Option<Var> {
        use AggregateFunction::{Max, Min, Sample};
        let is_member = matches!(self.function, Min | Max | Sample);
        self.argument.as_ref().filter(|_| is_member).and_then(Formula::as_variable)
    }

    /// The first value of a variable in each group, which every solution binds.
    pub fn first(var: Var, names: &VariableNames) -> Self {
        let expression = Expression::Variable(names.variable(var));
        let argument = Some(Formula { expression: Arc::new(expression), vars: VarSet::from_iter([var]) });
        Self { var, function: AggregateFunction::Sample, argument, distinct: false }
    }
}

/// What becomes of a solution for which the pattern of EXISTS has or has not an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
    /// It stays where there is one.
    Required,
    /// It stays where there is none.
    Forbidden,
    /// It stays, and the variable says which it was.
    Marked(Var),
}

/// A node of the logical plan.
#[derive(Debug, Clone)]
pub struct Logical {
    /// What it does.
    pub kind: Kind,
    /// Bound in all of its solutions.
    pub certain: VarSet,
    /// Bound in some of its solutions, as far as its form tells.
    pub possible: VarSet,
}

/// The kinds of nodes, by their names in section 18.
#[derive(Debug, Clone)]
pub enum Kind {
    /// One triple pattern.
    Pattern(Pattern),
    /// A path of any length.
    Reach(Reach),
    /// All of them together; of none, the one empty solution.
    Join(Vec<Logical>),
    /// GRAPH with a variable: the pattern in each named graph, whose name the variable gets.
    Graphs(Box<Logical>, Var),
    /// The solutions whose variable is a triple term that these slots match, with the variables in them.
    Unpack(Box<Logical>, Var, [Slot; 3]),
    /// The solutions, each with a number of its own in the variable. The number stands for no term: it is only joined on.
    Numbered(Box<Logical>, Var),
    /// LATERAL: for each solution on the left those of the right, with the left one's values in it.
    Lateral(Box<Logical>, Box<Logical>),
    /// OPTIONAL, with the filters of its group.
    LeftJoin(Box<Logical>, Box<Logical>, Vec<Formula>),
    /// MINUS.
    Minus(Box<Logical>, Box<Logical>),
    /// EXISTS and NOT EXISTS: the solutions, and the pattern asked for each.
    Exists(Box<Logical>, Box<Logical>, Existence),
    /// FILTER: all of them must be true.
    Filter(Box<Logical>, Vec<Formula>),
    /// UNION.
    Union(Vec<Logical>),
    /// BIND and computed columns.
    Extend(Box<Logical>, Var, Formula),
    /// VALUES: the variables, and a term or nothing for each in each row.
    Values(Vec<Var>, Vec<Vec<Option<Constant>>>),
    /// GROUP BY: the keys, which are variables, and the aggregates.
    Group(Box<Logical>, Vec<Var>, Vec<Aggregate>),
    /// ORDER BY.
    OrderBy(Box<Logical>, Vec<SortKey>),
    /// The variables of a SELECT.
    Project(Box<Logical>, Vec<Var>),
    /// DISTINCT.
    Distinct(Box<Logical>),
    /// OFFSET and LIMIT.
    Slice(Box<Logical>, u64, Option<u64>),
}

impl Formula {
    /// An expression, with its variables found.
    pub fn new(expression: Expression, names: &mut VariableNames) -> Self {
        let mut vars = VarSet::new();
        let mut open = vec![&expression];
        while let Some(part) = open.pop() {
            if let Expression::Variable(variable) | Expression::Bound(variable) = part {
                vars.insert(names.number(variable.as_str()));
            }
            open.extend(operands(part));
        }
        Self { expression: Arc::new(expression), vars }
    }

    /// Whether it may be worth something else for an equal solution.
    pub fn is_volatile(&self) -> bool {
        is_volatile(&self.expression)
    }

    /// Where the expression is `<` or its like of two variables: that which is to be less, and the other one.
    pub fn as_inequality(&self) -> Option<[&Variable; 2]> {
        let (less, more) = match &*self.expression {
            Expression::Less(a, b) | Expression::LessOrEqual(a, b) => (a, b),
            Expression::Greater(a, b) | Expression::GreaterOrEqual(a, b) => (b, a),
            _ => return None,
        };
        match (&**less, &**more) {
            (Expression::Variable(less), Expression::Variable(more)) => Some([less, more]),
            _ => None,
        }
    }

    /// Whether it is an error for no solution that binds all of `certain`, as far as its form tells: a constant, one of these
    /// variables, a class of what may be equal, or the number of a solution.
    pub fn is_total(&self, certain: &VarSet) -> bool {
        match &*self.expression {
            Expression::NamedNode(_) | Expression::Literal(_) => true,
            Expression::Variable(_) => self.vars.is_subset(certain),
            expression => class_of(expression).is_some() || expr::is_solution_number(expression),
        }
    }

    /// The variable, where the expression is whether it is bound.
    pub fn as_bound(&self) -> Option<Var> {
        matches!(*self.expression, Expression::Bound(_)).then(|| self.vars.iter().next()).flatten()
    }

    /// Whether it compares variables and constants, and nothing else: once terms stand in place of all variables but one,
    /// ranges of numbers may be known for which it is true.
    pub fn is_comparison(&self) -> bool {
        let (mut open, mut parts) = (vec![&*self.expression], 0);
        while let Some(part) = open.pop() {
            parts += 1;
            let is_known = match part {
                Expression::And(..)
                | Expression::Or(..)
                | Expression::Not(_)
                | Expression::Equal(..)
                | Expression::SameTerm(..)
                | Expression::Less(..)
                | Expression::LessOrEqual(..)
                | Expression::Greater(..)
                | Expression::GreaterOrEqual(..) => {
                    open.extend(operands(part));
                    true
                }
                Expression::Variable(_) | Expression::NamedNode(_) | Expression::Literal(_) => true,
                _ => false,
            };
            if !is_known || parts > LARGEST {
                return false;
            }
        }
        true
    }

    /// The variable, where the expression is nothing else.
    pub fn as_variable(&self) -> Option<Var> {
        matches!(*self.expression, Expression::Variable(_)).then(|| self.vars.iter().next()).flatten()
    }
}

impl Pattern {
    /// The variables in it.
    pub fn vars(&self) -> VarSet {
        self.slots.iter().filter_map(Slot::var).collect()
    }

    /// The numbers of its constants; nothing where the graph lacks one, so that nothing matches.
    pub fn ids(&self) -> Option<[Option<Id>; 3]> {
        let mut ids = [None; 3];
        for (id, slot) in ids.iter_mut().zip(&self.slots) {
            if let Slot::Term(constant) = slot {
                *id = Some(constant.id?);
            }
        }
        Some(ids)
    }
}

impl Reach {
    /// The variables in it.
    pub fn vars(&self) -> VarSet {
        self.ends.iter().filter_map(Slot::var).collect()
    }

    /// Whether both ends are one variable.
    pub fn comes_back(&self) -> bool {
        let [start, end] = &self.ends;
        start.var().is_some() && start == end
    }
}

impl Step {
    /// The predicates that are walked along, in any direction.
    pub fn predicates(&self) -> Vec<&Constant> {
        match self {
            Self::Link(predicate) | Self::Back(predicate) => vec![predicate],
            Self::Either(parts) | Self::Sequence(parts) => parts.iter().flat_map(Self::predicates).collect(),
            Self::Not(..) => Vec::new(),
            Self::Repeat(step, ..) => step.predicates(),
        }
    }
}

impl Slot {
    /// The term that must stand there, where the graph does not have it.
    pub fn absent(&self) -> Option<&Term> {
        match self {
            Self::Term(Constant { term, id: None }) => Some(term),
            _ => None,
        }
    }

    /// The variable, where it is one.
    pub fn var(&self) -> Option<Var> {
        match self {
            Self::Var(var) => Some(*var),
            Self::Term(_) => None,
        }
    }
}

impl Logical {
    /// What it is made of, in the order of the text.
    pub fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Pattern(_) | Kind::Reach(_) | Kind::Values(..) => Vec::new(),
            Kind::Join(parts) | Kind::Union(parts) => parts.iter().collect(),
            Kind::LeftJoin(left, right, _)
            | Kind::Minus(left, right)
            | Kind::Exists(left, right, _)
            | Kind::Lateral(left, right) => vec![left, right],
            Kind::Graphs(input, _)
            | Kind::Unpack(input, ..)
            | Kind::Numbered(input, _)
            | Kind::Filter(input, _)
            | Kind::Extend(input, ..)
            | Kind::Group(input, ..)
            | Kind::OrderBy(input, _)
            | Kind::Project(input, _)
            | Kind::Distinct(input)
            | Kind::Slice(input, ..) => vec![input],
        }
    }

    /// The one empty solution.
    pub fn unit() -> Self {
        Self::join(Vec::new())
    }

    /// One triple pattern.
    pub fn pattern(pattern: Pattern) -> Self {
        let vars = pattern.vars();
        Self { certain: vars.clone(), possible: vars, kind: Kind::Pattern(pattern) }
    }

    /// A path of any length.
    pub fn reach(reach: Reach) -> Self {
        let vars = reach.vars();
        Self { certain: vars.clone(), possible: vars, kind: Kind::Reach(reach) }
    }

    /// A join; joins in it are taken apart, since it is associative, and OPTIONALs in it come last where they are well-designed.
    pub fn join(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return only;
        }
        let mut flat = Vec::with_capacity(parts.len());
        parts.into_iter().for_each(|part| part.add_to(&mut flat));
        let optional = take_optional(&mut flat);
        let joined = Self::joined(flat);
        optional
            .into_iter()
            .rev()
            .fold(joined, |left, (right, conditions)| Self::left_join(left, right, conditions))
    }

    /// Adds it to the parts of a join.
    fn add_to(self, parts: &mut Vec<Self>) {
        match self.kind {
            Kind::Join(inner) => parts.extend(inner),
            _ => parts.push(self),
        }
    }

    fn joined(mut flat: Vec<Self>) -> Self {
        if flat.len() == 1
            && let Some(only) = flat.pop()
        {
            return only;
        }
        let mut joined =
            Self { certain: VarSet::new(), possible: VarSet::new(), kind: Kind::Join(Vec::new()) };
        for part in &flat {
            joined.certain.extend_with(&part.certain);
            joined.possible.extend_with(&part.possible);
        }
        joined.kind = Kind::Join(flat);
        joined
    }

    /// GRAPH with a variable. Inside the variable is not in scope (section 18.6: what the pattern gives is joined with
    /// the name). A GRAPH with a variable in its group is the same whatever graph is at hand, and is joined outside.
    pub fn graphs(pattern: Self, var: Var) -> Self {
        let is_other = |part: &Self| matches!(part.kind, Kind::Graphs(..));
        let has_other = |pattern: &Self| match &pattern.kind {
            Kind::Join(parts) => parts.iter().any(is_other),
            _ => is_other(pattern),
        };
        let (group, conditions) = match pattern.kind {
            // Outside the name is in scope.
            Kind::Filter(input, conditions)
                if has_other(&input)
                    && (input.certain.contains(var)
                        || conditions.iter().all(|condition| !condition.vars.contains(var))) =>
            {
                (*input, conditions)
            }
            _ => (pattern, Vec::new()),
        };
        if !has_other(&group) {
            return group.in_each_graph(var);
        }
        let parts = match group.kind {
            Kind::Join(parts) => parts,
            _ => vec![group],
        };
        let (mut others, own): (Vec<Self>, Vec<Self>) = parts.into_iter().partition(is_other);
        let (inside, outside) = conditions.into_iter().partition(|condition: &Formula| {
            others.iter().all(|other| condition.vars.is_disjoint(&other.possible))
        });
        others.insert(0, Self::join(own).filter(inside).in_each_graph(var));
        Self::join(others).filter(outside)
    }

    fn in_each_graph(self, var: Var) -> Self {
        let mut node = self.wrapped(|pattern| Kind::Graphs(pattern, var));
        node.certain.insert(var);
        node.possible.insert(var);
        node
    }

    /// A triple term taken apart.
    pub fn unpack(self, var: Var, slots: [Slot; 3]) -> Self {
        let parts: VarSet = slots.iter().filter_map(Slot::var).collect();
        let mut node = self.wrapped(|input| Kind::Unpack(input, var, slots));
        node.certain.extend_with(&parts);
        node.possible.extend_with(&parts);
        node
    }

    /// Solutions with numbers.
    pub fn numbered(self, var: Var) -> Self {
        let mut node = self.wrapped(|input| Kind::Numbered(input, var));
        node.certain.insert(var);
        node.possible.insert(var);
        node
    }

    /// LATERAL.
    pub fn lateral(left: Self, right: Self) -> Self {
        Self {
            certain: left.certain.union(&right.certain),
            possible: left.possible.union(&right.possible),
            kind: Kind::Lateral(Box::new(left), Box::new(right)),
        }
    }

    /// OPTIONAL; a join where each solution has a partner in any case.
    pub fn left_join(left: Self, right: Self, conditions: Vec<Formula>) -> Self {
        if conditions.is_empty() && always_matches(&left, &right) {
            return Self::join(vec![left, right]);
        }
        Self {
            certain: left.certain.clone(),
            possible: left.possible.union(&right.possible),
            kind: Kind::LeftJoin(Box::new(left), Box::new(right), conditions),
        }
    }

    /// MINUS. Where no solution of both sides can share a bound variable, it removes nothing
    /// (section 18.5: only where the domains are not disjoint).
    pub fn minus(left: Self, right: Self) -> Self {
        if left.possible.is_disjoint(&right.possible) {
            return left;
        }
        left.wrapped(|left| Kind::Minus(left, Box::new(right)))
    }

    /// EXISTS or NOT EXISTS.
    pub fn exists(input: Self, pattern: Self, existence: Existence) -> Self {
        let mut node = input.wrapped(|input| Kind::Exists(input, Box::new(pattern), existence));
        if let Existence::Marked(var) = existence {
            node.certain.insert(var);
            node.possible.insert(var);
        }
        node
    }

    /// FILTER. Filters on filters become one.
    pub fn filter(mut self, mut conditions: Vec<Formula>) -> Self {
        if conditions.is_empty() {
            return self;
        }
        if let Kind::Filter(_, inner) = &mut self.kind {
            inner.append(&mut conditions);
            return self;
        }
        self.wrapped(|input| Kind::Filter(input, conditions))
    }

    /// UNION; unions in it are taken apart.
    pub fn union(parts: Vec<Self>) -> Self {
        let mut flat: Vec<Self> = Vec::with_capacity(parts.len());
        for part in parts {
            match part.kind {
                Kind::Union(inner) => flat.extend(inner),
                _ => flat.push(part),
            }
        }
        let mut certain = flat.first().map_or_else(VarSet::new, |first| first.certain.clone());
        let mut possible = VarSet::new();
        for part in &flat {
            certain = certain.intersection(&part.certain);
            possible.extend_with(&part.possible);
        }
        Self { certain, possible, kind: Kind::Union(flat) }
    }

    /// BIND. The variable stays unbound where the expression is an error (section 18.5, Extend).
    pub fn extend(self, var: Var, formula: Formula) -> Self {
        let is_total = formula.is_total(&self.certain);
        let mut node = self.wrapped(|input| Kind::Extend(input, var, formula));
        node.possible.insert(var);
        if is_total {
            node.certain.insert(var);
        }
        node
    }

    /// VALUES.
    pub fn values(vars: Vec<Var>, rows: Vec<Vec<Option<Constant>>>) -> Self {
        let mut certain: VarSet = vars.iter().copied().collect();
        for (n, var) in vars.iter().enumerate() {
            if rows.iter().any(|row| row.get(n).is_none_or(Option::is_none)) {
                certain.remove(*var);
            }
        }
        Self { certain, possible: vars.iter().copied().collect(), kind: Kind::Values(vars, rows) }
    }

    /// GROUP BY.
    pub fn group(self, keys: Vec<Var>, aggregates: Vec<Aggregate>) -> Self {
        let keyed: VarSet = keys.iter().copied().collect();
        let mut certain = self.certain.intersection(&keyed);
        let mut possible = keyed;
        for aggregate in &aggregates {
            possible.insert(aggregate.var);
            if aggregate.is_certain(&keys, &self.certain) {
                certain.insert(aggregate.var);
            }
        }
        Self { certain, possible, kind: Kind::Group(Box::new(self), keys, aggregates) }
    }

    /// ORDER BY.
    pub fn order_by(self, keys: Vec<SortKey>) -> Self {
        self.wrapped(|input| Kind::OrderBy(input, keys))
    }

    /// A SELECT's columns.
    pub fn project(self, vars: Vec<Var>) -> Self {
        let kept: VarSet = vars.iter().copied().collect();
        Self {
            certain: self.certain.intersection(&kept),
            possible: self.possible.intersection(&kept),
            kind: Kind::Project(Box::new(self), vars),
        }
    }

    /// DISTINCT.
    pub fn distinct(self) -> Self {
        self.wrapped(Kind::Distinct)
    }

    /// OFFSET and LIMIT.
    pub fn slice(self, offset: u64, limit: Option<u64>) -> Self {
        self.wrapped(|input| Kind::Slice(input, offset, limit))
    }

    /// A node over this one that binds what this one binds.
    fn wrapped(self, kind: impl FnOnce(Box<Self>) -> Kind) -> Self {
        let (certain, possible) = (self.certain.clone(), self.possible.clone());
        Self { kind: kind(Box::new(self)), certain, possible }
    }
}

/// So many OPTIONALs are moved past the other parts of a join at most.
const MOST_MOVED: usize = 64;

/// Takes the right sides of OPTIONALs out of the parts of a join that may as well come after the others: `(A OPTIONAL B) C` is
/// `(A C) OPTIONAL B` where all that B reads and C may bind is bound by A in every solution (Pérez, Arenas and Gutierrez,
/// Semantics and complexity of SPARQL, 2009, section 5: well-designed patterns). The first one taken is the outermost.
fn take_optional(parts: &mut Vec<Logical>) -> Vec<(Logical, Vec<Formula>)> {
    let mut taken = Vec::new();
    while parts.len() > 1 && taken.len() < MOST_MOVED {
        let Some(place) = (0..parts.len()).find(|place| may_come_last(parts, *place)) else { break };
        let part = parts.remove(place);
        if let Kind::LeftJoin(left, right, conditions) = part.kind {
            left.add_to(parts);
            taken.push((*right, conditions));
        }
    }
    taken
}

/// Whether a part is an OPTIONAL whose right side may come after all other parts.
fn may_come_last(parts: &[Logical], place: usize) -> bool {
    let Some(Kind::LeftJoin(left, right, conditions)) = parts.get(place).map(|part| &part.kind) else {
        return false;
    };
    // What is drawn for each pair must be drawn for the pairs of these two sides.
    if conditions.iter().any(Formula::is_volatile) {
        return false;
    }
    let read = read_of_optional(right, conditions);
    let others = parts.iter().enumerate().filter(|(n, _)| *n != place);
    others.into_iter().all(|(_, other)| read.intersection(&other.possible).is_subset(&left.certain))
}

/// Whether each solution of `left` has a partner: a path between two variables that may have no step leads from every node of its graph to itself, but
/// from no other term (section 18.4, ZeroLengthPath).
fn always_matches(left: &Logical, right: &Logical) -> bool {
    let Kind::Reach(Reach { ends, zero: true, source, .. }) = &right.kind else { return false };
    let is_node = |end: &Slot| end.var().is_some_and(|var| is_node_of(left, var, source));
    let is_new = |end: &Slot| end.var().is_some_and(|var| !left.possible.contains(var));
    ends.iter().any(is_node) && ends.iter().any(is_new)
}

/// Whether all values of a variable are nodes of a graph: subjects or objects of triples that were found there.
fn is_node_of(logical: &Logical, var: Var, source: &Source) -> bool {
    let is_end = |slot: &Slot| slot.var() == Some(var);
    match &logical.kind {
        Kind::Pattern(pattern) => {
            let [subject, _, object] = &pattern.slots;
            pattern.source == *source && (is_end(subject) || is_end(object))
        }
        Kind::Reach(reach) => !reach.zero && reach.source == *source && reach.ends.iter().any(is_end),
        Kind::Join(parts) => parts.iter().any(|part| is_node_of(part, var, source)),
        Kind::Union(parts) => parts.iter().all(|part| is_node_of(part, var, source)),
        Kind::Filter(input, _)
        | Kind::Extend(input, ..)
        | Kind::LeftJoin(input, ..)
        | Kind::Minus(input, _)
        | Kind::Exists(input, ..)
        | Kind::OrderBy(input, _)
        | Kind::Distinct(input)
        | Kind::Slice(input, ..) => is_node_of(input, var, source),
        Kind::Project(input, vars) => vars.contains(&var) && is_node_of(input, var, source),
        // Patterns of another GRAPH are matched against another graph.
        Kind::Graphs(..)
        | Kind::Unpack(..)
        | Kind::Numbered(..)
        | Kind::Lateral(..)
        | Kind::Values(..)
        | Kind::Group(..) => false,
    }
}

/// All that the right side of an OPTIONAL and its filters read or bind.
pub fn read_of_optional(right: &Logical, conditions: &[Formula]) -> VarSet {
    let mut read = super::exists::mentioned(right);
    conditions.iter().for_each(|condition| read.extend_with(&condition.vars));
    read
}

/// Whether an expression may be worth something else for an equal solution.
pub fn is_volatile(expression: &Expression) -> bool {
    let mut open = vec![expression];
    while let Some(part) = open.pop() {
        if matches!(part, Expression::FunctionCall(function, all) if expr::is_volatile(function, all.len())) {
            return true;
        }
        open.extend(operands(part));
    }
    false
}
