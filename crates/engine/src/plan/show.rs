//! Operators as people read them, one line each.
//!
//! In: a node of the plan, the names of variables. Out: what it does, on what, and by what choice. IRIs
//! are whole: who shows the line shortens them.

use super::equality::class_of;
use super::logical::{
    Aggregate, Existence, Formula, Kind, Logical, Pattern, Reach, Slot, SortKey, Source, Step,
};
use super::physical::{Bag, JoinKind, Node, Op, OrderKey, Reading, comes_by_first};
use super::variables::{Var, VariableNames};
use crate::store::End;
use crate::syntax::written::Written;

/// The line of a node over a graph that has terms beside its sorted ones, or has none.
pub fn label(node: &Node, names: &VariableNames, has_more: bool) -> String {
    let line = names.readable(&line(node, names, has_more));
    // Of no variables there is nothing in the brackets.
    match line.find('(') {
        Some(at) if line.get(at..).is_some_and(|rest| rest.starts_with("()")) => line.replacen("()", "", 1),
        _ => line,
    }
}

fn line(node: &Node, names: &VariableNames, has_more: bool) -> String {
    match &node.op {
        Op::Unit => "one empty solution".to_owned(),
        Op::Empty => "nothing: a term of the pattern is not in the graph".to_owned(),
        Op::Scan { pattern, by, within, reading } => {
            of_scan(&of_pattern(pattern, names), (*by, *reading, has_more), within)
        }
        Op::IndexJoin { pattern, optional, bag } => {
            let kind = if *optional { "Optional index join" } else { "Index join" };
            let new = pattern.vars().iter().any(|var| node.output.contains(&var) && is_new(node, var));
            let mode = match (new, bag) {
                (true, _) => "",
                (false, Bag::Rows) => ", counted",
                (false, Bag::Set) => ", tested",
            };
            format!("{kind}({}){mode}", of_pattern(pattern, names))
        }
        Op::Intersect { patterns, bag } => {
            let parts: Vec<String> = patterns.iter().map(|pattern| of_pattern(pattern, names)).collect();
            let mode = if *bag == Bag::Set { ", each once" } else { "" };
            format!("Intersection({}){mode}", parts.join(" . "))
        }
        Op::Reach { reach, bag } => {
            let mode = if *bag == Bag::Set { ", ends once" } else { "" };
            format!("Path({}){mode}", of_reach(reach, names))
        }
        Op::EachGraph(var) => format!("Each named graph({})", names.show(*var)),
        Op::Exists { reads, existence, .. } => {
            let kind = match existence {
                Existence::Required => "EXISTS",
                Existence::Forbidden => "NOT EXISTS",
                Existence::Marked(_) => "EXISTS as a value",
            };
            format!("{kind} for each({})", of_vars(reads, names))
        }
        Op::Unpack(var, slots) => {
            let parts: Vec<String> = slots.iter().map(|slot| of_slot(slot, names)).collect();
            format!("Triple term({} = {})", names.show(*var), parts.join(" "))
        }
        Op::Number(_) => "Solutions numbered".to_owned(),
        Op::Lateral { reads, .. } => format!("Lateral for each({})", of_vars(reads, names)),
        Op::HashJoin { kind, keys, loose, conditions } => of_join(*kind, keys, loose, conditions, names),
        Op::Seed => format!("each row({})", of_vars(&node.output, names)),
        Op::Lookup(kind, _) => format!("{} by lookup", name_of_join(*kind)),
        Op::Union => "Union".to_owned(),
        Op::Filter(conditions) => format!("Filter({})", of_formulas(conditions)),
        Op::Extend(var, formula) => match class_of(&formula.expression) {
            Some(value) => format!("Equality class({value} AS {})", names.show(*var)),
            None => format!("Bind({} AS {})", Written(&formula.expression), names.show(*var)),
        },
        Op::Values(vars, rows) => format!("Values({}), rows: {}", of_vars(vars, names), rows.len()),
        Op::Group(keys, aggregates, having) => {
            let aggregates: Vec<String> = aggregates.iter().map(|a| of_aggregate(a, names)).collect();
            format!("Group({}; {}){}", of_vars(keys, names), aggregates.join(", "), of_conditions(having))
        }
        Op::Distinct => format!("Distinct({})", of_vars(&node.output, names)),
        Op::Combine => format!("Combine({}), counted", of_vars(&node.output, names)),
        Op::Sort(keys, first) => {
            let ends = node.inputs.first().is_some_and(|input| comes_by_first(input, keys));
            of_sort(&of_keys(keys, names), *first, ends)
        }
        Op::Slice(offset, limit) => {
            let limit = limit.map_or("all".to_owned(), |limit| limit.to_string());
            format!("Slice(offset {offset}, limit {limit})")
        }
        Op::Project => format!("Project({})", of_vars(&node.output, names)),
        Op::Exchange => "In parallel".to_owned(),
    }
}

