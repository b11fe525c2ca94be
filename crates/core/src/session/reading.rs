//! Files to quads for a session: all of one load, or none.
//!
//! In: paths as a user gives them. Out: quads in a builder or a list. An error says how many quads had been read.

use crate::engine::Governor;
use crate::error::{Error, Hint, Result};
use crate::store::import::{self, Progress};
use crate::store::pack::{Pack, Packer, Watch};
use crate::terms::{Prefixes, Quad, QuadRef};
use std::path::{Path, PathBuf};

/// Reads files into a builder.
pub(crate) fn build(
    files: &[PathBuf],
    base: Option<&str>,
    declared: &mut Prefixes,
    watch: Watch<'_>,
    progress: &mut dyn FnMut(&Progress<'_>),
    packer: &mut Packer,
) -> Result<()> {
    for file in files {
        build_one(file, base, declared, watch, progress, packer)?;
    }
    Ok(())
}

/// Adds what a path or pattern stands for, RDF files or a pack, to a graph that is being built.
fn build_one(
    file: &Path,
    base: Option<&str>,
    declared: &mut Prefixes,
    watch: Watch<'_>,
    progress: &mut dyn FnMut(&Progress<'_>),
    packer: &mut Packer,
) -> Result<()> {
    if !Pack::is_one(file) {
        return import::inputs(&[file.to_owned()])?
            .into_iter()
            .try_for_each(|input| import::build(input, base, declared, progress, watch, packer).map(drop));
    }
    let mut quads = 0_u64;
    read_graph(file, base, declared, progress, &mut |event| {
        let Some(quad) = event else {
            packer.start_file();
            return Ok(());
        };
        packer.add(quad);
        quads += 1;
        if quads.is_multiple_of(1024) {
            watch.check()?;
            packer.make_room(watch)?;
        }
        Ok(())
    })
}

/// An error that ended the reading, with how many quads came before it.
pub(super) fn after(error: Error, quads: u64) -> Error {
    match quads {
        // The error itself says what to do.
        0 => error,
        quads => error.hint(Hint::ReadBefore(quads)),
    }
}

/// Reads what a path or pattern stands for, RDF files or a pack: gives nothing at the start of each, then its quads.
fn read_graph(
    file: &Path,
    base: Option<&str>,
    declared: &mut Prefixes,
    progress: &mut dyn FnMut(&Progress<'_>),
    sink: &mut dyn FnMut(Option<QuadRef<'_>>) -> Result<()>,
) -> Result<()> {
    if Pack::is_one(file) {
        let pack = Pack::open(file)?;
        declared.extend(pack.prefixes());
        sink(None)?;
        return pack.each_quad(&mut |quad| sink(Some(quad.as_ref())));
    }
    for input in import::inputs(&[file.to_owned()])? {
        sink(None)?;
        import::read(input, base, declared, progress, &mut |quad| sink(Some(quad)))?;
    }
    Ok(())
}

/// The quads of the file that a LOAD names; what is to be said about the file is noted.
pub(super) fn read_for_load(iri: &str, governor: &Governor) -> Result<Vec<Quad>> {
    let Some(path) = import::path_of_iri(iri) else {
        return Err(Error::usage(format!(
            "LOAD <{iri}>: baimo reads files, and fetches nothing from the web"
        ))
        .hint("download it, then LOAD <file:///...>"));
    };
    let mut quads = Vec::new();
    for input in import::inputs(&[path])? {
        let read = import::read(
            input.with_fresh_blank_nodes(),
            Some(iri),
            &mut Prefixes::new(),
            &mut |progress| progress.remark.into_iter().for_each(|remark| governor.note(remark.to_owned())),
            &mut |quad| {
                quads.push(quad.into_owned());
                Ok(())
            },
        );
        read.map_err(|error| after(error, quads.len() as u64))?;
    }
    Ok(quads)
}
