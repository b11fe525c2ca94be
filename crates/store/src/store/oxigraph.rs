//! A graph that can change: oxigraph's store, in memory or (with the feature `rocksdb`) in a folder.
//!
//! In: quads, updates already parsed. Out: the Graph port over what the store holds at the moment, and its columns, read
//! whole into memory when a query first asks for them. Terms are numbered as they are met, and keep their numbers as
//! long as the store is open; the columns have numbers of their own. It knows no text of updates.

use super::pack::{Builder, Pack};
use super::{FIRST_FOREIGN, Graph, GraphId, Id, Indexed, Pattern, Scan, Triple};
use crate::error::{Error, Hint, Result};
use crate::terms::{BlankNode, GraphName, NamedNode, NamedOrBlankNode, Quad, Term, TermRef};
use ::oxigraph::model::{GraphNameRef, NamedNodeRef, NamedOrBlankNodeRef};
use ::oxigraph::sparql::{CancellationToken, SparqlEvaluator, UpdateEvaluationError};
use ::oxigraph::store::{StorageError, Store};
use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

/// How often a running update asks whether to go on.
const CHECK_EVERY: Duration = Duration::from_millis(10);

/// A store behind the port.
pub struct Mutable {
    store: Store,
    numbers: Arc<RwLock<Numbers>>,
    /// All of it in columns, as it was when they were first asked for.
    columns: OnceLock<Pack>,
}

/// The terms met so far, each with its number. It only grows.
#[derive(Default)]
struct Numbers {
    of: HashMap<Term, Id>,
    terms: Vec<Term>,
}

impl Mutable {
    /// An empty store in memory.
    ///
    /// # Errors
    /// Where the store cannot be made.
    pub fn in_memory() -> Result<Self> {
        Ok(Self::over(Store::new().map_err(|error| failed("the store cannot be made", error))?))
    }

    /// A store in memory with all that `graph` holds.
    ///
    /// # Errors
    /// Where `graph` cannot be read.
    pub fn copy_of(graph: &dyn Graph) -> Result<Self> {
        let copy = Self::in_memory()?;
        for name in std::iter::once(None).chain(graph.graph_names().into_iter().map(Some)) {
            copy.load(quads_of(graph, name))?;
        }
        Ok(copy)
    }

    /// Opens the durable store in a folder, which is made where there is none.
    ///
    /// # Errors
    /// Where another process has it open, or it is damaged or of another kind.
    #[cfg(feature = "rocksdb")]
    pub fn open(folder: &Path) -> Result<Self> {
        let name = folder.display();
        if folder.is_file() {
            return Err(Error::store(format!("{name} is a file: a store is a folder"))
                .hint(Hint::AskFile(name.to_string())));
        }
        Store::open(folder).map(Self::over).map_err(|error| {
            let text = error.to_string();
            if text.to_ascii_lowercase().contains("lock") {
                Error::store(format!("the store {name} is in use by another process"))
                    .because(error)
                    .hint("end the other one first: a store is open in one process at a time")
            } else {
                Error::store(format!("the store {name} cannot be opened"))
                    .because(error)
                    .hint("a store that another program made, or that is damaged, must be loaded anew")
            }
        })
    }

    /// Says how to get a baimo that can open a durable store: this one cannot.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "rocksdb"))]
    pub fn open(folder: &Path) -> Result<Self> {
        let name = folder.display();
        Err(Error::usage(format!("this baimo was built without durable stores and cannot open {name}"))
            .hint(Hint::RebuildWithStores))
    }

    fn over(store: Store) -> Self {
        Self { store, numbers: Arc::default(), columns: OnceLock::new() }
    }

    /// The same store to be read anew, after a change.
    #[must_use]
    pub fn reread(&self) -> Self {
        Self { store: self.store.clone(), numbers: Arc::clone(&self.numbers), columns: OnceLock::new() }
    }

    /// Reads all of it into columns.
    ///
    /// # Errors
    /// Where the store cannot be read, or holds more terms than can be numbered.
    pub fn read(&self) -> Result<Pack> {
        let mut builder = Builder::new();
        for quad in self.store.quads_for_pattern(None, None, None, None) {
            builder.add(quad.map_err(|error| failed("the store cannot be read", error))?.as_ref());
            if builder.is_full() {
                return Err(Error::data("the store holds more terms than a pack can number"));
            }
        }
        Ok(builder.finish())
    }

