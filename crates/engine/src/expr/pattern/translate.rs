//! From a regular expression of XPath to one of the `regex` family.
//!
//! In: a pattern in the dialect of F&O 3.1, 5.6.1 (XML Schema's, with anchors, back-references, groups that do not
//! capture and reluctant quantifiers) and its flags. Out: the same in the other syntax, or what is wrong with it. Nothing passes
//! through unread: what the dialect does not have, as `\b` or `(?=…)`, is an error.

use super::class::{self, Set};

/// The flags of `fn:matches` (F&O 3.1, 5.6.1.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    /// `s`: `.` matches any character, also at the end of a line.
    pub dot_all: bool,
    /// `m`: `^` and `$` match at each line.
    pub multi_line: bool,
    /// `i`: case is ignored.
    pub case_insensitive: bool,
    /// `x`: white space outside of classes is not part of the pattern.
    pub extended: bool,
    /// `q`: the pattern is plain text.
    pub literal: bool,
}

impl Flags {
    /// Reads flags.
    ///
    /// # Errors
    /// For any letter that is none (FORX0001).
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut flags = Self::default();
        for letter in text.chars() {
            match letter {
                's' => flags.dot_all = true,
                'm' => flags.multi_line = true,
                'i' => flags.case_insensitive = true,
                'x' => flags.extended = true,
                'q' => flags.literal = true,
                _ => return Err(format!("`{letter}` is not a flag; the flags are s, m, i, x and q")),
            }
        }
        Ok(flags)
    }
}

/// A pattern in the other syntax.
#[derive(Debug, PartialEq, Eq)]
pub struct Translated {
    /// The pattern.
    pub pattern: String,
    /// How many groups capture.
    pub groups: usize,
    /// Whether it needs an engine that goes back: for a back-reference or a look around.
    pub backtracks: bool,
}

/// How deep groups may nest.
const DEPTH: usize = 200;

/// Translates a pattern.
///
/// # Errors
/// What is wrong with it (FORX0002), with the place.
pub fn translate(pattern: &str, flags: Flags) -> Result<Translated, String> {
    let mut translator = Translator {
        text: pattern.chars().collect(),
        at: 0,
        flags,
        out: String::new(),
        opened: 0,
        closed: Vec::new(),
        depth: 0,
        backtracks: false,
    };
    if flags.case_insensitive {
        translator.out.push_str("(?i)");
    }
    if flags.literal {
        for at in 0..translator.text.len() {
            translator.literal(at);
        }
    } else {
        translator.alternatives()?;
        if translator.at < translator.text.len() {
            return Err(translator.wrong("`)` closes no group"));
        }
    }
    Ok(Translated { pattern: translator.out, groups: translator.opened, backtracks: translator.backtracks })
}

struct Translator {
    text: Vec<char>,
    at: usize,
    flags: Flags,
    out: String,
    /// How many capturing groups were opened.
    opened: usize,
    /// Those that are closed: back-references may name them.
    closed: Vec<usize>,
    depth: usize,
    backtracks: bool,
}

impl Translator {
    fn wrong(&self, what: &str) -> String {
        format!("{what} (at character {})", self.at + 1)
    }

    /// The next character; with the flag `x` the next that is not white space.
    fn peek(&mut self) -> Option<char> {
        if self.flags.extended {
            while self.text.get(self.at).is_some_and(|c| matches!(c, ' ' | '\t' | '\n' | '\r')) {
                self.at += 1;
            }
        }
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }

    fn alternatives(&mut self) -> Result<(), String> {
        loop {
            while let Some(next) = self.peek() {
                match next {
                    ')' => return Ok(()),
                    '|' => break,
                    _ => self.piece()?,
                }
            }
            if !self.take('|') {
                return Ok(());
            }
            self.out.push('|');
        }
    }

    /// An atom and its quantifier.
    fn piece(&mut self) -> Result<(), String> {
        let start = self.out.len();
        let Some(next) = self.next() else { return Ok(()) };
        match next {
            '^' => self.line_start(),
            '$' => self.line_end(),
            '.' => self.out.push_str(if self.flags.dot_all { "(?s:.)" } else { r"[^\n\r]" }),
            '(' => self.group()?,
            '[' => {
                let set = self.class()?;
                self.set(&set);
            }
            '\\' => self.escape()?,
            '?' | '*' | '+' | '{' => {
                self.at -= 1;
                return Err(
                    self.wrong(&format!("`{next}` repeats nothing; write `\\{next}` for the character"))
                );
            }
            ']' | '}' => {
                self.at -= 1;
                return Err(
                    self.wrong(&format!("`{next}` closes nothing; write `\\{next}` for the character"))
                );
            }
            _ => self.literal(self.at - 1),
        }
        self.quantifier(start)
    }

