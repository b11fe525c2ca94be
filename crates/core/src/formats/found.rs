//! Triples that a query gives, held as numbers until they are written.
//!
//! In: pages of triples. Out: the same in the order in which they were found, one by one, as terms, or as what the writers of
//! documents read. A triple takes 16 bytes, and each different term its text once.

use super::numbered::{Number, Row, lexical_of};
use super::texts::Texts;
use crate::blank::Blanks;
use crate::engine::answer::page::Page;
use crate::engine::aside::set_aside;
use crate::error;
use crate::store::Lexical;
use crate::store::pack::Watch;
use crate::terms::{GraphName, TermRef, Triple};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

/// See the module.
#[derive(Default)]
pub struct Found {
    texts: Texts,
    /// The terms by the hash of their texts; where that is taken, by the next free number.
    numbers: HashMap<u64, Number>,
    state: RandomState,
    rows: Vec<Row>,
    /// The terms of the last triple, which the next one often shares.
    last: [Number; 3],
}

impl Found {
    /// Adds the triples of a page.
    pub fn add(&mut self, page: &Page) {
        for row in 0..page.len() {
            if let [Some(subject), Some(predicate), Some(object)] =
                [0, 1, 2].map(|column| page.get(row, column))
            {
                self.push([subject, predicate, object]);
            }
        }
    }

