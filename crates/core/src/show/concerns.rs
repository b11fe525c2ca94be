//! What in a plan may take long, as advice: by the kind of a step, or by what it is expected to take.
//!
//! In: an [`Explanation`], how its steps are worded. Out: diagnostics without a place, since a step stands nowhere in the text. They rest
//! on estimates alone: of a plan that was run they repeat no time that its steps show.

use super::plan::{Drawn, named};
use super::table::duration;
use super::text::grouped;
use crate::engine::explain::{Concern, Explanation, Step};
use crate::error::Diagnostic;
use std::time::Duration;

/// A plan or a step is slow that is expected to take as many nanoseconds: a second.
pub const SLOW: f64 = 1e9;

/// So many steps are told for their expected time alone, those that take longest first.
const MOST: usize = 3;

/// What may take long; nothing where all is expected to be quick. `SLOW` says what that is.
pub fn concerns(explained: &Explanation, how: &Drawn<'_>) -> Vec<Diagnostic> {
    let (mut open, mut told, mut quiet) = (vec![&explained.plan], Vec::new(), Vec::new());
    while let Some(step) = open.pop() {
        open.extend(step.children.iter().rev());
        if step.concerns.is_empty() {
            quiet.push(step);
        }
        let found = step.concerns.iter().map(|concern| worded(concern, step, how));
        found.for_each(|concern| told.extend((!told.contains(&concern)).then_some(concern)));
    }
    if !explained.ran && explained.plan.cost >= SLOW {
        quiet.sort_by(|a, b| b.own_cost.total_cmp(&a.own_cost));
        let slow = quiet.iter().take_while(|step| step.own_cost >= SLOW).count();
        // Of many steps that take a part of a second each, the longest.
        let some = slow.clamp(usize::from(told.is_empty()), MOST);
        told.extend(quiet.into_iter().take(some).map(|step| expected(step, how)));
    }
    told
}

fn expected(step: &Step, how: &Drawn<'_>) -> Diagnostic {
    let rows = step.children.iter().filter_map(|child| child.estimate).max().or(step.estimate).unwrap_or(0);
    let (name, time) = (named(&step.label, how), about(step.own_cost / 1e9));
    Diagnostic::new(format!("`{name}` is expected to take about {time}, for {} rows", grouped(rows)))
        .hint("this is an estimate: fewer rows before it, by a condition or a constant, make it quicker")
}

fn worded(concern: &Concern, step: &Step, how: &Drawn<'_>) -> Diagnostic {
    match concern {
        Concern::OpenPath { from, to, starts, ends } => {
            let pairs = grouped(starts.saturating_mul(*ends));
            let message = format!(
                "the path from `{from}` to `{to}` is free at both ends: it may have up to {pairs} pairs"
            );
            Diagnostic::new(message).hint(
                "its steps lead from a node to more than one other: nearly every node may reach nearly all; give one end a value, or ask for one end alone with SELECT DISTINCT",
            )
        }
        Concern::Product { left, right, seconds } => {
            let name = named(&step.label, how);
            let (left, right, time) = (grouped(*left), grouped(*right), about(*seconds));
            Diagnostic::new(format!("`{name}` pairs {left} rows with {right} others: about {time}"))
                .hint("nothing must be equal on both sides: a variable in both, or a FILTER with `=` between them, lets it look up instead of trying every pair")
        }
        Concern::Backtracking { pattern, texts } => {
            let message = format!(
                "the regular expression `{pattern}` is tried by going back and forth, in up to {} texts",
                grouped(*texts)
            );
            Diagnostic::new(message)
                .hint("with back-references, or `^` under the flag `m`, a text may take milliseconds: let other conditions leave few of them, or write it without")
        }
    }
}

fn about(seconds: f64) -> String {
    // Longer than a person waits is as good as any number.
    duration(Duration::from_secs_f64(seconds.clamp(0.0, 1e9)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(plan: Step, ran: bool) -> Vec<String> {
        let how = Drawn { shorten: &|_| None, say: &str::to_owned, width: None };
        let found = concerns(&Explanation { plan, ran, ..Explanation::default() }, &how);
        found.into_iter().map(|found| found.message).collect()
    }

    fn step(label: &str, cost: f64, children: Vec<Step>) -> Step {
        let below: f64 = children.iter().map(|child| child.cost).sum();
        Step {
            label: label.into(),
            estimate: Some(1_200_000),
            cost,
            own_cost: cost - below,
            children,
            ..Step::default()
        }
    }

    #[test]
    fn what_is_expected_to_be_slow_is_named_with_its_time() {
        let quick = step("Sort(?x)", 9e8, vec![step("Scan(?x)", 4e8, Vec::new())]);
        assert_eq!(said(quick, false), Vec::<String>::new());
        let slow = || step("Sort(?x)", 14e9, vec![step("Scan(?x)", 2e9, Vec::new())]);
        let lines = [
            "`Sort(?x)` is expected to take about 12.0 s, for 1 200 000 rows",
            "`Scan(?x)` is expected to take about 2.0 s, for 1 200 000 rows",
        ];
        assert_eq!(said(slow(), false), lines);
        assert_eq!(said(slow(), true), Vec::<String>::new(), "what was run shows its times");
        // No step takes a second, and all together do.
        let many = step("Sort(?x)", 12e8, vec![step("Scan(?x)", 5e8, Vec::new())]);
        assert_eq!(said(many, false), ["`Sort(?x)` is expected to take about 700 ms, for 1 200 000 rows"]);
    }

    #[test]
    fn a_concern_stands_for_the_time_of_its_step() {
        let product = Concern::Product { left: 2000, right: 3_000_000, seconds: 180.0 };
        let concerns = vec![product.clone(), product];
        let join = Step { concerns, ..step("Cross product", 18e10, Vec::new()) };
        for ran in [false, true] {
            let lines =
                said(Step { children: vec![join.clone()], ..step("Sort(?x)", 18e10, Vec::new()) }, ran);
            assert_eq!(
                lines.first().unwrap(),
                "`Cross product` pairs 2 000 rows with 3 000 000 others: about 3 min 0 s"
            );
        }
        let path = Concern::OpenPath { from: "?a".into(), to: "?b".into(), starts: 30_000, ends: 40_000 };
        let path = Step { concerns: vec![path], ..step("Path(?a (p)+ ?b)", 1e6, Vec::new()) };
        let pairs = "the path from `?a` to `?b` is free at both ends: it may have up to 1 200 000 000 pairs";
        assert_eq!(said(path, false), [pairs], "though the estimate is small");
    }
}