    /// Adds quads, all or none.
    ///
    /// # Errors
    /// Where the store fails, or one of the quads is an error: then none was added.
    pub fn load(&self, quads: impl IntoIterator<Item = Result<Quad>>) -> Result<u64> {
        let mut count = 0;
        let counted = quads.into_iter().inspect(|quad| count += u64::from(quad.is_ok()));
        let mut loader = self.store.bulk_loader();
        loader.load_ok_quads::<Broken, Broken>(counted.map(|quad| quad.map_err(Broken)))?;
        loader.commit().map_err(|error| failed("the store cannot be written", error))?;
        Ok(count)
    }

    /// Carries out an update, all of it or nothing. `check` is asked many times a second whether to go on.
    ///
    /// # Errors
    /// Where an operation fails, as DROP of a graph that is not there, or `check` does.
    pub fn update(
        &self,
        update: spargebra::Update,
        check: &mut (dyn FnMut() -> Result<()> + Send),
    ) -> Result<()> {
        let stop = CancellationToken::new();
        let evaluator = SparqlEvaluator::new().with_cancellation_token(stop.clone());
        let (done, ended) = std::sync::mpsc::channel::<()>();
        let stopper = stop.clone();
        std::thread::scope(|scope| {
            let watch = scope.spawn(move || {
                while ended.recv_timeout(CHECK_EVERY) == Err(RecvTimeoutError::Timeout) {
                    if let Err(error) = check() {
                        stopper.cancel();
                        return Some(error);
                    }
                }
                None
            });
            let result = evaluator.for_update(update).on_store(&self.store).execute();
            drop(done);
            let stopped = watch.join().unwrap_or_default();
            result.map_err(|error| stopped.unwrap_or_else(|| update_failed(error)))
        })
    }

    fn known(&self, id: Id) -> Option<Term> {
        let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
        numbers.terms.get(id as usize).cloned()
    }

    /// The name of a graph by its number; nothing where no graph has the number.
    fn graph_name(&self, graph: GraphId) -> Option<GraphName> {
        Some(match graph.map(|id| self.known(id)) {
            None => GraphName::DefaultGraph,
            Some(Some(Term::NamedNode(name))) => name.into(),
            Some(Some(Term::BlankNode(name))) => name.into(),
            Some(_) => return None,
        })
    }

    /// The quads that match, read as they are asked for.
    fn quads(&self, graph: GraphId, [s, p, o]: Pattern) -> Option<::oxigraph::store::QuadIter<'static>> {
        let name = self.graph_name(graph)?;
        // A number that stands for no term of its place matches nothing.
        let term = |id: Option<Id>| id.map(|id| self.known(id).ok_or(())).transpose().ok();
        let (s, p, o) = (term(s)?, term(p)?, term(o)?);
        let subject = s.as_ref().map(subject).map(|found| found.ok_or(())).transpose().ok()?;
        let predicate = p.as_ref().map(predicate).map(|found| found.ok_or(())).transpose().ok()?;
        let object = o.as_ref().map(Term::as_ref);
        Some(self.store.quads_for_pattern(subject, predicate, object, Some(name.as_ref())))
    }
}

fn subject(term: &Term) -> Option<NamedOrBlankNodeRef<'_>> {
    match term {
        Term::NamedNode(iri) => Some(iri.as_ref().into()),
        Term::BlankNode(node) => Some(node.as_ref().into()),
        Term::Literal(_) | Term::Triple(_) => None,
    }
}

fn predicate(term: &Term) -> Option<NamedNodeRef<'_>> {
    if let Term::NamedNode(iri) = term { Some(iri.as_ref()) } else { None }
}

impl Numbers {
    fn number(&mut self, term: Term) -> Result<Id> {
        if let Some(id) = self.of.get(&term) {
            return Ok(*id);
        }
        let id = Id::try_from(self.terms.len()).ok().filter(|id| *id < FIRST_FOREIGN);
        let id = id.ok_or_else(|| Error::store("more terms were read than this store can number"))?;
        self.terms.push(term.clone());
        self.of.insert(term, id);
        Ok(id)
    }
}

