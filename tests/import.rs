//! Files as people have them: packed, many, broken, and not RDF at all.

use baimo::engine::Bindings;
use baimo::engine::answer::Answer;
use baimo::error::{Error, Kind};
use baimo::session::Source;
use baimo::store::import::{self, Input};
use baimo::terms::Prefixes;
use proptest::prelude::*;
use std::io::Write as _;
use std::path::PathBuf;

/// A folder of its own for a test, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(crate::cli::fresh(&format!("import-{name}")))
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const TRIPLE: &str = "<http://example.org/a> <http://example.org/b> \"百度\"@zh .\n";

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn count(paths: &[PathBuf]) -> Result<u64, Error> {
    baimo::embedded::open(&Source::Files(paths.to_vec())).map(|session| session.graph().len())
}

fn sniffed(bytes: &'static [u8]) -> Result<u64, Error> {
    let input = Input::from_reader("standard input", None, bytes);
    import::read(input, None, &mut Prefixes::new(), &mut |_| {}, &mut |_| Ok(()))
}

#[test]
fn packed_files_are_told_by_their_bytes_and_several_packed_parts_make_one_file() {
    let folder = Folder::new("packed");
    let other = "<http://example.org/c> <http://example.org/b> 1 .\n";
    for (name, pack) in [("gz", gzip as fn(&[u8]) -> Vec<u8>), ("bz2", bzip2), ("zst", zstd)] {
        let both = [pack(TRIPLE.as_bytes()), pack(other.as_bytes())].concat();
        assert_eq!(count(&[folder.file(&format!("a.ttl.{name}"), &both)]).unwrap(), 2, "{name}");
        assert_eq!(count(&[folder.file("unnamed.ttl", &both)]).unwrap(), 2, "{name} without the ending");
    }
    // What is wrong with the file is said, and not where in the unpacking it was met.
    let said = |name: &str, bytes: &[u8]| {
        let error = count(&[folder.file(name, bytes)]).unwrap_err();
        assert!(error.message == format!("cannot read {name}") || error.message.contains(name), "{error}");
        assert!(error.hints.iter().any(|hint| format!("{hint:?}").contains("fetch it again")), "{error:?}");
        std::error::Error::source(&error).unwrap().to_string()
    };
    for pack in [gzip as fn(&[u8]) -> Vec<u8>, bzip2, zstd] {
        let cut = pack(TRIPLE.repeat(40).as_bytes());
        for left in [cut.len() / 2, cut.len() - 3] {
            assert_eq!(said("cut.nt", &cut[..left]), "the compressed file is cut off");
        }
    }
    let mut damaged = gzip(TRIPLE.as_bytes());
    let end = damaged.len() - 6;
    damaged[end] ^= 0xff;
    assert_eq!(said("damaged.nt.gz", &damaged), "the compressed file is damaged");
}

