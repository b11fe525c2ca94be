//! N-Triples and N-Quads in pieces of whole lines, read on several threads at once.
//!
//! In: a reader, and how quads are gathered. Out: what was gathered of each piece, in the order of the file, so that the
//! result is the same however many threads there are. A piece with a line that is wrong, and all that follows, is left
//! to the parser. At most a few pieces for each thread are held.

use super::lines::{Rest, whole_lines};
use super::turtle::Stop;
use crate::error;
use memchr::{memchr_iter, memrchr};
use oxigraph::io::RdfFormat;
use oxrdf::QuadRef;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::{self, Scope};

/// How many bytes a piece has, about.
const PIECE: usize = 1 << 18;
/// A line of more bytes is the parser's.
const LONGEST: usize = 1 << 24;
/// How many pieces a thread is given ahead.
const AHEAD: usize = 2;

/// How quads are gathered, by `workers` threads beside the calling one.
pub struct Gathering<'a, G> {
    /// How many threads there may be beside the calling one.
    pub workers: usize,
    /// Adds a quad to a piece.
    pub add: fn(&mut G, QuadRef<'_>),
    /// Takes what was gathered of the next piece and empties it. It is told how many quads there were so far.
    pub take: &'a mut dyn FnMut(&mut G, u64) -> error::Result<()>,
}

/// Whole lines, and what was gathered of them.
#[derive(Default)]
struct Piece<G> {
    text: Vec<u8>,
    gathered: G,
    quads: u64,
    lines: u64,
    /// Whether it is the parser's.
    left: bool,
}

impl<G> Piece<G> {
    fn read(&mut self, format: RdfFormat, add: fn(&mut G, QuadRef<'_>)) {
        let Ok(text) = std::str::from_utf8(&self.text) else {
            self.left = true;
            return;
        };
        let (gathered, quads) = (&mut self.gathered, &mut self.quads);
        self.left = !whole_lines(format, text, &mut |quad| {
            add(gathered, quad);
            *quads += 1;
        });
        self.lines = memchr_iter(b'\n', &self.text).count() as u64;
    }
}

/// Reads quads up to the end or to what the parser must go on with, and counts them.
///
/// # Errors
/// Where the text cannot be read, or a piece is not taken.
pub fn read<'a, G: Default + Send>(
    format: RdfFormat,
    reader: &'a mut dyn Read,
    count: &mut u64,
    gathering: Gathering<'a, G>,
) -> Result<Option<Rest>, Stop> {
    let source = Source { reader, held: Vec::new(), ended: false };
    thread::scope(|scope| {
        let pieces = VecDeque::new();
        Reading { scope, format, source, gathering, workers: None, pieces, spare: Vec::new(), line: 0 }
            .all(count)
    })
}

/// Cuts a text into pieces.
struct Source<'a> {
    reader: &'a mut dyn Read,
    /// The beginning of a line whose end was not read yet.
    held: Vec<u8>,
    /// Whether nothing more is to be cut.
    ended: bool,
}

impl Source<'_> {
    /// Fills an empty piece. Says whether there was more.
    fn next<G>(&mut self, piece: &mut Piece<G>) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let text = &mut piece.text;
        text.clear();
        text.append(&mut self.held);
        let whole = loop {
            let more = self.reader.take(PIECE as u64).read_to_end(text)?;
            if more == 0 {
                self.ended = true;
                break text.len();
            }
            match memrchr(b'\n', text) {
                Some(end) => break end + 1,
                None if text.len() > LONGEST => {
                    (self.ended, piece.left) = (true, true);
                    break text.len();
                }
                None => {}
            }
        };
        self.held.extend_from_slice(text.get(whole..).unwrap_or_default());
        text.truncate(whole);
        Ok(!text.is_empty())
    }
}

/// A thread that reads pieces, one after the other.
struct Worker<G> {
    given: Sender<Piece<G>>,
    done: Receiver<Piece<G>>,
    /// How many pieces it has.
    has: usize,
}

/// Where a piece is.
enum Place<G> {
    Here(Piece<G>),
    At(usize),
}

