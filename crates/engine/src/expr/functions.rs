//! The functions of SPARQL 1.1 and 1.2, 17.4, each on one set of arguments.
//!
//! In: a function, its arguments, none of them an error. Out: its value; nothing for an error. What takes errors, as COALESCE, or
//! looks at variables, as BOUND, is the program's.

use super::cast::cast;
use super::scope::{LONG_TEXT, LONGEST_TEXT, Note, Scope};
use super::strings::{self, Text, simple};
use super::value::{Operand, Value};
use crate::syntax::algebra::{Expression, Function};
use crate::terms::{
    BaseDirection, BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, TermRef, Triple, rdf,
};
use baimo_store::value::datatype::Datatype;
use baimo_store::value::exact::Exact;
use baimo_store::value::moment::{Civil, Duration, Moment, SECOND};
use baimo_store::value::number::Number;
use std::borrow::Cow;

/// The name of the function without arguments that gives a solution a number which no other one has. No text can spell it.
const SOLUTION: &str = "^solution";

/// A number of the solution, as the second argument of BNODE takes it.
pub fn solution_number() -> Expression {
    Expression::FunctionCall(Function::Custom(NamedNode::new_unchecked(SOLUTION)), Vec::new())
}

/// Whether an expression is such a number.
pub fn is_solution_number(expression: &Expression) -> bool {
    matches!(expression, Expression::FunctionCall(Function::Custom(name), _) if name.as_str() == SOLUTION)
}

/// Calls a function. `solution` numbers the solution, for BNODE of a text that has no number with it.
pub fn call(function: &Function, arguments: &[&Value], scope: &Scope, solution: u64) -> Option<Value> {
    match function {
        Function::Custom(name) if name.as_str() == SOLUTION => {
            Some(Value::Number(solution.cast_signed().into()))
        }
        Function::Custom(iri) => custom(iri, arguments, scope),
        Function::Now => Some(Value::Moment(scope.now(), Datatype::DateTime)),
        Function::Rand => Some(Value::Number(Number::Double(rand::random()))),
        Function::Uuid => Some(Value::Term(NamedNode::new_unchecked(format!("urn:uuid:{}", uuid())).into())),
        Function::StrUuid => Some(Value::String(uuid())),
        Function::BNode => match arguments {
            [] => Some(Value::Term(BlankNode::default().into())),
            [text] => Some(Value::Term(scope.blank_node(solution, simple(text)?).into())),
            [text, number] => {
                let solution = number.number()?.as_exact()?.to_i64()?.cast_unsigned();
                Some(Value::Term(scope.blank_node(solution, simple(text)?).into()))
            }
            _ => None,
        },
        Function::Regex | Function::Replace => on_pattern(function, arguments, scope),
        Function::Concat => {
            let length: usize =
                arguments.iter().filter_map(|a| Text::of(a)).map(|text| text.text.len()).sum();
            if length > LONGEST_TEXT {
                scope.note(Note::TooLong);
                return None;
            }
            if length > LONG_TEXT && !scope.has_room(length) {
                return None;
            }
            strings::concat(arguments.iter().map(|argument| Some(*argument)))
        }
        Function::Iri => iri(arguments.first()?, scope),
        _ => match arguments {
            [a] => unary(function, a, scope),
            [a, b] => binary(function, a, b),
            [a, b, c] => ternary(function, a, b, c),
            _ => None,
        },
    }
}

/// Whether two calls with the same arguments, so many, may give different values. BNODE of a text and of the number of a solution is
/// that solution's node for the text, whenever it is computed.
pub fn is_volatile(function: &Function, arguments: usize) -> bool {
    match function {
        Function::Rand | Function::Uuid | Function::StrUuid => true,
        Function::BNode => arguments < 2,
        Function::Custom(name) => name.as_str() == SOLUTION,
        _ => false,
    }
}

