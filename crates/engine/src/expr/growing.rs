//! Texts that grow side by side: what GROUP_CONCAT has of each group (SPARQL 1.1, 18.5.1.7).
//!
//! In: a text for the end of one of them. Out: each in one piece. They lie in large blocks, in pieces that are linked: a text that
//! grows gets another piece, half as long as what it has, and nothing is moved. So a million short texts leave no holes behind, as
//! so many strings that are allocated anew while they grow do, and take from the system what is counted for them. No text
//! becomes shorter, and none is longer than [`LONGEST_GROUP`].

use super::scope::LONGEST_GROUP;
use super::texts::Texts;
use crate::Governor;
use crate::error::Result;

/// How many bytes a block has: from so many on a list has pages of its own.
const BLOCK: usize = 1 << 20;

/// What pieces are measured in.
const UNIT: usize = 16;

/// Where the next piece is, and how many bytes this one has: before its bytes.
const HEAD: usize = 8;

/// How many bytes of text a piece has at most.
const MOST: usize = (1 << 16) - UNIT - HEAD;

/// The place of no piece.
const NOWHERE: u32 = u32::MAX;

/// Texts by number. See the module.
#[derive(Debug, Default)]
pub struct Growing {
    texts: Vec<Text>,
    blocks: Vec<Vec<u8>>,
}

/// One of them. Places are in units from the beginning of the first block.
#[derive(Debug, Clone, Copy)]
struct Text {
    first: u32,
    last: u32,
    len: u32,
    /// How many bytes the last piece has room for.
    left: u16,
    /// Whether there is a text at all, if only an empty one.
    begun: bool,
}

impl Text {
    const NONE: Self = Self { first: NOWHERE, last: NOWHERE, len: 0, left: 0, begun: false };
}

impl Growing {
    /// Makes room for so many.
    ///
    /// # Errors
    /// Where they would pass the limit of memory.
    pub fn grow(&mut self, count: usize, governor: &Governor) -> Result<()> {
        if count > self.texts.capacity() {
            // While a list is copied it is there twice.
            governor.room(count.max(2 * self.texts.capacity()) * size_of::<Text>())?;
        }
        if count > self.texts.len() {
            self.texts.resize(count, Text::NONE);
        }
        Ok(())
    }

    /// Leaves the texts of these numbers, in this order; the bytes of the others stay where they are.
    pub fn keep(&mut self, numbers: &[u32]) {
        let text = |number: &u32| self.texts.get(*number as usize).copied().unwrap_or(Text::NONE);
        self.texts = numbers.iter().map(text).collect();
    }

    /// How many bytes they take.
    pub fn bytes(&self) -> usize {
        self.texts.capacity() * size_of::<Text>() + self.blocks.iter().map(Vec::capacity).sum::<usize>()
    }

    /// How long a text is.
    pub fn text_len(&self, number: usize) -> usize {
        self.texts.get(number).map_or(0, |text| text.len as usize)
    }

    /// Adds to a text, after a separator where there is something already. Whether there are places for it: at most [`LONGEST_GROUP`] bytes in
    /// each, and some 64 GB in all.
    ///
    /// # Errors
    /// Once a limit is met, or where another block would pass that of memory.
    pub fn add(&mut self, number: usize, separator: &str, more: &str, governor: &Governor) -> Result<bool> {
        let Some(mut text) = self.texts.get(number).copied() else { return Ok(false) };
        let separator = if text.begun { separator } else { "" };
        if text.len as usize + separator.len() + more.len() > LONGEST_GROUP {
            return Ok(false);
        }
        text.begun = true;
        let added = self.push(&mut text, separator, governor)? && self.push(&mut text, more, governor)?;
        self.texts.get_mut(number).into_iter().for_each(|kept| *kept = text);
        Ok(added)
    }

    fn push(&mut self, text: &mut Text, mut more: &str, governor: &Governor) -> Result<bool> {
        while !more.is_empty() {
            let room = more.len().min(text.left.into());
            let fits = (0..=room).rev().find(|end| more.is_char_boundary(*end)).unwrap_or_default();
            let (now, later) = more.split_at_checked(fits).unwrap_or_default();
            if now.is_empty() {
                if !self.add_piece(text, more.len(), governor)? {
                    return Ok(false);
                }
                continue;
            }
            let Some([_, used]) = self.head(text.last) else { return Ok(false) };
            let Some(bytes) = self.bytes_at(text.last, used as usize, now.len()) else { return Ok(false) };
            bytes.copy_from_slice(now.as_bytes());
            self.set_head(text.last, [NOWHERE, used + now.len() as u32]);
            text.left -= now.len() as u16;
            text.len += now.len() as u32;
            more = later;
        }
        Ok(true)
    }

    /// Gives a text a piece more, for at least one character and for so many bytes if it may be as long.
    fn add_piece(&mut self, text: &mut Text, wanted: usize, governor: &Governor) -> Result<bool> {
        let len = wanted.max(text.len as usize / 2).min(MOST);
        let size = (HEAD + len).next_multiple_of(UNIT);
        let Some(piece) = self.new_piece(size, governor)? else { return Ok(false) };
        self.set_head(piece, [NOWHERE, 0]);
        match self.head(text.last) {
            Some([_, used]) => self.set_head(text.last, [piece, used]),
            None => text.first = piece,
        }
        text.last = piece;
        text.left = (size - HEAD) as u16;
        Ok(true)
    }

