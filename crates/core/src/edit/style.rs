//! How a text of Turtle is laid out: what most of its statements do.
//!
//! In: statements, as they are found. Out: the indentation, the separators and the line ends to write more in the same way.
//! A text without an example gets the layout of baimo's own Turtle.

use super::parts::{Facts, Statement};
use std::collections::HashMap;

/// What was counted, by what it is about.
#[derive(Debug, Default)]
pub(super) struct Style {
    counts: HashMap<(About, String), usize>,
    crlf: bool,
    /// Where the last statement ended.
    end: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum About {
    /// Between a subject and its first predicate: whether a line begins.
    Subject,
    /// Before a `;`.
    Semicolon,
    /// After a `;`: whether a line begins.
    Break,
    /// What a line begins with.
    Indent,
    /// Whether predicates stand below the first one.
    Aligned,
    /// Around a `,` on one line.
    Comma,
    /// Before the point.
    Point,
    /// Whether an empty line stands between statements.
    Apart,
    /// How many columns after their predicates objects begin.
    Padding,
}

impl Style {
    /// Notes how lines end.
    pub fn lines_of(&mut self, text: &str) {
        let crlf = text.matches("\r\n").count();
        self.crlf = crlf * 2 > text.matches('\n').count();
    }

    fn note(&mut self, about: About, what: &str) {
        *self.counts.entry((about, what.to_owned())).or_default() += 1;
    }

    fn most(&self, about: About) -> Option<&str> {
        let of = self.counts.iter().filter(|((what, _), _)| *what == about);
        // The same for the same text: of two that are as many, the first by its letters.
        of.max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.1.cmp(&a.0.1))).map(|((_, what), _)| what.as_str())
    }

    /// Notes how a statement is written.
    pub fn look(&mut self, text: &str, statement: &Statement) {
        let between = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        if let Some(end) = self.end.replace(statement.place.end) {
            let gap = between(end, statement.place.start);
            let lines = gap.split('\n').skip(1).filter(|line| line.trim().is_empty()).count();
            // The last of them is the beginning of the subject's own line.
            self.note(About::Apart, if lines > 1 { "yes" } else { "no" });
        }
        let Some(facts) = &statement.facts else { return };
        let Some(first) = facts.verbs.first() else { return };
        let own_line = between(facts.opened, first.word.start).contains('\n');
        self.note(About::Subject, if own_line { "own" } else { "same" });
        let start_of_line =
            text.get(..first.word.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let column = between(start_of_line, first.word.start).chars().count();
        self.verbs(text, facts, (!own_line).then_some(column));
        self.note(About::Padding, &padding(text, facts).to_string());
        let Some(last) = facts.verbs.last() else { return };
        let end = last.semicolon.as_ref().map_or(last.place().end, |semicolon| semicolon.end);
        let gap = between(end, facts.closes.start);
        if !gap.contains('#') && !facts.closes.is_empty() {
            self.note(About::Point, if gap.contains('\n') { "\n" } else { gap });
        }
    }

    fn verbs(&mut self, text: &str, facts: &Facts, column: Option<usize>) {
        let between = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        for (verb, next) in facts.verbs.iter().zip(facts.verbs.iter().skip(1)) {
            let Some(semicolon) = &verb.semicolon else { continue };
            self.note(About::Semicolon, between(verb.place().end, semicolon.start));
            let gap = between(semicolon.end, next.word.start);
            let Some((_, indent)) = gap.rsplit_once('\n') else {
                self.note(About::Break, "no");
                continue;
            };
            self.note(About::Break, "yes");
            let aligned = column.is_some_and(|column| column == indent.chars().count());
            self.note(About::Aligned, if aligned { "yes" } else { "no" });
            if !aligned {
                self.note(About::Indent, indent);
            }
        }
        for objects in facts.verbs.iter().map(|verb| &verb.objects) {
            for (object, next) in objects.iter().zip(objects.iter().skip(1)) {
                let gap = between(object.place().end, next.place().start);
                if !gap.contains(['\n', '#']) {
                    self.note(About::Comma, gap);
                }
            }
        }
    }

    /// The end of a line.
    pub fn newline(&self) -> &'static str {
        if self.crlf { "\r\n" } else { "\n" }
    }

    /// Whether a subject stands on a line of its own.
    pub fn subject_alone(&self) -> bool {
        self.most(About::Subject) != Some("same")
    }

    /// Whether each predicate has a line of its own.
    pub fn breaks(&self) -> bool {
        self.most(About::Break) != Some("no")
    }

    /// The `;` with what stands before it on a line.
    pub fn semicolon(&self) -> &'static str {
        if self.most(About::Semicolon) == Some("") { ";" } else { " ;" }
    }

    /// What a line within a block begins with.
    pub fn indent(&self) -> &str {
        self.most(About::Indent).unwrap_or("    ")
    }

    /// Whether predicates stand below the first one, which is on the subject's line.
    pub fn aligned(&self) -> bool {
        self.most(About::Aligned) == Some("yes")
    }

    /// The `,` with what is around it.
    pub fn comma(&self) -> &str {
        self.most(About::Comma).unwrap_or(", ")
    }

    /// The point with what stands before it: a new line is one too.
    pub fn point(&self) -> String {
        match self.most(About::Point) {
            Some("") => ".".to_owned(),
            Some("\n") => format!("{}.", self.newline()),
            _ => " .".to_owned(),
        }
    }

    /// How many columns after their predicates objects begin; nothing where that differs.
    pub fn padding(&self) -> usize {
        self.most(About::Padding).and_then(|width| width.parse().ok()).unwrap_or_default()
    }

    /// Whether an empty line stands between statements.
    pub fn apart(&self) -> bool {
        self.most(About::Apart) != Some("no")
    }
}

/// How many columns after their predicates the objects of these facts begin, where they are set below one another: nothing
/// where one blank is between.
pub(super) fn padding(text: &str, facts: &Facts) -> usize {
    let widths = facts.verbs.iter().filter_map(|verb| {
        let start = verb.objects.first()?.value.place.start;
        let to_object = text.get(verb.word.start..start)?.chars().count();
        Some((text.get(verb.word.clone())?.chars().count(), to_object))
    });
    let widths: Vec<(usize, usize)> = widths.collect();
    let Some(width) = widths.iter().filter(|(word, to)| to - word > 1).map(|(_, to)| *to).min() else {
        return 0;
    };
    // A longer predicate has one blank after it.
    let fits = |(word, to): &(usize, usize)| *to == width || (*to > width && *to == word + 1);
    if widths.len() > 1 && widths.iter().all(fits) { width } else { 0 }
}
