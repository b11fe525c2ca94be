//! From an algebra expression to a program: a list of steps, each with the steps whose results it takes.
//!
//! In: an expression and the columns of its variables. Out: [`Program`]. Constant parts are steps without columns, so that they
//! are computed once; equal parts are one step. No recursion: a chain of 300 000 operators is a long program and no deep one.

use super::functions::is_volatile;
use super::operators::{Arithmetic, Comparison};
use super::program::State;
use super::value::Value;
use crate::aside::{ITEM, MUCH, set_aside};
use crate::error::{Error, Result};
use crate::syntax::algebra::{Expression, Function};
use crate::terms::{Term, Variable, xsd};
use rustc_hash::FxHashMap;

/// So many tasks take some milliseconds.
const SOON: usize = 10_000;

/// The number of a step.
pub(super) type StepId = usize;

/// What a step does with the results of other steps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    /// The term in a column.
    Column(usize),
    /// A term of the query.
    Constant(Term),
    /// A variable that no column has: always unbound.
    Unbound,
    /// Whether the argument has a value: BOUND, of a column.
    Bound,
    Or,
    And,
    Not,
    Equal,
    SameTerm,
    Compare(Comparison),
    /// The same, or `=` where there is none, of what STR gives of two columns.
    CompareTexts(Option<Comparison>),
    Calculate(Arithmetic),
    Negate,
    Plus,
    /// The first argument among the others.
    In,
    If,
    Coalesce,
    Call(Function),
    /// A function on strings on the text of a column: of string literals, or, where the flag is set, of whatever STR takes.
    Text(Function, bool),
}

/// On which of the rows the result of a step is looked at, so that no more is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Guard {
    /// The guard around it.
    pub outer: Option<usize>,
    /// The step whose truth decides.
    pub step: StepId,
    /// For which truths the result is looked at: false, true, error.
    pub truths: [bool; 3],
}

/// What the value of a step depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Domain {
    /// Nothing: it is computed once.
    Constant,
    /// One column: it is computed once for each distinct term in it.
    Column(usize),
    /// More: it is computed for each row.
    Rows,
}

/// A step.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub operation: Operation,
    pub arguments: Vec<StepId>,
    pub guard: Option<usize>,
    pub domain: Domain,
    /// The last step that looks at it: then its results can go, unless they are kept for the next batch. Its own number
    /// where none does.
    pub last_use: StepId,
    /// Nobody asks for the language that its result may have.
    pub text_alone: bool,
    /// Nobody asks how a number that it gives is written, nor of which derived type it is.
    pub value_alone: bool,
}

/// A compiled expression. See the module.
#[derive(Debug, Default)]
pub struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) guards: Vec<Guard>,
    pub(super) columns: Vec<usize>,
    /// The step whose results are those of the program.
    pub(super) result: StepId,
    pub(super) state: State,
}

impl Program {
    /// Compiles an expression; `column` tells where the values of a variable are, if anywhere.
    ///
    /// # Errors
    /// For EXISTS, which the planner replaces by a variable.
    pub fn compile(expression: &Expression, column: &dyn Fn(&Variable) -> Option<usize>) -> Result<Self> {
        Self::compile_within(usize::MAX, expression, column).map(Option::unwrap_or_default)
    }

    /// The same; nothing where it would take more than some milliseconds.
    ///
    /// # Errors
    /// As there.
    pub fn compile_soon(
        expression: &Expression,
        column: &dyn Fn(&Variable) -> Option<usize>,
    ) -> Result<Option<Self>> {
        Self::compile_within(SOON, expression, column)
    }

    /// The program of an expression, where it takes no more than so many tasks.
    fn compile_within(
        mut tasks: usize,
        expression: &Expression,
        column: &dyn Fn(&Variable) -> Option<usize>,
    ) -> Result<Option<Self>> {
        let mut compiler = Compiler {
            column,
            tasks: vec![Task::Visit(expression)],
            results: Vec::new(),
            steps: Vec::new(),
            guards: Vec::new(),
            open: Vec::new(),
            known: FxHashMap::default(),
        };
        while let Some(task) = compiler.tasks.pop() {
            // A list is many tasks at once, so that those that wait count.
            if compiler.tasks.len() >= tasks {
                return Ok(None);
            }
            tasks -= 1;
            compiler.run(task)?;
        }
        compiler.look_at_text();
        let columns = compiler.steps.iter().filter_map(|step| match step.operation {
            Operation::Column(column) => Some(column),
            _ => None,
        });
        let columns = columns.collect();
        let state = State::new(compiler.steps.len());
        let result = compiler.results.pop().unwrap_or_default();
        let mut program = Self { steps: compiler.steps, guards: compiler.guards, columns, result, state };
        program.find_last_uses();
        program.find_uses(false);
        program.find_light_columns();
        Ok(Some(program))
    }

