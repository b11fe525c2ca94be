//! Contexts of JSON-LD: what terms stand for, and how their values are to be read.
//!
//! In: the active context and a local one. Out: a new active context (JSON-LD 1.1 Processing Algorithms, 4.1 and
//! 4.2; the steps are not numbered here). Contexts of addresses come from the caller.

use super::{Processor, is_keyword, looks_like_keyword};
use crate::sources::fault::Result;
use crate::sources::iri::resolve;
use crate::sources::json::{self, Entry, Node, Value};
use oxiri::Iri;
use oxrdf::BaseDirection;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// How deep definitions may depend on one another, and contexts include one another.
const DEPTH: usize = 64;

/// After how many layers the terms of a context are gathered into one.
const LAYERS: usize = 32;

/// What is in force at a place of the document.
#[derive(Clone, Default)]
pub struct Context {
    /// The base of relative IRIs.
    pub base: Option<Rc<Iri<String>>>,
    /// What stands before terms without a definition.
    pub vocab: Option<Rc<str>>,
    /// The language of strings.
    pub language: Option<Rc<str>>,
    /// The direction of strings.
    pub direction: Option<BaseDirection>,
    /// The context to return to for the nodes below, where this one is not to be propagated.
    pub previous: Option<Rc<Context>>,
    terms: Rc<Terms>,
    /// Whether a term is protected.
    protects: bool,
}

/// Terms in layers: a small context inside a large one copies nothing.
#[derive(Clone, Default)]
struct Terms {
    /// A term that is taken back is there with nothing.
    own: HashMap<String, Option<Rc<Term>>>,
    below: Option<Rc<Terms>>,
    layers: usize,
}

/// A term's definition.
#[derive(Clone, Default, PartialEq)]
pub struct Term {
    /// What it stands for: an IRI, a blank node or a keyword; nothing where it is to be ignored.
    pub iri: Option<String>,
    prefix: bool,
    protected: bool,
    /// Whether its values are the subjects.
    pub reverse: bool,
    /// The local context of its values.
    pub scoped: Option<Rc<Scoped>>,
    /// Its containers: `@list`, `@set`, `@index`, `@language`, `@id`, `@type`, `@graph`.
    pub container: BTreeSet<String>,
    /// Nothing where the context's counts.
    pub direction: Option<Option<BaseDirection>>,
    /// Nothing where the context's counts.
    pub language: Option<Option<Rc<str>>>,
    /// The property that the keys of an index map stand for.
    pub index: Option<String>,
    /// `@type`: a datatype, `@id`, `@vocab`, `@json` or `@none`.
    pub datatype: Option<String>,
}

/// A local context that a term brings along.
#[derive(Clone)]
pub struct Scoped {
    node: Node<'static>,
    /// The address of the document that it stands in.
    url: Option<Rc<str>>,
}

impl PartialEq for Scoped {
    fn eq(&self, other: &Self) -> bool {
        json::canonical(&self.node) == json::canonical(&other.node)
    }
}

impl Context {
    /// The context of a document before any of its own.
    pub fn initial(base: Option<Rc<Iri<String>>>) -> Self {
        Self { base, ..Self::default() }
    }

    /// A term's definition.
    pub fn term(&self, term: &str) -> Option<&Rc<Term>> {
        let mut layer = Some(self.terms.as_ref());
        while let Some(terms) = layer {
            if let Some(slot) = terms.own.get(term) {
                return slot.as_ref();
            }
            layer = terms.below.as_deref();
        }
        None
    }

    fn set(&mut self, name: &str, term: Option<Rc<Term>>) {
        Rc::make_mut(&mut self.terms).own.insert(name.to_owned(), term);
    }

    /// A context over this one, to which terms can be added.
    fn layer(&self) -> Self {
        let mut next = self.clone();
        if self.terms.own.is_empty() {
            return next;
        }
        next.terms = Rc::new(if self.terms.layers < LAYERS {
            Terms { own: HashMap::new(), below: Some(Rc::clone(&self.terms)), layers: self.terms.layers + 1 }
        } else {
            let mut own = HashMap::new();
            self.terms.gather(&mut own);
            Terms { own, below: None, layers: 0 }
        });
        next
    }

