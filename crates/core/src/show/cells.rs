//! Terms as people read them: the text of one cell, and what a whole column has in common.
//!
//! In: terms and a [`Style`]. Out: [`Cell`]s. Where a cell stands is decided in [`super::table`].
//!
//! A cell shows the plain value: `百度`, not `"百度"@zh`. It falls back to Turtle's form where the plain
//! value would be read as something it is not: the string `"2023"` in quotes, since 2023 without quotes
//! is a number; `"abc"^^xsd:integer`, which is none. What has a language is always plain, since only
//! words have one; its tag is shown where the tags of a column differ. IRIs are labels, prefixed names,
//! or stand in `<>`.

use super::Style;
use super::text::{Side, cut, visible, visible_ends, visible_start, width};
use crate::engine::answer::{Row, Solutions};
use crate::terms::{Literal, Term, xsd};
use std::borrow::Cow;

/// What a value is, as far as its place and looks depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Nothing.
    Unbound,
    /// A thing: an IRI or a blank node.
    Thing,
    /// A number that is one.
    Number,
    /// A date or a time.
    Date,
    /// Anything else.
    Text,
}

/// One value, ready to be laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// One line of text, with nothing hidden in it.
    pub text: String,
    /// A language tag to show faintly after the text, or nothing.
    pub tag: String,
    /// What it is.
    pub sort: Sort,
}

impl Cell {
    /// Text and tag together.
    pub fn whole(&self) -> String {
        format!("{}{}", self.text, self.tag)
    }

    /// The text and the tag in so many cells, the text cut by `cut` before the tag is.
    pub(super) fn within(&self, cells: usize, cut_text: fn(&str, usize) -> String) -> (String, String) {
        let text = cut_text(&self.text, cells.saturating_sub(width(&self.tag)));
        let tag = cut(&self.tag, cells.saturating_sub(width(&text)));
        (text, tag)
    }
}

/// What the values of one column have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The variable's name, without `?`.
    pub name: String,
    /// Whether every value there is is a number.
    pub numbers: bool,
    /// Whether every value there is is a number or a date, which must not be cut.
    pub rigid: bool,
    /// Whether the language tags differ, so that they must be shown.
    pub languages_differ: bool,
}

impl Column {
    /// On which side the column's cells stand.
    pub fn side(&self) -> Side {
        if self.numbers { Side::Right } else { Side::Left }
    }
}

/// The columns of an answer, judged by `rows`.
pub fn columns(found: &Solutions) -> Vec<Column> {
    columns_of(found.variables.iter().map(|variable| variable.as_str()), &found.rows)
}

/// The columns of these names, judged by `rows`.
pub fn columns_of<'a>(names: impl Iterator<Item = &'a str>, rows: &[Row]) -> Vec<Column> {
    names
        .enumerate()
        .map(|(i, name)| column(name, rows.iter().filter_map(|row| row.get(i)?.as_ref())))
        .collect()
}

fn column<'a>(name: &str, terms: impl Iterator<Item = &'a Term>) -> Column {
    let mut column = Column { name: visible(name), numbers: true, rigid: true, languages_differ: false };
    let mut some = false;
    let mut language: Option<Option<&str>> = None;
    for term in terms {
        some = true;
        let sort = sort(term);
        column.numbers &= sort == Sort::Number;
        column.rigid &= matches!(sort, Sort::Number | Sort::Date);
        if let Term::Literal(literal) = term {
            let tag = literal.language();
            column.languages_differ |= language.is_some_and(|before| before != tag);
            language = Some(tag);
        }
    }
    column.numbers &= some;
    column.rigid &= some;
    column
}

/// What a term is.
pub fn sort(term: &Term) -> Sort {
    match term {
        Term::NamedNode(_) | Term::BlankNode(_) => Sort::Thing,
        Term::Triple(_) => Sort::Text,
        Term::Literal(literal) if number(literal).is_some() => Sort::Number,
        Term::Literal(literal) if is_date_type(literal) && looks_dated(literal.value()) => Sort::Date,
        Term::Literal(_) => Sort::Text,
    }
}

/// The local name of an XML Schema datatype.
fn xsd_name(literal: &Literal) -> Option<&str> {
    literal.datatype().as_str().strip_prefix("http://www.w3.org/2001/XMLSchema#")
}

