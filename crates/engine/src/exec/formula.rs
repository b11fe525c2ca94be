//! Expressions made ready to run over batches.
//!
//! In: a formula of the plan and the columns it may read. Out: truths, ids or values, for each row. It is
//! the seam between operators and `expr`, which knows neither batches nor plans.

use super::batch::{Batch, Column};
use super::context::Context;
use crate::Governor;
use crate::error::Result;
use crate::expr::verdicts::{Verdict, Verdicts, by_tag, variable_of};
use crate::expr::{Cells, Computed, Program, Terms};
use crate::plan::logical::Formula;
use crate::plan::variables::{Var, VariableNames};
use crate::store::{Id, Indexed, NONE, Triple};
use crate::syntax::algebra::Expression;
use crate::terms::{Term, Variable};
use std::sync::Arc;

/// From so many rows on it pays to find out what is known of ranges of numbers: some dozens of terms are read for that.
const WORTH_VERDICTS: usize = 512;

/// An expression over columns of batches.
#[derive(Debug)]
pub struct Compiled {
    program: Program,
    /// The column, where the expression is a variable and nothing else; nothing in it where that variable is
    /// never bound.
    column: Option<Option<usize>>,
    /// A test of one column that numbers of terms may decide.
    tested: Option<Tested>,
}

/// A test of one column, and what is known of it, once that was worth finding out.
#[derive(Debug)]
struct Tested {
    column: usize,
    expression: Arc<Expression>,
    rows: usize,
    verdicts: Option<Verdicts>,
    /// What is known of language strings by their tags, where that is asked and there is a column of them.
    by_tag: Option<Vec<Verdict>>,
}

impl Compiled {
    /// Compiles a formula over these columns. Of a long one that is done aside, and waited for as long as the limits let.
    ///
    /// # Errors
    /// Where `expr` cannot compile it, and once a limit is met.
    pub fn new(
        formula: &Formula,
        columns: &[Var],
        names: &Arc<VariableNames>,
        governor: &Governor,
    ) -> Result<Self> {
        let place = |var: Var| columns.iter().position(|column| *column == var);
        let find = |variable: &Variable| names.find(variable.as_str()).and_then(place);
        let program = match Program::compile_soon(&formula.expression, &find)? {
            Some(program) => program,
            None => {
                let (expression, names) = (Arc::clone(&formula.expression), Arc::clone(names));
                let columns = columns.to_vec();
                governor.waits_a_while_for(move || {
                    let place = |var: Var| columns.iter().position(|column| *column == var);
                    Program::compile(&expression, &|variable| names.find(variable.as_str()).and_then(place))
                })??
            }
        };
        let variable = variable_of(&formula.expression).and_then(|variable| names.find(variable.as_str()));
        let tested = variable.and_then(place).map(|column| Tested {
            column,
            expression: Arc::clone(&formula.expression),
            rows: 0,
            verdicts: None,
            by_tag: None,
        });
        Ok(Self { program, column: formula.as_variable().map(place), tested })
    }

    /// Says that only the values of numbers count: see [`Program::only_numbers`].
    pub fn only_numbers(&mut self) {
        self.program.only_numbers();
    }

    /// Whether it is a variable and nothing else.
    pub fn is_variable(&self) -> bool {
        self.column.is_some()
    }

    /// The ids of its values, unbound for errors.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn ids(&mut self, batch: &Batch, cx: &mut Context<'_>) -> Result<Vec<Id>> {
        match self.column {
            Some(Some(column)) => batch.cells(column).clone().into_ids(cx),
            Some(None) => Ok(vec![NONE; batch.len]),
            None => {
                let scope = cx.scope();
                self.program.ids(batch, cx, &scope)
            }
        }
    }

    /// Its values as a column, without numbers where they need none; unbound for errors.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn cells(&mut self, batch: &Batch, cx: &mut Context<'_>) -> Result<Column> {
        match self.column {
            Some(Some(column)) => Ok(batch.cells(column).clone()),
            Some(None) => Ok(Column::Ids(vec![NONE; batch.len])),
            None => {
                let scope = cx.scope();
                self.program.column(batch, cx, &scope)
            }
        }
    }

    /// For which rows it is true; an error is not.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn truths(&mut self, batch: &Batch, cx: &mut Context<'_>) -> Result<Vec<bool>> {
        let scope = cx.scope();
        let Some(tested) = &mut self.tested else { return self.program.truths(batch, cx, &scope) };
        let Some(known) = tested.known(batch, cx)? else {
            return self.program.truths(batch, cx, &scope);
        };
        let open: Vec<u32> =
            (0..).zip(&known).filter(|(_, truth)| truth.is_none()).map(|(row, _)| row).collect();
        let mut judged = Vec::new();
        if !open.is_empty() {
            // The program reads this column and no other.
            let mut columns = vec![Column::default(); tested.column];
            columns.push(batch.cells(tested.column).gather(&open));
            judged = self.program.truths(&Batch::of(columns, open.len()), cx, &scope)?;
        }
        let mut judged = judged.into_iter();
        Ok(known.into_iter().map(|truth| truth.or_else(|| judged.next()).unwrap_or(false)).collect())
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

