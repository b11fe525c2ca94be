//! The outer layout of a pack file: chunks, each with a checksum, and a table of them at the end.
//!
//! In: chunks to write, or a file. Out: any chunk by its number, read and verified when it is asked for, and kept within a budget
//! of bytes (`cache.rs`), or for good where a column is read in place. A file that is cut while it is open gives errors, not
//! a crash (which is why it is read and not mapped). See `docs/pack-format.md`.

use super::cache::{self, Cache, Part, Room};
use super::checksum::checksum;
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The first bytes of a pack, with the version of its layout.
pub(in super::super) const MAGIC: [u8; 8] = *b"baimo\0\0\x04";
/// The last bytes of a pack.
const END: [u8; 8] = *b"\x04\0\0omiab";
/// The version before, which is read as well: it has no column of language tags.
const OLDER: u8 = 3;
/// The last bytes of a pack: where the table begins, its checksum, [`END`].
const TRAILER: u64 = 24;
/// A row of the table: where a chunk begins, its length, its checksum.
const ROW: usize = 24;

/// Writes chunks one after the other.
pub(in super::super) struct ChunkWriter<W> {
    out: W,
    at: u64,
    table: Vec<[u64; 3]>,
}

impl<W: Write> ChunkWriter<W> {
    /// Begins a pack.
    pub fn new(mut out: W) -> Result<Self> {
        out.write_all(&MAGIC).map_err(unwritten)?;
        Ok(Self { out, at: MAGIC.len() as u64, table: Vec::new() })
    }

    /// Writes a chunk and gives its number.
    pub fn add(&mut self, bytes: &[u8]) -> Result<u32> {
        let number =
            u32::try_from(self.table.len()).map_err(|_| Error::data("the pack has too many parts"))?;
        self.out.write_all(bytes).map_err(unwritten)?;
        self.table.push([self.at, bytes.len() as u64, checksum(bytes)]);
        self.at += bytes.len() as u64;
        Ok(number)
    }

    /// The number that the next chunk will have.
    pub fn next(&self) -> u32 {
        self.table.len() as u32
    }

    /// Ends the pack with `root`, which says what is in which chunk.
    pub fn finish(mut self, root: &[u8]) -> Result<W> {
        self.add(root)?;
        let table: Vec<u8> = self.table.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        let sum = checksum(&table);
        for part in [&table[..], &self.at.to_le_bytes(), &sum.to_le_bytes(), &END] {
            self.out.write_all(part).map_err(unwritten)?;
        }
        self.out.flush().map_err(unwritten)?;
        Ok(self.out)
    }
}

fn unwritten(error: std::io::Error) -> Error {
    Error::store("the pack cannot be written").because(error)
}

/// What stands behind a pack's bytes.
#[derive(Clone)]
enum Source {
    Static(&'static [u8]),
    File(Arc<Mutex<File>>, String),
}

/// The chunks of a pack. See the module.
pub(in super::super) struct Chunks {
    source: Source,
    table: Vec<Row>,
    version: u8,
    cache: Arc<Cache>,
}

struct Row {
    start: u64,
    length: u64,
    sum: u64,
    /// The chunk, once it was read and verified, where it is kept for good.
    pinned: OnceLock<Part>,
}

impl Chunks {
    /// Opens bytes that are always there.
    pub fn of_static(bytes: &'static [u8]) -> Result<Self> {
        Self::open(Source::Static(bytes), bytes.len() as u64)
    }

    /// Opens a file.
    pub fn of_file(mut file: File, name: &str) -> Result<Self> {
        let length = file.seek(SeekFrom::End(0)).map_err(|error| unread(name, error))?;
        Self::open(Source::File(Arc::new(Mutex::new(file)), name.to_owned()), length)
    }

    fn open(source: Source, length: u64) -> Result<Self> {
        let [.., version] = MAGIC;
        let mut chunks = Self { source, table: Vec::new(), version, cache: Cache::new(0, 0) };
        let head = chunks.read(0, (MAGIC.len() as u64).min(length))?;
        match head.strip_prefix(b"baimo\0\0") {
            Some([found]) if *found == version || *found == OLDER => chunks.version = *found,
            _ => return Err(chunks.foreign(&head)),
        }
        let mut end = END;
        let [first, ..] = &mut end;
        *first = chunks.version;
        let trailer_start = length.checked_sub(TRAILER).ok_or_else(|| chunks.damaged())?;
        let trailer = chunks.read(trailer_start, TRAILER)?;
        let ([start, sum], true) =
            (numbers::<2>(&trailer).ok_or_else(|| chunks.damaged())?, trailer.ends_with(&end))
        else {
            return Err(chunks.damaged());
        };
        let size = trailer_start.checked_sub(start).ok_or_else(|| chunks.damaged())?;
        let table = chunks.read(start, size)?;
        if checksum(&table) != sum || table.len() % ROW != 0 {
            return Err(chunks.damaged());
        }
        for row in table.as_chunks::<ROW>().0 {
            let [first, length, sum] = numbers(row).ok_or_else(|| chunks.damaged())?;
            if first.checked_add(length).is_none_or(|end| end > start) {
                return Err(chunks.damaged());
            }
            chunks.table.push(Row { start: first, length, sum, pinned: OnceLock::new() });
        }
        chunks.cache = Cache::new(chunks.table.len(), length);
        Ok(chunks)
    }