    /// The columns that it reads.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// The guards around a step, from the inside out.
    pub(super) fn guards_of(&self, step: &Step) -> impl Iterator<Item = &Guard> {
        let guard = |guard: Option<usize>| guard.and_then(|guard| self.guards.get(guard));
        std::iter::successors(guard(step.guard), move |inner| guard(inner.outer))
    }

    /// Which steps the result depends on. What a step takes comes before it.
    fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.steps.len()];
        for (id, step) in self.steps.iter().enumerate().rev() {
            if id == self.result || used.get(id) == Some(&true) {
                let guards = self.guards_of(step).map(|guard| guard.step);
                for id in step.arguments.iter().copied().chain(guards).chain([id]) {
                    if let Some(used) = used.get_mut(id) {
                        *used = true;
                    }
                }
            }
        }
        used
    }

    /// Says that of its results only the values of numbers count, as for SUM and AVG.
    pub fn only_numbers(&mut self) {
        self.find_uses(true);
    }

    /// Finds the steps of whose results nobody asks for the language: functions that look for a simple literal in them, or tell
    /// how long they are; and those of which the values of numbers are all that counts: arithmetic, comparisons, and the result
    /// where that is `summed` up.
    fn find_uses(&mut self, summed: bool) {
        let (mut texts, mut values) = (vec![true; self.steps.len()], vec![true; self.steps.len()]);
        let not =
            |of: &mut Vec<bool>, id: StepId| of.get_mut(id).into_iter().for_each(|alone| *alone = false);
        for id in self.guards.iter().map(|guard| guard.step) {
            not(&mut texts, id);
            not(&mut values, id);
        }
        not(&mut texts, self.result);
        if !summed {
            not(&mut values, self.result);
        }
        for (id, step) in self.steps.iter().enumerate().rev() {
            if id != self.result && step.last_use <= id {
                continue;
            }
            let leaves_language = self.leaves_language(step, texts.get(id) == Some(&true));
            let is_alone = values.get(id) == Some(&true);
            for (n, argument) in step.arguments.iter().enumerate() {
                if n > 0 || !leaves_language {
                    not(&mut texts, *argument);
                }
                let is_value = match step.operation {
                    Operation::Calculate(_) | Operation::Negate | Operation::Compare(_) => true,
                    Operation::Or | Operation::And | Operation::Not => true,
                    Operation::If => n == 0 || is_alone,
                    Operation::Coalesce | Operation::Plus => is_alone,
                    _ => false,
                };
                if !is_value {
                    not(&mut values, *argument);
                }
            }
        }
        for (step, (text, value)) in self.steps.iter_mut().zip(texts.into_iter().zip(values)) {
            (step.text_alone, step.value_alone) = (text, value);
        }
    }

    /// Whether the result of a step, of which the text `alone` is asked or not, is the same for its first argument with a
    /// language and without.
    fn leaves_language(&self, step: &Step, alone: bool) -> bool {
        let (Operation::Call(function) | Operation::Text(function, _)) = &step.operation else {
            return false;
        };
        // What is looked for must have no language: any text takes that (17.4.3.1.2).
        let others_are_simple = || {
            step.arguments.iter().skip(1).all(|id| match self.steps.get(*id).map(|step| &step.operation) {
                Some(Operation::Constant(Term::Literal(literal))) => literal.datatype() == xsd::STRING,
                _ => false,
            })
        };
        match function {
            Function::Str | Function::StrLen | Function::EncodeForUri => true,
            Function::Contains | Function::StrStarts | Function::StrEnds | Function::Regex => {
                others_are_simple()
            }
            Function::LCase | Function::UCase | Function::SubStr => alone,
            Function::StrBefore | Function::StrAfter => alone && others_are_simple(),
            _ => false,
        }
    }

    fn find_last_uses(&mut self) {
        let mut last: Vec<StepId> = (0..self.steps.len()).collect();
        let used = self.used();
        for (id, step) in self.steps.iter().enumerate().filter(|(id, _)| used.get(*id) == Some(&true)) {
            let guards = self.guards_of(step).map(|guard| guard.step);
            for used in step.arguments.iter().copied().chain(guards) {
                if let Some(last) = last.get_mut(used) {
                    *last = id;
                }
            }
        }
        if let Some(last) = last.get_mut(self.result) {
            *last = self.steps.len();
        }
        for (step, last) in self.steps.iter_mut().zip(last) {
            step.last_use = last;
        }
    }
}

