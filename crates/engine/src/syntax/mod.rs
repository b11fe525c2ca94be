//! SPARQL as text and as algebra: tokens, nesting, parsing, and walks over what was parsed.
//!
//! In: text, also half-typed or wrong. Out: tokens, or `spargebra`'s algebra. Knows no data.

pub mod algebra;
pub mod deep;
pub mod grammar;
mod nesting;
pub mod operations;
pub mod parse;
pub mod tokens;
pub mod written;
