//! How a query is evaluated: the plan as a tree, with what each step was expected to give, gave and took.
//!
//! In: nothing; these are types. `exec` makes them, faces draw them.

use crate::error::Error;

/// One step of a plan, with what it took.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Step {
    /// What it does: `Scan(...)`, `Filter(...)`, `Sort(...)`, ...
    pub label: String,
    /// How many rows were expected.
    pub estimate: Option<u64>,
    /// How long it and what feeds it were expected to take, in nanoseconds.
    pub cost: f64,
    /// How long it was expected to take by itself.
    pub own_cost: f64,
    /// Why it may take longer than other steps with as many rows.
    pub concerns: Vec<Concern>,
    /// The variables by which its rows come sorted, the first one first.
    pub order: Vec<String>,
    /// What the planner weighed here: the ways not taken, and their costs, with ` | ` between them.
    pub choice: Option<String>,
    /// How many rows it gave. A step inside a loop counts all its turns.
    pub rows: u64,
    /// Wall time in seconds, its children's included.
    pub seconds: f64,
    /// The most bytes that it held: tables, sets, sorted rows; its children's aside.
    pub bytes: u64,
    /// How many bytes of the graph's file were read for it, its children's aside. What was read before is still there, for the most part.
    pub read: u64,
    /// How often what is below it was planned and run, where that is done for each row; nothing elsewhere.
    pub runs: Option<u64>,
    /// The steps that feed it.
    pub children: Vec<Step>,
}

/// Why a step may take long, for its kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Concern {
    /// A path of any length whose ends are both free, over steps that lead to more and more nodes: each start may reach nearly all ends.
    OpenPath {
        /// The variable where it starts, with its `?`.
        from: String,
        /// The one where it ends.
        to: String,
        /// How many nodes it may start at.
        starts: u64,
        /// How many it may end at.
        ends: u64,
    },
    /// Each row of one side is put beside each row of the other: no variable must be equal on both.
    Product {
        /// Rows of the one side.
        left: u64,
        /// Rows of the other.
        right: u64,
        /// How long that is expected to take.
        seconds: f64,
    },
    /// A regular expression that is not searched for in linear time, with back-references for example.
    Backtracking {
        /// It.
        pattern: String,
        /// How many texts are searched, at most.
        texts: u64,
    },
}

/// A plan, and what came of it where it was run.
#[derive(Debug, Default)]
pub struct Explanation {
    /// The last step, on top.
    pub plan: Step,
    /// Whether it was run: else its steps have neither rows nor times.
    pub ran: bool,
    /// How long it took to plan, in seconds; 0 where it was not run.
    pub planning: f64,
    /// The limit that ended the run early, where one did.
    pub stopped: Option<Error>,
}

impl Step {
    /// Time in seconds without the children's.
    pub fn own_seconds(&self) -> f64 {
        (self.seconds - self.children.iter().map(|child| child.seconds).sum::<f64>()).max(0.0)
    }

    /// How many bytes of the graph's file were read for all steps.
    pub fn all_read(&self) -> u64 {
        self.read + self.children.iter().map(Self::all_read).sum::<u64>()
    }

