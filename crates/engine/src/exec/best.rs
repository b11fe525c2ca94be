//! The least or greatest members of groups: MIN and MAX of a variable (SPARQL 1.1, 18.5.1.5 and 18.5.1.6).
//!
//! In: cells, each with its group: computed numbers as long as all are, then terms by number. Out: the member of each group, as
//! it came: of those with equal values the first. A group with an unbound cell has none.

use super::batch::Column;
use super::context::Context;
use super::ranks::Ranking;
use crate::Governor;
use crate::error::Result;
use crate::expr::fast::Fast;
use crate::store::{FIRST_FOREIGN, Id, NONE};
use std::cmp::Ordering;

/// The best members so far. See the module.
#[derive(Debug)]
pub struct Best {
    greatest: bool,
    failed: Vec<bool>,
    /// As long as all cells were computed numbers.
    numbers: Vec<Option<Fast>>,
    /// From then on.
    ids: Option<Vec<Id>>,
    ranking: Ranking,
}

impl Best {
    /// Of nothing yet: the greatest, or the least.
    pub fn new(greatest: bool) -> Self {
        Self { greatest, failed: Vec::new(), numbers: Vec::new(), ids: None, ranking: Ranking::default() }
    }

    /// Makes room for so many groups.
    ///
    /// # Errors
    /// Where they would pass the limit of memory.
    pub fn grow(&mut self, count: usize, governor: &Governor) -> Result<()> {
        if count > self.failed.capacity() {
            // While a list is copied it is there twice.
            let each = 1 + if self.ids.is_some() { size_of::<Id>() } else { size_of::<Option<Fast>>() };
            governor.room(count.max(2 * self.failed.capacity()) * each)?;
        }
        self.failed.resize(count, false);
        match &mut self.ids {
            Some(ids) => ids.resize(count, NONE),
            None => self.numbers.resize(count, None),
        }
        Ok(())
    }

    /// About how many bytes it holds.
    pub fn bytes(&self) -> usize {
        let ids = self.ids.as_ref().map_or(0, |ids| size_of_val(ids.as_slice()));
        self.failed.len() + size_of_val(self.numbers.as_slice()) + ids
    }

    fn is_better(&self, order: Ordering) -> bool {
        if self.greatest { order.is_gt() } else { order.is_lt() }
    }

    /// Adds a column.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn add(&mut self, groups: &[Id], column: Column, cx: &mut Context<'_>) -> Result<()> {
        match column {
            Column::Numbers(numbers) if self.ids.is_none() => {
                self.add_numbers(groups, &numbers);
                Ok(())
            }
            column => {
                let ids = column.into_ids(cx)?;
                self.add_ids(groups.iter().copied().zip(ids), cx)
            }
        }
    }

    fn add_numbers(&mut self, groups: &[Id], numbers: &[Option<Fast>]) {
        for (group, number) in groups.iter().zip(numbers) {
            let group = *group as usize;
            match (number, self.numbers.get(group)) {
                (Some(number), Some(best))
                    if best.is_none_or(|best| self.is_better(number.compare_exactly(best))) =>
                {
                    self.numbers.get_mut(group).into_iter().for_each(|best| *best = Some(*number));
                }
                (Some(_), _) => {}
                (None, _) => self.failed.get_mut(group).into_iter().for_each(|failed| *failed = true),
            }
        }
    }

    /// Adds terms by number, each with its group.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn add_ids(&mut self, rows: impl Iterator<Item = (Id, Id)>, cx: &mut Context<'_>) -> Result<()> {
        let mut ids = self.numbered(cx)?;
        for (group, id) in rows {
            let group = group as usize;
            let (Some(best), Some(failed)) = (ids.get_mut(group), self.failed.get_mut(group)) else {
                continue;
            };
            *failed |= id == NONE;
            if *best == NONE {
                *best = id;
            } else if id < FIRST_FOREIGN && *best < FIRST_FOREIGN && (id < *best) == self.greatest {
                // Numbers of the dictionary rise as values do: it is no better, at most as good.
            } else if id != *best && id != NONE {
                let order = self.ranking.compare(id, *best, cx)?;
                if self.is_better(order) {
                    *best = id;
                }
            }
        }
        self.ids = Some(ids);
        Ok(())
    }

    /// All that was found by number.
    fn numbered(&mut self, cx: &mut Context<'_>) -> Result<Vec<Id>> {
        match self.ids.take() {
            Some(ids) => Ok(ids),
            None => Column::Numbers(std::mem::take(&mut self.numbers)).into_ids(cx),
        }
    }

    /// The members of the groups, and of how many groups there is none for an unbound cell; without numbers of terms where
    /// `computed` permits it.
    ///
    /// # Errors
    /// Where the graph is damaged.
    pub fn finish(&mut self, computed: bool, cx: &mut Context<'_>) -> Result<(Column, u64)> {
        let failures = self.failed.iter().filter(|failed| **failed).count() as u64;
        if computed && self.ids.is_none() {
            let mut numbers = std::mem::take(&mut self.numbers);
            for (number, _) in numbers.iter_mut().zip(&self.failed).filter(|(_, failed)| **failed) {
                *number = None;
            }
            return Ok((Column::Numbers(numbers), failures));
        }
        let mut ids = self.numbered(cx)?;
        for (id, _) in ids.iter_mut().zip(&self.failed).filter(|(_, failed)| **failed) {
            *id = NONE;
        }
        Ok((Column::Ids(ids), failures))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::fixture::context;

    #[test]
    fn computed_numbers_and_terms_compare_by_value() {
        let (graph, governor) = context();
        let mut cx = Context::new(&graph, &governor, None);
        let (one, half) = (Fast::Integer(1), Fast::Decimal { mantissa: 5, scale: 1 });
        let numbers =
            || Column::Numbers(vec![Some(one), Some(half), Some(Fast::Double(1.0)), None, Some(one)]);
        let groups = [0, 0, 1, 2, 1];
        let [one, half, double] = [Some(one), Some(half), Some(Fast::Double(1.0))]
            .map(|number| Column::Numbers(vec![number]).into_ids(&mut cx).unwrap()[0]);
        for (greatest, expected) in [(false, [half, double, NONE]), (true, [one, double, NONE])] {
            let mut best = Best::new(greatest);
            best.grow(3, &governor).unwrap();
            best.add(&groups, numbers(), &mut cx).unwrap();
            assert_eq!(best.finish(false, &mut cx).unwrap(), (Column::Ids(expected.to_vec()), 1));
            // The same where terms by number came between.
            let mut best = Best::new(greatest);
            best.grow(3, &governor).unwrap();
            best.add(&groups[..2], numbers().part(0, 2), &mut cx).unwrap();
            best.add(&groups[2..3], numbers().part(2, 1).into_ids(&mut cx).unwrap().into(), &mut cx).unwrap();
            best.add(&groups[3..], numbers().part(3, 2), &mut cx).unwrap();
            assert_eq!(best.finish(true, &mut cx).unwrap(), (Column::Ids(expected.to_vec()), 1));
        }
    }
}
