//! Rows of an earlier answer put into a query, in the place of a marked row.
//!
//! In: an algebra with `VALUES` of one row of [`MARK`]s, rows. Out: the algebra with the rows. It
//! refuses to know where the rows come from, and text.

use crate::answer::Row;
use crate::syntax::algebra::operands_mut;
use crate::terms::Term;
use spargebra::Query;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::{GroundTerm, GroundTriple, NamedNode};

/// The IRI that marks the place.
pub const MARK: &str = "urn:baimo:_";

/// Puts `rows` in the place of every marked row. A blank node has no name in another question: its
/// cell counts as empty.
pub fn fill(query: &mut Query, rows: &[Row]) {
    let ground: Vec<Vec<Option<GroundTerm>>> =
        rows.iter().map(|row| row.iter().map(|cell| cell.as_ref().and_then(grounded)).collect()).collect();
    let (Query::Select { pattern, .. }
    | Query::Ask { pattern, .. }
    | Query::Describe { pattern, .. }
    | Query::Construct { pattern, .. }) = query;
    in_pattern(pattern, &ground);
}

fn grounded(term: &Term) -> Option<GroundTerm> {
    Some(match term {
        Term::NamedNode(iri) => iri.clone().into(),
        Term::Literal(literal) => literal.clone().into(),
        Term::BlankNode(_) => return None,
        Term::Triple(triple) => GroundTriple {
            subject: match &triple.subject {
                crate::terms::NamedOrBlankNode::NamedNode(iri) => iri.clone(),
                crate::terms::NamedOrBlankNode::BlankNode(_) => return None,
            },
            predicate: triple.predicate.clone(),
            object: grounded(&triple.object)?,
        }
        .into(),
    })
}

type Ground = [Vec<Option<GroundTerm>>];

fn in_pattern(pattern: &mut GraphPattern, rows: &Ground) {
    match pattern {
        GraphPattern::Values { bindings, .. } => {
            let mark = Some(GroundTerm::NamedNode(NamedNode::new_unchecked(MARK)));
            if let [row] = bindings.as_slice()
                && row.iter().all(|cell| *cell == mark)
            {
                *bindings = rows.to_vec();
            }
        }
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } => {}
        GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::Union { left, right }
        | GraphPattern::Minus { left, right } => {
            in_pattern(left, rows);
            in_pattern(right, rows);
        }
        GraphPattern::LeftJoin { left, right, expression } => {
            in_pattern(left, rows);
            in_pattern(right, rows);
            if let Some(expression) = expression {
                in_expression(expression, rows);
            }
        }
        GraphPattern::Filter { expr, inner } => {
            in_expression(expr, rows);
            in_pattern(inner, rows);
        }
        GraphPattern::Extend { inner, expression, .. } => {
            in_expression(expression, rows);
            in_pattern(inner, rows);
        }
        GraphPattern::OrderBy { inner, expression } => {
            in_pattern(inner, rows);
            for order in expression {
                let (OrderExpression::Asc(expression) | OrderExpression::Desc(expression)) = order;
                in_expression(expression, rows);
            }
        }
        GraphPattern::Group { inner, aggregates, .. } => {
            in_pattern(inner, rows);
            for (_, aggregate) in aggregates {
                if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                    in_expression(expr, rows);
                }
            }
        }
        GraphPattern::Graph { inner, .. }
        | GraphPattern::Service { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. } => in_pattern(inner, rows),
    }
}

fn in_expression(expression: &mut Expression, rows: &Ground) {
    if let Expression::Exists(pattern) = expression {
        in_pattern(pattern, rows);
    }
    operands_mut(expression).into_iter().for_each(|part| in_expression(part, rows));
}
