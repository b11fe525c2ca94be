//! Answers of the embedded graph and of made-up rows, as tables, charts and documents.

use baimo::engine::Bindings;
use baimo::engine::answer::{Answer, Row, Rows, Solutions};
use baimo::error::{Error, Kind};
use baimo::formats::rows::{RowFormat, write_rows};
use baimo::session::{Session, Source};
use baimo::show::chart::Directive;
use baimo::show::draw;
use baimo::show::{Style, chart::View, table, text, tree};
use baimo::terms::{Literal, NamedNode, Prefixes, Term, Triple, Variable};
use proptest::prelude::*;

fn session() -> Session {
    baimo::embedded::open(&Source::Embedded).unwrap()
}

fn saved(session: &Session, name: &str) -> Result<Solutions, Vec<Triple>> {
    let path = format!("{}/queries/{name}.rq", env!("CARGO_MANIFEST_DIR"));
    let mut bindings = Bindings::new();
    let text = std::fs::read_to_string(path).unwrap();
    if text.contains("?_lang") {
        bindings.insert(Variable::new_unchecked("_lang"), Literal::from("zh").into());
    }
    if text.contains("?_year") {
        bindings.insert(Variable::new_unchecked("_year"), Literal::from(2023).into());
    }
    match session.query(&text, &bindings).unwrap() {
        Answer::Rows(rows) => Ok(rows.gather()),
        Answer::Graph(triples) => Err(triples.map(Result::unwrap).collect()),
        Answer::Boolean(_) => panic!("yes or no"),
    }
}

fn fits(drawn: &str, width: usize) {
    for line in drawn.lines() {
        assert!(text::width(line) <= width, "wider than {width}: {line}");
    }
}

#[test]
fn every_line_of_a_table_is_as_wide_as_the_next() {
    let session = session();
    let found = saved(&session, "timeline").unwrap();
    let style =
        Style { max_rows: Some(3), more: Some(".last shows all"), ..Style::plain(session.prefixes()) };
    for width in [80, 100, 140] {
        let drawn = table::table(&found, &style.within(width));
        println!("{drawn}");
        let lines: Vec<_> = drawn.lines().filter(|line| !line.starts_with('…')).collect();
        assert_eq!(lines.len(), 7);
        assert!(lines.iter().all(|line| text::width(line) == text::width(lines[0])));
        fits(&drawn, width);
        assert!(drawn.contains(&format!("… {} more rows, .last shows all", found.rows.len() - 3)));
    }
    let blocks = table::table(&found, &style.within(40));
    println!("{blocks}");
    assert!(blocks.contains(" release = Transformer\n"));
    fits(&blocks, 40);
}

#[test]
fn charts_of_the_saved_queries_fit_their_window() {
    let session = session();
    let style = Style::plain(session.prefixes());
    for (name, view) in [
        ("timeline", View::Timeline),
        ("releases-per-month", View::BarChart),
        ("share-by-industry", View::BarChart),
        ("quarters-cumulative", View::LineChart),
    ] {
        let found = saved(&session, name).unwrap();
        for width in [80, 40, 12, 3, 1] {
            let drawn = draw(&found, &view.into(), &style.within(width)).unwrap();
            if width >= 40 {
                println!("{drawn}");
            }
            fits(&drawn, width);
            assert!(drawn.lines().count() > 3);
        }
    }
}

#[test]
fn a_timeline_claims_no_more_than_the_data() {
    let session = session();
    let found = saved(&session, "timeline").unwrap();
    let drawn = draw(&found, &View::Timeline.into(), &Style::plain(session.prefixes()).within(80)).unwrap();
    let months =
        found.rows.iter().filter(|row| row[0].as_ref().unwrap().to_string().contains("gYearMonth")).count();
    assert_eq!(drawn.lines().filter(|line| line.contains("├┤")).count(), months);
    assert_eq!(drawn.lines().filter(|line| line.contains('●')).count(), found.rows.len() - months);
}

#[test]
fn a_graph_is_drawn_as_trees_under_its_own_names() {
    let session = session();
    let triples = saved(&session, "families-as-graph").unwrap_err();
    let drawn = tree::tree(&triples, &Style::plain(session.prefixes()).within(80));
    println!("{}", drawn.lines().take(30).collect::<Vec<_>>().join("\n"));
    fits(&drawn, 80);
    let shown = triples.iter().filter(|t| !t.predicate.as_str().ends_with("#label")).count();
    assert_eq!(drawn.lines().filter(|line| line.contains("─ ")).count(), shown);
    assert!(!drawn.contains("rdfs:label"));
}

