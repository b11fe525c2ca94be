//! Regular expressions in the dialect of XPath (F&O 3.1, 5.6), for REGEX and REPLACE.
//!
//! In: a pattern, flags, texts. Out: matches and replacements, or what is wrong with the pattern. Patterns are translated and run
//! in linear time by the `regex` crate; only those with back-references or with `^` under the flag `m` go
//! back in the text, within a million steps.

mod blocks;
mod class;
mod translate;

use translate::Flags;

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    engine: Engine,
    groups: usize,
    literal: bool,
}

#[derive(Debug)]
enum Engine {
    /// Linear time.
    Linear(regex::Regex),
    /// For back-references and looks around.
    Backtracking(fancy_regex::Regex),
}

/// Says whether a text of so many bytes may be made, and is worth going on with.
pub type GoOn<'a> = &'a mut dyn FnMut(usize) -> Result<(), String>;

/// After so many matches, or so many bytes more, there is a look at the limits.
const LOOK: usize = 1 << 12;
const LONG: usize = 1 << 20;

/// Where a match and its groups are; a group that took no part has no place.
type Match = Vec<Option<(usize, usize)>>;

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with the pattern or the flags, in a sentence.
    pub fn compile(pattern: &str, flags: &str) -> Result<Self, String> {
        let flags = Flags::parse(flags)?;
        let translated = translate::translate(pattern, flags)?;
        let engine = if translated.backtracks {
            Engine::Backtracking(
                fancy_regex::Regex::new(&translated.pattern).map_err(|error| explain(&error))?,
            )
        } else {
            Engine::Linear(regex::Regex::new(&translated.pattern).map_err(|error| explain(&error))?)
        };
        Ok(Self { engine, groups: translated.groups, literal: flags.literal })
    }

    /// Whether the pattern matches a part of the text.
    ///
    /// # Errors
    /// Where finding out took too many steps.
    pub fn is_match(&self, text: &str) -> Result<bool, String> {
        match &self.engine {
            Engine::Linear(regex) => Ok(regex.is_match(text)),
            Engine::Backtracking(regex) => regex.is_match(text).map_err(|error| explain(&error)),
        }
    }

    /// The first match at or after a place.
    fn find(&self, text: &str, from: usize) -> Result<Option<Match>, String> {
        let groups = 0..=self.groups;
        Ok(match &self.engine {
            Engine::Linear(regex) => regex.captures_at(text, from).map(|found| {
                groups.map(|group| found.get(group).map(|part| (part.start(), part.end()))).collect()
            }),
            Engine::Backtracking(regex) => {
                regex.captures_from_pos(text, from).map_err(|error| explain(&error))?.map(|found| {
                    groups.map(|group| found.get(group).map(|part| (part.start(), part.end()))).collect()
                })
            }
        })
    }

    /// `fn:replace`: the text with each match replaced. `go_on` is asked now and then, with the length of the text so far.
    ///
    /// # Errors
    /// For a pattern that matches the empty text (FORX0003), a replacement that is not well formed (FORX0004), a result that
    /// is too long, and where matching took too many steps.
    pub fn replace(&self, text: &str, replacement: &str, go_on: GoOn<'_>) -> Result<String, String> {
        if self.is_match("")? {
            return Err("the pattern matches the empty text, which cannot be replaced".to_owned());
        }
        let parts = self.replacement(replacement)?;
        let (mut out, mut end) = (String::new(), 0);
        let (mut matches, mut asked) = (0_usize, 0);
        while let Some(found) = self.find(text, end)? {
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
            matches += 1;
            if matches % LOOK == 0 || out.len() > asked + LONG {
                asked = out.len();
                go_on(asked)?;
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
        Ok(out)
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

/// A part of a replacement.
enum ReplacementPiece {
    Text(String),
    Group(usize),
}

/// The last line of an engine's message: the ones before draw the translated pattern, which nobody wrote.
fn explain(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or(&text).trim_start_matches("error: ").to_owned()
}
