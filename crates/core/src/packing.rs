//! Files to a pack, within some memory and without opening them as a graph.
//!
//! In: files, and what the work may take. Out: the bytes of a pack. What is in a single pack already is copied by way of
//! its graph, of which what is read stays in memory.

use crate::engine::{Governor, Limits};
use crate::error::{Hint, Result};
use crate::project::{Embedded, Project};
use crate::session::{called, in_scope, reading};
use crate::store::import::Progress;
use crate::store::pack::{HELD, Pack, Packer, Step, Watch, Workspace};
use crate::terms::Prefixes;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What packing may take, and who hears how far it is.
pub struct Packing<'a> {
    /// In how much memory, and beside which file temporary ones are made; nothing where all is to be held in memory.
    pub room: Option<Workspace>,
    /// The limits that hold for the work; that of memory is kept by `room`.
    pub limits: Limits,
    /// Stops the work when it is set.
    pub stop: Arc<AtomicBool>,
    /// Hears how far the reading of the files is.
    pub progress: &'a mut dyn FnMut(&Progress<'_>),
    /// Hears how much of how much of a step is done, from several threads.
    pub news: &'a (dyn Fn(Step, u64, u64) + Sync),
}

/// Writes the pack of some files.
///
/// # Errors
/// Where a file cannot be read, the pack or a temporary file not be written, or a limit stops it.
pub fn pack(
    files: &[PathBuf],
    embedded: &'static Embedded,
    packing: Packing<'_>,
    out: &mut dyn Write,
) -> Result<()> {
    let Packing { room, limits, stop, progress, news } = packing;
    let governor = Governor::new(Limits { max_memory: None, ..limits }, stop);
    let check = || governor.check();
    let watch = Watch::new(&check, news);
    let project = Project::elsewhere(embedded, called(files))?;
    if let [file] = files
        && Pack::is_one(file)
    {
        let pack = Pack::open(file)?;
        return pack.write_within(&in_scope(pack.prefixes(), &project), out, watch).map(drop);
    }
    let mut packer = room.map_or_else(Packer::in_memory, Packer::within);
    let mut declared = Prefixes::new();
    let done = reading::build(files, None, &mut declared, watch, progress, &mut packer)
        .and_then(|_| packer.write(&in_scope(&declared, &project), out, watch));
    done.map(drop).map_err(|error| match error.hints.as_slice() {
        // Why more memory is needed than for files that are larger.
        [Hint::RaiseMaxMemory] => error.hint(HELD),
        _ => error,
    })
}
