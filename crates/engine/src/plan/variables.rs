//! Variables by number, sets of them, and the names they go by.
//!
//! In: names of variables and labels of blank nodes. Out: small numbers, which the plan and the
//! executor use throughout. A name stands for one variable in the whole query: `scope.rs` renames
//! what a sub-select hides, before anything is numbered here.

use crate::terms::Variable;

/// A variable of one query, by number.
pub type Var = u32;

/// The names of a query's variables. Blank nodes are variables whose names no text can spell.
#[derive(Debug, Default, Clone)]
pub struct VariableNames {
    /// Each with the variable that it stands for: its own, or one that another name has as well.
    names: Vec<(String, Var)>,
    /// The places of all names, sorted by name.
    sorted: Vec<Var>,
}

impl VariableNames {
    /// The number of the variable with this name; a new one where the name is new.
    pub fn number(&mut self, name: &str) -> Var {
        match self.place(name) {
            Ok(number) => number,
            Err(place) => {
                let number = Var::try_from(self.names.len()).unwrap_or(Var::MAX);
                self.names.push((name.to_owned(), number));
                self.sorted.insert(place, number);
                number
            }
        }
    }

    /// The number of a name, else its place among the sorted ones. Most queries have a few names, and a table of hashes of
    /// them takes longer to make than all searches.
    fn place(&self, name: &str) -> Result<Var, usize> {
        let place = self.sorted.binary_search_by(|var| self.name(*var).cmp(name))?;
        self.sorted
            .get(place)
            .and_then(|own| self.names.get(*own as usize))
            .map(|(_, meant)| *meant)
            .ok_or(place)
    }

    /// Lets a name that has a variable of its own stand for another variable from now on.
    pub fn redirect(&mut self, own: Var, other: Var) {
        if let Some((_, meant)) = self.names.get_mut(own as usize) {
            *meant = other;
        }
    }

    /// The number of a blank node of a pattern: it matches anything, as a variable does, and is
    /// never projected.
    pub fn blank(&mut self, label: &str) -> Var {
        self.number(&format!("_:{label}"))
    }

    /// A new variable that the text does not have, for what the planner computes.
    pub fn fresh(&mut self, what: &str) -> Var {
        let name = format!("#{what}{}", self.names.len());
        self.number(&name)
    }

    /// The number of a name, where the query has it.
    pub fn find(&self, name: &str) -> Option<Var> {
        self.place(name).ok()
    }

    /// The name of a variable.
    pub fn name(&self, var: Var) -> &str {
        self.names.get(var as usize).map_or("", |(name, _)| name.as_str())
    }

    /// Whether it is a variable of the query's text: no blank node, and nothing that the planner made up.
    pub fn is_in_text(&self, var: Var) -> bool {
        let name = self.name(var);
        !name.starts_with("_:") && !name.starts_with('#')
    }

    /// A variable as expressions name it.
    pub fn variable(&self, var: Var) -> Variable {
        Variable::new_unchecked(self.name(var))
    }

    /// The variable as a reader knows it: `?name`, or `_:label` for a blank node.
    pub fn show(&self, var: Var) -> String {
        let name = self.name(var);
        // A renamed variable of a sub-select carries the number of its scope after a dot.
        let Some(label) = name.strip_prefix("_:") else { return self.readable(&format!("?{name}")) };
        if !is_random(label) {
            return name.to_owned();
        }
        // Made by the parser for `[]` and within paths: the first is `_:blank`, where the query has no such label itself.
        let made = self
            .names
            .iter()
            .map(|(name, _)| name)
            .filter(|name| name.strip_prefix("_:").is_some_and(is_random));
        let before = made.take_while(|other| *other != name).count();
        let label = |n: usize| if n == 0 { "_:blank".to_owned() } else { format!("_:blank{}", n + 1) };
        if !self.names.iter().any(|(name, _)| name.starts_with("_:blank")) {
            return label(before);
        }
        let mut free = (0..).map(label).filter(|label| self.find(label).is_none());
        free.nth(before).unwrap_or_else(|| name.to_owned())
    }