/// The number that a literal is, by its datatype and its value.
pub fn number(literal: &Literal) -> Option<f64> {
    let value = literal.value().trim();
    match xsd_name(literal)? {
        "integer" | "int" | "long" | "short" | "byte" | "nonNegativeInteger" | "positiveInteger"
        | "nonPositiveInteger" | "negativeInteger" | "unsignedInt" | "unsignedLong" | "unsignedShort"
        | "unsignedByte" | "decimal" => value.parse().ok().filter(|_| is_plain_number(value)),
        "double" | "float" => match value {
            "INF" | "+INF" => Some(f64::INFINITY),
            "-INF" => Some(f64::NEG_INFINITY),
            "NaN" => Some(f64::NAN),
            _ => value.parse().ok().filter(|_| is_plain_number(value)),
        },
        _ => None,
    }
}

fn is_plain_number(value: &str) -> bool {
    // In this order a long text is soon known to be none.
    value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
        && value.bytes().any(|b| b.is_ascii_digit())
}

fn is_date_type(literal: &Literal) -> bool {
    matches!(
        xsd_name(literal),
        Some(
            "date"
                | "dateTime"
                | "dateTimeStamp"
                | "gYear"
                | "gYearMonth"
                | "time"
                | "gMonth"
                | "gDay"
                | "gMonthDay"
        )
    )
}

fn looks_dated(value: &str) -> bool {
    let is_of_date = |b: u8| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'T' | b'Z' | b'.' | b'+');
    value.bytes().all(is_of_date) && value.bytes().filter(u8::is_ascii_digit).count() > 1
}

/// The text of a cell. See the head of this file for what is shown how.
pub fn cell(term: Option<&Term>, column: &Column, style: &Style<'_>) -> Cell {
    cell_by(term, column, style, visible)
}

/// The same of a cell of which at most so many columns are seen: of a longer text a little more than those, so that a text of
/// a megabyte costs no more than another one.
pub fn cell_start(term: Option<&Term>, column: &Column, style: &Style<'_>, seen: usize) -> Cell {
    cell_by(term, column, style, |text| visible_start(text, seen))
}

/// The same of a cell whose beginning and end are seen in at most so many columns: a long text is left out in its middle.
pub fn cell_ends(term: Option<&Term>, column: &Column, style: &Style<'_>, seen: usize) -> Cell {
    cell_by(term, column, style, |text| visible_ends(text, seen))
}

fn cell_by(
    term: Option<&Term>,
    column: &Column,
    style: &Style<'_>,
    visible_part: impl FnOnce(&str) -> String,
) -> Cell {
    let Some(term) = term else {
        return Cell { text: String::new(), tag: String::new(), sort: Sort::Unbound };
    };
    let tag = match term {
        Term::Literal(literal) if column.languages_differ => {
            literal.language().map_or_else(String::new, |tag| format!("@{}", visible(tag)))
        }
        _ => String::new(),
    };
    Cell { text: shown_by(term, style, visible_part), tag, sort: sort(term) }
}

/// A term as one line for people, without a language tag.
pub fn shown(term: &Term, style: &Style<'_>) -> String {
    shown_by(term, style, visible)
}

fn shown_by(term: &Term, style: &Style<'_>, visible_part: impl FnOnce(&str) -> String) -> String {
    if let Some(label) = style.labels.and_then(|labels| labels(term)) {
        return visible_part(&label);
    }
    match term {
        Term::Literal(literal) => visible_part(&literal_text(literal, style)),
        _ => visible_part(&style.prefixes.show(term.as_ref())),
    }
}

fn literal_text<'a>(literal: &'a Literal, style: &Style<'_>) -> Cow<'a, str> {
    let value = literal.value();
    if literal.language().is_some() {
        return if value.trim().is_empty() { format!("\"{value}\"").into() } else { value.into() };
    }
    if let Some(number) = number(literal) {
        return number_text(value, number);
    }
    let plain = literal.datatype() != xsd::STRING && (is_date_type(literal) && looks_dated(value))
        || (literal.datatype() == xsd::BOOLEAN && matches!(value, "true" | "false"));
    if plain || !(is_mistakable(value, style) || claims_a_form(literal)) {
        return value.into();
    }
    style.prefixes.show(literal.into()).into()
}