    /// The prefixes: terms that are simple and end as namespaces do.
    pub fn prefixes(&self) -> Vec<(String, String)> {
        let mut own = HashMap::new();
        self.terms.gather(&mut own);
        let prefix = |(name, term): (String, Option<Rc<Term>>)| {
            let term = term.filter(|term| term.prefix)?;
            Some((name, term.iri.clone()?))
        };
        own.into_iter().filter_map(prefix).collect()
    }

    /// 4.1 IRI expansion, where all terms are defined. `vocab`: terms and the vocabulary count; `relative`: the
    /// base counts.
    pub fn expand_iri(&self, value: &str, relative: bool, vocab: bool) -> Option<String> {
        if is_keyword(value) {
            return Some(value.to_owned());
        }
        if looks_like_keyword(value) {
            return None;
        }
        let term = self.term(value);
        if let Some(iri) = term.and_then(|term| term.iri.as_deref()).filter(|iri| is_keyword(iri)) {
            return Some(iri.to_owned());
        }
        if let Some(term) = term.filter(|_| vocab) {
            return term.iri.clone();
        }
        if let Some((prefix, suffix)) = split_compact(value) {
            if prefix == "_" || suffix.starts_with("//") {
                return Some(value.to_owned());
            }
            if let Some(iri) =
                self.term(prefix).filter(|term| term.prefix).and_then(|term| term.iri.as_deref())
            {
                return Some(format!("{iri}{suffix}"));
            }
            if has_scheme(value) {
                return Some(value.to_owned());
            }
        }
        if let Some(before) = self.vocab.as_deref().filter(|_| vocab) {
            return Some(format!("{before}{value}"));
        }
        match &self.base {
            Some(base) if relative => {
                Some(resolve(base, value).map_or_else(|_| value.to_owned(), Iri::into_inner))
            }
            _ => Some(value.to_owned()),
        }
    }
}

impl Terms {
    fn gather(&self, into: &mut HashMap<String, Option<Rc<Term>>>) {
        if let Some(below) = &self.below {
            below.gather(into);
        }
        into.extend(self.own.iter().map(|(name, term)| (name.clone(), term.clone())));
    }
}

/// The parts of `prefix:suffix`, where the colon is not the first character.
fn split_compact(value: &str) -> Option<(&str, &str)> {
    value.split_once(':').filter(|(prefix, _)| !prefix.is_empty())
}

fn has_scheme(value: &str) -> bool {
    split_compact(value).is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// How a local context is processed.
#[derive(Clone)]
pub struct Options {
    /// Whether protected terms may be redefined.
    pub overrides: bool,
    /// Whether the new context holds for nodes further below.
    pub propagates: bool,
    /// The address of the document that holds the local context.
    url: Option<Rc<str>>,
    /// The addresses of the contexts being read.
    within: Vec<String>,
    /// Whether the contexts of terms are looked into.
    validates: bool,
}

impl Options {
    /// As for a context of the document itself.
    pub fn plain(url: Option<Rc<str>>) -> Self {
        Self { overrides: false, propagates: true, url, within: Vec::new(), validates: true }
    }

    /// The address of the document that holds the local context.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Whether the context of an address is being read.
    pub fn includes(&self, url: &str) -> bool {
        self.within.iter().any(|within| within == url)
    }

    /// Whether no further context may be read inside.
    pub fn is_too_deep(&self) -> bool {
        self.within.len() >= DEPTH
    }

    /// Whether the contexts of terms are looked into.
    pub fn validates(&self) -> bool {
        self.validates
    }
}

/// A local context whose terms are being defined.
struct Defining<'n, 'a> {
    local: &'n [Entry<'a>],
    /// False while a term is being defined, true afterwards.
    defined: HashMap<String, bool>,
    protected: bool,
    options: Options,
    depth: usize,
}

