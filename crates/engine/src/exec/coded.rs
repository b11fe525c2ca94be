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
use crate::error::Result;
use crate::expr::fast::Fast;
use crate::expr::{Texts, Value};
use crate::store::{Id, NONE};
use crate::terms::{Literal, Term, xsd};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::borrow::Cow;
use std::hash::BuildHasher as _;

/// Whole numbers below this have a place in a list: years, counts and their like are not hashed.
const SMALL: usize = 1 << 14;

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
    numbers: FxHashMap<(u8, i128), Id>,
    /// The codes of small whole numbers by their values: of integers, of decimals.
    small: [Vec<Id>; 2],
    texts: Texts,
    /// The texts by their hashes, and the places of their cells.
    index: RowsIndex,
    text_places: Vec<Id>,
    /// The places of terms by their numbers.
    terms: FxHashMap<Id, Id>,
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
            + self.numbers.capacity() * size_of::<((u8, i128), Id)>()
            + self.terms.capacity() * size_of::<(Id, Id)>()
            + self.small.iter().map(Vec::capacity).sum::<usize>() * size_of::<Id>()
            + self.texts.held()
            + self.index.bytes()
            + self.text_places.capacity() * size_of::<Id>()
    }

    fn codes(&mut self, column: &Column, cx: &mut Context<'_>) -> Result<Vec<Id>> {
        let before = self.bytes();
        let codes = match column {
            Column::Numbers(numbers) => {
                Ok(numbers.iter().map(|number| number.map_or(NONE, |number| self.number(number))).collect())
            }
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
    fn number(&mut self, number: Fast) -> Id {
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
                return *code;
            }
        }
        *self.numbers.entry(number.key()).or_insert_with(|| Self::add(&mut self.cells, Cell::Number(number)))
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
        if let Some(code) = self.terms.get(&id) {
            return Ok(*code);
        }
        let code = match cx.term(id)? {
            Some(Term::Literal(literal)) if literal.datatype() == xsd::STRING => {
                self.text(literal.value(), cx)?
            }
            Some(term) => match computed_number(&term) {
                Some(number) => self.number(number),
                None => Self::add(&mut self.cells, Cell::Term(id)),
            },
            None => Self::add(&mut self.cells, Cell::Term(id)),
        };
        self.terms.insert(id, code);
        Ok(code)
    }

    fn column(&self, codes: &[Id], cx: &mut Context<'_>) -> Result<Column> {
        let cell = |code: &Id| self.cells.get(*code as usize).copied();
        let number = |code: &Id| match cell(code) {
            Some(Cell::Number(number)) => Some(Some(number)),
            None => Some(None),
            Some(_) => None,
        };
        if let Some(numbers) = codes.iter().map(number).collect::<Option<Vec<_>>>() {
            return Ok(Column::Numbers(numbers));
        }
        let text = |code: &Id| match cell(code) {
            Some(Cell::Text(place)) => self.texts.get(place as usize),
            Some(_) | None => None,
        };
        if codes.iter().all(|code| matches!(cell(code), None | Some(Cell::Text(_)))) {
            let mut texts = Texts::default();
            codes.iter().for_each(|code| texts.push(text(code)));
            return Ok(Column::Texts(texts));
        }
        let id = |code: &Id| match cell(code) {
            None => Ok(NONE),
            Some(Cell::Term(id)) => Ok(id),
            Some(Cell::Number(number)) => cx.intern(&Value::Number(number.to_number()).into_term()),
            Some(Cell::Text(_)) => {
                cx.intern(&Literal::new_simple_literal(text(code).unwrap_or_default()).into())
            }
        };
        codes.iter().map(id).collect::<Result<Vec<Id>>>().map(Column::Ids)
    }
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
    use crate::exec::fixture::context;

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