/// Numbers a term; most are known, so that the lock is for reading first.
fn number(numbers: &RwLock<Numbers>, term: Term) -> Result<Id> {
    if let Some(id) = numbers.read().unwrap_or_else(PoisonError::into_inner).of.get(&term) {
        return Ok(*id);
    }
    numbers.write().unwrap_or_else(PoisonError::into_inner).number(term)
}

impl Graph for Mutable {
    fn id(&self, term: TermRef<'_>) -> Option<Id> {
        let owned = term.into_owned();
        if let Some(id) = self.numbers.read().unwrap_or_else(PoisonError::into_inner).of.get(&owned) {
            return Some(*id);
        }
        self.occurs(&owned).then(|| number(&self.numbers, owned).ok()).flatten()
    }

    fn term(&self, id: Id) -> Term {
        // A graph is asked only for the numbers it gave out.
        self.known(id).unwrap_or_else(|| BlankNode::default().into())
    }

    fn scan(&self, graph: GraphId, pattern: Pattern) -> Scan<'_> {
        let numbers = Arc::clone(&self.numbers);
        let quads = self.quads(graph, pattern).into_iter().flatten();
        Scan::Stream(Box::new(quads.map(move |quad| {
            let quad = quad.map_err(|error| failed("the store cannot be read", error))?;
            let id = |term| number(&numbers, term);
            Ok::<Triple, Error>([id(quad.subject.into())?, id(quad.predicate.into())?, id(quad.object)?])
        })))
    }

    fn count(&self, graph: GraphId, pattern: Pattern) -> u64 {
        self.quads(graph, pattern).map_or(0, |quads| quads.count() as u64)
    }

    fn graph_names(&self) -> Vec<Id> {
        let mut names: Vec<NamedOrBlankNode> = self.store.named_graphs().flatten().collect();
        names.retain(|name| {
            let mut quads = self.store.quads_for_pattern(None, None, None, Some(name.as_ref().into()));
            quads.next().is_some()
        });
        names.sort_by_cached_key(ToString::to_string);
        names.into_iter().filter_map(|name| number(&self.numbers, name.into()).ok()).collect()
    }

    fn len(&self) -> u64 {
        self.store.len().map_or(0, |count| count as u64)
    }

    fn indexed(&self) -> Result<Option<&dyn Indexed>> {
        if self.columns.get().is_none() {
            let pack = self.read()?;
            return Ok(Some(self.columns.get_or_init(|| pack)));
        }
        Ok(self.columns.get().map(|pack| pack as &dyn Indexed))
    }
}

impl Mutable {
    /// Whether any quad has this term in any place.
    fn occurs(&self, term: &Term) -> bool {
        let any = |s, p, o, g| self.store.quads_for_pattern(s, p, o, g).next().is_some();
        let as_subject = subject(term);
        as_subject.is_some_and(|subject| any(Some(subject), None, None, None))
            || any(None, None, Some(term.as_ref()), None)
            || predicate(term).is_some_and(|iri| any(None, Some(iri), None, None))
            || as_subject.is_some_and(|name| any(None, None, None, Some(GraphNameRef::from(name))))
    }
}

/// The quads of one graph of a dataset, as terms.
pub fn quads_of<'a>(graph: &'a dyn Graph, name: GraphId) -> impl Iterator<Item = Result<Quad>> + 'a {
    let graph_name = match name.map(|id| graph.term(id)) {
        Some(Term::NamedNode(iri)) => GraphName::from(iri),
        Some(Term::BlankNode(node)) => node.into(),
        _ => GraphName::DefaultGraph,
    };
    graph.scan(name, [None; 3]).triples().map(move |triple| {
        let [subject, predicate, object] = triple?.map(|id| graph.term(id));
        let subject = match subject {
            Term::NamedNode(iri) => NamedOrBlankNode::from(iri),
            Term::BlankNode(node) => node.into(),
            Term::Literal(_) | Term::Triple(_) => return Err(Error::store("a subject is a literal")),
        };
        let Term::NamedNode(predicate) = predicate else {
            return Err(Error::store("a predicate is not an IRI"));
        };
        Ok(Quad::new(subject, NamedNode::clone(&predicate), object, graph_name.clone()))
    })
}

