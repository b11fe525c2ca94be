//! What is legal in a query and yet is probably not meant: for `explain`, and to say after an answer.
//!
//! In: a parsed query, its text, what is known of the graph. Out: lints with their places. Nothing is
//! run: names are looked up, nothing is scanned.

use super::Knowledge;
use super::diagnose::{Finding, suspicious_name};
use crate::engine::syntax::algebra::{
    self, Expression, Function, GraphPattern, NamedNodePattern, Query, TermPattern, children, expressions,
    joining_name, joining_names, operands,
};
use crate::engine::syntax::tokens::{Kind, Token, tokens};
use crate::error::{Diagnostic, Hint, Span};
use crate::terms::{Literal, Term};
use std::collections::BTreeSet;

type Vars = BTreeSet<String>;

/// The lints of a query, in the order of its text.
pub fn lints(query: &Query, text: &str, known: &Knowledge<'_>) -> Vec<Diagnostic> {
    let found = tokens(text).into_iter().filter(|token| token.kind != Kind::Comment).collect();
    let mut linter = Linter { text, found, known, outer: Vars::new(), lints: Vec::new() };
    let pattern = algebra::pattern(query);
    linter.pattern(pattern);
    if matches!(query, Query::Select { .. }) {
        linter.projection(pattern);
        linter.limit(pattern);
        linter.unused(&projection(pattern).map(|(names, _)| names).unwrap_or_default());
    }
    linter.names();
    let mut lints = linter.lints;
    lints.sort_by_key(|lint| lint.span.as_ref().map(|span| (span.line, span.column)));
    lints.dedup();
    lints
}

struct Linter<'a> {
    text: &'a str,
    found: Vec<Token>,
    known: &'a Knowledge<'a>,
    /// What the groups around an EXISTS bind: its conditions see that too.
    outer: Vars,
    lints: Vec<Diagnostic>,
}