    /// The longest time in seconds that a step took by itself.
    pub fn longest(&self) -> f64 {
        self.children.iter().map(Self::longest).fold(self.own_seconds(), f64::max)
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{graph, prefixes};
    use crate::store::Graph;
    use crate::store::memory::Memory;
    use crate::syntax::parse;
    use crate::terms::{GraphName, Literal, NamedNode, Quad};
    use crate::{DefaultGraph, Governor, explain};

    #[test]
    fn each_step_says_what_it_gave() {
        let (graph, prefixes) = (graph(), prefixes());
        let text = "SELECT ?r { ?r a :Release ; :kind :integration }";
        let query = parse::query(text, &prefixes, None).unwrap();
        let explained = explain(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        assert_eq!(explained.plan.rows, 2);
        let mut steps = vec![&explained.plan];
        let mut scans = Vec::new();
        while let Some(step) = steps.pop() {
            steps.extend(&step.children);
            scans.extend(step.estimate.map(|estimate| (step.label.contains("kind"), estimate)));
        }
        assert!(scans.contains(&(true, 2)), "two triples are there: {scans:?}");
    }

    /// The steps of a plan that was run, each with the depth at which it stands.
    fn run(text: &str) -> Vec<(usize, super::Step)> {
        let (graph, prefixes) = (graph(), prefixes());
        let query = parse::query(text, &prefixes, None).unwrap();
        let explained = explain(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        in_lines(explained.plan)
    }

    fn in_lines(plan: super::Step) -> Vec<(usize, super::Step)> {
        let (mut open, mut seen) = (vec![(0, plan)], Vec::new());
        while let Some((depth, mut step)) = open.pop() {
            open.extend(std::mem::take(&mut step.children).into_iter().rev().map(|child| (depth + 1, child)));
            seen.push((depth, step));
        }
        seen
    }

    /// SPARQL 1.1, section 18.6: EXISTS asks the pattern with each row's values in it; so does LATERAL. What is planned for each row is
    /// shown with all its runs added up, those with plans of other shapes by themselves.
    #[test]
    fn what_is_planned_for_each_row_is_shown_with_its_runs() {
        // Three rows, of which one finds something.
        let exists =
            "SELECT ?o { ?p :order ?o FILTER EXISTS { BIND(?o * 1000 AS ?k) ?x :year ?y FILTER(?y = ?k) } }";
        let steps = run(exists);
        let (depth, outer) =
            steps.iter().find(|(_, step)| step.label.starts_with("EXISTS for each")).unwrap();
        let (below, runs) = steps.iter().find(|(_, step)| step.runs.is_some()).unwrap();
        assert_eq!((*below, runs.runs, runs.rows), (depth + 1, Some(3), 1), "{steps:?}");
        assert!(runs.label.starts_with("Planned and run 3 times, first for ?o = "), "{}", runs.label);
        let (_, scan) = steps.iter().find(|(_, step)| step.label.contains("year")).unwrap();
        assert!(scan.rows > 0 && scan.seconds > 0.0 && scan.seconds <= runs.seconds, "{scan:?}");
        assert!(runs.seconds <= outer.seconds, "{} > {}", runs.seconds, outer.seconds);
        // Equal values are asked once.
        let again = exists.replace("?p :order ?o", "?p :order ?o VALUES ?again { 1 2 }");
        assert!(run(&again).iter().any(|(_, step)| step.runs == Some(3)), "{:?}", run(&again));
        let lateral = "SELECT ?k ?x { { SELECT DISTINCT ?k { ?r :kind ?k } } LATERAL { SELECT ?x ?k { ?x :kind ?k } ORDER BY ?x LIMIT 1 } }";
        let steps = run(lateral);
        let (_, runs) = steps.iter().find(|(_, step)| step.runs.is_some()).unwrap();
        assert_eq!((runs.runs, runs.rows), (Some(2), 2), "{steps:?}");
        let (_, first) = steps.iter().find(|(_, step)| step.label.starts_with("Slice")).unwrap();
        assert_eq!((first.rows, first.estimate), (2, Some(2)), "of both runs: {first:?}");
    }

    #[test]
    fn what_is_planned_within_what_is_planned_for_each_row_is_shown_too() {
        let inner =
            "?x :year ?y FILTER EXISTS { BIND(?y - 1999 AS ?z) ?q :order ?z FILTER(?z = ?o && ?y > 0) }";
        let steps = run(&format!("SELECT ?o {{ ?p :order ?o FILTER EXISTS {{ BIND(?o AS ?u) {inner} }} }}"));
        let runs: Vec<_> = steps.iter().filter_map(|(depth, step)| Some((*depth, step.runs?))).collect();
        assert_eq!(runs.first().map(|(_, runs)| *runs), Some(3), "{steps:?}");
        assert!(runs.len() > 1 && runs[1].0 > runs[0].0 && runs[1].1 >= 3, "{runs:?}: {steps:?}");
    }

    #[test]
    fn what_no_row_asked_for_is_shown_without_values() {
        let never = "SELECT ?o { ?p :nothing ?o FILTER EXISTS { BIND(?o * 1000 AS ?k) ?x :year ?y FILTER(?y = ?k) } }";
        let (graph, prefixes) = (graph(), prefixes());
        for text in [never, &never.replace(":nothing", ":order")] {
            let query = parse::query(text, &prefixes, None).unwrap();
            let planned = in_lines(
                crate::plan_only(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap().plan,
            );
            let at = planned.iter().position(|(_, step)| step.label.starts_with("Planned anew for each row"));
            assert!(
                planned[at.unwrap()..].iter().any(|(_, step)| step.label.contains("year")),
                "{planned:?}"
            );
            assert!(planned.iter().all(|(_, step)| step.runs.is_none()));
        }
        assert!(run(never).iter().all(|(_, step)| step.runs.is_none_or(|runs| runs == 0)));
    }

    #[test]
    fn each_step_says_what_it_held() {
        let (graph, prefixes) = (graph(), prefixes());
        let text = "SELECT ?k (COUNT(*) AS ?n) { ?r :year ?y ; :kind ?k } GROUP BY ?k ORDER BY ?n";
        let query = parse::query(text, &prefixes, None).unwrap();
        let explained = explain(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let mut steps = vec![&explained.plan];
        while let Some(step) = steps.pop() {
            let holds = step.label.starts_with("Group") || step.label.starts_with("Sort");
            assert_eq!(step.bytes > 0, holds, "{}: {} bytes", step.label, step.bytes);
            steps.extend(&step.children);
        }
    }

    /// Of a path whose ends nobody reads there is a row for each start, which says how many it reaches.
    #[test]
    fn the_starts_of_a_path_are_its_rows_where_its_ends_are_counted() {
        let (graph, prefixes) = (graph(), prefixes());
        for (path, rows) in
            [(":r1 (:kind|:year)+ ?x", 1), ("?x (:kind|:year)+ :launch", 1), ("?x :order+ ?y", 3)]
        {
            let text = format!("SELECT (COUNT(*) AS ?n) {{ {path} }}");
            let query = parse::query(&text, &prefixes, None).unwrap();
            let explained = explain(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
            let mut step = &explained.plan;
            while !step.label.starts_with("Path") {
                step = &step.children[0];
            }
            assert_eq!((step.rows, step.estimate), (rows, Some(rows)), "{path}");
        }
    }

    /// The same query reads the same each time, and has no brackets with nothing in them.
    #[test]
    fn what_the_parser_made_up_is_told_by_names_of_ours() {
        let (graph, prefixes) = (graph(), prefixes());
        let text = "SELECT ?y { [] :year ?y . _:x :order ?n . ?r :kind/:year* ?k }";
        let query = parse::query(text, &prefixes, None).unwrap();
        let planned = crate::plan_only(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let (mut open, mut labels) = (vec![planned.plan], Vec::new());
        while let Some(step) = open.pop() {
            labels.push(format!("{} {:?}", step.label.replace("http://example.org/", ""), step.order));
            open.extend(step.children);
        }
        let text = labels.join("\n");
        for part in [
            "Scan(_:blank <year> ?y)",
            "_:x <order> ?n",
            "?r <kind> _:blank2",
            "Cross product [",
            "[\"_:blank2\"]",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("()"), "{text}");
        // A label of the query's own is no other node's.
        let text = "SELECT ?y { _:blank :year ?y . [] :order ?n . [] :kind ?k . _:blank3 :kind ?k }";
        let query = parse::query(text, &prefixes, None).unwrap();
        let planned = crate::plan_only(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let (mut open, mut labels) = (vec![planned.plan], String::new());
        while let Some(step) = open.pop() {
            labels.push_str(&step.label.replace("http://example.org/", ""));
            open.extend(step.children);
        }
        for part in ["_:blank <year> ?y", "_:blank2 <order> ?n", "_:blank4 <kind> ?k", "_:blank3 <kind> ?k"] {
            assert!(labels.contains(part), "{part}: {labels}");
        }
    }

    /// Of a pack alone the numbers of terms tell the order; with a term beside them a scan merges its pairs in by value.
    #[test]
    fn a_scan_in_the_order_of_values_says_so() {
        let (prefixes, mut changed) = (prefixes(), Memory::over(graph()));
        let labels = |graph: &dyn Graph, text: &str| {
            let query = parse::query(text, &prefixes, None).unwrap();
            let planned =
                crate::plan_only(graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
            let ran = explain(graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
            let (mut open, mut labels) = (vec![planned.plan, ran.plan], Vec::new());
            while let Some(step) = open.pop() {
                open.extend(step.children);
                labels.push(step.label.replace("http://example.org/", ""));
            }
            labels.retain(|label| label.starts_with("Scan"));
            labels
        };
        let sorted = "SELECT ?r ?y { ?r :year ?y } ORDER BY ?y";
        let within = "SELECT ?r ?y { ?r :year ?y FILTER(?y > 2001) } ORDER BY ?y";
        let unsorted = "SELECT ?r ?y { ?r :year ?y }";
        assert_eq!(labels(&changed, sorted), ["Scan(?r <year> ?y) by object"; 2]);
        let node = |name: &str| NamedNode::new_unchecked(format!("http://example.org/{name}"));
        let more = Quad::new(node("new"), node("year"), Literal::from(2001), GraphName::DefaultGraph);
        changed.insert(more).unwrap();
        assert_eq!(labels(&changed, sorted), ["Scan(?r <year> ?y) by object, in the order of values"; 2]);
        let text = "Scan(?r <year> ?y) by object, in the order of values, where (?y > \"2001\"^^<http://www.w3.org/2001/XMLSchema#integer>)";
        assert_eq!(labels(&changed, within), [text; 2]);
        let plain = labels(&changed, unsorted);
        assert!(plain.iter().all(|label| !label.contains("values")), "nobody asks for an order: {plain:?}");
    }

    #[test]
    fn a_plan_is_told_without_running_it() {
        let (graph, prefixes) = (graph(), prefixes());
        let text = "SELECT ?r ?k { ?r a :Release ; :kind ?k } ORDER BY ?k";
        let query = parse::query(text, &prefixes, None).unwrap();
        let planned = crate::plan_only(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        let explained = explain(&graph, &query, DefaultGraph::Alone, &Governor::unlimited()).unwrap();
        assert!(explained.ran && !planned.ran);
        let steps = |plan: &super::Step| {
            let (mut open, mut seen) = (vec![plan.clone()], Vec::new());
            while let Some(step) = open.pop() {
                seen.push((step.label, step.estimate, step.order, step.rows));
                open.extend(step.children);
            }
            seen
        };
        let (before, after) = (steps(&planned.plan), steps(&explained.plan));
        assert_eq!(before.len(), after.len());
        for (a, b) in before.iter().zip(&after) {
            assert_eq!((&a.0, a.1, &a.2, 0), (&b.0, b.1, &b.2, a.3), "the same plan, and no row");
        }
        assert!(planned.plan.cost > 0.0 && after.iter().any(|step| step.3 > 0));
        assert!(before.iter().any(|step| step.2 == ["?k"]), "sorted by ?k: {before:?}");
        assert!(before.iter().any(|step| step.2 == ["?r"]), "a scan comes sorted: {before:?}");
    }
}
