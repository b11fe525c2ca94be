//! The cells of one variable: numbers of terms, or what was computed and has no number yet.
//!
//! In: results of programs, cells of other columns. Out: the same selected and appended. A computed cell has the canonical
//! lexical form of its value, and **is a term like any other**: it gets its number ([`Column::into_ids`]) where identity is asked
//! for, in joins, DISTINCT and GROUP BY, and none where a column is only filtered, sorted, summed up or written.

use super::fast::Fast;
use super::program::Terms;
use super::texts::Texts;
use super::value::Value;
use crate::error::Result;
use crate::store::{Id, NONE};
use crate::terms::{Literal, Term};
use rustc_hash::FxHashMap;
use std::mem::discriminant;

/// The cells of one variable. See the module.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Terms by number; [`NONE`] is unbound.
    Ids(Vec<Id>),
    /// Computed numbers; nothing is unbound.
    Numbers(Vec<Option<Fast>>),
    /// Computed simple strings; nothing is unbound.
    Texts(Texts),
}

impl Default for Column {
    fn default() -> Self {
        Self::Ids(Vec::new())
    }
}

impl From<Vec<Id>> for Column {
    fn from(ids: Vec<Id>) -> Self {
        Self::Ids(ids)
    }
}

impl FromIterator<Id> for Column {
    fn from_iter<I: IntoIterator<Item = Id>>(ids: I) -> Self {
        Self::Ids(ids.into_iter().collect())
    }
}

