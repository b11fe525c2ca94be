//! Makes a pack of files, in memory or, where that does not suffice, with temporary files beside the pack.
//!
//! In: quads, and how much memory may be used. Out: a graph in memory, or the bytes of a pack, the same whichever way they
//! were made. The labels of one file's blank nodes are held in memory.

use super::external::Runs;
use super::watch::Watch;
use super::{Builder, Pack};
use crate::error::{Error, Hint, Kind, Result};
use crate::terms::{NamedNode, Prefixes, QuadRef};
use std::io::Write;
use std::path::PathBuf;

/// What part of the memory the terms and quads that are being collected may take: sorting them takes twice as much more.
const SHARE: usize = 5;
/// Less memory than this is not enough for what is read ahead, and for the different parts of the work.
const LEAST: usize = 50_000_000;

/// What no temporary file takes, for whoever meets a limit of memory.
pub const HELD: &str = "what does not fit goes to temporary files, but for blank node labels, triple terms and the longest texts";

/// In how much memory a pack is built.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Bytes, about. Where it is less than 50 MB, only what fits into it is packed.
    pub memory: usize,
    /// The file beside which temporary ones are made: the pack itself.
    pub beside: PathBuf,
}

/// Collects quads. See the module.
#[derive(Default)]
pub struct Packer {
    builder: Builder,
    room: Option<Workspace>,
    runs: Option<Runs>,
    /// The graph that takes what is in none.
    into: Option<NamedNode>,
    /// How many quads were spilled.
    spilled: u64,
}

impl Packer {
    /// One that holds everything in memory.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// One that keeps within some memory.
    pub fn within(room: Workspace) -> Self {
        Self { room: Some(room), ..Self::default() }
    }

    /// The same, whose blank nodes get other labels. See [`Builder::labelling`].
    #[must_use]
    pub fn labelling(self, labels: String) -> Self {
        Self { builder: Builder::labelling(labels), ..self }
    }

    /// The same, whose blank nodes keep their labels.
    #[must_use]
    pub fn keeping_labels(self) -> Self {
        Self { builder: Builder::keeping_labels(), ..self }
    }

    /// The same, which puts what is in no graph into one.
    #[must_use]
    pub fn gathering_into(self, graph: Option<NamedNode>) -> Self {
        Self { into: graph, ..self }
    }

    /// Says that what follows comes from another file. See [`Builder::start_file`].
    pub fn start_file(&mut self) {
        self.builder.start_file();
    }

    /// Adds a quad.
    pub fn add(&mut self, quad: QuadRef<'_>) {
        self.builder.add(quad);
    }

    /// Adds all quads of a piece of the current file. See [`Builder::absorb`].
    pub fn absorb(&mut self, piece: &mut Builder) {
        self.builder.absorb(piece);
    }

    /// How many quads were added, repeated ones too.
    pub fn quads(&self) -> u64 {
        self.spilled + self.builder.quads()
    }

    /// Whether all that was added is held in memory.
    pub fn is_held(&self) -> bool {
        self.runs.is_none()
    }

    fn gather(&mut self) {
        if let Some(graph) = &self.into {
            self.builder.gather_into(graph);
        }
    }

    /// Makes room for more; to be called after every few thousand quads.
    ///
    /// # Errors
    /// Where there are more terms than a pack can number, the memory is too little even with temporary files, one of these
    /// cannot be written, or `watch` stops it.
    pub fn make_room(&mut self, watch: Watch<'_>) -> Result<()> {
        match &self.room {
            Some(room) if self.builder.memory() > room.memory / SHARE => {
                if room.memory < LEAST {
                    let limit =
                        format!("{} MB of memory are too little to pack this", room.memory / 1_000_000);
                    let enough = format!(
                        "{} MB beside a graph that is open are enough for most files, whatever their size: {HELD}",
                        LEAST / 1_000_000
                    );
                    return Err(Error::new(Kind::Limit, limit).hint(Hint::RaiseMaxMemory).hint(enough));
                }
                self.spill(watch)
            }
            _ => self.builder.has_room(),
        }
    }

    fn spill(&mut self, watch: Watch<'_>) -> Result<()> {
        self.gather();
        self.spilled += self.builder.quads();
        let Some(room) = &self.room else { return Ok(()) };
        let runs = match &mut self.runs {
            Some(runs) => runs,
            none => none.insert(Runs::new(&room.beside, room.memory)?),
        };
        runs.add(&mut self.builder, watch)
    }

