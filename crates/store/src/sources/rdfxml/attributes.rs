//! The attributes of an element of RDF/XML: what is in scope, and what each of them says.
//!
//! In: a start tag and the scope around it. Out: [`Attributes`], or a fault at the attribute that is wrong.

use super::{LONG, NAMES_HINT, Parser, RDF, Result, fault, is_ncname, is_taken, plain};
use crate::sources::iri;
use crate::sources::xml::{Attribute, Element, Name, Place};
use crate::terms::{Literal, NamedNode, NamedOrBlankNode, Term, rdf};
use oxiri::Iri;
use oxrdf::BaseDirection;
use std::rc::Rc;

/// Attributes that count as RDF's without a prefix (RDF/XML 6.1.4).
const WITHOUT_PREFIX: &[&str] = &["ID", "about", "resource", "parseType", "type"];

const ITS: &str = "http://www.w3.org/2005/11/its";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// What an element inherits.
#[derive(Clone)]
pub struct Scope {
    base: Option<Rc<Iri<String>>>,
    language: Option<Rc<str>>,
    direction: Option<BaseDirection>,
    /// Whether `rdf:version` says that the file is RDF 1.2.
    pub is_1_2: bool,
    place: Place,
}

/// `rdf:parseType`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Parse {
    /// None given.
    None,
    /// `Literal`, and every value that is not known (7.2.20).
    Literal,
    /// `Resource`.
    Resource,
    /// `Collection`.
    Collection,
    /// `Triple`, of RDF 1.2.
    Triple,
}

/// The attributes of an element by what they say.
pub struct Attributes {
    /// What holds inside the element.
    pub scope: Scope,
    /// Where the element begins.
    pub place: Place,
    /// `rdf:ID`, as an IRI.
    pub id: Option<(NamedNode, Place)>,
    /// `rdf:nodeID`.
    pub node_id: Option<String>,
    /// `rdf:about`.
    pub about: Option<NamedNode>,
    /// `rdf:resource`.
    pub resource: Option<NamedNode>,
    /// `rdf:datatype`.
    pub datatype: Option<NamedNode>,
    /// `rdf:parseType`.
    pub parse: Parse,
    /// `rdf:annotation`.
    pub annotation: Option<NamedOrBlankNode>,
    /// `rdf:annotationNodeID`.
    pub annotation_node: Option<String>,
    /// Properties written as attributes, with their values.
    pub properties: Vec<(NamedNode, Term)>,
}

impl Scope {
    /// What holds before the root element.
    pub fn of(base: Option<Rc<Iri<String>>>) -> Self {
        Self { base, language: None, direction: None, is_1_2: false, place: Place::default() }
    }

    /// What holds inside an element, and its attributes that say something else.
    ///
    /// # Errors
    /// Where the base, the language, the direction or the version is malformed.
    pub fn read<'a>(above: &Self, element: &'a Element) -> Result<(Self, Vec<&'a Attribute>)> {
        let mut scope = Self { place: element.place, ..above.clone() };
        let mut direction = None;
        let mut rest = Vec::new();
        for attribute in &element.attributes {
            let Name { prefix, local, namespace } = &attribute.name;
            match (namespace.as_ref(), local.as_str()) {
                (XML, "base") => scope.base = Some(Rc::new(base(above, attribute)?)),
                (XML, "lang") => scope.language = language(attribute)?,
                (ITS, "dir") => direction = Some(attribute),
                (ITS, "version") => {}
                (RDF, "version") => scope.is_1_2 = attribute.value.starts_with("1.2"),
                // XML reserves these names; what is not known is passed over (RDF/XML 6.1.2).
                (XML, _) => {}
                _ if prefix.to_ascii_lowercase().starts_with("xml") => {}
                _ if prefix.is_empty() && local.to_ascii_lowercase().starts_with("xml") => {}
                _ => rest.push(attribute),
            }
        }
        if let Some(attribute) = direction.filter(|_| scope.is_1_2) {
            scope.direction = match attribute.value.as_str() {
                "ltr" => Some(BaseDirection::Ltr),
                "rtl" => Some(BaseDirection::Rtl),
                other => {
                    return fault(
                        attribute.place,
                        format!("`{other}` is not a direction"),
                        "write ltr or rtl",
                    );
                }
            };
        }
        Ok((scope, rest))
    }

    /// A text in the language in scope.
    pub fn literal(&self, text: String) -> Literal {
        let Some(language) = &self.language else { return Literal::new_simple_literal(text) };
        match self.direction {
            Some(direction) => {
                Literal::new_directional_language_tagged_literal_unchecked(text, language.as_ref(), direction)
            }
            None => Literal::new_language_tagged_literal_unchecked(text, language.as_ref()),
        }
    }

    /// A text with a datatype. A text that is said to have a language has the one in scope.
    ///
    /// # Errors
    /// Where it is said to have a language, and has none.
    pub fn typed(&self, text: String, datatype: NamedNode) -> Result<Literal> {
        let (tagged, directed) = (datatype == rdf::LANG_STRING, datatype == rdf::DIR_LANG_STRING);
        if !tagged && !directed {
            return Ok(Literal::new_typed_literal(text, datatype));
        }
        if self.language.is_none() || (directed && self.direction.is_none()) {
            return fault(
                self.place,
                format!(
                    "the datatype rdf:{} is that of texts with a language, and this one has none",
                    datatype.as_str().trim_start_matches(RDF)
                ),
                "add xml:lang=\"en\" (and its:dir for a direction), or leave rdf:datatype out",
            );
        }
        let scope = Self { direction: self.direction.filter(|_| directed), ..self.clone() };
        Ok(scope.literal(text))
    }

    /// An IRI that may be relative.
    fn iri(&self, attribute: &Attribute) -> Result<NamedNode> {
        resolve(self.base.as_deref(), &attribute.value, attribute)
            .map(|iri| NamedNode::new_unchecked(iri.into_inner()))
    }
}

