//! Relative IRIs.
//!
//! In: a base and a reference. Out: the IRI that it stands for (RFC 3986 5.2.2). A reference with a scheme of its
//! own stays as it is written: RDF compares IRIs character by character.

use oxiri::{Iri, IriParseError, IriRef};

/// The IRI that a reference stands for.
///
/// # Errors
/// Where the reference is malformed.
pub fn resolve(base: &Iri<String>, reference: &str) -> Result<Iri<String>, IriParseError> {
    let parsed = IriRef::parse(reference)?;
    if parsed.is_absolute() || (parsed.path().is_empty() && parsed.authority().is_none()) {
        return base.resolve(reference);
    }
    // `oxiri` takes dots in the base for names, and leaves those after an authority in their place.
    clean(clean(folder(base)?)?.resolve(reference)?)
}

/// The base up to the last slash of its path, which is all of it that counts for a relative path (5.2.3).
fn folder(base: &Iri<String>) -> Result<Iri<String>, IriParseError> {
    let path_end = base.as_str().len() - after_path(base);
    let path_start = path_end - base.path().len();
    let end = base.path().rfind('/').map_or(path_end, |slash| path_start + slash + 1);
    Iri::parse(base.as_str().get(..end).unwrap_or_default().to_owned())
}

/// The IRI without the segments `.` and `..` in its path.
fn clean(iri: Iri<String>) -> Result<Iri<String>, IriParseError> {
    let path = iri.path();
    if !path.starts_with('/') || !path.split('/').any(|part| part == "." || part == "..") {
        return Ok(iri);
    }
    let start = iri.as_str().len() - after_path(&iri) - path.len();
    let (before, rest) = iri.as_str().split_at(start);
    Iri::parse(format!("{before}{}{}", without_dots(path), rest.get(path.len()..).unwrap_or_default()))
}

/// How long the query and the fragment are, with their marks.
fn after_path(iri: &Iri<String>) -> usize {
    iri.query().map_or(0, |query| query.len() + 1) + iri.fragment().map_or(0, |fragment| fragment.len() + 1)
}

/// RFC 3986 5.2.4, of a path that begins with a slash.
fn without_dots(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let mut kept: Vec<&str> = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        let is_last = n + 1 == parts.len();
        match *part {
            "." | ".." => {
                if *part == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            part => kept.push(part),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_as_rfc_3986_has_it() {
        // The examples of 5.4, and bases with dots of their own.
        let cases = [
            ("http://a/b/c/d;p?q", "g", "http://a/b/c/g"),
            ("http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"),
            ("http://a/b/c/d;p?q", "../../../g", "http://a/g"),
            ("http://a/b/c/d;p?q", "./g/.", "http://a/b/c/g/"),
            ("http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y"),
            ("http://a/b/c/d;p?q", "http:g", "http:g"),
            ("http://a/bb/ccc/./d;p?q", "g?y/./x#s/../x", "http://a/bb/ccc/g?y/./x#s/../x"),
            ("http://a/bb/ccc/../d;p?q", ".", "http://a/bb/"),
            ("http://a/bb/ccc/./d;p?q", "../g", "http://a/bb/g"),
            ("http://a/bb/ccc/../d;p?q", "../g", "http://a/g"),
            ("http://a/bb/ccc/..", "g", "http://a/bb/ccc/g"),
            ("urn:a:b", "", "urn:a:b"),
            ("http://a", "g", "http://a/g"),
            ("http://a/bb/ccc/../d;p?q", "#s", "http://a/bb/ccc/../d;p?q#s"),
            ("http://a/b", "//h/.././x/../y", "http://h/y"),
            ("http://a/b", "http://h/../y", "http://h/../y"),
            ("file:///x/y.ttl", "../../z", "file:///z"),
        ];
        for (base, reference, wanted) in cases {
            let base = Iri::parse(base.to_owned()).unwrap();
            assert_eq!(resolve(&base, reference).unwrap().as_str(), wanted, "{base} {reference}");
        }
    }
}
