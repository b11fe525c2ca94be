//! The column of language tags: which tag a language string has, by the number of its term.
//!
//! In: the terms of a dictionary in order. Out: a byte for each language string, the place of its tag among those that occur, and the
//! tags. Strings are sorted by text before their tags, so that those of one language lie anywhere among the others. What has one of too
//! many tags is said so, and read from its text.

use super::{Id, Lexical, Tag};
use std::collections::HashMap;
use std::ops::Range;

/// Stands for a tag that has no place: read the text.
pub const NO_TAG: u8 = u8::MAX;

/// The language tags of the strings of a graph.
#[derive(Debug, Clone, Default)]
pub struct Languages<'a> {
    start: Id,
    places: &'a [u8],
    tags: Vec<&'a str>,
}

impl<'a> Languages<'a> {
    /// A column for the numbers from `start` on: the place of each one's tag among `tags`.
    #[must_use]
    pub fn new(start: Id, places: &'a [u8], tags: Vec<&'a str>) -> Self {
        Self { start, places, tags }
    }

    /// The tags that occur as they are written, base directions left out.
    #[must_use]
    pub fn tags(&self) -> &[&'a str] {
        &self.tags
    }

    /// The numbers that have a place here.
    #[must_use]
    pub fn range(&self) -> Range<Id> {
        self.start..self.start.saturating_add(Id::try_from(self.places.len()).unwrap_or(Id::MAX))
    }

    /// The place of a term's tag among [`Self::tags`]; nothing where the term is no language string of the dictionary, or its tag has no
    /// place.
    #[inline]
    #[must_use]
    pub fn place(&self, id: Id) -> Option<usize> {
        let place = self.places.get(id.checked_sub(self.start)? as usize)?;
        Some(usize::from(*place)).filter(|place| *place < self.tags.len())
    }
}

/// The column while it is made.
#[derive(Debug, Default)]
pub(super) struct LanguageWriter {
    places: Vec<u8>,
    tags: Vec<String>,
    /// The place of each of [`Self::tags`].
    known: HashMap<String, u8>,
}

impl LanguageWriter {
    /// Adds the next language string.
    pub fn push(&mut self, lexical: Lexical<'_>) {
        let place = match lexical {
            Lexical::Literal(_, Tag::Language(tag) | Tag::Directed(tag, _)) => self.place(tag),
            // What cannot be read has a place all the same: the numbers of terms count.
            _ => NO_TAG,
        };
        self.places.push(place);
    }

    fn place(&mut self, tag: &str) -> u8 {
        if let Some(place) = self.known.get(tag) {
            return *place;
        }
        match u8::try_from(self.tags.len()) {
            Ok(place) if place < NO_TAG => {
                self.tags.push(tag.to_owned());
                self.known.insert(tag.to_owned(), place);
                place
            }
            _ => NO_TAG,
        }
    }

    /// The places, and the tags, each with a zero after it, which none can hold.
    pub fn into_bytes(self) -> (Vec<u8>, Vec<u8>) {
        let tags = self.tags.iter().flat_map(|tag| tag.bytes().chain([0])).collect();
        (self.places, tags)
    }
}

/// The tags that [`LanguageWriter::into_bytes`] wrote; nothing where they are something else.
pub(super) fn tags(bytes: &[u8]) -> Option<Vec<&str>> {
    Some(std::str::from_utf8(bytes).ok()?.split_terminator('\0').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_know_the_place_of_their_tag_and_too_many_tags_have_none() {
        let mut writer = LanguageWriter::default();
        let all: Vec<String> = (0..300).map(|n| format!("x-{}", n % 290)).collect();
        all.iter().for_each(|tag| writer.push(Lexical::Literal("text", Tag::Language(tag))));
        writer.push(Lexical::Literal("text", Tag::Directed("x-7", oxrdf::BaseDirection::Rtl)));
        let (places, bytes) = writer.into_bytes();
        let languages = Languages::new(50, &places, tags(&bytes).unwrap());
        assert_eq!((languages.tags().len(), languages.range()), (255, 50..351));
        for (id, tag) in (50..).zip(&all) {
            let found = languages.place(id).map(|place| languages.tags()[place]);
            assert_eq!(found, Some(tag.as_str()).filter(|_| (id - 50) % 290 < 255), "{id}");
        }
        assert_eq!(languages.place(350), Some(7), "a base direction changes no language");
        assert_eq!((languages.place(49), languages.place(351)), (None, None));
    }
}