impl Processor<'_> {
    /// The context that a term brings along for its values.
    pub fn scoped(
        &self,
        active: &Rc<Context>,
        scoped: &Scoped,
        overrides: bool,
        propagates: bool,
    ) -> Result<Rc<Context>> {
        let options = Options { overrides, propagates, ..Options::plain(scoped.url.clone()) };
        self.context(active, &scoped.node, &options)
    }

    /// 4.1 context processing.
    ///
    /// # Errors
    /// Where the local context is malformed, or one of another address is not there.
    pub fn context(&self, active: &Rc<Context>, local: &Node<'_>, options: &Options) -> Result<Rc<Context>> {
        let mut options = options.clone();
        if let Some(propagate) = local.as_object().and_then(|entries| json::get(entries, "@propagate")) {
            options.propagates = self.boolean(propagate, "@propagate")?;
        }
        let mut result = active.layer();
        if !options.propagates && result.previous.is_none() {
            result.previous = Some(Rc::clone(active));
        }
        for context in local.items() {
            match &context.value {
                Value::Null => {
                    if !options.overrides && result.protects {
                        return self.wrong(
                            context.at,
                            "a context with protected terms cannot be taken back by null",
                            "leave null out",
                        );
                    }
                    let before = Rc::new(result);
                    result = Context::initial(self.base.clone());
                    if !options.propagates {
                        result.previous = Some(before);
                    }
                }
                Value::String(address) => {
                    let Some(loaded) = self.load(address, context.at, &options)? else { continue };
                    let inner = Options {
                        url: Some(loaded.url.as_str().into()),
                        within: [options.within.as_slice(), &[loaded.url]].concat(),
                        ..options.clone()
                    };
                    result =
                        self.context(&Rc::new(result), &loaded.context, &inner)?.as_ref().clone().layer();
                }
                Value::Object(entries) => self.define(&mut result, entries, &options)?,
                _ => {
                    return self.wrong(
                        context.at,
                        "a context is an object, an address or null",
                        "write \"@context\": {\"name\": \"http://...\"}",
                    );
                }
            }
        }
        Ok(Rc::new(result))
    }

    fn define(&self, result: &mut Context, entries: &[Entry<'_>], options: &Options) -> Result<()> {
        let imported;
        let entries = match json::get(entries, "@import") {
            None => entries,
            Some(import) => {
                imported = self.imported(import, entries, options)?;
                &imported
            }
        };
        for entry in entries {
            self.keyword_of_context(result, entry, options)?;
        }
        let protected = match json::get(entries, "@protected") {
            Some(value) => self.boolean(value, "@protected")?,
            None => false,
        };
        let mut defining = Defining {
            local: entries,
            defined: HashMap::new(),
            protected,
            options: options.clone(),
            depth: 0,
        };
        for entry in entries {
            let setting = [
                "@base",
                "@direction",
                "@import",
                "@language",
                "@propagate",
                "@protected",
                "@version",
                "@vocab",
            ];
            if !setting.contains(&entry.key.as_ref()) {
                self.term(result, &mut defining, &entry.key)?;
            }
        }
        Ok(())
    }

    /// The entries of an imported context, under those of the one that imports it.
    fn imported(
        &self,
        import: &Node<'_>,
        entries: &[Entry<'_>],
        options: &Options,
    ) -> Result<Vec<Entry<'static>>> {
        let Some(address) = import.as_str() else {
            return self.wrong(
                import.at,
                "@import is an address in quotes",
                "write \"@import\": \"context.jsonld\"",
            );
        };
        let Some(loaded) = self.load(address, import.at, options)? else { return Ok(Vec::new()) };
        let Value::Object(mut all) = loaded.context.value else {
            return self.wrong(
                import.at,
                "what is imported must be one context object",
                "import a document whose @context is an object",
            );
        };
        if json::get(&all, "@import").is_some() {
            return self.wrong(import.at, "an imported context imports another", "import both here");
        }
        all.retain(|entry| !entries.iter().any(|own| own.key == entry.key));
        for entry in entries.iter().filter(|entry| entry.key != "@import") {
            all.push(Entry {
                at: entry.at,
                key: entry.key.as_ref().to_owned().into(),
                value: entry.value.owned(None),
            });
        }
        Ok(all)
    }

    fn keyword_of_context(&self, result: &mut Context, entry: &Entry<'_>, options: &Options) -> Result<()> {
        let value = &entry.value;
        match entry.key.as_ref() {
            "@version" => match &value.value {
                Value::Number(number) if number.parse() == Ok(1.1_f64) => {}
                _ => return self.wrong(value.at, "@version is 1.1", "write \"@version\": 1.1"),
            },
            "@base" if options.within.is_empty() => {
                result.base = match (value.as_str(), &result.base) {
                    (None, _) if value.is_null() => None,
                    (Some(iri), base) => {
                        let resolved = match base {
                            Some(base) => resolve(base, iri),
                            None => Iri::parse(iri.to_owned()),
                        };
                        match resolved {
                            Ok(iri) => Some(Rc::new(iri)),
                            Err(_) => {
                                return self.wrong(
                                    value.at,
                                    format!("`{iri}` in @base is not an IRI"),
                                    "write it in full",
                                );
                            }
                        }
                    }
                    _ => {
                        return self.wrong(
                            value.at,
                            "@base is an IRI in quotes, or null",
                            "write \"@base\": \"http://...\"",
                        );
                    }
                };
            }
            "@vocab" => {
                result.vocab = match value.as_str() {
                    Some(iri) => result.expand_iri(iri, true, true).map(Into::into),
                    None if value.is_null() => None,
                    None => {
                        return self.wrong(
                            value.at,
                            "@vocab is an IRI in quotes, or null",
                            "write \"@vocab\": \"http://...\"",
                        );
                    }
                };
            }
            "@language" => result.language = self.language(value)?,
            "@direction" => result.direction = self.direction(value)?,
            _ => {}
        }
        Ok(())
    }

    /// Defines the terms of the local context that a value is made of.
    fn define_first(&self, active: &mut Context, defining: &mut Defining<'_, '_>, value: &str) -> Result<()> {
        if is_keyword(value) {
            return Ok(());
        }
        let mut names = vec![value];
        if let Some((prefix, suffix)) = split_compact(value)
            && prefix != "_"
            && !suffix.starts_with("//")
        {
            names.push(prefix);
        }
        for name in names {
            if json::get(defining.local, name).is_some() && defining.defined.get(name) != Some(&true) {
                self.term(active, defining, name)?;
            }
        }
        Ok(())
    }

    fn expanded(
        &self,
        active: &mut Context,
        defining: &mut Defining<'_, '_>,
        value: &str,
    ) -> Result<Option<String>> {
        self.define_first(active, defining, value)?;
        Ok(active.expand_iri(value, false, true))
    }

    /// 4.2 create term definition.
    fn term(&self, active: &mut Context, defining: &mut Defining<'_, '_>, name: &str) -> Result<()> {
        let Some(value) = json::get(defining.local, name) else { return Ok(()) };
        match defining.defined.get(name) {
            Some(true) => return Ok(()),
            Some(false) => {
                return self.wrong(
                    value.at,
                    format!("the term \"{name}\" is defined by itself"),
                    "give one of the terms a full IRI",
                );
            }
            None => {}
        }
        if defining.depth >= DEPTH {
            return self.wrong(
                value.at,
                "terms depend on one another too deep",
                "give some of them full IRIs",
            );
        }
        if name.is_empty() {
            return self.wrong(value.at, "a term is empty", "give it a name");
        }
        if is_keyword(name) && (name != "@type" || !is_type_container(value)) {
            return self.wrong(
                value.at,
                format!("the keyword {name} cannot be defined"),
                "give the term another name",
            );
        }
        if looks_like_keyword(name) && !is_keyword(name) {
            return Ok(());
        }
        defining.defined.insert(name.to_owned(), false);
        defining.depth += 1;
        let previous = active.term(name).cloned();
        active.set(name, None);
        let term = self.definition(active, defining, name, value)?;
        defining.depth -= 1;
        let Some(mut term) = term else { return Ok(()) };
        if let Some(previous) = previous.filter(|previous| previous.protected && !defining.options.overrides)
        {
            if (Term { protected: true, ..term }) != *previous {
                return self.wrong(
                    value.at,
                    format!("the term \"{name}\" is protected, and defined anew"),
                    "use another name",
                );
            }
            term = previous.as_ref().clone();
        }
        active.protects |= term.protected;
        active.set(name, Some(Rc::new(term)));
        defining.defined.insert(name.to_owned(), true);
        Ok(())
    }

    fn definition(
        &self,
        active: &mut Context,
        defining: &mut Defining<'_, '_>,
        name: &str,
        value: &Node<'_>,
    ) -> Result<Option<Term>> {
        let mut term = Term { protected: defining.protected, ..Term::default() };
        let (entries, id): (&[Entry<'_>], _) = match &value.value {
            Value::Null => return Ok(Some(term)),
            Value::String(_) => (&[], Some(value)),
            Value::Object(entries) => (entries, json::get(entries, "@id")),
            _ => {
                return self.wrong(
                    value.at,
                    format!("the definition of \"{name}\" is a string, an object or null"),
                    "write \"name\": \"http://...\"",
                );
            }
        };
        let known = [
            "@id",
            "@reverse",
            "@container",
            "@context",
            "@direction",
            "@index",
            "@language",
            "@nest",
            "@prefix",
            "@protected",
            "@type",
        ];
        if let Some(other) = entries.iter().find(|entry| !known.contains(&entry.key.as_ref())) {
            return self.wrong(
                other.at,
                format!("\"{}\" says nothing in the definition of a term", other.key),
                "leave it out",
            );
        }
        if let Some(protected) = json::get(entries, "@protected") {
            term.protected = self.boolean(protected, "@protected")?;
        }
        if let Some(datatype) = json::get(entries, "@type") {
            term.datatype = Some(self.type_mapping(active, defining, datatype)?);
        }
        if let Some(reverse) = json::get(entries, "@reverse") {
            return self.reversed(active, defining, reverse, entries, term);
        }
        let simple = entries.is_empty();
        match id {
            Some(id) if id.is_null() => {}
            Some(id) if id.as_str() != Some(name) => {
                if !self.mapped(active, defining, name, id, simple, &mut term)? {
                    return Ok(None);
                }
            }
            _ => term.iri = Some(self.by_name(active, defining, name, value)?),
        }
        if json::get(entries, "@context").is_some() && term.iri.as_deref() == Some("@context") {
            return self.wrong(value.at, "@context cannot have another name", "call it @context");
        }
        self.rest_of_definition(active, defining, name, entries, &mut term)?;
        Ok(Some(term))
    }

    /// What a term with an `@id` stands for; false where the definition does not count.
    fn mapped(
        &self,
        active: &mut Context,
        defining: &mut Defining<'_, '_>,
        name: &str,
        id: &Node<'_>,
        simple: bool,
        term: &mut Term,
    ) -> Result<bool> {
        let Some(text) = id.as_str() else {
            return self.wrong(
                id.at,
                "@id of a term is an IRI in quotes, or null",
                "write \"@id\": \"http://...\"",
            );
        };
        if looks_like_keyword(text) && !is_keyword(text) {
            return Ok(false);
        }
        let iri = self.expanded(active, defining, text)?.unwrap_or_default();
        if iri == "@context" {
            return self.wrong(id.at, "@context cannot have another name", "call it @context");
        }
        if !is_keyword(&iri) && !iri.contains(':') {
            return self.wrong(
                id.at,
                format!("\"{name}\" stands for `{text}`, which is not an IRI"),
                "write the IRI in full, or declare its prefix or @vocab",
            );
        }
        let inner = name.get(1..).unwrap_or_default().trim_end_matches(':');
        if inner.contains(':') || name.contains('/') {
            defining.defined.insert(name.to_owned(), true);
            if let Some((prefix, suffix)) = split_compact(name)
                && !suffix.starts_with("//")
            {
                self.define_first(active, defining, prefix)?;
            }
            if active.expand_iri(name, false, true).as_deref() != Some(&iri) {
                return self.wrong(
                    id.at,
                    format!("\"{name}\" looks like an IRI, and is said to stand for another"),
                    "give the term a name without a colon or slash",
                );
            }
        } else if simple && (iri.ends_with([':', '/', '?', '#', '[', ']', '@']) || iri.starts_with("_:")) {
            term.prefix = true;
        }
        term.iri = Some(iri);
        Ok(true)
    }

    /// What a term without an `@id` stands for, by its name.
    fn by_name(
        &self,
        active: &mut Context,
        defining: &mut Defining<'_, '_>,
        name: &str,
        value: &Node<'_>,
    ) -> Result<String> {
        if let Some((prefix, suffix)) = split_compact(name) {
            if prefix != "_" && !suffix.starts_with("//") && json::get(defining.local, prefix).is_some() {
                self.define_first(active, defining, prefix)?;
            }
            let mapped = active.term(prefix).and_then(|term| term.iri.as_deref());
            return Ok(mapped.map_or_else(|| name.to_owned(), |iri| format!("{iri}{suffix}")));
        }
        if name.contains('/') {
            if let Some(iri) = active.expand_iri(name, false, true).filter(|iri| has_scheme(iri)) {
                return Ok(iri);
            }
        } else if name == "@type" {
            return Ok(name.to_owned());
        } else if let Some(vocab) = &active.vocab {
            return Ok(format!("{vocab}{name}"));
        }
        self.wrong(
            value.at,
            format!("the term \"{name}\" stands for no IRI"),
            "add \"@id\": \"http://...\" to it, or @vocab to the context",
        )
    }

    fn type_mapping(
        &self,
        active: &mut Context,
        defining: &mut Defining<'_, '_>,
        value: &Node<'_>,
    ) -> Result<String> {
        let expanded = match value.as_str() {
            Some(text) => self.expanded(active, defining, text)?,
            None => None,
        };
        let is_fit = |iri: &String| {
            matches!(iri.as_str(), "@id" | "@vocab" | "@json" | "@none")
                || (has_scheme(iri) && !iri.starts_with("_:"))
        };
        match expanded.filter(is_fit) {
            Some(iri) => Ok(iri),
            None => self.wrong(
                value.at,
                "@type of a term is a datatype's IRI, @id, @vocab, @json or @none",
                "write for instance \"@type\": \"@id\"",
            ),
        }
    }

    fn reversed(
        &self,
        active: &mut Context,
        defining: &mut Defining<'_, '_>,
        reverse: &Node<'_>,
        entries: &[Entry<'_>],
        mut term: Term,
    ) -> Result<Option<Term>> {
        if json::get(entries, "@id").is_some() || json::get(entries, "@nest").is_some() {
            return self.wrong(reverse.at, "@reverse does not go with @id or @nest", "keep one of them");
        }
        let Some(text) = reverse.as_str() else {
            return self.wrong(
                reverse.at,
                "@reverse of a term is an IRI in quotes",
                "write \"@reverse\": \"http://...\"",
            );
        };
        if looks_like_keyword(text) {
            return Ok(None);
        }
        let iri = self.expanded(active, defining, text)?.unwrap_or_default();
        if !iri.contains(':') {
            return self.wrong(
                reverse.at,
                format!("`{text}` is not an IRI"),
                "write it in full, or declare its prefix",
            );
        }
        term.iri = Some(iri);
        term.reverse = true;
        if let Some(container) = json::get(entries, "@container").filter(|container| !container.is_null()) {
            match container.as_str() {
                Some(name @ ("@set" | "@index")) => drop(term.container.insert(name.to_owned())),
                _ => {
                    return self.wrong(
                        container.at,
                        "the container of a reverse property is @set, @index or null",
                        "leave it out",
                    );
                }
            }
        }
        Ok(Some(term))
    }

    fn rest_of_definition(
        &self,
        active: &mut Context,
        defining: &mut Defining<'_, '_>,
        name: &str,
        entries: &[Entry<'_>],
        term: &mut Term,
    ) -> Result<()> {
        if let Some(container) = json::get(entries, "@container") {
            term.container = self.container(container)?;
            if term.container.contains("@type") {
                let datatype = term.datatype.get_or_insert_with(|| "@id".to_owned());
                if datatype != "@id" && datatype != "@vocab" {
                    return self.wrong(
                        container.at,
                        "the keys of a @type container are types: @type is @id or @vocab",
                        "leave @type out",
                    );
                }
            }
        }
        if let Some(index) = json::get(entries, "@index") {
            let iri = match index.as_str() {
                Some(text) => self.expanded(active, defining, text)?,
                None => None,
            };
            if !term.container.contains("@index") || !iri.is_some_and(|iri| has_scheme(&iri)) {
                return self.wrong(
                    index.at,
                    "@index names a property, and goes with \"@container\": \"@index\"",
                    "add the container, or leave @index out",
                );
            }
            term.index = index.as_str().map(str::to_owned);
        }
        if let Some(scoped) = json::get(entries, "@context") {
            if defining.options.validates {
                let options = Options { overrides: true, validates: false, ..defining.options.clone() };
                self.context(&Rc::new(active.clone()), scoped, &options)?;
            }
            term.scoped =
                Some(Rc::new(Scoped { node: scoped.owned(None), url: defining.options.url.clone() }));
        }
        if let Some(language) =
            json::get(entries, "@language").filter(|_| json::get(entries, "@type").is_none())
        {
            term.language = Some(self.language(language)?);
        }
        if let Some(direction) =
            json::get(entries, "@direction").filter(|_| json::get(entries, "@type").is_none())
        {
            term.direction = Some(self.direction(direction)?);
        }
        if let Some(nest) = json::get(entries, "@nest")
            && !nest.as_str().is_some_and(|nest| nest == "@nest" || !is_keyword(nest))
        {
            return self.wrong(
                nest.at,
                "@nest names a term, or is @nest itself",
                "write \"@nest\": \"@nest\"",
            );
        }
        if let Some(prefix) = json::get(entries, "@prefix") {
            term.prefix = self.boolean(prefix, "@prefix")?;
            if name.contains([':', '/']) || (term.prefix && term.iri.as_deref().is_some_and(is_keyword)) {
                return self.wrong(prefix.at, format!("\"{name}\" cannot be a prefix"), "leave @prefix out");
            }
        }
        Ok(())
    }

    fn container(&self, value: &Node<'_>) -> Result<BTreeSet<String>> {
        let names: BTreeSet<String> =
            value.items().iter().filter_map(|item| item.as_str()).map(str::to_owned).collect();
        let mut rest: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != "@set").collect();
        let with_set = rest.len() < names.len();
        let graph = rest.contains(&"@graph");
        rest.retain(|name| *name != "@graph");
        let fits = match rest.as_slice() {
            [] => true,
            ["@list"] => !with_set && !graph,
            ["@id" | "@index"] => true,
            ["@language" | "@type"] => !graph,
            _ => false,
        };
        if fits && !names.is_empty() && names.len() == value.items().len() {
            return Ok(names);
        }
        self.wrong(
            value.at,
            "this is not a container of JSON-LD",
            "it is @list, @set, @index, @language, @id, @type or @graph; @set and @graph go with some others",
        )
    }
}

/// Whether a value may define `@type`: it says that types are sets, or protects them.
fn is_type_container(value: &Node<'_>) -> bool {
    value.as_object().is_some_and(|entries| {
        !entries.is_empty()
            && entries.iter().all(|entry| match entry.key.as_ref() {
                "@container" => entry.value.as_str() == Some("@set"),
                key => key == "@protected",
            })
    })
}
