//! GROUP_CONCAT of stored terms: their texts are read where it is known that they are given.
//!
//! In: the numbers of terms with their groups. Out: the texts of the groups (`expr::concat`). The numbers wait for
//! a HAVING, and the texts of groups that go are never read: late materialization (Abadi et al., Materialization strategies in
//! a column-oriented DBMS, ICDE 2007). At most [`WAITING`] terms wait at once, and none once a value
//! came that has no number: values keep the order in which they come. Where those of each group come in the order of the dictionary,
//! all groups are read through it together, so that neighbours share their decoding.

use super::context::Context;
use super::decoded::{FIRST_ROWS, rows_after, write_ids};
use super::sorting;
use crate::answer::page::Page;
use crate::error::Result;
use crate::expr::concat::Concat;
use crate::expr::text_of;
use crate::store::{Id, Scratch};
use baimo_store::room;

/// So many terms wait at most: 32 MB.
const WAITING: usize = if cfg!(test) { 64 } else { 1 << 21 };

/// More than so many terms are worth a sort.
const MANY: usize = if cfg!(test) { 8 } else { 1 << 14 };

/// The ends of so many texts stay in the caches.
const FEW: usize = 1 << 12;

/// The texts of all groups, and terms that were not read yet.
pub struct Joined {
    /// The texts.
    pub concat: Concat,
    /// Group, term, in how many solutions.
    waiting: Vec<(Id, Id, u64)>,
    /// Whether terms may wait.
    waits: bool,
}

impl Joined {
    /// Of no group yet.
    pub fn new(separator: Option<&str>) -> Self {
        Self { concat: Concat::new(separator), waiting: Vec::new(), waits: true }
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.concat.bytes() + self.waiting.capacity() * size_of::<(Id, Id, u64)>()
    }

    /// Adds terms, `(group, id, count)`.
    ///
    /// # Errors
    /// Once a limit is met, or where the graph is damaged.
    pub fn add_ids(&mut self, rows: impl Iterator<Item = (Id, Id, u64)>, cx: &mut Context<'_>) -> Result<()> {
        self.waiting.extend(rows);
        // What makes it quick alone gives way to limits of memory.
        let more = self.waiting.capacity() * size_of::<(Id, Id, u64)>();
        if self.waits && self.waiting.len() <= WAITING && room::is_there_for(more) {
            return cx.check();
        }
        self.read(cx)
    }

    /// What adds values that have no numbers: after all that came before them.
    ///
    /// # Errors
    /// As of [`Self::add_ids`].
    pub fn after_waiting(&mut self, cx: &mut Context<'_>) -> Result<&mut Concat> {
        self.waits = false;
        self.read(cx)?;
        Ok(&mut self.concat)
    }

    /// Once all came, reads what waits.
    ///
    /// # Errors
    /// As of [`Self::add_ids`].
    pub fn finish(&mut self, cx: &mut Context<'_>) -> Result<&Concat> {
        self.read(cx)?;
        Ok(&self.concat)
    }

    /// Leaves the groups at these places, in this order.
    ///
    /// # Errors
    /// Where their places would pass the limit of memory.
    pub fn keep(&mut self, kept: &[u32], groups: usize, cx: &mut Context<'_>) -> Result<()> {
        let mut places = cx.governor().filled(NOWHERE, groups)?;
        for (place, group) in (0..).zip(kept) {
            places.get_mut(*group as usize).into_iter().for_each(|it| *it = place);
        }
        self.concat.keep(kept);
        self.waiting.retain_mut(|(group, ..)| {
            *group = places.get(*group as usize).copied().unwrap_or(NOWHERE);
            *group != NOWHERE
        });
        Ok(())
    }

    /// Reads the terms that wait, some together, in the order of the dictionary.
    fn read(&mut self, cx: &mut Context<'_>) -> Result<()> {
        let mut waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        if waiting.len() > MANY && ascend_in_groups(&waiting) {
            waiting = by_term(waiting, cx)?;
        }
        let (mut page, mut scratch, mut many) = (Page::default(), Scratch::new(), FIRST_ROWS);
        let mut rows = waiting.as_slice();
        while !rows.is_empty() {
            let (now, later) = rows.split_at(many.min(rows.len()));
            let ids: Vec<Id> = now.iter().map(|(_, id, _)| *id).collect();
            page.clear(1);
            write_ids(&ids, 0, &mut page, cx, &mut scratch)?;
            for (row, (group, _, count)) in now.iter().enumerate() {
                let text = page.get(row, 0).and_then(text_of);
                self.concat.add(*group as usize, text, *count, cx.governor())?;
            }
            cx.work(now.len())?;
            (rows, many) = (later, rows_after(many, &page, 1));
        }
        Ok(())
    }
}

