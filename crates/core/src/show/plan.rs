//! A plan as a tree for people: what each step is expected to give and, where it was run, what it gave, how long it took and
//! what it held.
//!
//! In: an [`Explanation`], a way to shorten IRIs. Out: text, one step a line.

use super::text::{Side, bytes, cut, fit, width, wrap};
use crate::engine::explain::{Explanation, Step};

/// How a plan is drawn.
pub struct Drawn<'a> {
    /// Shortens an IRI, where a prefix does.
    pub shorten: &'a dyn Fn(&str) -> Option<String>,
    /// Puts a word of ours, or the label of a step, into the reader's language.
    pub say: &'a dyn Fn(&str) -> String,
    /// Cells that a line may take: longer steps go on below. Without it, lines are as long as they are.
    pub width: Option<usize>,
}

/// The cells that the figures of a step take, where it was run and where it was not.
const RAN: usize = 45;
const PLANNED: usize = 23;
/// The least room for a step: a deeper tree is moved to the left, with `…` for the lines left out.
const ROOM: usize = 28;
/// The least part of that room which the lines of the tree leave to the words of a step.
const LEAST: usize = 22;

/// The most characters of a step: of what is longer the middle is left out.
const MOST: usize = 400;
/// How many of these are from its end.
const TAIL: usize = 80;

/// The tree as text, one step a line: time, memory and rows where it was run, estimate, step, then how its rows are sorted and what
/// else was weighed. The step that took longest by itself has a `*`. A step with one other below it stands right
/// above it; only where rows of several steps meet does the tree branch.
pub fn draw(explained: &Explanation, how: &Drawn<'_>) -> String {
    let head = |names: &[(&str, usize)]| -> String {
        names.iter().map(|(name, cells)| fit(&(how.say)(name), *cells, Side::Right)).collect()
    };
    let columns: String = if explained.ran {
        head(&[("time", 10), ("memory", 11), ("rows", 11), ("estimate", 11)])
    } else {
        head(&[("estimate", 10), ("cost", 11)])
    };
    let drawing = Drawing { hottest: explained.plan.longest(), ran: explained.ran, how };
    let mut out = String::new();
    drawing.line(&mut out, &format!("{columns}  "), &(how.say)("step"), "", "");
    drawing.step(&mut out, &explained.plan, "", "");
    if explained.ran {
        out.push_str(&format!("{}\n", (how.say)(&summary(explained))));
    }
    out
}

/// How long it took in all, and what was read for it.
fn summary(explained: &Explanation) -> String {
    let (planned, ran) = (explained.planning * 1e3, explained.plan.seconds * 1e3);
    let times = format!("planned in {planned:.2}ms, run in {ran:.2}ms");
    match explained.plan.all_read() {
        0 => times,
        read => format!("{times}, {} read from the file by the steps", memory(read)),
    }
}

struct Drawing<'a> {
    hottest: f64,
    ran: bool,
    how: &'a Drawn<'a>,
}

