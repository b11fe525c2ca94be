//! A variable that stands once in the text: nothing else reads it.

use super::reading::{Reading, is_parameter};
use super::scope::projection;
use crate::advise::diagnose::nearest_of;
use crate::engine::syntax::algebra::{GraphPattern, NamedNodePattern, Query, TermPattern, pattern};
use crate::engine::syntax::tokens::Kind;
use crate::error::Diagnostic;
use std::collections::BTreeSet;

/// See the file's header. Not of a variable of which another lint has spoken.
pub(super) fn lint(reading: &Reading<'_>, lints: &mut Vec<Diagnostic>) {
    let Query::Select { .. } = reading.query else { return };
    if selects_all(reading) {
        return;
    }
    let shown = projection(pattern(reading.query)).map(|(names, _)| names).unwrap_or_default();
    let shown: BTreeSet<String> = shown.into_iter().collect();
    let anything = anything(reading);
    let names: BTreeSet<String> = reading.variables().map(str::to_owned).collect();
    for name in &names {
        let used = reading.count(name) > 1 || shown.contains(name) || heads_a_list(reading, name);
        if used || is_parameter(name) {
            continue;
        }
        if lints.iter().any(|lint| lint.message.contains(&format!("`?{name}`"))) {
            continue;
        }
        let hint = match nearest_of(name, names.iter().filter(|other| *other != name)) {
            Some(near) => format!("did you mean `?{near}`? If only its presence matters, `[]` says so"),
            None if anything.contains(name.as_str()) => continue,
            None => "if only its presence matters, `[]` says so".to_owned(),
        };
        lints.extend(reading.at_variable(name, format!("`?{name}` is used only here"), hint));
    }
}

/// The variables of patterns such as `?s ?p ?o`, which stand for any triple: nobody means to read them all.
fn anything<'r>(reading: &'r Reading<'_>) -> BTreeSet<&'r str> {
    let mut names = BTreeSet::new();
    for site in &reading.sites {
        let GraphPattern::Bgp { patterns } = site.pattern else { continue };
        for triple in patterns {
            if let (TermPattern::Variable(s), NamedNodePattern::Variable(p), TermPattern::Variable(o)) =
                (&triple.subject, &triple.predicate, &triple.object)
            {
                names.extend([s.as_str(), p.as_str(), o.as_str()]);
            }
        }
    }
    names
}

fn selects_all(reading: &Reading<'_>) -> bool {
    (0..reading.tokens.len()).any(|at| {
        let word = reading.word(at);
        reading.word(at + 1) == "*"
            && ["SELECT", "DISTINCT", "REDUCED"].iter().any(|select| word.eq_ignore_ascii_case(select))
    })
}

/// Whether a variable written once is the subject of several triples: `?x a ex:A ; ex:p 1 .`
fn heads_a_list(reading: &Reading<'_>, name: &str) -> bool {
    let is = |at: &usize| {
        reading.tokens.get(*at).is_some_and(|token| token.kind == Kind::Variable)
            && reading.word(*at).get(1..) == Some(name)
    };
    let Some(at) = (0..reading.tokens.len()).find(is) else { return false };
    let ends = |word: &str| matches!(word, "." | "{" | "}");
    let is_subject = at == 0 || ends(reading.word(at - 1));
    let mut rest = (at + 1..reading.tokens.len()).map(|at| reading.word(at)).take_while(|word| !ends(word));
    is_subject && rest.any(|word| matches!(word, ";" | ","))
}
