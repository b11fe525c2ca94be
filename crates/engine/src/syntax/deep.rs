//! Room for recursion: chains of operators made flat, and a deep stack for what is deep all the same.
//!
//! In: a parsed query, or work on one. Out: the same query with its long chains as balanced trees, or an error where it is
//! deeper than any stack should have to bear; the result of the work. What is in a chain stays in its order.

use super::algebra::{
    Expression, GraphPattern, PropertyPathExpression as Path, TermPattern, TriplePattern, children,
    children_mut, expressions, expressions_mut, operands, operands_mut,
};
use crate::error::{Error, Result};

/// The deepest tree that a query may be, what stands side by side aside. A walk over one fits a stack of 2 MiB, also without
/// optimisation.
const DEEPEST: usize = 600;

/// So many BINDs, columns, OPTIONALs and the like may stand side by side. Each is an operator over all of those before it, so that a tree
/// of them is as deep as they are many, and a walk over it needs a stack of its own; but for its end, which fits any.
pub(super) const LONGEST: usize = 6000;

/// More patterns than this are not joined: their order takes time by the square of their number.
pub(super) const MOST_JOINED: usize = 2000;

/// Up to this depth any stack will do.
pub(super) const SHALLOW: usize = if cfg!(debug_assertions) { 12 } else { 60 };

/// Chains up to this length stay as the parser made them.
const SHORT: usize = 16;

/// A stack for everything else. Only what is used of it takes memory.
const STACK: usize = 512 << 20;

