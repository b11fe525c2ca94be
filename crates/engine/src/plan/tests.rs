//! Plans as text: which operators, in which order, with which columns. The figures are made up, and no
//! graph is open.

use super::concern;
use super::physical::{Node, Op};
use super::show::label;
use super::statistics::Statistics;
use super::variables::VariableNames;
use super::{plan, plan_ask};
use crate::error::Result;
use crate::explain::Concern;
use crate::store::{End, Id, Star};
use crate::syntax::algebra::{pattern, pattern_mut};
use crate::syntax::deep::on_stack;
use crate::syntax::parse;
use crate::terms::{NamedNode, Prefixes, Term};
use clock::processor_time;

#[path = "../../tests/clock/mod.rs"]
mod clock;

/// Predicates by their last letter: triples, subjects, objects. Anything else is a node.
struct Figures;

const PREDICATES: [(&str, f64, f64, f64); 4] = [
    ("http://x/type", 100_000.0, 100_000.0, 10.0),
    ("http://x/name", 100_000.0, 100_000.0, 90_000.0),
    ("http://x/knows", 1_000_000.0, 100_000.0, 100_000.0),
    ("http://x/rare", 20.0, 20.0, 5.0),
];

impl Figures {
    fn of(predicate: Option<Id>) -> (f64, f64, f64) {
        let known = predicate.and_then(|id| PREDICATES.get(id as usize));
        known.map_or((1_200_020.0, 100_000.0, 190_000.0), |(_, triples, s, o)| (*triples, *s, *o))
    }
}

impl Statistics for Figures {
    fn id(&self, term: &Term) -> Result<Option<Id>> {
        let Term::NamedNode(iri) = term else { return Ok(None) };
        let place = PREDICATES.iter().position(|(name, ..)| *name == iri.as_str());
        Ok((!iri.as_str().contains("absent")).then(|| place.map_or(1000, |place| place as Id)))
    }

    fn has_graph(&self, _: &NamedNode) -> Result<bool> {
        Ok(false)
    }

    fn count(&self, _: Option<Id>, [s, p, o]: [Option<Id>; 3]) -> f64 {
        let (triples, subjects, objects) = Self::of(p);
        triples / if s.is_some() { subjects } else { 1.0 } / if o.is_some() { objects } else { 1.0 }
    }

    fn distinct(&self, _: Option<Id>, predicate: Option<Id>, place: usize) -> f64 {
        let (_, subjects, objects) = Self::of(predicate);
        [subjects, 4.0, objects].get(place).copied().unwrap_or(1.0)
    }
}

fn prefixes() -> Prefixes {
    let mut prefixes = Prefixes::new();
    prefixes.insert("", "http://x/");
    prefixes
}

/// The operators of a query, a line each, inputs below and to the right.
fn shown(text: &str) -> Vec<String> {
    let mut query = parse::query(text, &prefixes(), None).unwrap();
    super::prepare(pattern_mut(&mut query));
    let planned = match query {
        crate::Query::Ask { .. } => plan_ask(pattern(&query), &Figures).unwrap(),
        _ => plan(pattern(&query), &Figures).unwrap(),
    };
    let mut lines = Vec::new();
    draw(&planned.root, &planned.names, 0, &mut lines);
    lines
}

fn draw(node: &Node, names: &VariableNames, depth: usize, lines: &mut Vec<String>) {
    let label = label(node, names, false).replace("http://x/", "").replace(['<', '>'], "");
    lines.push(format!("{}{label}", "  ".repeat(depth)));
    node.inputs.iter().for_each(|input| draw(input, names, depth + 1, lines));
}

fn has(lines: &[String], wanted: &str) -> bool {
    lines.iter().any(|line| line.contains(wanted))
}

#[test]
fn the_selective_pattern_comes_first() {
    let lines = shown("SELECT ?a ?n { ?a :name ?n . ?a :knows ?b . ?b :rare ?c }");
    assert_eq!(lines.last().unwrap().trim(), "Scan(?b rare ?c) by subject", "{lines:#?}");
    assert!(has(&lines, "Index join(?a knows ?b)") && has(&lines, "Index join(?a name ?n)"), "{lines:#?}");
}

#[test]
fn a_star_is_counted_and_not_enumerated() {
    let lines = shown("SELECT (COUNT(*) AS ?n) { ?a :name ?b ; :knows ?c ; :type ?d }");
    assert_eq!(lines.iter().filter(|line| line.contains(", counted")).count(), 2, "{lines:#?}");
    assert!(!has(&lines, "Hash join"), "{lines:#?}");
}

#[test]
fn only_different_rows_are_only_tested() {
    for text in [
        "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a :name ?b ; :knows ?c }",
        "SELECT DISTINCT ?a { ?a :name ?b ; :knows ?c }",
        "ASK { ?a :name ?b ; :knows ?c }",
    ] {
        let lines = shown(text);
        assert!(has(&lines, ", tested") || text.starts_with("ASK"), "{text}: {lines:#?}");
        assert!(!has(&lines, "Combine"), "{text}: {lines:#?}");
    }
}

#[test]
fn a_limit_sorts_no_more_than_it_gives() {
    let lines = shown("SELECT ?a { ?a :name ?n } ORDER BY ?n OFFSET 5 LIMIT 10");
    assert!(has(&lines, "Sort(?n), the first 15") && has(&lines, "Slice(offset 5, limit 10)"), "{lines:#?}");
}

#[test]
fn an_aggregate_has_a_readable_name_in_a_sub_select_too() {
    let lines = shown("SELECT * { ?a :rare ?b { SELECT (MAX(?n) + 1 AS ?m) { ?c :name ?n } } }");
    assert!(has(&lines, "AS ?aggregate)") && has(&lines, "Bind(?aggregate + "), "{lines:#?}");
    // One that has its name is not counted with those that have none.
    let lines = shown("SELECT (COUNT(*) AS ?k) (MAX(?n) + 1 AS ?m) { ?c :name ?n }");
    assert!(has(&lines, "Bind(?aggregate + "), "{lines:#?}");
}

#[test]
fn an_aggregate_is_computed_under_its_name() {
    let count = "SELECT (COUNT(?n) AS ?k) { ?c :name ?n }";
    for text in [
        count,
        "SELECT (COUNT(?n) AS ?k) { ?c :name ?n } ORDER BY COUNT(?n)",
        "SELECT * { ?a :rare ?k { SELECT (COUNT(?n) AS ?k) { ?c :name ?n } } }",
    ] {
        let lines = shown(text);
        assert!(has(&lines, "AS ?k)") && !has(&lines, "Bind"), "{text}: {lines:#?}");
    }
    // Two names, a name that HAVING is between, one that is counted, and one for what has a name in the text.
    for text in [
        "SELECT (COUNT(?n) AS ?k) (COUNT(?n) AS ?l) { ?c :name ?n }",
        "SELECT (COUNT(?n) AS ?k) { ?c :name ?n } HAVING(COUNT(?n) > 1)",
        "SELECT (COUNT(?n) AS ?k) (?k AS ?l) (?k + ?l AS ?m) { ?c :name ?n }",
        "SELECT (COUNT(?m) AS ?k) (MAX(?n) AS ?m) { ?c :name ?n }",
        "SELECT ?k (?k AS ?l) { MINUS {} { SELECT (COUNT(?n) AS ?k) { ?c :name ?n } } }",
    ] {
        let lines = shown(text);
        assert!(has(&lines, "Bind"), "{text}: {lines:#?}");
    }
}