impl Linter<'_> {
    /// Adds a lint at the last token that reads like one of `words`; without such a token there is none.
    fn add(&mut self, words: &[String], message: impl Into<String>, hint: impl Into<Hint>) {
        let place = self
            .found
            .iter()
            .rfind(|token| words.iter().any(|word| token.text(self.text).eq_ignore_ascii_case(word)));
        if let Some(token) = place {
            let span = Span::in_text("query", self.text, token.range.clone());
            self.lints.push(Diagnostic::new(message).hint(hint).at(span));
        }
    }

    fn add_variable(&mut self, name: &str, message: impl Into<String>, hint: impl Into<Hint>) {
        self.add(&[format!("?{name}"), format!("${name}")], message, hint);
    }

    fn is_parameter(name: &str) -> bool {
        name.starts_with('_') // bound from outside
    }

    fn pattern(&mut self, pattern: &GraphPattern) {
        self.conditions(pattern);
        if !matches!(pattern, GraphPattern::Project { .. } | GraphPattern::OrderBy { .. }) {
            self.product(pattern);
        }
        if let GraphPattern::Lateral { left, right } = pattern {
            self.pattern(left);
            // The right side is answered for each row of the left one, and sees its values.
            self.within(variables(left), |linter| linter.pattern(right));
            return;
        }
        for inner in children(pattern) {
            // A join within a join belongs to the outer one.
            if is_joining(pattern) && is_joining(inner) { self.parts(inner) } else { self.pattern(inner) }
        }
    }

    /// What a pattern says itself: its conditions, and the constants of its triples.
    fn conditions(&mut self, pattern: &GraphPattern) {
        match pattern {
            GraphPattern::Filter { expr, inner } => {
                let bound = variables(inner);
                self.out_of_scope(expr, &bound);
                self.within(bound, |linter| linter.expression(expr));
            }
            GraphPattern::LeftJoin { left, right, expression } => {
                let mut bound = variables(left);
                let inner = variables(right);
                self.idle_optional(&bound, &inner);
                bound.extend(inner);
                if let Some(expression) = expression {
                    self.out_of_scope(expression, &bound);
                    self.expression(expression);
                }
            }
            GraphPattern::Bgp { patterns } => patterns.iter().for_each(|triple| self.object(&triple.object)),
            other => expressions(other).into_iter().for_each(|expression| self.expression(expression)),
        }
    }

    /// Looks at a part of the query that sees the values of `bound` from outside.
    fn within(&mut self, bound: Vars, look: impl FnOnce(&mut Self)) {
        let outer = self.outer.clone();
        self.outer.extend(bound);
        look(self);
        self.outer = outer;
    }

    /// As [`Self::pattern`], for a part of a join whose product was looked at already.
    fn parts(&mut self, pattern: &GraphPattern) {
        let before = self.lints.len();
        self.pattern(pattern);
        let late = self.lints.split_off(before.min(self.lints.len()));
        self.lints.extend(late.into_iter().filter(|lint| lint.message != PRODUCT));
    }

    /// Parts of one join that share no variable: every row of one meets every row of the other.
    fn product(&mut self, pattern: &GraphPattern) {
        let (mut atoms, mut links) = (Vec::new(), Vec::new());
        atoms_of(pattern, &mut atoms, &mut links);
        links.push(self.outer.clone());
        let mut islands: Vec<Vars> = Vec::new();
        for (vars, is_link) in
            atoms.into_iter().map(|vars| (vars, false)).chain(links.into_iter().map(|vars| (vars, true)))
        {
            let (touching, apart): (Vec<_>, Vec<_>) =
                islands.into_iter().partition(|island| !island.is_disjoint(&vars));
            islands = apart;
            if touching.is_empty() && (is_link || vars.is_empty()) {
                continue;
            }
            let mut island: Vars = touching.into_iter().flatten().collect();
            island.extend(vars);
            islands.push(island);
        }
        let mut islands =
            islands.iter().filter_map(|island| island.iter().find(|name| self.is_written(name)).cloned());
        if let (Some(one), Some(other)) = (islands.next(), islands.next()) {
            self.add_variable(
                &other,
                PRODUCT,
                format!("nothing joins `?{one}` and `?{other}`: every match of one is paired with every match of the other; is a variable misspelt?"),
            );
        }
    }

    fn is_written(&self, name: &str) -> bool {
        self.count(name) > 0
    }

    /// How often a variable stands in the text.
    fn count(&self, name: &str) -> usize {
        self.found
            .iter()
            .filter(|token| token.kind == Kind::Variable && token.text(self.text).get(1..) == Some(name))
            .count()
    }

    fn out_of_scope(&mut self, expression: &Expression, bound: &Vars) {
        let mut used = Vars::new();
        strict_variables(expression, &mut used);
        used.retain(|name| !bound.contains(name) && !self.outer.contains(name) && !Self::is_parameter(name));
        for name in used {
            self.add_variable(
                &name,
                format!("`?{name}` has no value where this condition stands"),
                "the condition fails for every row: a FILTER sees only the variables of its own braces",
            );
        }
    }

    fn idle_optional(&mut self, left: &Vars, right: &Vars) {
        if right.is_subset(left) && !right.is_empty() {
            self.add(
                &["OPTIONAL".to_owned()],
                "an OPTIONAL binds nothing new",
                "all of its variables have values before it: it changes nothing",
            );
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Equal(a, b) => {
                for (one, other) in [(a, b), (b, a)] {
                    if let (Expression::Variable(_), Expression::Literal(literal)) =
                        (one.as_ref(), other.as_ref())
                    {
                        self.literal(literal);
                    }
                }
            }
            Expression::FunctionCall(Function::Regex, arguments) => self.regex(arguments),
            Expression::Exists(pattern) => self.pattern(pattern),
            _ => {}
        }
        for inner in operands(expression) {
            self.expression(inner);
        }
    }

    fn regex(&mut self, arguments: &[Expression]) {
        let [_, Expression::Literal(pattern)] = arguments else { return };
        let anchored = pattern.value().strip_prefix('^');
        let words = anchored.unwrap_or(pattern.value());
        if words.is_empty()
            || words.contains(['.', '*', '+', '?', '[', ']', '(', ')', '{', '}', '|', '\\', '^', '$'])
        {
            return;
        }
        let function = if anchored.is_some() { "STRSTARTS" } else { "CONTAINS" };
        self.add(
            &["REGEX".to_owned()],
            "this regular expression is a plain text",
            format!("`{function}(?x, \"{words}\")` says the same and is faster"),
        );
    }

    fn object(&mut self, object: &TermPattern) {
        if let TermPattern::Literal(literal) = object {
            self.literal(literal);
        }
    }

    /// A text without a language that the graph knows only with one.
    fn literal(&mut self, literal: &Literal) {
        let term = Term::from(literal.clone());
        if literal.datatype() != crate::terms::xsd::STRING || self.known.graph.id(term.as_ref()).is_some() {
            return;
        }
        let names = self.known.names.exact(literal.value());
        let language = names
            .iter()
            .flat_map(|id| self.known.names.all(*id))
            .find(|name| name.text == literal.value() && !name.language.is_empty());
        if let Some(name) = language {
            let tagged = format!("\"{}\"@{}", name.text, name.language);
            let written = [format!("\"{}\"", name.text), format!("'{}'", name.text)];
            self.add(
                &written,
                "this text has no language, but the graph's has",
                format!("write `{tagged}`, or compare `STR(?x)`"),
            );
        }
    }

    fn projection(&mut self, pattern: &GraphPattern) {
        let Some((variables_, inner)) = projection(pattern) else { return };
        let bound = variables(inner);
        for name in variables_.iter().filter(|name| !bound.contains(*name) && !Self::is_parameter(name)) {
            let near = super::diagnose::nearest_of(name, &bound);
            let hint = near.map_or_else(
                || "its column will be empty".to_owned(),
                |near| format!("did you mean `?{near}`?"),
            );
            self.add_variable(
                name,
                format!("`?{name}` is selected, but occurs nowhere in the pattern"),
                hint,
            );
        }
    }

    fn limit(&mut self, pattern: &GraphPattern) {
        let GraphPattern::Slice { inner, .. } = pattern else { return };
        if !is_ordered(inner) {
            self.add(
                &["LIMIT".to_owned(), "OFFSET".to_owned()],
                "LIMIT without ORDER BY",
                "which rows come is left to chance; add ORDER BY for the same ones each time",
            );
        }
    }

    /// Variables that stand once in the text: nothing else reads them.
    /// Whether a variable written once is the subject of several triples: `?x a ex:A ; ex:p 1 .`
    fn heads_a_list(&self, name: &str) -> bool {
        let text = |at: usize| self.found.get(at).map_or("", |token| token.text(self.text));
        let is =
            |token: &&Token| token.kind == Kind::Variable && token.text(self.text).get(1..) == Some(name);
        let Some(at) = self.found.iter().position(|token| is(&token)) else { return false };
        let is_subject = at == 0 || matches!(text(at - 1), "." | "{" | "}");
        let rest = (at + 1..self.found.len()).map(text).take_while(|word| !matches!(*word, "." | "{" | "}"));
        is_subject && rest.into_iter().any(|word| matches!(word, ";" | ","))
    }

    fn unused(&mut self, shown: &[String]) {
        let star = self.found.iter().zip(self.found.iter().skip(1)).any(|(select, next)| {
            next.text(self.text) == "*"
                && ["SELECT", "DISTINCT", "REDUCED"]
                    .iter()
                    .any(|word| select.text(self.text).eq_ignore_ascii_case(word))
        });
        if star {
            return;
        }
        let names: BTreeSet<String> = self
            .found
            .iter()
            .filter(|token| token.kind == Kind::Variable)
            .filter_map(|token| token.text(self.text).get(1..))
            .map(str::to_owned)
            .collect();
        let once: Vec<&String> = names
            .iter()
            .filter(|name| self.count(name) == 1 && !shown.contains(name) && !Self::is_parameter(name))
            .filter(|name| !self.heads_a_list(name))
            .collect();
        for name in once {
            let reported = self.lints.iter().any(|lint| lint.message.contains(&format!("`?{name}`")));
            if !reported {
                let others = names.iter().filter(|other| **other != *name).cloned().collect();
                let near = super::diagnose::nearest_of(name, &others);
                let hint = near.map_or_else(
                    || "if only its presence matters, `[]` says so".to_owned(),
                    |near| format!("did you mean `?{near}`? If only its presence matters, `[]` says so"),
                );
                self.add_variable(name, format!("`?{name}` is used only here"), hint);
            }
        }
    }

    /// Names that end in punctuation of a Chinese keyboard: legal letters, hardly meant.
    fn names(&mut self) {
        let findings: Vec<Finding> =
            self.found.iter().filter_map(|token| suspicious_name(self.text, token)).collect();
        for finding in findings {
            let span = Span::in_text("query", self.text, finding.range);
            let message = format!("{}, and became part of the name", finding.message);
            self.lints.push(Diagnostic { message, hints: finding.hints, span: Some(Box::new(span)) });
        }
    }
}

