//! Expressions made ready to run over batches.
//!
//! In: a formula of the plan and the columns it may read. Out: truths, ids or values, for each row. It is
//! the seam between operators and `expr`, which knows neither batches nor plans.

use super::batch::{Batch, Column};
use super::context::Context;
use crate::error::Result;
use crate::expr::{Cells, Computed, Program, Terms};
use crate::plan::logical::Formula;
use crate::plan::variables::{Var, VariableNames};
use crate::store::{Id, Indexed, NONE};
use crate::terms::Term;

/// An expression over columns of batches.
#[derive(Debug)]
pub struct Compiled {
    program: Program,
    /// The column, where the expression is a variable and nothing else; nothing in it where that variable is
    /// never bound.
    column: Option<Option<usize>>,
}

impl Compiled {
    /// Compiles a formula over these columns.
    ///
    /// # Errors
    /// Where `expr` cannot compile it.
    pub fn new(formula: &Formula, columns: &[Var], names: &VariableNames) -> Result<Self> {
        let place = |var: Var| columns.iter().position(|column| *column == var);
        let program =
            Program::compile(&formula.expression, &|variable| names.find(variable.as_str()).and_then(place))?;
        Ok(Self { program, column: formula.as_variable().map(place) })
    }

    /// Numbers solutions from a number on: see [`Program::number_solutions`].
    pub fn number_solutions(&mut self, first: u64) {
        self.program.number_solutions(first);
    }

    /// Whether it is a variable and nothing else.
    pub fn is_variable(&self) -> bool {
        self.column.is_some()
    }

    /// The ids of its values, unbound for errors.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn ids(&mut self, batch: &Batch, cx: &mut Context<'_>) -> Result<Column> {
        match self.column {
            Some(Some(column)) => Ok(batch.column(column).to_vec()),
            Some(None) => Ok(vec![NONE; batch.len]),
            None => {
                let scope = cx.scope();
                self.program.ids(batch, cx, &scope)
            }
        }
    }

    /// For which rows it is true; an error is not.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn truths(&mut self, batch: &Batch, cx: &mut Context<'_>) -> Result<Vec<bool>> {
        let scope = cx.scope();
        self.program.truths(batch, cx, &scope)
    }

    /// Its values, nothing for errors.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn computed(&mut self, batch: &Batch, cx: &mut Context<'_>) -> Result<Computed> {
        let scope = cx.scope();
        self.program.computed(batch, cx, &scope)
    }
}

impl Cells for Batch {
    fn rows(&self) -> usize {
        self.len
    }

    fn ids(&self, column: usize) -> &[Id] {
        self.column(column)
    }
}

impl Terms for Context<'_> {
    fn term(&self, id: Id) -> Result<Option<Term>> {
        Ok(Context::term(self, id))
    }

    fn indexed(&self) -> Option<&dyn Indexed> {
        Some(self.graph)
    }

    fn intern(&mut self, term: &Term) -> Result<Id> {
        Context::intern(self, term)
    }
}
