//! Measures the reader alone over a tree of log files: `reader MODE THREADS FOLDER`.
//!
//! MODE is `read` (takes the files from the page cache), `inflate` (the floor that all else is compared with), `hash` (inflates
//! and hashes two files side by side), `records` (finds the invocations and throws them away), `count` (answers "calls by function
//! and caller, first and last seen") or `count-hash` (both in one pass).

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    reason = "a measuring program for developers"
)]

use logs::scan::{Consumer, File, Layout, Receiver, Source, scan_sheets};
use logs::{Answer, Dimension, Inflater, Question, Scratch, Sheet, Spill, Tally, Trouble};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Tree {
    files: Vec<(u64, PathBuf)>,
    next: AtomicUsize,
}

impl Tree {
    fn walk(folder: &Path) -> Tree {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let metadata = entry.metadata().unwrap();
                let path = entry.path();
                if metadata.is_dir() {
                    folders.push(path);
                } else if path.to_string_lossy().contains("/CloudTrail/") {
                    files.push((metadata.len(), path));
                }
            }
        }
        files.sort_by(|a, b| b.cmp(a));
        Tree { files, next: AtomicUsize::new(0) }
    }
}

impl Source for Tree {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File> {
        let (_, path) = self.files.get(self.next.fetch_add(1, Ordering::Relaxed))?;
        std::fs::File::open(path).unwrap().read_to_end(bytes).unwrap();
        Some(File { name: path.to_string_lossy().into_owned(), ..File::default() })
    }
}

struct InMemory;

impl Spill for InMemory {
    fn create(&self) -> io::Result<Box<dyn Scratch>> {
        Ok(Box::new(io::Cursor::new(Vec::new())))
    }
}

struct Nothing;

impl Receiver for Nothing {
    type Error = io::Error;
}

impl Consumer for Nothing {
    fn sheet(&mut self, _: &File, _: &Sheet, _: Option<&Trouble>) -> io::Result<()> {
        Ok(())
    }
}

fn main() {
    logs::give_back_large_buffers();
    let arguments: Vec<String> = std::env::args().collect();
    let [_, mode, threads, folder] = arguments.as_slice() else {
        eprintln!("usage: reader read|inflate|hash|records|count|count-hash THREADS FOLDER");
        std::process::exit(2);
    };
    let threads: usize = threads.parse().unwrap();
    let tree = Tree::walk(Path::new(folder));
    let bytes = match mode.as_str() {
        "read" | "inflate" => each(&tree, threads, mode == "inflate"),
        "hash" => hash(&tree, threads),
        "records" => {
            let layout = Layout { columns: Question::default().columns(), ..Layout::default() };
            let consumers = (0..threads).map(|_| Nothing).collect();
            scan_sheets(&tree, layout, consumers).unwrap().1.bytes
        }
        "count" | "count-hash" => count(&tree, threads, mode == "count-hash"),
        other => panic!("no mode {other}"),
    };
    println!("{} files, {bytes} bytes", tree.files.len());
}

fn each(tree: &Tree, threads: usize, inflate: bool) -> u64 {
    let work = || {
        let (mut packed, mut inflater, mut sum) = (Vec::new(), Inflater::new(logs::DEFAULT_LIMIT), 0);
        loop {
            packed.clear();
            if tree.next(&mut packed).is_none() {
                return sum;
            }
            sum += if inflate { inflater.inflate(&packed).bytes.len() } else { packed.len() } as u64;
        }
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

fn hash(tree: &Tree, threads: usize) -> u64 {
    let work = || {
        let (mut one, mut other, mut sum) = (Vec::new(), Vec::new(), 0);
        let mut inflaters = [Inflater::new(logs::DEFAULT_LIMIT), Inflater::new(logs::DEFAULT_LIMIT)];
        loop {
            one.clear();
            other.clear();
            if tree.next(&mut one).is_none() {
                return sum;
            }
            let _ = tree.next(&mut other);
            let [first, second] = &mut inflaters;
            let (first, second) = (first.inflate(&one).bytes, second.inflate(&other).bytes);
            std::hint::black_box(logs::sha256_many(&[first, second]));
            sum += (first.len() + second.len()) as u64;
        }
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

/// A tally that may want hashes beside.
struct Counting<'q> {
    tally: Tally<'q>,
    hashes: bool,
    hashed: u64,
}

impl Consumer for Counting<'_> {
    fn sheet(&mut self, file: &File, sheet: &Sheet, trouble: Option<&Trouble>) -> io::Result<()> {
        self.tally.sheet(file, sheet, trouble)
    }
}

impl Receiver for Counting<'_> {
    type Error = io::Error;

    fn wants_hash(&self, _: &File) -> bool {
        self.hashes
    }

    fn hashed(&mut self, _: &File, hash: [u8; 32]) -> io::Result<()> {
        std::hint::black_box(hash);
        self.hashed += 1;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.tally.end()
    }
}

fn count(tree: &Tree, threads: usize, hashes: bool) -> u64 {
    let question = Question { by: vec![Dimension::Function, Dimension::Caller], ..Question::default() };
    let layout = Layout { columns: question.columns(), ..Layout::default() };
    let one = || Counting { tally: Tally::new(&question, &InMemory), hashes, hashed: 0 };
    let (consumers, account) = scan_sheets(tree, layout, (0..threads).map(|_| one()).collect()).unwrap();
    let hashed: u64 = consumers.iter().map(|one| one.hashed).sum();
    let answer = Answer::of(consumers.into_iter().map(|one| one.tally).collect()).unwrap();
    let total = answer.total();
    println!(
        "{} groups, {} calls, {} attempts, {} copies, {hashed} hashes",
        answer.groups.len(),
        total.calls,
        total.attempts,
        answer.copies
    );
    account.bytes
}
