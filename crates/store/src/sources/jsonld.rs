//! JSON-LD 1.1 to quads.
//!
//! In: the whole text and the file's own IRI. Out: quads into a sink, value by value. Keys may stand in any order. The
//! text and its tree are in memory: 25 times the text at worst, which is an array of one-digit numbers. Maps and terms
//! that are reverse properties are held whole besides, each as it is read.
//! Contexts of other addresses come from the caller, or are known; nothing is fetched. Beyond JSON-LD 1.1, `@id` may hold a node
//! with one property, which is a triple term, and `@annotation` says more of a triple, as JSON-LD-star has them
//! (report of the community group, 2021); `@triple` and `@reifies` are read as proposed since. What the standard drops without a word (a broken IRI, a blank node as predicate) is refused.

mod context;
mod expand;
mod known;
mod literals;
mod quads;
mod stream;

use super::fault::{Result, Stop};
use super::iri::resolve;
use super::json::{self, Node, Value};
use crate::error;
use crate::terms::{Literal, Prefixes, Quad};
use context::{Context, Options};
use oxiri::Iri;
use oxrdf::BaseDirection;
use quads::Writer;
use std::rc::Rc;

/// The folder for contexts of addresses on the web, beside a file or above it.
pub const FOLDER: &str = "contexts";

/// Where a context of the web is kept: `contexts/HOST/PATH`, without the ending `.jsonld` or `.json` that the file may
/// have. Nothing for what is not on the web, or would be elsewhere.
pub fn file_of(address: &str) -> Option<String> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let rest = rest.split('#').next().unwrap_or(rest).trim_end_matches('/');
    let rest = rest.strip_suffix(".jsonld").or_else(|| rest.strip_suffix(".json")).unwrap_or(rest);
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_alphanumeric() || "-._~@+=,&?%".contains(c))
    };
    rest.split('/').all(is_plain).then(|| format!("{FOLDER}/{}", rest.replace('?', "@")))
}

/// Gives the text of a context by its address; nothing where it is not at hand.
pub type Contexts<'a> = &'a dyn Fn(&str) -> Option<std::io::Result<String>>;

const KEYWORDS: &[&str] = &[
    "@base",
    "@container",
    "@context",
    "@default",
    "@direction",
    "@embed",
    "@explicit",
    "@graph",
    "@id",
    "@import",
    "@included",
    "@index",
    "@json",
    "@language",
    "@list",
    "@nest",
    "@none",
    "@omitDefault",
    "@prefix",
    "@preserve",
    "@propagate",
    "@protected",
    "@requireAll",
    "@reverse",
    "@set",
    "@type",
    "@value",
    "@version",
    "@vocab",
    "@annotation",
    "@reifies",
    "@triple",
];

fn is_keyword(text: &str) -> bool {
    text.starts_with('@') && KEYWORDS.contains(&text)
}

/// `@` and letters: reserved for keywords to come, and passed over.
fn looks_like_keyword(text: &str) -> bool {
    text.strip_prefix('@')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Reads all quads into `sink`, and adds the prefixes of the first context to `prefixes`; their number.
///
/// # Errors
/// Where the text is not JSON or not JSON-LD, or the sink refuses a quad.
pub fn read(
    text: &str,
    base: Option<&str>,
    fresh: bool,
    contexts: Contexts<'_>,
    prefixes: &mut Prefixes,
    sink: &mut dyn FnMut(Quad) -> error::Result<()>,
) -> Result<u64> {
    let url: Option<Rc<str>> = base.map(Into::into);
    let base = match base.map(|base| Iri::parse(base.to_owned())).transpose() {
        Ok(base) => base.map(Rc::new),
        Err(error) => return Err(Stop::Sink(error::Error::usage("the base is not an IRI").because(error))),
    };
    let document = json::parse(text)?;
    let processor = Processor { text, base: base.clone(), url: url.clone(), contexts };
    let mut writer = Writer::new(text, fresh, sink);
    processor.document(
        &document,
        &Rc::new(Context::initial(base)),
        &Options::plain(url),
        prefixes,
        &mut writer,
    )?;
    Ok(writer.count())
}

/// What stays the same through a document.
struct Processor<'p> {
    text: &'p str,
    base: Option<Rc<Iri<String>>>,
    url: Option<Rc<str>>,
    contexts: Contexts<'p>,
}