impl Drawing<'_> {
    /// A step and those below it: `head` stands before it, `rest` before all that follows.
    fn step(&self, out: &mut String, step: &Step, head: &str, rest: &str) {
        let estimate = step.estimate.map_or_else(String::new, |estimate| estimate.to_string());
        let mark = if self.hottest > 0.0 && step.own_seconds() >= self.hottest { "*" } else { " " };
        let figures = if self.ran {
            let (time, memory) = (step.seconds * 1e3, memory(step.bytes));
            // Above a step no column tells which figure is left out.
            let memory = if memory.is_empty() && self.is_narrow() { "-" } else { &memory };
            format!("{time:>8.2}ms {memory:>10} {:>10} {estimate:>10} {mark}", step.rows)
        } else {
            format!("{estimate:>10} {:>10.0}  ", step.cost)
        };
        self.line(out, &figures, &self.text(step), head, rest);
        match step.children.as_slice() {
            [only] => self.step(out, only, rest, rest),
            several => {
                for (n, child) in several.iter().enumerate() {
                    let last = n + 1 == several.len();
                    let (branch, below) = if last { ("└ ", "  ") } else { ("├ ", "│ ") };
                    self.step(out, child, &format!("{rest}{branch}"), &format!("{rest}{below}"));
                }
            }
        }
    }

    /// Whether figures stand above their steps.
    fn is_narrow(&self) -> bool {
        let figures = if self.ran { RAN } else { PLANNED };
        self.how.width.is_some_and(|window| window.saturating_sub(figures) < ROOM)
    }

    /// One step in as many lines as it needs; in a narrow window its figures stand above it.
    fn line(&self, out: &mut String, figures: &str, text: &str, head: &str, rest: &str) {
        let Some(window) = self.how.width else {
            out.push_str(&format!("{figures}{head}{text}\n"));
            return;
        };
        let mut figures = figures.to_owned();
        let mut beside = window.saturating_sub(width(&figures));
        if beside < ROOM {
            let above = figures.split_whitespace().collect::<Vec<_>>().join("  ");
            out.push_str(&format!("{}\n", cut(&above, window)));
            (figures, beside) = (String::new(), window);
        }
        let (head, rest) = (within(head, beside), within(rest, beside));
        let below = format!("{rest}  ");
        let mut lines = wrap(text, beside.saturating_sub(width(&below)).max(1)).into_iter();
        out.push_str(&format!("{figures}{head}{}\n", lines.next().unwrap_or_default()));
        for line in lines {
            out.push_str(&format!("{}{below}{line}\n", " ".repeat(width(&figures))));
        }
    }

    /// What a step does, how its rows are sorted, and what was weighed.
    fn text(&self, step: &Step) -> String {
        let said = |words: &str| named(words, self.how);
        let mut text = said(&step.label);
        if !step.order.is_empty() {
            text.push_str(&said(&format!(", sorted by {}", step.order.join(" "))));
        }
        if step.read > 0 {
            text.push_str(&said(&format!(", {} read", memory(step.read))));
        }
        for choice in step.choice.iter().flat_map(|choices| choices.split(" | ")) {
            text.push_str(&format!(" [{}]", said(choice)));
        }
        text
    }
}

/// What a step does, in the reader's language, its IRIs in their short form.
pub(super) fn named(label: &str, how: &Drawn<'_>) -> String {
    (how.say)(&without_middle(short_label(label, how.shorten)))
}

/// Whether [`draw`] leaves out the middle of a step, since it is too long.
pub fn leaves_out(step: &Step, how: &Drawn<'_>) -> bool {
    let is_long = |words: &str| short_label(words, how.shorten).chars().count() > MOST;
    is_long(&step.label) || step.children.iter().any(|child| leaves_out(child, how))
}

/// A step that is longer than a person reads, such as one with a list of a thousand values, without its middle.
fn without_middle(words: String) -> String {
    let count = words.chars().count();
    if count <= MOST {
        return words;
    }
    let at = |chars: usize| words.char_indices().nth(chars).map_or(words.len(), |(at, _)| at);
    let (start, end) = words.split_at(at(MOST - TAIL));
    let (_, end) = end.split_at(at(count - TAIL) - start.len());
    // Where there are blanks, whole words are left.
    let start = start.rsplit_once(' ').map_or(start, |(words, _)| words);
    let end = end.split_once(' ').map_or(end, |(_, words)| words);
    format!("{start} … {end}")
}

/// The lines of a tree before a step, the outer ones left out where they would leave it no room.
fn within(lines: &str, beside: usize) -> String {
    let most = beside.saturating_sub(LEAST).max(6);
    let count = lines.chars().count();
    if count <= most {
        return lines.to_owned();
    }
    let inner: String = lines.chars().skip(count - most + 2).collect();
    format!("… {inner}")
}

