//! A thing for people: what it is called, what it is, what is said about it, and where it is mentioned.
//!
//! In: a [`Description`] and a [`Style`]. Out: text that fits the style's width. Nothing is
//! looked up: what is shown was gathered before.

use super::cells::shown;
use super::text::{self, counted, cut, grouped, visible, wrap};
use super::{Style, ink};
use crate::explore::mentions::Group;
use crate::terms::{Literal, NAMING, NamedNode, OTHER_NAMES, Quad, Term, rdf};
use std::collections::{BTreeMap, HashSet};

/// Values of one property that are shown.
const VALUES: usize = 12;

/// The widest that the names of properties get, in cells.
const NAMES: usize = 30;

/// How deep nodes without a name are shown.
const DEPTH: usize = 3;

/// The width without one in the style.
const WIDTH: usize = 100;

/// What is known about a thing.
#[derive(Debug, Clone)]
pub struct Description {
    /// The thing.
    pub thing: Term,
    /// What is said about it, and about the blank nodes in that.
    pub about: Vec<Quad>,
    /// Where it is mentioned.
    pub mentions: Vec<Group>,
}

/// Draws a description. Labels stand before prefixed names; the style should have a way to them.
pub fn describe(description: &Description, style: &Style<'_>) -> String {
    let drawing = Drawing { description, style, width: style.width.unwrap_or(WIDTH).max(40) };
    let mut parts = vec![drawing.head()];
    let facts = drawing.rows(&drawing.facts(&description.thing, 0, &mut HashSet::new()));
    if !facts.is_empty() {
        parts.push(facts);
    }
    if !description.mentions.is_empty() {
        let total: u64 = description.mentions.iter().map(|mentions| mentions.count).sum();
        let title =
            style.paint(ink::BOLD, &(style.say)(&format!("Mentioned {}", counted(total, "time", "times"))));
        let groups: String = description.mentions.iter().map(|mentions| drawing.mentions(mentions)).collect();
        parts.push(format!("{title}\n{groups}"));
    }
    parts.join("\n")
}

/// A property's name and the lines of its values, each already of one line's meaning.
struct Fact {
    indent: usize,
    name: String,
    values: Vec<String>,
}

struct Drawing<'a> {
    description: &'a Description,
    style: &'a Style<'a>,
    width: usize,
}