    /// `^`: also after each newline but one at the very end, where `m` is given.
    fn line_start(&mut self) {
        if self.flags.multi_line {
            self.backtracks = true;
            self.out.push_str(r"(?:\A|(?<=\n)(?!\z))");
        } else {
            self.out.push_str(r"(?:\A)");
        }
    }

    fn line_end(&mut self) {
        self.out.push_str(if self.flags.multi_line { r"(?m:$)" } else { r"(?:\z)" });
    }

    fn group(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.wrong(&format!("groups nest deeper than {DEPTH}")));
        }
        let captures = if !self.take('?') {
            self.opened += 1;
            self.out.push('(');
            Some(self.opened)
        } else if self.take(':') {
            self.out.push_str("(?:");
            None
        } else {
            return Err(
                self.wrong("only `:` may follow `(?`: XPath has no look around, names or flags in groups")
            );
        };
        self.alternatives()?;
        if !self.take(')') {
            return Err(self.wrong("a group is not closed: `)` is missing"));
        }
        self.out.push(')');
        self.closed.extend(captures);
        self.depth -= 1;
        Ok(())
    }

    fn quantifier(&mut self, start: usize) -> Result<(), String> {
        let mut bounds = match self.peek() {
            Some(sign @ ('?' | '*' | '+')) => {
                self.at += 1;
                sign.to_string()
            }
            Some('{') => {
                self.at += 1;
                self.counts()?
            }
            _ => return Ok(()),
        };
        if self.take('?') {
            bounds.push('?');
        }
        if matches!(self.peek(), Some('?' | '*' | '+' | '{')) {
            return Err(self.wrong("a quantifier follows a quantifier"));
        }
        // What was written may be more than one item, so that it is bracketed before it is repeated.
        self.out.insert_str(start, "(?:");
        self.out.push(')');
        self.out.push_str(&bounds);
        Ok(())
    }

    /// `{n}`, `{n,}` or `{n,m}`, after its `{`.
    fn counts(&mut self) -> Result<String, String> {
        let least = self
            .number()
            .ok_or_else(|| self.wrong("a number must follow `{`; write `\\{` for the character"))?;
        let bounds = if self.take(',') {
            match self.number() {
                Some(most) if most < least => {
                    return Err(self.wrong("the smaller number comes first in `{n,m}`"));
                }
                Some(most) => format!("{{{least},{most}}}"),
                None => format!("{{{least},}}"),
            }
        } else {
            format!("{{{least}}}")
        };
        if self.take('}') { Ok(bounds) } else { Err(self.wrong("`}` is missing")) }
    }

    fn number(&mut self) -> Option<u32> {
        let mut number: Option<u32> = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit));
            self.at += 1;
        }
        number
    }

    fn escape(&mut self) -> Result<(), String> {
        // White space after a backslash is the escaped character, whatever the flags are: there is no such escape.
        let Some(letter) = self.text.get(self.at).copied() else {
            return Err(self.wrong("nothing follows `\\`"));
        };
        if letter.is_ascii_digit() {
            return self.back_reference();
        }
        match self.class_escape()? {
            Escape::Set(set) => self.set(&set),
            Escape::Character(c) => self.character(c),
        }
        Ok(())
    }

    /// `\N`: the digits that follow belong to it as long as there are so many groups before it (F&O 3.1, 5.6.1).
    fn back_reference(&mut self) -> Result<(), String> {
        let mut group = 0_usize;
        while let Some(digit) = self.text.get(self.at).and_then(|c| c.to_digit(10)) {
            let longer = group.saturating_mul(10).saturating_add(digit as usize);
            if group > 0 && longer > self.opened {
                break;
            }
            group = longer;
            self.at += 1;
        }
        if !self.closed.contains(&group) {
            return Err(self.wrong(&format!("`\\{group}` refers to a group that is not closed before it")));
        }
        self.backtracks = true;
        // A group that took no part matches the empty text.
        self.out.push_str(&format!(r"(?:(?({group})\{group}))"));
        Ok(())
    }

    /// A single character or class escape, after its backslash.
    fn class_escape(&mut self) -> Result<Escape, String> {
        let Some(letter) = self.text.get(self.at).copied() else {
            return Err(self.wrong("nothing follows `\\`"));
        };
        self.at += 1;
        Ok(match letter {
            'n' => Escape::Character('\n'),
            'r' => Escape::Character('\r'),
            't' => Escape::Character('\t'),
            '\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' | '$' => {
                Escape::Character(letter)
            }
            'p' | 'P' => Escape::Set(self.property(letter == 'P')?),
            _ => match class::escape(letter) {
                Some(set) => Escape::Set(set),
                None => {
                    self.at -= 1;
                    return Err(
                        self.wrong(&format!("`\\{letter}` is not an escape of XPath regular expressions"))
                    );
                }
            },
        })
    }

    fn property(&mut self, negated: bool) -> Result<Set, String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|c| *c == '}');
        let name: Option<String> = match (rest.first(), length) {
            (Some('{'), Some(length)) => {
                self.at += length + 1;
                Some(
                    rest.iter()
                        .skip(1)
                        .take(length - 1)
                        .filter(|c| !(self.flags.extended && **c == ' '))
                        .collect(),
                )
            }
            _ => None,
        };
        let set = name.as_deref().and_then(class::property);
        let set = set.ok_or_else(|| {
            self.wrong(&format!(
                "`{}` is not a category or block",
                name.as_deref().unwrap_or("\\p without {…}")
            ))
        })?;
        Ok(if negated { class::negated(set) } else { set })
    }

    /// A class expression, after its `[`. White space in it counts, also with the flag `x`.
    fn class(&mut self) -> Result<Set, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.wrong(&format!("classes nest deeper than {DEPTH}")));
        }
        let negated = self.text.get(self.at) == Some(&'^');
        self.at += usize::from(negated);
        // Characters take on their other case, categories do not.
        let (mut characters, mut sets) = (class::ranges(&[]), class::ranges(&[]));
        let mut subtracted = None;
        let start = self.at;
        loop {
            let Some(next) = self.text.get(self.at).copied() else {
                return Err(self.wrong("a class is not closed: `]` is missing"));
            };
            match next {
                ']' if self.at == start => {
                    return Err(self.wrong("an empty class; write `\\]` for the character"));
                }
                ']' => break,
                '[' => return Err(self.wrong("`[` within a class; write `\\[` for the character")),
                '-' if self.at > start && self.text.get(self.at + 1) == Some(&'[') => {
                    self.at += 2;
                    subtracted = Some(self.class()?);
                    if self.text.get(self.at) != Some(&']') {
                        return Err(self.wrong("what is subtracted ends a class: `]` is missing"));
                    }
                    break;
                }
                _ => match self.class_item()? {
                    Escape::Set(set) => sets.union(&set),
                    Escape::Character(first) => {
                        let last = self.range_end(first)?;
                        characters.union(&class::ranges(&[(first, last)]));
                    }
                },
            }
        }
        self.at += 1;
        self.depth -= 1;
        if self.flags.case_insensitive {
            characters.try_case_fold_simple().map_err(|error| self.wrong(&error.to_string()))?;
        }
        characters.union(&sets);
        let mut set = if negated { class::negated(characters) } else { characters };
        if let Some(subtracted) = subtracted {
            set.difference(&subtracted);
        }
        Ok(set)
    }

    fn class_item(&mut self) -> Result<Escape, String> {
        let Some(next) = self.text.get(self.at).copied() else {
            return Err(self.wrong("a class is not closed: `]` is missing"));
        };
        self.at += 1;
        if next == '\\' { self.class_escape() } else { Ok(Escape::Character(next)) }
    }

    /// The last character of a range that begins with `first`: itself where no range follows.
    fn range_end(&mut self, first: char) -> Result<char, String> {
        let follows = self.text.get(self.at) == Some(&'-')
            && !matches!(self.text.get(self.at + 1), None | Some('[' | ']'));
        if !follows {
            return Ok(first);
        }
        self.at += 1;
        match self.class_item()? {
            Escape::Character(last) if first <= last => Ok(last),
            Escape::Character(last) => Err(self.wrong(&format!("the range {first}-{last} is upside down"))),
            Escape::Set(_) => Err(self.wrong("a range cannot end in a class")),
        }
    }

    /// Writes a set, whose case is settled.
    fn set(&mut self, set: &Set) {
        if self.flags.case_insensitive {
            self.out.push_str("(?-i:");
            class::write(set, &mut self.out);
            self.out.push(')');
        } else {
            class::write(set, &mut self.out);
        }
    }

    fn literal(&mut self, at: usize) {
        if let Some(c) = self.text.get(at).copied() {
            self.character(c);
        }
    }

    fn character(&mut self, c: char) {
        if c.is_alphanumeric() {
            self.out.push(c);
        } else {
            self.out.push_str(&format!(r"\x{{{:X}}}", u32::from(c)));
        }
    }
}

/// What a backslash stood before.
enum Escape {
    Character(char),
    Set(Set),
}