impl Column {
    /// How many cells there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Ids(ids) => ids.len(),
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) => texts.len(),
        }
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of its terms, where they have numbers.
    #[inline]
    pub fn ids(&self) -> Option<&[Id]> {
        match self {
            Self::Ids(ids) => Some(ids),
            Self::Numbers(_) | Self::Texts(_) => None,
        }
    }

    /// The cells at these places, in this order; unbound where there is none.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        match self {
            Self::Ids(ids) => Self::Ids(gather(ids, rows)),
            Self::Numbers(numbers) => {
                Self::Numbers(rows.iter().map(|row| numbers.get(*row as usize).copied().flatten()).collect())
            }
            Self::Texts(texts) => Self::Texts(texts.gather(rows.iter().map(|row| *row as usize))),
        }
    }

    /// Cells of several columns, each by the number of its column and its place there; nothing where not all columns are of one form.
    pub fn of_cells(columns: &[&Self], cells: &[(u32, u32)]) -> Option<Self> {
        let mut forms = columns.iter().filter(|column| !column.is_empty());
        let form = forms.next();
        if form.is_some_and(|form| forms.any(|other| discriminant(*other) != discriminant(*form))) {
            return None;
        }
        let of = |(column, row): &(u32, u32)| Some((columns.get(*column as usize)?, *row as usize));
        Some(match form {
            None | Some(Self::Ids(_)) => {
                let id =
                    |cell| of(cell).and_then(|(column, row)| column.ids()?.get(row).copied()).unwrap_or(NONE);
                Self::Ids(cells.iter().map(id).collect())
            }
            Some(Self::Numbers(_)) => Self::Numbers(
                cells
                    .iter()
                    .map(|cell| match of(cell) {
                        Some((Self::Numbers(numbers), row)) => numbers.get(row).copied().flatten(),
                        _ => None,
                    })
                    .collect(),
            ),
            Some(Self::Texts(_)) => Self::Texts(Texts::of(cells.iter().map(|cell| match of(cell) {
                Some((Self::Texts(texts), row)) => texts.get(row),
                _ => None,
            }))),
        })
    }

    /// The cells from `from` on, at most `len`.
    #[must_use]
    pub fn part(&self, from: usize, len: usize) -> Self {
        let to = from.saturating_add(len).min(self.len());
        let from = from.min(to);
        match self {
            Self::Ids(ids) => Self::Ids(ids.get(from..to).unwrap_or_default().to_vec()),
            Self::Numbers(numbers) => Self::Numbers(numbers.get(from..to).unwrap_or_default().to_vec()),
            Self::Texts(texts) => Self::Texts(texts.gather(from..to)),
        }
    }

    /// Adds the cells of a column of the same form; says whether it is of the same form. Where this one is empty it
    /// takes the form of the other.
    pub fn append(&mut self, other: &Self) -> bool {
        match (&mut *self, other) {
            (Self::Ids(a), Self::Ids(b)) => a.extend_from_slice(b),
            (Self::Numbers(a), Self::Numbers(b)) => a.extend_from_slice(b),
            (Self::Texts(a), Self::Texts(b)) => a.append(b),
            (a, b) if a.is_empty() => *a = b.clone(),
            (_, b) => return b.is_empty(),
        }
        true
    }

    /// About how many bytes it takes up.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Ids(ids) => ids.capacity() * size_of::<Id>(),
            Self::Numbers(numbers) => numbers.capacity() * size_of::<Option<Fast>>(),
            Self::Texts(texts) => texts.held(),
        }
    }

    /// About how many bytes more it takes up once the cells of another are added: what is full doubles.
    pub fn growth(&self, other: &Self) -> usize {
        let grows = |len: usize, more: usize, capacity: usize, size: usize| {
            if len + more > capacity { ((len + more).max(2 * capacity) - capacity) * size } else { 0 }
        };
        match (self, other) {
            (Self::Numbers(a), Self::Numbers(b)) => {
                grows(a.len(), b.len(), a.capacity(), size_of::<Option<Fast>>())
            }
            (Self::Texts(a), Self::Texts(b)) => a.growth(b),
            (Self::Ids(a), Self::Ids(b)) => grows(a.len(), b.len(), a.capacity(), size_of::<Id>()),
            (a, b) if a.is_empty() => b.bytes(),
            // Both become numbers of terms.
            (a, b) => (a.len() + b.len()) * size_of::<Id>(),
        }
    }

    /// The value of a computed cell; nothing where it is unbound, or has a number.
    pub fn value(&self, row: usize) -> Option<Value> {
        match self {
            Self::Ids(_) => None,
            Self::Numbers(numbers) => {
                numbers.get(row).copied().flatten().map(|number| Value::Number(number.to_number()))
            }
            Self::Texts(texts) => texts.get(row).map(Value::string),
        }
    }

    /// The term of a cell; nothing where it is unbound.
    ///
    /// # Errors
    /// Where the term cannot be read.
    pub fn term(&self, row: usize, terms: &dyn Terms) -> Result<Option<Term>> {
        match self {
            Self::Ids(ids) => match ids.get(row) {
                None | Some(&NONE) => Ok(None),
                Some(id) => terms.term(*id),
            },
            computed => Ok(computed.value(row).map(Value::into_term)),
        }
    }

    /// Adds the value of one cell, as computed where all cells are alike and `computed` permits it, else by its number.
    ///
    /// # Errors
    /// Where a term cannot be numbered.
    pub fn push(&mut self, value: Option<Value>, computed: bool, terms: &mut dyn Terms) -> Result<()> {
        if self.is_empty() && computed {
            match value {
                Some(Value::Number(_)) => *self = Self::Numbers(Vec::new()),
                Some(Value::String(_)) => *self = Self::Texts(Texts::default()),
                _ => {}
            }
        }
        match (&mut *self, &value) {
            (Self::Ids(ids), None) => ids.push(NONE),
            (Self::Ids(ids), Some(value)) => ids.push(terms.intern(&value.to_term())?),
            (Self::Numbers(numbers), None) => numbers.push(None),
            (Self::Numbers(numbers), Some(Value::Number(number)))
                if let Some(number) = Fast::of_number(number) =>
            {
                numbers.push(Some(number.shortest()));
            }
            (Self::Texts(texts), None) => texts.push(None),
            (Self::Texts(texts), Some(Value::String(text))) => texts.push(Some(text)),
            (other, value) => {
                let mut ids = std::mem::take(other).into_ids(terms)?;
                ids.push(value.as_ref().map_or(Ok(NONE), |value| terms.intern(&value.to_term()))?);
                *other = Self::Ids(ids);
            }
        }
        Ok(())
    }

    /// The numbers of all its terms: those that have none get one.
    ///
    /// # Errors
    /// Where a term cannot be numbered.
    pub fn into_ids(self, terms: &mut dyn Terms) -> Result<Vec<Id>> {
        match self {
            Self::Ids(ids) => Ok(ids),
            Self::Numbers(numbers) => {
                let mut known: FxHashMap<(u8, i128), Id> = FxHashMap::default();
                let mut ids = Vec::with_capacity(numbers.len());
                for number in numbers {
                    ids.push(match number {
                        None => NONE,
                        Some(number) => match known.get(&number.key()) {
                            Some(id) => *id,
                            None => {
                                let id = terms.intern(&Value::Number(number.to_number()).into_term())?;
                                known.insert(number.key(), id);
                                id
                            }
                        },
                    });
                }
                Ok(ids)
            }
            Self::Texts(texts) => {
                let id = |place| match texts.get(place) {
                    Some(text) => terms.intern(&Literal::new_simple_literal(text).into()),
                    None => Ok(NONE),
                };
                (0..texts.len()).map(id).collect()
            }
        }
    }
}