/// The rows of a batch for which all conditions are true, each asked of those that the ones before it leave.
///
/// # Errors
/// Once a limit is met, or where the graph is damaged.
pub fn passing(conditions: &mut [Compiled], mut batch: Batch, cx: &mut Context<'_>) -> Result<Batch> {
    for condition in conditions {
        let keep = condition.truths(&batch, cx)?;
        if !keep.iter().all(|keep| *keep) {
            batch = batch.filter(&keep);
        }
        cx.work(keep.len())?;
    }
    Ok(batch)
}

impl Tested {
    /// What the numbers in the column decide, row by row; nothing at all while there were few rows.
    fn known(&mut self, batch: &Batch, cx: &Context<'_>) -> Result<Option<Vec<Option<bool>>>> {
        let Some(ids) = batch.cells(self.column).ids() else { return Ok(None) };
        self.rows += batch.len;
        if self.verdicts.is_none() {
            if self.rows < WORTH_VERDICTS && !cx.governor().plans_every_way() {
                return Ok(None);
            }
            self.verdicts = Some(Verdicts::of(&self.expression, cx.graph, &|| cx.governor().check())?);
            self.by_tag = by_tag(&self.expression, cx.graph.languages()?.tags());
        }
        let mut known = self.verdicts.as_ref().map(|verdicts| verdicts.truths(ids));
        if let (Some(known), Some(by_tag)) = (&mut known, &self.by_tag) {
            let languages = cx.graph.languages()?;
            for (known, id) in known.iter_mut().zip(ids).filter(|(known, _)| known.is_none()) {
                let verdict = languages.place(*id).and_then(|place| by_tag.get(place));
                *known = verdict.and_then(|verdict| verdict.truth());
            }
        }
        Ok(known)
    }
}

impl Cells for Batch {
    fn rows(&self) -> usize {
        self.len
    }

    fn column(&self, column: usize) -> &Column {
        self.cells(column)
    }
}

impl Terms for Context<'_> {
    fn term(&self, id: Id) -> Result<Option<Term>> {
        Context::term(self, id)
    }

    fn indexed(&self) -> Option<&dyn Indexed> {
        Some(self.graph)
    }

    fn intern(&mut self, term: &Term) -> Result<Id> {
        Context::intern(self, term)
    }

    fn number_of(&self, term: &Term) -> Result<Option<Id>> {
        self.number(term).map(Some)
    }

    fn parts(&self, ids: &[Id]) -> Result<Option<Vec<Triple>>> {
        Context::parts(self, ids).map(Some)
    }

    fn triple_of(&self, parts: Triple) -> Result<Option<Id>> {
        Context::triple_of(self, parts).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::{context, node};
    use crate::syntax::algebra::Function;
    use crate::terms::Literal;

    /// A long text, and one of few terms, has a number for all rows that have it; a short one of many is told apart by row.
    #[test]
    fn a_text_that_many_rows_share_is_not_copied_for_each() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let nodes: Vec<Id> = (0..40).map(|n| node(&format!("r{n}"), &mut cx)).collect();
        for (length, different, is_by_row) in [(1 << 16, 40, false), (16, 40, true), (16, 2, false)] {
            let batch = Batch::of(vec![(0..600).map(|n| nodes[n % different]).collect::<Vec<Id>>()], 600);
            let text = Expression::Literal(Literal::from("a".repeat(length)));
            let of_a = Expression::FunctionCall(
                Function::Str,
                vec![Expression::Variable(Variable::new_unchecked("a"))],
            );
            let mut names = VariableNames::default();
            let call = Expression::FunctionCall(Function::Concat, vec![of_a, text]);
            let formula = Formula::new(call, &mut names);
            let columns: Vec<Var> = formula.vars.iter().collect();
            let mut compiled = Compiled::new(&formula, &columns, &Arc::new(names), &governor).unwrap();
            let cells = compiled.cells(&batch, &mut cx).unwrap();
            assert_eq!(matches!(cells, Column::Texts(_)), is_by_row, "{length} {different}");
            let bytes = cells.bytes();
            assert!(bytes < 600 * 256, "{bytes}");
        }
    }
}
