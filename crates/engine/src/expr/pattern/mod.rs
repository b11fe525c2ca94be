//! Regular expressions in the dialect of XPath (F&O 3.1, 5.6), for REGEX and REPLACE.
//!
//! In: a pattern, flags, texts. Out: matches and replacements, or what is wrong with the pattern. Patterns are translated and run
//! in linear time by the `regex` crate; only those with back-references or with `^` under the flag `m` go
//! back in the text, within a million steps. What may take long, as nothing in these crates asks meanwhile, is left to whoever can wait for it.

mod blocks;
mod class;
mod engine;
mod stepwise;
mod translate;

use engine::Engine;
use translate::{Flags, Translated};

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    engine: Engine,
    groups: usize,
    literal: bool,
}

/// What was done of a replacement since the last question.
#[derive(Debug, Clone, Copy)]
pub struct Replacing {
    /// How long the new text is, where it grew by much.
    pub len: usize,
    /// As how many bytes of other work it counts.
    pub effort: usize,
}

/// Says whether a replacement may go on.
pub type GoOn<'a> = &'a mut dyn FnMut(Replacing) -> Result<(), String>;

/// After so much effort, or so many bytes more, there is a look at the limits.
const LOOK: usize = 1 << 16;
const LONG: usize = 1 << 20;

/// A match is worth so much; beside it, one byte in so many of all that follows, for a search may read to the end of a text however near the match is.
const MATCH: usize = 16;
const READ: usize = 8;

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with the pattern or the flags, in a sentence.
    pub fn compile(pattern: &str, flags: &str) -> Result<Self, String> {
        let (translated, literal) = translated(pattern, flags)?;
        let (pattern, backtracks) = (&translated.pattern, translated.backtracks);
        let engine = match Engine::light(pattern, backtracks) {
            Some(engine) => engine?,
            None => Engine::heavy(pattern, backtracks)?,
        };
        Ok(Self { engine, groups: translated.groups, literal })
    }

    /// The same where that takes a millisecond or two; nothing where it takes longer.
    pub fn compile_soon(pattern: &str, flags: &str) -> Option<Result<Self, String>> {
        let (translated, literal) = match translated(pattern, flags) {
            Ok(translated) => translated,
            Err(reason) => return Some(Err(reason)),
        };
        let engine = Engine::light(&translated.pattern, translated.backtracks)?;
        Some(engine.map(|engine| Self { engine, groups: translated.groups, literal }))
    }

    /// As how many bytes of other work a look at a text counts.
    pub fn effort(&self, text: &str) -> usize {
        self.engine.effort(text)
    }

    /// Whether the pattern matches a part of the text; nothing where finding out takes long. `go_on` is asked before it takes a
    /// little longer.
    pub fn is_match_soon(&self, text: &str, go_on: &mut dyn FnMut() -> bool) -> Option<Result<bool, String>> {
        self.engine.is_match_soon(text, go_on)
    }

    /// Whether it is searched for back and forth, which may take up to a million steps for a text.
    pub fn goes_back(&self) -> bool {
        matches!(self.engine, Engine::Backtracking(_))
    }

    /// Whether the pattern matches a part of the text. Of a long one `go_on` is asked now and then; once it may not, it is no match.
    ///
    /// # Errors
    /// Where finding out took too many steps.
    pub fn is_match(&self, text: &str, go_on: &mut dyn FnMut() -> bool) -> Result<bool, String> {
        self.engine.is_match(text, go_on)
    }

    /// `fn:replace`: the text with each match replaced. `go_on` is asked now and then.
    ///
    /// # Errors
    /// For a pattern that matches the empty text (FORX0003), a replacement that is not well formed (FORX0004), a result that
    /// is too long, and where matching took too many steps.
    pub fn replace(&self, text: &str, replacement: &str, go_on: GoOn<'_>) -> Result<String, String> {
        Ok(self.replaced(text, replacement, go_on, false)?.unwrap_or_default())
    }

    /// The same; nothing where it takes long and nobody could ask meanwhile.
    pub fn replace_soon(
        &self,
        text: &str,
        replacement: &str,
        go_on: GoOn<'_>,
    ) -> Option<Result<String, String>> {
        if !self.engine.is_soon(text.len()) {
            return None;
        }
        self.replaced(text, replacement, go_on, true).transpose()
    }

    /// With `soon` nothing where that takes long.
    fn replaced(
        &self,
        text: &str,
        replacement: &str,
        go_on: GoOn<'_>,
        soon: bool,
    ) -> Result<Option<String>, String> {
        match self.engine.find("", 0, 0, soon)? {
            None => return Ok(None),
            Some(None) => {}
            Some(Some(_)) => {
                return Err("the pattern matches the empty text, which cannot be replaced".to_owned());
            }
        }
        let parts = self.replacement(replacement)?;
        let (mut out, mut end) = (String::new(), 0);
        let (mut effort, mut asked) = (0_usize, 0);
        loop {
            let Some(found) = self.engine.find(text, end, self.groups, soon)? else { return Ok(None) };
            let Some(found) = found else { break };
            let Some((start, stop)) = found.first().copied().flatten() else { break };
            out.push_str(text.get(end..start).unwrap_or_default());
            for part in &parts {
                match part {
                    ReplacementPiece::Text(part) => out.push_str(part),
                    ReplacementPiece::Group(group) => {
                        let place = found.get(*group).copied().flatten();
                        out.push_str(place.and_then(|(start, end)| text.get(start..end)).unwrap_or_default());
                    }
                }
            }
            effort += MATCH + (text.len() - end) / READ;
            let has_grown = out.len() > asked + LONG;
            if effort >= LOOK || has_grown {
                if has_grown {
                    asked = out.len();
                }
                go_on(Replacing { len: if has_grown { asked } else { 0 }, effort })?;
                effort = 0;
            }
            // No match is empty, or the text would have matched empty; a look around may still find one.
            if stop == start {
                let step = text.get(stop..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                out.push_str(text.get(stop..stop + step).unwrap_or_default());
                end = stop + step;
            } else {
                end = stop;
            }
            if end > text.len() {
                break;
            }
        }
        out.push_str(text.get(end..).unwrap_or_default());
        Ok(Some(out))
    }

    /// Reads a replacement: `$N` is a group, `\$` a dollar, `\\` a backslash (F&O 3.1, 5.6.4).
    fn replacement(&self, text: &str) -> Result<Vec<ReplacementPiece>, String> {
        if self.literal {
            return Ok(vec![ReplacementPiece::Text(text.to_owned())]);
        }
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\\' => match rest.next() {
                    Some(escaped @ ('\\' | '$')) => literal.push(escaped),
                    _ => return Err("in a replacement `\\` stands before `$` or `\\` only".to_owned()),
                },
                '$' => {
                    let mut group: Option<usize> = None;
                    // "If S is greater than the number of captured substrings ... the last digit is taken to be a literal".
                    while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
                        let longer = group.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize);
                        if group.is_some() && longer > self.groups {
                            break;
                        }
                        group = Some(longer);
                        rest.next();
                    }
                    let Some(group) = group else {
                        return Err(
                            "in a replacement a digit follows `$`; write `\\$` for the character".to_owned()
                        );
                    };
                    parts.push(ReplacementPiece::Text(std::mem::take(&mut literal)));
                    parts.push(ReplacementPiece::Group(group));
                }
                _ => literal.push(c),
            }
        }
        parts.push(ReplacementPiece::Text(literal));
        Ok(parts)
    }
}