fn of_sort(keys: &str, first: Option<u64>, ends: bool) -> String {
    let end = if ends { ", until they are known" } else { "" };
    first.map_or_else(|| format!("Sort({keys})"), |first| format!("Sort({keys}), the first {first}{end}"))
}

fn of_scan(pattern: &str, (by, reading, has_more): (End, Reading, bool), within: &[Formula]) -> String {
    let by = if by == End::Subject { "subject" } else { "object" };
    let order = match reading {
        // Of sorted terms alone the order of values is that of their numbers.
        Reading::Values(_) if has_more => ", in the order of values",
        Reading::Downwards => ", downwards",
        Reading::Numbers | Reading::Values(_) => "",
    };
    format!("Scan({pattern}) by {by}{order}{}", of_conditions(within))
}

/// What an operator judges while it makes its rows.
fn of_conditions(conditions: &[Formula]) -> String {
    if conditions.is_empty() { String::new() } else { format!(", where {}", of_formulas(conditions)) }
}

/// A logical plan, a line a node, what it is made of below and to the right.
pub fn logical(plan: &Logical, names: &VariableNames) -> String {
    let mut text = String::new();
    let mut open = vec![(plan, 0)];
    while let Some((node, depth)) = open.pop() {
        let line = of_kind(&node.kind, names);
        text.push_str(&format!("{}{}\n", "  ".repeat(depth), names.readable(&line)));
        open.extend(node.parts().into_iter().rev().map(|inner| (inner, depth + 1)));
    }
    text
}

/// The line of a logical node.
fn of_kind(kind: &Kind, names: &VariableNames) -> String {
    match kind {
        Kind::Pattern(pattern) => format!("Pattern({})", of_pattern(pattern, names)),
        Kind::Reach(reach) => format!("Path({})", of_reach(reach, names)),
        Kind::Join(_) => "Join".to_owned(),
        Kind::Union(_) => "Union".to_owned(),
        Kind::Graphs(_, var) => format!("Graph({})", names.show(*var)),
        Kind::Unpack(_, var, _) => format!("Triple term({})", names.show(*var)),
        Kind::Numbered(..) => "Numbered".to_owned(),
        Kind::Lateral(..) => "Lateral".to_owned(),
        Kind::LeftJoin(_, _, conditions) => {
            format!("LeftJoin({})", of_formulas(conditions))
        }
        Kind::Minus(..) => "Minus".to_owned(),
        Kind::Exists(_, _, Existence::Forbidden) => "NOT EXISTS".to_owned(),
        Kind::Exists(..) => "EXISTS".to_owned(),
        Kind::Filter(_, conditions) => format!("Filter({})", of_formulas(conditions)),
        Kind::Extend(_, var, formula) => {
            format!("Extend({} = {})", names.show(*var), Written(&formula.expression))
        }
        Kind::Values(vars, rows) => {
            format!("Values({}), rows: {}", of_vars(vars, names), rows.len())
        }
        Kind::Group(_, keys, aggregates) => {
            let aggregates: Vec<String> = aggregates.iter().map(|a| of_aggregate(a, names)).collect();
            format!("Group({}; {})", of_vars(keys, names), aggregates.join(", "))
        }
        Kind::OrderBy(_, keys) => {
            let keys: Vec<String> = keys.iter().map(of_sort_key).collect();
            format!("OrderBy({})", keys.join(" "))
        }
        Kind::Project(_, vars) => format!("Project({})", of_vars(vars, names)),
        Kind::Distinct(_) => "Distinct".to_owned(),
        Kind::Slice(_, offset, limit) => {
            let limit = limit.map_or("all".to_owned(), |limit| limit.to_string());
            format!("Slice(offset {offset}, limit {limit})")
        }
    }
}

fn of_sort_key(key: &SortKey) -> String {
    let text = Written(&key.formula.expression).to_string();
    if key.descending { format!("DESC({text})") } else { text }
}