/// Many steps are many lists to give back, and their results may be long texts: whoever was stopped does not wait for that.
impl Drop for Program {
    fn drop(&mut self) {
        let bytes = self.steps.len().saturating_mul(ITEM).saturating_add(self.state.bytes());
        if bytes >= MUCH {
            set_aside((std::mem::take(&mut self.steps), std::mem::take(&mut self.state)), bytes);
        }
    }
}

impl Operation {
    /// Whether it needs no more than numbers of terms and their values.
    pub(super) fn is_light(&self) -> bool {
        match self {
            Self::Call(function) => matches!(
                function,
                Function::Abs
                    | Function::Ceil
                    | Function::Floor
                    | Function::Round
                    | Function::IsIri
                    | Function::IsBlank
                    | Function::IsLiteral
                    | Function::IsNumeric
                    | Function::IsTriple
                    | Function::Subject
                    | Function::Predicate
                    | Function::Object
            ),
            Self::Text(..) | Self::In | Self::SameTerm => false,
            _ => true,
        }
    }

    /// The value of a constant.
    pub(super) fn constant(&self) -> Option<Value> {
        match self {
            Self::Constant(term) => Some(Value::Term(term.clone())),
            _ => None,
        }
    }
}

/// What is left to do.
enum Task<'a> {
    Visit(&'a Expression),
    /// Take so many results as arguments of a step.
    Build(Operation, usize),
    /// What comes until [`Task::Close`] is looked at where a result has one of these truths: the latest, or the one so
    /// many before it.
    Open([bool; 3], usize),
    Close,
}

/// What makes a step the same as another: operation, arguments, guard.
type Key = (Operation, Vec<StepId>, Option<usize>);

struct Compiler<'a> {
    column: &'a dyn Fn(&Variable) -> Option<usize>,
    tasks: Vec<Task<'a>>,
    results: Vec<StepId>,
    steps: Vec<Step>,
    guards: Vec<Guard>,
    /// The guards that are open.
    open: Vec<usize>,
    known: FxHashMap<Key, StepId>,
}

const NOT_FALSE: [bool; 3] = [false, true, true];
const NOT_TRUE: [bool; 3] = [true, false, true];
const TRUE: [bool; 3] = [false, true, false];
const FALSE: [bool; 3] = [true, false, false];

impl<'a> Compiler<'a> {
    fn run(&mut self, task: Task<'a>) -> Result<()> {
        match task {
            Task::Visit(expression) => return self.visit(expression),
            Task::Build(operation, count) => self.build(operation, count),
            Task::Open(truths, back) => {
                let step = self.results.iter().rev().nth(back).copied().unwrap_or_default();
                self.guards.push(Guard { outer: self.open.last().copied(), step, truths });
                self.open.push(self.guards.len() - 1);
            }
            Task::Close => {
                self.open.pop();
            }
        }
        Ok(())
    }

    /// Makes a step of the latest results, or finds the one that there is.
    fn build(&mut self, operation: Operation, count: usize) {
        let arguments = self.results.split_off(self.results.len().saturating_sub(count));
        let volatile = matches!(&operation, Operation::Call(function) if is_volatile(function, count));
        let domain = if volatile { Domain::Rows } else { self.domain(&operation, &arguments) };
        // Only what is for each row is worth a guard: the rest is computed once for many rows.
        let guard = (domain != Domain::Constant).then(|| self.open.last().copied()).flatten();
        let key = (operation.clone(), arguments.clone(), guard);
        if let Some(known) = (!volatile).then(|| self.find(key.clone())).flatten() {
            self.results.push(known);
            return;
        }
        let id = self.steps.len();
        self.steps.push(Step {
            operation,
            arguments,
            guard,
            domain,
            last_use: id,
            text_alone: false,
            value_alone: false,
        });
        self.known.insert(key, id);
        self.results.push(id);
    }