/// gzip(1) refuses a file that is not in its format, and `zcat -f` and tar read it; curl stores what a server packed for the way
/// unpacked, or, without `--compressed`, packed, under the name that was asked for. So the bytes tell, and the name is spoken of.
#[test]
fn a_file_that_is_not_packed_as_its_name_says_is_read_and_spoken_of() {
    let folder = crate::cli::Folder::new();
    let plain = TRIPLE.as_bytes();
    let is_not = |with| format!("is not compressed with {with}, as its name says: it is read as it is");
    let other = |is, with| {
        format!("is compressed with {is}, not with {with} as its name says: it is read as what it is")
    };
    let unsaid =
        |is| format!("is compressed with {is}, which its name does not say: other programs may not read it");
    let cases = [
        ("a.nt.gz", plain.to_vec(), is_not("gzip")),
        ("a.gz", plain.to_vec(), is_not("gzip")),
        ("a.ttl.BZ2", plain.to_vec(), is_not("bzip2")),
        ("a.nt.zst", plain.to_vec(), is_not("zstd")),
        ("b.nt.gz", bzip2(plain), other("bzip2", "gzip")),
        ("b.nt.bz2", zstd(plain), other("zstd", "bzip2")),
        ("b.zstd", gzip(plain), other("gzip", "zstd")),
        ("c.nt", gzip(plain), unsaid("gzip")),
        ("c.ttl", bzip2(plain), unsaid("bzip2")),
        ("c.trig", zstd(plain), unsaid("zstd")),
        // As promised, or nothing was.
        ("d.nt.gz", gzip(plain), String::new()),
        ("d.nt", plain.to_vec(), String::new()),
        ("d", gzip(plain), String::new()),
        ("d.part", zstd(plain), String::new()),
    ];
    for (name, bytes, remark) in cases {
        std::fs::write(folder.0.join(name), bytes).unwrap();
        let note = if remark.is_empty() { remark } else { format!("note: {name} {remark}\n") };
        let said = crate::cli::baimo_in(&folder, &["query", "--data", name, "ASK { ?s ?p '百度'@zh }"]);
        assert_eq!((said.out.as_str(), said.err.as_str()), ("true\n", note.as_str()), "{name}");
        // Whatever reads it.
        for words in
            [&["load", "--store", "s", name][..], &["pack", name, "-o", "x.pack"], &["diff", name, name]]
        {
            let said = crate::cli::baimo_in(&folder, words);
            let lines = said.err.lines().filter(|line| note.trim_end() == *line).count();
            assert!(said.code == 0 && lines == usize::from(!note.is_empty()), "{words:?}: {said:?}");
        }
        let update = format!("LOAD <{}>", crate::cli::file_iri(&folder.0.join(name)));
        let said = crate::cli::baimo_in(&folder, &["update", "--store", "s", &update]);
        assert_eq!(
            said.err.contains("is compressed") || said.err.contains("is not compressed"),
            !note.is_empty(),
            "{said:?}"
        );
        let quiet = crate::cli::baimo_in(&folder, &["query", "--quiet", "--data", name, "ASK {}"]);
        assert_eq!(quiet.err, "", "{name}");
    }
    let piped = crate::cli::piped(&folder, &["query", "--data", "-", "ASK { ?s ?p ?o }"], &gzip(plain));
    assert_eq!((piped.out.as_str(), piped.err.as_str()), ("true\n", ""), "standard input has no name");
    // What is neither is refused, and the name is a hint to why.
    std::fs::write(folder.0.join("e.nt.gz"), b"\x01\0\x02\0").unwrap();
    let said = crate::cli::baimo_in(&folder, &["query", "--data", "e.nt.gz", "ASK {}"]);
    assert!(said.code == 1 && said.err.contains("is not compressed with gzip"), "{said:?}");
    assert!(said.err.contains("error: e.nt.gz is broken"), "{said:?}");
}

#[test]
fn globs_are_expanded_where_the_shell_did_not() {
    let folder = Folder::new("globs");
    folder.file("a.ttl", TRIPLE.as_bytes());
    folder.file("b.ttl", b"<http://example.org/x> a <http://example.org/Y> .");
    assert_eq!(count(&[folder.0.join("*.ttl")]).unwrap(), 2);
    assert!(count(&[folder.0.join("*.nq")]).unwrap_err().message.contains("no file fits"));
}

#[test]
fn a_stream_tells_its_own_format() {
    assert_eq!(sniffed(TRIPLE.as_bytes()).unwrap(), 1);
    assert_eq!(sniffed(b"<http://a/a> <http://a/b> <http://a/c> <http://a/g> .\n").unwrap(), 1);
    assert_eq!(sniffed(b"@prefix e: <http://a/> . e:a e:b e:c, e:d .").unwrap(), 2);
    assert_eq!(sniffed(b" {\"@id\": \"http://a/a\", \"http://a/b\": 1}").unwrap(), 1);
    let xml = b"<?xml version='1.0'?><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
        <rdf:Description rdf:about='http://a/a' rdf:type='http://a/B'/></rdf:RDF>";
    assert_eq!(sniffed(xml).unwrap(), 1);
    assert!(sniffed(b"<!doctype html><html>").unwrap_err().message.contains("web page"));
    assert!(sniffed(b"\x7fELF\0\0\0").unwrap_err().message.contains("a program"));
    assert!(sniffed(b"\x01\0\x02\0\0").unwrap_err().message.contains("binary"));
}

const RDF_XML: &str = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
    <rdf:Description rdf:about='http://a/a' rdf:type='http://a/B'/></rdf:RDF>";