/// A number of bytes; nothing where a step held none.
fn memory(held: u64) -> String {
    if held == 0 { String::new() } else { bytes(held) }
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
    out + rest
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
        let how = Drawn { shorten: &shorten, say: &str::to_owned, width: None };
        let drawn = draw(&Explanation { plan, ran: true, ..Explanation::default() }, &how);
        let hottest: Vec<&str> = drawn.lines().filter(|line| line.contains('*')).collect();
        assert!(matches!(hottest[..], [line] if line.contains("?r :kind ?k")), "{drawn}");
    }

    #[test]
    fn what_was_read_from_the_file_is_told() {
        let scan = Step { label: "Scan(?x)".into(), read: 3_200_000, ..Step::default() };
        let plan = Step {
            label: "Sort(?x)".into(),
            bytes: 1500,
            read: 400,
            children: vec![scan],
            ..Step::default()
        };
        let how = Drawn { shorten: &|_| None, say: &str::to_owned, width: None };
        let mut explained = Explanation { plan, ran: true, planning: 0.0002, ..Explanation::default() };
        let drawn = draw(&explained, &how);
        assert!(
            drawn.contains("Scan(?x), 3.2MB read\n") && drawn.contains("Sort(?x), 0.4kB read\n"),
            "{drawn}"
        );
        assert!(
            drawn.ends_with("\nplanned in 0.20ms, run in 0.00ms, 3.2MB read from the file by the steps\n"),
            "{drawn}"
        );
        explained.plan = Step::default();
        assert!(draw(&explained, &how).ends_with("\nplanned in 0.20ms, run in 0.00ms\n"), "nothing was");
    }

    fn join(depth: usize) -> Step {
        let leaf = || Step { label: format!("Scan({})", "long ".repeat(30)), ..Step::default() };
        let mut plan = leaf();
        for _ in 0..depth {
            let children = vec![plan, leaf()];
            plan = Step { label: "Hash join(?x)".into(), children, ..Step::default() };
            plan = Step { label: "Filter(?x)".into(), children: vec![plan], ..Step::default() };
        }
        plan
    }

    #[test]
    fn a_deep_tree_stays_in_its_window_and_loses_nothing() {
        for (window, ran) in [(40, false), (80, false), (80, true), (120, true)] {
            for depth in [0, 1, 5, 40] {
                let how = Drawn { shorten: &|_| None, say: &str::to_owned, width: Some(window) };
                let drawn = draw(&Explanation { plan: join(depth), ran, ..Explanation::default() }, &how);
                let widest = drawn.lines().map(width).max().unwrap_or(0);
                assert!(widest <= window, "{widest} > {window}: {drawn}");
                assert_eq!(drawn.matches("long").count(), (depth + 1) * 30, "{drawn}");
            }
        }
    }

    #[test]
    fn a_long_step_loses_its_middle_and_no_more() {
        let list = |values: usize| {
            let values: Vec<String> = (0..values).map(|value| format!("值{value}")).collect();
            format!("Filter((?o IN ({})))", values.join(", "))
        };
        let how = Drawn { shorten: &|_| None, say: &str::to_owned, width: None };
        for (values, is_cut) in [(3, false), (60, false), (100, true), (10_000, true)] {
            let plan = Step { label: list(values), ..Step::default() };
            let explained = Explanation { plan, ..Explanation::default() };
            assert_eq!(leaves_out(&explained.plan, &how), is_cut, "{values}");
            let drawn = draw(&explained, &how);
            let step = drawn.lines().nth(1).unwrap().trim_start().split_once(' ').unwrap().1.trim();
            assert!(
                step.contains("(?o IN (值0, 值1, 值2") && step.ends_with(&format!("值{})))", values - 1)),
                "{step}"
            );
            assert_eq!(step.contains(", … 值"), is_cut, "{step}");
            assert!(step.chars().count() <= MOST + 3, "{step}");
        }
        let text = "a".repeat(3 * MOST);
        assert_eq!(without_middle(text).chars().count(), MOST + 3, "what has no blanks");
    }

    #[test]
    fn a_tree_branches_only_where_rows_meet() {
        let how = Drawn { shorten: &|_| None, say: &str::to_owned, width: None };
        let leaf = |label: &str| Step { label: label.into(), ..Step::default() };
        let join = Step { label: "Join".into(), children: vec![leaf("a"), leaf("b")], ..Step::default() };
        let filter = Step { label: "Filter".into(), children: vec![join], ..Step::default() };
        let plan = Step { label: "Top".into(), children: vec![filter, leaf("c")], ..Step::default() };
        let drawn = draw(&Explanation { plan, ..Explanation::default() }, &how);
        let steps: Vec<String> = drawn.lines().skip(1).map(|line| line.chars().skip(23).collect()).collect();
        assert_eq!(steps, ["Top", "├ Filter", "│ Join", "│ ├ a", "│ └ b", "└ c"]);
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