    /// A text with variables, those of aggregates that the parser named by a random number as `?aggregate`, the second
    /// one as `?aggregate2`: the same plan reads the same each time.
    pub fn readable(&self, text: &str) -> String {
        let own = self.names.iter().zip(0..);
        let made =
            own.filter(|((name, meant), own)| meant == own && is_random(name)).map(|((name, _), _)| name);
        let Some(_) = made.clone().next() else { return text.to_owned() };
        let mut parts = text.split('?');
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            out.push('?');
            let found = made.clone().position(|name| part.starts_with(name.as_str()));
            let name = found.and_then(|found| made.clone().nth(found));
            match (found, name.and_then(|name| part.strip_prefix(name.as_str()))) {
                (Some(0), Some(rest)) => out.extend(["aggregate", rest]),
                (Some(found), Some(rest)) => out.extend(["aggregate", &(found + 1).to_string(), rest]),
                _ => out.push_str(part),
            }
        }
        out
    }
}

/// Whether the parser made up a name: a random number of 128 bits, zeros before it left out; the scope of a sub-select may follow.
fn is_random(name: &str) -> bool {
    let name = name.split_once('.').map_or(name, |(name, _)| name);
    (24..=32).contains(&name.len()) && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A set of variables, as bits. Most queries have few, and their sets take no memory of their own.
#[derive(Debug, Clone, Default)]
pub struct VarSet {
    first: u64,
    /// The words after the first.
    more: Vec<u64>,
}

impl VarSet {
    /// The empty set.
    pub const EMPTY: Self = Self { first: 0, more: Vec::new() };

    /// The empty set.
    pub fn new() -> Self {
        Self::EMPTY
    }

    /// Adds a variable; says whether it is new.
    pub fn insert(&mut self, var: Var) -> bool {
        let (place, bit) = place(var);
        if self.more.len() < place {
            self.more.resize(place, 0);
        }
        self.word_mut(place).is_some_and(|word| {
            let new = *word & bit == 0;
            *word |= bit;
            new
        })
    }

    /// Takes a variable out.
    pub fn remove(&mut self, var: Var) {
        let (place, bit) = place(var);
        if let Some(word) = self.word_mut(place) {
            *word &= !bit;
        }
    }

    /// Whether a variable is in.
    pub fn contains(&self, var: Var) -> bool {
        let (place, bit) = place(var);
        self.word(place) & bit != 0
    }

    /// Adds all of `other`.
    pub fn extend_with(&mut self, other: &Self) {
        self.first |= other.first;
        if other.more.is_empty() {
            return;
        }
        if self.more.len() < other.more.len() {
            self.more.resize(other.more.len(), 0);
        }
        for (word, more) in self.more.iter_mut().zip(&other.more) {
            *word |= more;
        }
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.extend_with(other);
        all
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let first = self.first & other.first;
        if self.more.is_empty() {
            return Self { first, more: Vec::new() };
        }
        let more = self.more.iter().zip(&other.more).map(|(a, b)| a & b).collect();
        Self { first, more }
    }

    /// What is here and not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut rest = self.clone();
        rest.first &= !other.first;
        for (word, less) in rest.more.iter_mut().zip(&other.more) {
            *word &= !less;
        }
        rest
    }

    /// Whether all of this is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words().enumerate().all(|(place, word)| word & !other.word(place) == 0)
    }

    /// Whether nothing is in both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.words().zip(other.words()).all(|(a, b)| a & b == 0)
    }

    /// Whether nothing is in.
    pub fn is_empty(&self) -> bool {
        self.words().all(|word| word == 0)
    }

    /// How many are in.
    pub fn len(&self) -> usize {
        self.words().map(|word| word.count_ones() as usize).sum()
    }

    /// The variables in it, by number.
    pub fn iter(&self) -> impl Iterator<Item = Var> + '_ {
        self.words().zip(0..).flat_map(|(word, n)| {
            // The lowest bit is taken off each time: empty words cost nothing.
            let rests = std::iter::successors(Some(word), |rest| Some(rest & rest.wrapping_sub(1)));
            rests.take_while(|rest| *rest != 0).map(move |rest| n * 64 + rest.trailing_zeros())
        })
    }

    fn words(&self) -> impl Iterator<Item = u64> + '_ {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }

    fn word(&self, place: usize) -> u64 {
        match place.checked_sub(1) {
            None => self.first,
            Some(place) => self.more.get(place).copied().unwrap_or(0),
        }
    }

    /// A word, where there is room for it.
    fn word_mut(&mut self, place: usize) -> Option<&mut u64> {
        match place.checked_sub(1) {
            None => Some(&mut self.first),
            Some(place) => self.more.get_mut(place),
        }
    }
}

