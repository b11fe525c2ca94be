//! A new graph: a folder with an example that is small, complete, commented, and works at once.
//!
//! In: a folder. Out: the files in it. Nothing is overwritten.

use super::terminal::present::Output;
use crate::error::{Error, Result};
use crate::project::MANIFEST;
use std::io::Write as _;
use std::path::Path;

/// The files, by their paths in the folder. `NAME` stands for the name of the folder.
const FILES: &[(&str, &str)] = &[
    (MANIFEST, MANIFEST_TEXT),
    ("ontology/ontology.ttl", ONTOLOGY),
    ("data/books.ttl", DATA),
    ("queries/books.rq", BOOKS),
    ("queries/books-per-author.rq", PER_AUTHOR),
    ("tests/questions/books-of-lu-xun.rq", QUESTION),
    ("tests/questions/books-of-lu-xun.tsv", EXPECTED),
];

/// Makes the folder and its files.
///
/// # Errors
/// Where one of the files is there already, or cannot be written.
pub fn init(folder: &Path, output: &Output) -> Result<()> {
    if let Some((path, _)) = FILES.iter().find(|(path, _)| folder.join(path).exists()) {
        return Err(Error::usage(format!("{} is there already", folder.join(path).display()))
            .hint("nothing was changed; choose a new folder, as in  baimo init my-graph"));
    }
    let name = name_of(folder);
    for (path, text) in FILES {
        write(&folder.join(path), &text.replace("NAME", &name))?;
    }
    let there = if folder == Path::new(".") { String::new() } else { format!("cd {} && ", folder.display()) };
    output.report.note(&format!(
        "{} is a graph now: an ontology, data, saved queries, tests\n  try:  {there}baimo run books",
        folder.display()
    ));
    Ok(())
}

/// A name for prefixes and IRIs, from the folder's own.
fn name_of(folder: &Path) -> String {
    let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = full.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "my-graph".to_owned() } else { name.to_owned() }
}

/// Writes a file that must not be there yet, and the folders above it.
fn write(path: &Path, text: &str) -> Result<()> {
    let failed = |error| {
        Error::store(format!("cannot write {}", path.display()))
            .because(error)
            .hint("choose a folder in which you may write")
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}

const MANIFEST_TEXT: &str = r#"# What this graph is. `baimo` started in this folder, or below it, asks this graph.

name        = "NAME"
title       = "A few books"
description = "An example: replace it with your own."
version     = "0.1.0"
licence     = "CC0-1.0"

# Relative IRIs in the files are completed with this.
base        = "https://example.org/NAME/"

# Languages of labels, the first is preferred.
languages   = ["en", "zh"]

# Prefixes that need no declaration in questions.
[prefixes]
ex     = "https://example.org/NAME/ontology#"
author = "https://example.org/NAME/author/"
book   = "https://example.org/NAME/book/"
"#;

const ONTOLOGY: &str = r#"# What may be said: the classes and properties of this graph.

@prefix ex:   <https://example.org/NAME/ontology#> .
@prefix owl:  <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd:  <http://www.w3.org/2001/XMLSchema#> .

ex:Book a owl:Class ;
    rdfs:label "book"@en , "书"@zh ;
    rdfs:comment "A work, not one of its copies."@en .

ex:Author a owl:Class ;
    rdfs:label "author"@en , "作者"@zh .

ex:writtenBy a owl:ObjectProperty ;
    rdfs:label "written by"@en , "作者是"@zh ;
    rdfs:domain ex:Book ;
    rdfs:range ex:Author .

ex:year a owl:DatatypeProperty ;
    rdfs:label "year"@en , "年份"@zh ;
    rdfs:domain ex:Book ;
    rdfs:range xsd:gYear .
"#;

const DATA: &str = r#"# What is said: the facts. Any number of files, in any RDF format.

@prefix ex:     <https://example.org/NAME/ontology#> .
@prefix author: <https://example.org/NAME/author/> .
@prefix book:   <https://example.org/NAME/book/> .
@prefix rdfs:   <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd:    <http://www.w3.org/2001/XMLSchema#> .

author:lu-xun a ex:Author ;
    rdfs:label "Lu Xun"@en , "鲁迅"@zh .

author:cao-xueqin a ex:Author ;
    rdfs:label "Cao Xueqin"@en , "曹雪芹"@zh .

book:call-to-arms a ex:Book ;
    rdfs:label "Call to Arms"@en , "呐喊"@zh ;
    ex:writtenBy author:lu-xun ;
    ex:year "1923"^^xsd:gYear .

book:wandering a ex:Book ;
    rdfs:label "Wandering"@en , "彷徨"@zh ;
    ex:writtenBy author:lu-xun ;
    ex:year "1926"^^xsd:gYear .

book:red-chamber a ex:Book ;
    rdfs:label "Dream of the Red Chamber"@en , "红楼梦"@zh ;
    ex:writtenBy author:cao-xueqin ;
    ex:year "1791"^^xsd:gYear .
"#;

const BOOKS: &str = r#"#+ summary: All books, the oldest first
#+ summary_zh: 全部书籍，由旧到新
#+ tags: [book]
#+ view: Table
#+ params:
#+   author: {type: label, class: ex:Author, description: Only this author, description_zh: 只看这位作者}
#+   lang: {type: lang, default: en, enum: [en, zh], description: Language of the names}

# Lines with #+ are the header: `baimo queries` shows it, `baimo run books --help` the parameters.
# A parameter is a variable that starts with ?_ ; one that is not given stays a variable.

SELECT ?year ?title ?by WHERE {
  ?book a ex:Book ; ex:year ?year ; ex:writtenBy ?_author ; rdfs:label ?title .
  ?_author rdfs:label ?by .
  FILTER(LANG(?title) = ?_lang && LANG(?by) = ?_lang)
}
ORDER BY ?year
"#;

const PER_AUTHOR: &str = r#"#+ summary: How many books each author wrote
#+ summary_zh: 每位作者的书籍数
#+ tags: [book, author, count]
#+ view: BarChart

SELECT ?author (COUNT(?book) AS ?books) WHERE {
  ?book ex:writtenBy/rdfs:label ?author .
  FILTER(LANG(?author) = "en")
}
GROUP BY ?author
ORDER BY DESC(?books)
"#;

const QUESTION: &str = r#"# A question with the answer that it must have, in the file beside it. Nothing reads the two but a test of yours:
#   baimo run books --author 鲁迅 -F tsv | diff - tests/questions/books-of-lu-xun.tsv

#+ run: books
#+ with: {author: "鲁迅"}
"#;

const EXPECTED: &str = "?year\t?title\t?by\n\
    \"1923\"^^<http://www.w3.org/2001/XMLSchema#gYear>\t\"Call to Arms\"@en\t\"Lu Xun\"@en\n\
    \"1926\"^^<http://www.w3.org/2001/XMLSchema#gYear>\t\"Wandering\"@en\t\"Lu Xun\"@en\n";