/// A pattern in the dialect of the engines, and whether it is taken letter by letter.
fn translated(pattern: &str, flags: &str) -> Result<(Translated, bool), String> {
    let flags = Flags::parse(flags)?;
    Ok((translate::translate(pattern, flags)?, flags.literal))
}

/// A part of a replacement.
enum ReplacementPiece {
    Text(String),
    Group(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_left_and_gives_the_same_later() {
        let mut yes = || true;
        let short = "abcabc".repeat(3);
        let long = "ab c".repeat(50_000);
        for (pattern, text, soon, matches) in [
            ("c+a", short.as_str(), true, true),
            (r"^(.*)\1\1$", &short, true, true),
            (r"^(.*)(.*)(.*)\1\2x$", &short, true, false),
            // More than 2000 steps, more than 32 000, too long a text.
            (r"^(.*)(.*)(.*)(.*)\1\2\3x$", &short, true, false),
            (r"^(.*)(.*)(.*)(.*)(.*)(.*)\1\2\3x$", &short, false, false),
            (r"(.)\1", &long, false, false),
            ("c{3}", &long, false, false),
        ] {
            let compiled = Pattern::compile(pattern, "").unwrap();
            let found = compiled.is_match_soon(text, &mut yes);
            assert_eq!(found, soon.then_some(Ok(matches)), "{pattern}");
            assert_eq!(compiled.is_match(text, &mut || true), Ok(matches), "{pattern}");
        }
        let no = Pattern::compile(r"^(.*)(.*)(.*)(.*)\1\2\3x$", "").unwrap();
        assert_eq!(no.is_match_soon(&short, &mut || false), None, "asked before it goes on");
        assert!(Pattern::compile_soon(r"\p{L}{60}", "").is_none());
        let heavy = Pattern::compile(r"^\p{L}{60}$", "").unwrap();
        assert_eq!(heavy.is_match(&"ü".repeat(60), &mut || true), Ok(true));
        assert_eq!(heavy.is_match_soon(&"ü".repeat(3000), &mut yes), None);
    }

    #[test]
    fn what_is_given_up_is_said_in_own_words() {
        let back = Pattern::compile(r"^(.*)(.*)(.*)(.*)(.*)\1\2\3\4x$", "").unwrap();
        let reason = back.is_match(&"abc ".repeat(50), &mut || true).unwrap_err();
        assert!(
            reason.starts_with("on a text it goes back more than 1000000 times; use fewer repetitions"),
            "{reason}"
        );
        let reason = Pattern::compile("((a{1,500}b){1,500}c){1,500}", "").unwrap_err();
        assert!(reason.starts_with("with its repetitions written out it takes more than 10 MB"), "{reason}");
    }
}
