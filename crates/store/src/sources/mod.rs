//! Bytes to quads: encodings, compression and the syntaxes of RDF. Where quads go is the caller's matter.

// Bytes in any encoding to UTF-8.
pub mod encoding;
// The last part of what was read, to show the line of an error.
pub mod excerpt;
// A parser's sentences in plain words.
pub mod plain;
// All syntaxes behind one function.
pub mod rdf;
// RDF/XML.
pub mod rdfxml;
// Compressed bytes to plain ones.
pub mod unpack;
// XML 1.0 with namespaces.
pub mod xml;
