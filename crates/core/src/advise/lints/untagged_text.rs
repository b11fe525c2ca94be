//! A text without a language that the graph has only with one.

use super::reading::Reading;
use crate::engine::syntax::algebra::{Expression, GraphPattern, TermPattern};
use crate::error::Diagnostic;
use crate::terms::{Literal, Term, xsd};

/// See the file's header.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    for site in &reading.sites {
        let GraphPattern::Bgp { patterns } = site.pattern else { continue };
        for triple in patterns {
            if let TermPattern::Literal(literal) = &triple.object {
                lints.extend(of(reading, literal));
            }
        }
    }
    for expression in reading.expressions() {
        let Expression::Equal(one, other) = expression else { continue };
        if let (Expression::Variable(_), Expression::Literal(literal))
        | (Expression::Literal(literal), Expression::Variable(_)) = (one.as_ref(), other.as_ref())
        {
            lints.extend(of(reading, literal));
        }
    }
}

fn of(reading: &Reading<'_>, literal: &Literal) -> Option<Diagnostic> {
    let (known, term) = (reading.known, Term::from(literal.clone()));
    if literal.datatype() != xsd::STRING || known.graph.id(term.as_ref()).is_some() {
        return None;
    }
    let names = known.names().exact(literal.value());
    let name = names
        .iter()
        .flat_map(|id| known.names().all(*id))
        .find(|name| name.text == literal.value() && !name.language.is_empty())?;
    let tagged = format!("\"{}\"@{}", name.text, name.language);
    reading.at_word(
        &[&format!("\"{}\"", name.text), &format!("'{}'", name.text)],
        "this text has no language, but the graph's has",
        format!("write `{tagged}`, or compare `STR(?x)`"),
    )
}