/// Whether the terms of each of a few groups ascend, so that they may be read in their order.
fn ascend_in_groups(waiting: &[(Id, Id, u64)]) -> bool {
    let mut last = [0; FEW];
    waiting.iter().all(|(group, id, _)| {
        last.get_mut(*group as usize).is_some_and(|last| std::mem::replace(last, *id) <= *id)
    })
}

/// What waits in the order of its terms; of one term in that in which it came.
fn by_term(waiting: Vec<(Id, Id, u64)>, cx: &Context<'_>) -> Result<Vec<(Id, Id, u64)>> {
    if !room::is_there_for(waiting.len() * (size_of::<(Id, Id, u64)>() + 2 * size_of::<u64>())) {
        return Ok(waiting);
    }
    let governor = cx.governor();
    let ids = || waiting.iter().map(|(_, id, _)| u64::from(*id));
    let (least, greatest) = (ids().min().unwrap_or_default(), ids().max().unwrap_or_default());
    let place = u64::BITS - (waiting.len() as u64).leading_zeros();
    let numbers = ids().zip(0_u64..).map(|(id, row)| (id - least) << place | row);
    let mut numbers = governor.collected(numbers, waiting.len())?;
    let bits = place + u64::BITS - (greatest - least).leading_zeros();
    sorting::sort_digits(&mut numbers, (place, bits), governor)?;
    let row = |number: &u64| waiting.get((number & ((1 << place) - 1)) as usize).copied();
    governor.collected(numbers.iter().filter_map(row), waiting.len())
}

