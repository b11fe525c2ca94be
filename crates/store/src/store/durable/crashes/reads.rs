//! Reads that fail, each in turn, once or for ever: what is told of it, and that nothing is lost.
//!
//! In: a store with short and long transactions, a load and merges, on files of which some read fails. Out: the error of that read, or
//! the right answer where it was read again; never damage, and never less than there is. Packs are read by themselves.

use super::super::repair::repair_on;
use super::super::{Content, Finding, Reverse, Store, Transaction};
use super::disk::{Dice, Folder, Log, Recorder};
use super::usage::Use;
use super::{State, quad, state};
use crate::error::Result;
use crate::store::memory::{Changes, Memory};
use crate::store::pack::Watch;
use crate::terms::Prefixes;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What a store tells: its quads, each transaction with its rows, what is left of its quads once the last one with rows is taken back, and
/// what is wrong with it.
type Told = (State, Vec<String>, State, Vec<Finding>);

/// All that is read of a store, its own files put in place of themselves by a merge.
fn told(folder: &Path, recorder: &Recorder) -> Result<Told> {
    let (mut store, Content { graph, .. }) = Store::open_on(folder, Arc::new(recorder.clone()))?;
    let (mut history, mut last) = (Vec::new(), None);
    store.history(0, Watch::nobody(), &mut |transaction| {
        let mut rows = Vec::new();
        transaction.rows.each(Watch::nobody(), &mut |added, quad| {
            rows.push((added, quad.to_string()));
            Ok(())
        })?;
        history.push(format!("{} {} {rows:?}", transaction.number, transaction.time));
        last = Some(transaction.rows).filter(|_| !rows.is_empty()).or(last.take());
        Ok(())
    })?;
    let mut before = graph.clone();
    if let Some(rows) = last {
        Reverse::of_rows(rows, &mut before, Watch::nobody())?;
    }
    let findings = repair_on(folder, false, recorder)?;
    store.begin()?;
    let merge = store.prepare_merge(Prefixes::new(), Vec::new())?;
    merge.write(&graph.snapshot()?, Watch::nobody())?;
    store.finish_merge(merge)?;
    store.end();
    Ok((state(&graph)?, history, state(&before)?, findings))
}

#[test]
fn a_read_that_fails_is_told_and_loses_nothing() {
    let (folder, recorder) = (Folder::new(), Recorder::default());
    let mut used = Use::of(&folder.0, &recorder).unwrap();
    (0..6).for_each(|seed| used.act_once(seed));
    used.begin().unwrap();
    used.load(&mut Dice::of(1)).unwrap();
    used.store.end();
    // One whose rows are not held, but read from the file each time.
    used.begin().unwrap();
    let (store, all) =
        (&mut used.store, |graph: &mut Memory| (100..130).try_for_each(|n| graph.insert(quad(n)).map(drop)));
    let commit = |changes: &Changes<'_>| store.commit(&mut Transaction::default(), changes, Watch::nobody());
    used.graph.change_and_keep(all, commit).unwrap();
    used.store.end();
    used.act_once(7);
    drop(used);
    let whole = contents(&folder.0);
    let expected = told(&Folder::of(&whole).0, &recorder).unwrap();
    assert!(expected.1.len() > 8 && expected.0 != expected.2 && expected.3.is_empty(), "{expected:?}");
    for for_ever in [false, true] {
        let (mut failed, mut missed) = (0, 1);
        for n in 0.. {
            let copy = Folder::of(&whole);
            let fails = Log { reading_fails: Some(n), reads_nothing: for_ever, ..Log::default() };
            *recorder.0.lock().unwrap() = fails;
            let found = told(&copy.0, &recorder);
            missed = missed.min(std::mem::take(&mut *recorder.0.lock().unwrap()).unread);
            match found {
                Ok(found) => assert_eq!(found, expected, "read {n}, for ever {for_ever}"),
                Err(error) => {
                    let said = format!("{error:?}");
                    let is_right = said.contains("does not answer") && !said.contains("damaged");
                    assert!(is_right, "read {n}, for ever {for_ever}: {said}");
                    failed += 1;
                }
            }
            let again = told(&copy.0, &recorder).unwrap();
            let (states, known) = ((again.0, again.2, again.3), expected.clone());
            assert_eq!(states, (known.0, known.2, known.3), "read {n}, for ever {for_ever}: nothing is lost");
            if missed == 0 {
                assert!(n > 40 && failed > 20, "{failed} of {n} reads were told");
                break;
            }
        }
    }
}

/// The files of a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect()
}
