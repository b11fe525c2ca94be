//! The graph compiled in: this repository's own folder, packed by `build.rs`.
//!
//! In: nothing. Out: [`EMBEDDED`], and sessions that fall back to it.

use crate::engine::Governor;
use crate::error::Result;
use crate::project::Embedded;
use crate::session::{Session, Source};
use crate::store::import::Progress;

mod made {
    include!(concat!(env!("OUT_DIR"), "/project.rs"));
}

/// The project and the graph of the folder that this binary was built in.
pub static EMBEDDED: Embedded = Embedded {
    manifest: made::MANIFEST,
    queries: made::QUERIES,
    graph: include_bytes!(concat!(env!("OUT_DIR"), "/graph.pack")),
};

/// Opens a graph: the one compiled in where `source` leads to no other.
///
/// # Errors
/// As [`Session::open`].
pub fn open(source: &Source) -> Result<Session> {
    Session::open(source, &EMBEDDED)
}

/// Opens a graph within limits, and tells how far the reading of its files has come.
///
/// # Errors
/// As [`Session::open_within`].
pub fn open_within(
    source: &Source,
    governor: &Governor,
    progress: &mut dyn FnMut(&Progress<'_>),
) -> Result<Session> {
    Session::open_within(source, &EMBEDDED, governor, progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_and_the_embedded_copy_are_the_same_graph() {
        let embedded = open(&Source::Embedded).unwrap();
        let folder = open(&Source::Here(env!("CARGO_MANIFEST_DIR").into())).unwrap();
        assert_eq!(folder.graph().len(), embedded.graph().len());
        assert_eq!(folder.project().queries().unwrap(), embedded.project().queries().unwrap());
    }
}
