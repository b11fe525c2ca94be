//! The readers beside oxigraph's, their memory, and what they make of damaged files:
//! `cargo bench -p baimo-store --bench reading -- speed`, `-- memory`, `-- damage SECONDS`.
//!
//! Damage takes the files of the W3C suites (`BAIMO_W3C`, else the folder beside the repository): some hundred cuts of each must
//! be an error or end where a statement does, and no change of its bytes may end in a panic or take long.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that meets the unexpected should stop at once, and prints what it finds"
)]

use baimo_store::sources::rdf::{self, RdfFormat};
use baimo_store::terms::Prefixes;
use oxigraph::io::{JsonLdProfileSet, RdfParser, RdfSerializer};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const JSON_LD: RdfFormat = RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() };

const FORMATS: [RdfFormat; 7] = [
    RdfFormat::NTriples,
    RdfFormat::NQuads,
    RdfFormat::Turtle,
    RdfFormat::TriG,
    RdfFormat::N3,
    RdfFormat::RdfXml,
    JSON_LD,
];

/// How many rounds each reader takes part in, in turn.
const ROUNDS: usize = 7;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    match words.first().map(String::as_str) {
        Some("speed") => speed(words.get(1)),
        Some("memory") => memory(),
        Some("one") => one(Path::new(&words[1])),
        Some("damage") => {
            let seconds = words.get(1).map_or(10, |seconds| seconds.parse().unwrap());
            damage(Duration::from_secs(seconds));
        }
        _ => println!("which: speed, memory, or damage SECONDS?"),
    }
}

/// How many quads a text has, by our reader.
fn ours(format: RdfFormat, text: &[u8]) -> Result<u64, String> {
    let base = Some("http://example.org/base");
    rdf::read("text", format, base, text, &mut Prefixes::new(), &mut |_| Ok(()))
        .map_err(|error| error.to_string())
}

fn theirs(format: RdfFormat, text: &[u8]) -> u64 {
    let parser = RdfParser::from_format(format).with_base_iri("http://example.org/base").unwrap();
    parser.for_reader(text).map(|quad| quad.map(drop).unwrap()).count() as u64
}

/// People with names, ages, friends, addresses.
fn people(count: usize) -> String {
    let mut out = String::from(
        "@prefix e: <http://example.org/people/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n",
    );
    for n in 0..count {
        out.push_str(&format!(
            "e:p{n} a e:Person ; e:name \"Person number {n}\", \"人{n}\"@zh ; e:age {} ; e:born \"19{:02}-01-01\"^^xsd:date ;\n  \
             e:knows e:p{}, e:p{} ; e:address [ e:city e:c{} ; e:note \"a note with \\\"quotes\\\" and more\" ] .\n",
            n % 90,
            n % 100,
            n * 7 % count,
            n * 13 % count,
            n % 50
        ));
    }
    out
}

/// All formats, or the one that is named.
fn speed(only: Option<&String>) {
    let turtle = people(20_000);
    let mut quads = Vec::new();
    for quad in RdfParser::from_format(RdfFormat::Turtle).for_slice(turtle.as_bytes()) {
        quads.push(quad.unwrap());
    }
    println!("{:10} {:>8} {:>10} {:>10} {:>8}", "format", "MB", "ours MB/s", "theirs", "ratio");
    for format in FORMATS.into_iter().filter(|format| only.is_none_or(|only| format.name() == only)) {
        let text = match format {
            RdfFormat::Turtle | RdfFormat::TriG | RdfFormat::N3 => turtle.clone().into_bytes(),
            _ => {
                let mut writer = RdfSerializer::from_format(format)
                    .with_prefix("e", "http://example.org/people/")
                    .unwrap()
                    .for_writer(Vec::new());
                quads.iter().for_each(|quad| writer.serialize_quad(quad).unwrap());
                writer.finish().unwrap()
            }
        };
        assert_eq!(ours(format, &text), Ok(theirs(format, &text)), "{format}");
        let (mut mine, mut other) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let start = Instant::now();
            ours(format, &text).unwrap();
            mine.push(start.elapsed());
            let start = Instant::now();
            theirs(format, &text);
            other.push(start.elapsed());
        }
        let rate = |times: &mut Vec<Duration>| {
            times.sort();
            text.len() as f64 / 1e6 / times[ROUNDS / 2].as_secs_f64()
        };
        let (mine, other) = (rate(&mut mine), rate(&mut other));
        println!(
            "{:10} {:8.1} {mine:10.1} {other:10.1} {:8.2}",
            format.name(),
            text.len() as f64 / 1e6,
            mine / other
        );
    }
}

