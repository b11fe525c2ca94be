//! Contexts that are known by their addresses: what is in wide use, small and settled.
//!
//! In: the address of a context. Out: its text. Written down here is what each term of Activity Streams 2.0 and of Web
//! Annotation stands for. Others come from files, see [`super::Contexts`]; schema.org's too, since it changes with
//! every release, and which one is meant is the user's to say.

use std::fmt::Write as _;

/// Terms of one namespace whose values are read alike.
struct Group {
    namespace: &'static str,
    /// What stands in the definition beside the IRI.
    coercion: &'static str,
    /// Names; `name=local` where the IRI ends otherwise.
    terms: &'static str,
}

/// The text of a context; nothing where it is not known.
pub fn text(address: &str) -> Option<String> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let rest = rest.split('#').next().unwrap_or(rest);
    match rest {
        "www.w3.org/ns/activitystreams" | "www.w3.org/ns/activitystreams.jsonld" => {
            Some(json(ACTIVITY_PREFIXES, ACTIVITY))
        }
        "www.w3.org/ns/anno.jsonld" | "www.w3.org/ns/anno" => Some(json(ANNOTATION_PREFIXES, ANNOTATION)),
        _ => None,
    }
}

/// A context as JSON.
fn json(prefixes: &str, groups: &[Group]) -> String {
    let mut out = String::from("{\"@context\": {\"id\": \"@id\", \"type\": \"@type\"");
    for (name, namespace) in prefixes.lines().filter_map(|line| line.trim().split_once(' ')) {
        let _ = write!(out, ", \"{name}\": \"{namespace}\"");
    }
    for Group { namespace, coercion, terms } in groups {
        for term in terms.split_whitespace() {
            let (name, local) = term.split_once('=').unwrap_or((term, term));
            let _ = write!(out, ", \"{name}\": {{\"@id\": \"{namespace}{local}\"");
            if !coercion.is_empty() {
                let _ = write!(out, ", {coercion}");
            }
            out.push('}');
        }
    }
    out.push_str("}}");
    out
}

const ACTIVITY_PREFIXES: &str = "\
    as https://www.w3.org/ns/activitystreams#
    ldp http://www.w3.org/ns/ldp#
    vcard http://www.w3.org/2006/vcard/ns#
    xsd http://www.w3.org/2001/XMLSchema#
";

const ACTIVITY: &[Group] = &[
    Group {
        namespace: "https://www.w3.org/ns/activitystreams#",
        coercion: "",
        terms: "Accept Activity IntransitiveActivity Add Announce Application Arrive Article Audio Block Collection \
            CollectionPage Relationship Create Delete Dislike Document Event Follow Flag Group \
            Ignore Image Invite Join Leave Like Link Mention Note Object Offer OrderedCollection \
            OrderedCollectionPage Organization Page Person Place Profile Question Reject Remove \
            Service TentativeAccept TentativeReject Tombstone Undo Update Video View Listen Read \
            Move Travel IsFollowing IsFollowedBy IsContact IsMember content name hreflang mediaType \
            rel summary units preferredUsername source",
    },
    Group {
        namespace: "https://www.w3.org/ns/activitystreams#",
        coercion: "\"@type\": \"@id\"",
        terms: "subject relationship actor attributedTo attachment bcc bto cc context current first generator icon \
            image inReplyTo items instrument last location next object oneOf anyOf origin prev \
            preview replies result audience partOf tag target to url href describes formerType \
            outbox following followers streams endpoints uploadMedia proxyUrl liked \
            oauthAuthorizationEndpoint oauthTokenEndpoint provideClientKey signClientKey sharedInbox \
            Public likes shares alsoKnownAs",
    },
    Group {
        namespace: "https://www.w3.org/ns/activitystreams#",
        coercion: "\"@type\": \"@id\", \"@container\": \"@list\"",
        terms: "orderedItems=items",
    },
    Group {
        namespace: "https://www.w3.org/ns/activitystreams#",
        coercion: "\"@type\": \"http://www.w3.org/2001/XMLSchema#dateTime\"",
        terms: "closed endTime published startTime updated deleted",
    },
    Group {
        namespace: "https://www.w3.org/ns/activitystreams#",
        coercion: "\"@type\": \"http://www.w3.org/2001/XMLSchema#float\"",
        terms: "accuracy altitude latitude longitude radius",
    },
    Group {
        namespace: "https://www.w3.org/ns/activitystreams#",
        coercion: "\"@container\": \"@language\"",
        terms: "contentMap=content nameMap=name summaryMap=summary",
    },
    Group {
        namespace: "https://www.w3.org/ns/activitystreams#",
        coercion: "\"@type\": \"http://www.w3.org/2001/XMLSchema#duration\"",
        terms: "duration",
    },
    Group {
        namespace: "https://www.w3.org/ns/activitystreams#",
        coercion: "\"@type\": \"http://www.w3.org/2001/XMLSchema#nonNegativeInteger\"",
        terms: "height startIndex totalItems width",
    },
    Group { namespace: "http://www.w3.org/ns/ldp#", coercion: "\"@type\": \"@id\"", terms: "inbox" },
];

