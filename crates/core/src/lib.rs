//! A graph and all that one can do with it: ask, run saved queries, export, explore, explain.
//!
//! In: where a graph is, texts, parameters. Out: answers and reports as values, and their texts. Knows no
//! command line, no terminal and no particular graph; the library for those who build on baimo.

pub use baimo_engine as engine;
pub use baimo_store::{blank, error, sources, store, terms};

// What a good colleague would add.
pub mod advise;
// Saved queries: headers, parameters, binding.
pub mod catalog;
// What is in a graph: names, mentions, selections, differences.
pub mod explore;
#[cfg(test)]
mod fixture;
// Answers for machines.
pub mod formats;
// The last answer as a part of the next question.
pub mod previous;
// A graph is a folder; or one compiled in.
pub mod project;
// The verbs.
pub mod session;
// Answers for people.
pub mod show;
