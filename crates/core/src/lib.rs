//! A graph and all that one can do with it: ask, run saved queries, export, explore, explain.
//!
//! In: where a graph is, texts, parameters. Out: answers and reports as values, and their texts. Knows no
//! command line, no terminal and no particular graph; the library for those who build on baimo.

#![forbid(unsafe_code)]

pub use baimo_engine as engine;
pub use baimo_store::{blank, cores, error, held, room, sources, store, terms, throttle};

// What a good colleague would add.
pub mod advise;
// One query as one value.
pub mod ask;
// Saved queries: headers, parameters, binding.
pub mod catalog;
// A project folder changed by SPARQL.
pub mod edit;
// What is in a graph: names, mentions, selections, differences.
pub mod explore;
#[cfg(test)]
mod fixture;
// Answers for machines.
pub mod formats;
// Files to a pack, within some memory.
pub mod packing;
// What words that are not SPARQL may have meant.
pub mod plain;
// Answers kept by the numbers of their terms.
pub mod kept;
// The last answer as a part of the next query.
pub mod previous;
// A graph is a folder; or one compiled in.
pub mod project;
// A graph kept open: where it comes from and how it changes.
pub mod session;
// Answers for people.
pub mod show;
// A graph as it is at one moment, and all that is known about it.
pub mod snapshot;
