//! The parsed form of a query, for those who inspect one without naming the parser.
//!
//! In and out: `spargebra`'s types, under one roof. It refuses to add to them.

pub use spargebra::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern, OrderExpression,
    PropertyPathExpression, QueryDataset,
};
pub use spargebra::term::{BlankNode, GroundTerm, NamedNodePattern, TermPattern, TriplePattern};
pub use spargebra::{Query, Update};
