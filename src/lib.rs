//! baimo (百模): ask, run, export and check a knowledge graph.
//!
//! The modules in the order in which a question flows through them.

pub use baimo_engine as engine;
pub use baimo_store::{blank, error, sources, store, terms};

// What a good colleague would add.
pub mod advise;
// How each answer is written.
pub mod answers;
// Saved queries: headers, parameters, binding.
pub mod catalog;
// What is in a graph: names, mentions, selections, differences.
pub mod explore;
// What people and shells meet.
pub mod faces;
// The last answer as a part of the next question.
pub mod previous;
// A graph is a folder; and the one compiled in.
pub mod project;
// The verbs.
pub mod session;
