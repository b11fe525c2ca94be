//! Running a program over batches.
//!
//! In: columns of term numbers or of what was computed before, and a dictionary that reads and numbers terms. Out: truths, numbers of terms or values, one for each
//! row. **What depends on one column alone is computed once for each distinct term of it**, over all batches, and
//! looked up after that; where terms hardly repeat this stops by itself.

use super::column::{Column, narrowed};
use super::compile::{Domain, Operation, Program, Step, StepId};
use super::effort;
use super::fast::Fast;
use super::kernels;
use super::members::Members;
use super::operators::equal;
use super::scope::Scope;
use super::value::Value;
use super::vector::{ERROR, Truth, Vector, truth_of};
use super::view::View;
use crate::error::Result;
use crate::store::{Id, Indexed, NONE, Triple};
use crate::syntax::algebra::Function;
use crate::terms::{Literal, Term};
use rustc_hash::FxHashMap;

/// The rows that a program reads.
pub trait Cells {
    /// How many rows there are.
    fn rows(&self) -> usize;
    /// A column, of so many cells.
    fn column(&self, column: usize) -> &Column;
}

/// The terms behind the numbers.
pub trait Terms {
    /// The term of a number.
    ///
    /// # Errors
    /// Where the graph is damaged.
    fn term(&self, id: Id) -> Result<Option<Term>>;

    /// The graph whose columns tell what its numbers are worth, if there is one: then much is computed without reading terms.
    fn indexed(&self) -> Option<&dyn Indexed> {
        None
    }

    /// The number of a term, a new one where it has none yet.
    ///
    /// # Errors
    /// Where the graph is damaged, or there are too many terms.
    fn intern(&mut self, term: &Term) -> Result<Id>;

    /// The same where nothing else changes; nothing where it has no number yet and cannot be given one so.
    ///
    /// # Errors
    /// As of [`Self::intern`].
    fn number_of(&self, _term: &Term) -> Result<Option<Id>> {
        Ok(None)
    }

    /// The parts of terms by number, as [`Indexed::parts`], of terms of the query too; nothing where they cannot be had so.
    ///
    /// # Errors
    /// Where the graph is damaged, and once a limit is met.
    fn parts(&self, _ids: &[Id]) -> Result<Option<Vec<Triple>>> {
        Ok(None)
    }

    /// The number of the triple term of these parts, which may stand there; nothing where it cannot be had so.
    ///
    /// # Errors
    /// Where the graph is damaged, or there are too many terms.
    fn triple_of(&self, _parts: Triple) -> Result<Option<Id>> {
        Ok(None)
    }
}

/// What an expression is worth in each row; nothing for an error.
#[derive(Debug)]
pub enum Computed {
    /// Numbers that fit.
    Numbers(Vec<Option<Fast>>),
    /// Any values.
    Values(Vec<Option<Value>>),
}

/// A value of a step is worth so many bytes of text.
const STEP: usize = 16;

/// To number a text takes as long as to tell apart so many.
const NUMBERING: usize = 16;

/// Texts of up to so many bytes each are given row by row.
const SHORT: usize = 256;

/// How many numbers are remembered with those of their terms.
const NUMBERS: usize = 1 << 16;

/// What a program keeps between batches.
#[derive(Debug, Default)]
pub(super) struct State {
    vectors: Vec<Vector>,
    views: FxHashMap<usize, View>,
    /// The numbers of results by place, where the result depends on one column or none.
    interned: Vec<Id>,
    /// The numbers of results of other kinds: truths, and numbers that fit.
    truths: [Option<Id>; 2],
    numbers: FxHashMap<(u8, i128), Id>,
    /// How many rows were given texts that had no numbers.
    unnumbered: usize,
    /// How many rows there were before this batch.
    rows: u64,
    /// Numbers the solutions of this program.
    seed: u64,
}

