//! Lines of painted parts that keep to the window: what all charts in a terminal are put together of.
//!
//! In: parts of lines with their colours. Out: text, cut at the window's width.

use super::Style;
use super::text::{cut, width};

/// Lines put together of painted parts, none of them wider than the window.
pub(crate) struct Lines<'a> {
    /// What has been drawn.
    pub text: String,
    /// Whether to paint.
    pub style: &'a Style<'a>,
    /// The cells there are.
    pub window: usize,
}

impl Lines<'_> {
    /// Adds a line of parts, each with its ANSI code; what does not fit is cut off.
    pub(crate) fn push(&mut self, parts: &[(&str, &str)]) {
        let mut room = self.window;
        for (code, text) in parts {
            let text = cut(text, room);
            room -= width(&text);
            self.text.push_str(&if code.is_empty() { text } else { self.style.paint(code, &text) });
        }
        if !self.style.colour {
            self.text.truncate(self.text.trim_end_matches(' ').len());
        }
        self.text.push('\n');
    }
}
