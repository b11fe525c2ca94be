//! EXISTS within EXISTS, where the inner one reads the row: "who follows all that they follow" (division), as lookups for many rows at a time.
//!
//! In: rows, and the pattern of an EXISTS that is no join with them, since filters at its end, EXISTS among them, read what only the row
//! binds. Out: the pattern joined to the rows themselves, each with its number, and those filters after that, where the row is at
//! hand; or the plan that asks for each row anew, where that is expected to take less. Section 18.6 has what a row binds put in
//! everywhere, which is what a join with the row gives to all that comes after it, as long as the row binds all that is read.

use super::Lowering;
use super::access::filtered;
use super::conjunction::Group;
use super::outer::{DEEPEST_LOOKUP, looked_up, read_of_exists};
use crate::plan::Planned;
use crate::plan::exists::{is_drawn_anew, joinable, mentioned};
use crate::plan::logical::{Existence, Formula, Kind, Logical};
use crate::plan::physical::{Bag, Node};
use crate::plan::variables::{Var, VarSet};

/// A filter at the end of a pattern.
enum Layer<'l> {
    Exists(&'l Logical, Existence),
    Filter(&'l [Formula]),
}

impl Layer<'_> {
    /// What it binds.
    fn mark(&self) -> Option<Var> {
        match self {
            Self::Exists(_, Existence::Marked(var)) => Some(*var),
            Self::Exists(..) | Self::Filter(_) => None,
        }
    }
}

impl Lowering<'_> {
    /// `by_row`, or the pattern looked up from many rows at a time.
    pub(super) fn nested_or(
        &mut self,
        by_row: Node,
        (left, pattern, existence): (&Node, &Logical, Existence),
        need: &VarSet,
    ) -> Planned<Node> {
        const WORTH: f64 = 1.0;
        if self.inside >= DEEPEST_LOOKUP || is_drawn_anew(pattern) {
            return Ok(by_row);
        }
        self.inside += 1;
        let nested = self.nested(left, pattern, existence, need);
        self.inside -= 1;
        let Some(nested) = nested? else { return Ok(by_row) };
        let (cost, other) = (nested.cost, by_row.cost);
        Ok(if self.statistics.is_far_better(cost, other, WORTH) {
            nested.chosen(format!("looked up, cost {cost:.0}; for each row {other:.0}"))
        } else {
            by_row
        })
    }

    /// The pattern looked up; nothing where a join with the row is not what putting in its terms is.
    fn nested(
        &mut self,
        left: &Node,
        pattern: &Logical,
        existence: Existence,
        need: &VarSet,
    ) -> Planned<Option<Node>> {
        let outer = left.columns();
        let mut read = outer.intersection(&mentioned(pattern));
        let (base, layers) = layers(pattern);
        let Some(join) =
            joinable(base, &outer).filter(|_| !layers.is_empty() && read.is_subset(&left.certain))
        else {
            return Ok(None);
        };
        let mut bound = left.certain.union(&base.certain);
        bound.extend_with(&layers.iter().filter_map(Layer::mark).collect());
        // What neither binds for sure may be bound by one and put in by the other.
        let is_clear = |layer: &Layer<'_>| match layer {
            Layer::Exists(..) => true,
            Layer::Filter(conditions) => conditions.iter().all(|condition| condition.vars.is_subset(&bound)),
        };
        if !layers.iter().all(is_clear) {
            return Ok(None);
        }
        let (seed, number) = self.seed(left, &read);
        read.insert(number);
        let mut group = Group::default();
        group.add(&join.body);
        group.conditions.extend(join.conditions.into_iter().cloned());
        // What is read after each layer, the last one first.
        let mut needs = vec![std::iter::once(number).collect::<VarSet>()];
        for layer in layers.iter().rev() {
            let mut need = needs.last().cloned().unwrap_or_default();
            match layer {
                Layer::Exists(pattern, _) => {
                    need.extend_with(&read_of_exists(pattern, &read.union(&base.possible)));
                }
                Layer::Filter(conditions) => {
                    conditions.iter().for_each(|condition| need.extend_with(&condition.vars));
                }
            }
            needs.push(need);
        }
        let mut needs = needs.into_iter().rev();
        let first = needs.next().unwrap_or_default();
        let mut found = self.grouped(group, Some(seed), &first, Bag::Set)?;
        for (layer, need) in layers.into_iter().zip(needs) {
            found = match layer {
                Layer::Exists(pattern, existence) => {
                    self.exists_after(found, pattern, existence, &need, Bag::Set)?
                }
                Layer::Filter(conditions) => {
                    filtered(found, conditions.to_vec(), [&[], &[]], self.statistics).pruned(&need)
                }
            };
        }
        Ok(Some(looked_up(left, found, existence.into(), number).pruned(need)))
    }
}