#[test]
fn a_term_that_the_graph_lacks_is_no_scan() {
    let lines = shown("SELECT * { ?a :absent ?n . ?a :name ?m }");
    assert!(has(&lines, "nothing: a term of the pattern is not in the graph"), "{lines:#?}");
    let query = parse::query("SELECT * { ?a :absent ?n }", &prefixes(), None).unwrap();
    let mut node = plan(pattern(&query), &Figures).unwrap().root;
    while let Some(below) = node.inputs.pop() {
        node = below;
    }
    assert_eq!(node.choice.as_deref(), Some("<http://x/absent> is not there"));
}

#[test]
fn optional_over_one_pattern_is_looked_up() {
    let lines = shown("SELECT * { ?a :rare ?b OPTIONAL { ?a :name ?n } }");
    assert!(has(&lines, "Optional index join(?a name ?n)"), "{lines:#?}");
    // Section 18.3: what may be unbound is compatible with anything, and cannot be looked up.
    let lines = shown("SELECT * { ?a :rare ?b OPTIONAL { ?b :name ?n } ?n :knows ?c }");
    assert!(has(&lines, "where bound ?n"), "{lines:#?}");
}

#[test]
fn minus_without_a_shared_variable_is_nothing() {
    // Section 18.5: solutions with disjoint domains are not removed.
    let lines = shown("SELECT * { ?a :rare ?b MINUS { ?x :name ?y } }");
    assert!(!has(&lines, "Minus") && !has(&lines, "name"), "{lines:#?}");
}

#[test]
fn hundreds_of_patterns_are_planned_at_once() {
    let chain: String = (0..400).map(|n| format!("?v{n} :knows ?v{} . ", n + 1)).collect();
    let started = processor_time();
    let lines = shown(&format!("SELECT (COUNT(*) AS ?n) {{ {chain} }}"));
    assert!(lines.len() > 400);
    // A tenth of a second where nothing else runs; two hundred times that where each step looks at all others.
    let took = processor_time() - started;
    assert!(took.as_secs() < 5, "{took:?}");
}

#[test]
fn no_other_endpoint_is_asked() {
    let text = "SELECT * { ?a :name ?n SERVICE <http://other/sparql> { ?a :knows ?b } }";
    let query = parse::query(text, &prefixes(), None).unwrap();
    let error = plan(pattern(&query), &Figures).unwrap_err();
    assert!(error.message.contains("http://other/sparql") && !error.hints.is_empty(), "{error}");
    let lines = shown(&text.replace("SERVICE", "SERVICE SILENT"));
    assert!(has(&lines, "Scan(?a name ?n)") && !has(&lines, "knows"), "{lines:#?}");
}

#[test]
fn lateral_is_a_join_where_that_is_the_same() {
    let lines = shown("SELECT * { ?a :rare ?b LATERAL { ?b :knows ?c FILTER(?c != ?a) } }");
    assert!(has(&lines, "Index join(?b knows ?c)") && !has(&lines, "Lateral"), "{lines:#?}");
    let lines = shown("SELECT * { ?a :rare ?b LATERAL { SELECT ?b ?c { ?b :knows ?c } LIMIT 1 } }");
    assert!(has(&lines, "Lateral for each(?b)"), "{lines:#?}");
}

#[test]
fn optional_over_several_patterns_is_looked_up_from_few_rows() {
    let lines = shown("SELECT * { ?a :rare ?b OPTIONAL { ?a :knows ?c . ?c :name ?n FILTER(?n != ?b) } }");
    assert!(has(&lines, "Optional by lookup") && has(&lines, "each row(?a ?b "), "{lines:#?}");
    let lines = shown("SELECT * { ?a :name ?b OPTIONAL { ?a :knows ?c . ?c :rare ?n } }");
    assert!(has(&lines, "Optional hash join(?a)"), "few on the right: {lines:#?}");
    // A filter in a group of its own does not see ?b (section 18.2.2.6).
    let lines =
        shown("SELECT * { ?a :rare ?b OPTIONAL { { ?a :knows ?c . ?c :name ?n FILTER(?n != ?b) } } }");
    assert!(!has(&lines, "by lookup"), "{lines:#?}");
}

#[test]
fn well_designed_optionals_come_after_the_joins_around_them() {
    let lines =
        shown("SELECT * { ?a :name ?n OPTIONAL { ?a :knows ?b } ?a :rare ?c OPTIONAL { ?c :type ?t } }");
    let place = |wanted: &str| lines.iter().position(|line| line.trim().starts_with(wanted));
    assert!(place("Optional") < place("Index join"), "{lines:#?}");
    assert_eq!(lines.last().unwrap().trim(), "Scan(?a rare ?c) by subject", "{lines:#?}");
    assert!(!has(&lines, "Hash join"), "{lines:#?}");
    // ?b may be unbound before the last pattern binds it (section 18.3): it stays where it is.
    let lines = shown("SELECT * { ?a :name ?n OPTIONAL { ?a :knows ?b } ?b :rare ?c }");
    assert!(has(&lines, "Hash join"), "{lines:#?}");
    // The filter reads what the last pattern binds, and its group does not (section 18.2.2.6).
    let lines = shown("SELECT * { ?a :name ?n OPTIONAL { ?a :knows ?b FILTER(?b != ?c) } ?a :rare ?c }");
    assert!(has(&lines, "Hash join"), "{lines:#?}");
}

#[test]
fn rows_that_are_read_in_the_order_asked_for_cost_no_sort() {
    let cost = |text: &str| {
        let query = parse::query(text, &prefixes(), None).unwrap();
        let plan = plan(pattern(&query), &Figures).unwrap();
        let mut node = &plan.root;
        while !matches!(node.op, Op::Sort(..)) {
            node = &node.inputs[0];
        }
        node.cost - node.inputs[0].cost
    };
    let sorted = cost("SELECT ?a ?b { ?a :knows ?b } ORDER BY ?b ?a");
    assert!(sorted * 5.0 < cost("SELECT ?a ?b { ?a :knows ?b } ORDER BY ?b DESC(?a)"));
    assert!(sorted * 5.0 < cost("SELECT ?a ?b { ?a :knows ?b OPTIONAL { ?b :rare ?c } } ORDER BY ?b ?c"));
}

/// The rows of the first node of a kind that is met from the top on.
fn rows_of(text: &str, is_wanted: impl Fn(&Op) -> bool) -> f64 {
    let query = parse::query(text, &prefixes(), None).unwrap();
    let plan = plan(pattern(&query), &Figures).unwrap();
    let mut node = &plan.root;
    while !is_wanted(&node.op) {
        node = &node.inputs[0];
    }
    node.rows
}

