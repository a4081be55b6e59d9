//! The big world: 1,000,000 functions in 100 accounts and 10 Regions, 30 recorders of 5 selectors. Measures reading the
//! inventory, deciding, writing formats and planning, at a quarter and at the whole, so that a cost that grows faster than the
//! world shows. `cargo bench -p invoketrail --bench million [-- FILE]` keeps the inventory in FILE.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod world;

use audit::Counted;
use report::{AuditDocument, AuditFormat, Layout, Stamp, write_jsonl};
use std::error::Error;
use std::io::{self, Write};
use std::time::{Duration, Instant};
use store::{read_inventory, write_inventory};

/// Each figure is the best of so many runs: what the machine can do when nothing else disturbs it.
const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo passes `--bench`; anything that is no option is the file to keep.
    let keep = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    println!("{:<24}{:>14}{:>14}{:>8}", "", "250,000", "1,000,000", "ratio");
    let quarter = measure(250, None)?;
    let whole = measure(1000, keep.as_deref())?;
    for ((name, small), (_, large)) in quarter.times.iter().zip(&whole.times) {
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        println!("{name:<24}{:>11.0} ms{:>11.0} ms{ratio:>8.2}", millis(*small), millis(*large));
    }
    for ((name, small), (_, large)) in quarter.sizes.iter().zip(&whole.sizes) {
        println!("{name:<24}{:>11.1} MB{:>11.1} MB", megabytes(*small), megabytes(*large));
    }
    println!("{}", whole.answer);
    Ok(())
}

struct Figures {
    times: Vec<(&'static str, Duration)>,
    sizes: Vec<(&'static str, usize)>,
    answer: String,
}

fn measure(functions_per_place: usize, keep: Option<&str>) -> Result<Figures, Box<dyn Error>> {
    let mut file = Vec::new();
    write_inventory(&world::world(functions_per_place), &mut file)?;
    if let Some(path) = keep {
        std::fs::write(path, &file)?;
    }
    let (read, inventory) = best(|| read_inventory(&file));
    let inventory = inventory?;
    let options = audit::Options::default();
    let (decide, audit) = best(|| audit::audit(&inventory, &options));
    let stamp =
        Stamp { version: "bench", generated_at: "2026-01-01T00:00:00Z", counted: Counted::All, drift: None };
    let (write, lines) = best(|| {
        let mut out = Counting(0);
        write_jsonl(&audit, &stamp, &mut out).map(|()| out.0)
    });
    let flags = report::NextFlags { source: "", caller: "", of_audit: "" };
    let document = AuditDocument { audit: &audit, stamp, since: "", flags, inputs: None };
    let mut times = vec![("read", read), ("decide", decide), ("write JSON lines", write)];
    let mut sizes = vec![("inventory file", file.len()), ("JSON lines", lines?)];
    for format in [AuditFormat::Csv, AuditFormat::Ocsf, AuditFormat::Asff, AuditFormat::Oscal] {
        let (time, bytes) = best(|| {
            let mut out = Counting(0);
            format.write(&document, &Layout::default(), &mut out).map(|()| out.0)
        });
        times.push((format.name(), time));
        sizes.push((format.name(), bytes?));
    }
    let options = audit::plan::PlanOptions::default();
    let (plan, planned) = best(|| audit::plan::record(&inventory, &options));
    times.push(("plan", plan));
    let summary = audit.summary;
    Ok(Figures {
        times,
        sizes,
        answer: format!(
            "{summary:?}, {} verdicts; a plan of {} steps and {} refusals",
            audit.verdicts.len(),
            planned.steps.len(),
            planned.refusals.len()
        ),
    })
}

fn best<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let mut timed = || {
        let start = Instant::now();
        let value = run();
        (start.elapsed(), value)
    };
    let (mut least, mut value) = timed();
    for _ in 1..RUNS {
        // One result at a time, or the memory of two would be measured.
        drop(value);
        let (elapsed, next) = timed();
        least = least.min(elapsed);
        value = next;
    }
    (least, value)
}

/// Counts what is written to it.
struct Counting(usize);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