    /// Whether its root knows of a column of language tags.
    pub fn has_languages(&self) -> bool {
        self.version != OLDER
    }

    /// The same chunks, none of them read yet: for who reads much once, and keeps it no longer than these.
    pub fn again(&self) -> Self {
        let row = |row: &Row| Row { pinned: OnceLock::new(), ..*row };
        let table = self.table.iter().map(row).collect();
        let bytes = self.table.iter().map(|row| row.length).sum();
        let cache = Cache::new(self.table.len(), bytes);
        Self { source: self.source.clone(), table, version: self.version, cache }
    }

    /// How many bytes of chunks are held in memory.
    pub fn held(&self) -> usize {
        self.cache.held()
    }

    /// How many bytes all chunks have together, where they are in a file.
    pub fn in_file(&self) -> Option<u64> {
        matches!(self.source, Source::File(..)).then(|| self.table.iter().map(|row| row.length).sum())
    }

    /// How many chunks there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// A chunk, read and verified where it is not kept.
    pub fn part(&self, number: u32) -> Result<Part> {
        let row = self.table.get(number as usize).ok_or_else(|| self.damaged())?;
        if let Some(part) = row.pinned.get() {
            return Ok(part.clone());
        }
        match self.source {
            Source::Static(_) => self.pinned(row).cloned(),
            Source::File(..) => self.cache.get(number as usize, || self.verified(row)),
        }
    }

    /// A chunk, read and verified at the first call and kept from then on.
    pub fn get(&self, number: u32) -> Result<&[u8]> {
        let row = self.table.get(number as usize).ok_or_else(|| self.damaged())?;
        self.pinned(row).map(|part| &**part)
    }

    fn pinned<'a>(&'a self, row: &'a Row) -> Result<&'a Part> {
        if row.pinned.get().is_none() {
            let part = match self.source {
                Source::Static(bytes) => {
                    let bytes = cut(bytes, row.start, row.length).ok_or_else(|| self.damaged())?;
                    self.verify(bytes, row).map(|()| Part::Static(bytes))?
                }
                Source::File(..) => self.cache.pin(self.verified(row)?),
            };
            // Another thread may have read the same.
            let _ = row.pinned.set(part);
        }
        row.pinned.get().ok_or_else(|| self.damaged())
    }

    fn verified(&self, row: &Row) -> Result<Room> {
        // No longer than the file was when it was opened.
        let mut room = Room::of(usize::try_from(row.length).map_err(|_| self.damaged())?);
        self.read_into(row.start, &mut room)?;
        cache::count_read(room.len());
        self.verify(&room, row).map(|()| room)
    }

    fn verify(&self, bytes: &[u8], row: &Row) -> Result<()> {
        if checksum(bytes) == row.sum { Ok(()) } else { Err(self.damaged()) }
    }

    /// Bytes of the file; fewer than there are to be is damage, and no more room is made than the file has bytes.
    fn read(&self, start: u64, length: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| self.damaged())?];
        self.read_into(start, &mut bytes).map(|()| bytes)
    }

    fn read_into(&self, start: u64, out: &mut [u8]) -> Result<()> {
        match &self.source {
            Source::Static(bytes) => {
                out.copy_from_slice(cut(bytes, start, out.len() as u64).ok_or_else(|| self.damaged())?);
                Ok(())
            }
            Source::File(file, name) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(start)).map_err(|error| unread(name, error))?;
                file.read_exact(out).map_err(|error| match error.kind() {
                    ErrorKind::UnexpectedEof => self.damaged(),
                    _ => unread(name, error),
                })
            }
        }
    }

    /// The error for bytes that are not what was written.
    pub fn damaged(&self) -> Error {
        let name = match &self.source {
            Source::Static(_) => "the embedded graph",
            Source::File(_, name) => name,
        };
        Error::data(format!("{name} is damaged or not whole"))
            .hint("make the pack anew from its sources, or take it from a backup")
    }

    fn foreign(&self, head: &[u8]) -> Error {
        let Source::File(_, name) = &self.source else { return self.damaged() };
        if head.starts_with(b"baimo\0\0") {
            Error::data(format!("{name} is a pack of another version of baimo"))
                .hint("make it anew from its sources, or take it from a backup")
        } else {
            Error::data(format!("{name} is not a pack"))
        }
    }
}

fn unread(name: &str, error: std::io::Error) -> Error {
    Error::data(format!("cannot read {name}")).because(error)
}

fn cut(bytes: &[u8], start: u64, length: u64) -> Option<&[u8]> {
    let start = usize::try_from(start).ok()?;
    bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
}

/// The first numbers in some bytes.
pub(in super::super) fn numbers<const COUNT: usize>(bytes: &[u8]) -> Option<[u64; COUNT]> {
    let (words, _) = bytes.as_chunks::<8>();
    words.get(..COUNT)?.try_into().ok().map(|words: [[u8; 8]; COUNT]| words.map(u64::from_le_bytes))
}
