//! Answers queries in process, one at a time, for `side_by_side.py`: a worker that is asked over a pipe.
//!
//! In: an RDF file as the only argument; then, on standard input, the path of a query a line. Out: a line of
//! JSON for each: seconds from the text to the last row (rows are read, not written), rows, and the cells of an
//! answer of one row. Errors are answers too.

use baimo::engine::Bindings;
use baimo::engine::answer::Answer;
use baimo::session::{Session, Source};
use std::io::BufRead as _;
use std::time::Instant;

#[expect(clippy::print_stdout, reason = "a benchmark talks to the script that runs it")]
fn main() {
    // Cargo passes `--bench`.
    let Some(data) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        println!("usage: cargo bench --bench shapes -- DATA   (see side_by_side.py)");
        return;
    };
    let begun = Instant::now();
    let session = match Session::open(&Source::Files(vec![data.into()]), &baimo::embedded::EMBEDDED) {
        Ok(session) => session,
        Err(error) => return println!("{{\"error\": {:?}}}", error.to_string()),
    };
    println!("{{\"load_s\": {:.3}}}", begun.elapsed().as_secs_f64());
    for path in std::io::stdin().lock().lines().map_while(Result::ok) {
        let asked = std::fs::read_to_string(&path).map_err(|error| error.to_string()).and_then(|text| {
            let begun = Instant::now();
            let (rows, cells) = ask(&session, &text).map_err(|error| error.to_string())?;
            Ok((begun.elapsed().as_secs_f64(), rows, cells))
        });
        match asked {
            Ok((seconds, rows, cells)) => {
                println!("{{\"s\": {seconds:.7}, \"rows\": {rows}, \"cells\": {cells:?}}}");
            }
            Err(error) => println!("{{\"error\": {error:?}}}"),
        }
    }
}

/// How many rows or triples an answer has, and the cells of the last row.
fn ask(session: &Session, text: &str) -> baimo::error::Result<(usize, Vec<String>)> {
    Ok(match session.query(text, &Bindings::new())? {
        Answer::Boolean(yes) => (1, vec![yes.to_string()]),
        Answer::Graph(triples) => (triples.collect::<baimo::error::Result<Vec<_>>>()?.len(), Vec::new()),
        Answer::Rows(rows) => {
            let (mut count, mut last) = (0, Vec::new());
            for row in rows.rows {
                last = row?;
                count += 1;
            }
            let text = |term: baimo::terms::Term| match term {
                baimo::terms::Term::Literal(literal) => literal.value().to_owned(),
                term => term.to_string(),
            };
            (count, last.into_iter().flatten().map(text).collect())
        }
    })
}