const PRODUCT: &str = "two parts of the pattern share no variable";

fn is_joining(pattern: &GraphPattern) -> bool {
    matches!(
        pattern,
        GraphPattern::Join { .. }
            | GraphPattern::Bgp { .. }
            | GraphPattern::Filter { .. }
            | GraphPattern::Extend { .. }
            | GraphPattern::LeftJoin { .. }
            | GraphPattern::Lateral { .. }
    )
}

/// The parts of a join, each with its variables, and the sets of variables that a condition ties.
fn atoms_of(pattern: &GraphPattern, atoms: &mut Vec<Vars>, links: &mut Vec<Vars>) {
    match pattern {
        GraphPattern::Join { left, right } => {
            atoms_of(left, atoms, links);
            atoms_of(right, atoms, links);
        }
        GraphPattern::Bgp { patterns } => atoms.extend(patterns.iter().map(|triple| {
            let mut vars = Vars::new();
            joining_names(triple, &mut vars);
            vars
        })),
        GraphPattern::Filter { inner, .. } => {
            atoms_of(inner, atoms, links);
            links.push(tied(pattern));
        }
        GraphPattern::Extend { inner, variable, .. } => {
            atoms_of(inner, atoms, links);
            let mut vars = tied(pattern);
            vars.insert(variable.as_str().to_owned());
            links.push(vars);
        }
        GraphPattern::LeftJoin { left, right, .. } => {
            atoms_of(left, atoms, links);
            let mut vars = tied(pattern);
            vars.extend(variables(right));
            links.push(vars);
        }
        // The pairing is asked for: whatever the right side binds goes with all of the left.
        GraphPattern::Lateral { left, right } => {
            atoms_of(left, atoms, links);
            let (left, mut vars) = (variables(left), mentioned(right));
            if left.is_disjoint(&vars) {
                vars.extend(left);
            }
            links.push(vars);
        }
        GraphPattern::Minus { left, .. } => atoms_of(left, atoms, links),
        // One row of constants pairs with everything at no cost.
        GraphPattern::Values { bindings, .. } if bindings.len() < 2 => {}
        // A sub-select, often one row on purpose.
        GraphPattern::Project { .. }
        | GraphPattern::Group { .. }
        | GraphPattern::Slice { .. }
        | GraphPattern::Distinct { .. }
        | GraphPattern::Reduced { .. }
        | GraphPattern::OrderBy { .. } => links.push(variables(pattern)),
        GraphPattern::Path { .. }
        | GraphPattern::Union { .. }
        | GraphPattern::Graph { .. }
        | GraphPattern::Values { .. }
        | GraphPattern::Service { .. } => atoms.push(variables(pattern)),
    }
}

