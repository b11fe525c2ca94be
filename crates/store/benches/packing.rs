//! Building a graph of files, step by step: `cargo bench -p baimo-store --bench packing -- FILE [OUT [MEGABYTES]]`.
//!
//! In: an RDF file, where the pack is to be written, and how much memory the building may take. Out: seconds of wall and
//! of processor time of each step, and the peak of memory, where the system tells them (Linux).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement stops at once, and prints what it finds"
)]

use baimo_store::store::import;
use baimo_store::store::pack::{Packer, Watch, Workspace};
use baimo_store::terms::Prefixes;
use std::path::PathBuf;
use std::time::Instant;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let Some(file) = words.first() else { return println!("usage: FILE [OUT [MEGABYTES]]") };
    let mut clock = Clock::new();
    let mut packer = match words.get(2) {
        Some(megabytes) => {
            let memory = megabytes.parse::<usize>().unwrap() * 1_000_000;
            Packer::within(Workspace { memory, beside: PathBuf::from(&words[1]) })
        }
        None => Packer::in_memory(),
    };
    for input in import::inputs(&[PathBuf::from(file)]).unwrap() {
        let prefixes = &mut Prefixes::new();
        import::build(input, None, prefixes, &mut |_| {}, Watch::nobody(), &mut packer).unwrap();
    }
    clock.say("read");
    let out = words.get(1).map(|out| std::io::BufWriter::new(std::fs::File::create(out).unwrap()));
    match out {
        Some(out) => drop(packer.write(&Prefixes::new(), out, Watch::nobody()).unwrap()),
        None => drop(packer.finish(Watch::nobody()).unwrap()),
    }
    clock.say("sort, write");
}

/// Says how long each step took.
struct Clock {
    wall: Instant,
    processor: f64,
}

impl Clock {
    fn new() -> Self {
        Self { wall: Instant::now(), processor: processor() }
    }

    fn say(&mut self, step: &str) {
        let (wall, used) = (self.wall.elapsed().as_secs_f64(), processor() - self.processor);
        println!("{step:12} {wall:7.2} s, {used:7.2} s of processors, peak {} MB", peak() / 1000);
        *self = Self::new();
    }
}

/// Seconds of processor time of the process; threads that have ended included.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let mut numbers = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11);
    let mut next = || numbers.next().and_then(|number| number.parse::<f64>().ok()).unwrap_or_default();
    (next() + next()) / 100.0
}

/// The most memory that the process had, in kB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
