//! Passes over the algebra: a query in, an equal or more definite query out. Pure; no pass sees data.
//!
//! In the order in which a query goes through them: [`previous`], [`bind`], [`constants`], [`membership`].

pub mod bind;
pub mod constants;
pub mod membership;
pub mod previous;
