//! What an expression over one variable is worth for the terms of a graph, by ranges of their numbers.
//!
//! In: an expression, a graph whose numbers are sorted by kind and value. Out: [`Verdicts`], which say of every number whether the
//! expression is true, false or an error, or that the term itself must be looked at. Comparisons with constants (17.3), IN,
//! tests of kinds, STRSTARTS and tests of languages are known, and what `!`, `&&` and `||` make of them (17.2). **The order of numbers
//! is exact and `<` is not**: floats are compared after promotion, so that terms near a constant are judged one by one.

// The terms of one kind.
mod place;

use super::operators::{Comparison, equal};
use super::strings;
use super::value::Value;
use crate::error::Result;
use crate::store::kinds::ORDER;
use crate::store::{Id, Indexed, NONE};
use crate::syntax::algebra::{Expression, Function, operands};
use crate::terms::{Term, Variable};
use baimo_store::value::moment::SECOND;
use place::Place;
use std::ops::Range;

/// An expression of more parts has none.
const LARGEST: usize = 256;

/// So many members of a list are looked up without a look at the limits.
const STRETCH: usize = 512;

/// So many terms near a constant are judged when verdicts are made; where there are more, each is when it is met.
const NEAR: usize = 1024;

/// Dates without a zone and those with one are told apart from here on (XSD 1.1 part 2, D.2.1).
const CLEARLY_APART: i128 = 14 * 3600 * SECOND;

/// What is known of an expression for one term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is false.
    False,
    /// It is true.
    True,
    /// It is an error.
    Error,
    /// The term must be looked at.
    Open,
}

impl Verdict {
    /// Whether a condition holds, for which an error is as good as false; nothing where that is open.
    #[inline]
    pub fn truth(self) -> Option<bool> {
        match self {
            Self::True => Some(true),
            Self::False | Self::Error => Some(false),
            Self::Open => None,
        }
    }
}

/// Whether the work may go on.
pub type GoOn<'g> = &'g dyn Fn() -> Result<()>;

/// Verdicts for all terms of a graph. See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdicts {
    /// Where each range ends, in order, and what is known of it. After the last one all is open.
    pieces: Vec<(Id, Verdict)>,
}

/// The one variable of an expression for which there are verdicts; nothing where there are none. No data are needed to say so.
pub fn variable_of(expression: &Expression) -> Option<&Variable> {
    let (mut open, mut parts, mut found) = (vec![expression], 0, None);
    while let Some(part) = open.pop() {
        parts += 1;
        if parts > LARGEST {
            return None;
        }
        match part {
            Expression::And(..) | Expression::Or(..) | Expression::Not(_) => open.extend(operands(part)),
            _ => {
                let (variable, _) = Test::of(part)?;
                if found.is_some_and(|found| found != variable) {
                    return None;
                }
                found = Some(variable);
            }
        }
    }
    found
}

impl Verdicts {
    /// For the terms of a graph; all are open where [`variable_of`] knows no variable. Where a list is long, `go_on` is asked now and
    /// then.
    ///
    /// # Errors
    /// Where the graph is damaged, and what `go_on` says.
    pub fn of(expression: &Expression, graph: &dyn Indexed, go_on: GoOn<'_>) -> Result<Self> {
        match variable_of(expression) {
            Some(_) => Self::of_known(expression, graph, go_on),
            None => Ok(Self { pieces: Vec::new() }),
        }
    }

    /// Its parts are at most as many as [`LARGEST`], and so is its depth.
    fn of_known(expression: &Expression, graph: &dyn Indexed, go_on: GoOn<'_>) -> Result<Self> {
        let of = |part: &Expression| Self::of_known(part, graph, go_on);
        Ok(match expression {
            Expression::And(a, b) => of(a)?.with(&of(b)?, and),
            Expression::Or(a, b) => of(a)?.with(&of(b)?, or),
            Expression::Not(a) => {
                Self { pieces: of(a)?.pieces.into_iter().map(|(end, it)| (end, not(it))).collect() }
            }
            test => match Test::of(test) {
                Some((_, test)) => test.verdicts(graph, go_on)?,
                None => Self { pieces: Vec::new() },
            },
        })
    }

