//! The W3C test suites, run through baimo's own pipeline: SPARQL 1.0, 1.1 and 1.2, RDF 1.1 and 1.2.
//!
//! One test per manifest. A case that fails must stand in [`EXCUSED`] with its reason, and one that
//! passes must not; a manifest is run or stands in [`EXCLUDED`]. The suites are not part of this
//! repository: they are looked for in `BAIMO_W3C`, else in `../shared/w3c`. Where they are absent,
//! the tests say so and pass.

mod canon;
mod jsonld;
mod manifest;
mod results;
mod run;

use manifest::{Manifest, root};
use std::collections::BTreeSet;
use std::path::Path;

/// Manifests that are not run.
const EXCLUDED: &[(&str, &str)] = &[
    ("rdf/rdf11/rdf-mt/az-tests", "entailment: baimo answers from what is stated"),
    ("rdf/rdf11/rdf-mt", "entailment: baimo answers from what is stated"),
    ("rdf/rdf12/rdf-semantics", "entailment: baimo answers from what is stated"),
    ("sparql/sparql11/entailment", "entailment regimes: baimo answers from what is stated"),
    ("sparql/sparql11/graph-store-protocol", "a protocol over HTTP: there is no server"),
    ("sparql/sparql11/http-rdf-update", "a protocol over HTTP: there is no server"),
    ("sparql/sparql11/protocol", "a protocol over HTTP: there is no server"),
    ("sparql/sparql11/service", "SERVICE asks other endpoints: baimo opens no connection for a query"),
    ("sparql/sparql11/service-description", "a protocol over HTTP: there is no server"),
];

/// Cases that fail, each with the reason.
const EXCUSED: &[(&str, &str)] = &[(
    "sparql/sparql12/expression#not-not",
    "a string with a language and an ill-typed boolean have a truth value by SPARQL 1.1, 17.2.2",
)];

