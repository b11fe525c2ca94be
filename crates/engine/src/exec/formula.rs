//! Expressions made ready to run over batches.
//!
//! In: an expression and the columns it may read. Out: truths, or ids of values, for each row. It takes
//! the logical connectives, BOUND, sameTerm, variables and constants alone; [`supports`] says so while planning.

use super::batch::{Batch, Column};
use super::context::Context;
use crate::error::{Error, Result};
use crate::plan::logical::Formula;
use crate::plan::variables::{Names, Var};
use crate::store::{Id, NONE};
use crate::syntax::algebra::{Expression, operands};
use crate::terms::Term;

/// An expression over columns.
#[derive(Debug, Clone)]
pub enum Compiled {
    /// A column; nothing for a variable that is never bound.
    Column(Option<usize>),
    /// A term.
    Constant(Term),
    /// Whether it is bound.
    Bound(Option<usize>),
    /// `!`.
    Not(Box<Compiled>),
    /// `&&`.
    And(Box<Compiled>, Box<Compiled>),
    /// `||`.
    Or(Box<Compiled>, Box<Compiled>),
    /// sameTerm.
    Same(Box<Compiled>, Box<Compiled>),
}

/// Whether an expression can be compiled.
pub fn supports(expression: &Expression) -> bool {
    let is_term = |part: &Expression| {
        matches!(part, Expression::Variable(_) | Expression::NamedNode(_) | Expression::Literal(_))
    };
    if is_term(expression) {
        return true;
    }
    let mut open = vec![expression];
    while let Some(part) = open.pop() {
        match part {
            Expression::And(..) | Expression::Or(..) | Expression::Not(_) => open.extend(operands(part)),
            Expression::SameTerm(a, b) if is_term(a) && is_term(b) => {}
            Expression::Bound(_) => {}
            _ => return false,
        }
    }
    true
}

/// Whether an expression can be compiled as a condition: the effective boolean value of terms cannot.
pub fn supports_condition(expression: &Expression) -> bool {
    supports(expression)
        && !matches!(expression, Expression::Variable(_) | Expression::NamedNode(_) | Expression::Literal(_))
}

impl Compiled {
    /// Compiles a formula over these columns.
    ///
    /// # Errors
    /// Where [`supports`] says no.
    pub fn new(formula: &Formula, columns: &[Var], names: &Names) -> Result<Self> {
        compile(&formula.expression, &|name| {
            names.find(name).and_then(|var| columns.iter().position(|column| *column == var))
        })
    }

    /// The ids of its values, unbound for errors.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn ids(&self, batch: &Batch, cx: &mut Context<'_>) -> Result<Column> {
        Ok(match self {
            Self::Column(Some(column)) => batch.column(*column).to_vec(),
            Self::Column(None) => vec![NONE; batch.len],
            Self::Constant(term) => vec![cx.intern(term)?; batch.len],
            _ => {
                let (no, yes) = (cx.intern(&super::boolean(false))?, cx.intern(&super::boolean(true))?);
                let id = |truth| match truth {
                    None => NONE,
                    Some(false) => no,
                    Some(true) => yes,
                };
                self.logical(batch, cx)?.into_iter().map(id).collect()
            }
        })
    }

    /// For which rows it is true.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn truths(&self, batch: &Batch, cx: &mut Context<'_>) -> Result<Vec<bool>> {
        Ok(self.logical(batch, cx)?.into_iter().map(|truth| truth == Some(true)).collect())
    }

    /// True, false or an error for each row (section 17.2).
    fn logical(&self, batch: &Batch, cx: &mut Context<'_>) -> Result<Vec<Option<bool>>> {
        Ok(match self {
            Self::Column(_) | Self::Constant(_) => {
                let ids = self.ids(batch, cx)?;
                ids.into_iter().map(|id| effective(id, cx)).collect()
            }
            Self::Bound(None) => vec![Some(false); batch.len],
            Self::Bound(Some(column)) => batch.column(*column).iter().map(|id| Some(*id != NONE)).collect(),
            Self::Not(inner) => {
                inner.logical(batch, cx)?.into_iter().map(|truth| truth.map(|truth| !truth)).collect()
            }
            Self::And(a, b) => {
                let (a, b) = (a.logical(batch, cx)?, b.logical(batch, cx)?);
                a.into_iter().zip(b).map(|(a, b)| and(a, b)).collect()
            }
            Self::Or(a, b) => {
                let (a, b) = (a.logical(batch, cx)?, b.logical(batch, cx)?);
                let not = |truth: Option<bool>| truth.map(|truth| !truth);
                a.into_iter().zip(b).map(|(a, b)| not(and(not(a), not(b)))).collect()
            }
            Self::Same(a, b) => {
                let (a, b) = (a.ids(batch, cx)?, b.ids(batch, cx)?);
                let same = |(a, b): (Id, Id)| (a != NONE && b != NONE).then_some(a == b);
                a.into_iter().zip(b).map(same).collect()
            }
        })
    }
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// The effective boolean value of booleans; other values have none here.
fn effective(id: Id, cx: &Context<'_>) -> Option<bool> {
    match cx.term(id)? {
        Term::Literal(literal) if literal.datatype() == crate::terms::xsd::BOOLEAN => {
            baimo_store::value::order::parse_boolean(literal.value()).or(Some(false))
        }
        _ => None,
    }
}

fn compile(expression: &Expression, place: &dyn Fn(&str) -> Option<usize>) -> Result<Compiled> {
    let two = |a: &Expression, b: &Expression| -> Result<(Box<Compiled>, Box<Compiled>)> {
        Ok((Box::new(compile(a, place)?), Box::new(compile(b, place)?)))
    };
    Ok(match expression {
        Expression::Variable(variable) => Compiled::Column(place(variable.as_str())),
        Expression::Bound(variable) => Compiled::Bound(place(variable.as_str())),
        Expression::NamedNode(iri) => Compiled::Constant(iri.clone().into()),
        Expression::Literal(literal) => Compiled::Constant(literal.clone().into()),
        Expression::Not(inner) => Compiled::Not(Box::new(compile(inner, place)?)),
        Expression::And(a, b) => two(a, b).map(|(a, b)| Compiled::And(a, b))?,
        Expression::Or(a, b) => two(a, b).map(|(a, b)| Compiled::Or(a, b))?,
        Expression::SameTerm(a, b) => two(a, b).map(|(a, b)| Compiled::Same(a, b))?,
        other => return Err(Error::query(format!("the expression {other} cannot be computed"))),
    })
}