/// A datatype with a form that this value does not have: worth seeing.
fn claims_a_form(literal: &Literal) -> bool {
    is_date_type(literal)
        || matches!(
            xsd_name(literal),
            Some("integer" | "decimal" | "double" | "float" | "boolean" | "int" | "long")
        )
}

/// Doubles without their exponent, where that says the same in fewer words.
fn number_text(value: &str, number: f64) -> Cow<'_, str> {
    let size = number.abs();
    if value.contains(['e', 'E']) && (size == 0.0 || (1e-4..1e15).contains(&size)) {
        number.to_string().into()
    } else {
        value.trim().into()
    }
}

/// Whether a string without its quotes would be read as a number, a date, a truth value, a name of
/// something else, or as nothing.
fn is_mistakable(value: &str, style: &Style<'_>) -> bool {
    value.trim().len() != value.len()
        || value.is_empty()
        || matches!(value, "true" | "false")
        || (is_plain_number(value) && value.parse::<f64>().is_ok())
        || (looks_dated(value) && value.contains('-') && value.len() >= 7)
        || value.starts_with("_:")
        || value.starts_with('"')
        || (value.starts_with('<') && value.ends_with('>'))
        || value.split_once(':').is_some_and(|(prefix, local)| {
            style.prefixes.namespace(prefix).is_some() && crate::terms::is_local_name(local)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{NamedNode, Prefixes};

    fn text(term: impl Into<Term>) -> String {
        let prefixes = Prefixes::well_known();
        shown(&term.into(), &Style::plain(&prefixes))
    }

    #[test]
    fn cells_are_plain_values_unless_that_would_mislead() {
        assert_eq!(text(Literal::new_language_tagged_literal("百度", "zh").unwrap()), "百度");
        assert_eq!(text(Literal::from("s3.8")), "s3.8");
        assert_eq!(text(Literal::from("2023")), "\"2023\"");
        assert_eq!(text(Literal::from("2023-03")), "\"2023-03\"");
        assert_eq!(text(Literal::from("skos:Concept")), "\"skos:Concept\"");
        assert_eq!(text(Literal::from("note: this")), "note: this");
        assert_eq!(text(Literal::from("")), "\"\"");
        assert_eq!(text(Literal::from(7)), "7");
        assert_eq!(text(Literal::from(25.5)), "25.5");
        assert_eq!(text(Literal::new_typed_literal("2.55E1", xsd::DOUBLE)), "25.5");
        assert_eq!(text(Literal::new_typed_literal("abc", xsd::INTEGER)), "\"abc\"^^xsd:integer");
        assert_eq!(text(Literal::new_typed_literal("2023-03", xsd::G_YEAR_MONTH)), "2023-03");
        assert_eq!(
            text(NamedNode::new_unchecked("http://www.w3.org/2004/02/skos/core#Concept")),
            "skos:Concept"
        );
        assert_eq!(text(NamedNode::new_unchecked("http://x.org/")), "<http://x.org/>");
    }

    #[test]
    fn tags_show_where_they_differ() {
        let tagged =
            |value: &str, tag: &str| Some(Literal::new_language_tagged_literal(value, tag).unwrap().into());
        let prefixes = Prefixes::new();
        let style = Style::plain(&prefixes);
        let rows = [vec![tagged("百度", "zh")], vec![tagged("Baidu", "en")], vec![None]];
        let columns = columns_of(["n"].into_iter(), &rows);
        let cell_of = |i: usize| cell(rows[i][0].as_ref(), &columns[0], &style);
        assert_eq!(cell_of(0).whole(), "百度@zh");
        assert_eq!(cell_of(2).whole(), "");
        assert!(!columns_of(["n"].into_iter(), &rows[..1])[0].languages_differ);
    }

    #[test]
    fn labels_stand_in_for_things() {
        let prefixes = Prefixes::new();
        let labels = |term: &Term| matches!(term, Term::NamedNode(_)).then(|| "百度".to_owned());
        let style = Style { labels: Some(&labels), ..Style::plain(&prefixes) };
        assert_eq!(shown(&NamedNode::new_unchecked("http://x.org/a").into(), &style), "百度");
        assert_eq!(shown(&Literal::from("a").into(), &style), "a");
    }
}