    /// What is known for a number.
    #[inline]
    pub fn verdict(&self, id: Id) -> Verdict {
        let place = self.pieces.partition_point(|(end, _)| *end <= id);
        self.pieces.get(place).map_or(Verdict::Open, |(_, verdict)| *verdict)
    }

    /// The truths of a column; where a term must be looked at, nothing.
    pub fn truths(&self, column: &[Id]) -> Vec<Option<bool>> {
        let (mut known, mut verdict) = (0..0, Verdict::Open);
        let truth = |id: &Id| {
            if !known.contains(id) {
                let place = self.pieces.partition_point(|(end, _)| end <= id);
                let start =
                    place.checked_sub(1).and_then(|before| self.pieces.get(before)).map_or(0, |it| it.0);
                let (end, found) = self.pieces.get(place).copied().unwrap_or((NONE, Verdict::Open));
                (known, verdict) = (start..end, found);
            }
            verdict.truth()
        };
        column.iter().map(truth).collect()
    }

    /// The ranges of numbers, in order, for which the expression is true, or may be: these with `true` beside them. What
    /// lies beyond the graph's own numbers may always be.
    pub fn passing(&self) -> Vec<(Range<Id>, bool)> {
        let mut passing: Vec<(Range<Id>, bool)> = Vec::new();
        let mut start = 0;
        for (end, verdict) in self.pieces.iter().copied().chain([(NONE, Verdict::Open)]) {
            if start < end && matches!(verdict, Verdict::True | Verdict::Open) {
                passing.push((start..end, verdict == Verdict::Open));
            }
            start = start.max(end);
        }
        passing
    }

    /// What is known of `&&` of two tests of the same variable.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.with(other, and)
    }

    /// Both, put together range by range.
    fn with(&self, other: &Self, both: impl Fn(Verdict, Verdict) -> Verdict) -> Self {
        let (mut a, mut b) = (self.pieces.iter().peekable(), other.pieces.iter().peekable());
        let mut joined = Pieces::default();
        while let (Some((end_a, of_a)), Some((end_b, of_b))) = (a.peek(), b.peek()) {
            joined.push(*end_a.min(end_b), both(*of_a, *of_b));
            let order = end_a.cmp(end_b);
            if order.is_le() {
                a.next();
            }
            if order.is_ge() {
                b.next();
            }
        }
        Self { pieces: joined.0 }
    }
}

/// Verdicts for language strings by their tags, in the order of the tags, where an expression asks for nothing else of them.
pub fn by_tag(expression: &Expression, tags: &[&str]) -> Option<Vec<Verdict>> {
    variable_of(expression)?;
    tags_of(expression, tags)
}

/// Its parts are at most as many as [`LARGEST`], and so is its depth.
fn tags_of(expression: &Expression, tags: &[&str]) -> Option<Vec<Verdict>> {
    let of = |part: &Expression| tags_of(part, tags);
    let both = |a, b, connect: fn(Verdict, Verdict) -> Verdict| {
        Some(of(a)?.into_iter().zip(of(b)?).map(|(a, b)| connect(a, b)).collect())
    };
    match expression {
        Expression::And(a, b) => both(a, b, and),
        Expression::Or(a, b) => both(a, b, or),
        Expression::Not(a) => Some(of(a)?.into_iter().map(not).collect()),
        test => match Test::of(test)?.1 {
            Test::Language(value) => {
                Some(tags.iter().map(|tag| verdict_of(equal(&Value::string(*tag), &value))).collect())
            }
            Test::Matches(range) => Some(tags.iter().map(|tag| verdict_of(matches(tag, &range))).collect()),
            _ => None,
        },
    }
}

/// LANGMATCHES of a tag and a range.
fn matches(tag: &str, range: &Value) -> Option<bool> {
    match strings::lang_matches(&Value::string(tag), range) {
        Some(Value::Boolean(truth)) => Some(truth),
        _ => None,
    }
}

/// 17.2, the tables of logical connectives; what is open may be anything.
fn and(a: Verdict, b: Verdict) -> Verdict {
    match (a, b) {
        (Verdict::False, _) | (_, Verdict::False) => Verdict::False,
        (Verdict::True, other) | (other, Verdict::True) => other,
        (Verdict::Error, Verdict::Error) => Verdict::Error,
        _ => Verdict::Open,
    }
}