const ANNOTATION_PREFIXES: &str = "\
    as http://www.w3.org/ns/activitystreams#
    dc http://purl.org/dc/elements/1.1/
    dcterms http://purl.org/dc/terms/
    dctypes http://purl.org/dc/dcmitype/
    foaf http://xmlns.com/foaf/0.1/
    iana http://www.iana.org/assignments/relation/
    oa http://www.w3.org/ns/oa#
    owl http://www.w3.org/2002/07/owl#
    rdf http://www.w3.org/1999/02/22-rdf-syntax-ns#
    rdfs http://www.w3.org/2000/01/rdf-schema#
    schema http://schema.org/
    skos http://www.w3.org/2004/02/skos/core#
    xsd http://www.w3.org/2001/XMLSchema#
";

const ANNOTATION: &[Group] = &[
    Group {
        namespace: "http://www.w3.org/ns/oa#",
        coercion: "",
        terms: "Annotation TextualBody ResourceSelection SpecificResource FragmentSelector CssSelector XPathSelector \
            TextQuoteSelector TextPositionSelector DataPositionSelector SvgSelector RangeSelector \
            TimeState HttpRequestState CssStylesheet=CssStyle Choice Motivation bookmarking \
            classifying commenting describing editing highlighting identifying linking moderating \
            questioning replying reviewing tagging auto=autoDirection ltr=ltrDirection \
            rtl=rtlDirection bodyValue processingLanguage exact prefix suffix styleClass",
    },
    Group {
        namespace: "http://purl.org/dc/dcmitype/",
        coercion: "",
        terms: "Dataset Image=StillImage Video=MovingImage Audio=Sound Text",
    },
    Group {
        namespace: "http://xmlns.com/foaf/0.1/",
        coercion: "",
        terms: "Person Organization name email=mbox email_sha1=mbox_sha1sum nickname=nick",
    },
    Group {
        namespace: "http://www.w3.org/ns/activitystreams#",
        coercion: "",
        terms: "Software=Application AnnotationCollection=OrderedCollection AnnotationPage=OrderedCollectionPage",
    },
    Group {
        namespace: "http://schema.org/",
        coercion: "",
        terms: "Audience accessibility=accessibilityFeature",
    },
    Group {
        namespace: "http://www.w3.org/ns/oa#",
        coercion: "\"@type\": \"@id\"",
        terms: "body=hasBody target=hasTarget source=hasSource selector=hasSelector state=hasState scope=hasScope \
            refinedBy startSelector=hasStartSelector endSelector=hasEndSelector renderedVia via \
            canonical stylesheet=styledBy cached=cachedSource",
    },
    Group {
        namespace: "http://purl.org/dc/terms/",
        coercion: "\"@type\": \"@id\"",
        terms: "creator rights conformsTo",
    },
    Group {
        namespace: "http://www.w3.org/ns/activitystreams#",
        coercion: "\"@type\": \"@id\"",
        terms: "generator partOf first last next prev",
    },
    Group { namespace: "http://xmlns.com/foaf/0.1/", coercion: "\"@type\": \"@id\"", terms: "homepage" },
    Group {
        namespace: "http://www.w3.org/ns/activitystreams#",
        coercion: "\"@type\": \"@id\", \"@container\": \"@list\"",
        terms: "items",
    },
    Group { namespace: "http://schema.org/", coercion: "\"@type\": \"@id\"", terms: "audience" },
    Group {
        namespace: "http://www.w3.org/ns/oa#",
        coercion: "\"@type\": \"@vocab\"",
        terms: "motivation=motivatedBy purpose=hasPurpose textDirection",
    },
    Group { namespace: "http://purl.org/dc/elements/1.1/", coercion: "", terms: "format language" },
    Group { namespace: "http://www.w3.org/1999/02/22-rdf-syntax-ns#", coercion: "", terms: "value" },
    Group { namespace: "http://www.w3.org/2000/01/rdf-schema#", coercion: "", terms: "label" },
    Group {
        namespace: "http://purl.org/dc/terms/",
        coercion: "\"@type\": \"http://www.w3.org/2001/XMLSchema#dateTime\"",
        terms: "created modified generated=issued",
    },
    Group {
        namespace: "http://www.w3.org/ns/oa#",
        coercion: "\"@type\": \"http://www.w3.org/2001/XMLSchema#dateTime\"",
        terms: "sourceDate sourceDateStart sourceDateEnd",
    },
    Group {
        namespace: "http://www.w3.org/ns/oa#",
        coercion: "\"@type\": \"http://www.w3.org/2001/XMLSchema#nonNegativeInteger\"",
        terms: "start end",
    },
    Group {
        namespace: "http://www.w3.org/ns/activitystreams#",
        coercion: "\"@type\": \"http://www.w3.org/2001/XMLSchema#nonNegativeInteger\"",
        terms: "total=totalItems startIndex",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::json;

    #[test]
    fn known_contexts_are_contexts() {
        for (address, term) in [
            ("https://www.w3.org/ns/activitystreams", "orderedItems"),
            ("http://www.w3.org/ns/anno.jsonld", "motivation"),
        ] {
            let text = text(address).unwrap();
            assert!(json::parse(&text).is_ok() && text.contains(&format!("\"{term}\": ")), "{text}");
        }
        for other in ["https://schema.org/", "https://www.w3.org/ns/", "ftp://www.w3.org/ns/anno.jsonld"] {
            assert!(text(other).is_none(), "{other}");
        }
    }
}