#[test]
fn a_negated_set_has_as_many_rows_as_are_counted() {
    let is_filter = |op: &Op| matches!(op, Op::Filter(_));
    assert_eq!(rows_of("SELECT * { ?a !(:type|:name) ?b }", is_filter).round(), 1_000_020.0);
    assert_eq!(rows_of("SELECT * { ?a !(:type|:absent) ?b }", is_filter).round(), 1_100_020.0);
    assert_eq!(rows_of("SELECT * { ?a ?p ?b FILTER(?p != :knows) }", is_filter).round(), 200_020.0);
    // By the names of all triples, where which ones the rows meet is not known.
    let met =
        rows_of("SELECT * { ?c :rare ?a . ?a !(:type|:name) ?b }", |op| matches!(op, Op::IndexJoin { .. }));
    let kept = rows_of("SELECT * { ?c :rare ?a . ?a !(:type|:name) ?b }", is_filter);
    assert!((kept / met - 1_000_020.0 / 1_200_020.0).abs() < 1e-9, "{kept} of {met}");
}

#[test]
fn a_path_that_comes_back_gives_each_node_once_and_costs_what_it_meets() {
    let is_path = |op: &Op| matches!(op, Op::Reach { .. });
    assert_eq!(rows_of("SELECT * { ?a :knows+ ?a }", is_path), 100_000.0);
    assert_eq!(rows_of("SELECT (COUNT(*) AS ?n) { ?a :rare+ ?a }", is_path), 5.0);
    assert!(rows_of("SELECT * { ?a :knows+ ?b }", is_path) > 1_000_000.0);
    let cost = |text: &str| {
        let query = parse::query(text, &prefixes(), None).unwrap();
        plan(pattern(&query), &Figures).unwrap().root.cost
    };
    let (back, all) = (cost("SELECT * { ?a :knows+ ?a }"), cost("SELECT * { ?a :knows+ ?b }"));
    // Each step once, and not what each start reaches; of a few starts what they reach.
    assert!(back < all / 2.0 && back > 1e7, "{back} of {all}");
    let few = cost("SELECT * { ?b :rare ?a . ?a :knows+ ?a }");
    assert!(few < back / 10.0, "{few} of {back}");
}

#[test]
fn groups_are_as_many_as_what_their_keys_are_computed_of_and_few_have_many_members() {
    let text = "SELECT ?k (COUNT(*) AS ?n) { ?a :type ?t BIND(STRLEN(STR(?t)) AS ?k) } GROUP BY ?k";
    assert!(rows_of(text, |op| matches!(op, Op::Group(..))) <= 10.0);
    let having = |least: u32| {
        let text = format!("SELECT ?b {{ ?a :knows ?b }} GROUP BY ?b HAVING(COUNT(*) > {least})");
        rows_of(&text, |op| matches!(op, Op::Filter(_)))
    };
    // Ten in the mean: six in ten of the groups have more than five, one in twenty more than thirty.
    assert!(having(5) > 30_000.0 && having(30) < 10_000.0, "{} {}", having(5), having(30));
}

#[test]
fn an_optional_in_an_optional_is_looked_up() {
    let text = "SELECT * { ?a :rare ?b OPTIONAL { ?a :knows ?c . ?c :name ?n OPTIONAL { ?c :type ?t } } }";
    let lines = shown(text);
    assert!(
        has(&lines, "Optional by lookup") && has(&lines, "Optional index join(?c type ?t)"),
        "{lines:#?}"
    );
    let lines = shown(&text.replace("?c :type ?t", "?b :type ?t"));
    assert!(!has(&lines, "by lookup"), "the inner group does not bind ?b: {lines:#?}");
}

#[test]
fn a_sub_select_of_all_solutions_is_its_pattern() {
    let lines = shown("SELECT * { ?a :rare ?b { SELECT ?a ?n { ?a :name ?n ; :knows ?x } ORDER BY ?n } }");
    assert!(
        has(&lines, "Index join(?a name ?n)") && !has(&lines, "Sort") && !has(&lines, "Hash join"),
        "{lines:#?}"
    );
    for (kept, operator) in
        [("DISTINCT ?a", "Distinct"), ("REDUCED ?a", "Distinct"), ("(COUNT(*) AS ?a)", "Group")]
    {
        let lines = shown(&format!("SELECT * {{ ?a :rare ?b {{ SELECT {kept} {{ ?a :name ?n }} }} }}"));
        assert!(has(&lines, operator), "{kept}: {lines:#?}");
    }
    // COUNT(DISTINCT *) counts by the variables in scope, and what a sub-select hides is not.
    let lines = shown("SELECT (COUNT(DISTINCT *) AS ?n) { ?a :rare ?b { SELECT ?a { ?a :knows ?x } } }");
    assert!(!lines.iter().any(|line| line.contains("Group") && line.contains("knows")), "{lines:#?}");
}

#[test]
fn different_solutions_are_counted_and_not_given() {
    let of = |select: &str| {
        shown(&format!("SELECT {select} {{ SELECT DISTINCT ?a ?x {{ ?a :name ?n ; :knows ?x }} }}"))
    };
    // SPARQL 1.1, sections 18.5.1.2 and 18.2.5.3: COUNT(*) of DISTINCT counts the different solutions.
    let lines = of("(COUNT(*) AS ?k)");
    assert!(
        has(&lines, "COUNT(DISTINCT *)") && !lines.iter().any(|line| line.contains("Distinct(")),
        "{lines:#?}"
    );
    for other in ["(COUNT(*) AS ?k) (SUM(?x) AS ?s)", "(COUNT(?n) AS ?k)"] {
        assert!(has(&of(other), "Distinct(") || !has(&of(other), "COUNT(DISTINCT *)"), "{other}");
    }
    let grouped =
        "SELECT ?a (COUNT(*) AS ?k) { SELECT DISTINCT ?a ?x { ?a :name ?n ; :knows ?x } } GROUP BY ?a";
    assert!(!has(&shown(grouped), "COUNT(DISTINCT *)"));
}

#[test]
fn exists_and_minus_are_looked_up_from_few_rows() {
    for (form, label) in
        [("FILTER EXISTS", "Semi-join by"), ("FILTER NOT EXISTS", "Anti-join by"), ("MINUS", "Minus by")]
    {
        let lines = shown(&format!("SELECT * {{ ?a :rare ?b {form} {{ ?a :knows ?c . ?c :name ?n }} }}"));
        assert!(has(&lines, label), "{form}: {lines:#?}");
        let lines = shown(&format!("SELECT * {{ ?a :name ?b {form} {{ ?a :rare ?c }} }}"));
        assert!(!has(&lines, "by lookup"), "{form}: {lines:#?}");
    }
}

#[test]
fn optionals_in_optionals_are_planned_in_time() {
    let open = "OPTIONAL { ?a :knows ?b . ?b :name ?c ".repeat(10);
    let close = "?a :rare ?d } ".repeat(10);
    let started = processor_time();
    let lines = shown(&format!("SELECT * {{ ?a :rare ?x {open} . {close} }}"));
    let took = processor_time() - started;
    assert!(lines.len() > 20 && took.as_secs() < 5, "{took:?}");
}