/// A pattern without the filters at its end, and these, the innermost first.
fn layers(pattern: &Logical) -> (&Logical, Vec<Layer<'_>>) {
    let (mut base, mut layers) = (pattern, Vec::new());
    loop {
        base = match &base.kind {
            Kind::Exists(input, pattern, existence) => {
                layers.push(Layer::Exists(pattern, *existence));
                input
            }
            Kind::Filter(input, conditions) if has_exists(input) => {
                layers.push(Layer::Filter(conditions));
                input
            }
            _ => break,
        };
    }
    layers.reverse();
    (base, layers)
}

/// Whether filters are all that is between here and an EXISTS.
fn has_exists(logical: &Logical) -> bool {
    match &logical.kind {
        Kind::Exists(..) => true,
        Kind::Filter(input, _) => has_exists(input),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::answered;

    /// Section 18.6: what a row binds stands in the inner pattern as well.
    #[test]
    fn many_rows_are_looked_up_as_each_would_be() {
        let cells = |text: &str| {
            let (rows, labels) = answered(text, true);
            (rows, labels.iter().any(|label| label.contains("for each(")))
        };
        let mut found = 0;
        for outer in ["?a a :Release ; :year ?y", "?a :kind :integration", "?a :order ?y", "?a ?p ?y"] {
            for pattern in [
                // Division: of all that r3 says, nothing that ?a does not say.
                ":r3 ?q ?z FILTER NOT EXISTS { ?a ?q ?z }",
                "?b :order ?z FILTER EXISTS { ?a :year ?w FILTER(?w > 2000 + ?z) }",
                "?b :kind ?k FILTER EXISTS { ?a :kind ?k ; :year ?w } FILTER NOT EXISTS { ?b :year ?w . ?a :year ?w }",
                "?b :year ?w FILTER(EXISTS { ?a :year ?w } || ?a = ?b)",
                "?b a :Phase FILTER NOT EXISTS { ?c a :Phase FILTER NOT EXISTS { ?a :year ?w . ?c :order ?n FILTER(?w > 1999 + ?n) } }",
                "?a :year ?w FILTER NOT EXISTS { ?c :year ?v FILTER(?v > ?w && ?c != ?a) FILTER EXISTS { ?a :kind ?k . ?c :kind ?k } }",
            ] {
                // What is drawn anew is asked for each row.
                let each = format!("{pattern} BIND(RAND() AS ?drawn)");
                for exists in ["EXISTS", "NOT EXISTS"] {
                    let text =
                        |pattern: &str| format!("SELECT ?a {{ {outer} FILTER {exists} {{ {pattern} }} }}");
                    let ((rows, by_row), (expected, is_each)) = (cells(&text(pattern)), cells(&text(&each)));
                    assert_eq!(rows, expected, "{}", text(pattern));
                    assert!(is_each, "{}", text(&each));
                    found += usize::from(!by_row && !rows.is_empty());
                }
                let text = |pattern: &str| format!("SELECT ?a (EXISTS {{ {pattern} }} AS ?e) {{ {outer} }}");
                assert_eq!(cells(&text(pattern)).0, cells(&text(&each)).0, "{}", text(pattern));
            }
        }
        assert!(found > 20, "{found} were looked up otherwise");
    }
}
