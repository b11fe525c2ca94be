//! Bytes in any encoding to UTF-8, told by a byte order mark or by an XML declaration.
//!
//! In: a reader and its beginning. Out: a reader of UTF-8 without a byte order mark. Bytes without either are
//! passed on as they are; whoever parses them refuses what is not UTF-8.

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, Read};

/// How many bytes are decoded at a time.
const CHUNK: usize = 1 << 14;

/// A reader of UTF-8, of what `reader` gives; `head` is its beginning, which it gives too.
///
/// # Errors
/// Where an XML declaration names an encoding that nobody knows.
pub fn open<'a>(head: &[u8], reader: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let encoding = match head {
        [0xEF, 0xBB, 0xBF, ..] => {
            let mut reader = reader;
            reader.read_exact(&mut [0; 3])?;
            return Ok(Box::new(reader));
        }
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => return Err(unknown("UTF-32")),
        [0xFF, 0xFE, ..] | [b'<', 0, b'?' | b'!' | b'r', 0, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] | [0, b'<', 0, b'?' | b'!' | b'r', ..] => UTF_16BE,
        _ => declared(head)?,
    };
    if encoding == UTF_8 {
        return Ok(Box::new(reader));
    }
    let decoder = encoding.new_decoder_with_bom_removal();
    Ok(Box::new(Decoding {
        reader,
        decoder,
        encoding,
        raw: Vec::new(),
        total: 0,
        ended: false,
        out: Vec::new(),
        at: 0,
    }))
}

/// The encoding that an XML declaration at the very beginning names.
fn declared(head: &[u8]) -> io::Result<&'static Encoding> {
    let declaration = head.strip_prefix(b"<?xml").and_then(|rest| rest.split(|byte| *byte == b'>').next());
    let label = declaration.map(String::from_utf8_lossy).and_then(|text| {
        let after = text.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start().to_owned();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        Some(after.split(quote).nth(1)?.to_owned())
    });
    let Some(label) = label else { return Ok(UTF_8) };
    // ASCII is a part of UTF-8, which refuses what is neither. A file whose declaration could be read here
    // is not UTF-16, whatever it says.
    match label.to_ascii_lowercase().as_str() {
        "us-ascii" | "ascii" | "utf-16" | "utf-16le" | "utf-16be" => return Ok(UTF_8),
        _ => {}
    }
    Encoding::for_label(label.as_bytes()).ok_or_else(|| unknown(&label))
}

fn unknown(label: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("its encoding is {label}, which is not known here; convert it: iconv -f {label} -t UTF-8"),
    )
}

struct Decoding<R> {
    reader: R,
    decoder: Decoder,
    encoding: &'static Encoding,
    /// Bytes not decoded yet.
    raw: Vec<u8>,
    /// How many bytes were decoded.
    total: u64,
    ended: bool,
    /// Decoded text, and how much of it was given.
    out: Vec<u8>,
    at: usize,
}

impl<R: Read> Decoding<R> {
    fn fill(&mut self) -> io::Result<()> {
        let mut chunk = [0; CHUNK];
        let count = self.reader.read(&mut chunk)?;
        self.ended = count == 0;
        self.raw.extend_from_slice(chunk.get(..count).unwrap_or_default());
        self.out = vec![0; self.raw.len() * 3 + 16];
        self.at = 0;
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.raw, &mut self.out, self.ended);
        self.total += read as u64;
        self.raw.drain(..read);
        self.out.truncate(written);
        match result {
            DecoderResult::InputEmpty | DecoderResult::OutputFull => Ok(()),
            DecoderResult::Malformed(..) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "the bytes before offset {} are not {}, in which the file begins",
                    self.total,
                    self.encoding.name()
                ),
            )),
        }
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() && !self.ended {
            self.fill()?;
        }
        let left = self.out.get(self.at..).unwrap_or_default();
        let count = left.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), left.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> io::Result<String> {
        let mut out = String::new();
        open(bytes, bytes)?.read_to_string(&mut out)?;
        Ok(out)
    }

    fn utf16(text: &str, pair: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(pair).collect()
    }

    #[test]
    fn byte_order_marks_are_taken_off_in_each_encoding() {
        assert_eq!(decoded("\u{FEFF}百 x".as_bytes()).unwrap(), "百 x");
        assert_eq!(decoded(&utf16("\u{FEFF}百 𝄞", u16::to_le_bytes)).unwrap(), "百 𝄞");
        assert_eq!(decoded(&utf16("\u{FEFF}百 𝄞", u16::to_be_bytes)).unwrap(), "百 𝄞");
        assert_eq!(decoded("\u{FEFF}".as_bytes()).unwrap(), "");
    }

    #[test]
    fn xml_without_a_mark_is_told_by_its_first_bytes_and_its_declaration() {
        let text = "<?xml version='1.0'?><é/>";
        assert_eq!(decoded(&utf16(text, u16::to_le_bytes)).unwrap(), text);
        assert_eq!(decoded(&utf16(text, u16::to_be_bytes)).unwrap(), text);
        let latin = b"<?xml version='1.0' encoding = 'ISO-8859-1' ?><a>\xE9</a>";
        assert!(decoded(latin).unwrap().ends_with("<a>é</a>"));
        let chinese = b"<?xml version=\"1.0\" encoding=\"GB18030\"?><a>\xB0\xD9\xC4\xA3</a>";
        assert!(decoded(chinese).unwrap().ends_with("<a>百模</a>"));
        assert!(decoded(b"<?xml version='1.0' encoding='us-ascii'?><a/>").unwrap().ends_with("<a/>"));
        let error = decoded(b"<?xml version='1.0' encoding='Klingon-1'?><a/>").unwrap_err();
        assert!(error.to_string().contains("Klingon-1"), "{error}");
    }

    #[test]
    fn bytes_that_are_not_of_their_encoding_are_refused_and_long_texts_keep_every_character() {
        assert!(decoded(&[0xFF, 0xFE, 0x00, 0xD8, b'a', 0]).unwrap_err().to_string().contains("UTF-16"));
        let text = "百模 é ".repeat(CHUNK);
        assert_eq!(decoded(&utf16(&format!("\u{FEFF}{text}"), u16::to_le_bytes)).unwrap(), text);
    }
}
