//! Files to quads: globs, standard input, compressed files, and every RDF syntax.
//!
//! In: paths as a user gives them. Out: quads into a sink, file by file, and news of the progress. A
//! broken file is named with the place. Where the quads go is the caller's business; nothing is printed.

use super::pack::{Builder, Packer, Watch};
use crate::cores;
use crate::error::{Error, Hint, Result};
use crate::sources::lines::Rest;
use crate::sources::pieces::{self, Gathering};
use crate::sources::unpack::{self, Compression};
use crate::sources::{excerpt::Window, jsonld, rdf, turtle};
use crate::terms::{Prefixes, QuadRef};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// After how many quads there is news of the progress.
const NEWS_EVERY: u64 = 1 << 14;
/// After how many quads it is asked whether to go on.
const CHECK_EVERY: u64 = 1 << 10;
/// More threads than these would wait for the one that puts together what they read.
const MOST_WORKERS: usize = 3;

/// How far the reading of a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file's name as the user knows it.
    pub file: &'a str,
    /// How many of its bytes (as they lie on disk) have been read.
    pub bytes_read: u64,
    /// How many there are, where that is known.
    pub bytes_total: Option<u64>,
    /// How many quads it gave so far.
    pub quads: u64,
    /// What is to be said about the file, where there is something: once, before it gives any.
    pub remark: Option<&'a str>,
}

/// How a file is compressed by its name.
#[derive(Debug, Clone, Copy)]
enum Promise {
    /// The name says nothing of it, or there is none.
    Nothing,
    /// It is the name of a text that is not compressed.
    Text,
    /// It is the name of a compressed file.
    Compressed(Compression),
}

/// One thing to read.
pub struct Input {
    name: String,
    /// The ending before one of a compression; it tells the syntax.
    format: Option<rdf::Format>,
    /// Its own IRI, where it has one.
    own: Option<String>,
    promise: Promise,
    reader: Box<dyn Read>,
    total: Option<u64>,
    fresh: bool,
}

impl Input {
    /// Gives its blank nodes new labels, which no other graph has: for adding to a graph that is there.
    #[must_use]
    pub fn with_fresh_blank_nodes(mut self) -> Self {
        self.fresh = true;
        self
    }

    /// Bytes from elsewhere than a file. Without a format their beginning must tell it.
    pub fn from_reader(
        name: impl Into<String>,
        format: Option<rdf::Format>,
        reader: impl Read + 'static,
    ) -> Self {
        let (name, reader) = (name.into(), Box::new(reader));
        Self { name, format, own: None, promise: Promise::Nothing, reader, total: None, fresh: false }
    }

    fn file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        if super::durable::Store::is_one(path) {
            return Err(Error::data(format!("{name} is a store, not a file")).hint(Hint::AskStore(name)));
        }
        if path.is_dir() {
            return Err(Error::data(format!("{name} is a directory, not a file"))
                .hint(format!("to read all Turtle files in it: '{name}/*.ttl'")));
        }
        let file = File::open(path).map_err(|error| unopened(path, error))?;
        let total = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
        let inner = unpack::without_ending(path);
        let format = inner.extension().and_then(|ending| rdf::format_named(ending.to_str()?));
        let promise = match Compression::promised(path) {
            Some(compression) => Promise::Compressed(compression),
            None if format.is_some() => Promise::Text,
            None => Promise::Nothing,
        };
        Ok(Self {
            name,
            format,
            own: iri_of_path(path),
            promise,
            reader: Box::new(file),
            total,
            fresh: false,
        })
    }
}

/// The files that paths and globs stand for, opened; `-` is standard input.
///
/// # Errors
/// Where one is not there, is a directory, or may not be read, or a glob fits nothing.
pub fn inputs(paths: &[PathBuf]) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for path in paths {
        let text = path.to_string_lossy();
        if text == "-" {
            let mut input = Input::from_reader("standard input", None, io::stdin());
            // Standard input has no place of its own; relative IRIs are meant where the user is.
            input.own = iri_of_path(Path::new("")).map(|folder| folder + "/");
            inputs.push(input);
        } else if text.starts_with("http://") || text.starts_with("https://") {
            let error =
                Error::data(format!("`{text}` is on the web: baimo reads files, and fetches nothing"));
            return Err(error.hint(format!("download it first:  curl -LO '{text}'")));
        } else if path.exists() || !text.contains(['*', '?', '[']) {
            inputs.push(Input::file(path)?);
        } else {
            for found in expand(&text)? {
                inputs.push(Input::file(&found)?);
            }
        }
    }
    Ok(inputs)
}

/// The files that a glob fits, sorted.
fn expand(pattern: &str) -> Result<Vec<PathBuf>> {
    let paths = glob::glob(pattern)
        .map_err(|error| Error::usage(format!("`{pattern}` is not a valid glob")).because(error))?;
    let mut files: Vec<PathBuf> = paths.flatten().filter(|path| path.is_file()).collect();
    files.sort();
    if files.is_empty() { Err(Error::data(format!("no file fits `{pattern}`"))) } else { Ok(files) }
}

