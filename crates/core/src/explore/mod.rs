//! What is in a graph: the names of its things, who mentions what, parts of it, differences between two.
//!
//! In: a graph behind its port. Out: values. Knows no query and prints nothing.

pub mod diff;
pub mod mentions;
pub mod names;
pub mod selection;