impl State {
    pub(super) fn new(steps: usize) -> Self {
        Self { vectors: vec![Vector::Values(Vec::new()); steps], seed: rand::random(), ..Self::default() }
    }

    /// About how many bytes the results take, and the terms of columns.
    pub(super) fn bytes(&self) -> usize {
        self.vectors.iter().map(Vector::bytes).sum::<usize>()
            + self.views.values().map(View::bytes).sum::<usize>()
    }
}

/// Makes values of results by number.
fn valued(results: &mut Vector, terms: &dyn Terms, scope: &Scope) -> Result<()> {
    let Vector::Ids(ids) = results else { return Ok(()) };
    let mut values = Vec::with_capacity(ids.len());
    for id in ids {
        let value = if *id == NONE { None } else { terms.term(*id)?.map(Value::Term) };
        if !scope.spend(value.as_ref().map_or(0, Value::text_len)) {
            return scope.check();
        }
        values.push(value);
    }
    *results = Vector::Values(values);
    Ok(())
}

impl Program {
    /// The effective boolean value for each row; an error is false, as FILTER takes it.
    ///
    /// # Errors
    /// Where a term cannot be read.
    pub fn truths(&mut self, cells: &dyn Cells, terms: &mut dyn Terms, scope: &Scope) -> Result<Vec<bool>> {
        self.run(cells, terms, scope)?;
        self.read_result(terms, scope)?;
        let truths = (0..cells.rows())
            .map(|row| self.truth(self.result, self.place(self.result, row), scope) == 1)
            .collect();
        scope.check().map(|()| truths)
    }

    /// The value for each row, numbers as such where all values are numbers that fit or errors.
    ///
    /// # Errors
    /// Where a term cannot be read.
    pub fn computed(&mut self, cells: &dyn Cells, terms: &mut dyn Terms, scope: &Scope) -> Result<Computed> {
        self.run(cells, terms, scope)?;
        if let Vector::Numbers(numbers) = self.vector(self.result) {
            let number = |row| numbers.get(self.place(self.result, row)).copied().flatten();
            return Ok(Computed::Numbers((0..cells.rows()).map(number).collect()));
        }
        self.read_result(terms, scope)?;
        let value = |row| self.value(self.result, self.place(self.result, row)).cloned();
        Ok(Computed::Values((0..cells.rows()).map(value).collect()))
    }

    /// The number of the value for each row; [`NONE`] for an error.
    ///
    /// # Errors
    /// Where a term cannot be read or numbered.
    pub fn ids(&mut self, cells: &dyn Cells, terms: &mut dyn Terms, scope: &Scope) -> Result<Vec<Id>> {
        self.run(cells, terms, scope)?;
        self.numbered(cells.rows(), terms, scope)
    }

    /// The value for each row as a column: without numbers of terms where all values are numbers that fit, or all are texts, and
    /// terms hardly repeat.
    ///
    /// # Errors
    /// Where a term cannot be read or numbered.
    pub fn column(&mut self, cells: &dyn Cells, terms: &mut dyn Terms, scope: &Scope) -> Result<Column> {
        self.run(cells, terms, scope)?;
        match self.computed_column(cells.rows()) {
            Some(column) => Ok(column),
            None => self.numbered(cells.rows(), terms, scope).map(Column::Ids),
        }
    }

    /// The results row by row, where they have a narrow form and no number is known for them.
    fn computed_column(&mut self, rows: usize) -> Option<Column> {
        let without = self.result_places(rows).saturating_sub(self.state.interned.len());
        // Texts are told apart row by row as long as that takes less than to number all of them.
        let is_cheaper = self.state.unnumbered + rows <= without.saturating_mul(NUMBERING);
        let column = self.narrow_column(rows, is_cheaper)?;
        if let Column::Texts(_) = column {
            self.state.unnumbered += rows;
        }
        Some(column)
    }

