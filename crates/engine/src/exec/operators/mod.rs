//! The operators, each in a file of its own. They meet as batches and name one another nowhere.
//!
//! In: batches of their inputs. Out: batches. To add one: a variant of `Op` in `plan/physical.rs`, a line in
//! `exec/build.rs`, and a file here, whose head names what the algorithm follows and where it differs. `filter.rs` is the
//! shortest to read first.

pub mod distinct;
pub mod each_graph;
pub mod equality_class;
pub mod exchange;
pub mod exists;
pub mod extend;
pub mod filter;
pub mod group;
pub mod hash_join;
pub mod index_join;
pub mod intersect;
pub mod lateral;
pub mod lookup;
pub mod number;
pub mod once;
pub mod partition;
pub mod project;
pub mod reach;
pub mod scan;
pub mod slice;
pub mod sort;
pub mod union;
pub mod unpack;
pub mod unroll;
