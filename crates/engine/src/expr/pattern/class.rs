//! Character classes of XPath regular expressions, as sets of characters.
//!
//! In: class escapes and class expressions (XSD 1.1 part 2, appendix G.4). Out: sets, which subtraction and case leave exact.
//! Categories and blocks match their own characters whatever the flag `i` says (F&O 3.1, 5.6.1.1).

use super::blocks::block;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// A set of characters.
pub type Set = ClassUnicode;

/// The set of some ranges.
pub fn ranges(ranges: &[(char, char)]) -> Set {
    Set::new(ranges.iter().map(|(first, last)| ClassUnicodeRange::new(*first, *last)))
}

/// The characters that are not in a set.
pub fn negated(mut set: Set) -> Set {
    set.negate();
    set
}

/// The set of a class escape of one letter (G.4.2.5), if there is one.
pub fn escape(letter: char) -> Option<Set> {
    let set = match letter.to_ascii_lowercase() {
        's' => ranges(&[(' ', ' '), ('\t', '\n'), ('\r', '\r')]),
        'd' => category("Nd")?,
        'w' => {
            let mut others = category("P")?;
            others.union(&category("Z")?);
            others.union(&category("C")?);
            negated(others)
        }
        'i' => name_start(),
        'c' => {
            let mut set = name_start();
            set.union(&ranges(&[
                ('-', '.'),
                ('0', '9'),
                ('\u{b7}', '\u{b7}'),
                ('\u{300}', '\u{36f}'),
                ('\u{203f}', '\u{2040}'),
            ]));
            set
        }
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() { negated(set) } else { set })
}

/// NameStartChar of XML 1.0, fifth edition.
fn name_start() -> Set {
    ranges(&[
        (':', ':'),
        ('A', 'Z'),
        ('_', '_'),
        ('a', 'z'),
        ('\u{c0}', '\u{d6}'),
        ('\u{d8}', '\u{f6}'),
        ('\u{f8}', '\u{2ff}'),
        ('\u{370}', '\u{37d}'),
        ('\u{37f}', '\u{1fff}'),
        ('\u{200c}', '\u{200d}'),
        ('\u{2070}', '\u{218f}'),
        ('\u{2c00}', '\u{2fef}'),
        ('\u{3001}', '\u{d7ff}'),
        ('\u{f900}', '\u{fdcf}'),
        ('\u{fdf0}', '\u{fffd}'),
        ('\u{10000}', '\u{effff}'),
    ])
}

/// The set of a category or block, by its name (G.4.2.2 and G.4.2.3), if there is one.
pub fn property(name: &str) -> Option<Set> {
    match name.strip_prefix("Is") {
        Some(name) => block(name).map(|range| ranges(&[range])),
        None => category(name),
    }
}

const CATEGORIES: &[&str] = &[
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps",
    "Pe", "Pi", "Pf", "Po", "Z", "Zs", "Zl", "Zp", "S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn",
];

fn category(name: &str) -> Option<Set> {
    if !CATEGORIES.contains(&name) {
        return None;
    }
    let hir = regex_syntax::parse(&format!("\\p{{{name}}}")).ok()?;
    match hir.into_kind() {
        HirKind::Class(Class::Unicode(set)) => Some(set),
        // A category of one character.
        HirKind::Literal(text) => {
            let character = std::str::from_utf8(&text.0).ok()?.chars().next()?;
            Some(ranges(&[(character, character)]))
        }
        _ => None,
    }
}

/// Writes a set as a class that other engines read.
pub fn write(set: &Set, out: &mut String) {
    use std::fmt::Write as _;
    if set.ranges().is_empty() {
        // No character: a class cannot be empty.
        out.push_str(r"[^\x{0}-\x{10FFFF}]");
        return;
    }
    // What is behind nearly all characters is shorter said by what is missing.
    let others = negated(set.clone());
    let (set, sign) = if others.ranges().len() < set.ranges().len() && !others.ranges().is_empty() {
        (&others, "^")
    } else {
        (set, "")
    };
    out.push('[');
    out.push_str(sign);
    for range in set.ranges() {
        let _ = write!(out, r"\x{{{:X}}}-\x{{{:X}}}", u32::from(range.start()), u32::from(range.end()));
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_is_known() {
        let empty: Vec<_> = CATEGORIES
            .iter()
            .filter(|name| category(name).is_none_or(|set| set.ranges().is_empty()))
            .collect();
        assert!(empty.is_empty(), "{empty:?}");
        assert!(property("Greek").is_none() && property("L&").is_none() && property("").is_none());
    }
}
