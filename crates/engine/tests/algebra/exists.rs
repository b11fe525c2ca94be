//! EXISTS and NOT EXISTS: section 8.1, and 18.6 where it is defined by substitution.

use super::check;

#[test]
fn the_row_and_the_pattern_are_joined() {
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { ?y :q ?z } }", &["d"]);
    check("SELECT ?x { ?x :q ?y FILTER NOT EXISTS { ?y :q ?z } }", &["a", "e"]);
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { ?y :p ?z . ?z :p ?w } }", &["a"]);
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { ?z :p :d } }", &["a", "d", "e"]);
    check("SELECT ?x { ?x :q ?y FILTER NOT EXISTS { ?z :zzz ?w } }", &["a", "d", "e"]);
}

#[test]
fn a_filter_inside_sees_the_row() {
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { ?z :p ?w FILTER(?w = ?y) } }", &["a"]);
    check("SELECT ?x { ?x :q ?y FILTER NOT EXISTS { ?z :p ?w FILTER(?w = ?y) } }", &["d", "e"]);
    check("SELECT ?x { ?x :p ?y FILTER EXISTS { ?y :p ?z FILTER(?z != ?x) } }", &["a", "b", "c"]);
}

#[test]
fn it_is_a_part_of_an_expression_too() {
    check("SELECT ?x { ?x :q ?y FILTER(?x = :e || EXISTS { ?y :q ?z }) }", &["d", "e"]);
    check("SELECT ?x ?t { ?x :q ?y BIND(EXISTS { ?y :q ?z } AS ?t) }", &["a false", "d true", "e false"]);
    check("SELECT ?x { ?x :q ?y FILTER(! EXISTS { ?y :q ?z }) }", &["a", "e"]);
    check("SELECT ?x { :a :p ?x } ORDER BY EXISTS { ?x :q ?z }", &["b"]);
}

#[test]
fn what_the_pattern_may_leave_unbound_is_substituted_first() {
    // With ?y in its place the OPTIONAL can only fail, and its solution is there all the same.
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { ?x :q ?z OPTIONAL { ?z :p ?y } } }", &["a", "d", "e"]);
    // Substituted, both sides of MINUS share nothing, so that nothing is removed.
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { ?x :q ?z MINUS { ?x :p ?w } } }", &["a", "d", "e"]);
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { { ?y :q ?z } UNION { ?x :p ?w } } }", &["a", "d"]);
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { { SELECT ?y { ?y :q ?x } } } }", &["d"]);
    check(
        "SELECT ?x { ?x :q ?y FILTER EXISTS { { SELECT ?y { ?y ?p ?x } ORDER BY ?y LIMIT 1 } } }",
        &["a", "d", "e"],
    );
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { VALUES ?y { :e :b } } }", &["a", "d"]);
}

/// Section 18.6: "substitute" puts what the row binds in place of the variable, wherever it stands, so that it is bound in a FILTER
/// there whether or not the OPTIONAL before has a solution.
#[test]
fn what_the_row_binds_is_bound_inside() {
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { OPTIONAL { ?z :p ?y } FILTER(!BOUND(?y)) } }", &[]);
    check(
        "SELECT ?x { ?x :q ?y FILTER NOT EXISTS { OPTIONAL { ?z :p ?y } FILTER(!BOUND(?y)) } }",
        &["a", "d", "e"],
    );
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { ?x :q ?z OPTIONAL { ?z :p ?y } FILTER(!BOUND(?y)) } }", &[]);
    check("SELECT ?x { ?x :q ?y LATERAL { OPTIONAL { ?z :p ?y } FILTER(!BOUND(?y)) } }", &[]);
    // Of what the row does not bind, it is what has no partner.
    check(
        "SELECT ?x { ?x :p ?y FILTER EXISTS { OPTIONAL { ?x :q ?z } FILTER(!BOUND(?z)) } }",
        &["b", "c", "c"],
    );
    // An EXISTS in an EXISTS stands on the rows of both.
    check(
        "SELECT ?x { ?x :q ?y FILTER EXISTS { ?x :q ?w FILTER EXISTS { OPTIONAL { ?z :p ?y } FILTER(!BOUND(?y)) } } }",
        &[],
    );
}