fn base(above: &Scope, attribute: &Attribute) -> Result<Iri<String>> {
    // A base is resolved against the one around it (XML Base 3); its fragment does not count.
    let value = attribute.value.split('#').next().unwrap_or_default();
    let base = resolve(above.base.as_deref(), value, attribute)?;
    if base.len() > LONG {
        return fault(attribute.place, format!("a base is longer than {LONG} bytes"), "shorten it");
    }
    Ok(base)
}

fn resolve(base: Option<&Iri<String>>, value: &str, attribute: &Attribute) -> Result<Iri<String>> {
    let resolved = match base {
        Some(base) => iri::resolve(base, value),
        None => Iri::parse(value.to_owned()),
    };
    resolved.or_else(|error| {
        let relative = base.is_none() && error.to_string().contains("No scheme");
        let (what, hint) = if relative {
            (
                format!(
                    "the IRI `{value}` of {} is relative, and there is no base",
                    attribute.name.written()
                ),
                "add xml:base=\"http://...\" to the root element, or write the IRI in full".to_owned(),
            )
        } else {
            let (_, hints) = crate::sources::plain::explain(&error.to_string(), None, false);
            (
                format!("`{value}` in {} is not an IRI: {}", attribute.name.written(), plain(&error)),
                hints.first().map_or_else(|| "correct it".to_owned(), Clone::clone).replace("> ", "quote "),
            )
        };
        fault(attribute.place, what, hint)
    })
}

fn language(attribute: &Attribute) -> Result<Option<Rc<str>>> {
    let tag = attribute.value.trim().to_ascii_lowercase();
    if tag.is_empty() {
        return Ok(None);
    }
    match Literal::new_language_tagged_literal("", tag.as_str()) {
        Ok(_) if tag.len() <= LONG => Ok(Some(tag.into())),
        _ => fault(
            attribute.place,
            format!("`{}` is not a language tag", attribute.value),
            format!("write it with hyphens, as in en-US: {}", tag.replace('_', "-")),
        ),
    }
}

