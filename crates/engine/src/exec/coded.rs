//! A column of which only equality is asked, as small numbers: equal terms have equal codes, different ones different codes.
//!
//! In: the cells of one variable, batch after batch, by the numbers of their terms or as they were computed. Out: a code for each, and
//! in the end the cells of codes. Where the first cells have numbers of terms, these are the codes, and what is computed later is numbered. Where
//! the first were computed, numbers are told apart by their type and value, which decide the canonical form that is their term, and texts by their
//! bytes; **nothing is looked up in the dictionary of the
//! graph**. A term by its number that comes after such cells is read once, to see whether it is one of them.

use super::batch::Column;
use super::context::Context;
use super::rows_index::RowsIndex;
use super::seen::Slots;
use crate::aside::set_aside;
use crate::error::Result;
use crate::expr::fast::Fast;
use crate::expr::{Texts, Value};
use crate::store::{Id, NONE};
use crate::terms::{Literal, Term, xsd};
use rustc_hash::FxBuildHasher;
use std::borrow::Cow;
use std::hash::BuildHasher as _;

/// Whole numbers below this have a place in a list: years, counts and their like are not hashed.
const SMALL: usize = 1 << 14;

/// So many codes are looked through without a look at the limits.
const PART: usize = 1 << 14;

/// To number a computed term takes as long as so many units of work.
const INTERNING: usize = 20;

/// The codes of one column. See the module.
#[derive(Default)]
pub struct Coder {
    form: Form,
}

#[derive(Default)]
enum Form {
    /// Nothing came yet.
    #[default]
    Open,
    /// Codes are the numbers of terms.
    Terms,
    /// Codes are places among the different cells.
    Places(Box<Places>),
}

/// What stands at a place.
#[derive(Clone, Copy)]
enum Cell {
    Number(Fast),
    /// The text of this place.
    Text(u32),
    /// A term that is no computed number and no simple string.
    Term(Id),
}

#[derive(Default)]
struct Places {
    cells: Vec<Cell>,
    /// Numbers by their types and values, and the codes of these places.
    numbers: Slots<5>,
    number_codes: Vec<Id>,
    /// The codes of small whole numbers by their values: of integers, of decimals.
    small: [Vec<Id>; 2],
    texts: Texts,
    /// The texts by their hashes, and the places of their cells.
    index: RowsIndex,
    text_places: Vec<Id>,
    /// Terms by their numbers, and the codes of these places.
    terms: Slots<1>,
    term_codes: Vec<Id>,
}

impl Drop for Coder {
    fn drop(&mut self) {
        let bytes = self.bytes();
        set_aside(std::mem::take(&mut self.form), bytes);
    }
}

impl Coder {
    /// A code for each cell; [`NONE`] where it is unbound.
    ///
    /// # Errors
    /// Where a term cannot be read or numbered, or there is no room for more.
    pub fn codes<'c>(&mut self, column: &'c Column, cx: &mut Context<'_>) -> Result<Cow<'c, [Id]>> {
        match (&mut self.form, column) {
            (Form::Open, _) if column.is_empty() => Ok(Cow::Borrowed(&[])),
            (form @ (Form::Open | Form::Terms), Column::Ids(ids)) => {
                *form = Form::Terms;
                Ok(Cow::Borrowed(ids))
            }
            (Form::Terms, computed) => computed.clone().into_ids(cx).map(Cow::Owned),
            (Form::Places(places), column) => places.codes(column, cx).map(Cow::Owned),
            (form @ Form::Open, column) => {
                let mut places = Box::<Places>::default();
                let codes = places.codes(column, cx);
                *form = Form::Places(places);
                codes.map(Cow::Owned)
            }
        }
    }

    /// The cells of some codes, with numbers of terms unless they may be `computed`.
    ///
    /// # Errors
    /// As [`Self::codes`].
    pub fn column(&self, codes: Vec<Id>, computed: bool, cx: &mut Context<'_>) -> Result<Column> {
        let Form::Places(places) = &self.form else { return Ok(Column::Ids(codes)) };
        let column = places.column(&codes, cx)?;
        if computed { Ok(column) } else { column.into_ids(cx).map(Column::Ids) }
    }

