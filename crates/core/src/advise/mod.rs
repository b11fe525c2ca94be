//! What a good colleague would add to an answer, or to the lack of one.
//!
//! In: texts, and what is known of the graph. Out: advice as values. Nothing is printed.

pub mod absent;
pub mod complete;
pub mod diagnose;
pub mod lints;
pub mod provenance;
pub mod values;
pub mod why_empty;

pub use crate::explore::Knowledge;
