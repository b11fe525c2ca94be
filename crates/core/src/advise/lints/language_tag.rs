//! A language tag in capitals, or a text in the place of one: tags are kept in lower case (RDF 1.1 Concepts, section 3.3), so that no
//! `LANG(?x)` is equal to `"en-GB"`; and LANGMATCHES compares tags, not texts.

use super::reading::Reading;
use crate::engine::syntax::algebra::{Expression, Function, GraphPattern};
use crate::error::Diagnostic;
use crate::terms::Literal;
use std::collections::BTreeSet;

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    // Names of what LANG gave.
    let tags: BTreeSet<&str> = reading
        .sites
        .iter()
        .filter_map(|site| match site.pattern {
            GraphPattern::Extend {
                variable,
                expression: Expression::FunctionCall(Function::Lang, _),
                ..
            } => Some(variable.as_str()),
            _ => None,
        })
        .collect();
    // What the text of a tag is called.
    let tag = |expression: &Expression| match expression {
        Expression::FunctionCall(Function::Lang, arguments) => match arguments.as_slice() {
            [Expression::Variable(variable)] => Some(format!("LANG(?{})", variable.as_str())),
            _ => Some("LANG(?x)".to_owned()),
        },
        Expression::Variable(variable) if tags.contains(variable.as_str()) => {
            Some(format!("?{}", variable.as_str()))
        }
        _ => None,
    };
    for expression in reading.expressions() {
        match expression {
            Expression::Equal(one, other) | Expression::SameTerm(one, other) => {
                if let (tested, Expression::Literal(literal)) | (Expression::Literal(literal), tested) =
                    (one.as_ref(), other.as_ref())
                {
                    lints.extend(tag(tested).and_then(|tag| in_capitals(reading, &tag, literal)));
                }
            }
            Expression::In(tested, list) => {
                let Some(tag) = tag(tested) else { continue };
                for member in list {
                    if let Expression::Literal(literal) = member {
                        lints.extend(in_capitals(reading, &tag, literal));
                    }
                }
            }
            _ => {}
        }
    }
    for call in reading.calls().filter(|call| call.name == "LANGMATCHES") {
        let Some(variable) = call.variable.filter(|variable| reading.values().texts_of(variable).is_some())
        else {
            continue;
        };
        let message = format!("LANGMATCHES takes a language tag, and `?{variable}` is a text");
        let hint = format!("write `LANGMATCHES(LANG(?{variable}), ...)`");
        lints.extend(reading.at_tokens(call.argument, call.argument, Diagnostic::new(message).hint(hint)));
    }
}

fn in_capitals(reading: &Reading<'_>, tag: &str, literal: &Literal) -> Option<Diagnostic> {
    let written = literal.value();
    let lower = written.to_ascii_lowercase();
    if lower == written || written.contains(['"', '\\']) {
        return None;
    }
    reading.at_word(
        &[&format!("\"{written}\""), &format!("'{written}'")],
        format!("language tags are in lower case: none is `{written}`"),
        format!("write `\"{lower}\"`, or `LANGMATCHES({tag}, \"{written}\")`"),
    )
}
