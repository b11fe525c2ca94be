//! Simple strings that a step computes, one after the other in one piece of memory.
//!
//! In: texts as they are made. Out: the same by place, borrowed. A place with nothing is an error. Strings with a language are no
//! matter of it.

use super::value::Value;

/// Texts by place. See the module.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    bytes: String,
    /// Where each ends, and whether it is a text at all.
    ends: Vec<(usize, bool)>,
}

impl Texts {
    /// How many places there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many bytes the texts have together.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a part to the text that is being made.
    pub fn push_part(&mut self, part: &str) {
        self.bytes.push_str(part);
    }

    /// Ends the text that is being made.
    pub fn end(&mut self) {
        self.ends.push((self.bytes.len(), true));
    }

    /// Drops what was made of a text; an error stands in its place.
    pub fn end_in_error(&mut self) {
        self.bytes.truncate(self.start(self.ends.len()));
        self.ends.push((self.bytes.len(), false));
    }

    fn start(&self, place: usize) -> usize {
        place.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(end, _)| *end)
    }

    /// The text at a place.
    #[inline]
    pub fn get(&self, place: usize) -> Option<&str> {
        let (end, is_text) = *self.ends.get(place)?;
        self.bytes.get(self.start(place)..end).filter(|_| is_text)
    }

    /// Adds the texts of another.
    pub fn append(&mut self, other: &Self) {
        let before = self.bytes.len();
        self.bytes.push_str(&other.bytes);
        self.ends.extend(other.ends.iter().map(|(end, is_text)| (before + end, *is_text)));
    }

    /// The texts as values.
    pub fn to_values(&self) -> Vec<Option<Value>> {
        (0..self.len()).map(|place| self.get(place).map(Value::string)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_places() {
        let mut texts = Texts::default();
        for parts in [&["a", "bc"][..], &[], &["ü"]] {
            parts.iter().for_each(|part| texts.push_part(part));
            texts.end();
        }
        texts.push_part("half");
        texts.end_in_error();
        let first = texts.clone();
        texts.append(&first);
        let found: Vec<Option<&str>> = (0..9).map(|place| texts.get(place)).collect();
        let expected = [Some("abc"), Some(""), Some("ü"), None];
        assert_eq!(found[..4], expected);
        assert_eq!(found[4..8], expected);
        assert_eq!((found[8], texts.len(), texts.bytes()), (None, 8, 10));
    }
}
