//! SPARQL as text and as algebra: tokens, nesting, parsing, and walks over what was parsed.
//!
//! In: text, also half-typed or wrong. Out: tokens, or `spargebra`'s algebra. Knows no data.

mod aggregates;
pub mod algebra;
mod allowed;
mod data;
pub mod deep;
pub mod nesting;
pub mod parse;
pub(crate) mod signs;
pub mod tokens;
pub mod transfers;