/// The variables that the conditions of a pattern tie to one another.
fn tied(pattern: &GraphPattern) -> Vars {
    let mut vars = Vars::new();
    expressions(pattern).into_iter().for_each(|expression| all_variables(expression, &mut vars));
    vars
}

/// The variables that stand anywhere in a pattern, in its conditions too.
fn mentioned(pattern: &GraphPattern) -> Vars {
    let mut vars = variables(pattern);
    vars.extend(tied(pattern));
    children(pattern).into_iter().for_each(|child| vars.extend(mentioned(child)));
    vars
}

/// The variables that a pattern can bind.
fn variables(pattern: &GraphPattern) -> Vars {
    let mut vars = Vars::new();
    match pattern {
        GraphPattern::Bgp { patterns } => {
            patterns.iter().for_each(|triple| joining_names(triple, &mut vars));
        }
        GraphPattern::Path { subject, object, .. } => {
            joining_name(subject, &mut vars);
            joining_name(object, &mut vars);
        }
        GraphPattern::Minus { left, .. } => vars = variables(left),
        GraphPattern::Values { variables, .. } | GraphPattern::Project { variables, .. } => {
            vars.extend(variables.iter().map(|variable| variable.as_str().to_owned()));
        }
        GraphPattern::Group { variables, aggregates, .. } => {
            let computed = aggregates.iter().map(|(variable, _)| variable);
            vars.extend(variables.iter().chain(computed).map(|variable| variable.as_str().to_owned()));
        }
        GraphPattern::Service { name, inner, .. } | GraphPattern::Graph { name, inner } => {
            vars = variables(inner);
            if let NamedNodePattern::Variable(name) = name {
                vars.insert(name.as_str().to_owned());
            }
        }
        GraphPattern::Extend { inner, variable, .. } => {
            vars = variables(inner);
            vars.insert(variable.as_str().to_owned());
        }
        GraphPattern::Join { .. }
        | GraphPattern::LeftJoin { .. }
        | GraphPattern::Lateral { .. }
        | GraphPattern::Union { .. }
        | GraphPattern::Filter { .. }
        | GraphPattern::OrderBy { .. }
        | GraphPattern::Distinct { .. }
        | GraphPattern::Reduced { .. }
        | GraphPattern::Slice { .. } => {
            children(pattern).into_iter().for_each(|inner| vars.extend(variables(inner)));
        }
    }
    vars
}