/// Texts of some megabytes that take much memory for what they are.
fn heavy() -> Vec<(RdfFormat, &'static str, String)> {
    const SIZE: usize = 8 << 20;
    let many =
        |before: &str, part: &str, after: &str| format!("{before}{}{after}", part.repeat(SIZE / part.len()));
    let xml = |inner: String| {
        format!(
            "<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:e=\"http://e/\">{inner}</r:RDF>"
        )
    };
    let entries = |count: usize| (0..count).map(|n| format!("\"e:{n}\":1,")).collect::<String>();
    vec![
        (RdfFormat::NTriples, "short statements", many("", "<a:><a:><a:>.\n", "")),
        (RdfFormat::NTriples, "one text", many("<a:a> <a:b> \"", "x", "\" .\n")),
        (RdfFormat::NQuads, "one text of escapes", many("<a:a> <a:b> \"", "\\n", "\" .\n")),
        (RdfFormat::Turtle, "one statement", many("<a:a> <a:b> 1", ",1", " .")),
        (RdfFormat::Turtle, "one list", many("<a:a> <a:b> (", "1 ", ") .")),
        (RdfFormat::Turtle, "one long text", many("<a:a> <a:b> \"\"\"", "x\n", "\"\"\" .")),
        (RdfFormat::TriG, "one graph", many("<a:g> {", "<a:><a:>1.", "}")),
        (RdfFormat::N3, "one statement", many("<a:a> <a:b> 1", ",1", " .")),
        (RdfFormat::RdfXml, "short elements", xml(many("<r:Description>", "<e:p/>", "</r:Description>"))),
        (RdfFormat::RdfXml, "one text", xml(many("<r:Description><e:p>", "x", "</e:p></r:Description>"))),
        (
            RdfFormat::RdfXml,
            "one text of references",
            xml(many("<r:Description><e:p>", "&lt;", "</e:p></r:Description>")),
        ),
        (
            RdfFormat::RdfXml,
            "one XML literal",
            xml(many("<r:Description><e:p r:parseType=\"Literal\">", "<a/>", "</e:p></r:Description>")),
        ),
        (JSON_LD, "one array of digits", many("{\"http://e/p\":[1", ",1", "]}")),
        (JSON_LD, "one array of things", many("{\"http://e/p\":[{}", ",{}", "]}")),
        (JSON_LD, "one list", many("{\"http://e/p\":{\"@list\":[1", ",1", "]}}")),
        (JSON_LD, "one graph", many("{\"@id\":\"a:g\",\"@graph\":[{}", ",{\"a:p\":1}", "]}")),
        (JSON_LD, "one text", many("{\"http://e/p\":\"", "x", "\"}")),
        (JSON_LD, "one object", format!("{{{}\"a:b\":1}}", entries(SIZE / 12))),
        (JSON_LD, "one reverse property", many("{\"@reverse\":{\"a:p\":[{}", ",{}", "]}}")),
        (
            JSON_LD,
            "one map",
            format!(
                "{{\"@context\":{{\"m\":{{\"@id\":\"a:m\",\"@container\":\"@index\"}}}},\"m\":{{{}\"a:b\":1}}}}",
                entries(SIZE / 12)
            ),
        ),
    ]
}

/// The most memory that this process has taken since [`forget`], in bytes.
fn most() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap_or(0) << 10
}

fn forget() {
    // Linux takes this for a wish to begin anew.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Each text in a process of its own, from a file: memory once taken is not given back.
fn memory() {
    println!("{:10} {:24} {:>8} {:>10}", "format", "text", "MB", "multiple");
    let program = std::env::current_exe().unwrap();
    for (format, name, text) in heavy() {
        let file =
            std::env::temp_dir().join(format!("reading-{}.{}", std::process::id(), format.file_extension()));
        std::fs::write(&file, &text).unwrap();
        let said = Command::new(&program).arg("one").arg(&file).output().unwrap();
        println!(
            "{:10} {name:24} {:8.1} {}",
            format.name(),
            text.len() as f64 / 1e6,
            String::from_utf8_lossy(&said.stdout)
        );
        std::fs::remove_file(&file).unwrap();
    }
}

/// The memory that reading a file takes, in multiples of its size.
fn one(path: &Path) {
    let format = rdf::format_named(path.extension().unwrap().to_str().unwrap()).unwrap();
    let file = std::fs::File::open(path).unwrap();
    let size = file.metadata().unwrap().len();
    let before = most();
    let base = Some("http://example.org/base");
    let count = rdf::read("file", format, base, file, &mut Prefixes::new(), &mut |_| Ok(()))
        .map_err(|error| error.to_string());
    print!("{:10.1}   {count:?}", most().saturating_sub(before) as f64 / size as f64);
}

fn files() -> Vec<(RdfFormat, PathBuf, Vec<u8>)> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, into) } else { into.push(path) }
        }
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/w3c");
    let root = std::env::var_os("BAIMO_W3C").map_or(beside, PathBuf::from);
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    let known = |path: PathBuf| {
        let format =
            rdf::format_named(path.extension()?.to_str()?).filter(|_| !path.ends_with("manifest.ttl"))?;
        let bytes = std::fs::read(&path).ok().filter(|bytes| bytes.len() < 20_000)?;
        Some((format, path, bytes))
    };
    paths.into_iter().filter_map(known).collect()
}

/// Numbers as they come.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below.max(1)
    }
}