    fn push(&mut self, terms: [TermRef<'_>; 3]) {
        let [s, p, o] = terms;
        let [last_s, last_p, last_o] = self.last;
        let subject = self.number_after(last_s, s);
        let predicate = self.number_after(last_p, p);
        let object = self.number_after(last_o, o);
        self.last = [subject, predicate, object];
        self.rows.push(Row { graph: 0, subject, predicate, object });
    }

    /// The number of a term, which perhaps is the `last` one.
    fn number_after(&mut self, last: Number, term: TermRef<'_>) -> Number {
        let parts = match term {
            TermRef::Triple(triple) => {
                let [s, p, o] = [
                    triple.subject.as_ref().into(),
                    triple.predicate.as_ref().into(),
                    triple.object.as_ref(),
                ];
                [self.number(s), self.number(p), self.number(o)]
            }
            _ => [0; 3],
        };
        let lexical = lexical_of(term).unwrap_or(Lexical::Triple(parts));
        if last < self.texts.len() && self.texts.get(last) == lexical {
            return last;
        }
        let mut hash = self.state.hash_one(lexical);
        while let Some(number) = self.numbers.get(&hash) {
            if self.texts.get(*number) == lexical {
                return *number;
            }
            hash = hash.wrapping_add(1);
        }
        let number = self.texts.len();
        self.numbers.insert(hash, number);
        self.texts.push(lexical);
        number
    }

    fn number(&mut self, term: TermRef<'_>) -> Number {
        self.number_after(Number::MAX, term)
    }

    /// How many triples there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The first so many. The others are dropped a little later, where they are many: somebody may wait for a word.
    #[must_use]
    pub fn first(self, most: usize) -> Self {
        if self.len() <= most {
            return self;
        }
        let mut found = Self::default();
        for triple in self.triples().take(most) {
            found.push([
                triple.subject.as_ref().into(),
                triple.predicate.as_ref().into(),
                triple.object.as_ref(),
            ]);
        }
        self.drop_later();
        found
    }

    /// Drops it, a little later where it is large.
    pub fn drop_later(self) {
        let numbers = self.numbers.capacity() * (size_of::<u64>() + size_of::<Number>());
        let bytes = self.texts.bytes() + numbers + self.rows.capacity() * size_of::<Row>();
        set_aside(self, bytes);
    }

    /// The triples as terms.
    pub fn triples(&self) -> impl Iterator<Item = Triple> {
        self.rows.iter().filter_map(|row| self.triple(*row))
    }

    fn triple(&self, row: Row) -> Option<Triple> {
        self.texts.triple([row.subject, row.predicate, row.object])
    }

    /// Gives each triple to `take`, in the order in which they were found. Blank nodes keep their names.
    ///
    /// # Errors
    /// What `take` reports.
    pub fn each(&self, take: &mut dyn FnMut([TermRef<'_>; 3]) -> error::Result<()>) -> error::Result<()> {
        self.rows.iter().try_for_each(|row| {
            let numbers = [row.subject, row.predicate, row.object];
            if let [Some(s), Some(p), Some(o)] = numbers.map(|number| self.texts.get(number).as_term()) {
                return take([s, p, o]);
            }
            // Of what is no text, a triple term, a term is made.
            let made = numbers.map(|number| match self.texts.get(number).as_term() {
                Some(_) => None,
                None => self.texts.term(number),
            });
            let [s, p, o] = std::array::from_fn(|place| {
                let text = numbers.get(place).and_then(|number| self.texts.get(*number).as_term());
                text.or_else(|| made.get(place)?.as_ref().map(|term| term.as_ref()))
            });
            match (s, p, o) {
                (Some(s), Some(p), Some(o)) => take([s, p, o]),
                _ => Ok(()),
            }
        })
    }

    /// Its blank nodes.
    ///
    /// # Errors
    /// Where `watch` stops it.
    pub(super) fn blanks(&self, watch: Watch<'_>) -> error::Result<Blanks> {
        let may_be_blank =
            |number: Number| matches!(self.texts.get(number), Lexical::Blank(_) | Lexical::Triple(_));
        let (mut quads, mut pace) = (Vec::new(), watch.pace());
        for row in &self.rows {
            pace.step()?;
            if may_be_blank(row.subject) || may_be_blank(row.object) {
                quads.extend(self.triple(*row).map(|triple| triple.in_graph(GraphName::DefaultGraph)));
            }
        }
        Ok(Blanks::of(&quads))
    }

    /// Gives its terms to `each`, and gives back its rows.
    ///
    /// # Errors
    /// Where `watch` stops it.
    pub(super) fn number_all(
        self,
        blanks: &Blanks,
        each: &mut dyn FnMut(Lexical<'_>),
        watch: Watch<'_>,
    ) -> error::Result<Vec<Row>> {
        let mut pace = watch.pace();
        for number in 0..self.texts.len() {
            each(match self.texts.get(number) {
                Lexical::Blank(label) => Lexical::Blank(blanks.label(label)),
                lexical => lexical,
            });
            pace.step()?;
        }
        Ok(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::selection::{Selection, select};
    use crate::formats::fixture::memory;
    use crate::formats::graphs::{Content, GraphFormat, GraphStyle, written};
    use crate::formats::statements::Statements;

    /// Triples with terms of all kinds, and pages of them.
    fn triples() -> (Vec<Triple>, Vec<Page>) {
        let memory = memory();
        let quads = select(&memory, &Selection::DefaultGraph, Watch::nobody())
            .unwrap()
            .quads(Watch::nobody())
            .unwrap();
        let triples: Vec<Triple> = quads.into_iter().map(Triple::from).collect();
        let pages = triples.chunks(7).map(|some| {
            let mut page = Page::default();
            page.clear(3);
            for Triple { subject, predicate, object } in some.iter().cloned() {
                page.push_row(&vec![Some(subject.into()), Some(predicate.into()), Some(object)]);
            }
            page
        });
        let pages = pages.collect();
        (triples, pages)
    }

    fn found() -> Found {
        let mut found = Found::default();
        triples().1.iter().for_each(|page| found.add(page));
        found
    }

    #[test]
    fn triples_come_back_and_the_first_ones_by_themselves() {
        let (triples, _) = triples();
        assert!(triples.len() > 30);
        assert_eq!(found().triples().collect::<Vec<_>>(), triples);
        let first = found().first(5);
        assert_eq!(first.triples().collect::<Vec<_>>(), &triples[..5]);
        assert!(first.texts.len() < found().texts.len(), "terms of others are gone");
    }

    #[test]
    fn what_was_found_is_written_as_its_quads_are() {
        for format in GraphFormat::all().filter(|format| format.is_of_rdf() && *format != GraphFormat::RdfXml)
        {
            let quads = Content::from(found()).quads(Watch::nobody()).unwrap();
            let expected = written(format, quads, &GraphStyle::default()).unwrap().text;
            assert_eq!(written(format, found(), &GraphStyle::default()).unwrap().text, expected);
        }
    }

    #[test]
    fn lines_are_the_same_from_pages_and_from_what_is_held() {
        let (triples, pages) = triples();
        let mut lines = Statements::of(GraphFormat::NTriples);
        let (mut by_page, mut held) = (String::new(), String::new());
        pages.iter().for_each(|page| lines.add_page(&mut by_page, page).unwrap());
        found().each(&mut |triple| lines.add(&mut held, triple)).unwrap();
        let expected: String = triples.iter().map(|triple| format!("{triple} .\n")).collect();
        assert_eq!((by_page, held), (expected.clone(), expected));
    }
}