#[test]
fn a_name_that_the_text_contradicts_does_not_count() {
    let folder = Folder::new("contradicted");
    let json = "{\"@id\": \"http://a/a\", \"http://a/b\": 1}";
    let turtle = [
        "@prefix : <http://a/> . :a :b 1 .",
        "# c\nPREFIX : <http://a/>\n:a :b 1 .",
        "<urn:a> <urn:b> 1 .",
        "_:a <urn:b> 1 .",
    ];
    let commented = format!("<!-- c -->\n{RDF_XML}");
    let mut texts = vec![json, RDF_XML, &commented];
    texts.extend(turtle);
    for text in texts {
        for ending in ["ttl", "trig", "owl", "rdf", "xml", "jsonld", "json", "nt", "nq"] {
            // Turtle that does not show at its beginning keeps the name of its sister syntaxes.
            if matches!(ending, "nt" | "nq") && text.ends_with(" 1 .") && !text.starts_with('@') {
                continue;
            }
            let file = folder.file(&format!("x.{ending}"), text.as_bytes());
            assert_eq!(count(&[file]).map_err(|error| error.to_string()), Ok(1), "{text} as .{ending}");
        }
    }
    let error = count(&[folder.file("x.rdf", b"moved to another place")]).unwrap_err();
    assert!(error.message.contains("other text"), "{error}");
}

#[test]
fn a_byte_order_mark_is_not_a_part_of_the_text() {
    let folder = Folder::new("marks");
    let line = "<http://a/a> <http://a/b> \"百\" .\r\n";
    let json = "{\"@id\": \"http://a/a\", \"http://a/b\": 1}";
    let texts = [
        ("ttl", line),
        ("trig", line),
        ("nt", line),
        ("nq", line),
        ("rdf", RDF_XML),
        ("jsonld", json),
        ("", line),
    ];
    for (ending, text) in texts {
        let marked = format!("\u{FEFF}{text}");
        let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [marked.into_bytes(), utf16, big] {
            let file = folder.file(&format!("x.{ending}"), &bytes);
            assert_eq!(count(&[file]).map_err(|error| error.to_string()), Ok(1), "{text} as .{ending}");
            let packed = folder.file(&format!("x.{ending}.gz"), &gzip(&bytes));
            assert_eq!(count(&[packed]).map_err(|error| error.to_string()), Ok(1), "{text} as .{ending}.gz");
        }
    }
}

#[test]
fn relative_iris_are_those_of_the_file() {
    // RFC 3986 5.1.3: the base is the IRI of what was read; the embedded graph's base is never it.
    let folder = Folder::new("base 百#");
    let rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xml:base=''>\
        <rdf:Description rdf:about='' rdf:type='#B'/></rdf:RDF>";
    let files = [
        ("a.ttl", "<> a <#B> ."),
        ("b.trig", "<> a <#B> ."),
        ("c.rdf", rdf),
        ("d.jsonld", "{\"@id\": \"\", \"@type\": \"#B\"}"),
    ];
    for (name, text) in files {
        let path = folder.file(name, text.as_bytes());
        let iri = import::iri_of_path(&path).unwrap();
        assert!(iri.starts_with("file:///") && iri.contains("base%20百%23") && iri.ends_with(name), "{iri}");
        assert_eq!(import::path_of_iri(&iri), Some(path.clone()));
        let mut session = baimo::embedded::open(&Source::Files(vec![path.clone()])).unwrap();
        let ask = format!("ASK {{ <{iri}> a <{iri}#B> }}");
        let found = session.query(&ask, &Bindings::new()).unwrap();
        assert!(matches!(found, Answer::Boolean(true)), "{name}");
        drop(found);
        let error = session.query("SELECT * { <x> ?p ?o }", &Bindings::new()).map(drop).unwrap_err();
        assert!(!format!("{error:?}").contains("w3id"), "a query has no base here: {error:?}");
        session.update("CLEAR ALL").unwrap();
        session.load(&[path], None, &mut |_| {}, &|_, _, _| {}).unwrap();
        let found = session.query(&ask, &Bindings::new()).unwrap();
        assert!(matches!(found, Answer::Boolean(true)), "{name} loaded");
    }
}