fn not(a: Verdict) -> Verdict {
    match a {
        Verdict::False => Verdict::True,
        Verdict::True => Verdict::False,
        other => other,
    }
}

fn or(a: Verdict, b: Verdict) -> Verdict {
    not(and(not(a), not(b)))
}

/// What is known of `||` of some tests.
fn any_of(tests: &[Verdicts]) -> Verdicts {
    let both = |a: Option<Verdicts>, b: &Verdicts| Some(a.map_or_else(|| b.clone(), |a| a.with(b, or)));
    tests.iter().fold(None, both).unwrap_or(Verdicts { pieces: Vec::new() })
}

fn verdict_of(truth: Option<bool>) -> Verdict {
    match truth {
        Some(true) => Verdict::True,
        Some(false) => Verdict::False,
        None => Verdict::Error,
    }
}

/// Ranges one after the other.
#[derive(Default)]
struct Pieces(Vec<(Id, Verdict)>);

impl Pieces {
    /// Up to a number; nothing where another range reached it.
    fn push(&mut self, end: Id, verdict: Verdict) {
        match self.0.last_mut() {
            Some((last, _)) if *last >= end => {}
            Some((last, known)) if *known == verdict => *last = end,
            None if end == 0 => {}
            _ => self.0.push((end, verdict)),
        }
    }
}

