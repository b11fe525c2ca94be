//! Loading a file beside oxigraph's bare bulk loader, both into memory, in turn:
//! `BAIMO_BENCH=big.nt cargo bench --bench loading`. Without `BAIMO_BENCH` there is nothing to load.

use baimo::session::Source;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::path::{Path, PathBuf};

fn ours(path: &Path) -> u64 {
    baimo::embedded::open(&Source::Files(vec![path.to_owned()])).map_or(0, |session| session.graph().len())
}

fn bare(path: &Path) -> u64 {
    let load = || -> Result<u64, Box<dyn std::error::Error>> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let format = baimo::sources::rdf::format_named(ending).ok_or("the ending tells no RDF format")?;
        let store = oxigraph::store::Store::new()?;
        let mut loader = store.bulk_loader();
        loader.load_from_reader(format, std::fs::File::open(path)?)?;
        loader.commit()?;
        Ok(store.len()? as u64)
    };
    load().unwrap_or_default()
}

fn loading(c: &mut Criterion) {
    let Some(path) = std::env::var_os("BAIMO_BENCH").map(PathBuf::from) else { return };
    assert_eq!(ours(&path), bare(&path), "both must load the same");
    let mut group = c.benchmark_group("load");
    group.sample_size(10);
    group.bench_function(BenchmarkId::new("bulk loader", path.display()), |b| b.iter(|| bare(&path)));
    group.bench_function(BenchmarkId::new("baimo", path.display()), |b| b.iter(|| ours(&path)));
    group.finish();
}

criterion_group!(benches, loading);
criterion_main!(benches);