/// Section 18.6 substitutes what the solution of the filter's own group binds (18.2.2.2): what other parts of the group around bind is
/// joined later.
#[test]
fn what_is_bound_around_the_group_is_not_put_in() {
    check("SELECT ?x { ?x :q ?v { ?x :p ?w FILTER EXISTS { ?b :r ?v } } }", &["a"]);
    check("SELECT ?x { ?x :q ?v { ?x :p ?w FILTER NOT EXISTS { ?b :r ?v } } }", &[]);
}

#[test]
fn negation_nests() {
    check(
        "SELECT ?x { ?x :q ?y FILTER NOT EXISTS { ?y :q ?z FILTER NOT EXISTS { ?z :n ?n } } }",
        &["a", "d", "e"],
    );
    check(
        "SELECT ?x { ?x :q ?y FILTER NOT EXISTS { ?y :q ?z FILTER NOT EXISTS { ?x :p ?n } } }",
        &["a", "e"],
    );
}

/// Section 18.2.2.6: a filter of an OPTIONAL's group is a condition of the left join, and sees both of its sides.
#[test]
fn an_optional_asks_about_both_sides() {
    check(
        "SELECT ?x ?u { ?x :p ?y OPTIONAL { ?y :p ?u FILTER EXISTS { ?u :q ?w } } }",
        &["a -", "b a", "b d", "c -", "c -"],
    );
    check(
        "SELECT ?x ?u { ?x :p ?y OPTIONAL { ?y :p ?u FILTER EXISTS { ?u :q ?w } FILTER(?x != ?u) FILTER(?u != :a) } }",
        &["a -", "b d", "c -", "c -"],
    );
    // However many there are, and whether they ask of the left side or of an OPTIONAL before.
    for many in [1, 2, 7, 8, 9, 11] {
        let optionals = |of: &str| -> String {
            let optional = |n| format!("OPTIONAL {{ ?y :p ?u{n} FILTER EXISTS {{ {of} :q ?w }} }} ");
            (1..=many).map(optional).collect()
        };
        let with = |of: &str| {
            format!("SELECT ?x (COALESCE(?u{many}, :none) AS ?u) {{ ?x :p ?y {} }}", optionals(of))
        };
        check(&with("?x"), &["a c", "b none", "c none", "c none"]);
        // One of the left side is asked about what it leads to.
        let each = 2_usize.pow(many - 1);
        let mut expected = vec!["a none"];
        expected.extend(std::iter::repeat_n("b a", each).chain(std::iter::repeat_n("b d", each)));
        expected.extend(["c none", "c none"]);
        check(&with("?y :p ?v . ?v"), &expected);
    }
}

/// Section 18.5, `LeftJoin`: the right side is found by itself, whatever the left binds, however many OPTIONALs ask.
#[test]
fn what_the_left_binds_is_not_put_into_the_right() {
    for many in [1, 2, 8, 9, 11] {
        let with = |right: &str| {
            let optional = |n| {
                format!("OPTIONAL {{ {right} FILTER EXISTS {{ ?x :p ?v }} }} ")
                    .replace("?u", &format!("?u{n}"))
            };
            let optionals: String = (1..=many).map(optional).collect();
            format!("SELECT DISTINCT ?x ?y ?u{many} {{ ?x :p ?y {optionals} }}")
        };
        // MINUS, a condition of a group and one of a nested OPTIONAL see nothing of ?x.
        check(&with("?y :p ?u MINUS { ?x :r ?u }"), &["a b c", "b c a", "b c d", "c a b", "c d -"]);
        check(
            &with("?y :p ?u . { ?u :q ?w FILTER(!BOUND(?x)) }"),
            &["a b -", "b c a", "b c d", "c a -", "c d -"],
        );
        check(&with("?y :p ?u . { ?u :q ?w FILTER(?w != ?x) }"), &["a b -", "b c -", "c a -", "c d -"]);
        check(
            &with("?y :p ?u . { SELECT ?y { ?y :p ?k } ORDER BY ?y LIMIT 1 }"),
            &["a b -", "b c -", "c a b", "c d -"],
        );
    }
}