/// A test of one variable.
enum Test<'e> {
    Compare(Comparison, Value),
    Equal(Value),
    Same(Term),
    /// Constants all of them.
    In(&'e [Expression]),
    /// isIRI and its like.
    Kind(&'e Function),
    /// STRSTARTS, where the flag is set of STR of the variable.
    Starts(String, bool),
    /// `=` of LANG and a term.
    Language(Value),
    /// LANGMATCHES of LANG and a range.
    Matches(Value),
    /// `=` of DATATYPE and a term.
    Datatype(Value),
}

impl<'e> Test<'e> {
    /// The test that an expression is, and its variable. Of a long list nothing is copied.
    fn of(expression: &'e Expression) -> Option<(&'e Variable, Self)> {
        match expression {
            Expression::Greater(a, b) => Self::comparison(a, b, [Comparison::Greater, Comparison::Less]),
            Expression::Less(a, b) => Self::comparison(a, b, [Comparison::Less, Comparison::Greater]),
            Expression::GreaterOrEqual(a, b) => {
                Self::comparison(a, b, [Comparison::GreaterOrEqual, Comparison::LessOrEqual])
            }
            Expression::LessOrEqual(a, b) => {
                Self::comparison(a, b, [Comparison::LessOrEqual, Comparison::GreaterOrEqual])
            }
            Expression::Equal(a, b) => Self::equality(a, b).or_else(|| Self::equality(b, a)),
            Expression::SameTerm(a, b) => {
                let of = |a: &'e Expression, b| Some((variable(a)?, Self::Same(constant(b)?)));
                of(a, b).or_else(|| of(b, a))
            }
            Expression::In(value, list) => {
                list.iter().all(is_constant).then(|| Some((variable(value)?, Self::In(list)))).flatten()
            }
            Expression::FunctionCall(function, arguments) => Self::call(function, arguments),
            _ => None,
        }
    }

    fn comparison(
        a: &'e Expression,
        b: &'e Expression,
        [straight, turned]: [Comparison; 2],
    ) -> Option<(&'e Variable, Self)> {
        let of =
            |a, b, comparison| Some((variable(a)?, Self::Compare(comparison, Value::Term(constant(b)?))));
        of(a, b, straight).or_else(|| of(b, a, turned))
    }

    fn equality(a: &'e Expression, b: &Expression) -> Option<(&'e Variable, Self)> {
        let value = Value::Term(constant(b)?);
        match a {
            Expression::Variable(variable) => Some((variable, Self::Equal(value))),
            Expression::FunctionCall(function, arguments) => {
                let variable = variable(arguments.first()?)?;
                match function {
                    Function::Lang => Some((variable, Self::Language(value))),
                    Function::Datatype => Some((variable, Self::Datatype(value))),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn call(function: &'e Function, arguments: &'e [Expression]) -> Option<(&'e Variable, Self)> {
        let first = arguments.first()?;
        let under = |wanted: &Function| match first {
            Expression::FunctionCall(function, inner) if function == wanted => variable(inner.first()?),
            _ => None,
        };
        match function {
            Function::IsIri
            | Function::IsBlank
            | Function::IsLiteral
            | Function::IsNumeric
            | Function::IsTriple
            | Function::HasLang => Some((variable(first)?, Self::Kind(function))),
            Function::StrStarts => {
                let start = Value::Term(constant(arguments.get(1)?)?);
                let start = strings::simple(&start)?.to_owned();
                match variable(first) {
                    Some(variable) => Some((variable, Self::Starts(start, false))),
                    None => Some((under(&Function::Str)?, Self::Starts(start, true))),
                }
            }
            Function::LangMatches => {
                Some((under(&Function::Lang)?, Self::Matches(Value::Term(constant(arguments.get(1)?)?))))
            }
            _ => None,
        }
    }

    fn verdicts(&self, graph: &dyn Indexed, go_on: GoOn<'_>) -> Result<Verdicts> {
        let alone = |verdict| Verdicts { pieces: vec![(graph.term_count(), verdict)] };
        Ok(match self {
            Self::In(list) => {
                // True where any is equal, else an error where any comparison is one (17.4.1.9), as `||` is.
                let mut all = Vec::new();
                for some in list.chunks(STRETCH) {
                    go_on()?;
                    for value in some.iter().filter_map(constant) {
                        all.push(Self::Equal(Value::Term(value)).verdicts(graph, go_on)?);
                    }
                }
                // Two and two, so that a long list is not gone through for each of its values.
                while all.len() > 1 {
                    go_on()?;
                    all = all.chunks(2).map(any_of).collect();
                }
                all.pop().unwrap_or_else(|| alone(Verdict::False))
            }
            Self::Same(term) => {
                let mut pieces = Pieces::default();
                if let Some(id) = graph.id(term.as_ref())?.filter(|id| *id < graph.term_count()) {
                    pieces.push(id, Verdict::False);
                    pieces.push(id + 1, Verdict::True);
                }
                pieces.push(graph.term_count(), Verdict::False);
                Verdicts { pieces: pieces.0 }
            }
            _ => {
                let mut pieces = Pieces::default();
                for kind in ORDER {
                    let range = graph.kinds().range(kind);
                    if !range.is_empty() {
                        self.in_kind(&mut Place { graph, kind, range, pieces: &mut pieces })?;
                    }
                }
                Verdicts { pieces: pieces.0 }
            }
        })
    }

    /// The verdicts for the terms of one kind.
    fn in_kind(&self, place: &mut Place<'_>) -> Result<()> {
        match self {
            Self::Compare(comparison, value) => place.compared(*comparison, value),
            Self::Equal(value) => place.equal(value),
            Self::Starts(start, of_any) => place.starting(start, *of_any),
            Self::Kind(function) => place.all(Verdict::from(place.is(function))),
            Self::Language(value) => {
                let without = verdict_of(equal(&Value::string(""), value));
                // A tag is never empty.
                let with = if without == Verdict::True { Verdict::False } else { Verdict::Open };
                place.by_language(without, with)
            }
            Self::Matches(range) => {
                let any = strings::simple(range) == Some("*");
                place.by_language(
                    verdict_of(matches("", range)),
                    if any { Verdict::True } else { Verdict::Open },
                )
            }
            Self::Datatype(value) => place.of_datatype(value),
            Self::Same(_) | Self::In(_) => place.all(Verdict::Open),
        }
    }
}

impl From<bool> for Verdict {
    fn from(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }
}

fn variable(expression: &Expression) -> Option<&Variable> {
    match expression {
        Expression::Variable(variable) => Some(variable),
        _ => None,
    }
}

fn is_constant(expression: &Expression) -> bool {
    matches!(expression, Expression::NamedNode(_) | Expression::Literal(_))
}

fn constant(expression: &Expression) -> Option<Term> {
    match expression {
        Expression::NamedNode(node) => Some(node.clone().into()),
        Expression::Literal(literal) => Some(literal.clone().into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Stored, Table, expression, term, values_in};
    use super::super::program::Terms as _;
    use super::*;
    use crate::store::{FIRST_FOREIGN, Kind};
    use crate::terms::NamedNode;
    use baimo_store::terms::{BlankNode, Literal, Triple};
    use baimo_store::value::order;

    const FORMS: &[&str] = &[
        "",
        "0",
        "-0",
        "1",
        "01",
        "1.0",
        "-1",
        "2",
        "10",
        "NaN",
        "INF",
        "-INF",
        "0.1",
        "0.1000000014901161",
        "1e0",
        "1E400",
        "16777216",
        "16777217",
        "16777218",
        "9007199254740992",
        "9007199254740993",
        "340282350000000000000000000000000000000",
        "340282360000000000000000000000000000000",
        "123456789012345678901234567890",
        "true",
        "false",
        "2020-01-01",
        "2020-01-01Z",
        "2020-01-01+14:00",
        "2020-01-02",
        "2019-12-31",
        "2020-01-02-05:00",
        "2020-02-01Z",
        "2020-01-01T00:00:00",
        "2020-01-01T00:00:00Z",
        "2020-01-01T01:00:00+01:00",
        "2019-12-31T24:00:00",
        "2020-01-01T00:00:00.5Z",
        "12:00:00",
        "12:00:00Z",
        "13:00:00+01:00",
        "2020",
        "2020Z",
        "2020-01",
        "--02",
        "P1Y",
        "P12M",
        "P365D",
        "PT36H",
        "P1DT12H",
        "a",
        "ab",
        "abc",
        "b",
        "http://a",
        "http://example.org/b",
        "+1",
        " 1",
        "é",
    ];
    const DATATYPES: &[&str] = &[
        "string",
        "boolean",
        "decimal",
        "integer",
        "byte",
        "float",
        "double",
        "dateTime",
        "dateTimeStamp",
        "date",
        "time",
        "gYear",
        "gYearMonth",
        "gMonth",
        "duration",
        "yearMonthDuration",
        "dayTimeDuration",
        "anyURI",
    ];
    /// What is compared with, as expressions write it.
    const CONSTANTS: &[&str] = &[
        "0",
        "1",
        "1.0",
        "1e0",
        "-1",
        "0.1",
        "\"0.1\"^^xsd:float",
        "16777217",
        "\"16777216\"^^xsd:float",
        "\"NaN\"^^xsd:double",
        "\"INF\"^^xsd:float",
        "\"-INF\"^^xsd:double",
        "9007199254740993",
        "9007199254740992e0",
        "1e400",
        "340282360000000000000000000000000000000",
        "123456789012345678901234567890.5",
        "true",
        "\"0\"^^xsd:boolean",
        "\"2020-01-01\"^^xsd:date",
        "\"2020-01-01Z\"^^xsd:date",
        "\"2020-01-01T00:00:00\"^^xsd:dateTime",
        "\"2020-01-01T00:00:00Z\"^^xsd:dateTimeStamp",
        "\"12:00:00\"^^xsd:time",
        "\"2020\"^^xsd:gYear",
        "\"P1Y\"^^xsd:duration",
        "\"P12M\"^^xsd:yearMonthDuration",
        "\"PT36H\"^^xsd:dayTimeDuration",
        "\"ab\"",
        "\"\"",
        "\"ab\"@en",
        "\"ab\"@EN",
        "\"zz\"",
        "\"300\"^^xsd:byte",
        "\"x\"^^:type",
        "\"y\"^^:type",
        ":b",
        ":zz",
        "\"http://a\"^^xsd:anyURI",
    ];

    const KNOWN: &[&str] = &[
        "?a IN (1, \"ab\", :b)",
        "?a NOT IN (1.0, \"x\"^^:type, true)",
        "sameTerm(?a, 1.0)",
        "sameTerm(:zz, ?a)",
        "?a IN ()",
        "isIRI(?a)",
        "isBLANK(?a)",
        "isLITERAL(?a)",
        "!isNUMERIC(?a)",
        "?a > 1 && ?a < 10",
        "!(?a > 1 && ?a < \"b\")",
        "?a = 1 || ?a > \"a\" || isIRI(?a)",
        "!(?a < 5 || ?a > 2)",
        "STRSTARTS(?a, \"ab\")",
        "STRSTARTS(?a, \"\")",
    ];
    const HALF_KNOWN: &[&str] = &[
        "STRSTARTS(STR(?a), \"http://example.org/\")",
        "STRSTARTS(STR(?a), \"1\")",
        "STRSTARTS(STR(?a), \"P\")",
        "STRSTARTS(STR(?a), \"\")",
        "LANG(?a) = \"en\"",
        "LANG(?a) = \"\"",
        "\"en\"@fr != LANG(?a)",
        "LANG(?a) = 1",
        "LANGMATCHES(LANG(?a), \"en\")",
        "LANGMATCHES(LANG(?a), \"*\")",
        "LANGMATCHES(LANG(?a), 1)",
        "DATATYPE(?a) = xsd:string",
        "DATATYPE(?a) != xsd:date",
        "DATATYPE(?a) = \"a\"",
        "DATATYPE(?a) = rdf:langString",
    ];

    fn terms() -> Vec<Term> {
        let typed = |text: &str, iri: String| {
            Term::from(Literal::new_typed_literal(text, NamedNode::new_unchecked(iri)))
        };
        let mut terms = Vec::new();
        for form in FORMS {
            for datatype in DATATYPES {
                terms.push(typed(form, format!("http://www.w3.org/2001/XMLSchema#{datatype}")));
            }
            terms.push(typed(form, "http://example.org/type".into()));
            for tag in ["en", "en-us", "zh"] {
                terms.push(Literal::new_language_tagged_literal_unchecked(*form, tag).into());
            }
            terms.push(NamedNode::new_unchecked(format!("http://example.org/{form}")).into());
            terms.push(BlankNode::new_unchecked(format!("b{}", terms.len())).into());
        }
        terms.push(typed("x", "http://example.org/type".into()));
        let (s, o) = (NamedNode::new_unchecked("http://example.org/s"), Literal::from(1));
        terms.push(Triple::new(s.clone(), s, o).into());
        terms
    }

    /// What a verdict says is what evaluation gives, by values alone; how many verdicts are open.
    fn check(graph: &dyn Indexed, rows: &[Vec<Option<Term>>], text: &str) -> usize {
        let parsed = expression(text);
        assert!(variable_of(&parsed).is_some(), "{text}");
        let verdicts = Verdicts::of(&parsed, graph, &|| Ok(())).unwrap();
        let passing = verdicts.passing();
        let mut open = 0;
        for (id, value) in (0..).zip(values_in(&mut Table::default(), text, rows)) {
            let expected = match value.as_str() {
                "\"true\"^^xsd:boolean" => Verdict::True,
                "\"false\"^^xsd:boolean" => Verdict::False,
                _ => Verdict::Error,
            };
            let found = verdicts.verdict(id);
            assert!(
                found == expected || found == Verdict::Open,
                "{text} for {:?}: {found:?}",
                graph.term(id)
            );
            let is_open = found == Verdict::Open;
            open += usize::from(is_open);
            let truth = (!is_open).then_some(expected == Verdict::True);
            assert_eq!(verdicts.truths(&[id, 0, id])[2], truth, "{text}");
            let passes = passing.iter().find(|(range, _)| range.contains(&id)).map(|(_, open)| *open);
            assert_eq!(passes, (is_open || expected == Verdict::True).then_some(is_open), "{text}");
        }
        open
    }

    #[test]
    fn verdicts_are_what_evaluation_gives() {
        let stored = Stored::of(&terms());
        let graph = stored.indexed().unwrap();
        let rows: Vec<Vec<Option<Term>>> =
            (0..graph.term_count()).map(|id| vec![graph.term(id).ok()]).collect();
        for constant in CONSTANTS {
            let kind = order::kind(term(constant).as_ref());
            for form in ["?a < %", "?a >= %", "% < ?a", "?a = %", "% != ?a"] {
                let open = check(graph, &rows, &form.replace('%', constant));
                assert!(open == 0 || kind == Kind::Duration, "{form} {constant}: {open} open");
            }
        }
        for text in KNOWN {
            let open = check(graph, &rows, text);
            assert!(open <= rows.len() / 3, "{text}: {open} open");
        }
        for text in HALF_KNOWN {
            check(graph, &rows, text);
        }
    }

    #[test]
    fn verdicts_by_tag_are_what_evaluation_gives() {
        let stored = Stored::of(&terms());
        let graph = stored.indexed().unwrap();
        let languages = graph.languages().unwrap();
        assert_eq!(languages.tags().len(), 3);
        let strings = graph.kinds().range(Kind::LangString);
        assert_eq!(languages.range(), strings);
        let rows: Vec<Vec<Option<Term>>> = strings.clone().map(|id| vec![graph.term(id).ok()]).collect();
        for text in [
            "LANG(?a) = \"en\"",
            "LANG(?a) != \"en\"",
            "LANG(?a) = 1",
            "LANGMATCHES(LANG(?a), \"en\")",
            "!LANGMATCHES(LANG(?a), \"zh\")",
            "LANGMATCHES(LANG(?a), 1)",
            "LANG(?a) = \"zh\" || LANGMATCHES(LANG(?a), \"en-US\")",
            "LANG(?a) = \"zh\" && !(LANG(?a) = 1)",
        ] {
            let found = by_tag(&expression(text), languages.tags()).unwrap();
            let values = values_in(&mut Table::default(), text, &rows);
            for (id, value) in strings.clone().zip(values) {
                let expected = match value.as_str() {
                    "\"true\"^^xsd:boolean" => Verdict::True,
                    "\"false\"^^xsd:boolean" => Verdict::False,
                    _ => Verdict::Error,
                };
                assert_eq!(found[languages.place(id).unwrap()], expected, "{text} for {:?}", graph.term(id));
            }
        }
        for other in ["LANG(?a) = \"en\" && STRSTARTS(?a, \"a\")", "?a = 1", "LANG(?a) = LANG(?b)"] {
            assert_eq!(by_tag(&expression(other), languages.tags()), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_test_of_one_variable_has_no_verdicts() {
        for text in [
            "?a < ?b",
            "?a < 1 && ?b > 1",
            "STRLEN(?a) > 1",
            "BOUND(?a)",
            "?a",
            "1 < 2",
            "STRSTARTS(?a, \"x\"@en)",
        ] {
            assert_eq!(variable_of(&expression(text)), None, "{text}");
        }
        let long = vec!["?a = 1"; 300].join(" || ");
        assert_eq!(variable_of(&expression(&long)), None);
    }

    /// A list of hundreds of thousands of members is looked up as long as the limits let.
    #[test]
    fn a_long_list_asks_whether_to_go_on() {
        let stored = Stored::of(&terms());
        let graph = stored.indexed().unwrap();
        let list = |n: usize| expression(&format!("?a IN ({})", vec!["1"; n].join(",")));
        let asked = std::cell::Cell::new(0);
        let counting = || {
            asked.set(asked.get() + 1);
            Ok(())
        };
        Verdicts::of(&list(STRETCH * 4), graph, &counting).unwrap();
        assert!(asked.get() >= 4, "{}", asked.get());
        let stop = || Err(crate::error::Error::query("stopped"));
        assert!(Verdicts::of(&list(STRETCH * 4), graph, &stop).is_err());
    }

    #[test]
    fn a_number_beyond_the_graph_is_open() {
        let stored = Stored::of(&[term("1"), term("2"), term("\"a\"")]);
        let graph = stored.indexed().unwrap();
        let verdicts = Verdicts::of(&expression("?a > 1"), graph, &|| Ok(())).unwrap();
        assert_eq!(verdicts.verdict(FIRST_FOREIGN), Verdict::Open);
        let two = graph.id(term("2").as_ref()).unwrap().unwrap();
        let beyond = graph.term_count()..NONE;
        assert_eq!(verdicts.passing(), [(two..two + 1, false), (beyond, true)]);
    }
}