/// Whether no input has the variable.
fn is_new(node: &Node, var: Var) -> bool {
    !node.inputs.iter().any(|input| input.output.contains(&var))
}

fn name_of_join(kind: JoinKind) -> &'static str {
    match kind {
        JoinKind::Inner => "Join",
        JoinKind::Left => "Optional",
        JoinKind::Semi => "Semi-join",
        JoinKind::Anti => "Anti-join",
        JoinKind::Minus => "Minus",
        JoinKind::Mark(_) => "Semi-join as a value",
    }
}

fn of_join(
    kind: JoinKind,
    keys: &[Var],
    loose: &[Var],
    conditions: &[Formula],
    names: &VariableNames,
) -> String {
    let name = match kind {
        JoinKind::Inner if keys.is_empty() && loose.is_empty() => "Cross product",
        JoinKind::Inner => "Hash join",
        JoinKind::Left => "Optional hash join",
        other => name_of_join(other),
    };
    let mut parts = vec![of_vars(keys, names)];
    if !loose.is_empty() {
        parts.push(format!("where bound {}", of_vars(loose, names)));
    }
    if !conditions.is_empty() {
        parts.push(format!("if {}", of_formulas(conditions)));
    }
    parts.retain(|part| !part.is_empty());
    format!("{name}({})", parts.join("; "))
}

fn of_aggregate(aggregate: &Aggregate, names: &VariableNames) -> String {
    let distinct = if aggregate.distinct { "DISTINCT " } else { "" };
    let argument = aggregate
        .argument
        .as_ref()
        .map_or("*".to_owned(), |formula| Written(&formula.expression).to_string());
    format!("{}({distinct}{argument}) AS {}", aggregate.function, names.show(aggregate.var))
}

fn of_formulas(conditions: &[Formula]) -> String {
    let parts: Vec<String> =
        conditions.iter().map(|condition| Written(&condition.expression).to_string()).collect();
    parts.join(" && ")
}

fn of_keys(keys: &[OrderKey], names: &VariableNames) -> String {
    let key = |key: &OrderKey| {
        let name = names.show(key.var);
        if key.descending { format!("DESC({name})") } else { name }
    };
    keys.iter().map(key).collect::<Vec<_>>().join(" ")
}

fn of_vars(vars: &[Var], names: &VariableNames) -> String {
    vars.iter().map(|var| names.show(*var)).collect::<Vec<_>>().join(" ")
}

fn of_pattern(pattern: &Pattern, names: &VariableNames) -> String {
    let [s, p, o] = &pattern.slots;
    let text = format!("{} {} {}", of_slot(s, names), of_slot(p, names), of_slot(o, names));
    within(text, &pattern.source)
}

fn of_reach(reach: &Reach, names: &VariableNames) -> String {
    let [from, to] = &reach.ends;
    let times = times(reach.zero, reach.many);
    let text = format!("{} ({}){times} {}", of_slot(from, names), of_step(&reach.step), of_slot(to, names));
    within(text, &reach.source)
}

/// The sign of a repetition: whether no step counts, and whether more than one does.
fn times(zero: bool, many: bool) -> &'static str {
    match (zero, many) {
        (true, true) => "*",
        (false, true) => "+",
        (true, false) => "?",
        (false, false) => "",
    }
}

fn of_step(step: &Step) -> String {
    let joined = |steps: &[Step], by: &str| steps.iter().map(of_step).collect::<Vec<_>>().join(by);
    match step {
        Step::Link(iri) => iri.term.to_string(),
        Step::Back(iri) => format!("^{}", iri.term),
        Step::Either(steps) => joined(steps, " | "),
        Step::Sequence(steps) => joined(steps, " / "),
        Step::Not(iris, backwards) => {
            let iris: Vec<String> = iris.iter().map(|iri| iri.term.to_string()).collect();
            format!("{}!({})", if *backwards { "^" } else { "" }, iris.join(" | "))
        }
        Step::Repeat(step, zero, many) => format!("({}){}", of_step(step), times(*zero, *many)),
    }
}

fn within(text: String, source: &Source) -> String {
    match source {
        Source::Default => text,
        Source::Named(name) => format!("{text} in {}", name.term),
        Source::Each => format!("{text} in the graph at hand"),
    }
}

fn of_slot(slot: &Slot, names: &VariableNames) -> String {
    match slot {
        Slot::Var(var) => names.show(*var),
        Slot::Term(constant) => constant.term.to_string(),
    }
}