struct Reading<'s, 'env, 'a, G> {
    scope: &'s Scope<'s, 'env>,
    format: RdfFormat,
    source: Source<'a>,
    gathering: Gathering<'a, G>,
    /// None before the second piece: small files need none.
    workers: Option<Vec<Worker<G>>>,
    /// In the order of the file.
    pieces: VecDeque<Place<G>>,
    spare: Vec<Piece<G>>,
    line: u64,
}

impl<'s, G: Default + Send + 's> Reading<'s, '_, '_, G> {
    fn all(mut self, count: &mut u64) -> Result<Option<Rest>, Stop> {
        loop {
            self.give_out().map_err(Stop::Io)?;
            let Some(piece) = self.next_done().map_err(Stop::Io)? else { return Ok(None) };
            let mut piece = piece;
            if piece.left {
                return self.rest(piece).map(Some).map_err(Stop::Io);
            }
            *count += piece.quads;
            self.line += piece.lines;
            (self.gathering.take)(&mut piece.gathered, *count).map_err(Stop::Sink)?;
            (piece.quads, piece.lines) = (0, 0);
            self.spare.push(piece);
        }
    }

    /// The next piece of text; nothing at the end.
    fn cut(&mut self) -> io::Result<Option<Piece<G>>> {
        let mut piece = self.spare.pop().unwrap_or_default();
        let more = self.source.next(&mut piece)?;
        Ok(more.then_some(piece))
    }

    /// Sees to it that each worker has something to do.
    fn give_out(&mut self) -> io::Result<()> {
        if self.workers.is_none() {
            if let Some(piece) = self.cut()? {
                self.read_here(piece);
            }
            let wanted = if self.source.ended { 0 } else { self.gathering.workers };
            self.workers = Some((0..wanted).filter_map(|_| self.worker()).collect());
        }
        loop {
            let workers = self.workers.iter().flatten().enumerate();
            let free = workers.filter(|(_, worker)| worker.has < AHEAD).min_by_key(|(_, worker)| worker.has);
            let Some((place, _)) = free else { return Ok(()) };
            let Some(piece) = self.cut()? else { return Ok(()) };
            let worker = self.workers.as_mut().and_then(|workers| workers.get_mut(place));
            match worker {
                Some(worker) if !piece.left => match worker.given.send(piece) {
                    Ok(()) => {
                        worker.has += 1;
                        self.pieces.push_back(Place::At(place));
                    }
                    Err(unsent) => self.read_here(unsent.0),
                },
                _ => self.pieces.push_back(Place::Here(piece)),
            }
        }
    }

    /// A new thread; none where the system has none.
    fn worker(&self) -> Option<Worker<G>> {
        let (given, work) = channel::<Piece<G>>();
        let (finished, done) = channel();
        let (format, add) = (self.format, self.gathering.add);
        let run = move || {
            for mut piece in work {
                piece.read(format, add);
                if finished.send(piece).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().spawn_scoped(self.scope, run).ok()?;
        Some(Worker { given, done, has: 0 })
    }

    fn read_here(&mut self, mut piece: Piece<G>) {
        if !piece.left {
            piece.read(self.format, self.gathering.add);
        }
        self.pieces.push_back(Place::Here(piece));
    }

    /// The next piece that was read; nothing at the end. While another thread has it, one is read here.
    fn next_done(&mut self) -> io::Result<Option<Piece<G>>> {
        loop {
            let Some(next) = self.pieces.pop_front() else {
                let Some(piece) = self.cut()? else { return Ok(None) };
                self.read_here(piece);
                continue;
            };
            let place = match next {
                Place::Here(piece) => return Ok(Some(piece)),
                Place::At(place) => place,
            };
            if let Some(piece) = self.from(place, self.pieces.len() > 2 * AHEAD)? {
                return Ok(Some(piece));
            }
            self.pieces.push_front(Place::At(place));
            match self.cut()? {
                Some(piece) => self.read_here(piece),
                None => {
                    self.pieces.pop_front();
                    return self.from(place, true);
                }
            }
        }
    }

    /// The next piece of a worker, when it is ready or, with `wait`, in any case.
    fn from(&mut self, place: usize, wait: bool) -> io::Result<Option<Piece<G>>> {
        let worker = self.workers.as_mut().and_then(|workers| workers.get_mut(place));
        let gone = || io::Error::other("a thread that reads it has ended");
        let worker = worker.ok_or_else(gone)?;
        let piece = if wait {
            worker.done.recv().map_err(|_| gone())?
        } else {
            match worker.done.try_recv() {
                Ok(piece) => piece,
                Err(TryRecvError::Empty) => return Ok(None),
                Err(TryRecvError::Disconnected) => return Err(gone()),
            }
        };
        worker.has -= 1;
        Ok(Some(piece))
    }

    /// A piece and all text behind it that was cut.
    fn rest(mut self, piece: Piece<G>) -> io::Result<Rest> {
        let mut bytes = piece.text;
        while let Some(next) = self.pieces.pop_front() {
            let piece = match next {
                Place::Here(piece) => Some(piece),
                Place::At(place) => self.from(place, true)?,
            };
            bytes.extend(piece.map(|piece| piece.text).unwrap_or_default());
        }
        bytes.append(&mut self.source.held);
        Ok(Rest { bytes, line: self.line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::lines::parsed;

    /// The quads of a text, each as a line, and what is left for the parser, with its line.
    fn gathered(text: &str, workers: usize) -> (Vec<String>, Option<(u64, Vec<u8>)>) {
        let (mut all, mut count, mut reader) = (Vec::new(), 0, text.as_bytes());
        let add = |piece: &mut Vec<String>, quad: QuadRef<'_>| piece.push(quad.to_string());
        let mut take = |piece: &mut Vec<String>, _: u64| {
            all.append(piece);
            Ok(())
        };
        let gathering = Gathering { workers, add, take: &mut take };
        let rest = read(RdfFormat::NQuads, &mut reader, &mut count, gathering).ok().unwrap();
        assert_eq!(count, all.len() as u64);
        (all, rest.map(|rest| (rest.line, [rest.bytes.as_slice(), reader].concat())))
    }

    fn line(n: usize) -> String {
        // Lines that only the parser reads are few at first, and many later on.
        let object = ["\"é\"", "\"a\\\"b\"", "<http://example.org/%41>", "_:b.c"]
            [if n < 15_000 { n % 4 } else { n % 2 + 2 }];
        format!("<http://example.org/s{n}> <http://example.org/p> {object} _:g{} .\n", n % 7)
    }

    #[test]
    fn any_number_of_threads_gives_the_same_in_the_same_order() {
        let text: String = (0..30_000).map(line).collect();
        assert!(text.len() > 5 * PIECE);
        let plain: Vec<String> =
            parsed(RdfFormat::NQuads, &text).unwrap().iter().map(ToString::to_string).collect();
        for workers in [0, 1, 3] {
            let (all, rest) = gathered(&text, workers);
            assert!(rest.is_none());
            assert!(all == plain, "{workers}");
        }
    }

    #[test]
    fn what_follows_a_wrong_line_is_left_to_the_parser_whole() {
        for wrong in [0, 7_000, 29_999] {
            let text: String =
                (0..30_000).map(|n| if n == wrong { "wrong\n".to_owned() } else { line(n) }).collect();
            for workers in [0, 1, 3] {
                let (all, rest) = gathered(&text, workers);
                let (line, rest) = rest.unwrap();
                assert!(all.len() as u64 == line && all.len() <= wrong, "{workers}");
                let before: usize = text.split_inclusive('\n').take(all.len()).map(str::len).sum();
                assert!(rest == text.as_bytes()[before..], "{workers}");
            }
        }
    }

    #[test]
    fn a_line_without_end_is_left_to_the_parser() {
        let text = format!("{}<http://example.org/s> \"{}", line(0), "x".repeat(LONGEST + PIECE));
        let (all, rest) = gathered(&text, 2);
        assert_eq!((all.len(), rest.unwrap().0), (1, 1));
    }

    #[test]
    fn a_piece_that_is_not_taken_ends_the_reading() {
        let text: String = (0..30_000).map(line).collect();
        let mut take = |_: &mut u64, _: u64| Err(error::Error::data("full"));
        let gathering = Gathering { workers: 2, add: |_: &mut u64, _| {}, take: &mut take };
        let read = read(RdfFormat::NQuads, &mut text.as_bytes(), &mut 0, gathering);
        assert!(matches!(read, Err(Stop::Sink(_))));
    }
}