impl Drawing<'_> {
    /// The names, the IRI, the classes.
    fn head(&self) -> String {
        let thing = &self.description.thing;
        let mut names: Vec<String> = self.style.labels.and_then(|labels| labels(thing)).into_iter().collect();
        for naming in NAMING {
            let values = self.objects(thing, naming);
            names.extend(values.filter_map(|term| match term {
                Term::Literal(literal) => Some(literal.value().to_owned()),
                _ => None,
            }));
        }
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        let short = visible(&self.style.prefixes.show(thing.as_ref()));
        let mut lines = Vec::new();
        if !names.is_empty() {
            let title = names.iter().map(|name| visible(name)).collect::<Vec<_>>().join(" · ");
            lines.extend(wrap(&title, self.width).iter().map(|line| self.style.paint(ink::BOLD, line)));
        }
        lines.extend(wrap(&short, self.width));
        if let Term::NamedNode(iri) = thing
            && !short.starts_with('<')
        {
            let whole = wrap(iri.as_str(), self.width);
            lines.extend(whole.iter().map(|line| self.style.paint(ink::DIM, line)));
        }
        let mut classes: Vec<String> =
            self.objects(thing, rdf::TYPE.as_str()).map(|c| self.called(c)).collect();
        // Those with a label first: they are the ones meant for people.
        classes.sort_by_key(|class| (!class.ends_with(')'), class.clone()));
        if !classes.is_empty() {
            lines.extend(wrap(&(self.style.say)(&format!("is a {}", classes.join(", "))), self.width));
        }
        lines.join("\n") + "\n"
    }

    fn objects<'b>(&'b self, subject: &'b Term, predicate: &'b str) -> impl Iterator<Item = &'b Term> {
        let is_it = move |quad: &&Quad| {
            quad.predicate.as_str() == predicate && Term::from(quad.subject.clone()) == *subject
        };
        self.description.about.iter().filter(is_it).map(|quad| &quad.object)
    }

    /// What is said about a subject, and about the nodes without a name in it.
    fn facts(&self, subject: &Term, indent: usize, seen: &mut HashSet<Term>) -> Vec<Fact> {
        seen.insert(subject.clone());
        let mut by_property: BTreeMap<&str, Vec<&Term>> = BTreeMap::new();
        for quad in &self.description.about {
            let property = quad.predicate.as_str();
            let is_head = indent == 0 && (NAMING.contains(&property) || property == rdf::TYPE.as_str());
            if Term::from(quad.subject.clone()) == *subject && !is_head {
                by_property.entry(property).or_default().push(&quad.object);
            }
        }
        let mut properties: Vec<(&str, Vec<&Term>)> = by_property.into_iter().collect();
        properties.sort_by_key(|(property, _)| {
            (!OTHER_NAMES.contains(property), *property != rdf::TYPE.as_str(), *property)
        });
        let mut facts = Vec::new();
        for (property, mut objects) in properties {
            objects.sort_by_key(|object| self.order(object));
            objects.dedup();
            let name = self.name(&NamedNode::new_unchecked(property).into());
            let (nodes, plain): (Vec<&Term>, Vec<&Term>) = objects.into_iter().partition(|object| {
                matches!(object, Term::BlankNode(_)) && indent < DEPTH && !seen.contains(*object)
            });
            if !plain.is_empty() {
                facts.push(Fact { indent, name: name.clone(), values: self.values(&plain) });
            }
            for node in nodes {
                let inner = self.facts(node, indent + 1, seen);
                facts.push(Fact { indent, name: name.clone(), values: Vec::new() });
                facts.extend(inner);
            }
        }
        facts
    }

    /// Texts by language, then by themselves; numbers by value.
    fn order(&self, term: &Term) -> (u8, String, u64, String) {
        let number = |literal: &Literal| super::cells::number(literal).filter(|number| number.is_finite());
        match term {
            Term::Literal(literal) => {
                let language = literal.language().unwrap_or_default().to_owned();
                // The bits of a number, with the sign turned, sort as the number does.
                let bits = number(literal).map_or(0, |number| {
                    let bits = number.to_bits();
                    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
                });
                (0, language, bits, literal.value().to_owned())
            }
            other => (1, String::new(), 0, self.called(other)),
        }
    }

    fn values(&self, objects: &[&Term]) -> Vec<String> {
        let languages =
            objects.iter().any(|object| matches!(object, Term::Literal(l) if l.language().is_some()));
        let mut values: Vec<String> = objects
            .iter()
            .take(VALUES)
            .map(|object| match object {
                Term::Literal(literal) => match literal.language().filter(|_| languages) {
                    Some(language) => format!("{} @{}", shown(object, self.style), visible(language)),
                    None => shown(object, self.style),
                },
                other => self.called(other),
            })
            .collect();
        if objects.len() > VALUES {
            let more = format!("… and {} more", grouped((objects.len() - VALUES) as u64));
            values.push((self.style.say)(&more));
        }
        values
    }

    /// How, by what and how often; below it, the first that do.
    fn mentions(&self, mentions: &Group) -> String {
        let class =
            mentions.class.as_ref().map(|class| format!(" of {}", self.name(class))).unwrap_or_default();
        let or_more = if mentions.at_least { " or more" } else { "" };
        let count = format!("{}{or_more}", grouped(mentions.count));
        let head = (self.style.say)(&format!("{}{class}", self.name(&mentions.property.clone().into())));
        let head = format!("{head} × {count}");
        let mut things: Vec<String> = mentions.first.iter().map(|thing| self.called(thing)).collect();
        let shown = things.len() as u64;
        if mentions.count > shown {
            let others = format!("… and {}{or_more} others", grouped(mentions.count - shown));
            things.push((self.style.say)(&others));
        }
        let heads = wrap(&head, self.width - 2).into_iter().map(|line| self.style.paint(ink::DIM, &line));
        let things =
            things.iter().flat_map(|thing| wrap(thing, self.width - 6)).map(|line| format!("    {line}"));
        heads.chain(things).map(|line| format!("  {line}\n")).collect()
    }

    /// The label alone, else the short name.
    fn name(&self, term: &Term) -> String {
        let label = self.style.labels.and_then(|labels| labels(term));
        visible(&label.unwrap_or_else(|| self.style.prefixes.show(term.as_ref())))
    }

    /// The label with the short name, so that it can be typed again.
    fn called(&self, term: &Term) -> String {
        let short = visible(&self.style.prefixes.show(term.as_ref()));
        match self.style.labels.and_then(|labels| labels(term)) {
            Some(label) if label != short => format!("{} ({short})", visible(&label)),
            _ => short,
        }
    }

    /// Names in one column, values in the other.
    fn rows(&self, facts: &[Fact]) -> String {
        let wide = |fact: &Fact| text::width(&fact.name) + 2 * fact.indent;
        let most = NAMES.min(self.width / 2);
        let names = facts.iter().map(wide).filter(|wide| *wide <= most).max().unwrap_or(0).max(8);
        let mut out = String::new();
        for fact in facts {
            let name = format!("{}{}", "  ".repeat(fact.indent), fact.name);
            let room = self.width.saturating_sub(names + 4).max(16);
            let mut lines =
                fact.values.iter().flat_map(|value| wrap(value, room)).collect::<Vec<_>>().into_iter();
            let first = if text::width(&name) > names { None } else { lines.next() };
            let head = cut(&name, self.width - 2);
            let space = " ".repeat(names.saturating_sub(text::width(&head)));
            let head = self.style.paint(ink::DIM, &head) + &space;
            let line = format!("  {head}  {}", first.unwrap_or_default());
            out.push_str(line.trim_end());
            out.push('\n');
            for line in lines {
                out.push_str(&format!("  {:names$}  {line}\n", ""));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{BlankNode, GraphName, NamedOrBlankNode, Prefixes};

    fn iri(name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("http://e.org/{name}"))
    }

    fn quad(s: impl Into<NamedOrBlankNode>, p: NamedNode, o: impl Into<Term>) -> Quad {
        Quad::new(s, p, o, GraphName::DefaultGraph)
    }

    fn drawn(width: usize) -> String {
        let text = |text: &str, tag: &str| Literal::new_language_tagged_literal_unchecked(text, tag);
        let label = || NamedNode::new_unchecked(NAMING[1]);
        let description = Description {
            thing: iri("baidu").into(),
            about: vec![
                quad(iri("baidu"), rdf::TYPE.into_owned(), iri("Vendor")),
                quad(iri("baidu"), label(), text("Baidu", "en")),
                quad(iri("baidu"), label(), text("百度", "zh")),
                quad(iri("baidu"), iri("founded"), Literal::from(2000)),
                quad(iri("baidu"), iri("成立"), text(&"北京市海淀区中关村".repeat(5), "zh")),
                quad(iri("baidu"), iri("quote"), BlankNode::new_unchecked("q")),
                quad(BlankNode::new_unchecked("q"), iri("page"), Literal::from(7)),
            ],
            mentions: vec![Group {
                class: Some(iri("Release").into()),
                property: iri("releasedBy"),
                count: 1234,
                at_least: false,
                first: vec![iri("ernie").into()],
            }],
        };
        let mut prefixes = Prefixes::new();
        prefixes.insert("e", "http://e.org/");
        let labels = |term: &Term| (*term == Term::from(iri("Vendor"))).then(|| "厂商".to_owned());
        let style = Style { labels: Some(&labels), ..Style::plain(&prefixes).within(width) };
        describe(&description, &style)
    }

    #[test]
    fn it_says_names_classes_facts_and_mentions() {
        let text = drawn(80);
        for part in [
            "Baidu · 百度\ne:baidu\nhttp://e.org/baidu\nis a 厂商 (e:Vendor)\n",
            "  e:founded  2000\n",
            "  e:quote\n    e:page   7\n",
            "Mentioned 1 234 times\n  e:releasedBy of e:Release × 1 234\n      e:ernie\n",
            "      … and 1 233 others",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }

    #[test]
    fn it_fits_every_width() {
        for width in 40..120 {
            let text = drawn(width);
            assert!(text.lines().all(|line| text::width(line) <= width), "{width}:\n{text}");
        }
    }
}