/// A context of another document.
struct Loaded {
    url: String,
    context: Node<'static>,
}

impl Processor<'_> {
    /// The address of the document.
    fn url(&self) -> Option<Rc<str>> {
        self.url.clone()
    }

    fn wrong<T>(&self, at: usize, what: impl Into<String>, hint: impl Into<String>) -> Result<T> {
        json::fault_at(self.text, at, what, hint)
    }

    /// The context of an address; nothing where it includes itself and is only looked into.
    fn load(&self, address: &str, at: usize, options: &Options) -> Result<Option<Loaded>> {
        let url = match options.url().and_then(|url| Iri::parse(url.to_owned()).ok()) {
            Some(base) => resolve(&base, address).map_or_else(|_| address.to_owned(), Iri::into_inner),
            None => address.to_owned(),
        };
        if options.includes(&url) {
            if !options.validates() {
                return Ok(None);
            }
            return self.wrong(at, format!("the context <{url}> includes itself"), "take it out of itself");
        }
        if options.is_too_deep() {
            return self.wrong(at, "contexts include one another too deep", "put them into one");
        }
        let text = match (self.contexts)(&url) {
            Some(Ok(text)) => text,
            Some(Err(error)) => {
                return self.wrong(
                    at,
                    format!("the context <{url}> cannot be read: {error}"),
                    "put its text in place of its address",
                );
            }
            None => match known::text(&url) {
                Some(text) => text,
                None => return self.not_at_hand(&url, at),
            },
        };
        let unfit = || {
            self.wrong(
                at,
                format!("what stands at <{url}> is not a context"),
                "it must be JSON with @context",
            )
        };
        let Ok(document) = json::parse(&text) else { return unfit() };
        match document.as_object().and_then(|entries| json::get(entries, "@context")) {
            Some(context) => Ok(Some(Loaded { context: context.owned(Some(at)), url })),
            None => unfit(),
        }
    }

    fn not_at_hand<T>(&self, url: &str, at: usize) -> Result<T> {
        let what = format!("the context <{url}> is not in the file, and nothing is fetched from the web");
        let hint = match file_of(url) {
            Some(file) => {
                let folder = file.rsplit_once('/').map_or(FOLDER, |(folder, _)| folder);
                // What stands at schema.org is a web page, which leads to the context.
                let from = if file.ends_with("/schema.org") { "https://schema.org/docs/jsonldcontext.jsonld" } else { url };
                format!(
                    "put it beside the file, or into a folder above: mkdir -p {folder} && \
                     curl -L -H 'Accept: application/ld+json' -o {file}.jsonld '{from}'"
                )
            }
            None => "put its text in place of its address, or write \"@context\": \"NAME.jsonld\" for a file beside it"
                .to_owned(),
        };
        self.wrong(at, what, hint)
    }

    fn boolean(&self, value: &Node<'_>, name: &str) -> Result<bool> {
        match value.value {
            Value::Bool(yes) => Ok(yes),
            _ => self.wrong(value.at, format!("{name} is true or false"), format!("write \"{name}\": true")),
        }
    }

    fn language(&self, value: &Node<'_>) -> Result<Option<Rc<str>>> {
        match value.as_str() {
            None if value.is_null() => Ok(None),
            Some(tag) => {
                self.check_language(tag, value.at)?;
                Ok(Some(tag.to_ascii_lowercase().into()))
            }
            None => {
                self.wrong(value.at, "a language is a tag in quotes, or null", "write \"@language\": \"en\"")
            }
        }
    }

    fn check_language(&self, tag: &str, at: usize) -> Result<()> {
        if Literal::new_language_tagged_literal("", tag).is_ok() {
            return Ok(());
        }
        self.wrong(
            at,
            format!("`{tag}` is not a language tag"),
            format!("write it with hyphens, as in en-US: {}", tag.replace('_', "-")),
        )
    }

    fn direction(&self, value: &Node<'_>) -> Result<Option<BaseDirection>> {
        match value.as_str() {
            None if value.is_null() => Ok(None),
            Some("ltr") => Ok(Some(BaseDirection::Ltr)),
            Some("rtl") => Ok(Some(BaseDirection::Rtl)),
            _ => self.wrong(
                value.at,
                "a direction is \"ltr\", \"rtl\" or null",
                "write \"@direction\": \"rtl\"",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
