//! A plan as a tree for people: what each step is expected to give and, where it was run, what it gave, how long it took and
//! what it held.
//!
//! In: an [`Explanation`], a way to shorten IRIs. Out: text, one step a line.

use crate::engine::explain::{Explanation, Step};
use std::fmt::Write as _;

/// The tree as text, one step a line: time, memory and rows where it was run, estimate, step, then how its rows are sorted and what
/// else was weighed. `shorten` shortens IRIs. The step that took longest by itself has a `*`.
pub fn draw(explained: &Explanation, shorten: &dyn Fn(&str) -> Option<String>) -> String {
    let head = if explained.ran {
        "      time     memory       rows   estimate  step\n"
    } else {
        "  estimate       cost  step\n"
    };
    let mut out = String::from(head);
    let drawing = Drawing { hottest: explained.plan.longest(), ran: explained.ran, shorten };
    drawing.step(&mut out, &explained.plan, "", "");
    out
}

struct Drawing<'a> {
    hottest: f64,
    ran: bool,
    shorten: &'a dyn Fn(&str) -> Option<String>,
}

impl Drawing<'_> {
    fn step(&self, out: &mut String, step: &Step, head: &str, rest: &str) {
        let estimate = step.estimate.map_or_else(String::new, |estimate| estimate.to_string());
        let mark = if self.hottest > 0.0 && step.own_seconds() >= self.hottest { "*" } else { " " };
        let (time, label) = (step.seconds * 1e3, short_label(&step.label, self.shorten));
        let _ = if self.ran {
            let memory = memory(step.bytes);
            write!(out, "{time:>8.2}ms {memory:>10} {:>10} {estimate:>10} {mark}{head}{label}", step.rows)
        } else {
            write!(out, "{estimate:>10} {:>10.0}  {head}{label}", step.cost)
        };
        if !step.order.is_empty() {
            let _ = write!(out, ", sorted by {}", short_variables(&step.order.join(" ")));
        }
        if let Some(choice) = &step.choice {
            let _ = write!(out, " [{}]", short_label(choice, self.shorten));
        }
        out.push('\n');
        for (n, child) in step.children.iter().enumerate() {
            let last = n + 1 == step.children.len();
            let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.step(out, child, &format!("{rest}{branch}"), &format!("{rest}{below}"));
        }
    }
}

/// A number of bytes; nothing where a step held none.
fn memory(bytes: u64) -> String {
    match bytes {
        0 => String::new(),
        1..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// The label with `<iri>` in its short form.
fn short_label(label: &str, shorten: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = label;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let short = after.split_once('>').and_then(|(iri, tail)| Some((shorten(iri)?, tail)));
        match short {
            Some((short, tail)) => {
                out.push_str(&short);
                rest = tail;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    short_variables(&(out + rest))
}

/// The evaluator names what it computes by 32 hexadecimal digits; four tell them apart.
fn short_variables(label: &str) -> String {
    let mut parts = label.split('?');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let made = part.get(..32).filter(|name| name.bytes().all(|b| b.is_ascii_hexdigit()));
        out.push('?');
        match made.and_then(|name| name.get(..4)) {
            Some(name) => out.extend(["_", name, part.get(32..).unwrap_or_default()]),
            None => out.push_str(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_that_took_longest_by_itself_is_marked() {
        let scan = |label: &str, rows, seconds| Step {
            label: label.into(),
            rows,
            seconds,
            estimate: Some(rows),
            ..Step::default()
        };
        let children =
            vec![scan("QuadPattern(?r <http://x/kind> ?k)", 2, 0.004), scan("Filter(?r)", 1, 0.001)];
        let plan = Step { label: "Join".into(), rows: 2, seconds: 0.006, children, ..Step::default() };
        let shorten = |iri: &str| iri.strip_prefix("http://x/").map(|local| format!(":{local}"));
        let drawn = draw(&Explanation { plan, ran: true, stopped: None }, &shorten);
        let hottest: Vec<&str> = drawn.lines().filter(|line| line.contains('*')).collect();
        assert!(matches!(hottest[..], [line] if line.contains("?r :kind ?k")), "{drawn}");
    }

    #[test]
    fn short_forms_leave_comparisons_alone() {
        let shorten = |iri: &str| (iri == "http://x/a").then(|| "x:a".to_owned());
        assert_eq!(
            short_label("Filter(?a < 3 && ?b = <http://x/a>)", &shorten),
            "Filter(?a < 3 && ?b = x:a)"
        );
    }
}