    /// The same, texts of few terms only where that is cheaper.
    fn narrow_column(&self, rows: usize, is_cheaper: bool) -> Option<Column> {
        let place = |row| self.place(self.result, row);
        let unique = match self.step(self.result)?.domain {
            Domain::Constant => return None,
            Domain::Column(column) => {
                self.view(column).is_some_and(View::is_direct) || is_cheaper && self.is_short_by_row(rows)
            }
            Domain::Rows => true,
        };
        match self.vector(self.result) {
            Vector::Numbers(numbers) => {
                let number = |row| numbers.get(place(row)).copied().flatten().map(Fast::shortest);
                Some(Column::Numbers((0..rows).map(number).collect()))
            }
            Vector::Texts(texts) if unique => Some(Column::Texts(texts.gather((0..rows).map(place)))),
            Vector::Values(values) => {
                narrowed((0..rows).map(|row| values.get(place(row)).and_then(Option::as_ref)))
                    .filter(|column| unique || matches!(column, Column::Numbers(_)))
            }
            Vector::Texts(_) | Vector::Ids(_) | Vector::Truths(_) => None,
        }
    }

    /// Whether the texts of the results take little room with one of each row. What CONCAT doubled, a million characters long, is
    /// the same one for many rows.
    fn is_short_by_row(&self, rows: usize) -> bool {
        let length = |row| {
            let place = self.place(self.result, row);
            match self.vector(self.result) {
                Vector::Texts(texts) => texts.get(place).map_or(0, str::len),
                Vector::Values(values) => {
                    values.get(place).and_then(Option::as_ref).map_or(0, Value::text_len)
                }
                Vector::Numbers(_) | Vector::Ids(_) | Vector::Truths(_) => 0,
            }
        };
        (0..rows).map(length).sum::<usize>() <= rows * SHORT
    }

    /// The numbers of the results.
    fn numbered(&mut self, rows: usize, terms: &mut dyn Terms, scope: &Scope) -> Result<Vec<Id>> {
        let places = self.result_places(rows);
        for place in self.state.interned.len()..places {
            let id = self.intern(place, terms, scope)?;
            self.state.interned.push(id);
        }
        let id = |row| self.state.interned.get(self.place(self.result, row)).copied().unwrap_or(NONE);
        Ok((0..rows).map(id).collect())
    }

    /// The number of the result at a place. Truths and numbers are looked up once each.
    fn intern(&mut self, place: usize, terms: &mut dyn Terms, scope: &Scope) -> Result<Id> {
        match self.vector(self.result) {
            Vector::Ids(ids) => Ok(ids.get(place).copied().unwrap_or(NONE)),
            Vector::Truths(truths) => {
                let truth = truths.get(place).copied().unwrap_or(ERROR);
                let Some(known) = self.state.truths.get_mut(usize::from(truth)) else { return Ok(NONE) };
                match known {
                    Some(id) => Ok(*id),
                    None => Ok(*known.insert(terms.intern(&Value::Boolean(truth == 1).to_term())?)),
                }
            }
            Vector::Numbers(numbers) => match numbers.get(place).copied().flatten() {
                None => Ok(NONE),
                Some(number) => {
                    let key = number.key();
                    if let Some(id) = self.state.numbers.get(&key) {
                        return Ok(*id);
                    }
                    let id = terms.intern(&Value::Number(number.to_number()).to_term())?;
                    if self.state.numbers.len() < NUMBERS {
                        self.state.numbers.insert(key, id);
                    }
                    Ok(id)
                }
            },
            Vector::Texts(texts) => match texts.get(place) {
                Some(text) => terms.intern(&Literal::new_simple_literal(text).into()),
                None => Ok(NONE),
            },
            Vector::Values(values) => match values.get(place).and_then(Option::as_ref) {
                Some(Value::Term(term)) => terms.intern(term),
                Some(value) => match effort::term(value, scope) {
                    Some(term) => terms.intern(&term),
                    None => scope.check().map(|()| NONE),
                },
                None => Ok(NONE),
            },
        }
    }