    /// About how many bytes it holds.
    pub fn bytes(&self) -> usize {
        match &self.form {
            Form::Open | Form::Terms => 0,
            Form::Places(places) => places.bytes(),
        }
    }
}

impl Places {
    fn bytes(&self) -> usize {
        self.cells.capacity() * size_of::<Cell>()
            + self.numbers.held()
            + self.terms.held()
            + self.small.iter().map(Vec::capacity).sum::<usize>() * size_of::<Id>()
            + self.texts.held()
            + self.index.bytes()
            + (self.text_places.capacity() + self.number_codes.capacity() + self.term_codes.capacity())
                * size_of::<Id>()
    }

    fn codes(&mut self, column: &Column, cx: &mut Context<'_>) -> Result<Vec<Id>> {
        let before = self.bytes();
        let codes = match column {
            Column::Numbers(numbers) => numbers
                .iter()
                .map(|number| number.map_or(Ok(NONE), |number| self.number(number, cx)))
                .collect(),
            Column::Texts(texts) => (0..texts.len())
                .map(|at| texts.get(at).map_or(Ok(NONE), |text| self.text(text, cx)))
                .collect(),
            Column::Ids(ids) => ids.iter().map(|id| self.term(*id, cx)).collect(),
        };
        // What doubled by this may double again by the next.
        let grown = self.bytes() - before;
        if grown > 0 {
            cx.room(grown)?;
        }
        codes
    }

    fn add(cells: &mut Vec<Cell>, cell: Cell) -> Id {
        cells.push(cell);
        (cells.len() - 1) as Id
    }

    #[inline]
    fn number(&mut self, number: Fast, cx: &Context<'_>) -> Result<Id> {
        let number = match number.shortest() {
            // All of them are written alike.
            Fast::Double(value) if value.is_nan() => Fast::Double(f64::NAN),
            Fast::Float(value) if value.is_nan() => Fast::Float(f32::NAN),
            number => number,
        };
        let [integers, decimals] = &mut self.small;
        let small = match number {
            Fast::Integer(value) => usize::try_from(value).ok().map(|value| (integers, value)),
            Fast::Decimal { mantissa, scale: 0 } => {
                usize::try_from(mantissa).ok().map(|value| (decimals, value))
            }
            Fast::Decimal { .. } | Fast::Float(_) | Fast::Double(_) => None,
        };
        if let Some((codes, value)) = small.filter(|(_, value)| *value < SMALL) {
            if codes.len() <= value {
                codes.resize(value + 1, NONE);
            }
            if let Some(code) = codes.get_mut(value) {
                if *code == NONE {
                    *code = Self::add(&mut self.cells, Cell::Number(number));
                }
                return Ok(*code);
            }
        }
        let (kind, value) = number.key();
        let bits = |from: u32| (value >> from) as Id;
        let new = self.numbers.count();
        let place =
            self.numbers.enter_one([kind.into(), bits(0), bits(32), bits(64), bits(96)], cx)? as usize;
        if place == new {
            self.number_codes.push(Self::add(&mut self.cells, Cell::Number(number)));
        }
        Ok(self.number_codes.get(place).copied().unwrap_or(NONE))
    }

    fn text(&mut self, text: &str, cx: &Context<'_>) -> Result<Id> {
        let hash = (FxBuildHasher.hash_one(text) >> 32) as u32;
        let known = self.index.rows(hash).find(|place| self.texts.get(*place as usize) == Some(text));
        if let Some(place) = known.and_then(|place| self.text_places.get(place as usize)) {
            return Ok(*place);
        }
        let place = self.index.push(hash, cx.governor())? as u32;
        self.texts.push(Some(text));
        let code = Self::add(&mut self.cells, Cell::Text(place));
        self.text_places.push(code);
        Ok(code)
    }

