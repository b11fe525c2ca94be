//! Room for recursion: chains of operators made flat, and a deep stack for what is deep all the same.
//!
//! In: a parsed query, or work on one. Out: the same query with its long chains as balanced trees, or an error where it is
//! deeper than any stack should have to bear; the result of the work. What is in a chain stays in its order.

use super::algebra::{
    Expression, GraphPattern, PropertyPathExpression as Path, TermPattern, TriplePattern, children,
    children_mut, expressions, expressions_mut, operands, operands_mut,
};
use crate::error::{Error, Result};

/// The deepest tree that a query may be. A walk over one fits a stack of 2 MiB, also without optimisation.
const DEEPEST: usize = 600;

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

/// Makes balanced trees of long chains of `||`, `&&`, UNION, groups side by side, and `/` and `|` of paths: all of
/// them are associative. It needs a stack as deep as the pattern was.
///
/// # Errors
/// Where the pattern is too deep after that.
pub fn flatten(pattern: &mut GraphPattern) -> Result<()> {
    in_pattern(pattern);
    let depth = depth(pattern);
    if depth > DEEPEST {
        return Err(Error::query(format!(
            "the query is {depth} operators deep, and no more than {DEEPEST} are taken"
        ))
        .hint("ask in several queries, or compute long sums with SUM over VALUES"));
    }
    Ok(())
}

/// How many operators and expressions are in one another, at the deepest place.
pub fn depth(pattern: &GraphPattern) -> usize {
    let within = expressions(pattern).map(expression_depth);
    let own = match pattern {
        GraphPattern::Path { path, .. } => path_depth(path),
        GraphPattern::Bgp { patterns } => patterns.iter().map(triple_depth).fold(0, usize::max),
        _ => 0,
    };
    1 + children(pattern).map(depth).chain(within).fold(own, usize::max)
}

/// How many operators a plan of the pattern may have in one another: parts of a group are joined one after the other.
pub fn plan_depth(pattern: &GraphPattern) -> usize {
    let within: usize = expressions(pattern).map(plan_depth_within).sum();
    let below = children(pattern).map(plan_depth);
    let own = match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter().map(triple_depth).sum(),
        GraphPattern::Path { path, .. } => path_links(path),
        GraphPattern::Join { .. } | GraphPattern::Lateral { .. } => below.sum(),
        _ => 1 + below.fold(0, usize::max),
    };
    own + within
}

fn plan_depth_within(expression: &Expression) -> usize {
    let own = if let Expression::Exists(pattern) = expression { plan_depth(pattern) } else { 0 };
    own + operands(expression).map(plan_depth_within).sum::<usize>()
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

fn expression_depth(expression: &Expression) -> usize {
    let within = if let Expression::Exists(pattern) = expression { depth(pattern) } else { 0 };
    1 + operands(expression).map(expression_depth).fold(within, usize::max)
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
}