#[test]
fn cycles_end() {
    let node = |name: &str| NamedNode::new_unchecked(format!("http://e.org/{name}"));
    let triples =
        [Triple::new(node("a"), node("p"), node("b")), Triple::new(node("b"), node("p"), node("a"))];
    let mut prefixes = Prefixes::new();
    prefixes.insert("e", "http://e.org/");
    assert_eq!(tree::tree(&triples, &Style::plain(&prefixes)), "e:a\n└─ e:p e:b\n   └─ e:p e:a ↑\n");
}

#[test]
fn a_chart_without_its_column_says_what_is_missing() {
    let found = found(vec![vec![Some(Literal::from("a").into())]], 1);
    let prefixes = Prefixes::new();
    let error = draw(&found, &View::BarChart.into(), &Style::plain(&prefixes)).unwrap_err();
    assert_eq!(error.message, "a bar chart needs a column of numbers; this answer has none");
    let error = draw(&found, &View::Timeline.into(), &Style::plain(&prefixes)).unwrap_err();
    assert_eq!(error.message, "a timeline needs a column of dates; this answer has none");
    let error = draw(&found, &Directive::parse("bar x y").unwrap(), &Style::plain(&prefixes)).unwrap_err();
    assert_eq!(error.hints, ["its columns are: v0"]);
}

fn found(rows: Vec<Row>, columns: usize) -> Solutions {
    let variables = (0..columns).map(|i| Variable::new_unchecked(format!("v{i}"))).collect();
    Solutions { variables, rows, ..Solutions::default() }
}