impl Parser<'_> {
    /// Sorts the attributes of an element.
    ///
    /// # Errors
    /// Where one cannot stand here, stands twice or is malformed.
    pub(super) fn attributes(&mut self, element: &Element) -> Result<Attributes> {
        let Some(above) = self.frames.last() else {
            return fault(element.place, "this element is outside the document", "delete it");
        };
        let (scope, rest) = Scope::read(&above.scope, element)?;
        let mut out = Attributes {
            scope,
            place: element.place,
            id: None,
            node_id: None,
            about: None,
            resource: None,
            datatype: None,
            parse: Parse::None,
            annotation: None,
            annotation_node: None,
            properties: Vec::new(),
        };
        let mut seen: Vec<&str> = Vec::new();
        for attribute in rest {
            let name = &attribute.name;
            let bare = name.prefix.is_empty() && WITHOUT_PREFIX.contains(&name.local.as_str());
            if bare || name.namespace.as_ref() == RDF {
                if seen.contains(&name.local.as_str()) {
                    return fault(
                        attribute.place,
                        format!("{0} stands here with and without the prefix rdf:", name.local),
                        "keep one of the two",
                    );
                }
                seen.push(&name.local);
                self.of_rdf(attribute, &mut out)?;
            } else if name.prefix.is_empty() {
                return fault(
                    attribute.place,
                    format!("the attribute `{}` has no prefix, so it says nothing", name.local),
                    format!("write rdf:{0} or another prefix before it", name.local),
                );
            } else {
                let predicate = self.name(name, attribute.place)?;
                out.properties.push((predicate, out.scope.literal(attribute.value.clone()).into()));
            }
        }
        Ok(out)
    }

    fn of_rdf(&mut self, attribute: &Attribute, out: &mut Attributes) -> Result<()> {
        let local = attribute.name.local.as_str();
        match local {
            "ID" => {
                let id = ncname(attribute)?;
                let iri = resolve(out.scope.base.as_deref(), &format!("#{id}"), attribute)?;
                out.id = Some((NamedNode::new_unchecked(iri.into_inner()), attribute.place));
            }
            "nodeID" => out.node_id = Some(ncname(attribute)?),
            "about" => out.about = Some(out.scope.iri(attribute)?),
            "resource" => out.resource = Some(out.scope.iri(attribute)?),
            "datatype" => out.datatype = Some(out.scope.iri(attribute)?),
            "annotation" => out.annotation = Some(out.scope.iri(attribute)?.into()),
            "annotationNodeID" => out.annotation_node = Some(ncname(attribute)?),
            "type" => out.properties.push((rdf::TYPE.into(), out.scope.iri(attribute)?.into())),
            "parseType" => {
                out.parse = match attribute.value.as_str() {
                    "Resource" => Parse::Resource,
                    "Collection" => Parse::Collection,
                    "Triple" => Parse::Triple,
                    _ => Parse::Literal,
                }
            }
            "aboutEach" | "aboutEachPrefix" | "bagID" => {
                return fault(
                    attribute.place,
                    format!("rdf:{local} was taken out of RDF/XML in 2004"),
                    "write the triples themselves",
                );
            }
            _ if is_taken(local) => {
                return fault(
                    attribute.place,
                    format!("rdf:{local} cannot be an attribute"),
                    "write it as an element, or leave it out",
                );
            }
            _ => {
                let predicate = self.name(&attribute.name, attribute.place)?;
                out.properties.push((predicate, out.scope.literal(attribute.value.clone()).into()));
            }
        }
        Ok(())
    }
}

fn ncname(attribute: &Attribute) -> Result<String> {
    let value = &attribute.value;
    if is_ncname(value) {
        return Ok(value.clone());
    }
    fault(
        attribute.place,
        format!("`{value}` is not a name, as {} needs", attribute.name.written()),
        NAMES_HINT,
    )
}

impl Attributes {
    /// Refuses what belongs on a property.
    ///
    /// # Errors
    /// Where there is such an attribute.
    pub fn refuse_on_node(&self, element: &Name) -> Result<()> {
        let wrong = [
            ("resource", self.resource.is_some()),
            ("datatype", self.datatype.is_some()),
            ("parseType", self.parse != Parse::None),
            ("annotation", self.annotation.is_some() || self.annotation_node.is_some()),
        ];
        match wrong.iter().find(|(_, there)| *there) {
            Some((name, _)) => fault(
                self.place,
                format!("rdf:{name} belongs on a property, and <{}> is a thing", element.written()),
                "things and properties take turns; the name of a thing is rdf:about",
            ),
            None => Ok(()),
        }
    }

    /// Refuses what belongs on a thing, or does not go together (7.2.15 to 7.2.21).
    ///
    /// # Errors
    /// Where there is such an attribute.
    pub fn refuse_on_property(&self, element: &Name) -> Result<()> {
        let element = element.written();
        if self.about.is_some() {
            return fault(
                self.place,
                format!("rdf:about belongs on a thing, and <{element}> is a property"),
                "the object of a property is rdf:resource",
            );
        }
        let objects = [
            ("rdf:resource", self.resource.is_some()),
            ("rdf:nodeID", self.node_id.is_some()),
            ("rdf:datatype", self.datatype.is_some()),
        ];
        let objects: Vec<&str> = objects.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
        let mut parts = objects;
        if self.parse != Parse::None {
            parts.push("rdf:parseType");
            if !self.properties.is_empty() {
                parts.push("another property");
            }
        } else if self.datatype.is_some() && !self.properties.is_empty() {
            parts.push("another property");
        }
        if let [first, second, ..] = parts.as_slice() {
            return fault(
                self.place,
                format!("{first} and {second} do not go together on <{element}>"),
                "each says what the object is: keep one",
            );
        }
        if self.annotation.is_some() && self.annotation_node.is_some() {
            return fault(
                self.place,
                "rdf:annotation and rdf:annotationNodeID do not go together",
                "keep one",
            );
        }
        Ok(())
    }
}