/// Parts of all syntaxes, to be put anywhere.
const PARTS: &[&str] = &[
    "<",
    ">",
    "\"",
    "'",
    "\"\"\"",
    ".",
    ";",
    ",",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    "<<(",
    ")>>",
    "{|",
    "|}",
    "~",
    "@prefix",
    "@base",
    "^^",
    "@en--ltr",
    "_:b",
    "\\u0000",
    "\\uD800",
    "&#0;",
    "&lt;",
    "&x;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE r [",
    "<?",
    "xml:lang=\"\"",
    "rdf:parseType=\"Literal\"",
    "\"@id\":",
    "\"@list\":[",
    "\"@context\":{",
    "null",
    "1e400",
    "-",
    "\u{FEFF}",
    "\u{0}",
    "\r",
    "=>",
    "?x",
    "\u{10FFFF}",
];

fn changed(dice: &mut Dice, good: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=dice.roll(4) {
        let (at, to) = (dice.roll(bytes.len() + 1), dice.roll(bytes.len() + 1));
        let (at, to) = (at.min(to), at.max(to));
        match dice.roll(7) {
            0 if at < bytes.len() => bytes[at] = dice.roll(256) as u8,
            1 => bytes.truncate(to),
            2 => drop(bytes.drain(at..to)),
            3 => {
                let part = bytes[at..to].repeat(1 + dice.roll(3));
                bytes.splice(at..at, part);
            }
            4 => drop(bytes.splice(at..at, PARTS[dice.roll(PARTS.len())].bytes())),
            5 => {
                let from = dice.roll(other.len() + 1);
                let end = (from + dice.roll(200)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            _ => drop(bytes.splice(at..at, PARTS[dice.roll(PARTS.len())].repeat(1 + dice.roll(300)).bytes())),
        }
        bytes.truncate(1 << 20);
    }
    bytes
}

fn damage(time: Duration) {
    let files = files();
    assert!(files.len() > 500, "the suites are not there");
    let mut wrong = cuts(&files);
    let seed = RandomState::new().hash_one(0);
    let mut dice = Dice(seed);
    let (since, mut tried, mut read) = (Instant::now(), 0_u64, 0_u64);
    while since.elapsed() < time {
        let (format, path, good) = &files[dice.roll(files.len())];
        let other = &files[dice.roll(files.len())].2;
        let bytes = changed(&mut dice, good, other);
        let format = if dice.roll(10) == 0 { FORMATS[dice.roll(FORMATS.len())] } else { *format };
        forget();
        let (before, start) = (most(), Instant::now());
        let result = std::panic::catch_unwind(|| ours(format, &bytes));
        tried += 1;
        read += u64::from(matches!(result, Ok(Ok(_))));
        let (took, more) = (start.elapsed(), most().saturating_sub(before));
        let fault = match result {
            Err(_) => Some("panicked".to_owned()),
            Ok(_) if took > Duration::from_secs(2) => Some(format!("took {took:?}")),
            Ok(_) if more > (40 << 20) + bytes.len() * 40 => Some(format!("took {} MB", more >> 20)),
            Ok(_) => None,
        };
        if let Some(fault) = fault {
            let kept = std::env::temp_dir().join(format!("damaged-{tried}.{}", format.file_extension()));
            std::fs::write(&kept, &bytes).unwrap();
            wrong.push(format!("{}: {fault}: {}", path.display(), kept.display()));
        }
    }
    println!("{tried} damaged files, {read} of them still read, seed {seed}; {} faults", wrong.len());
    wrong.iter().for_each(|fault| println!("{fault}"));
    assert!(wrong.is_empty());
}

/// Cuts that are read though more was there.
fn cuts(files: &[(RdfFormat, PathBuf, Vec<u8>)]) -> Vec<String> {
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (format, path, bytes) in files {
        let Ok(whole) = ours(*format, bytes) else { continue };
        // Large files at every so many bytes, so that all take minutes and not hours.
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 600) {
            let (head, tail) = bytes.split_at(at);
            let Ok(count) = ours(*format, head) else { continue };
            tried += 1;
            if count > whole || !may_end(*format, head, tail) {
                wrong.push(format!(
                    "{} cut at {at} of {} is read: {count} of {whole} quads",
                    path.display(),
                    bytes.len()
                ));
                break;
            }
        }
    }
    println!("{} files cut at up to 600 places each; {tried} cuts are read", files.len());
    wrong
}

/// Whether a text may end here.
fn may_end(format: RdfFormat, head: &[u8], tail: &[u8]) -> bool {
    let (head, tail) = (String::from_utf8_lossy(head), String::from_utf8_lossy(tail));
    match format {
        RdfFormat::RdfXml => {
            // After the root element come comments and instructions alone.
            let rest = tail.trim();
            rest.is_empty()
                || rest.starts_with("<!--")
                || rest.starts_with("<?")
                || head.contains("</rdf:RDF>")
                || head.trim_end().ends_with('>')
        }
        RdfFormat::JsonLd { .. } => tail.trim().is_empty(),
        _ => {
            let mut lines = head
                .lines()
                .map(|line| line.trim())
                .filter(|line| !line.is_empty() && !line.starts_with('#'));
            let last = lines.next_back().unwrap_or_default();
            last.is_empty() || last.contains('#') || last.ends_with(['.', '}', '>', '"', '\''])
        }
    }
}