/// The place of a group that goes.
const NOWHERE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::{FEW, MANY};
    use crate::exec::fixture::solutions;
    use std::collections::BTreeMap;

    /// SPARQL 1.1, section 18.2.4.2: HAVING is a filter over the groups, whatever is computed of those that go.
    #[test]
    fn the_texts_of_groups_that_stay_are_those_without_a_condition() {
        let texts = "(GROUP_CONCAT(?x; separator=\" \") AS ?all) (GROUP_CONCAT(DISTINCT ?k) AS ?kinds) (MAX(?x) AS ?last)";
        let ask = |having: &str| {
            solutions(&format!(
                "SELECT ?y ?n ?all ?kinds ?last {{ {{ SELECT ?y (COUNT(*) AS ?n) {texts} {{ {{ SELECT * {{ ?x :year ?y ; :kind ?k . \
                 ?z :year ?w }} ORDER BY ?x }} }} GROUP BY ?y {having} }} FILTER(?n > 0) }} ORDER BY ?y"
            ))
        };
        let all = ask("");
        let years: Vec<&str> = all.iter().map(|row| row.split(' ').next().unwrap()).collect();
        assert!(
            years.len() > 3 && all.iter().all(|row| row.len() > 1000),
            "more terms than may wait: {years:?}"
        );
        for year in &years {
            let only: Vec<String> = all.iter().filter(|row| row.starts_with(year)).cloned().collect();
            assert_eq!(ask(&format!("HAVING(?y = {year} && COUNT(*) > 1)")), only);
            assert_eq!(ask(&format!("HAVING(SUM(?y) / COUNT(*) = {year})")), only);
        }
        assert_eq!(ask("HAVING(COUNT(*) > 1)"), all);
        assert!(ask("HAVING(COUNT(*) < 1)").is_empty() && ask("HAVING(MIN(?x) + 1 > 0)").is_empty());
        // A key that is not selected is unbound outside.
        let texts = |having: &str, outside: &str| {
            solutions(&format!(
                "SELECT ?all {{ {{ SELECT (GROUP_CONCAT(?x) AS ?all) (COUNT(*) AS ?n) {{ ?x :year ?y ; :kind ?k . ?z :year ?w }} \
                 GROUP BY ?y {having} }} {outside} }} ORDER BY ?all"
            ))
        };
        let all_texts = texts("", "");
        assert_eq!((all_texts.len(), texts(&format!("HAVING(?y = {})", years[0]), "").len()), (all.len(), 1));
        assert_eq!(texts("HAVING(COUNT(*) > 1)", "FILTER(?n > 0 && !BOUND(?y))"), all_texts);
        assert!(texts("", "FILTER(?n > 0 && BOUND(?y))").is_empty());
        let others: Vec<String> = all.iter().filter(|row| !row.starts_with(years[0])).cloned().collect();
        assert_eq!(ask(&format!("HAVING(MAX(?y) != {})", years[0])), others);
    }

    #[test]
    fn texts_come_in_the_order_of_solutions_in_whatever_order_they_are_read() {
        // The order is ours (see below); terms that ascend in each group are read through the dictionary, others as they come.
        let rows = "?x :year ?y ; :kind ?k . ?z :year ?w";
        for order in ["?x", "DESC(?x)", "?k DESC(?x)", "?y ?w ?x"] {
            let found = solutions(&format!(
                "SELECT ?y (GROUP_CONCAT(?x; separator=\"|\") AS ?all) {{ {{ SELECT * {{ {rows} }} ORDER BY {order} }} }} GROUP BY ?y ORDER BY ?y"
            ));
            let rows = solutions(&format!("SELECT ?y (STR(?x) AS ?t) {{ {rows} }} ORDER BY {order}"));
            let mut expected: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (year, term) in rows.iter().filter_map(|row| row.split_once(' ')) {
                expected.entry(year).or_default().push(term);
            }
            assert!(expected.len() < FEW && rows.len() > MANY);
            let expected: Vec<String> =
                expected.iter().map(|(year, terms)| format!("{year} {}", terms.join("|"))).collect();
            assert_eq!(found, expected, "{order}");
        }
    }

    #[test]
    fn computed_texts_and_errors_stay_with_their_groups() {
        let ask = |having: &str| {
            solutions(&format!(
                "SELECT ?g (GROUP_CONCAT(?v) AS ?a) (GROUP_CONCAT(?s; separator=\"\") AS ?b) {{ VALUES (?g ?v) {{ (1 :a) (2 UNDEF) (2 \"x\") (3 7) (3 \"y\"@en) }} \
                 BIND(CONCAT(\"<\", STR(?v), \">\") AS ?s) }} GROUP BY ?g {having} ORDER BY ?g"
            ))
        };
        let all = ask("");
        assert_eq!(all.len(), 3);
        assert!(all[1].starts_with("2 - -"), "18.5.1.2 and 11.3: {}", all[1]);
        assert!(all[2].ends_with("7 y <7><y>"), "{}", all[2]);
        assert_eq!(ask("HAVING(COUNT(*) > 1)"), all[1..]);
        assert_eq!(ask("HAVING(COUNT(*) = 1 || ?g = 3)"), [all[0].clone(), all[2].clone()]);
        // Of what the condition reads itself nothing is left for later.
        assert_eq!(ask("HAVING(STRLEN(GROUP_CONCAT(?v)) = 3)"), all[2..]);
    }

    /// The order of what GROUP_CONCAT joins is not given by the standard (18.5.1.7); ours is that in which solutions come.
    #[test]
    fn values_keep_their_order_whatever_form_they_come_in() {
        for computed in ["?y + 1", "CONCAT(STR(?x), STR(?y))", "IF(?y > 2001, ?x, STR(?y))"] {
            let branches =
                ["{ ?x :kind ?v }".to_owned(), format!("{{ ?x :year ?y BIND({computed} AS ?v) }}")];
            for [one, two] in [[0, 1], [1, 0]] {
                let ask = |having: &str| {
                    solutions(&format!(
                        "SELECT ?x (GROUP_CONCAT(?v; separator=\"|\") AS ?a) {{ {} UNION {} UNION {{ ?x :kind ?v }} }} GROUP BY ?x {having}",
                        branches[one], branches[two]
                    ))
                };
                assert_eq!(ask("HAVING(COUNT(*) > 1)"), ask(""), "{computed}");
            }
        }
    }

    #[test]
    fn a_condition_without_keys_leaves_one_group_or_none() {
        let ask = |having: &str| {
            solutions(&format!(
                "SELECT (GROUP_CONCAT(?k) AS ?all) {{ ?x :kind ?k FILTER(?x = :none) }} HAVING({having})"
            ))
        };
        assert_eq!(ask("COUNT(*) = 0"), [""], "18.5.1.7: of nothing it is the empty text");
        assert!(ask("COUNT(*) > 0").is_empty());
    }
}