fn custom(iri: &NamedNode, arguments: &[&Value], scope: &Scope) -> Option<Value> {
    if Datatype::of(iri.as_str()) == Datatype::Other {
        scope.note(Note::Function(iri.as_str().to_owned()));
        return None;
    }
    match arguments {
        [value] => cast(value, iri.as_ref()),
        _ => None,
    }
}

/// REGEX and REPLACE (17.4.3.14 and 17.4.3.15).
fn on_pattern(function: &Function, arguments: &[&Value], scope: &Scope) -> Option<Value> {
    let text = Text::of(arguments.first()?)?;
    let pattern = simple(arguments.get(1)?)?;
    let (replacement, flags) = match function {
        Function::Replace => (Some(simple(arguments.get(2)?)?), arguments.get(3)),
        _ => (None, arguments.get(2)),
    };
    let flags = flags.map_or(Some(""), |flags| simple(flags))?;
    let compiled = scope.pattern(pattern, flags)?;
    match replacement {
        None => scope.matches(pattern, &compiled, text.text).map(Value::Boolean),
        Some(replacement) => {
            scope.replaced(pattern, &compiled, text.text, replacement).map(|replaced| text.with(replaced))
        }
    }
}

fn unary(function: &Function, value: &Value, scope: &Scope) -> Option<Value> {
    match function {
        Function::Str => as_text(value).map(Value::String),
        Function::Lang | Function::LangDir | Function::HasLang | Function::HasLangDir => {
            language(function, value)
        }
        Function::Datatype => value.datatype().map(|datatype| Value::Term(datatype.into())),
        Function::Abs => strings::on_number(value, Number::abs),
        Function::Ceil => strings::on_number(value, Number::ceiling),
        Function::Floor => strings::on_number(value, Number::floor),
        Function::Round => strings::on_number(value, Number::round),
        Function::StrLen => strings::length(value),
        Function::UCase => strings::upper(value),
        Function::LCase => strings::lower(value),
        Function::EncodeForUri => strings::encode_for_uri(value),
        Function::Md5 | Function::Sha1 | Function::Sha256 | Function::Sha384 | Function::Sha512 => {
            simple(value).and_then(|text| hash(function, text, scope)).map(Value::String)
        }
        Function::IsIri => Some(Value::Boolean(matches!(value.operand(), Operand::Iri(_)))),
        Function::IsBlank => Some(Value::Boolean(matches!(value.operand(), Operand::Blank(_)))),
        Function::IsLiteral => Some(Value::Boolean(value.operand().is_literal())),
        Function::IsNumeric => Some(Value::Boolean(matches!(value.operand(), Operand::Number(_)))),
        Function::IsTriple => Some(Value::Boolean(matches!(value.operand(), Operand::Triple(_)))),
        Function::Subject | Function::Predicate | Function::Object => part_of_triple(function, value),
        _ => part_of_moment(function, value),
    }
}

fn binary(function: &Function, a: &Value, b: &Value) -> Option<Value> {
    match function {
        Function::LangMatches => strings::lang_matches(a, b),
        Function::SubStr => strings::substring(a, b, None),
        Function::Contains => strings::contains(a, b),
        Function::StrStarts => strings::starts(a, b),
        Function::StrEnds => strings::ends(a, b),
        Function::StrBefore => strings::before(a, b),
        Function::StrAfter => strings::after(a, b),
        Function::StrDt => typed_literal(a, b),
        Function::StrLang => Literal::new_language_tagged_literal(simple(a)?, simple(b)?)
            .ok()
            .map(|literal| Value::Term(literal.into())),
        Function::Adjust => adjusted(a, b),
        _ => None,
    }
}

/// ADJUST (SEP 0002): a date or time in another zone, which a duration of whole minutes names.
fn adjusted(value: &Value, zone: &Value) -> Option<Value> {
    let (Operand::Moment(moment, datatype), Operand::Duration(zone, Datatype::DayTimeDuration)) =
        (value.operand(), zone.operand())
    else {
        return None;
    };
    let minute = 60 * SECOND;
    let minutes = (zone.attoseconds % minute == 0).then_some(zone.attoseconds / minute)?;
    // fn:adjust-dateTime-to-timezone gives xs:dateTime, whatever was derived from that (F&O 3.1, 9.6.1).
    let datatype = if datatype == Datatype::DateTimeStamp { Datatype::DateTime } else { datatype };
    Some(Value::Moment(moment.in_zone(i16::try_from(minutes).ok()?, datatype)?, datatype))
}