#[test]
fn a_context_beside_the_file_is_read_and_no_other() {
    let folder = Folder::new("contexts");
    folder.file("context.jsonld", b"{\"@context\": {\"@vocab\": \"http://a/\"}}");
    let named = |address: &str| {
        let inner = folder.0.join("inner");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(inner.join("x.jsonld"), format!("{{\"@context\": \"{address}\", \"p\": 1}}")).unwrap();
        folder.file("x.jsonld", format!("{{\"@context\": \"{address}\", \"p\": 1}}").as_bytes())
    };
    assert_eq!(count(&[named("context.jsonld")]).unwrap(), 1);
    let error = count(&[named("../context.jsonld")]).unwrap_err();
    assert!(error.message.contains("nothing is fetched"), "{error}");
    named("../context.jsonld");
    let error = count(&[folder.0.join("inner/x.jsonld")]).unwrap_err();
    assert!(error.message.contains("nothing is fetched"), "a file says nothing of those above it: {error}");
    let error = count(&[named("https://schema.org/")]).unwrap_err();
    assert!(error.message.contains("schema.org") && error.span.is_some(), "{error}");
}

/// A context of the web lies in `contexts`, by host and path, beside the file or in a folder above it.
#[test]
fn a_context_of_the_web_is_read_from_the_folder_for_contexts() {
    let folder = Folder::new("web-contexts");
    let data = folder.0.join("data");
    std::fs::create_dir_all(&data).unwrap();
    let file = data.join("x.jsonld");
    for (address, kept) in [
        ("https://schema.org/", "contexts/schema.org.jsonld"),
        ("http://e.org/ns/c.jsonld", "data/contexts/e.org/ns/c.jsonld"),
        ("https://e.org/ns/d?v=1", "contexts/e.org/ns/d@v=1"),
        ("https://e.org/e", "contexts/e.org/e.json"),
    ] {
        std::fs::write(&file, format!("{{\"p\": 1, \"@context\": \"{address}\"}}")).unwrap();
        let error = count(std::slice::from_ref(&file)).unwrap_err();
        assert!(error.message.contains(address), "{error}");
        let kept = folder.0.join(kept);
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        std::fs::write(&kept, "{\"@context\": {\"@vocab\": \"http://schema.org/\"}}").unwrap();
        assert_eq!(count(std::slice::from_ref(&file)).unwrap(), 1, "{address}");
        std::fs::write(&kept, "{").unwrap();
        assert!(count(std::slice::from_ref(&file)).is_err(), "{address}: a broken context");
    }
    std::fs::write(&file, "{\"p\": 1, \"@context\": \"https://e.org/../../x\"}").unwrap();
    assert!(count(std::slice::from_ref(&file)).is_err());
}

#[test]
fn what_is_no_readable_file_is_named_with_the_way_out() {
    let folder = Folder::new("missing");
    folder.file("vendors.ttl", b"");
    let error = count(&[folder.0.join("vendor.ttl")]).unwrap_err();
    assert!(error.message.starts_with("there is no file"), "{error}");
    assert!(error.hints.iter().any(|hint| hint.to_string().contains("vendors.ttl")), "{:?}", error.hints);
    assert!(count(std::slice::from_ref(&folder.0)).unwrap_err().message.contains("is a directory"));
    assert_eq!(count(&[folder.0.join("vendors.ttl")]).unwrap(), 0, "an empty file is an empty graph");
}

/// Broken Turtle, the line and column of the fault, and what the message must say.
const BROKEN: &[(&str, usize, usize, &str)] = &[
    ("<http://a/a> <http://a/b> 1 .\n<http://a/a> foaf:name 1 .", 2, 14, "prefix `foaf:` is not declared"),
    ("<http://a/a> <http://a/b> 1\n<http://a/c> <http://a/d> 2 .", 2, 1, "dot is missing"),
    ("<http://a/a> <http://a/b> \"never closed\n .", 1, 27, "string is not closed"),
    ("<http://a/a> <http://a/b> <http://a/b c> .", 1, 27, "space in an IRI"),
    ("<http://a/a> <http://a/b> \"a\\qb\" .", 1, 29, "no such escape"),
    ("<http://a/a> <http://a/b> ", 1, 27, "ends in the middle"),
    ("<http://a/a> 5 <http://a/b> .", 1, 14, "cannot be a predicate"),
];