/// The variables without which an expression fails: not those that may be unbound on purpose.
fn strict_variables(expression: &Expression, vars: &mut Vars) {
    match expression {
        Expression::Variable(variable) => {
            vars.insert(variable.as_str().to_owned());
        }
        Expression::Coalesce(_) | Expression::If(..) | Expression::Or(..) => {}
        _ => operands(expression).into_iter().for_each(|inner| strict_variables(inner, vars)),
    }
}

fn all_variables(expression: &Expression, vars: &mut Vars) {
    match expression {
        Expression::Variable(variable) | Expression::Bound(variable) => {
            vars.insert(variable.as_str().to_owned());
        }
        Expression::Exists(pattern) => vars.extend(variables(pattern)),
        _ => operands(expression).into_iter().for_each(|inner| all_variables(inner, vars)),
    }
}

/// The outermost projection and what it projects.
fn projection(pattern: &GraphPattern) -> Option<(Vec<String>, &GraphPattern)> {
    match pattern {
        GraphPattern::Project { inner, variables } => {
            Some((variables.iter().map(|variable| variable.as_str().to_owned()).collect(), inner))
        }
        GraphPattern::Slice { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner } => projection(inner),
        _ => None,
    }
}

/// Whether rows come in a stated order, or there is only one.
fn is_ordered(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::OrderBy { .. } => true,
        GraphPattern::Group { variables, .. } => variables.is_empty(),
        GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Extend { inner, .. } => is_ordered(inner),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let query = crate::fixture::parsed(text);
        lints(&query, text, &crate::fixture::known())
            .into_iter()
            .map(|lint| {
                let span = lint.span.unwrap();
                format!("{}:{} {}", span.line, span.column, lint.message)
            })
            .collect()
    }

    #[test]
    fn what_is_probably_not_meant() {
        for (text, expected) in [
            (
                "SELECT ?subject { ?subject a bm:Release . ?sujbect bm:date ?subject2 FILTER(?subject2 > 1) }",
                vec!["1:43 `?sujbect` is used only here", "1:77 two parts of the pattern share no variable"],
            ),
            (
                "SELECT ?x ?nmae { ?x rdfs:label ?name FILTER(?name != 3) }",
                vec!["1:11 `?nmae` is selected, but occurs nowhere in the pattern"],
            ),
            ("SELECT ?x { ?x a bm:Release } LIMIT 3", vec!["1:31 LIMIT without ORDER BY"]),
            (
                "SELECT ?x { ?x a bm:Release FILTER(?y > 3) }",
                vec!["1:36 `?y` has no value where this condition stands"],
            ),
            (
                "SELECT ?x { ?x rdfs:label ?l FILTER(REGEX(?l, \"^Ba\")) }",
                vec!["1:37 this regular expression is a plain text"],
            ),
            (
                "SELECT ?x { ?x rdfs:label \"百度\" }",
                vec!["1:27 this text has no language, but the graph's has"],
            ),
            (
                "SELECT ?x { ?x a bm:Release OPTIONAL { ?x a bm:Event } }",
                vec!["1:29 an OPTIONAL binds nothing new"],
            ),
            (
                "SELECT ?x { ?x a bm:Release。 }",
                vec!["1:28 `。` is not the `.` of SPARQL, and became part of the name"],
            ),
            ("SELECT ?x { ?x a bm:Release ; bm:date ?d } ORDER BY ?d LIMIT 3", vec![]),
            ("SELECT (COUNT(*) AS ?n) { ?x a bm:Release ; bm:date ?x } LIMIT 1", vec![]),
            // SEP-0006: the right side of LATERAL is answered for each row of the left, and sees its values.
            (
                "SELECT ?x ?d { ?x a bm:Release LATERAL { SELECT ?x ?d { ?x bm:date ?d } ORDER BY ?d LIMIT 1 } }",
                vec![],
            ),
            ("SELECT ?x ?d { ?x a bm:Release LATERAL { ?y bm:date ?d FILTER(?y = ?x) } }", vec![]),
            ("SELECT ?x ?d { ?x a bm:Release LATERAL { ?y bm:date ?d } ?d ?y ?x }", vec![]),
            ("SELECT ?p ?q { ?x bm:vendor ?y LATERAL { ?x bm:date ?p . ?y bm:date ?q } }", vec![]),
            (
                "SELECT ?x ?d { ?x a bm:Release LATERAL { ?x bm:date ?d . ?p a bm:Policy ; bm:date ?p } }",
                vec!["1:53 two parts of the pattern share no variable"],
            ),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn saved_queries_are_not_linted_for_products_or_scope() {
        let folder = std::path::Path::new(crate::fixture::ROOT).join("queries");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "rq") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let query = crate::fixture::parsed(&text);
            let wrong: Vec<_> = lints(&query, &text, &crate::fixture::known())
                .into_iter()
                .filter(|lint| {
                    lint.message == PRODUCT
                        || lint.message.contains("has no value")
                        || lint.message.contains("occurs nowhere")
                })
                .collect();
            assert_eq!(wrong, [], "{}", path.display());
        }
    }
}