    /// The code of a term by its number: that of the number or text that it is, or one of its own.
    fn term(&mut self, id: Id, cx: &Context<'_>) -> Result<Id> {
        if id == NONE {
            return Ok(NONE);
        }
        let new = self.terms.count();
        let place = self.terms.enter_one([id], cx)? as usize;
        if place < new {
            return Ok(self.term_codes.get(place).copied().unwrap_or(NONE));
        }
        let code = match cx.term(id)? {
            Some(Term::Literal(literal)) if literal.datatype() == xsd::STRING => {
                self.text(literal.value(), cx)?
            }
            Some(term) => match computed_number(&term) {
                Some(number) => self.number(number, cx)?,
                None => Self::add(&mut self.cells, Cell::Term(id)),
            },
            None => Self::add(&mut self.cells, Cell::Term(id)),
        };
        self.term_codes.push(code);
        Ok(code)
    }

    fn column(&self, codes: &[Id], cx: &mut Context<'_>) -> Result<Column> {
        let cell = |code: &Id| self.cells.get(*code as usize).copied();
        let number = |code: &Id| match cell(code) {
            Some(Cell::Number(number)) => Some(number),
            Some(_) | None => None,
        };
        if all(codes, |code| matches!(cell(code), None | Some(Cell::Number(_))), cx)? {
            return cx.governor().collected(codes.iter().map(number), codes.len()).map(Column::Numbers);
        }
        let text = |code: &Id| match cell(code) {
            Some(Cell::Text(place)) => self.texts.get(place as usize),
            Some(_) | None => None,
        };
        if all(codes, |code| matches!(cell(code), None | Some(Cell::Text(_))), cx)? {
            let (mut texts, mut looked) = (Texts::default(), 0);
            for part in codes.chunks(PART) {
                part.iter().for_each(|code| texts.push(text(code)));
                // What is full doubles.
                cx.room(2 * (texts.held() - looked))?;
                looked = texts.held();
            }
            return Ok(Column::Texts(texts));
        }
        let mut ids = Vec::with_capacity(codes.len());
        for code in codes {
            cx.work(INTERNING)?;
            ids.push(match cell(code) {
                None => NONE,
                Some(Cell::Term(id)) => id,
                Some(Cell::Number(number)) => cx.intern(&Value::Number(number.to_number()).into_term())?,
                Some(Cell::Text(_)) => {
                    cx.intern(&Literal::new_simple_literal(text(code).unwrap_or_default()).into())?
                }
            });
        }
        Ok(Column::Ids(ids))
    }
}

/// Whether something holds of all codes.
fn all(codes: &[Id], holds: impl Fn(&Id) -> bool, cx: &Context<'_>) -> Result<bool> {
    for part in codes.chunks(PART) {
        if !part.iter().all(&holds) {
            return Ok(false);
        }
        cx.check()?;
    }
    Ok(true)
}