#[test]
fn two_far_ends_are_joined_apart() {
    let chain = "?a :rare ?x . ?a :knows ?b . ?b :knows ?c . ?c :knows ?d . ?d :knows ?e . ?e :rare ?y";
    let lines = shown(&format!("SELECT ?b ?d {{ {chain} }}"));
    assert!(has(&lines, "Hash join("), "{lines:#?}");
    assert_eq!(
        lines.iter().filter(|line| line.contains("Scan(") && line.contains("rare")).count(),
        2,
        "{lines:#?}"
    );
}

#[test]
fn filters_go_down_where_they_mean_the_same() {
    let below = |text: &str, filter: &str, operator: &str| {
        let lines = shown(text);
        let depth = |wanted: &str| {
            let line = lines.iter().find(|line| line.contains(wanted));
            line.map(|line| line.len() - line.trim_start().len())
        };
        assert!(depth(filter) > depth(operator), "{text}: {lines:#?}");
        lines.iter().filter(|line| line.contains(filter)).count()
    };
    // In a filter of its own or in a scan.
    let test = "(?b  \"1\"";
    assert_eq!(below("SELECT * { { ?a :rare ?b } UNION { ?a :knows ?b } FILTER(?b > 1) }", test, "Union"), 2);
    below("SELECT * { ?a :name ?b OPTIONAL { ?a :rare ?c . ?c :rare ?d } FILTER(?b > 1) }", test, "Optional");
    below("SELECT * { ?a :name ?b MINUS { ?a :rare ?c } FILTER(?b > 1) }", test, "Minus");
    below("SELECT * { { SELECT DISTINCT ?b { ?a :name ?b } } FILTER(?b > 1) }", test, "Distinct");
    let grouped = "SELECT * { { SELECT ?b (COUNT(*) AS ?n) { ?a :name ?b } GROUP BY ?b } FILTER(?b > 1) }";
    below(grouped, test, "Group");
    // What OPTIONAL may leave unbound is judged above it.
    let lines = shown(
        "SELECT * { ?a :name ?b OPTIONAL { ?a :rare ?c . ?c :rare ?d } FILTER(!BOUND(?c) || ?b = ?d) }",
    );
    assert!(lines.first().is_some_and(|line| line.contains("Filter")), "{lines:#?}");
    // A slice is of what there was before the filter.
    let lines = shown("SELECT * { { SELECT ?b { ?a :name ?b } LIMIT 5 } FILTER(?b > 1) }");
    assert!(
        lines.iter().position(|line| line.contains("Filter"))
            < lines.iter().position(|l| l.contains("Slice"))
    );
}

#[test]
fn what_an_optional_leaves_unbound_is_what_does_not_exist() {
    let rows = |text: &str| shown(text).iter().filter(|line| line.contains("Anti-join")).count();
    assert_eq!(rows("SELECT * { ?a :name ?b OPTIONAL { ?a :rare ?c } FILTER(!BOUND(?c)) }"), 1);
    assert_eq!(
        rows("SELECT * { ?a :name ?b OPTIONAL { ?a :rare ?c FILTER(?c > ?b) } FILTER(!BOUND(?c)) }"),
        1
    );
    for other in [
        // What is bound before, or not in all solutions on the right, tells nothing of a partner.
        "SELECT * { ?a :name ?b OPTIONAL { ?a :rare ?c } FILTER(!BOUND(?b)) }",
        "SELECT * { ?a :name ?b OPTIONAL { ?a :rare ?c OPTIONAL { ?c :rare ?d } } FILTER(!BOUND(?d)) }",
        "SELECT * { ?a :name ?b OPTIONAL { ?a :rare ?c } FILTER(BOUND(?c)) }",
        // Within its own group a filter does not see what is around (SPARQL 1.1, section 18.2.2).
        "SELECT * { ?a :name ?b OPTIONAL { { ?a :rare ?c FILTER(?c > ?b) } } FILTER(!BOUND(?c)) }",
    ] {
        assert_eq!(rows(other), 0, "{other}: {:#?}", shown(other));
    }
}

#[test]
fn a_test_of_one_end_is_a_range_of_a_scan() {
    let scan = "Scan(?a name ?n) by object, where (?n = \"x\")";
    for text in [
        "SELECT * { ?a :name ?n FILTER(?n = \"x\") }",
        "SELECT * { ?a :name ?n . ?n :rare ?b . FILTER(?n = \"x\") }",
        "SELECT * { ?b :rare ?c OPTIONAL { ?a :name ?n FILTER(?n = \"x\") } }",
    ] {
        assert!(has(&shown(text), scan) || text.contains(":rare ?b"), "{text}: {:#?}", shown(text));
    }
    // Both ends are tested: the more selective one is read, the other is filtered.
    let lines = shown("SELECT * { ?a :knows ?n FILTER(?n = :x && ?n != :y && isIRI(?a)) }");
    assert!(has(&lines, "by object, where") && has(&lines, "Filter(isIRI(?a))"), "{lines:#?}");
    // Rows that the next part wants sorted are read as it wants them, unless little is left.
    let lines = shown("SELECT * { ?a :name ?n ; :type ?t FILTER(?n != \"x\") }");
    assert!(has(&lines, "Scan(?a name ?n) by subject"), "{lines:#?}");
    // What a row decides, and what no range says, is filtered.
    for condition in ["?n = ?a", "STRLEN(?n) = 1", "COALESCE(?n = \"x\", true)"] {
        let lines = shown(&format!("SELECT * {{ ?a :name ?n FILTER({condition}) }}"));
        assert!(has(&lines, "Filter(") && !has(&lines, "where"), "{condition}: {lines:#?}");
    }
}