#[test]
fn a_broken_file_is_named_with_place_line_and_plain_words() {
    let folder = Folder::new("broken");
    let mut wrong = Vec::new();
    for (text, line, column, words) in BROKEN {
        let error = count(&[folder.file("x.ttl", text.as_bytes())]).unwrap_err();
        assert_eq!(error.kind, Kind::Data);
        let place = error.span.as_ref().map(|span| (span.line, span.column));
        let shown =
            error.span.as_ref().is_some_and(|span| Some(span.text.as_str()) == text.lines().nth(line - 1));
        if place != Some((*line, *column))
            || !error.message.contains(words)
            || !shown
            || error.hints.is_empty()
        {
            wrong.push(format!("{text:?}: {error} at {:?}, {:?}", error.span, error.hints));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // N-Triples and N-Quads have no strings of several lines (RDF 1.2 N-Triples, section 6.1).
    for (file, has_long) in [("x.nt", false), ("x.nq", false), ("x.ttl", true)] {
        let error = count(&[folder.file(file, b"<http://a/a> <http://a/b> \"one\ntwo\" .")]).unwrap_err();
        let hints = format!("{:?}", error.hints);
        assert!(error.message.contains("string is not closed"), "{file}: {error}");
        assert_eq!(hints.contains("three quotes"), has_long, "{file}: {hints}");
    }
}

#[test]
fn a_load_of_a_good_and_a_broken_file_changes_nothing() {
    let folder = Folder::new("atomic");
    let good = folder.file("good.nt", TRIPLE.as_bytes());
    let broken = folder.file("broken.nt", b"<http://a/a> <http://a/b> .");
    let mut session = baimo::embedded::open(&Source::Embedded).unwrap();
    let before = session.graph().len();
    assert!(session.load(&[good.clone(), broken], None, &mut |_| {}, &|_, _, _| {}).is_err());
    assert_eq!(session.graph().len(), before);
    let change = session.load(&[good], None, &mut |_| {}, &|_, _, _| {}).unwrap();
    assert_eq!((change.before, change.after, change.durable), (before, before + 1, false));
}

#[test]
fn blank_nodes_of_two_files_stay_apart() {
    let folder = Folder::new("blank");
    let files = ["a.ttl", "b.ttl"].map(|name| folder.file(name, b"_:x <http://a/b> 1 ."));
    assert_eq!(count(&files).unwrap(), 2);
    let mut session = baimo::embedded::open(&Source::Files(vec![files[0].clone()])).unwrap();
    assert_eq!(session.load(&files, None, &mut |_| {}, &|_, _, _| {}).unwrap().after, 3);
}

#[test]
fn an_update_loads_files_and_nothing_from_the_web() {
    let folder = Folder::new("update");
    let file = folder.file("a.nt", TRIPLE.as_bytes());
    let mut session = baimo::embedded::open(&Source::Embedded).unwrap();
    let before = session.graph().len();
    let error = session.update("INSERT DATA { <http://a/a> a <http://a/B> } ; LOAD <http://example.org/x>");
    assert!(error.unwrap_err().message.contains("nothing from the web"));
    assert_eq!(session.graph().len(), before, "all or nothing");
    let load = format!("LOAD <{}> INTO GRAPH <http://a/g>", crate::cli::file_iri(&file));
    assert_eq!(session.update(&load).unwrap().after, before + 1);
    assert_eq!(session.update("DROP GRAPH <http://a/g>").unwrap().after, before);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), which in 0_usize..6) {
        read_as(which, bytes);
    }

    #[test]
    fn no_damage_to_good_bytes_makes_a_reader_panic(
        which in 0_usize..6, at in 0_usize..120, with in any::<u8>(), cut in 0_usize..200, pack in 0_usize..4,
    ) {
        let good = "@prefix e: <http://a/> . e:a e:b [ e:c ( 1 2.5 \"x\\u0041\"@en--ltr ) ], <<( e:a e:b e:c )>> . #";
        let mut bytes = match pack {
            0 => gzip(good.as_bytes()),
            1 => bzip2(good.as_bytes()),
            2 => zstd(good.as_bytes()),
            _ => good.as_bytes().to_vec(),
        };
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        bytes.truncate(cut);
        read_as(which, bytes);
    }
}

fn read_as(which: usize, bytes: Vec<u8>) {
    let endings = ["ttl", "trig", "nt", "nq", "rdf", "jsonld"];
    let format = baimo::sources::rdf::format_named(endings[which]);
    for format in [format, None] {
        let input = Input::from_reader("x", format, std::io::Cursor::new(bytes.clone()));
        let _ = import::read(input, None, &mut Prefixes::new(), &mut |_| {}, &mut |_| Ok(()));
    }
}