    /// The same step under the same guard, or under a wider one, which will do as well.
    fn find(&self, mut key: Key) -> Option<StepId> {
        loop {
            if let Some(known) = self.known.get(&key) {
                return Some(*known);
            }
            key.2 = self.guards.get(key.2?)?.outer;
        }
    }

    /// Lets functions on the text of a column, and comparisons of the texts of two, look at it without a step that makes a
    /// string of it: `CONTAINS(STR(?x), "a")`, `STR(?x) < STR(?y)`.
    fn look_at_text(&mut self) {
        let column_under_str =
            |id: StepId| match self.steps.get(id).map(|step| (&step.operation, &step.arguments)) {
                Some((Operation::Column(_), _)) => Some((id, false)),
                Some((Operation::Call(Function::Str), arguments)) => {
                    let column = *arguments.first()?;
                    let is_column = matches!(self.steps.get(column)?.operation, Operation::Column(_));
                    is_column.then_some((column, true))
                }
                _ => None,
            };
        let changes: Vec<(StepId, StepId, bool)> = (self.steps.iter().enumerate())
            .filter(|(_, step)| matches!(&step.operation, Operation::Call(function) if is_of_text(function)))
            .filter_map(|(id, step)| {
                column_under_str(*step.arguments.first()?).map(|(column, of_any)| (id, column, of_any))
            })
            .collect();
        let compared = self.steps.iter().enumerate().filter_map(|(id, step)| {
            let comparison = match step.operation {
                Operation::Equal => None,
                Operation::Compare(comparison) => Some(comparison),
                _ => return None,
            };
            let [(a, true), (b, true)] = [0, 1]
                .map(|n| step.arguments.get(n).copied().and_then(column_under_str))
                .map(Option::unwrap_or_default)
            else {
                return None;
            };
            Some((id, comparison, vec![a, b]))
        });
        let compared: Vec<(StepId, Option<Comparison>, Vec<StepId>)> = compared.collect();
        for (id, comparison, columns) in compared {
            if let Some(step) = self.steps.get_mut(id) {
                (step.operation, step.arguments) = (Operation::CompareTexts(comparison), columns);
            }
        }
        for (id, column, of_any) in changes {
            if let Some(step) = self.steps.get_mut(id)
                && let Operation::Call(function) = &step.operation
            {
                step.operation = Operation::Text(function.clone(), of_any);
                if let Some(first) = step.arguments.first_mut() {
                    *first = column;
                }
            }
        }
    }

    fn domain(&self, operation: &Operation, arguments: &[StepId]) -> Domain {
        if let Operation::Column(column) = operation {
            return Domain::Column(*column);
        }
        let of = |id: &StepId| self.steps.get(*id).map_or(Domain::Rows, |step| step.domain);
        arguments.iter().map(of).fold(Domain::Constant, |a, b| match (a, b) {
            (Domain::Constant, other) | (other, Domain::Constant) => other,
            (a, b) if a == b => a,
            _ => Domain::Rows,
        })
    }

    fn leaf(&mut self, operation: Operation) {
        // A column is read once, whatever guards are open.
        let open = std::mem::take(&mut self.open);
        self.build(operation, 0);
        self.open = open;
    }