    /// So many bytes in one block; nothing where all places are taken.
    fn new_piece(&mut self, size: usize, governor: &Governor) -> Result<Option<u32>> {
        if self.blocks.last().is_none_or(|block| block.len() + size > BLOCK) {
            // The first one grows: most queries need a part of it.
            let capacity = if self.blocks.is_empty() { size } else { BLOCK };
            governor.room(capacity)?;
            self.blocks.push(Vec::with_capacity(capacity));
        }
        let before = self.blocks.len().saturating_sub(1) * BLOCK;
        let Some(block) = self.blocks.last_mut() else { return Ok(None) };
        let place = u32::try_from((before + block.len()) / UNIT).ok().filter(|place| *place < NOWHERE);
        if block.len() + size > block.capacity() {
            governor.room(2 * block.capacity().max(size))?;
        }
        block.resize(block.len() + size, 0);
        Ok(place)
    }

    /// Where the next piece is, and how many bytes this one has.
    fn head(&self, piece: u32) -> Option<[u32; 2]> {
        let at = piece as usize * UNIT;
        let (head, _) = self.blocks.get(at / BLOCK)?.get(at % BLOCK..)?.split_first_chunk::<HEAD>()?;
        let [a, b, c, d, e, f, g, h] = *head;
        Some([u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])])
    }

    fn set_head(&mut self, piece: u32, [next, used]: [u32; 2]) {
        let at = piece as usize * UNIT;
        let block = self.blocks.get_mut(at / BLOCK).and_then(|block| block.get_mut(at % BLOCK..));
        if let Some((head, _)) = block.and_then(|block| block.split_first_chunk_mut::<HEAD>()) {
            let ([a, b, c, d], [e, f, g, h]) = (next.to_le_bytes(), used.to_le_bytes());
            *head = [a, b, c, d, e, f, g, h];
        }
    }

    fn bytes_at(&mut self, piece: u32, from: usize, len: usize) -> Option<&mut [u8]> {
        let at = piece as usize * UNIT;
        let start = at % BLOCK + HEAD + from;
        self.blocks.get_mut(at / BLOCK)?.get_mut(start..start + len)
    }

    /// Writes a text, piece by piece, to the end of others.
    pub fn write(&self, number: usize, out: &mut Texts) {
        let mut piece = self.texts.get(number).map_or(NOWHERE, |text| text.first);
        while let Some([next, len]) = self.head(piece) {
            let at = piece as usize * UNIT;
            let start = at % BLOCK + HEAD;
            let bytes = self.blocks.get(at / BLOCK).and_then(|block| block.get(start..start + len as usize));
            // Characters are in one piece each.
            out.push_part(bytes.and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default());
            piece = next;
        }
        out.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::error::Kind;
    use std::sync::Arc;

    #[test]
    fn texts_that_grow_side_by_side_are_what_was_added() {
        let mut growing = Growing::default();
        let governor = Governor::unlimited();
        growing.grow(40, &governor).unwrap();
        let mut expected: Vec<Option<String>> = vec![None; 40];
        let mut state = 7_u64;
        for _ in 0..60_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (number, len) = ((state >> 33) as usize % 39, (state >> 40) as usize % 23);
            let more: String = "aä百𝔘".chars().cycle().skip(len % 4).take(len).collect();
            assert!(growing.add(number, "·", &more, &governor).unwrap());
            match &mut expected[number] {
                Some(text) => *text = format!("{text}·{more}"),
                none => *none = Some(more),
            }
        }
        // Longer than a block, and than a piece.
        let long = "百".repeat(BLOCK);
        assert!(growing.add(3, "", &long, &governor).unwrap());
        expected[3].as_mut().unwrap().push_str(&long);
        let mut found = Texts::default();
        (0..40).for_each(|number| growing.write(number, &mut found));
        for (number, expected) in expected.iter().enumerate() {
            let expected = expected.as_deref().unwrap_or_default();
            assert_eq!(found.get(number), Some(expected));
            assert_eq!(growing.text_len(number), expected.len());
        }
        assert!(growing.bytes() < 2 * found.bytes() + BLOCK);
    }

    #[test]
    fn an_empty_text_is_one_to_add_to() {
        let mut growing = Growing::default();
        let governor = Governor::unlimited();
        growing.grow(2, &governor).unwrap();
        for more in ["", "", "b"] {
            assert!(growing.add(0, ",", more, &governor).unwrap());
        }
        assert!(!growing.add(2, ",", "b", &governor).unwrap(), "there is no such text");
        let mut found = Texts::default();
        (0..2).for_each(|number| growing.write(number, &mut found));
        assert_eq!((found.get(0), found.get(1)), (Some(",,b"), Some("")));
    }

    #[test]
    fn a_text_has_a_greatest_length() {
        let mut growing = Growing::default();
        let governor = Governor::unlimited();
        growing.grow(1, &governor).unwrap();
        let part = "x".repeat(LONGEST_GROUP / 4);
        assert!((0..3).all(|_| growing.add(0, "", &part, &governor).unwrap()));
        assert!(!growing.add(0, "-", &part, &governor).unwrap(), "a byte too long");
        assert_eq!(growing.text_len(0), 3 * part.len());
        assert!(growing.add(0, "", &part, &governor).unwrap());
    }

    #[test]
    fn there_is_room_before_a_block_is_made() {
        let limits = Limits { max_memory: Some(3 * BLOCK), memory_used: Some(|| BLOCK), ..Limits::default() };
        let governor = Governor::new(limits, Arc::default());
        let mut growing = Growing::default();
        growing.grow(1, &governor).unwrap();
        let long = "x".repeat(3 * BLOCK);
        assert!(growing.add(0, "", &long[..BLOCK], &governor).unwrap());
        let limits = Limits { memory_used: Some(|| 2 * BLOCK + 1), ..limits };
        let full = Governor::new(limits, Arc::default());
        assert_eq!(growing.add(0, "", &long, &full).map_err(|error| error.kind), Err(Kind::Limit));
    }
}