    /// The graph of what was added, in memory.
    ///
    /// # Errors
    /// Where it was to be kept within some memory, or `watch` stops it.
    pub fn finish(mut self, watch: Watch<'_>) -> Result<Pack> {
        self.gather();
        if self.runs.is_some() {
            return Err(Error::store("the graph does not fit into the memory that it was given"));
        }
        self.builder.finish_within(watch)
    }

    /// Writes the pack of what was added.
    ///
    /// # Errors
    /// Where it or a temporary file cannot be written, or `watch` stops it.
    pub fn write<W: Write>(mut self, prefixes: &Prefixes, out: W, watch: Watch<'_>) -> Result<W> {
        if self.runs.is_some() {
            self.spill(watch)?;
        }
        self.gather();
        match self.runs {
            Some(runs) => {
                // Its room is needed now.
                drop(self.builder);
                runs.write(prefixes, out, watch)
            }
            None => self.builder.finish_within(watch)?.write_within(prefixes, out, watch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{BlankNode, GraphName, Literal, NamedNode, Quad, Term, Triple, xsd};
    use std::path::Path;

    /// Quads with terms of every kind, some of them often, in the default graph and in others.
    fn quad(n: usize) -> Quad {
        let mixed = n.wrapping_mul(0x9e37_79b9) >> 5;
        let iri = |n: usize| NamedNode::new_unchecked(format!("http://example.org/{n}"));
        let node = |n: usize| BlankNode::new_unchecked(format!("x{}", n % 400));
        let typed = |text: String, datatype| Literal::new_typed_literal(text, datatype).into();
        let object: Term = match mixed % 9 {
            0 => Literal::from(mixed as i64 % 3000).into(),
            1 => typed(format!("{}.50", mixed % 300), xsd::DECIMAL),
            2 => Triple::new(node(n), iri(n % 5), Literal::from(n as i64 % 9)).into(),
            3 => Triple::new(iri(n % 50), iri(n % 5), Triple::new(node(n), iri(3), iri(n % 11))).into(),
            4 => typed(format!("2024-01-{:02}T00:00:00{}", n % 40, ["", "Z"][n % 2]), xsd::DATE_TIME),
            5 => Literal::new_language_tagged_literal_unchecked(
                format!("text {}", n % 70),
                ["de", "en"][n % 2],
            )
            .into(),
            6 => typed(
                format!("text {}", n % 70),
                NamedNode::new_unchecked("http://example.org/type").as_ref(),
            ),
            7 => node(mixed).into(),
            _ => iri(mixed % 2000).into(),
        };
        let graph = match n % 4 {
            0 | 1 => GraphName::DefaultGraph,
            2 => node(n).into(),
            _ => iri(n % 30).into(),
        };
        let subject = iri(mixed % 900);
        if n.is_multiple_of(2) {
            Quad::new(node(n * 3), iri(n % 40), object, graph)
        } else {
            Quad::new(subject, iri(n % 40), object, graph)
        }
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("baimo-packer-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// The pack of some quads of two files, written in `runs` parts.
    fn packed(count: usize, runs: usize, beside: &Path) -> Vec<u8> {
        let mut packer = Packer::within(Workspace { memory: LEAST, beside: beside.to_owned() });
        for n in 0..count {
            if n % (count / 2 + 1) == 0 {
                packer.start_file();
            }
            packer.add(quad(n).as_ref());
            if runs > 0 && n % (count / runs + 1) == count / runs {
                packer.spill(Watch::nobody()).unwrap();
            }
        }
        let mut prefixes = Prefixes::new();
        prefixes.insert("ex", "http://example.org/");
        packer.write(&prefixes, Vec::new(), Watch::nobody()).unwrap()
    }

    #[test]
    fn the_bytes_are_the_same_in_memory_and_in_any_number_of_runs() {
        let folder = folder("same");
        let path = folder.join("x.pack");
        for count in [1, 50, 12_000] {
            let memory = packed(count, 0, &path);
            for runs in [1, 2, 9] {
                assert!(packed(count, runs, &path) == memory, "{count} quads, {runs} runs");
            }
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "nothing stays");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn building_can_be_stopped_anywhere_and_leaves_nothing() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let folder = folder("stop");
        let path = folder.join("x.pack");
        let build = |limit: usize| {
            let asked = AtomicUsize::new(0);
            let check = || match asked.fetch_add(1, Ordering::Relaxed) {
                n if n < limit => Ok(()),
                _ => Err(Error::data("stopped")),
            };
            let watch = Watch::asking(&check);
            let built = (|| {
                let mut packer = Packer::within(Workspace { memory: LEAST, beside: path.clone() });
                for n in 0..6_000 {
                    packer.add(quad(n).as_ref());
                    if n % 2_500 == 2_499 {
                        packer.spill(watch)?;
                    }
                }
                packer.write(&Prefixes::new(), Vec::new(), watch).map(drop)
            })();
            (built, asked.into_inner())
        };
        let (built, checks) = build(usize::MAX);
        assert!(built.is_ok() && checks > 30, "{checks}");
        for limit in (0..checks).step_by(checks / 25) {
            let (built, asked) = build(limit);
            assert!(built.is_err(), "{limit}");
            assert!(asked <= limit + 4, "went on after {limit}: {asked}");
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "nothing stays");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_disk_that_fails_while_sorting_is_named_with_a_remedy_and_nothing_stays() {
        use super::super::spill::faults;
        let folder = folder("full");
        let path = folder.join("x.pack");
        let build = || {
            let mut packer = Packer::within(Workspace { memory: LEAST, beside: path.clone() });
            for n in 0..6_000 {
                packer.add(quad(n).as_ref());
                if n % 2_500 == 2_499 {
                    packer.spill(Watch::nobody())?;
                }
            }
            packer.write(&Prefixes::new(), Vec::new(), Watch::nobody()).map(drop)
        };
        for kind in [std::io::ErrorKind::StorageFull, std::io::ErrorKind::Other] {
            let mut operations = 0;
            loop {
                faults::fail_in(&folder, operations, kind);
                let built = build();
                let failed = faults::stop(&folder);
                assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "something stays of {operations}");
                let Err(error) = built else {
                    assert!(!failed, "the failure of operation {operations} was passed over");
                    break;
                };
                assert!(failed && error.message.contains(&path.display().to_string()), "{error}");
                assert!(!error.hints.is_empty() && error.cause.is_some(), "{error}");
                operations += 1;
            }
            assert!(operations > 10, "{operations}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    /// What is said to be enough is taken, and a byte less is not.
    #[test]
    fn the_memory_that_is_said_to_be_enough_is_not_too_little() {
        let folder = folder("least");
        let beside = folder.join("x.pack");
        let collected = |memory: usize| {
            let mut packer = Packer::within(Workspace { memory, beside: beside.clone() });
            let s = NamedNode::new_unchecked("http://example.org/s");
            for n in 0..12 {
                let text = Literal::new_simple_literal(format!("{n} {}", "x".repeat(1_000_000)));
                packer.add(Quad::new(s.clone(), s.clone(), text, GraphName::DefaultGraph).as_ref());
            }
            packer.make_room(Watch::nobody()).map(|()| packer.runs.is_some())
        };
        assert!(collected(50_000_000).unwrap());
        let refused = collected(49_999_999).unwrap_err();
        assert_eq!(refused.message, "49 MB of memory are too little to pack this");
        let Some(Hint::Text(enough)) = refused.hints.get(1) else { panic!("{:?}", refused.hints) };
        assert!(enough.starts_with("50 MB ") && enough.contains("blank node labels"), "{enough}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_graph_that_outgrows_its_room_is_written_in_runs() {
        let folder = folder("room");
        let path = folder.join("x.pack");
        let mut packer = Packer::within(Workspace { memory: LEAST, beside: path.clone() });
        let literal = |n: usize| Literal::new_simple_literal(format!("{n} {}", "x".repeat(5_000)));
        let mut n = 0;
        while packer.runs.as_ref().is_none_or(|runs| runs.count() < 2) {
            let s = NamedNode::new_unchecked("http://example.org/s");
            packer.add(Quad::new(s.clone(), s, literal(n), GraphName::DefaultGraph).as_ref());
            packer.make_room(Watch::nobody()).unwrap();
            n += 1;
        }
        assert!(n * 5_000 < 3 * LEAST, "{n} texts of 5 kB");
        assert!(packer.finish(Watch::nobody()).is_err(), "it is not in memory any more");
        let mut small = Packer::within(Workspace { memory: 1 << 20, beside: path });
        assert!(small.make_room(Watch::nobody()).is_ok());
        (0..100).for_each(|n| {
            let s = NamedNode::new_unchecked("http://example.org/s");
            small.add(Quad::new(s.clone(), s, literal(n), GraphName::DefaultGraph).as_ref());
        });
        assert_eq!(
            small.make_room(Watch::nobody()).unwrap_err().kind,
            Kind::Limit,
            "too little for any runs"
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
