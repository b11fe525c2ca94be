//! Verdicts for the terms of one kind, by where they lie to a constant.
//!
//! In: a test, the numbers of a kind, sorted by value. Out: ranges of them. What lies near the constant, where the order of numbers is
//! not that of `<`, is judged one by one.

use super::super::operators::{Comparison, compare, equal};
use super::super::value::{Operand, Value};
use super::{CLEARLY_APART, NEAR, Pieces, Verdict, verdict_of};
use crate::error::Result;
use crate::store::{Id, Indexed, Kind, Scratch};
use crate::syntax::algebra::Function;
use crate::terms::{NamedNode, Term, rdf, xsd};
use baimo_store::value::number::Number;
use baimo_store::value::order;
use std::cmp::Ordering;
use std::ops::Range;

/// The terms of one kind, whose verdicts are being found.
pub(super) struct Place<'p> {
    pub(super) graph: &'p dyn Indexed,
    pub(super) kind: Kind,
    pub(super) range: Range<Id>,
    pub(super) pieces: &'p mut Pieces,
}

/// How a term lies to a constant: clearly below it, near it, clearly above it.
type Nearness<'n> = &'n dyn Fn(&Value) -> Ordering;

impl Place<'_> {
    pub(super) fn all(&mut self, verdict: Verdict) -> Result<()> {
        self.pieces.push(self.range.end, verdict);
        Ok(())
    }

    fn term(&self, id: Id) -> Result<Value> {
        let mut scratch = Scratch::default();
        let term = self.graph.lexical(id, &mut scratch)?.to_term();
        Ok(Value::Term(term.map_or_else(|| self.graph.term(id), Ok)?))
    }

    /// The first number from `range` on whose term is not `before`; the terms that are come first.
    fn search(&self, range: Range<Id>, before: &dyn Fn(&Value) -> bool) -> Result<Id> {
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(&self.term(middle)?) { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }

    /// Verdicts below and above a constant, and by value for what is near it.
    fn around(
        &mut self,
        range: Range<Id>,
        nearness: Nearness<'_>,
        [below, above]: [Verdict; 2],
        judge: &dyn Fn(&Value) -> Option<bool>,
    ) -> Result<()> {
        let start = self.search(range.clone(), &|value| nearness(value).is_lt())?;
        let end = self.search(start..range.end, &|value| nearness(value).is_le())?;
        self.pieces.push(start, below);
        self.one_by_one(start..end, judge)?;
        self.pieces.push(range.end, above);
        Ok(())
    }

    fn one_by_one(&mut self, range: Range<Id>, judge: &dyn Fn(&Value) -> Option<bool>) -> Result<()> {
        if range.len() > NEAR {
            self.pieces.push(range.end, Verdict::Open);
            return Ok(());
        }
        for id in range {
            let verdict = verdict_of(judge(&self.term(id)?));
            self.pieces.push(id + 1, verdict);
        }
        Ok(())
    }

    /// `<` and its like.
    pub(super) fn compared(&mut self, comparison: Comparison, value: &Value) -> Result<()> {
        let operand = value.operand();
        let judge = |term: &Value| compare(term, value).map(|order| comparison.holds(order));
        if self.kind != kind_of(value) {
            return self.all(Verdict::Error);
        }
        let sides = [Ordering::Less, Ordering::Greater].map(|order| comparison.holds(Some(order)).into());
        match operand {
            Operand::Number(number) => self.near_number(&number, sides, &judge),
            Operand::Boolean(_) => self.one_by_one(self.range.clone(), &judge),
            Operand::String(_) => {
                let found = self.position(value)?;
                self.pieces.push(found.start, sides[0]);
                self.one_by_one(found.clone(), &judge)?;
                self.pieces.push(self.range.end, sides[1]);
                Ok(())
            }
            Operand::Moment(..) => self.near_moment(value, sides, &judge),
            // The types of durations are mixed, and one of them is not ordered.
            Operand::Duration(..) => self.all(Verdict::Open),
            Operand::Iri(_)
            | Operand::Blank(_)
            | Operand::Triple(_)
            | Operand::LangString(..)
            | Operand::Other(..) => self.all(Verdict::Error),
        }
    }

    /// Where the term of a value stands within its kind.
    fn position(&self, value: &Value) -> Result<Range<Id>> {
        let found = self.graph.position(value.to_term().as_ref())?;
        let within = |id: Id| id.clamp(self.range.start, self.range.end);
        Ok(within(found.start)..within(found.end))
    }

    /// Numbers further from a constant than floats next to it are ordered as their values are, whatever they are promoted to.
    fn near_number(
        &mut self,
        number: &Number,
        sides: [Verdict; 2],
        judge: &dyn Fn(&Value) -> Option<bool>,
    ) -> Result<()> {
        let is_nan = |number: &Number| number.to_f64().is_nan();
        // NaN comes last and is neither less nor greater than anything.
        let ordered = self.search(self.range.clone(), &|term| term.number().is_some_and(|n| !is_nan(&n)))?;
        if !is_nan(number) {
            let nearest = number.to_f32();
            let [least, greatest] =
                [nearest.next_down(), nearest.next_up()].map(|float| Number::Double(float.into()));
            let nearness = |term: &Value| match term.number() {
                Some(term) if term.compare_exactly(&least).is_lt() => Ordering::Less,
                Some(term) if term.compare_exactly(&greatest).is_gt() => Ordering::Greater,
                _ => Ordering::Equal,
            };
            self.around(self.range.start..ordered, &nearness, sides, judge)?;
        }
        self.all(Verdict::False)
    }

    fn near_moment(
        &mut self,
        value: &Value,
        sides: [Verdict; 2],
        judge: &dyn Fn(&Value) -> Option<bool>,
    ) -> Result<()> {
        let Operand::Moment(moment, _) = value.operand() else { return self.all(Verdict::Open) };
        let apart = if self.kind == Kind::Date { CLEARLY_APART } else { 0 };
        let nearness = |term: &Value| match term.operand() {
            Operand::Moment(term, _) if term.instant() < moment.instant() - apart => Ordering::Less,
            Operand::Moment(term, _) if term.instant() > moment.instant() + apart => Ordering::Greater,
            _ => Ordering::Equal,
        };
        self.around(self.range.clone(), &nearness, sides, judge)
    }

    /// `=`.
    pub(super) fn equal(&mut self, value: &Value) -> Result<()> {
        let of_value = kind_of(value);
        let judge = |term: &Value| equal(term, value);
        let is_literal = |kind: Kind| !matches!(kind, Kind::Blank | Kind::Iri | Kind::Triple);
        if self.kind != of_value {
            // What a literal of an unknown datatype stands for may be any value without a language.
            let unknown = [self.kind, of_value].contains(&Kind::Other);
            let may_be = |kind: Kind| is_literal(kind) && kind != Kind::LangString;
            let verdict = if unknown && may_be(self.kind) && may_be(of_value) {
                Verdict::Error
            } else {
                Verdict::False
            };
            return self.all(verdict);
        }
        let apart = [Verdict::False; 2];
        match value.operand() {
            Operand::Number(number) => self.near_number(&number, apart, &judge),
            Operand::Boolean(_) => self.one_by_one(self.range.clone(), &judge),
            Operand::Moment(..) => self.near_moment(value, apart, &judge),
            Operand::Duration(duration, _) => {
                let nearness = |term: &Value| match term.operand() {
                    Operand::Duration(term, _) => term.compare(&duration),
                    _ => Ordering::Equal,
                };
                self.around(self.range.clone(), &nearness, apart, &judge)
            }
            Operand::LangString(text, ..) => {
                let all = self.graph.prefixed(self.kind, text)?;
                let same =
                    |term: &Value| matches!(term.operand(), Operand::LangString(found, ..) if found == text);
                let end = self.search(all.clone(), &same)?;
                self.pieces.push(all.start, Verdict::False);
                self.one_by_one(all.start..end, &judge)?;
                self.all(Verdict::False)
            }
            Operand::Other(..) => {
                // Another term of an unknown datatype is an error (17.4.1.7).
                let found = self.position(value)?;
                self.pieces.push(found.start, Verdict::Error);
                self.pieces.push(found.end, Verdict::True);
                self.all(Verdict::Error)
            }
            Operand::Iri(_) | Operand::Blank(_) | Operand::String(_) => {
                let found = self.position(value)?;
                self.pieces.push(found.start, Verdict::False);
                self.pieces.push(found.end, Verdict::True);
                self.all(Verdict::False)
            }
            Operand::Triple(_) => self.all(Verdict::Open),
        }
    }

    /// STRSTARTS with a simple literal.
    pub(super) fn starting(&mut self, start: &str, of_any: bool) -> Result<()> {
        match self.kind {
            Kind::String | Kind::LangString => self.prefixed(start),
            Kind::Iri if of_any => self.prefixed(start),
            Kind::Blank | Kind::Triple => self.all(Verdict::Error),
            _ if !of_any => self.all(Verdict::Error),
            Kind::Other => self.all(Verdict::Open),
            _ => {
                // What a lexical form of a number, a truth, a date or a duration can begin with.
                let may = |first: char| {
                    "+-.INtfP".contains(first) || first.is_ascii_digit() || first.is_whitespace()
                };
                self.all(if start.chars().next().is_none_or(may) { Verdict::Open } else { Verdict::False })
            }
        }
    }

    fn prefixed(&mut self, start: &str) -> Result<()> {
        let found = self.graph.prefixed(self.kind, start)?;
        self.pieces.push(found.start, Verdict::False);
        self.pieces.push(found.end, Verdict::True);
        self.all(Verdict::False)
    }

    /// One verdict for literals without a language, another for those with one; LANG of other terms is an error.
    pub(super) fn by_language(&mut self, without: Verdict, with: Verdict) -> Result<()> {
        self.all(match self.kind {
            Kind::Blank | Kind::Iri | Kind::Triple => Verdict::Error,
            Kind::LangString => with,
            _ => without,
        })
    }

    pub(super) fn of_datatype(&mut self, value: &Value) -> Result<()> {
        let one = match self.kind {
            Kind::Blank | Kind::Iri | Kind::Triple => return self.all(Verdict::Error),
            Kind::Boolean => xsd::BOOLEAN,
            Kind::Date => xsd::DATE,
            Kind::Time => xsd::TIME,
            Kind::String => xsd::STRING,
            _ => {
                let known = |iri: &NamedNode| *iri != rdf::LANG_STRING && *iri != rdf::DIR_LANG_STRING;
                let verdict = match value {
                    Value::Term(Term::NamedNode(iri)) if self.kind == Kind::LangString && known(iri) => {
                        Verdict::False
                    }
                    _ => Verdict::Open,
                };
                return self.all(verdict);
            }
        };
        self.all(verdict_of(equal(&Value::Term(one.into_owned().into()), value)))
    }

    pub(super) fn is(&self, function: &Function) -> bool {
        match function {
            Function::IsIri => self.kind == Kind::Iri,
            Function::IsBlank => self.kind == Kind::Blank,
            Function::IsNumeric => self.kind == Kind::Number,
            Function::IsTriple => self.kind == Kind::Triple,
            Function::HasLang => self.kind == Kind::LangString,
            _ => !matches!(self.kind, Kind::Iri | Kind::Blank | Kind::Triple),
        }
    }
}

/// The kind of the term of a value.
fn kind_of(value: &Value) -> Kind {
    order::kind(value.to_term().as_ref())
}
