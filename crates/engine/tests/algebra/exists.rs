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
fn what_a_union_leaves_unbound_is_compatible() {
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { { ?y :q ?z } UNION { ?x :p ?w } } }", &["a", "d"]);
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { { SELECT ?y { ?y :q ?x } } } }", &["d"]);
    check("SELECT ?x { ?x :q ?y FILTER EXISTS { VALUES ?y { :e :b } } }", &["a", "d"]);
}
