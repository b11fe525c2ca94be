//! A graph as it is at one moment, with all that is known about it. Nothing in it changes once it is open,
//! so any number of queries can be asked of one at the same time.
//!
//! In: an [`Ask`](crate::ask::Ask), or what is wanted to be known. Out: answers and reports as values. Where a graph comes
//! from, where it is kept and how it changes is [`crate::session`]'s business.

mod advice;
mod answers;
pub(crate) mod apart;
mod parsed;
mod parts;
mod prepared;
mod saved;

use crate::advise::complete::Completer;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::explore::look::{Damage, Look};
use crate::explore::names::Names;
use crate::explore::{Knowledge, Named};
use crate::project::Project;
use crate::store::Graph;
use crate::store::durable::SORTING;
use crate::store::memory::Memory;
use crate::store::pack::{Pack, Watch};
use crate::terms::Prefixes;
use prepared::PreparedQueries;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// How many names are read at most for labels and completion.
const NAME_BUDGET: usize = 500_000;

/// A graph, its project, prefixes, names and saved queries. Copies share all of it.
#[derive(Clone)]
pub struct Snapshot {
    project: Arc<Project>,
    graph: Arc<Memory>,
    prefixes: Prefixes,
    /// What of the graph could not be read for advice and look-ups.
    damage: Arc<Damage>,
    names: Arc<OnceLock<Names>>,
    completer: Arc<Completer>,
    catalog: Arc<OnceLock<Catalog>>,
    /// Queries that were asked of it before.
    prepared: Arc<PreparedQueries>,
    user_queries: Option<PathBuf>,
}

impl Snapshot {
    /// A graph with its project. Names and saved queries are read when first asked for.
    pub(crate) fn new(project: Project, graph: Arc<Memory>, prefixes: Prefixes) -> Self {
        Self {
            project: Arc::new(project),
            graph,
            prefixes,
            damage: Arc::default(),
            names: Arc::default(),
            completer: Arc::default(),
            catalog: Arc::default(),
            prepared: Arc::default(),
            user_queries: None,
        }
    }

    /// The same with more prefixes, or other ones.
    pub(crate) fn with_prefixes(&self, prefixes: Prefixes) -> Self {
        Self { prefixes, prepared: Arc::default(), ..self.clone() }
    }

    /// The same with the user's own saved queries in another folder.
    pub(crate) fn with_user_queries(&self, folder: Option<PathBuf>) -> Self {
        Self { user_queries: folder, catalog: Arc::default(), ..self.clone() }
    }

    /// The same with another language shown first.
    pub(crate) fn with_language(&self, language: &str) -> Self {
        let mut project = Project::clone(&self.project);
        project.languages.retain(|have| have != language);
        project.languages.insert(0, language.to_owned());
        Self { project: Arc::new(project), ..self.clone() }
    }

    /// The same project over another graph, of which nothing is known yet.
    pub(crate) fn over(&self, graph: Arc<Memory>) -> Self {
        Self {
            graph,
            damage: Arc::default(),
            names: Arc::default(),
            completer: Arc::default(),
            prepared: Arc::default(),
            ..self.clone()
        }
    }

    /// The graph in memory to change in place, where no other snapshot shares it. What is known about it is
    /// forgotten.
    pub(crate) fn memory_alone(&mut self) -> Option<&mut Memory> {
        let memory = Arc::get_mut(&mut self.graph)?;
        (self.damage, self.names, self.completer, self.prepared) = Default::default();
        Some(memory)
    }

    /// Writes the graph as a pack, as it is read: neither is held. Temporary files, where they are needed, go beside a file.
    ///
    /// # Errors
    /// Where the graph cannot be read, has more terms than a pack can number, or `out` fails; and where `watch` stops it.
    pub fn write_pack(&self, out: &mut dyn std::io::Write, beside: &Path, watch: Watch<'_>) -> Result<()> {
        let graph = self.graph.snapshot()?;
        match graph.changes() {
            0 => graph.base().write_within(&self.prefixes, out, watch).map(drop),
            _ => graph.write_pack(&self.prefixes, out, (beside, SORTING), watch).map(drop),
        }
    }

    /// The graph with its changes.
    pub(crate) fn memory(&self) -> &Arc<Memory> {
        &self.graph
    }

    /// The project that the graph belongs to.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The graph itself.
    pub fn graph(&self) -> &dyn Graph {
        self.graph.as_ref()
    }

    /// The pack whose numbers queries of it note beside the texts of terms, as long as it is kept.
    ///
    /// # Errors
    /// Where the graph cannot be read.
    pub fn numbering(&self) -> Result<Arc<Pack>> {
        self.graph.numbering()
    }

