//! Packs the graph of this repository's own folder, so that the binary parses nothing when it starts.
//!
//! In: `baimo.toml`, `ontology/`, `data/`, `queries/`. Out, in `OUT_DIR`: `graph.pack`, and
//! `project.rs` with the texts of the manifest and the saved queries.

use baimo_store::store::pack::Builder;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for watched in ["baimo.toml", "ontology", "data", "queries"] {
        println!("cargo::rerun-if-changed={watched}");
    }

    let mut builder = Builder::new();
    for folder in ["ontology", "data"] {
        for file in files(&root.join(folder), "ttl")? {
            builder.start_file();
            for triple in oxttl::TurtleParser::new().for_reader(io::BufReader::new(fs::File::open(&file)?)) {
                let triple = triple.map_err(|error| format!("{}: {error}", file.display()))?;
                builder.add(triple.as_ref().in_graph(oxrdf::GraphNameRef::DefaultGraph));
            }
        }
    }
    fs::write(out.join("graph.pack"), builder.finish().write(Vec::new())?)?;

    let mut code = String::new();
    // Texts, not paths: a shared target folder serves clones in several places.
    writeln!(code, "pub const MANIFEST: &str = {:?};", fs::read_to_string(root.join("baimo.toml"))?)?;
    writeln!(code, "pub const QUERIES: &[(&str, &str)] = &[")?;
    for file in files(&root.join("queries"), "rq")? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(code, "    ({name:?}, {:?}),", fs::read_to_string(&file)?)?;
    }
    writeln!(code, "];")?;
    fs::write(out.join("project.rs"), code)?;
    Ok(())
}

/// The files of a folder with an extension, sorted by name.
fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|have| have == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