    fn visit(&mut self, expression: &'a Expression) -> Result<()> {
        match expression {
            Expression::NamedNode(node) => self.leaf(Operation::Constant(node.clone().into())),
            Expression::Literal(literal) => self.leaf(Operation::Constant(literal.clone().into())),
            Expression::Variable(variable) => self.variable(variable),
            Expression::Bound(variable) => {
                self.variable(variable);
                self.build(Operation::Bound, 1);
            }
            Expression::Or(a, b) => self.chain(expression, a, b),
            Expression::And(a, b) => self.chain(expression, a, b),
            Expression::Equal(a, b) => self.operands(Operation::Equal, [a, b]),
            Expression::SameTerm(a, b) => self.operands(Operation::SameTerm, [a, b]),
            Expression::Greater(a, b) => self.operands(Operation::Compare(Comparison::Greater), [a, b]),
            Expression::GreaterOrEqual(a, b) => {
                self.operands(Operation::Compare(Comparison::GreaterOrEqual), [a, b]);
            }
            Expression::Less(a, b) => self.operands(Operation::Compare(Comparison::Less), [a, b]),
            Expression::LessOrEqual(a, b) => {
                self.operands(Operation::Compare(Comparison::LessOrEqual), [a, b]);
            }
            Expression::Add(a, b) => self.operands(Operation::Calculate(Arithmetic::Add), [a, b]),
            Expression::Subtract(a, b) => self.operands(Operation::Calculate(Arithmetic::Subtract), [a, b]),
            Expression::Multiply(a, b) => self.operands(Operation::Calculate(Arithmetic::Multiply), [a, b]),
            Expression::Divide(a, b) => self.operands(Operation::Calculate(Arithmetic::Divide), [a, b]),
            Expression::UnaryPlus(a) => self.operands(Operation::Plus, [a]),
            Expression::UnaryMinus(a) => self.operands(Operation::Negate, [a]),
            Expression::Not(a) => self.operands(Operation::Not, [a]),
            Expression::If(condition, yes, no) => self.conditional(condition, yes, no),
            Expression::In(value, list) => {
                let all: Vec<&Expression> = std::iter::once(value.as_ref()).chain(list).collect();
                self.tasks.push(Task::Build(Operation::In, all.len()));
                self.tasks.extend(all.into_iter().rev().map(Task::Visit));
            }
            Expression::Coalesce(list) => {
                self.tasks.push(Task::Build(Operation::Coalesce, list.len()));
                self.tasks.extend(list.iter().rev().map(Task::Visit));
            }
            Expression::FunctionCall(function, list) => {
                self.tasks.push(Task::Build(Operation::Call(function.clone()), list.len()));
                self.tasks.extend(list.iter().rev().map(Task::Visit));
            }
            Expression::Exists(_) => {
                return Err(Error::query("EXISTS has no value without a plan for its pattern"));
            }
        }
        Ok(())
    }

    fn variable(&mut self, variable: &Variable) {
        let column = (self.column)(variable);
        self.leaf(column.map_or(Operation::Unbound, Operation::Column));
    }

    fn operands<const N: usize>(&mut self, operation: Operation, operands: [&'a Expression; N]) {
        self.tasks.push(Task::Build(operation, N));
        self.tasks.extend(operands.into_iter().rev().map(Task::Visit));
    }

    /// A chain of `||` or `&&`, whichever way it leans, as one that leans to the left: both are associative, with
    /// errors as well (17.2).
    fn chain(&mut self, whole: &Expression, a: &'a Expression, b: &'a Expression) {
        let is_or = matches!(whole, Expression::Or(..));
        let (operation, truths) = if is_or { (Operation::Or, NOT_TRUE) } else { (Operation::And, NOT_FALSE) };
        let (mut open, mut operands) = (vec![b, a], Vec::new());
        while let Some(next) = open.pop() {
            match next {
                Expression::Or(a, b) if is_or => open.extend([b.as_ref(), a.as_ref()]),
                Expression::And(a, b) if !is_or => open.extend([b.as_ref(), a.as_ref()]),
                _ => operands.push(next),
            }
        }
        for operand in operands.iter().skip(1).rev() {
            self.tasks.push(Task::Build(operation.clone(), 2));
            self.tasks.push(Task::Close);
            self.tasks.push(Task::Visit(operand));
            self.tasks.push(Task::Open(truths, 0));
        }
        self.tasks.extend(operands.first().map(|first| Task::Visit(first)));
    }

    fn conditional(&mut self, condition: &'a Expression, yes: &'a Expression, no: &'a Expression) {
        self.tasks.push(Task::Build(Operation::If, 3));
        for (branch, truths, back) in [(no, FALSE, 1), (yes, TRUE, 0)] {
            self.tasks.push(Task::Close);
            self.tasks.push(Task::Visit(branch));
            self.tasks.push(Task::Open(truths, back));
        }
        self.tasks.push(Task::Visit(condition));
    }
}

/// Whether a function tells something of a text, or makes another of it, with the help of others.
fn is_of_text(function: &Function) -> bool {
    matches!(
        function,
        Function::Regex
            | Function::Contains
            | Function::StrStarts
            | Function::StrEnds
            | Function::StrLen
            | Function::LCase
            | Function::UCase
            | Function::SubStr
            | Function::StrBefore
            | Function::StrAfter
            | Function::EncodeForUri
    )
}
