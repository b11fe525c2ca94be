//! The bytes of a document one by one or in runs, and the place among them.
//!
//! In: the input, or the entity being read. Out: bytes, names and strings that are checked.

use super::names::{is_name, is_space};
use super::{Place, Reader, Result, fault};
use std::io::BufRead;

impl<R: BufRead> Reader<R> {
    pub(super) fn bad_character<T>(&self, byte: u8) -> Result<T> {
        fault(
            self.place,
            format!("the control character U+{byte:04X} must not stand in XML"),
            "delete it, or keep this text in Turtle, which can hold it",
        )
    }

    /// A name, as far as its characters go.
    pub(super) fn name(&mut self) -> Result<String> {
        let start = self.place;
        let mut name = Vec::new();
        self.run(&mut name, |byte| {
            !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':') || byte >= 0x80)
        })?;
        let name = self.string(name)?;
        if is_name(&name) {
            Ok(name)
        } else if name.is_empty() {
            fault(start, "a name is missing here", "names begin with a letter or _")
        } else {
            fault(start, format!("`{name}` is not a name"), "names begin with a letter or _")
        }
    }

    /// Passes over white space; tells whether there was any.
    pub(super) fn spaces(&mut self) -> Result<bool> {
        let mut passed = Vec::new();
        self.run(&mut passed, |byte| !is_space(byte))?;
        Ok(!passed.is_empty())
    }

    pub(super) fn expect(&mut self, wanted: &str, start: Place, hint: &str) -> Result<()> {
        for byte in wanted.bytes() {
            if self.peek()? != Some(byte) {
                return fault(start, "`<!` begins nothing here", hint);
            }
            self.bump()?;
        }
        Ok(())
    }

    /// The bytes before `end`, which is passed over; nothing where it does not come.
    pub(super) fn until(&mut self, end: &[u8]) -> Result<Option<Vec<u8>>> {
        let (mut out, last) = (Vec::new(), end.last().copied().unwrap_or_default());
        loop {
            self.run(&mut out, |byte| {
                byte == last || byte == b'\r' || (byte < b' ' && byte != b'\n' && byte != b'\t')
            })?;
            match self.peek()? {
                None => return Ok(None),
                Some(b'\r') => {
                    self.line_end()?;
                    out.push(b'\n');
                }
                Some(byte) if byte == last => {
                    self.bump()?;
                    out.push(last);
                    if out.ends_with(end) {
                        out.truncate(out.len() - end.len());
                        return Ok(Some(out));
                    }
                }
                Some(byte) => return self.bad_character(byte),
            }
        }
    }

    /// Passes over a line end that begins with a carriage return.
    pub(super) fn line_end(&mut self) -> Result<()> {
        self.bump()?;
        if self.peek()? == Some(b'\n') { self.bump() } else { Ok(()) }
    }

    pub(super) fn string(&self, bytes: Vec<u8>) -> Result<String> {
        let Ok(text) = String::from_utf8(bytes) else {
            return fault(
                self.place,
                "the bytes before this place are not UTF-8",
                "name the encoding in the XML declaration, or save the file as UTF-8",
            );
        };
        if text.contains(['\u{FFFE}', '\u{FFFF}']) {
            return fault(
                self.place,
                "the text before this place has U+FFFE or U+FFFF, which XML has not",
                "delete it",
            );
        }
        Ok(text)
    }

    pub(super) fn peek(&mut self) -> Result<Option<u8>> {
        match self.inside.last() {
            Some(inside) => Ok(inside.text.as_bytes().get(inside.at).copied()),
            None => Ok(self.input.fill_buf()?.first().copied()),
        }
    }

    pub(super) fn bump(&mut self) -> Result<()> {
        if let Some(inside) = self.inside.last_mut() {
            inside.at += 1;
            return Ok(());
        }
        if let Some(byte) = self.input.fill_buf()?.first().copied() {
            self.place.after(&[byte]);
            self.read += 1;
            self.input.consume(1);
        }
        Ok(())
    }

    /// Takes bytes into `out` up to one that `stops`, or the end.
    pub(super) fn run(&mut self, out: &mut Vec<u8>, stops: impl Fn(u8) -> bool) -> Result<()> {
        if let Some(inside) = self.inside.last_mut() {
            let left = inside.text.as_bytes().get(inside.at..).unwrap_or_default();
            let count = left.iter().position(|byte| stops(*byte)).unwrap_or(left.len());
            out.extend_from_slice(left.get(..count).unwrap_or_default());
            inside.at += count;
            return Ok(());
        }
        loop {
            let left = self.input.fill_buf()?;
            let stop = left.iter().position(|byte| stops(*byte));
            let taken = left.get(..stop.unwrap_or(left.len())).unwrap_or_default();
            let count = taken.len();
            out.extend_from_slice(taken);
            self.place.after(taken);
            self.read += count as u64;
            self.input.consume(count);
            if stop.is_some() || count == 0 {
                return Ok(());
            }
        }
    }
}