/// The path of a `file:` IRI; nothing for other IRIs.
pub fn path_of_iri(iri: &str) -> Option<PathBuf> {
    let rest = iri.strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let (mut bytes, mut left) = (Vec::new(), path.as_bytes());
    while let Some((first, rest)) = left.split_first() {
        let escaped = (*first == b'%')
            .then(|| rest.first_chunk::<2>())
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        left = if escaped.is_some() { rest.get(2..).unwrap_or_default() } else { rest };
    }
    Some(PathBuf::from(String::from_utf8(bytes).ok()?))
}

/// The `file:` IRI of a path, as RFC 8089 has it; links are not followed.
pub fn iri_of_path(path: &Path) -> Option<String> {
    let absolute = match std::path::absolute(path) {
        Ok(path) => path,
        Err(_) => std::env::current_dir().ok()?,
    };
    let text = absolute.to_str()?.replace('\\', if cfg!(windows) { "/" } else { "\\" });
    let mut iri = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for c in text.trim_end_matches('/').chars() {
        // What RFC 3987 lets stand in a path, letters of all scripts too.
        let plain = c.is_alphanumeric() || "/-._~!$&'()*+,;=:@".contains(c);
        if plain {
            iri.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                iri.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    Some(iri)
}

/// Reads all quads of an input into `sink`. Relative IRIs are resolved against `base`, else against the
/// input's own IRI (RFC 3986 5.1).
///
/// # Errors
/// Where it is broken, with the place; what came before has been given to `sink`: a caller that wants
/// all or nothing discards it.
pub fn read(
    input: Input,
    base: Option<&str>,
    prefixes: &mut Prefixes,
    progress: &mut dyn FnMut(&Progress<'_>),
    sink: rdf::Sink<'_>,
) -> Result<u64> {
    let mut quads = 0;
    opened(input, base, prefixes, progress, |read, news| {
        read(&mut |quad: QuadRef<'_>| {
            quads += 1;
            if quads % NEWS_EVERY == 0 {
                news(quads);
            }
            sink(quad)
        })
    })
}

/// As [`read`], into a graph that is being built, by several threads where the syntax allows it. `watch` is asked every
/// few milliseconds whether to go on.
///
/// # Errors
/// As [`read`]; what `watch` says; and where there are more terms than a graph can number.
pub fn build(
    input: Input,
    base: Option<&str>,
    prefixes: &mut Prefixes,
    progress: &mut dyn FnMut(&Progress<'_>),
    watch: Watch<'_>,
    packer: &mut Packer,
) -> Result<u64> {
    packer.start_file();
    opened(input, base, prefixes, progress, |read, news| {
        read(&mut Building { packer, news, watch, quads: 0 })
    })
}

/// A graph that the quads of a file are put into.
struct Building<'a> {
    packer: &'a mut Packer,
    news: &'a mut dyn FnMut(u64),
    watch: Watch<'a>,
    quads: u64,
}

impl rdf::Target for Building<'_> {
    fn quad(&mut self, quad: QuadRef<'_>) -> Result<()> {
        self.quads += 1;
        if self.quads.is_multiple_of(CHECK_EVERY) {
            self.watch.check()?;
            self.packer.make_room(self.watch)?;
        }
        if self.quads.is_multiple_of(NEWS_EVERY) {
            (self.news)(self.quads);
        }
        self.packer.add(quad);
        Ok(())
    }

    fn lines(
        &mut self,
        format: rdf::Format,
        reader: &mut dyn Read,
        count: &mut u64,
    ) -> std::result::Result<Option<Rest>, turtle::Stop> {
        let workers = (cores::count() - 1).min(MOST_WORKERS);
        let mut take = |piece: &mut Piece, quads: u64| {
            self.watch.check()?;
            self.packer.absorb(&mut piece.0);
            (self.news)(quads);
            self.packer.make_room(self.watch)
        };
        let gathering =
            Gathering { workers, add: |piece: &mut Piece, quad| piece.0.add(quad), take: &mut take };
        pieces::read(format, reader, count, gathering)
    }
}

/// The quads of a piece of a file, with the labels of their blank nodes.
struct Piece(Builder);

impl Default for Piece {
    fn default() -> Self {
        Self(Builder::keeping_labels())
    }
}

/// Opens an input, tells its syntax, and lets `work` have it read.
fn opened(
    input: Input,
    base: Option<&str>,
    prefixes: &mut Prefixes,
    progress: &mut dyn FnMut(&Progress<'_>),
    work: impl FnOnce(&mut dyn FnMut(&mut dyn rdf::Target) -> Result<u64>, &mut dyn FnMut(u64)) -> Result<u64>,
) -> Result<u64> {
    let Input { name, format, own, promise, reader, total, fresh } = input;
    let bytes = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: reader, bytes: Arc::clone(&bytes) };
    let unreadable = |error| unpack::unreadable(&name, error);
    let opened = unpack::open(counted).map_err(unreadable)?;
    let remark = misnamed(&name, promise, opened.compression);
    let mut news = |quads, remark| {
        let bytes_read = bytes.load(Ordering::Relaxed);
        progress(&Progress { file: &name, bytes_read, bytes_total: total, quads, remark });
    };
    if remark.is_some() {
        news(0, remark.as_deref());
    }
    rdf::refuse_binary(&name, &opened.head)?;
    let (head, text) = unpack::decoded(opened.plain).map_err(unreadable)?;
    rdf::refuse_zeros(&name, &head)?;
    rdf::refuse_html(&name, &head)?;
    rdf::refuse_sparql(&name, &head)?;
    rdf::refuse_tables(&name)?;
    let named = format;
    let format = rdf::recognise(&name, format, &head)?;
    let base = base.or(own.as_deref());
    let mut news = |quads| news(quads, None);
    let contexts = |address: &str| {
        let own = own.as_deref()?;
        context_beside(own, address).or_else(|| context_kept(own, address))
    };
    let reading = rdf::Reading { format, base, fresh, contexts: &contexts };
    let mut text = Some(Window::new(text));
    let mut read = |target: &mut dyn rdf::Target| {
        text.take().map_or(Ok(0), |text| rdf::read_windowed(&name, reading, text, prefixes, target))
    };
    let count = work(&mut read, &mut news);
    let count =
        count.map_err(|error| if named.is_none() { rdf::or_no_rdf(&name, &head, error) } else { error })?;
    news(count);
    Ok(count)
}

/// What is to be said of a file that is not compressed as its name promises. It is read as what it is: a name ending in `.gz`
/// often comes of a download that unpacked what it stored, and one that ends in `.ttl` of one that did not.
fn misnamed(name: &str, promise: Promise, is: Option<Compression>) -> Option<String> {
    Some(match (promise, is) {
        (Promise::Compressed(promised), Some(is)) if promised != is => {
            format!(
                "{name} is compressed with {}, not with {} as its name says: it is read as what it is",
                is.name(),
                promised.name()
            )
        }
        (Promise::Compressed(promised), None) => {
            format!(
                "{name} is not compressed with {}, as its name says: it is read as it is",
                promised.name()
            )
        }
        (Promise::Text, Some(is)) => {
            format!(
                "{name} is compressed with {}, which its name does not say: other programs may not read it",
                is.name()
            )
        }
        _ => return None,
    })
}

/// A context of JSON-LD that lies in the folder of the file that names it, or below. Other files are none of
/// its business.
fn context_beside(own: &str, address: &str) -> Option<io::Result<String>> {
    let (folder, _) = own.rsplit_once('/')?;
    let below = address.strip_prefix(folder)?.strip_prefix('/')?;
    let path = path_of_iri(address).filter(|_| !below.split('/').any(|part| part == ".."))?;
    path.is_file().then(|| std::fs::read_to_string(path))
}

/// A context of the web that is kept in a folder `contexts`, beside the file that names it or in a folder above.
fn context_kept(own: &str, address: &str) -> Option<io::Result<String>> {
    let kept = jsonld::file_of(address)?;
    let own = path_of_iri(own)?;
    let beside = if own.is_dir() { Some(own.as_path()) } else { own.parent() };
    let file = beside?.ancestors().find_map(|folder| {
        let names = ["", ".jsonld", ".json"].map(|ending| folder.join(format!("{kept}{ending}")));
        names.into_iter().find(|path| path.is_file())
    })?;
    Some(std::fs::read_to_string(file))
}

fn unopened(path: &Path, error: io::Error) -> Error {
    let name = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            let (error, near) = (Error::data(format!("there is no file {name}")), nearest(path));
            if near.is_empty() {
                return error.hint("check its name and folder");
            }
            near.into_iter()
                .fold(error, |error, near| error.hint(format!("did you mean {}?", near.display())))
        }
        io::ErrorKind::PermissionDenied => {
            Error::data(format!("no permission to read {name}")).hint("ask whose file it is, or read a copy")
        }
        _ => Error::data(format!("cannot open {name}")).because(error),
    }
}

/// Up to three files beside a missing one, with names much like its.
fn nearest(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let mut near: Vec<(usize, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let distance = strsim::damerau_levenshtein(&name.to_lowercase(), &wanted);
            (distance <= (wanted.chars().count() / 3).max(1)).then(|| (distance, path.with_file_name(name)))
        })
        .collect();
    near.sort();
    near.into_iter().take(3).map(|(_, path)| path).collect()
}

/// Counts the bytes that go through.
struct Counted {
    inner: Box<dyn Read>,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
