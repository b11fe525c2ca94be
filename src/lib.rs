//! baimo (百模): ask, run, export and check a knowledge graph.
//!
//! The modules in the order in which a question flows through them.

// What a good colleague would add.
pub mod advise;
// Answers, and how each is written.
pub mod answers;
// Blank nodes by what they say.
pub mod blank;
// Saved queries: headers, parameters, binding.
pub mod catalog;
// Question to answer.
pub mod engine;
// What went wrong, where, and the way out.
pub mod error;
// What people and shells meet.
pub mod faces;
// The last answer as a part of the next question.
pub mod previous;
// A graph is a folder; and the one compiled in.
pub mod project;
// The verbs.
pub mod session;
// Bytes to quads.
pub mod sources;
// Quads at rest: the Graph port and what stands behind it.
pub mod store;
// The nouns: terms, prefixes, compact IRIs.
pub mod terms;
