//! baimo (百模): ask, run, export and check a knowledge graph. Here: its faces, and the graph compiled in.
//!
//! All else is in the packages below `crates/`, given on from here under their names.

#![forbid(unsafe_code)]

pub use baimo_core::{
    advise, ask, blank, catalog, edit, engine, error, explore, formats, held, kept, packing, plain, previous,
    project, session, show, snapshot, sources, store, terms,
};

// The graph compiled in.
pub mod embedded;
// What people and shells meet.
pub mod faces;