#[test]
fn parts_that_nothing_connects_are_planned_apart_each_with_its_filters() {
    let lines = shown(
        r#"SELECT ?a ?b { ?a :name ?x . ?b :name ?y . ?b :type ?t FILTER(STRENDS(?x, "1")) FILTER(STRENDS(?y, "2")) FILTER(?x < ?y) }"#,
    );
    let place = |word: &str| {
        lines.iter().position(|line| line.contains(word)).unwrap_or_else(|| panic!("{word}: {lines:#?}"))
    };
    let product = place("Cross product");
    assert!(place("Filter((?x ") < product, "{lines:#?}");
    assert!(place(r#"STRENDS(?x, "1")"#) > product && place(r#"STRENDS(?y, "2")"#) > product, "{lines:#?}");
    assert!(has(&lines, "Index join(?b type ?t)"), "{lines:#?}");
    // Of few rows it is found out with which ranges of numbers each goes; what is compared alone is read by its values, equal ones counted.
    let lines = shown(
        "SELECT ?n { VALUES (?lo ?hi ?n) { (1 2 3) (2 3 4) } ?a :name ?x FILTER(?x >= ?lo && ?x < ?hi) }",
    );
    assert!(has(&lines, "Cross product(if ") && !has(&lines, "Filter("), "{lines:#?}");
    assert!(has(&lines, "Scan(?a name ?x) by object"), "{lines:#?}");
    // A condition that compares a few rows with a part is judged before that part is joined further.
    let lines = shown(
        r#"SELECT ?a ?b { VALUES ?w { "1" "2" } ?a :name ?x . ?a :type ?t . ?b :type ?t FILTER(STRENDS(?x, ?w)) }"#,
    );
    let place = |word: &str| lines.iter().position(|line| line.contains(word)).unwrap();
    assert!(place("STRENDS") > place("Index join(?b type ?t)"), "{lines:#?}");
    // And what gives the first rows by a key gives them beside one that goes with all of them.
    let lines =
        shown(r#"SELECT ?a ?x { ?a :name ?x ; :type ?t VALUES ?w { "1" } } ORDER BY DESC(?x) LIMIT 10"#);
    assert!(has(&lines, "until they are known"), "{lines:#?}");
}

#[test]
fn the_first_rows_by_a_key_are_read_in_its_order_where_that_ends_early() {
    for (text, is_led) in [
        ("SELECT ?a ?b ?t { ?a :name ?b ; :type ?t } ORDER BY DESC(?b) ?t LIMIT 10", true),
        ("SELECT ?a ?b ?t { ?a :name ?b ; :type ?t } ORDER BY ?b DESC(?t) LIMIT 10", true),
        (
            "SELECT ?a ?b ?t { ?a :name ?b OPTIONAL { ?a :type ?t } } ORDER BY DESC(?b) LIMIT 10 OFFSET 50",
            true,
        ),
        ("SELECT ?a ?b { ?a :knows ?b } ORDER BY DESC(?b) LIMIT 10", true),
        // Of ten values each has a tenth of the rows, but these are read as they lie.
        ("SELECT ?a ?b ?t { ?a :name ?b ; :type ?t } ORDER BY DESC(?t) ?b LIMIT 10", true),
        // Few are left in the end: most of the list would be read for them.
        ("SELECT ?a ?b ?t { ?a :name ?b ; :rare ?t } ORDER BY DESC(?b) ?t LIMIT 10", false),
        ("SELECT ?a ?b { ?a :knows ?b } ORDER BY DESC(STR(?b)) LIMIT 10", false),
        ("SELECT ?a ?b { ?a :knows ?b } ORDER BY DESC(?b)", false),
        ("SELECT ?b (COUNT(*) AS ?n) { ?a :knows ?b } GROUP BY ?b ORDER BY DESC(?b) LIMIT 10", false),
        ("SELECT ?a ?b { { ?a :knows ?b } UNION { ?a :name ?b } } ORDER BY DESC(?b) LIMIT 10", false),
    ] {
        let lines = shown(text);
        assert_eq!(has(&lines, "until they are known"), is_led, "{text}: {lines:#?}");
    }
}

#[test]
fn parts_that_only_a_comparison_connects_are_hashed() {
    for (text, join) in [
        ("SELECT ?a ?b { ?a :name ?x . ?b :name ?y FILTER(?x = ?y) }", "Hash join"),
        ("SELECT ?a ?b { ?a :name ?x . ?b :type ?y FILTER(LCASE(?x) = STR(?y) && ?x != ?b) }", "Hash join"),
        ("SELECT ?a ?b { ?a :name ?x OPTIONAL { ?b :name ?y FILTER(?x = ?y) } }", "Optional hash join"),
        ("SELECT ?a { ?a :name ?x FILTER NOT EXISTS { ?b :type ?y FILTER(?x = ?y) } }", "Anti-join"),
    ] {
        let lines = shown(text);
        assert!(has(&lines, join) && has(&lines, "Equality class("), "{text}: {lines:#?}");
        assert!(!has(&lines, "Cross product"), "{text}: {lines:#?}");
    }
    // A number that was computed may be one that is rounded before it is compared: each pair is tested.
    let lines = shown("SELECT ?a ?b { ?a :name ?x BIND(?x * 2 AS ?z) ?b :name ?y FILTER(?z = ?y) }");
    assert!(!has(&lines, "Equality class("), "{lines:#?}");
}

#[test]
fn planning_stops_at_any_step() {
    let text = "SELECT ?a (COUNT(*) AS ?n) { ?a :name ?x ; :knows ?b . ?b :rare ?c OPTIONAL { ?b :type ?t . ?t :name ?y }
        { ?a :type ?z } UNION { ?a :rare ?z } FILTER NOT EXISTS { ?c :knows ?d . ?d :rare ?a } } GROUP BY ?a ORDER BY ?n";
    let query = parse::query(text, &prefixes(), None).unwrap();
    let steps = |allowed| {
        let figures = Close::allowing(allowed);
        (plan(pattern(&query), &figures).is_ok(), allowed - figures.steps.get())
    };
    let (whole, needed) = steps(100_000);
    assert!(whole && needed > 20, "{needed} steps");
    for allowed in 0..needed {
        assert_eq!(steps(allowed), (false, allowed), "stopped after {allowed} steps");
    }
    assert!(steps(needed).0);
}

/// Figures that tell of stars and meetings too: the hundred thousand subjects of `name` and those of `knows` are others but for
/// ten, and nothing that is known has a rare one.
struct Close {
    /// So many steps of planning are allowed.
    steps: std::cell::Cell<u32>,
}

impl Close {
    fn allowing(steps: u32) -> Self {
        Self { steps: steps.into() }
    }
}

impl Statistics for Close {
    fn id(&self, term: &Term) -> Result<Option<Id>> {
        Figures.id(term)
    }

    fn has_graph(&self, name: &NamedNode) -> Result<bool> {
        Figures.has_graph(name)
    }

    fn count(&self, graph: Option<Id>, pattern: [Option<Id>; 3]) -> f64 {
        Figures.count(graph, pattern)
    }

    fn go_on(&self) -> Result<()> {
        let left = self.steps.get().checked_sub(1);
        self.steps.set(left.unwrap_or_default());
        let stopped = || crate::error::Error::new(crate::error::Kind::Limit, "stopped by a limit");
        left.map(drop).ok_or_else(stopped)
    }

    fn distinct(&self, graph: Option<Id>, predicate: Option<Id>, place: usize) -> f64 {
        Figures.distinct(graph, predicate, place)
    }

    fn star(&self, _: Option<Id>, end: End, predicates: &[Id]) -> Option<Star> {
        let (nodes, rows) = match (end, predicates) {
            (End::Subject, [1, 2]) => (10.0, 100.0),
            (End::Subject, [1]) => (100_000.0, 100_000.0),
            (End::Subject, [2]) => (100_000.0, 1_000_000.0),
            _ => return None,
        };
        Some(Star { nodes, rows })
    }
}

#[test]
fn a_star_of_predicates_that_seldom_meet_comes_first() {
    let text = "SELECT * { ?a :type ?t ; :name ?n ; :knows ?b }";
    let query = parse::query(text, &prefixes(), None).unwrap();
    let rows = |planned: super::Plan| planned.root.rows;
    assert_eq!(rows(plan(pattern(&query), &Figures).unwrap()), 1_000_000.0, "by counts alone");
    let planned = plan(pattern(&query), &Close::allowing(u32::MAX)).unwrap();
    let (mut steps, mut open) = (Vec::new(), vec![&planned.root]);
    while let Some(node) = open.pop() {
        steps.push((label(node, &planned.names, false), node.rows));
        open.extend(&node.inputs);
    }
    let (last, rows) = steps.first().unwrap();
    // Ten nodes with ten acquaintances each, and the type of each is looked up last.
    assert!(last.contains("Project") && (*rows - 100.0).abs() < 1.0, "{steps:#?}");
    assert!(steps.get(1).is_some_and(|(label, _)| label.contains("type")), "{steps:#?}");
}

#[test]
fn rows_come_as_who_groups_them_wants_them() {
    for (key, by) in [("?a", "by subject"), ("?b", "by object")] {
        for form in ["(COUNT(DISTINCT ?a) AS ?x) (SAMPLE(?b) AS ?y)", "(SAMPLE(?a) AS ?x) (MAX(?b) AS ?y)"] {
            let lines = shown(&format!("SELECT {form} {{ ?a :knows ?b }} GROUP BY {key}"));
            assert!(has(&lines, by), "{key}: {lines:#?}");
        }
    }
    let lines = shown("SELECT * { ?a :knows ?b } ORDER BY ?b");
    assert!(has(&lines, "by object"), "{lines:#?}");
    // What is sorted by the key of a join stays so: a million lookups in no order would take longer than grouping does.
    let lines = shown("SELECT ?b (SAMPLE(?t) AS ?x) { ?a :knows ?b ; :name ?t } GROUP BY ?b");
    assert!(has(&lines, "by subject") && !has(&lines, "by object"), "{lines:#?}");
}

/// What may take long in a plan, operator by operator.
fn concerns(text: &str) -> Vec<Concern> {
    let mut query = parse::query(text, &prefixes(), None).unwrap();
    super::prepare(pattern_mut(&mut query));
    let planned = plan(pattern(&query), &Figures).unwrap();
    let (mut open, mut found) = (vec![&planned.root], Vec::new());
    while let Some(node) = open.pop() {
        open.extend(node.inputs.iter().rev());
        found.extend(concern::of(node, &planned.names, &Figures));
    }
    found
}

#[test]
fn a_path_free_at_both_ends_is_a_concern_where_its_steps_branch() {
    for text in [
        "SELECT * { ?a :knows+ ?b }",
        "SELECT (COUNT(*) AS ?n) { ?a :knows* ?b }",
        "SELECT ?a { ?a ^:knows+ ?a }",
        "SELECT * { ?a (:knows|^:knows)* ?b }",
        "SELECT * { ?a (:knows/:knows)+ ?b }",
        "SELECT * { ?a (!:none)+ ?b }",
        "SELECT * { ?a :knows+ ?b FILTER NOT EXISTS { ?b :knows+ ?a } }",
        "SELECT * { ?a :knows+ ?b . ?c :rare ?d }",
    ] {
        let found = concerns(text);
        assert!(matches!(found.first(), Some(Concern::OpenPath { .. })), "{text}: {found:?}");
    }
    let of_knows = Concern::OpenPath { from: "?a".into(), to: "?b".into(), starts: 100_000, ends: 100_000 };
    assert_eq!(concerns("SELECT * { ?a :knows+ ?b }"), [of_knows]);
    for text in [
        "SELECT * { :x :knows+ ?b }",
        "SELECT * { ?a :rare ?x . ?a :knows+ ?b }",
        "SELECT * { ?a :knows? ?b }",
        // Each node has one type, and there are few rare ones.
        "SELECT * { ?a :type+ ?b }",
        "SELECT * { ?a :rare+ ?b }",
        // Whether a path begins somewhere, its first step tells.
        "SELECT DISTINCT ?a { ?a :knows+ ?b }",
        "SELECT ?a { ?a :name ?n FILTER EXISTS { ?a :knows+ ?b } }",
    ] {
        assert_eq!(concerns(text), [], "{text}");
    }
}

/// SPARQL 1.1, section 9.3 with 18.4: an ArbitraryLengthPath has an end wherever one step of it leads anywhere, so that a search where
/// nobody reads the other end, nor how many there are, is one step.
#[test]
fn of_a_path_with_an_end_that_nobody_reads_one_step_is_taken() {
    for (text, path) in [
        ("SELECT DISTINCT ?a { ?a :knows+ ?b }", "Path(?a (knows) ?b), ends once"),
        ("SELECT DISTINCT ?b { ?a :knows* ?b }", "Path(?a (knows)? ?b), ends once"),
        ("SELECT DISTINCT ?a ?b { ?a :knows+ ?b }", "Path(?a (knows)+ ?b), ends once"),
        ("SELECT DISTINCT ?a { ?a :knows+ ?b . ?b :rare ?c }", "(knows)+"),
        ("SELECT DISTINCT ?a { ?a :knows+ ?a }", "Path(?a (knows)+ ?a), ends once"),
        ("SELECT ?a { ?a :knows+ ?b }", "Path(?a (knows)+ ?b)"),
    ] {
        let lines = shown(text);
        assert!(has(&lines, path), "{text}: {lines:#?}");
    }
}

/// SPARQL 1.1, 17.4.1.7: what `=` compares is a key of a join where that is far cheaper, beside variables that are shared.
#[test]
fn what_filters_compare_is_a_key_beside_shared_ones() {
    let keyed = |text: &str| {
        let lines = shown(text);
        (has(&lines, "join(?c ?#equal"), lines)
    };
    let (is_keyed, lines) = keyed("SELECT * { ?a :type ?c . ?b :type ?c FILTER(STR(?a) = STR(?b)) }");
    assert!(is_keyed, "{lines:#?}");
    for text in [
        "SELECT * { ?c :rare ?a . ?c :name ?b FILTER(STRLEN(?a) = STRLEN(?b)) }",
        "SELECT * { ?c :type ?a . ?c :name ?b FILTER(STRLEN(?a) = STRLEN(?b)) }",
        "SELECT * { ?c :type ?a OPTIONAL { ?c :name ?b FILTER(STRLEN(?a) = STRLEN(?b)) } }",
    ] {
        let (keyed, lines) = keyed(text);
        assert!(!keyed, "{text}: {lines:#?}");
    }
    // The join by what is compared comes before the one by ?c, which few rows are left for.
    let lines = shown(
        "SELECT * { ?a :rare ?l . ?d :type ?c . ?e :type ?c . ?d :name ?x FILTER(?x = STR(?l)) FILTER(?e != ?d) }",
    );
    let place = |what: &str| lines.iter().position(|line| line.contains(what));
    assert!(place("Hash join(?#equal") > place("Hash join(?c)"), "{lines:#?}");
}

#[test]
fn rows_of_which_nothing_must_be_equal_are_a_concern() {
    let condition = "FILTER(?y > ?x && ?a != ?b)";
    for text in [
        format!("SELECT * {{ ?a :name ?x . ?b :name ?y {condition} }}"),
        format!("SELECT * {{ ?a :name ?x OPTIONAL {{ ?b :name ?y {condition} }} }}"),
        format!("SELECT * {{ ?a :name ?x FILTER NOT EXISTS {{ ?b :name ?y {condition} }} }}"),
        format!("SELECT * {{ ?a :name ?x FILTER EXISTS {{ ?b :name ?y {condition} }} }}"),
        "SELECT * { ?a :name ?x . ?b :name ?y }".to_owned(),
    ] {
        let found = concerns(&text);
        let [Concern::Product { left: 100_000, right: 100_000, seconds }] = found[..] else {
            panic!("{text}: {found:?}");
        };
        assert!(seconds > 10.0, "{text}: {seconds}");
    }
    for text in [
        "SELECT * { ?a :rare ?x . ?b :rare ?y }",
        "SELECT * { ?a :name ?x OPTIONAL { ?a :knows ?y FILTER(?y > ?x) } }",
        "SELECT * { ?a :name ?x OPTIONAL { ?b :name ?y FILTER(?y = ?x) } }",
        // What shares nothing takes nothing away (SPARQL 1.1, section 8.3.3).
        "SELECT * { ?a :name ?x MINUS { ?b :knows ?y } }",
    ] {
        assert_eq!(concerns(text), [], "{text}: {:#?}", shown(text));
    }
}

/// F&O 3.1, section 5.6.1: back-references, which no search in linear time finds.
#[test]
fn a_pattern_that_is_searched_for_back_and_forth_is_a_concern() {
    let pattern = r#""(a+)\\1""#;
    for text in [
        format!("SELECT * {{ ?a :name ?x FILTER REGEX(?x, {pattern}) }}"),
        format!(
            "SELECT * {{ ?a :name ?x FILTER(STRLEN(?x) > 3 || REGEX(CONCAT(?x, ?x), {pattern}, \"i\")) }}"
        ),
        format!("SELECT * {{ ?a :name ?x BIND(REPLACE(?x, {pattern}, \"b\") AS ?y) }}"),
        format!(
            "SELECT * {{ ?a :type ?y OPTIONAL {{ ?a :name ?x FILTER REGEX(CONCAT(?x, STR(?y)), {pattern}) }} }}"
        ),
    ] {
        let found = concerns(&text);
        let told = Concern::Backtracking { pattern: r"(a+)\1".to_owned(), texts: 100_000 };
        assert!(found.contains(&told), "{text}: {found:?} {:#?}", shown(&text));
    }
    for text in [
        r#"SELECT * { ?a :name ?x FILTER REGEX(?x, "(a+)+b") }"#,
        r#"SELECT * { ?a :name ?x FILTER REGEX(?x, "(a+)\\1", "q") }"#,
        r#"SELECT * { ?a :rare ?x FILTER REGEX(?x, "(a+)\\1") }"#,
        r#"SELECT * { ?a :name ?x FILTER REGEX(?x, "(a") }"#,
    ] {
        assert_eq!(concerns(text), [], "{text}");
    }
}

/// Join distributes over UNION: VALUES that binds other variables in each row is two of them. What may have other solutions when it is asked for
/// twice is not.
#[test]
fn a_part_with_branches_is_joined_branch_by_branch_where_that_is_far_cheaper() {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let branched = |text: &str| {
        let lines = shown(text);
        let union = lines.iter().skip_while(|line| line.trim() != "Union").collect::<Vec<_>>();
        let inside = union.iter().skip(1).take_while(|line| depth(line) > depth(union[0]));
        inside.into_iter().any(|line| line.contains("Values(") || line.contains("rare"))
    };
    let loose = "VALUES (?a ?b) { (:x UNDEF) (UNDEF :y) }";
    let both = "{ ?a :knows ?b } UNION { ?b :knows ?a }";
    for text in [
        format!("SELECT * {{ {loose} ?a :knows ?b }}"),
        format!("SELECT * {{ ?a :rare :x . {both} ?b :name ?n }}"),
        format!("SELECT ?n {{ ?a :rare :x . {both} OPTIONAL {{ ?b :name ?n }} }}"),
    ] {
        assert!(branched(&text), "{text}: {:#?}", shown(&text));
    }
    for text in [
        // Nothing to choose from.
        format!("SELECT * {{ {both} }}"),
        format!("SELECT * {{ ?c :rare :x . {both} }}"),
        // All of it is read in each branch.
        format!("SELECT * {{ {both} ?a :name ?n }}"),
        format!("SELECT * {{ {{ SELECT ?a {{ ?a :rare ?c }} LIMIT 3 }} {both} }}"),
        format!("SELECT * {{ {{ ?a :rare ?c BIND(RAND() AS ?r) }} {both} }}"),
        "SELECT * { VALUES ?a { :x :y } ?a :knows ?b }".to_owned(),
    ] {
        assert!(!branched(&text), "{text}: {:#?}", shown(&text));
    }
}

/// Section 18.5.1: MIN, MAX and SAMPLE give a member of the group, so that what is joined back to it is joined by what all rows bind. The one group
/// without keys may be empty.
#[test]
fn the_greatest_of_a_group_is_joined_back_by_value() {
    let back = |select: &str| format!("SELECT * {{ {{ SELECT {select} }} ?a :knows ?c . ?c :name ?m }}");
    let body = "{ ?a :knows ?b . ?b :name ?x }";
    for function in ["MAX(?x)", "MIN(?x)", "SAMPLE(?x)", "COUNT(?x)"] {
        let lines = shown(&back(&format!("?a ({function} AS ?m) {body} GROUP BY ?a")));
        assert!(!has(&lines, "where bound"), "{function}: {lines:#?}");
    }
    for select in [
        format!("(MAX(?x) AS ?m) {body}"),
        format!("?a (MAX(?x + 1) AS ?m) {body} GROUP BY ?a"),
        format!("?a (SUM(?x) AS ?m) {body} GROUP BY ?a"),
    ] {
        let lines = shown(&back(&select));
        assert!(has(&lines, "where bound ?m") || has(&lines, "Filter(BOUND(?m))"), "{select}: {lines:#?}");
    }
    // Where half of them have none, these are joined by themselves.
    let lines = shown(&back("?a (MAX(?x) AS ?m) { ?a :knows ?b OPTIONAL { ?b :name ?x } } GROUP BY ?a"));
    assert!(has(&lines, "Filter(!BOUND(?m))"), "{lines:#?}");
}

/// Section 18.4, ZeroLengthPath: every node of the graph leads to itself.
#[test]
fn an_optional_path_that_may_have_no_step_is_followed_from_what_is_on_its_left() {
    for path in [":knows*", ":knows?", "(:knows|:rare)*"] {
        let lines = shown(&format!("SELECT * {{ ?a :rare ?x OPTIONAL {{ ?a {path} ?b }} }}"));
        assert!(!has(&lines, "Optional") && has(&lines, "Scan(?a rare ?x)"), "{path}: {lines:#?}");
    }
    for group in [
        "?a :rare ?x OPTIONAL { ?a :knows+ ?b }",
        "?a :rare ?x OPTIONAL { ?a :knows* :x }",
        "?a :rare ?x OPTIONAL { ?a :knows* ?x }",
        "?a :rare ?x OPTIONAL { ?c :knows* ?b }",
        "?a :rare ?x OPTIONAL { ?a :knows* ?b FILTER(?b > 1) }",
        // No nodes of the graph.
        "?c ?a ?x OPTIONAL { ?a :knows* ?b }",
        "VALUES ?a { :rare } OPTIONAL { ?a :knows* ?b }",
        "?c :rare ?x BIND(STR(?x) AS ?a) OPTIONAL { ?a :knows* ?b }",
    ] {
        let lines = shown(&format!("SELECT * {{ {group} }}"));
        assert!(has(&lines, "Optional"), "{group}: {lines:#?}");
    }
}

/// Each is computed of the two before it: a search without memory of the first would take Fibonacci's numbers of steps.
#[test]
fn values_of_what_is_computed_of_two_others_each_are_estimated_in_few_steps() {
    let binds: String = (2..=40).map(|n| format!("BIND(?x{} + ?x{} AS ?x{n}) ", n - 2, n - 1)).collect();
    let lines =
        shown(&format!("SELECT ?x40 (COUNT(*) AS ?n) {{ ?s :name ?x0 ; :knows ?x1 {binds} }} GROUP BY ?x40"));
    assert!(has(&lines, "Group(?x40"), "{lines:#?}");
}

/// Parts with branches are planned as one where there are many: each try plans all others anew.
#[test]
fn many_parts_with_branches_are_planned_at_once() {
    let unions: String =
        (0..12).map(|n| format!("{{ ?a :knows ?x{n} }} UNION {{ ?a :name ?x{n} }} ")).collect();
    let lines = shown(&format!("SELECT (COUNT(*) AS ?n) {{ VALUES ?a {{ :x :y }} {unions} }}"));
    assert!(has(&lines, "Values(?a)"), "{lines:#?}");
}

/// Each node of the graph leads to itself.
#[test]
fn a_path_that_may_have_no_step_is_followed_from_what_is_joined_with_it() {
    for text in [
        "SELECT ?c (COUNT(*) AS ?n) { ?x :type/:rare* ?c } GROUP BY ?c",
        "SELECT ?x ?c { ?x :rare/:rare? ?c }",
        "SELECT ?x ?c { ?x :rare :x { ?x :rare* ?c } UNION { ?c :rare ?x } }",
    ] {
        let lines = shown(text);
        let path = lines.iter().position(|line| line.contains("Path(")).unwrap();
        let depth = |line: &str| line.len() - line.trim_start().len();
        assert!(
            lines.get(path + 1).is_some_and(|line| depth(line) > depth(&lines[path])),
            "{text}: {lines:#?}"
        );
        assert!(!has(&lines, "one empty solution"), "{text}: {lines:#?}");
    }
}

#[test]
fn triples_of_any_predicate_are_looked_up_for_few_nodes_alone() {
    let lines = shown("SELECT DISTINCT ?t ?p { ?s :type ?t ; ?p ?o }");
    assert!(!has(&lines, "Index join(?s ?p ?o)"), "{lines:#?}");
    let lines = shown("SELECT DISTINCT ?p { ?s :rare :x ; ?p ?o }");
    assert!(has(&lines, "Index join(?s ?p ?o)"), "{lines:#?}");
}

/// A constant that is bound or asked for before a path is where it begins.
#[test]
fn a_path_begins_at_what_is_given() {
    for text in [
        "SELECT ?y { BIND(:a AS ?x) ?x :knows+ ?y }",
        "SELECT ?y { { BIND(:a AS ?x) } UNION { BIND(:b AS ?x) } ?x :knows+ ?y }",
        "SELECT ?y { ?x :knows+ ?y FILTER(?x = :a) }",
        "SELECT ?y { ?x :knows* ?y FILTER(SAMETERM(:a, ?x)) }",
        "SELECT ?x { ?x :knows+ ?y FILTER(?y IN (:a, :b)) }",
        "SELECT ?x { ?x :knows+ ?y FILTER(?y = :a || ?y = :b) }",
        "SELECT ?y { VALUES ?n { \"a\" } BIND(IRI(CONCAT(\"http://x/\", ?n)) AS ?x) ?x :knows+ ?y }",
    ] {
        let lines = shown(text);
        assert!(!has(&lines, "join"), "{text}: {lines:#?}");
    }
    // What is equal to a number need not be the same term.
    let lines = shown("SELECT ?x { ?x :knows+ ?y FILTER(?y = 1) }");
    assert!(!has(&lines, "Values("), "{lines:#?}");
}

/// What VALUES gives for a key is all that is grouped (sections 18.2.4.1 and 18.5.1.5: a group is made of its own solutions alone).
#[test]
fn a_grouping_is_of_the_keys_that_are_given() {
    let grouped = "{ SELECT ?a (COUNT(?b) AS ?n) { ?a :knows+ ?b } GROUP BY ?a }";
    for text in [
        format!("SELECT * {{ VALUES ?a {{ :x :y }} {grouped} }}"),
        format!("SELECT * {{ {grouped} }} VALUES (?a ?n) {{ (:x 1) (:y 2) }}"),
        format!("SELECT * {{ {grouped} FILTER(?a = :x) }}"),
    ] {
        let lines = shown(&text);
        let path = lines.iter().position(|line| line.contains("Path("));
        let below = path.and_then(|path| lines.get(path + 1..)).unwrap_or_default();
        assert!(below.iter().any(|line| line.contains("Values(?a)")), "{text}: {lines:#?}");
    }
    // A number may be equal to another, which is another group; and the values of a count are no keys.
    for text in [
        format!("SELECT * {{ VALUES ?a {{ :x 1 }} {grouped} }}"),
        format!("SELECT * {{ VALUES ?n {{ 1 }} {grouped} }}"),
        format!("SELECT * {{ VALUES ?a {{ :x UNDEF }} {grouped} }}"),
    ] {
        let lines = shown(&text);
        assert!(!has(&lines, "Filter(?a IN"), "{text}: {lines:#?}");
    }
}

#[test]
fn many_optionals_that_ask_are_planned_once_each() {
    // Of what the right side tells alone, and of what the left side tells.
    for asks in
        ["NOT EXISTS { ?o# :rare ?z }", "EXISTS { ?t :rare ?o# }", "(?o# = ?t || EXISTS { ?t :rare ?o# })"]
    {
        let steps = |many: usize| {
            let optional = |n: usize| {
                format!("OPTIONAL {{ ?x :knows ?o# FILTER {asks} }} ").replace('#', &n.to_string())
            };
            let optionals: String = (0..many).map(optional).collect();
            let query = format!("SELECT * {{ ?x :type ?t . {optionals} }}");
            on_stack(many * 2, || shown(&query)).unwrap().len()
        };
        let (few, many) = (steps(30), steps(300));
        assert!(many < 11 * few, "{asks}: {few} and {many}");
    }
}
