//! Expressions over columns of terms (SPARQL 1.1 and 1.2, section 17).
//!
//! In: an algebra expression, compiled once against the columns of its input ([`Program`]), and batches of columns ([`Column`]): numbers of terms, or what
//! was computed before. Out: a truth, a number of a term or a value for each row. An error is the state of one cell and never ends a batch. EXISTS is
//! no matter of this module: whoever plans it puts a variable in its place.

pub mod aggregate;
mod cast;
mod choice;
pub mod column;
mod compile;
pub mod concat;
pub mod constant;
mod days;
mod effort;
pub mod fast;
#[cfg(test)]
mod fixture;
mod functions;
mod growing;
mod kernels;
mod made;
mod members;
pub mod operators;
pub mod pattern;
mod program;
mod scope;
mod strings;
mod tagged;
#[cfg(test)]
mod tests;
mod texts;
pub mod value;
mod vector;
pub mod verdicts;
mod view;

pub use column::Column;
pub use compile::Program;
pub use functions::{is_solution_number, is_volatile, solution_number, text_of};
pub use program::{Cells, Computed, Terms};
pub use scope::{Note, Scope};
pub use texts::Texts;
pub use value::Value;