impl PartialEq for VarSet {
    fn eq(&self, other: &Self) -> bool {
        self.is_subset(other) && other.is_subset(self)
    }
}

impl Eq for VarSet {}

impl Extend<Var> for VarSet {
    fn extend<I: IntoIterator<Item = Var>>(&mut self, vars: I) {
        for var in vars {
            self.insert(var);
        }
    }
}

impl FromIterator<Var> for VarSet {
    fn from_iter<I: IntoIterator<Item = Var>>(vars: I) -> Self {
        let mut set = Self::new();
        set.extend(vars);
        set
    }
}

fn place(var: Var) -> (usize, u64) {
    (var as usize / 64, 1 << (var % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(vars: &[Var]) -> VarSet {
        vars.iter().copied().collect()
    }

    #[test]
    fn random_names_of_aggregates_read_the_same_each_time() {
        let mut names = VariableNames::default();
        let (first, second) = ("f5a8f42b10a72d6650ab7ffd49437da", "0123456789abcdef0123456789abcdef");
        let numbers = [first, "a", second].map(|name| names.number(name));
        assert_eq!(numbers.map(|var| names.show(var)), ["?aggregate", "?a", "?aggregate2"]);
        let condition = format!("(?{second} > ?a) && ?{first} = \"?\"");
        assert_eq!(names.readable(&condition), "(?aggregate2 > ?a) && ?aggregate = \"?\"");
    }

    #[test]
    fn sets_hold_what_was_put_in() {
        let a = set(&[1, 63, 64, 200]);
        assert_eq!(a.iter().collect::<Vec<_>>(), [1, 63, 64, 200]);
        assert_eq!(a.len(), 4);
        assert_eq!(a.union(&set(&[2])).without(&set(&[63, 200])), set(&[1, 2, 64]));
        assert_eq!(a.intersection(&set(&[63, 65])), set(&[63]));
        assert!(set(&[64]).is_subset(&a) && !set(&[64, 65]).is_subset(&a));
        assert!(a.is_disjoint(&set(&[2, 65, 300])) && !a.is_disjoint(&set(&[200])));
        let mut b = set(&[300]);
        b.remove(300);
        assert_eq!(b, VarSet::new(), "how much room a set has does not matter");
    }

    #[test]
    fn two_names_may_be_one_variable() {
        let mut names = VariableNames::default();
        let (result, k) = (names.number("result"), names.number("k"));
        names.redirect(result, k);
        assert_eq!((names.number("result"), names.find("result"), names.find("k")), (k, Some(k), Some(k)));
        assert_eq!(names.show(k), "?k");
        assert_eq!(names.number("other"), 2);
    }

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = VariableNames::default();
        let (a, b) = (names.number("a"), names.blank("a"));
        assert_ne!(a, b);
        assert_eq!(names.number("a"), a);
        assert_eq!((names.show(a), names.show(b)), ("?a".to_owned(), "_:a".to_owned()));
    }
}