fn ternary(function: &Function, a: &Value, b: &Value, c: &Value) -> Option<Value> {
    match function {
        Function::SubStr => strings::substring(a, b, Some(c)),
        Function::StrLangDir => {
            let direction = match simple(c)? {
                "ltr" => BaseDirection::Ltr,
                "rtl" => BaseDirection::Rtl,
                _ => return None,
            };
            Literal::new_directional_language_tagged_literal(simple(a)?, simple(b)?, direction)
                .ok()
                .map(|literal| Value::Term(literal.into()))
        }
        Function::Triple => triple(a, b, c),
        _ => None,
    }
}

/// STR: the lexical form of a literal, as it is written; the text of an IRI (17.4.2.5).
pub fn as_text(value: &Value) -> Option<String> {
    text_of_value(value).map(Cow::into_owned)
}

/// The same, borrowed where it is there.
pub fn text_of_value(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Term(Term::NamedNode(node)) => Some(node.as_str().into()),
        _ => value.lexical_form(),
    }
}

/// The same of a term that is borrowed: an IRI, the lexical form of a literal.
pub fn text_of(term: TermRef<'_>) -> Option<&str> {
    match term {
        TermRef::NamedNode(node) => Some(node.as_str()),
        TermRef::Literal(literal) => Some(literal.value()),
        TermRef::BlankNode(_) | TermRef::Triple(_) => None,
    }
}

/// LANG, LANGDIR, hasLANG and hasLANGDIR (SPARQL 1.2, 17.4.2): the first two are errors for what is not a literal.
fn language(function: &Function, value: &Value) -> Option<Value> {
    let operand = value.operand();
    let (tag, direction) = match operand {
        Operand::LangString(_, tag, direction) => (tag, direction),
        _ => ("", None),
    };
    let direction = match direction {
        None => "",
        Some(BaseDirection::Ltr) => "ltr",
        Some(BaseDirection::Rtl) => "rtl",
    };
    match function {
        Function::HasLang => Some(Value::Boolean(!tag.is_empty())),
        Function::HasLangDir => Some(Value::Boolean(!direction.is_empty())),
        _ if !operand.is_literal() => None,
        Function::LangDir => Some(Value::string(direction)),
        _ => Some(Value::string(tag)),
    }
}

/// IRI: a text is resolved against the base IRI of the query (17.4.2.8).
fn iri(value: &Value, scope: &Scope) -> Option<Value> {
    if matches!(value.operand(), Operand::Iri(_)) {
        return Some(value.clone());
    }
    let text = simple(value)?;
    let iri = match scope.base() {
        Some(base) => oxiri::Iri::parse(base).ok()?.resolve(text).ok()?.into_inner(),
        None => oxiri::Iri::parse(text).ok()?.into_inner().to_owned(),
    };
    Some(Value::Term(NamedNode::new_unchecked(iri).into()))
}

/// STRDT; the datatypes of strings with a language are none that a text alone can have (SPARQL 1.2, 17.4.2.12).
fn typed_literal(text: &Value, datatype: &Value) -> Option<Value> {
    let text = simple(text)?;
    let Operand::Iri(iri) = datatype.operand() else { return None };
    if iri == rdf::LANG_STRING.as_str() || iri == rdf::DIR_LANG_STRING.as_str() {
        return None;
    }
    Some(Value::Term(Literal::new_typed_literal(text, NamedNode::new_unchecked(iri)).into()))
}