/// The number that would be written as this very term, if any.
fn computed_number(term: &Term) -> Option<Fast> {
    let value = Value::Term(term.clone());
    let number = Fast::of_number(&value.number()?)?.shortest();
    (Value::Number(number.to_number()).into_term() == *term).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::batch::ROWS;
    use crate::exec::fixture::context;
    use crate::{Governor, aside};
    use std::ops::Range;

    /// Columns of any forms, the terms of their cells, and the codes that a coder gives them one after the other.
    #[test]
    fn cells_have_equal_codes_where_they_are_the_same_term() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let typed = |text: &str, datatype| Term::from(Literal::new_typed_literal(text, datatype));
        let terms = [
            Literal::from(7).into(),
            typed("07", xsd::INTEGER),
            typed("7", xsd::INT),
            typed("0.5", xsd::DECIMAL),
            typed("0.50", xsd::DECIMAL),
            typed("5.0E-1", xsd::DOUBLE),
            typed("7", xsd::STRING),
            Literal::new_language_tagged_literal_unchecked("7", "en").into(),
            Literal::from("").into(),
            crate::terms::NamedNode::new_unchecked("http://example.org/7").into(),
        ];
        let mut ids: Vec<Id> = terms.iter().map(|term| cx.intern(term).unwrap()).collect();
        ids.extend([NONE, ids[0]]);
        let half = Fast::Decimal { mantissa: 50, scale: 2 };
        let numbers = vec![
            Some(Fast::Integer(7)),
            None,
            Some(half),
            Some(Fast::Double(0.5)),
            Some(Fast::Integer(7)),
            Some(Fast::Double(f64::NAN)),
            Some(Fast::Double(-f64::NAN)),
        ];
        let mut texts = Texts::default();
        [Some("7"), None, Some("x"), Some(""), Some("7")].iter().for_each(|text| texts.push(*text));
        let columns =
            [Column::Ids(ids), Column::Numbers(numbers), Column::Texts(texts), Column::Ids(Vec::new())];
        for first in 0..columns.len() {
            for second in 0..columns.len() {
                let order = [first, second, 0, 1, 2];
                let (mut coder, mut codes, mut expected) = (Coder::default(), Vec::new(), Vec::new());
                for column in order.map(|at| &columns[at]) {
                    codes.extend(coder.codes(column, &mut cx).unwrap().iter().copied());
                    expected.extend((0..column.len()).map(|row| column.term(row, &cx).unwrap()));
                }
                for (a, code) in expected.iter().zip(&codes) {
                    assert_eq!(a.is_none(), *code == NONE);
                    for (b, other) in expected.iter().zip(&codes) {
                        assert_eq!(a == b, code == other, "{order:?}: {a:?} and {b:?}");
                    }
                }
                for computed in [true, false] {
                    let column = coder.column(codes.clone(), computed, &mut cx).unwrap();
                    assert!(computed || column.ids().is_some());
                    let found: Vec<_> = (0..column.len()).map(|row| column.term(row, &cx).unwrap()).collect();
                    assert_eq!(found, expected, "{order:?}");
                }
            }
        }
    }

    /// Tables that grow ask all along, whatever they hold, and are not given back by who waits for an answer.
    #[test]
    fn very_many_cells_are_taken_in_and_given_back_without_a_halt() {
        const MANY: usize = 300_000;
        let graph = crate::fixture::graph();
        let governor = Governor::unlimited();
        let mut cx = Context::new(&graph, &governor, None);
        let term = |n: usize| Literal::new_language_tagged_literal_unchecked(n.to_string(), "en").into();
        let terms: Vec<Id> = (0..MANY).map(|n| cx.intern(&term(n)).unwrap()).collect();
        let column = |kind: usize, rows: Range<usize>| match kind {
            0 => Column::Numbers(rows.map(|n| Some(Fast::Double(n as f64 + 0.5))).collect()),
            1 => {
                let mut texts = Texts::default();
                rows.for_each(|n| texts.push(Some(&format!("{n:060}"))));
                Column::Texts(texts)
            }
            _ => Column::Ids(terms[rows].to_vec()),
        };
        for kind in 0..3 {
            let mut coder = Coder::default();
            coder.codes(&Column::Numbers(vec![Some(Fast::Integer(1))]), &mut cx).unwrap();
            let (mut most, mut before) = (0, governor.asked());
            for from in (0..MANY).step_by(ROWS) {
                coder.codes(&column(kind, from..MANY.min(from + ROWS)), &mut cx).unwrap();
                most = most.max(governor.asked() - before);
                before = governor.asked();
            }
            // When a table was made anew for the last time, a fourth of all at least was moved, some thousand at a time.
            assert!(most >= (MANY / 4 / (1 << 14)) as u64, "{kind}: {most} looks");
            let bytes = coder.bytes();
            drop(coder);
            assert!(bytes < 16 << 20 || aside::settle(), "{kind}: {bytes} bytes were given back at once");
            assert!(bytes >= 16 << 20 || kind == 2, "{kind}: {bytes}");
        }
    }

    #[test]
    fn what_is_all_computed_stays_so() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let numbers = Column::Numbers((0..5000).map(|n| Some(Fast::Integer(n % 70 * 500))).collect());
        let mut coder = Coder::default();
        let codes = coder.codes(&numbers, &mut cx).unwrap().into_owned();
        assert_eq!(codes.iter().max(), Some(&69));
        assert_eq!(coder.column(codes, true, &mut cx).unwrap(), numbers);
        assert!(coder.bytes() > 0);
    }
}
