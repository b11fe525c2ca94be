//! Answers for machines: rows and graphs in the formats that other programs read.
//!
//! In: the engine's answers, or quads, and a format. Out: bytes or text. It opens no file.

pub mod changes;
pub mod graphs;
pub mod jsonld;
pub mod markup;
pub mod network;
pub mod rdfxml;
pub mod rows;
mod subjects;
pub mod svg;
pub mod turtle;