/// TRIPLE: the subject is an IRI or a blank node, the predicate an IRI (RDF 1.2).
fn triple(subject: &Value, predicate: &Value, object: &Value) -> Option<Value> {
    let subject = match subject.to_term() {
        Term::NamedNode(node) => NamedOrBlankNode::from(node),
        Term::BlankNode(node) => node.into(),
        Term::Literal(_) | Term::Triple(_) => return None,
    };
    let Term::NamedNode(predicate) = predicate.to_term() else { return None };
    Some(Value::Term(Triple::new(subject, predicate, object.to_term()).into()))
}

fn part_of_triple(function: &Function, value: &Value) -> Option<Value> {
    let Operand::Triple(triple) = value.operand() else { return None };
    Some(Value::Term(match function {
        Function::Subject => triple.subject.clone().into(),
        Function::Predicate => triple.predicate.clone().into(),
        _ => triple.object.clone(),
    }))
}

/// YEAR to TZ (17.4.5), of whatever date and time type has that part.
fn part_of_moment(function: &Function, value: &Value) -> Option<Value> {
    let Operand::Moment(moment, datatype) = value.operand() else { return None };
    let has = |types: &[Datatype]| types.contains(&datatype).then_some(());
    let Civil { year, month, day } = moment.civil();
    let (hour, minute, second) = moment.clock_parts();
    use Datatype::{Date, DateTime, DateTimeStamp, GDay, GMonth, GMonthDay, GYear, GYearMonth, Time};
    Some(match function {
        Function::Year => {
            has(&[DateTime, DateTimeStamp, Date, GYear, GYearMonth])?;
            Value::integer(year)
        }
        Function::Month => {
            has(&[DateTime, DateTimeStamp, Date, GYearMonth, GMonth, GMonthDay])?;
            Value::integer(month.into())
        }
        Function::Day => {
            has(&[DateTime, DateTimeStamp, Date, GMonthDay, GDay])?;
            Value::integer(day.into())
        }
        Function::Hours => {
            has(&[DateTime, DateTimeStamp, Time])?;
            Value::integer(hour.into())
        }
        Function::Minutes => {
            has(&[DateTime, DateTimeStamp, Time])?;
            Value::integer(minute.into())
        }
        Function::Seconds => {
            has(&[DateTime, DateTimeStamp, Time])?;
            Value::Number(Number::Decimal(second))
        }
        Function::Timezone => zone_of(&moment)?,
        Function::Tz => Value::String(moment.print_zone()),
        _ => return None,
    })
}

/// TIMEZONE (17.4.5.8); an error where there is none.
pub(super) fn zone_of(moment: &Moment) -> Option<Value> {
    let zone = Duration::from_seconds(&Exact::from(i64::from(moment.zone?) * 60));
    zone.filter(|zone| zone.attoseconds % SECOND == 0)
        .map(|zone| Value::Duration(zone, Datatype::DayTimeDuration))
}

/// A random UUID (RFC 4122, 4.4), in lower case.
fn uuid() -> String {
    let random: u128 = rand::random();
    let bits = random & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62;
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// The hash of a text, a part at a time; nothing where the query was stopped.
fn hash(function: &Function, text: &str, scope: &Scope) -> Option<String> {
    fn digest<D: sha2::digest::Digest>(text: &str, scope: &Scope) -> Option<String> {
        let mut digest = D::new();
        for part in text.as_bytes().chunks(LONG_TEXT) {
            digest.update(part);
            if part.len() == LONG_TEXT && !scope.has_room(0) {
                return None;
            }
        }
        // A digit at a time: to format each byte took longer than the hash of a short text.
        let digits = digest.finalize();
        let digits = digits.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        Some(digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect())
    }
    match function {
        Function::Md5 => digest::<md5::Md5>(text, scope),
        Function::Sha1 => digest::<sha1::Sha1>(text, scope),
        Function::Sha256 => digest::<sha2::Sha256>(text, scope),
        Function::Sha384 => digest::<sha2::Sha384>(text, scope),
        _ => digest::<sha2::Sha512>(text, scope),
    }
}