    /// Makes values of what the result is made of.
    fn read_result(&mut self, terms: &dyn Terms, scope: &Scope) -> Result<()> {
        self.read(&[self.result], terms, scope)
    }

    /// Finds the columns of which only numbers are wanted, and but one thing is computed: to hash the terms costs more than to
    /// compute that again.
    pub(super) fn find_light_columns(&mut self) {
        let mut computed: FxHashMap<usize, usize> = FxHashMap::default();
        for (id, step) in self.steps.iter().enumerate() {
            let Domain::Column(column) = step.domain else { continue };
            let is_column = matches!(step.operation, Operation::Column(_));
            let steps = computed.entry(column).or_default();
            *steps += usize::from(!is_column);
            let is_light = step.operation.is_light() && *steps < 2 && (id != self.result || !is_column);
            let view = self.state.views.entry(column).or_insert_with(View::light);
            view.light &= is_light;
        }
    }

    pub(super) fn view(&self, column: usize) -> Option<&View> {
        self.state.views.get(&column)
    }

    pub(super) fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id)
    }

    pub(super) fn vector(&self, id: StepId) -> &Vector {
        static NOTHING: Vector = Vector::Values(Vec::new());
        self.state.vectors.get(id).unwrap_or(&NOTHING)
    }

    /// How many places the result has.
    fn result_places(&self, rows: usize) -> usize {
        match self.step(self.result).map(|step| step.domain) {
            Some(Domain::Constant) => 1,
            Some(Domain::Column(column)) => self.state.views.get(&column).map_or(0, View::len),
            _ => rows,
        }
    }

    /// Where the result of a step for a row is.
    #[inline]
    fn place(&self, id: StepId, row: usize) -> usize {
        match self.step(id).map(|step| step.domain) {
            Some(Domain::Constant) => 0,
            Some(Domain::Column(column)) => self.state.views.get(&column).map_or(row, |view| view.place(row)),
            _ => row,
        }
    }

    /// Where the result of an argument is for a place of the step that takes it.
    #[inline]
    pub(super) fn place_of_argument(&self, step: Domain, argument: StepId, place: usize) -> usize {
        match step {
            Domain::Rows => self.place(argument, place),
            _ => match self.step(argument).map(|step| step.domain) {
                Some(Domain::Constant) => 0,
                _ => place,
            },
        }
    }

    /// The value of a step at a place.
    #[inline]
    pub(super) fn value(&self, id: StepId, place: usize) -> Option<&Value> {
        match self.step(id)?.operation {
            Operation::Column(column) => match self.state.views.get(&column) {
                Some(view) if !view.is_computed() => view.values.get(place)?.as_ref(),
                _ => self.vector(id).value(place),
            },
            _ => self.vector(id).value(place),
        }
    }

    #[inline]
    pub(super) fn truth(&self, id: StepId, place: usize, scope: &Scope) -> Truth {
        match self.step(id).map(|step| &step.operation) {
            Some(Operation::Column(column)) if self.view(*column).is_some_and(|view| !view.is_computed()) => {
                truth_of(self.value(id, place).and_then(|value| effort::truth(value, scope)))
            }
            _ => self.vector(id).truth(place),
        }
    }

    /// Runs all steps over a batch. The numbers of results that are of batches before stay.
    fn run(&mut self, cells: &dyn Cells, terms: &dyn Terms, scope: &Scope) -> Result<()> {
        let mut kept: FxHashMap<usize, usize> = FxHashMap::default();
        for column in &self.columns {
            let view = self.state.views.entry(*column).or_default();
            let places = match cells.column(*column) {
                Column::Ids(ids) => view.update(ids),
                Column::Numbers(_) | Column::Texts(_) => {
                    view.update_computed(cells.rows());
                    0
                }
            };
            kept.insert(*column, places);
        }
        for id in 0..self.steps.len() {
            if self.steps.get(id).is_some_and(|step| step.last_use > id) {
                self.run_step(id, cells, terms, scope, &kept)?;
                self.drop_used(id);
            }
        }
        self.state.rows += cells.rows() as u64;
        self.state.interned.truncate(match self.step(self.result).map(|step| step.domain) {
            Some(Domain::Constant) => 1,
            Some(Domain::Column(column)) => kept.get(&column).copied().unwrap_or(0),
            _ => 0,
        });
        Ok(())
    }

    /// Drops what no later step looks at and no later batch.
    fn drop_used(&mut self, id: StepId) {
        let Some(step) = self.steps.get(id) else { return };
        let used = step.arguments.iter().chain(std::iter::once(&id));
        for used in used {
            if self.steps.get(*used).is_some_and(|used| used.last_use == id && used.domain == Domain::Rows)
                && let Some(vector) = self.state.vectors.get_mut(*used)
            {
                vector.clear();
            }
        }
    }

    fn run_step(
        &mut self,
        id: StepId,
        cells: &dyn Cells,
        terms: &dyn Terms,
        scope: &Scope,
        kept: &FxHashMap<usize, usize>,
    ) -> Result<()> {
        let Some(step) = self.steps.get(id) else { return Ok(()) };
        let (domain, before) = (step.domain, self.vector(id).len());
        let (from, to) = match domain {
            Domain::Constant => (before.min(1), 1),
            Domain::Column(column) => {
                (kept.get(&column).copied().unwrap_or(0), self.state.views.get(&column).map_or(0, View::len))
            }
            Domain::Rows => (0, cells.rows()),
        };
        if from == 0
            && let Some(vector) = self.state.vectors.get_mut(id)
        {
            vector.clear();
        }
        if from == to {
            return Ok(());
        }
        if step.operation == Operation::Call(Function::Concat) {
            let columns = step.arguments.clone();
            self.read_columns(&columns, terms, scope)?;
        }
        let Some(step) = self.steps.get(id) else { return Ok(()) };
        if !kernels::takes_numbers(&step.operation) {
            let arguments = step.arguments.clone();
            self.read_numbered(&arguments, terms, scope)?;
        }
        let Some(step) = self.steps.get(id) else { return Ok(()) };
        let results = match kernels::compute(self, step, &(from..to), terms, scope)? {
            Some(results) => results,
            None => {
                if !matches!(step.operation, Operation::Bound | Operation::Column(_)) {
                    let guards = self.guards_of(step).map(|guard| guard.step);
                    let looked_at: Vec<StepId> = step.arguments.iter().copied().chain(guards).collect();
                    self.read(&looked_at, terms, scope)?;
                }
                let Some(step) = self.steps.get(id) else { return Ok(()) };
                self.compute(step, from..to, cells, scope)
            }
        };
        scope.spend((to - from) * STEP);
        if let Err(stop) = scope.check() {
            results.put_aside();
            return Err(stop);
        }
        // Results of before may have become values, and these need not be by number.
        let is_column = self.steps.get(id).is_some_and(|step| matches!(step.operation, Operation::Column(_)));
        let mut results = results;
        if let Some(vector) = self.state.vectors.get_mut(id).filter(|_| !is_column) {
            match (&mut *vector, &mut results) {
                (Vector::Ids(_), Vector::Ids(_)) => {}
                (Vector::Ids(_), _) => valued(vector, terms, scope)?,
                (other, Vector::Ids(_)) if other.len() > 0 => valued(&mut results, terms, scope)?,
                _ => {}
            }
        }
        if let Some(vector) = self.state.vectors.get_mut(id) {
            vector.append(results);
        }
        Ok(())
    }

    /// Makes values of results by number that are no column.
    fn read_numbered(&mut self, steps: &[StepId], terms: &dyn Terms, scope: &Scope) -> Result<()> {
        for id in steps {
            let is_column =
                self.steps.get(*id).is_some_and(|step| matches!(step.operation, Operation::Column(_)));
            if let Some(vector) = self.state.vectors.get_mut(*id).filter(|_| !is_column) {
                valued(vector, terms, scope)?;
            }
        }
        Ok(())
    }

    /// Reads the terms of those of the steps that are columns.
    fn read_columns(&mut self, steps: &[StepId], terms: &dyn Terms, scope: &Scope) -> Result<()> {
        for id in steps {
            if let Some(Operation::Column(column)) = self.steps.get(*id).map(|step| &step.operation)
                && let Some(view) = self.state.views.get_mut(column).filter(|view| !view.is_computed())
            {
                view.read(terms, scope)?;
            }
        }
        Ok(())
    }

    /// Makes values of the results of steps.
    fn read(&mut self, steps: &[StepId], terms: &dyn Terms, scope: &Scope) -> Result<()> {
        self.read_columns(steps, terms, scope)?;
        self.read_numbered(steps, terms, scope)?;
        for id in steps {
            let Some(vector) = self.state.vectors.get_mut(*id) else { continue };
            let values = match &vector {
                Vector::Texts(texts) => texts.to_values(&mut |len| scope.spend(len)),
                Vector::Numbers(_) => std::mem::replace(vector, Vector::Values(Vec::new())).into_values(),
                Vector::Ids(_) | Vector::Truths(_) | Vector::Values(_) => continue,
            };
            std::mem::replace(vector, Vector::Values(values)).clear();
            scope.check()?;
        }
        Ok(())
    }

    /// The results of a step at some of its places.
    fn compute(
        &self,
        step: &Step,
        places: std::ops::Range<usize>,
        cells: &dyn Cells,
        scope: &Scope,
    ) -> Vector {
        let truths = |of: &dyn Fn(usize) -> Truth| Vector::Truths(places.clone().map(of).collect());
        let argument = |n: usize, place: usize| {
            let id = step.arguments.get(n).copied()?;
            self.value(id, self.place_of_argument(step.domain, id, place))
        };
        let truth = |n: usize, place: usize| {
            let Some(id) = step.arguments.get(n).copied() else { return ERROR };
            self.truth(id, self.place_of_argument(step.domain, id, place), scope)
        };
        let holds = |place: usize| {
            let (a, b) = (argument(0, place)?, argument(1, place)?);
            effort::holds(&step.operation, a, b, scope)
        };
        let affords = |value: &Value, steps: usize| {
            scope.spend(effort::of_comparisons(value, steps).saturating_add(steps * STEP))
        };
        match &step.operation {
            Operation::Column(column) => match cells.column(*column) {
                Column::Ids(_) => {
                    let ids = self.state.views.get(column).and_then(|view| view.ids.get(places.clone()));
                    Vector::Ids(ids.map(<[Id]>::to_vec).unwrap_or_default())
                }
                Column::Numbers(numbers) => Vector::Numbers(numbers.clone()),
                Column::Texts(texts) => Vector::Texts(texts.clone()),
            },
            Operation::Constant(_) => Vector::Values(vec![step.operation.constant()]),
            Operation::Unbound => Vector::Values(vec![None]),
            Operation::Bound => truths(&|place| self.is_bound(step, place)),
            Operation::Or => truths(&|place| or(truth(0, place), truth(1, place))),
            Operation::And => truths(&|place| and(truth(0, place), truth(1, place))),
            Operation::Not => truths(&|place| not(truth(0, place))),
            Operation::Equal | Operation::SameTerm | Operation::Compare(_) | Operation::CompareTexts(_) => {
                truths(&|place| truth_of(holds(place)))
            }
            Operation::In => {
                let list = step.arguments.get(1..).unwrap_or_default();
                let is_constant =
                    |id: &StepId| self.step(*id).is_some_and(|step| step.domain == Domain::Constant);
                if list.iter().all(is_constant) {
                    scope.spend(list.len() * STEP);
                    let members = Members::of(list.iter().map(|id| self.value(*id, 0)));
                    return truths(&|place| {
                        let value = argument(0, place).filter(|it| affords(it, members.steps(it)));
                        truth_of(value.and_then(|value| members.has(value)))
                    });
                }
                truths(&|place| {
                    let others = (1..step.arguments.len()).map(|n| argument(n, place));
                    let value = argument(0, place).filter(|it| affords(it, step.arguments.len()));
                    truth_of(value.and_then(|value| is_in(value, others)))
                })
            }
            _ => {
                let value = |place| {
                    (self.is_looked_at(step, place, scope) && scope.spend(0))
                        .then(|| self.compute_value(step, place, scope))
                        .flatten()
                };
                Vector::Values(places.map(value).collect())
            }
        }
    }

    fn is_bound(&self, step: &Step, place: usize) -> Truth {
        let bound = step
            .arguments
            .first()
            .is_some_and(|id| self.vector(*id).is_bound(self.place_of_argument(step.domain, *id, place)));
        Truth::from(bound)
    }

    /// Whether any guard lets a place pass. What is computed for distinct terms cannot ask a guard about rows.
    pub(super) fn is_looked_at(&self, step: &Step, place: usize, scope: &Scope) -> bool {
        self.guards_of(step).all(|guard| {
            let domain = self.step(guard.step).map(|step| step.domain);
            let answers = step.domain == Domain::Rows
                || domain == Some(step.domain)
                || domain == Some(Domain::Constant);
            let at = |guard| self.place_of_argument(step.domain, guard, place);
            let truth = || self.truth(guard.step, at(guard.step), scope);
            !answers || guard.truths.get(usize::from(truth())).copied().unwrap_or(true)
        })
    }

    fn compute_value(&self, step: &Step, place: usize, scope: &Scope) -> Option<Value> {
        let argument = |id: &StepId| self.value(*id, self.place_of_argument(step.domain, *id, place));
        let mut arguments = step.arguments.iter().map(argument);
        match &step.operation {
            Operation::Calculate(_) => {
                effort::value(&step.operation, &[arguments.next()??, arguments.next()??], scope, 0)
            }
            Operation::Negate | Operation::Plus => {
                effort::value(&step.operation, &[arguments.next()??], scope, 0)
            }
            Operation::If => {
                let condition = *step.arguments.first()?;
                let at = self.place_of_argument(step.domain, condition, place);
                let truth = self.truth(condition, at, scope);
                match truth {
                    1 => arguments.nth(1)?.cloned(),
                    0 => arguments.nth(2)?.cloned(),
                    _ => None,
                }
            }
            Operation::Coalesce => arguments.flatten().next().cloned(),
            Operation::Call(_) | Operation::Text(..) => {
                let arguments = arguments.collect::<Option<Vec<&Value>>>()?;
                effort::value(&step.operation, &arguments, scope, self.solution(place))
            }
            _ => None,
        }
    }

    /// A number of the solution in a row, which this program gives to no other one, and others hardly ever do.
    fn solution(&self, row: usize) -> u64 {
        self.state.seed.wrapping_add(self.state.rows).wrapping_add(row as u64)
    }
}

/// 17.2, the table of logical connectives.
#[inline]
fn or(a: Truth, b: Truth) -> Truth {
    if a == 1 || b == 1 { 1 } else { a.max(b) }
}

#[inline]
fn and(a: Truth, b: Truth) -> Truth {
    if a == 0 || b == 0 { 0 } else { a.max(b) }
}

#[inline]
fn not(a: Truth) -> Truth {
    if a == ERROR { ERROR } else { 1 - a }
}

/// IN (17.4.1.9): true where any is equal, else an error where any comparison is one.
pub(super) fn is_in<'a>(value: &Value, others: impl Iterator<Item = Option<&'a Value>>) -> Option<bool> {
    let mut found = Some(false);
    for other in others {
        match other.and_then(|other| equal(value, other)) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => found = None,
        }
    }
    found
}
