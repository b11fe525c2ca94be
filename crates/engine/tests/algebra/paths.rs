//! Property paths: sections 9, 18.2.2.4 and 18.4.

use super::check;

#[test]
fn from_a_start_each_end_comes_once() {
    check("SELECT ?x { :a :p+ ?x }", &["a", "b", "c", "d"]);
    check("SELECT ?x { :a :p* ?x }", &["a", "b", "c", "d"]);
    check("SELECT ?x { :d :p* ?x }", &["d"]);
    check("SELECT ?x { :d :p+ ?x }", &[]);
    check("SELECT ?x { :a :p? ?x }", &["a", "b"]);
}

#[test]
fn from_an_end_the_path_is_walked_backwards() {
    check("SELECT ?x { ?x :p+ :d }", &["a", "b", "c"]);
    check("SELECT ?x { ?x :p/:q+ :f }", &["c"]);
    check("SELECT ?x { ?x (:p/:q)+ :e }", &["c"]);
    check("SELECT ?x { :f ^:q+ ?x }", &["d", "e"]);
    check("SELECT ?x { :f (^:q)+ ?x }", &["d", "e"]);
    check("SELECT ?x { ?x ^(:p/:q)? :c }", &["b", "c", "e"]);
}

#[test]
fn with_both_ends_given_it_is_a_test() {
    check("ASK { :a :p+ :d }", &["true"]);
    check("ASK { :d :p+ :a }", &["false"]);
    check("ASK { :a :p+ :a }", &["true"]);
    check("ASK { :d :p+ :d }", &["false"]);
    check("SELECT ?x ?y { VALUES (?x ?y) { (:a :d) (:d :a) (:b :b) } ?x :p+ ?y }", &["a d", "b b"]);
    check("SELECT ?x { VALUES ?x { :a :d :e } ?x :p* :d }", &["a", "d"]);
    check("SELECT ?y { VALUES ?y { :a :d :e } :b :p* ?y }", &["a", "d"]);
}

#[test]
fn with_no_end_given_all_pairs_are_found() {
    check("SELECT (COUNT(*) AS ?n) { ?x :q+ ?y }", &["4"]);
    check("SELECT ?x ?y { ?x :q+ ?y }", &["a b", "d e", "d f", "e f"]);
    check("SELECT ?x { ?x :q+ ?y }", &["a", "d", "d", "e"]);
    // a, b, c, d, e, f, x, y and 44 are the nodes of the default graph.
    check("SELECT (COUNT(*) AS ?n) { ?x :zzz* ?y }", &["9"]);
    check("SELECT ?x { ?x :p+ ?x }", &["a", "b", "c"]);
    check("SELECT (COUNT(*) AS ?n) { ?x :p* ?x }", &["9"]);
    check("SELECT ?x { ?x :r? ?x . ?x :r :y }", &["x"]);
}

#[test]
fn a_constant_reaches_itself_though_the_graph_lacks_it() {
    // Section 18.4, ZeroOrMorePath: "if X is a term, {μ(Y) = X}" belongs to the answer.
    check("SELECT ?x { :absent :p* ?x }", &["absent"]);
    check("SELECT ?x { ?x :p* 45 }", &["45"]);
    check("ASK { :absent :p? :absent }", &["true"]);
    check("ASK { :absent :p+ :absent }", &["false"]);
    // A variable is a node of the graph, whatever binds it.
    check("SELECT ?x { VALUES ?y { :absent } ?y :p* ?x }", &[]);
    check("SELECT ?x { ?x :p* 44 }", &["44"]);
}

#[test]
fn alternatives_and_negated_sets_keep_their_duplicates() {
    // Section 18.4: alt(P, Q) is Union(P, Q), which is over multisets.
    check("SELECT ?x { :a :p|:q ?x }", &["b", "b"]);
    check("SELECT ?x { :a :p|:q|:p ?x }", &["b", "b", "b"]);
    check("SELECT ?x { :a !:zzz ?x }", &["b", "b"]);
    check("SELECT ?x { :a !(:p|^:p) ?x }", &["b"]);
    check("SELECT ?x { :a !(:q|^:q) ?x }", &["b", "c"]);
    check("SELECT ?x { :a (:p|:q)+ ?x }", &["a", "b", "c", "d", "e", "f"]);
    check("SELECT ?x { ?x !(:p|:q|:r) ?y }", &["f"]);
    check("SELECT ?x { :d (!:p)+ ?x }", &["44", "e", "f"]);
}

#[test]
fn sequences_keep_theirs_too() {
    check("SELECT ?x { :a (:p|:q)/:p ?x }", &["c", "c"]);
    check("SELECT ?x { ?x :p/:p/:p ?x }", &["a", "b", "c"]);
    check("SELECT ?x { :a :p*/:q ?x }", &["b", "e"]);
    check("SELECT (COUNT(DISTINCT *) AS ?n) { :a (:p|:q)/:p ?x }", &["1"]);
    check("SELECT ?x { :a :p/:p*/:q+ ?x }", &["b", "e", "f"]);
}

#[test]
fn repetitions_of_repetitions_are_one_search() {
    for path in ["(:p*)*", "(:p+)*", "((:p?)+)?", "((:p*)/(:zzz*))*"] {
        check(&format!("SELECT ?x {{ :a {path} ?x }}"), &["a", "b", "c", "d"]);
        check(&format!("SELECT ?x {{ :absent {path} ?x }}"), &["absent"]);
    }
    check("SELECT ?x { :b (:p/:p?)+ ?x }", &["a", "b", "c", "d"]);
}

#[test]
fn a_path_stays_in_its_graph() {
    check("SELECT ?x { GRAPH :g { :g1 :p* ?x } }", &["g1", "g2"]);
    check("SELECT ?x ?y { GRAPH :g { ?x :p* ?y } }", &["g1 g1", "g1 g2", "g2 g2"]);
    check("SELECT ?x { :g1 :p+ ?x }", &[]);
}

#[test]
fn what_stands_beside_a_path_is_joined_with_it() {
    check("SELECT ?x ?y { ?x :q ?y . ?y :q* :f }", &["d e", "e f"]);
    check("SELECT ?x (COUNT(?y) AS ?n) { ?x :q ?z . ?x :p* ?y } GROUP BY ?x", &["a 4", "d 1", "e 1"]);
    check("SELECT ?x ?y { ?x :r ?z OPTIONAL { ?x :r+ ?y } }", &["x x", "x y", "y x", "y y"]);
    check("SELECT ?x { ?x :p+ ?y } LIMIT 2", &["a", "a"]);
    check("SELECT DISTINCT ?x { ?x :p+ ?y }", &["a", "b", "c"]);
}
