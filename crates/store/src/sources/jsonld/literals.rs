//! Literals from the values of JSON.
//!
//! In: a text, number or boolean, a datatype, a language. Out: a literal (JSON-LD 1.1 Processing Algorithms, 8.2.2).

use super::Processor;
use crate::sources::fault::Result;
use crate::sources::json::{Node, Value};
use crate::terms::{Literal, NamedNode, rdf, xsd};
use oxiri::Iri;
use oxrdf::BaseDirection;
use std::rc::Rc;

/// The language and the direction of a text.
pub struct Spoken {
    /// The language tag.
    pub language: Option<Rc<str>>,
    /// The direction; without a language it says nothing.
    pub direction: Option<BaseDirection>,
}

/// From how many digits on a whole number is a double (8.2.2: at or above 10^21).
const DIGITS: i64 = 21;

/// The literal of a value; nothing for null.
///
/// # Errors
/// Where the datatype is not one.
pub fn literal(
    processor: &Processor<'_>,
    node: &Node<'_>,
    datatype: Option<&str>,
    spoken: &Spoken,
) -> Result<Option<Literal>> {
    let (text, usual) = match &node.value {
        Value::Bool(yes) => (yes.to_string(), xsd::BOOLEAN),
        Value::Number(number) => spelt(number, datatype),
        Value::String(text) => match (datatype, &spoken.language) {
            (None, Some(language)) => {
                let (text, language) = (text.as_ref(), language.as_ref());
                return Ok(Some(match spoken.direction {
                    Some(direction) => {
                        Literal::new_directional_language_tagged_literal_unchecked(text, language, direction)
                    }
                    None => Literal::new_language_tagged_literal_unchecked(text, language),
                }));
            }
            _ => (text.as_ref().to_owned(), xsd::STRING),
        },
        _ => return Ok(None),
    };
    let Some(datatype) = datatype else { return Ok(Some(Literal::new_typed_literal(text, usual))) };
    if datatype == rdf::LANG_STRING.as_str() || datatype == rdf::DIR_LANG_STRING.as_str() {
        return processor.wrong(
            node.at,
            "the datatype of texts with a language needs a language",
            "write \"@language\": \"en\" in place of @type",
        );
    }
    if Iri::parse(datatype).is_err() {
        return processor.wrong(
            node.at,
            format!("the datatype `{datatype}` is not an IRI"),
            "write it in full, or declare its prefix",
        );
    }
    Ok(Some(Literal::new_typed_literal(text, NamedNode::new_unchecked(datatype))))
}

/// A number as XML Schema spells it, and the datatype that it has where none is given.
fn spelt(number: &str, datatype: Option<&str>) -> (String, crate::terms::NamedNodeRef<'static>) {
    let (sign, unsigned) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0').trim_end_matches('0');
    let zeros = (all.len() - all.trim_end_matches('0').len()) as i64;
    let exponent = exponent.parse::<i64>().unwrap_or(i64::MAX / 2);
    // The number is the digits times ten to this power.
    let power = exponent.saturating_sub(fraction.len() as i64).saturating_add(zeros);
    let length = (digits.len() as i64).saturating_add(power);
    let is_double = datatype == Some(xsd::DOUBLE.as_str());
    if digits.is_empty() && !is_double {
        return ("0".to_owned(), xsd::INTEGER);
    }
    if power >= 0 && length <= DIGITS && !is_double {
        return (format!("{sign}{digits}{}", "0".repeat(usize::try_from(power).unwrap_or(0))), xsd::INTEGER);
    }
    if datatype == Some(xsd::DECIMAL.as_str()) && !number.contains(['e', 'E']) {
        // The standard would spell it as a double, which no decimal is.
        return (number.to_owned(), xsd::DECIMAL);
    }
    let shown = format!("{:E}", number.parse::<f64>().unwrap_or(0.0));
    let (mantissa, exponent) = shown.split_once('E').unwrap_or((&shown, "0"));
    let point = if mantissa.contains('.') { "" } else { ".0" };
    (format!("{mantissa}{point}E{exponent}"), xsd::DOUBLE)
}
