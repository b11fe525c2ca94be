//! Bytes to quads: encodings, compression and the syntaxes of RDF. Where quads go is the caller's matter.

// Bytes in any encoding to UTF-8.
pub mod encoding;
// The last part of what was read, to show the line of an error.
pub mod excerpt;
// What is wrong in a file, and where.
pub mod fault;
// Relative IRIs.
pub mod iri;
// JSON as a tree that knows its places.
pub mod json;
// JSON-LD.
pub mod jsonld;
// N-Triples and N-Quads line by line.
pub mod lines;
// The same in pieces, on several threads.
pub mod pieces;
// A parser's sentences in plain words.
pub mod plain;
// All syntaxes behind one function.
pub mod rdf;
// RDF/XML.
pub mod rdfxml;
// Turtle and its kin.
pub mod turtle;
// Compressed bytes to plain ones.
pub mod unpack;
// XML 1.0 with namespaces.
pub mod xml;
