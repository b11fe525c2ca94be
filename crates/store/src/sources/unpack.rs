//! Compressed bytes to plain ones, by their first bytes.
//!
//! In: a reader of anything. Out: a reader of what was compressed, and a look at its beginning. What
//! they unpack to may be far larger.

use super::encoding;
use crate::error::Error;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::{Path, PathBuf};

/// How many bytes of the beginning are looked at.
const HEAD: usize = 4096;

/// Bytes with their beginning read ahead.
type Ahead<R> = Chain<Cursor<Vec<u8>>, R>;

/// How bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// By gzip.
    Gzip,
    /// By Zstandard.
    Zstd,
    /// By bzip2.
    Bzip2,
}

impl Compression {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
        }
    }

    /// How a file is compressed by its name, where that says so.
    pub fn promised(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "gz" => Some(Self::Gzip),
            "zst" | "zstd" => Some(Self::Zstd),
            "bz2" => Some(Self::Bzip2),
            _ => None,
        }
    }

    /// How bytes are compressed by their beginning.
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => Some(Self::Bzip2),
            _ => None,
        }
    }
}

/// The path without the ending of a compression.
pub fn without_ending(path: &Path) -> PathBuf {
    Compression::promised(path).map_or_else(|| path.to_owned(), |_| path.with_extension(""))
}

/// Bytes that may have been compressed.
pub struct Opened {
    /// How they were.
    pub compression: Option<Compression>,
    /// The beginning of the plain bytes.
    pub head: Vec<u8>,
    /// All of them.
    pub plain: Box<dyn Read>,
}

/// The plain bytes of a reader. gzip, Zstandard and bzip2 are told by their magic bytes, whatever the file is called.
///
/// # Errors
/// Where the reader fails, or the compressed bytes are damaged at their beginning.
pub fn open(reader: impl Read + 'static) -> io::Result<Opened> {
    let (head, packed) = ahead(reader)?;
    let compression = Compression::of(&head);
    let plain: Box<dyn Read> = match compression {
        Some(Compression::Gzip) => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(packed))),
        Some(Compression::Zstd) => Box::new(Frames { rest: Some(BufReader::new(packed)), now: None }),
        Some(Compression::Bzip2) => Box::new(bzip2::read::MultiBzDecoder::new(packed)),
        None => return Ok(Opened { compression, head, plain: Box::new(packed) }),
    };
    let (head, plain) = ahead(Unpacked(plain))?;
    Ok(Opened { compression, head, plain: Box::new(plain) })
}

/// The beginning of a text in UTF-8, and a reader of all of it, from bytes in any encoding that they tell.
///
/// # Errors
/// Where the reader fails, or the encoding is not known.
pub fn decoded<'a>(reader: impl Read + 'a) -> io::Result<(Vec<u8>, Box<dyn Read + 'a>)> {
    let (head, reader) = ahead(reader)?;
    let (head, text) = ahead(encoding::open(&head, reader)?)?;
    Ok((head, Box::new(text)))
}

fn ahead<R: Read>(mut reader: R) -> io::Result<(Vec<u8>, Ahead<R>)> {
    let mut head = Vec::with_capacity(HEAD);
    reader.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(reader)))
}

/// What was compressed, with errors that say what is wrong with the file and not where in the unpacking it was met.
struct Unpacked<R>(R);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(spoilt)
    }
}

/// What is said of a compressed file that ends before all of it is there.
const CUT: &str = "the compressed file is cut off";
/// What is said of one that is another than was written.
const DAMAGED: &str = "the compressed file is damaged";

/// An error of unpacking in plain words. Those of the system, which the reader below has, stay as they are.
fn spoilt(error: io::Error) -> io::Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    let (mut of_the_system, mut is_cut) = (error.kind() == io::ErrorKind::Interrupted, false);
    while let Some(here) = cause {
        if let Some(io) = here.downcast_ref::<io::Error>() {
            of_the_system |= io.raw_os_error().is_some();
            is_cut |= io.kind() == io::ErrorKind::UnexpectedEof;
        }
        is_cut |= here.to_string().contains("incomplete");
        cause = here.source();
    }
    match (of_the_system, is_cut) {
        (true, _) => error,
        (false, true) => io::Error::new(io::ErrorKind::UnexpectedEof, CUT),
        (false, false) => io::Error::new(io::ErrorKind::InvalidData, DAMAGED),
    }
}

/// The error for a file that cannot be read to its end.
pub fn unreadable(name: &str, cause: io::Error) -> Error {
    let is_spoilt = [CUT, DAMAGED].contains(&cause.to_string().as_str());
    let error = Error::data(format!("cannot read {name}")).because(cause);
    if is_spoilt { error.hint("fetch it again, or make it anew from what it was made of") } else { error }
}

type ZstFrame<R> = ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>;

/// The frames of a Zstandard file, one after another: parallel packers write several.
struct Frames<R: Read> {
    rest: Option<BufReader<R>>,
    now: Option<ZstFrame<BufReader<R>>>,
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.now {
                let count = frame.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                self.rest = self.now.take().map(ZstFrame::into_inner);
            }
            let Some(mut rest) = self.rest.take() else { return Ok(0) };
            if io::BufRead::fill_buf(&mut rest)?.is_empty() {
                return Ok(0);
            }
            self.now = Some(ZstFrame::new(rest).map_err(io::Error::other)?);
        }
    }
}