/// Values in the narrowest form that holds all of them; nothing where that is their numbers as terms.
pub(super) fn narrowed<'v>(values: impl Iterator<Item = Option<&'v Value>> + Clone) -> Option<Column> {
    match values.clone().flatten().next() {
        Some(Value::Number(_)) => values
            .map(|value| match value {
                None => Some(None),
                Some(Value::Number(number)) => Fast::of_number(number).map(|number| Some(number.shortest())),
                Some(_) => None,
            })
            .collect::<Option<_>>()
            .map(Column::Numbers),
        Some(Value::String(_)) => {
            let mut texts = Texts::default();
            for value in values {
                match value {
                    Some(Value::String(text)) => texts.push(Some(text)),
                    None => texts.push(None),
                    Some(_) => return None,
                }
            }
            Some(Column::Texts(texts))
        }
        _ => None,
    }
}

/// The cells at these places, in this order; unbound where there is none.
pub fn gather(ids: &[Id], rows: &[u32]) -> Vec<Id> {
    rows.iter().map(|row| ids.get(*row as usize).copied().unwrap_or(NONE)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Table;
    use super::*;

    impl<const N: usize> PartialEq<[Id; N]> for Column {
        fn eq(&self, other: &[Id; N]) -> bool {
            self.ids() == Some(other.as_slice())
        }
    }

    impl PartialEq<Vec<Id>> for Column {
        fn eq(&self, other: &Vec<Id>) -> bool {
            self.ids() == Some(other.as_slice())
        }
    }

    fn numbers() -> Column {
        let half = Fast::Decimal { mantissa: 50, scale: 2 };
        Column::Numbers(vec![Some(Fast::Integer(7)), None, Some(half), Some(Fast::Integer(7))])
    }

    fn texts() -> Column {
        let mut texts = Texts::default();
        for text in [Some("b"), None, Some(""), Some("äöü")] {
            texts.push(text);
        }
        Column::Texts(texts)
    }

    fn shown(column: &Column) -> Vec<String> {
        let table = Table::default();
        let cell = |row| column.term(row, &table).unwrap();
        (0..column.len()).map(|row| cell(row).map_or("-".to_owned(), |term| term.to_string())).collect()
    }

    #[test]
    fn computed_cells_are_selected_and_appended_as_ids_are() {
        for column in [numbers(), texts()] {
            let all = shown(&column);
            let picked = column.gather(&[3, 1, 0, 9]);
            assert_eq!(shown(&picked), [all[3].as_str(), &all[1], &all[0], "-"]);
            for (from, len) in [(0, 4), (1, 2), (3, 9), (4, 1), (9, 1)] {
                let expected: Vec<&String> = all.iter().skip(from).take(len).collect();
                assert_eq!(shown(&column.part(from, len)).iter().collect::<Vec<_>>(), expected);
            }
            let mut sum = Column::default();
            assert!(sum.append(&column) && sum.append(&picked));
            assert_eq!(shown(&sum), [all.clone(), shown(&picked)].concat());
            assert!(!sum.append(&Column::Ids(vec![1])), "of another form");
            for _ in 0..9 {
                let (before, growth) = (sum.bytes(), sum.growth(&column));
                assert!(sum.append(&column) && sum.bytes() <= before + growth, "{before} and {growth}");
            }
            assert_eq!(shown(&sum).len(), 8 + 9 * 4);
        }
        assert!(!numbers().append(&texts()));
    }

    #[test]
    fn a_computed_cell_is_the_term_that_it_is_written_as() {
        let mut table = Table::default();
        let seven = table.intern(&Literal::from(7).into()).unwrap();
        let b = table.intern(&Literal::from("b").into()).unwrap();
        let ids = numbers().into_ids(&mut table).unwrap();
        assert_eq!((ids[0], ids[1], ids[3]), (seven, NONE, seven));
        let half = table.term(ids[2]).unwrap().unwrap();
        assert_eq!(half.to_string(), "\"0.5\"^^<http://www.w3.org/2001/XMLSchema#decimal>");
        let ids = texts().into_ids(&mut table).unwrap();
        assert_eq!((ids[0], ids[1]), (b, NONE));
    }
}