/// Carries our errors through the bulk loader.
struct Broken(Error);

impl From<StorageError> for Broken {
    fn from(error: StorageError) -> Self {
        Self(failed("the store cannot be written", error))
    }
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        broken.0
    }
}

fn failed(what: &str, error: StorageError) -> Error {
    Error::store(what).because(error)
}

fn update_failed(error: UpdateEvaluationError) -> Error {
    match error {
        UpdateEvaluationError::Storage(error) => failed("the store cannot be written", error),
        UpdateEvaluationError::GraphAlreadyExists(name) => {
            Error::query(format!("the graph {name} is there already")).hint("CREATE SILENT passes over that")
        }
        UpdateEvaluationError::GraphDoesNotExist(name) => {
            Error::query(format!("there is no graph {name}")).hint("with SILENT that is passed over")
        }
        error => Error::query("the update failed, and nothing was changed").because(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Literal;

    fn quads() -> Vec<Quad> {
        let iri = |n: usize| NamedNode::new_unchecked(format!("http://example.org/{n}"));
        let mut quads = Vec::new();
        for s in 0..5 {
            for o in 0..4 {
                let graph = if o == 3 { GraphName::NamedNode(iri(100)) } else { GraphName::DefaultGraph };
                quads.push(Quad::new(iri(s), iri(50 + (s + o) % 3), iri(o), graph.clone()));
                quads.push(Quad::new(iri(s), iri(60), Literal::from(o as i64), graph));
            }
        }
        quads
    }

    /// What a scan gives, as text, sorted.
    fn found(graph: &dyn Graph, name: GraphId, pattern: Pattern) -> Vec<String> {
        let triples = graph.scan(name, pattern).triples();
        let mut found: Vec<_> = triples
            .map(|triple| format!("{:?}", triple.unwrap().map(|id| graph.term(id).to_string())))
            .collect();
        found.sort();
        found
    }

    #[test]
    fn it_finds_what_the_packed_graph_finds() {
        let mut builder = Builder::new();
        quads().iter().for_each(|quad| builder.add(quad.as_ref()));
        let pack = builder.finish();
        let store = Mutable::copy_of(&pack).unwrap();
        assert_eq!(store.len(), pack.len());
        let terms: Vec<Term> = (0..pack.term_count()).map(|id| pack.term(id)).collect();
        let places = || std::iter::once(None).chain(terms.iter().map(Some));
        let ids = |graph: &dyn Graph, pattern: [Option<&Term>; 3]| {
            pattern.map(|term| term.map(|term| graph.id(term.as_ref()).unwrap()))
        };
        let name = pack.term(*pack.graph_names().first().unwrap());
        assert_eq!(store.graph_names(), [store.id(name.as_ref()).unwrap()]);
        for graph in [None, Some(&name)] {
            let of = |g: &dyn Graph| graph.map(|name| g.id(name.as_ref()).unwrap());
            for s in places() {
                for p in places() {
                    for o in [None, terms.first(), terms.last()] {
                        let pattern = [s, p, o];
                        assert_eq!(
                            found(&store, of(&store), ids(&store, pattern)),
                            found(&pack, of(&pack), ids(&pack, pattern))
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_load_with_an_error_adds_nothing() {
        let store = Mutable::in_memory().unwrap();
        let broken = quads().into_iter().map(Ok).chain([Err(Error::data("broken"))]);
        assert_eq!(store.load(broken).unwrap_err().message, "broken");
        assert!(store.is_empty());
        assert!(store.id(quads()[0].predicate.as_ref().into()).is_none());
    }

    #[cfg(not(feature = "rocksdb"))]
    #[test]
    fn without_the_feature_the_error_names_the_way_to_get_it() {
        let error = Mutable::open(Path::new("somewhere")).err().unwrap();
        assert_eq!(error.kind, crate::error::Kind::Usage);
        assert_eq!(error.hints, [Hint::RebuildWithStores]);
    }
}
