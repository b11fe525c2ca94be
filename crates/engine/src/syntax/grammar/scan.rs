//! The smallest steps over a text: bytes, blanks, signs and keywords.
//!
//! In: the text and a place in it. Out: the next place. Every step that takes something goes over the blanks and comments behind it.

use super::{Parsed, Parser};

/// Whether a byte may be part of a name; all that are not ASCII may.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || !byte.is_ascii()
}

impl<'t> Parser<'t> {
    /// The byte so many after the present place; 0 behind the end, which begins no token.
    pub(super) fn byte_at(&self, after: usize) -> u8 {
        self.text.as_bytes().get(self.at + after).copied().unwrap_or(0)
    }

    /// The byte where the next token begins.
    pub(super) fn byte(&self) -> u8 {
        self.byte_at(0)
    }

    /// The bytes from the present place.
    pub(super) fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The text of so many bytes from the present place, which the parser then stands behind.
    pub(super) fn cut(&mut self, length: usize) -> &'t str {
        let cut = self.text.get(self.at..self.at + length).unwrap_or_default();
        self.at += length;
        cut
    }

    /// Goes over blanks and comments (`WS`, section 19.4).
    pub(super) fn blank(&mut self) {
        loop {
            match self.byte() {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'#' => {
                    let rest = self.rest();
                    self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    /// Takes a sign, if it stands here.
    pub(super) fn take(&mut self, sign: &str) -> bool {
        let is_it = self.rest().starts_with(sign.as_bytes());
        if is_it {
            self.at += sign.len();
            self.blank();
        }
        is_it
    }

    /// Takes the dot behind a triple or a part of a group. By the longest match `.5` is a number (section 19.8).
    pub(super) fn dot(&mut self) -> bool {
        self.byte() == b'.' && !self.byte_at(1).is_ascii_digit() && self.take(".")
    }

    /// Takes a sign that must stand here.
    pub(super) fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Whether a keyword stands here, in any case of its letters. Like every token it may be run together with what follows, unless
    /// both are the prefix of a name: the longest match counts (section 19.8).
    pub(super) fn is_word(&self, word: &str) -> bool {
        let is_it =
            self.rest().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
        is_it && !self.is_prefix_from(word.len())
    }

    /// Whether what goes on so many bytes after the present place goes on to the colon of a prefixed name.
    fn is_prefix_from(&self, after: usize) -> bool {
        let mut at = after;
        while is_name(self.byte_at(at)) || self.byte_at(at) == b'.' {
            at += 1;
        }
        // No prefix ends with a dot: `true.:x` is two tokens more.
        self.byte_at(at) == b':' && (at == after || self.byte_at(at - 1) != b'.')
    }

    /// Takes a keyword, if it stands here.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let is_it = self.is_word(word);
        if is_it {
            self.at += word.len();
            self.blank();
        }
        is_it
    }

    /// Takes a keyword that must stand here.
    pub(super) fn expect_word(&mut self, word: &str) -> Parsed<()> {
        if self.word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Opens a bracket that must stand here.
    pub(super) fn open(&mut self, bracket: &str) -> Parsed<()> {
        if !self.rest().starts_with(bracket.as_bytes()) {
            return Err(self.unexpected());
        }
        self.enter()?;
        self.take(bracket);
        Ok(())
    }

    /// Closes a bracket that must stand here.
    pub(super) fn close(&mut self, bracket: &str) -> Parsed<()> {
        self.expect(bracket)?;
        self.leave();
        Ok(())
    }

    /// The letters, digits and underscores that stand here: the word that a function is called by.
    pub(super) fn bare_word(&self) -> &'t str {
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        self.text.get(self.at..self.at + length).unwrap_or_default()
    }
}
