//! Simple strings that a step computes, one after the other in one piece of memory.
//!
//! In: texts as they are made. Out: the same by place, borrowed. A place with nothing is an error. Strings with a language are no
//! matter of it.

use super::value::Value;

/// Texts by place. See the module.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts {
    bytes: String,
    /// Where each ends, and whether it is a text at all.
    ends: Vec<End>,
}

/// Twice the place in the bytes, and one where it is a text.
type End = u64;

fn place_of(end: End) -> usize {
    (end / 2) as usize
}

impl Texts {
    /// These texts; nothing is an error.
    pub fn of<'t>(texts: impl ExactSizeIterator<Item = Option<&'t str>> + Clone) -> Self {
        let bytes = texts.clone().flatten().map(str::len).sum();
        let mut of = Self { bytes: String::with_capacity(bytes), ends: Vec::with_capacity(texts.len()) };
        texts.for_each(|text| of.push(text));
        of
    }

    /// How many places there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no place.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
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
        self.ends.push(2 * self.bytes.len() as End + 1);
    }

    /// Adds a text; nothing is an error.
    pub fn push(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.push_part(text);
                self.end();
            }
            None => self.end_in_error(),
        }
    }

    /// Adds a text in lower case.
    pub fn push_lower(&mut self, text: &str) {
        self.push_changed(text, str::make_ascii_lowercase, str::to_lowercase);
    }

    /// Adds a text in upper case.
    pub fn push_upper(&mut self, text: &str) {
        self.push_changed(text, str::make_ascii_uppercase, str::to_uppercase);
    }

    /// Adds a text that is changed: of ASCII where it lies.
    fn push_changed(&mut self, text: &str, ascii: fn(&mut str), any: fn(&str) -> String) {
        if text.is_ascii() {
            let start = self.bytes.len();
            self.bytes.push_str(text);
            self.bytes.get_mut(start..).into_iter().for_each(ascii);
        } else {
            self.bytes.push_str(&any(text));
        }
        self.end();
    }

    /// Drops what was made of a text; an error stands in its place.
    pub fn end_in_error(&mut self) {
        self.bytes.truncate(self.start(self.ends.len()));
        self.ends.push(2 * self.bytes.len() as End);
    }

    fn start(&self, place: usize) -> usize {
        place.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| place_of(*end))
    }

    /// The text at a place.
    #[inline]
    pub fn get(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)?;
        self.bytes.get(self.start(place)..place_of(end)).filter(|_| !end.is_multiple_of(2))
    }

    /// Adds the texts of another.
    pub fn append(&mut self, other: &Self) {
        let before = 2 * self.bytes.len() as End;
        self.bytes.push_str(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }

    /// The texts at these places, in this order.
    #[must_use]
    pub fn gather(&self, places: impl ExactSizeIterator<Item = usize> + Clone) -> Self {
        Self::of(places.map(|place| self.get(place)))
    }

    /// How many texts from a place on have no more than so many bytes together.
    pub fn within(&self, from: usize, bytes: usize) -> usize {
        let end = self.start(from).saturating_add(bytes);
        let rest = self.ends.get(from..).unwrap_or_default();
        rest.partition_point(|text| place_of(*text) <= end)
    }

    /// How many bytes of memory they take up.
    pub fn held(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<End>()
    }

    /// About how many bytes more they take up once others are added: what is full doubles.
    pub fn growth(&self, other: &Self) -> usize {
        let grows = |len: usize, capacity: usize| len.max(2 * capacity) - capacity;
        let (bytes, ends) = (self.bytes.len() + other.bytes.len(), self.len() + other.len());
        let bytes = if bytes > self.bytes.capacity() { grows(bytes, self.bytes.capacity()) } else { 0 };
        let ends = if ends > self.ends.capacity() { grows(ends, self.ends.capacity()) } else { 0 };
        bytes + ends * size_of::<End>()
    }

    /// The texts as values, as far as `go_on` says, which is told the length of each.
    pub fn to_values(&self, go_on: &mut dyn FnMut(usize) -> bool) -> Vec<Option<Value>> {
        let texts = (0..self.len()).map(|place| self.get(place));
        texts.map_while(|text| go_on(text.map_or(0, str::len)).then(|| text.map(Value::string))).collect()
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