macro_rules! manifests {
    ($($test:ident => $folder:literal,)*) => {
        $(#[test] fn $test() { check($folder); })*

        /// Every manifest that is run.
        const RUN: &[&str] = &[$($folder),*];
    };
}

manifests! {
    rdf11_rdf_n_quads => "rdf/rdf11/rdf-n-quads",
    rdf11_rdf_n_triples => "rdf/rdf11/rdf-n-triples",
    rdf11_rdf_trig => "rdf/rdf11/rdf-trig",
    rdf11_rdf_turtle => "rdf/rdf11/rdf-turtle",
    rdf11_rdf_xml => "rdf/rdf11/rdf-xml",
    rdf12_rdf_n_quads_c14n => "rdf/rdf12/rdf-n-quads/c14n",
    rdf12_rdf_n_quads_syntax => "rdf/rdf12/rdf-n-quads/syntax",
    rdf12_rdf_n_triples_c14n => "rdf/rdf12/rdf-n-triples/c14n",
    rdf12_rdf_n_triples_syntax => "rdf/rdf12/rdf-n-triples/syntax",
    rdf12_rdf_trig_eval => "rdf/rdf12/rdf-trig/eval",
    rdf12_rdf_trig_syntax => "rdf/rdf12/rdf-trig/syntax",
    rdf12_rdf_turtle_eval => "rdf/rdf12/rdf-turtle/eval",
    rdf12_rdf_turtle_syntax => "rdf/rdf12/rdf-turtle/syntax",
    rdf12_rdf_xml_eval => "rdf/rdf12/rdf-xml/eval",
    sparql10_algebra => "sparql/sparql10/algebra",
    sparql10_ask => "sparql/sparql10/ask",
    sparql10_basic => "sparql/sparql10/basic",
    sparql10_bnode_coreference => "sparql/sparql10/bnode-coreference",
    sparql10_boolean_effective_value => "sparql/sparql10/boolean-effective-value",
    sparql10_bound => "sparql/sparql10/bound",
    sparql10_cast => "sparql/sparql10/cast",
    sparql10_construct => "sparql/sparql10/construct",
    sparql10_dataset => "sparql/sparql10/dataset",
    sparql10_distinct => "sparql/sparql10/distinct",
    sparql10_expr_builtin => "sparql/sparql10/expr-builtin",
    sparql10_expr_equals => "sparql/sparql10/expr-equals",
    sparql10_expr_ops => "sparql/sparql10/expr-ops",
    sparql10_graph => "sparql/sparql10/graph",
    sparql10_i18n => "sparql/sparql10/i18n",
    sparql10_open_world => "sparql/sparql10/open-world",
    sparql10_optional => "sparql/sparql10/optional",
    sparql10_optional_filter => "sparql/sparql10/optional-filter",
    sparql10_reduced => "sparql/sparql10/reduced",
    sparql10_regex => "sparql/sparql10/regex",
    sparql10_solution_seq => "sparql/sparql10/solution-seq",
    sparql10_sort => "sparql/sparql10/sort",
    sparql10_syntax_sparql1 => "sparql/sparql10/syntax-sparql1",
    sparql10_syntax_sparql2 => "sparql/sparql10/syntax-sparql2",
    sparql10_syntax_sparql3 => "sparql/sparql10/syntax-sparql3",
    sparql10_syntax_sparql4 => "sparql/sparql10/syntax-sparql4",
    sparql10_syntax_sparql5 => "sparql/sparql10/syntax-sparql5",
    sparql10_triple_match => "sparql/sparql10/triple-match",
    sparql10_type_promotion => "sparql/sparql10/type-promotion",
    sparql11_add => "sparql/sparql11/add",
    sparql11_aggregates => "sparql/sparql11/aggregates",
    sparql11_basic_update => "sparql/sparql11/basic-update",
    sparql11_bind => "sparql/sparql11/bind",
    sparql11_bindings => "sparql/sparql11/bindings",
    sparql11_cast => "sparql/sparql11/cast",
    sparql11_clear => "sparql/sparql11/clear",
    sparql11_construct => "sparql/sparql11/construct",
    sparql11_copy => "sparql/sparql11/copy",
    sparql11_csv_tsv_res => "sparql/sparql11/csv-tsv-res",
    sparql11_delete => "sparql/sparql11/delete",
    sparql11_delete_data => "sparql/sparql11/delete-data",
    sparql11_delete_insert => "sparql/sparql11/delete-insert",
    sparql11_delete_where => "sparql/sparql11/delete-where",
    sparql11_drop => "sparql/sparql11/drop",
    sparql11_exists => "sparql/sparql11/exists",
    sparql11_functions => "sparql/sparql11/functions",
    sparql11_grouping => "sparql/sparql11/grouping",
    sparql11_json_res => "sparql/sparql11/json-res",
    sparql11_move => "sparql/sparql11/move",
    sparql11_negation => "sparql/sparql11/negation",
    sparql11_project_expression => "sparql/sparql11/project-expression",
    sparql11_property_path => "sparql/sparql11/property-path",
    sparql11_subquery => "sparql/sparql11/subquery",
    sparql11_syntax_fed => "sparql/sparql11/syntax-fed",
    sparql11_syntax_query => "sparql/sparql11/syntax-query",
    sparql11_syntax_update_1 => "sparql/sparql11/syntax-update-1",
    sparql11_syntax_update_2 => "sparql/sparql11/syntax-update-2",
    sparql11_update_silent => "sparql/sparql11/update-silent",
    sparql12_codepoint_escapes => "sparql/sparql12/codepoint-escapes",
    sparql12_eval_triple_terms => "sparql/sparql12/eval-triple-terms",
    sparql12_expression => "sparql/sparql12/expression",
    sparql12_grouping => "sparql/sparql12/grouping",
    sparql12_lang_basedir => "sparql/sparql12/lang-basedir",
    sparql12_rdf11 => "sparql/sparql12/rdf11",
    sparql12_syntax => "sparql/sparql12/syntax",
    sparql12_syntax_triple_terms_negative => "sparql/sparql12/syntax-triple-terms-negative",
    sparql12_syntax_triple_terms_positive => "sparql/sparql12/syntax-triple-terms-positive",
    sparql12_version => "sparql/sparql12/version",
}

/// Whether there is anything to run; says so where there is not.
fn present() -> bool {
    let found = root().is_some();
    if !found {
        eprintln!(
            "skipped: the W3C test suites are neither in $BAIMO_W3C nor in ../shared/w3c \
             (https://github.com/w3c/rdf-tests holds them)"
        );
    }
    found
}

fn check(folder: &str) {
    if !present() {
        return;
    }
    let manifest = Manifest::open(folder);
    let tests = manifest.tests();
    assert!(!tests.is_empty(), "{folder}: no test found");
    let (mut wrong, mut excused) = (Vec::new(), 0);
    for test in &tests {
        let key = format!("{folder}#{}", test.name);
        let excuse = EXCUSED.iter().find(|(name, _)| *name == key);
        match (run::run(test), excuse) {
            (Ok(()), None) => {}
            (Err(_), Some(_)) => excused += 1,
            (Ok(()), Some(_)) => wrong.push(format!("{key} passes: strike it from EXCUSED")),
            (Err(error), None) => wrong.push(format!("{key}: {error}")),
        }
    }
    eprintln!(
        "{folder}: {} passed, {excused} excused, of {}",
        tests.len() - excused - wrong.len(),
        tests.len()
    );
    assert!(wrong.is_empty(), "{} of {} wrong in {folder}:\n{}", wrong.len(), tests.len(), wrong.join("\n"));
}

/// The folders below `folder` with a manifest that lists tests.
fn manifests_below(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            manifests_below(root, &path, found);
        } else if name.starts_with("manifest")
            && std::fs::read_to_string(&path).is_ok_and(|text| text.contains("mf:entries"))
        {
            found.insert(folder.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
        }
    }
}

#[test]
fn no_manifest_is_forgotten() {
    if !present() {
        return;
    }
    let root = root().unwrap();
    let mut there = BTreeSet::new();
    for part in ["sparql", "rdf"] {
        manifests_below(&root, &root.join(part), &mut there);
    }
    let named = RUN.iter().chain(EXCLUDED.iter().map(|(folder, _)| folder));
    assert_eq!(there, named.map(|folder| (*folder).to_owned()).collect());
}

#[test]
fn every_excuse_names_a_case() {
    if !present() {
        return;
    }
    for (key, _) in EXCUSED {
        let (folder, name) = key.split_once('#').unwrap();
        assert!(RUN.contains(&folder), "{key}");
        assert!(Manifest::open(folder).tests().iter().any(|test| test.name == name), "{key} is not a case");
    }
}