fn written(found: &Solutions, format: RowFormat) -> String {
    let prefixes = Prefixes::well_known();
    let mut out = Vec::new();
    write_rows(found.replay(), format, &Style::plain(&prefixes), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn csv_and_tsv_are_the_recommendations() {
    let row = vec![
        Some(NamedNode::new_unchecked("http://e.org/a,b").into()),
        Some(Literal::from("say \"hi\"\n").into()),
        None,
        Some(Literal::from(7).into()),
    ];
    let found = found(vec![row], 4);
    assert_eq!(
        written(&found, RowFormat::Csv),
        "v0,v1,v2,v3\r\n\"http://e.org/a,b\",\"say \"\"hi\"\"\n\",,7\r\n"
    );
    assert_eq!(
        written(&found, RowFormat::Tsv),
        "?v0\t?v1\t?v2\t?v3\n<http://e.org/a,b>\t\"say \\\"hi\\\"\\n\"\t\t7\n"
    );
    assert_eq!(
        written(&found, RowFormat::JsonLines),
        "{\"v0\":\"http://e.org/a,b\",\"v1\":\"say \\\"hi\\\"\\n\",\"v2\":null,\"v3\":7}\n"
    );
}

#[test]
fn an_answer_that_ends_early_is_a_whole_document_all_the_same() {
    use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsParser, ReaderQueryResultsParserOutput};
    for (ours, theirs) in
        [(RowFormat::Json, QueryResultsFormat::Json), (RowFormat::Xml, QueryResultsFormat::Xml)]
    {
        let rows = Rows::of(
            vec![Variable::new_unchecked("x")],
            [Ok(vec![Some(Literal::from("百&<").into())]), Err(Error::new(Kind::Limit, "stopped"))]
                .into_iter(),
        );
        let prefixes = Prefixes::new();
        let mut out = Vec::new();
        let written = write_rows(rows, ours, &Style::plain(&prefixes), &mut out).unwrap();
        assert_eq!((written.rows, written.stopped.unwrap().kind), (1, Kind::Limit));
        let parsed = QueryResultsParser::from_format(theirs).for_reader(out.as_slice()).unwrap();
        let ReaderQueryResultsParserOutput::Solutions(solutions) = parsed else { panic!("no rows") };
        let values: Vec<_> = solutions.map(|s| s.unwrap().get("x").unwrap().clone()).collect();
        assert_eq!(values, [Term::from(Literal::from("百&<"))]);
    }
}

fn term() -> impl Strategy<Value = Option<Term>> {
    prop_oneof![
        Just(None),
        "\\PC{0,30}".prop_map(|text| Some(Literal::from(text).into())),
        "[百度文心 \u{301}\u{202E}\n🇨🇳a]{0,30}".prop_map(|text| Some(Literal::from(text).into())),
        any::<i64>().prop_map(|n| Some(Literal::from(n).into())),
        any::<f64>().prop_map(|n| Some(Literal::from(n).into())),
        "[a-z]{1,40}".prop_map(|text| Some(NamedNode::new_unchecked(format!("http://e.org/{text}")).into())),
    ]
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_window(
        rows in prop::collection::vec(prop::collection::vec(term(), 3), 0..8),
        width in 1_usize..120,
    ) {
        let found = found(rows, 3);
        let prefixes = Prefixes::well_known();
        let style = Style::plain(&prefixes).within(width);
        let mut drawn = vec![table::table(&found, &style), table::lines(&found, &style)];
        for view in [View::BarChart, View::LineChart, View::Timeline, View::Graph] {
            drawn.extend(draw(&found, &view.into(), &style));
        }
        for numbers in ["bar v0 v1 v2", "line v0 v1 v2", "graph v0 v1 v2"] {
            drawn.extend(draw(&found, &Directive::parse(numbers).unwrap(), &style));
        }
        for line in drawn.iter().flat_map(|text| text.lines()) {
            prop_assert!(text::width(line) <= width, "{width}: {line}");
        }
    }
}

#[test]
fn charts_as_svg_are_documents_that_escape_what_they_say() {
    let session = session();
    let style = Style { title: Some("a < b & 百"), ..Style::plain(session.prefixes()) };
    for (name, view) in [
        ("timeline", View::Timeline),
        ("share-by-industry", View::BarChart),
        ("quarters-cumulative", View::LineChart),
    ] {
        let found = saved(&session, name).unwrap();
        let drawn = baimo::formats::svg::chart(&found, &view.into(), &style).unwrap();
        assert!(drawn.contains("<title id=\"title\">a &lt; b &amp; 百</title>"));
        assert_eq!(drawn, baimo::formats::svg::chart(&found, &view.into(), &style).unwrap(), "same bytes");
        if let Ok(folder) = std::env::var("BAIMO_SVG") {
            std::fs::write(format!("{folder}/{name}.svg"), drawn).unwrap();
        }
    }
    let triples = saved(&session, "families-as-graph").unwrap_err();
    let drawn = baimo::formats::svg::graph(&triples, &style);
    assert_eq!(drawn.matches("<path").count(), drawn.matches("</path>").count());
    assert!(drawn.contains("百度"));
}

#[test]
fn chinese_cells_line_up_and_numbers_stand_right() {
    let zh = |text: &str| Some(Literal::new_language_tagged_literal(text, "zh").unwrap().into());
    let number = |n: i32| Some(Literal::from(n).into());
    let found =
        found(vec![vec![zh("百度"), number(7)], vec![zh("科大讯飞"), number(120)], vec![None, None]], 2);
    let prefixes = Prefixes::new();
    let expected = "\
┌──────────┬─────┐
│ v0       │  v1 │
├──────────┼─────┤
│ 百度     │   7 │
│ 科大讯飞 │ 120 │
│          │     │
└──────────┴─────┘
";
    assert_eq!(table::table(&found, &Style::plain(&prefixes).within(30)), expected);
}

#[test]
fn the_footer_says_what_is_partial() {
    let stopped = Error::new(Kind::Limit, "stopped after 2 s");
    let mut footer = table::Footer { count: 1204, graph: Some("baimo 1.0.0"), ..table::Footer::default() };
    footer.elapsed = Some(std::time::Duration::from_millis(3));
    assert_eq!(footer.text(), "1 204 rows · 3 ms · baimo 1.0.0");
    footer.stopped = Some(&stopped);
    assert_eq!(footer.text(), "stopped after 2 s: 1 204 rows so far, not all · baimo 1.0.0");
    // An error says so below it.
    let interrupted = Error::new(Kind::Interrupted, "interrupted");
    footer.stopped = Some(&interrupted);
    assert_eq!(footer.text(), "1 204 rows so far, not all · baimo 1.0.0");
}

#[test]
fn no_value_is_taken_for_markup() {
    let found = found(vec![vec![Some(Literal::from("<b>|*x*").into())]], 1);
    assert_eq!(written(&found, RowFormat::Markdown), "| v0 |\n| --- |\n| &lt;b&gt;\\|\\*x\\* |\n");
    assert!(written(&found, RowFormat::Html).contains("<td>&lt;b&gt;|*x*</td>"));
}