/// Does work whose recursion goes so deep, on a stack of its own where the present one may be too small.
///
/// # Errors
/// Where there is no room for such a stack.
pub fn on_stack<T: Send>(depth: usize, work: impl FnOnce() -> T + Send) -> Result<T> {
    if depth <= SHALLOW {
        return Ok(work());
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| {
            Error::query("there is no memory to work on a query that nests so deep").because(error)
        })?;
        match thread.join() {
            Ok(done) => Ok(done),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Why a pattern is too much to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMuch {
    /// So many operators are in one another.
    Nested(usize),
    /// So many operators stand side by side.
    InARow(usize),
    /// So many patterns are joined.
    Joined(usize),
}

impl TooMuch {
    /// What is said of it.
    pub fn error(self) -> Error {
        let apart = "ask in several queries";
        match self {
            Self::Nested(nested) => {
                Error::query(format!("the query is {nested} operators deep, and no more than {DEEPEST} are taken"))
                    .hint("ask in several queries, or compute long sums with SUM over VALUES")
            }
            Self::InARow(in_a_row) => Error::query(format!(
                "{in_a_row} BINDs, computed columns, OPTIONALs or the like are in a row, and no more than {LONGEST} are taken"
            ))
            .hint(apart),
            Self::Joined(joined) => Error::query(format!(
                "{joined} patterns are to be joined, and no more than {MOST_JOINED} are in one query"
            ))
            .hint(apart),
        }
    }
}

/// Makes balanced trees of long chains of `||`, `&&`, UNION, groups side by side, and `/` and `|` of paths: all of
/// them are associative. It needs a stack as deep as the pattern was.
///
/// # Errors
/// Where the pattern is too much after that.
pub fn flatten(pattern: &mut GraphPattern) -> std::result::Result<(), TooMuch> {
    in_pattern(pattern);
    let Depth { nested, in_a_row, .. } = Depth::of(pattern);
    if nested > DEEPEST {
        return Err(TooMuch::Nested(nested));
    }
    if in_a_row > LONGEST {
        return Err(TooMuch::InARow(in_a_row));
    }
    check_joined(pattern)
}

/// Whether no more patterns are joined than are taken. It needs a stack as deep as the pattern.
///
/// # Errors
/// Where there are more.
pub fn check_joined(pattern: &GraphPattern) -> std::result::Result<(), TooMuch> {
    match joined(pattern) {
        joined if joined > MOST_JOINED => Err(TooMuch::Joined(joined)),
        _ => Ok(()),
    }
}

/// How deep a pattern is at its deepest places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Depth {
    /// How many operators and expressions are in one another, those that stand side by side counted once.
    nested: usize,
    /// How many stand side by side.
    in_a_row: usize,
    /// How many are in one another, all counted.
    whole: usize,
}

/// What has a depth.
enum Part<'p> {
    Pattern(&'p GraphPattern),
    Expression(&'p Expression),
}

impl Depth {
    /// Of a pattern, which is not descended into: it may be too deep for the stack.
    fn of(pattern: &GraphPattern) -> Self {
        let mut deepest = Self::default();
        let mut open = vec![(Part::Pattern(pattern), 1, 1)];
        while let Some((part, nested, whole)) = open.pop() {
            let own = match part {
                Part::Pattern(GraphPattern::Path { path, .. }) => path_depth(path),
                Part::Pattern(GraphPattern::Bgp { patterns }) => {
                    patterns.iter().map(triple_depth).fold(0, usize::max)
                }
                _ => 0,
            };
            deepest.nested = deepest.nested.max(nested + own);
            deepest.in_a_row = deepest.in_a_row.max(whole - nested);
            deepest.whole = deepest.whole.max(whole + own);
            match part {
                Part::Pattern(pattern) => {
                    for (place, child) in children(pattern).enumerate() {
                        let is_beside = place == 0 && follows(pattern);
                        open.push((Part::Pattern(child), nested + usize::from(!is_beside), whole + 1));
                    }
                    open.extend(expressions(pattern).map(|it| (Part::Expression(it), nested + 1, whole + 1)));
                }
                Part::Expression(expression) => {
                    if let Expression::Exists(pattern) = expression {
                        open.push((Part::Pattern(pattern), nested + 1, whole + 1));
                    }
                    open.extend(operands(expression).map(|it| (Part::Expression(it), nested + 1, whole + 1)));
                }
            }
        }
        deepest
    }
}

/// Whether a pattern stands beside its first part in the text, and not around it.
fn follows(pattern: &GraphPattern) -> bool {
    matches!(
        pattern,
        GraphPattern::Extend { .. }
            | GraphPattern::Filter { .. }
            | GraphPattern::LeftJoin { .. }
            | GraphPattern::Minus { .. }
            | GraphPattern::Lateral { .. }
    )
}

/// How many operators and expressions are in one another, at the deepest place.
pub fn depth(pattern: &GraphPattern) -> usize {
    Depth::of(pattern).whole
}

/// How many operators a plan of the pattern may have in one another: parts of a group are joined one after the other. It needs a stack
/// as deep as the pattern.
pub fn plan_depth(pattern: &GraphPattern) -> usize {
    planned(pattern, 1)
}

/// How many patterns are joined with each other, where the most are. Likewise.
fn joined(pattern: &GraphPattern) -> usize {
    planned(pattern, 0)
}

/// What joins count, where any other operator counts so much.
fn planned(pattern: &GraphPattern, operator: usize) -> usize {
    let within: usize = expressions(pattern).map(|it| planned_within(it, operator)).sum();
    let below = children(pattern).map(|child| planned(child, operator));
    let own = match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter().map(triple_depth).sum(),
        GraphPattern::Path { path, .. } => path_links(path),
        GraphPattern::Join { .. } | GraphPattern::Lateral { .. } => below.sum(),
        _ => operator + below.fold(0, usize::max),
    };
    own + within
}

fn planned_within(expression: &Expression, operator: usize) -> usize {
    let own = if let Expression::Exists(pattern) = expression { planned(pattern, operator) } else { 0 };
    own + operands(expression).map(|it| planned_within(it, operator)).sum::<usize>()
}

/// One, and one for each triple term within.
fn triple_depth(triple: &TriplePattern) -> usize {
    let within = |term: &TermPattern| match term {
        TermPattern::Triple(triple) => triple_depth(triple),
        TermPattern::NamedNode(_)
        | TermPattern::BlankNode(_)
        | TermPattern::Literal(_)
        | TermPattern::Variable(_) => 0,
    };
    1 + within(&triple.subject) + within(&triple.object)
}

/// How many patterns a path is at most, a step each; at least one.
pub(super) fn path_links(path: &Path) -> usize {
    match path {
        Path::NamedNode(_) | Path::NegatedPropertySet(_) => 1,
        Path::Reverse(a) | Path::ZeroOrMore(a) | Path::OneOrMore(a) | Path::ZeroOrOne(a) => path_links(a),
        Path::Sequence(a, b) => path_links(a) + path_links(b),
        Path::Alternative(a, b) => 1 + path_links(a).max(path_links(b)),
    }
}

fn path_depth(path: &Path) -> usize {
    1 + match path {
        Path::NamedNode(_) | Path::NegatedPropertySet(_) => 0,
        Path::Reverse(a) | Path::ZeroOrMore(a) | Path::OneOrMore(a) | Path::ZeroOrOne(a) => path_depth(a),
        Path::Sequence(a, b) | Path::Alternative(a, b) => path_depth(a).max(path_depth(b)),
    }
}

fn in_pattern(pattern: &mut GraphPattern) {
    match pattern {
        GraphPattern::Union { .. } => {
            let split = |pattern| match pattern {
                GraphPattern::Union { left, right } => Link::Two(*left, *right),
                other => Link::One(other),
            };
            balance(pattern, GraphPattern::default(), split, |left, right| GraphPattern::Union {
                left,
                right,
            });
        }
        GraphPattern::Join { .. } => {
            let split = |pattern| match pattern {
                GraphPattern::Join { left, right } => Link::Two(*left, *right),
                other => Link::One(other),
            };
            balance(pattern, GraphPattern::default(), split, |left, right| GraphPattern::Join {
                left,
                right,
            });
        }
        GraphPattern::Path { path, .. } => in_path(path),
        _ => {}
    }
    expressions_mut(pattern).for_each(in_expression);
    children_mut(pattern).for_each(in_pattern);
}

fn in_expression(expression: &mut Expression) {
    let hole = || Expression::Coalesce(Vec::new());
    match expression {
        Expression::Or(..) => {
            let split = |expression| match expression {
                Expression::Or(a, b) => Link::Two(*a, *b),
                other => Link::One(other),
            };
            balance(expression, hole(), split, Expression::Or);
        }
        Expression::And(..) => {
            let split = |expression| match expression {
                Expression::And(a, b) => Link::Two(*a, *b),
                other => Link::One(other),
            };
            balance(expression, hole(), split, Expression::And);
        }
        Expression::Exists(pattern) => in_pattern(pattern),
        _ => {}
    }
    operands_mut(expression).for_each(in_expression);
}

fn in_path(path: &mut Path) {
    let hole = || Path::NegatedPropertySet(Vec::new());
    match path {
        Path::NamedNode(_) | Path::NegatedPropertySet(_) => return,
        Path::Reverse(a) | Path::ZeroOrMore(a) | Path::OneOrMore(a) | Path::ZeroOrOne(a) => {
            return in_path(a);
        }
        Path::Sequence(..) => {
            let split = |path| match path {
                Path::Sequence(a, b) => Link::Two(*a, *b),
                other => Link::One(other),
            };
            balance(path, hole(), split, Path::Sequence);
        }
        Path::Alternative(..) => {
            let split = |path| match path {
                Path::Alternative(a, b) => Link::Two(*a, *b),
                other => Link::One(other),
            };
            balance(path, hole(), split, Path::Alternative);
        }
    }
    if let Path::Sequence(a, b) | Path::Alternative(a, b) = path {
        in_path(a);
        in_path(b);
    }
}

/// A link of a chain, or what it links.
enum Link<T> {
    Two(T, T),
    One(T),
}

/// A chain, whichever way it leans, as a tree over its parts in their order: balanced where it is long, else
/// leaning to the left. `hole` stands in its place for the while.
fn balance<T>(place: &mut T, hole: T, split: fn(T) -> Link<T>, make: fn(Box<T>, Box<T>) -> T) {
    let (mut parts, mut open) = (Vec::new(), vec![std::mem::replace(place, hole)]);
    while let Some(part) = open.pop() {
        match split(part) {
            Link::Two(left, right) => open.extend([right, left]),
            Link::One(part) => parts.push(part),
        }
    }
    let joined = |left, right| make(Box::new(left), Box::new(right));
    let enough = if parts.len() > SHORT { 1 } else { SHORT };
    while parts.len() > enough {
        let mut rest = std::mem::take(&mut parts).into_iter();
        while let Some(left) = rest.next() {
            parts.push(match rest.next() {
                Some(right) => joined(left, right),
                None => left,
            });
        }
    }
    if let Some(whole) = parts.into_iter().reduce(joined) {
        *place = whole;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::algebra::pattern;
    use crate::syntax::parse;
    use crate::terms::Prefixes;

    #[test]
    fn chains_become_shallow_and_keep_their_order() {
        let list: Vec<String> = (0..500).map(|n| format!("?s = {n}")).collect();
        let text = format!("SELECT * {{ ?s ?p ?o FILTER({}) }}", list.join(" || "));
        let query = parse::query(&text, &Prefixes::new(), None).unwrap();
        assert!(depth(pattern(&query)) < 40, "{}", depth(pattern(&query)));
        let shown = pattern(&query).to_string();
        let numbers: Vec<&str> = shown.split('"').skip(1).step_by(2).collect();
        assert!((0..500).map(|n| n.to_string()).eq(numbers.iter().copied()), "{numbers:?}");
    }

    #[test]
    fn what_is_no_chain_has_a_limit() {
        let sum = |n: usize| format!("SELECT ({} AS ?x) {{}}", vec!["1"; n].join(" + "));
        parse::query(&sum(500), &Prefixes::new(), None).unwrap();
        let error = parse::query(&sum(1000), &Prefixes::new(), None).unwrap_err();
        assert!(error.message.contains("operators deep") && !error.hints.is_empty(), "{error}");
    }

    #[test]
    fn what_stands_side_by_side_is_not_deep() {
        let depth_of = |text: &str| Depth::of(pattern(&parse::query(text, &Prefixes::new(), None).unwrap()));
        for part in ["BIND(?o + 1 AS ?x{})", "OPTIONAL { ?s ?p ?x{} }", "MINUS { ?s ?q ?x{} }"] {
            let beside = |n: usize| (0..n).map(|n| part.replace("{}", &n.to_string())).collect::<String>();
            let [one, many] = [1, 300].map(|n| depth_of(&format!("SELECT * {{ ?s ?p ?o {} }}", beside(n))));
            assert_eq!(one.nested, many.nested, "{part}");
            assert_eq!((one.in_a_row + 299, one.whole + 299), (many.in_a_row, many.whole), "{part}");
        }
        // What is in one another is, however many stand beside it.
        let nested = |n: usize| format!("{}{}", "OPTIONAL { ?s ?p ?o ".repeat(n), "}".repeat(n));
        let [one, many] = [1, 100].map(|n| depth_of(&format!("SELECT * {{ ?s ?p ?o {} }}", nested(n))));
        assert_eq!((one.nested + 99, one.in_a_row), (many.nested, many.in_a_row));
        let binds: String = (0..=LONGEST).map(|n| format!("BIND({n} AS ?x{n})")).collect();
        let error = parse::query(&format!("SELECT * {{ {binds} }}"), &Prefixes::new(), None).unwrap_err();
        assert!(error.message.contains("in a row") && !error.hints.is_empty(), "{error}");
    }
}