    /// The graph as look-ups and advice read it. See [`Look`].
    pub fn look(&self) -> Look<'_> {
        Look::into(self.graph(), &self.damage)
    }

    /// Whether all that look-ups and advice read of the graph so far was whole: whoever tells what they found asks before, so
    /// that nothing is told that a damaged part was taken for empty in. Answers and exports have errors of their own.
    ///
    /// # Errors
    /// Where a part that was read is damaged.
    pub fn sound(&self) -> Result<()> {
        self.damage.told()
    }

    /// The prefixes in scope: well-known, declared in the files, the project's own.
    pub fn prefixes(&self) -> &Prefixes {
        &self.prefixes
    }

    /// The base of relative IRIs in queries.
    pub fn base(&self) -> Option<&str> {
        self.project.base.as_deref()
    }

    /// The names of the graph's things, read when first asked for.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of_graph(self.look(), NAME_BUDGET))
    }

    /// What advice can draw on.
    pub fn knowledge(&self) -> Knowledge<'_> {
        Knowledge { graph: self.look(), named: self, prefixes: &self.prefixes }
    }

    /// The language in which labels are shown first.
    pub fn language(&self) -> &str {
        self.project.languages.first().map_or("en", String::as_str)
    }
}

impl Named for Snapshot {
    fn names(&self) -> &Names {
        Self::names(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::Ask;
    use crate::engine::answer::Answer;
    use crate::engine::{DefaultGraph, Limits};
    use crate::error::Kind;
    use crate::explore::selection::Selection;
    use crate::project::Embedded;
    use crate::sources::rdf;
    use crate::store::pack::Builder;
    use crate::terms::{NamedNode, Term};
    use std::sync::atomic::Ordering;

    fn snapshot() -> Snapshot {
        let data = "@prefix : <http://example.org/> . :a :p 1 , 2 , 3 . :g { :b :p 4 }";
        let (mut builder, mut prefixes) = (Builder::new(), Prefixes::well_known());
        let format = rdf::format_named("trig").unwrap();
        rdf::read("data", format, None, data.as_bytes(), &mut prefixes, &mut |quad| {
            builder.add(quad.as_ref());
            Ok(())
        })
        .unwrap();
        let project = Project::embedded(&Embedded::NOTHING).unwrap();
        Snapshot::new(project, Arc::new(Memory::over(builder.finish())), prefixes)
    }

    /// How many rows came, and what ended them early.
    fn rows(snapshot: &Snapshot, ask: &Ask) -> (usize, Option<Kind>) {
        match snapshot.answer(ask) {
            Ok(Answer::Rows(rows)) => {
                let found = rows.gather();
                (found.rows.len(), found.stopped.map(|error| error.kind))
            }
            Ok(_) => panic!("rows"),
            // Planning asks the governor too: what is stopped by then has no rows to begin with.
            Err(error) => (0, Some(error.kind)),
        }
    }

    #[test]
    fn each_question_has_its_own_limits_switch_and_default_graph() {
        let snapshot = snapshot();
        let all = Ask::new("SELECT * { ?s :p ?o }");
        let two = Ask { limits: Limits { max_rows: Some(2), ..Limits::default() }, ..all.clone() };
        let stopped = Ask { cancel: Arc::default(), ..all.clone() };
        stopped.cancel.store(true, Ordering::Relaxed);
        let union = Ask { default_graph: DefaultGraph::Union, ..all.clone() };
        std::thread::scope(|scope| {
            let answers = [&all, &two, &stopped, &union].map(|ask| scope.spawn(|| rows(&snapshot, ask)));
            let found = answers.map(|answer| answer.join().unwrap());
            let expected = [(3, None), (2, Some(Kind::Limit)), (0, Some(Kind::Interrupted)), (4, None)];
            assert_eq!(found, expected);
        });
    }

    /// A long text is read and planned on another thread: what comes of it is the same, and a limit or the switch ends the waiting.
    #[test]
    fn a_long_text_is_answered_as_a_short_one_within_its_limits() {
        let snapshot = snapshot();
        let list = (0..30_000).map(|n| format!("{n},")).collect::<String>();
        let padding = format!("# {}\n", "x".repeat(1 << 16));
        let short = [
            "SELECT * { ?s :p ?o FILTER(?o IN (2, 3)) }",
            "SELECT * { ?s !(:q|:r) ?o }",
            "SELECT * { ?s :p }",
            "SELECT * { SERVICE <http://other/> { ?s :p ?o } }",
        ];
        for text in short {
            let long = format!("{padding}{text}");
            let told = |text: &str| match snapshot.answer(&Ask::new(text)) {
                Ok(Answer::Rows(rows)) => format!("{:?}", rows.gather().rows),
                Ok(_) => panic!("rows"),
                Err(error) => error.message.clone(),
            };
            assert_eq!(told(&long), told(text));
            let planned = |text: &str| {
                let plan = snapshot.plan_only(&Ask::new(text));
                plan.map_or_else(|error| error.message.clone(), |plan| format!("{:?}", plan.plan))
            };
            assert_eq!(planned(&long), planned(text));
        }
        let long = Ask::new(format!("SELECT * {{ ?s :p ?o FILTER(?o IN ({list} 3)) }}"));
        let computed = Ask::new(format!("SELECT * {{ ?s :p ?o FILTER(?o + 1 IN ({list} 3)) }}"));
        for ask in [long, computed] {
            let late = Ask {
                limits: Limits { timeout: Some(std::time::Duration::ZERO), ..Limits::default() },
                ..ask.clone()
            };
            let stopped = Ask { cancel: Arc::default(), ..ask.clone() };
            stopped.cancel.store(true, Ordering::Relaxed);
            let found = [&ask, &late, &stopped].map(|ask| rows(&snapshot, ask));
            assert_eq!(found, [(3, None), (0, Some(Kind::Limit)), (0, Some(Kind::Interrupted))]);
        }
    }

    #[test]
    fn a_snapshot_with_more_prefixes_leaves_the_old_one_as_it_was() {
        let old = snapshot();
        let mut prefixes = old.prefixes().clone();
        prefixes.insert("more", "http://example.org/");
        let new = old.with_prefixes(prefixes);
        let ask = Ask::new("SELECT * { ?s more:p ?o }");
        assert_eq!(rows(&new, &ask).0, 3);
        assert!(old.answer(&ask).is_err());
    }

    /// A name that is taken for absent, or a term for a blank node, must not reach anybody.
    #[test]
    fn what_is_told_of_a_damaged_graph_is_right_or_an_error() {
        let data = "@prefix : <http://example.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
            :a a :C ; rdfs:label \"one\"@en , \"eins\"@de ; :p :b , 1 . :b a :C ; :q :a , \"text\" , 2.5 .";
        let (mut builder, mut prefixes) = (Builder::new(), Prefixes::well_known());
        let format = rdf::format_named("turtle").unwrap();
        rdf::read("data", format, None, data.as_bytes(), &mut prefixes, &mut |quad| {
            builder.add(quad.as_ref());
            Ok(())
        })
        .unwrap();
        let whole = builder.finish().write(Vec::new()).unwrap();
        let thing = NamedNode::new_unchecked("http://example.org/a");
        let told = |bytes: Vec<u8>, what: usize| -> Result<String> {
            let pack = crate::store::pack::Pack::from_static(Vec::leak(bytes))?;
            let project = Project::embedded(&Embedded::NOTHING)?;
            let graph = Arc::new(Memory::over(pack));
            let snapshot = Snapshot::new(project, graph, prefixes.clone());
            let text = "SELECT * { ?x :r ?y }";
            Ok(match what {
                0 => format!("{:?}", snapshot.schema(None)?),
                1 => format!("{:?}", snapshot.search("one", 5)?),
                2 => format!("{:?}", snapshot.thing("eins")?),
                3 => format!("{:?}", snapshot.export(&Selection::All)?),
                4 => format!("{:?}", snapshot.doubts(text)?),
                5 => format!("{:?}", snapshot.description(&Term::from(thing.clone()))?),
                6 => format!("{:?}", snapshot.why_empty(&Ask::new(text))),
                7 => format!("{:?}", snapshot.mistakes(text, true)),
                8 => format!("{:?}", snapshot.label(&thing.clone().into(), "de")),
                _ => format!("{:?}", snapshot.suggest("what is one", "en")),
            })
            .and_then(|told| snapshot.sound().map(|()| told))
        };
        let (mut right, mut errors) = (0, 0);
        for what in 0..10 {
            let expected = told(whole.clone(), what).unwrap();
            for place in 0..whole.len() {
                let mut damaged = whole.clone();
                damaged[place] ^= 4;
                match told(damaged, what) {
                    Ok(found) => {
                        assert_eq!(found, expected, "{what}: byte {place} of {}", whole.len());
                        right += 1;
                    }
                    Err(_) => errors += 1,
                }
            }
        }
        assert!(right > 0 && errors > 0, "{right} {errors}");
    }
}
