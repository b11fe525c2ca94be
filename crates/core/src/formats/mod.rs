//! Answers for machines: rows, graphs, schemas and plans in the formats that other programs read.
//!
//! In: the engine's answers, or quads, and a format. Out: bytes or text. It opens no file.

pub mod canonical;
pub mod changes;
mod csv;
pub mod documents;
pub mod graphs;
mod json;
pub mod jsonld;
pub mod lines;
pub mod markup;
pub mod network;
pub mod rdfxml;
pub mod rows;
mod stream;
pub(crate) mod subjects;
pub mod svg;
mod tsv;
pub mod turtle;
mod xml;
