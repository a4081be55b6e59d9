//! The answers of a bundle, given back to a collector: an index over a scratch file, so that none of them fills the memory.

use super::BundleError;
use super::answers_format::{ANSWERS_FILE, LINE, read_head, read_line};
use super::kept_answers::sum;
use audit::raw_answers::{Asked, Collection, RawAnswer, Recall};
use logs::sha256;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// Answers of one bundle. A thousand accounts in all Regions are some 150,000.
const MOST: usize = 2_000_000;

/// The answers of a bundle.
#[derive(Debug)]
pub struct Answers {
    /// How they were asked for.
    pub collection: Collection,
    /// Where each line begins, and its length.
    lines: Vec<(u64, u64)>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: Arc<File>,
    /// The lines about the same question are neighbours: the first, how many, and how many were given.
    groups: HashMap<[u8; 32], Group>,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    first: usize,
    count: usize,
    given: usize,
}

impl Answers {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// True iff there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Those that nobody asked for: how many, and the first `most` of them.
    #[must_use]
    pub fn never_asked(&self, most: usize) -> (usize, Vec<Asked>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let left = state.groups.values().filter(|group| group.given < group.count);
        let mut left: Vec<(usize, usize)> =
            left.map(|group| (group.first + group.given, group.count - group.given)).collect();
        left.sort_unstable();
        let count = left.iter().map(|(_, count)| count).sum();
        let named = left.iter().take(most).filter_map(|(at, _)| Some(self.line(&state.file, *at)?.0));
        (count, named.collect())
    }

    fn line(&self, file: &File, at: usize) -> Option<(Asked, RawAnswer)> {
        let (begin, length) = *self.lines.get(at)?;
        let (mut file, mut bytes) = (file, Vec::new());
        file.seek(SeekFrom::Start(begin)).ok()?;
        file.take(length).read_to_end(&mut bytes).ok()?;
        read_line(&bytes).ok()
    }

    /// Reads every line once: each can be read, and they are in order, none of them twice.
    pub(super) fn open(file: Arc<File>) -> Result<Self, BundleError> {
        let wrong = |line: usize, problem: String| BundleError::File {
            file: ANSWERS_FILE.to_owned(),
            problem: format!("line {line}: {problem}"),
        };
        (&*file).rewind()?;
        let mut from = BufReader::with_capacity(1 << 20, &*file);
        let (mut bytes, mut begin) = (Vec::new(), 0);
        next(&mut from, &mut bytes).map_err(|problem| wrong(1, problem))?;
        let collection = read_head(&bytes).map_err(|problem| wrong(1, problem))?;
        begin += bytes.len() as u64;
        let (mut lines, mut groups) = (Vec::new(), HashMap::new());
        let mut before: Option<(Asked, [u8; 32])> = None;
        while next(&mut from, &mut bytes).map_err(|problem| wrong(lines.len() + 2, problem))? {
            let wrong = |problem: &str| wrong(lines.len() + 2, problem.to_owned());
            let (asked, said) = read_line(&bytes).map_err(|problem| wrong(&problem))?;
            let here = (asked, sum(&said));
            match &before {
                Some(before) if *before == here => return Err(wrong("this answer is there twice")),
                Some(before) if before.0 > here.0 => return Err(wrong("it is not in its order")),
                _ if lines.len() >= MOST => return Err(wrong("these are too many answers")),
                _ => {}
            }
            let group =
                groups.entry(key(&here.0)).or_insert(Group { first: lines.len(), count: 0, given: 0 });
            group.count += 1;
            lines.push((begin, bytes.len() as u64));
            begin += bytes.len() as u64;
            before = Some(here);
        }
        Ok(Answers { collection, lines, state: Mutex::new(State { file, groups }) })
    }
}

impl Recall for Answers {
    fn recall(&self, asked: &Asked) -> Option<RawAnswer> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { file, groups } = &mut *state;
        let group = groups.get_mut(&key(asked))?;
        // What was said last is what a question gets that was answered alike before.
        let at = group.first + group.given.min(group.count - 1);
        group.given = group.count.min(group.given + 1);
        self.line(file, at).map(|(_, said)| said)
    }
}

/// Reads a line with its end; false iff there is none.
fn next(from: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, String> {
    line.clear();
    let said = |error: io::Error| error.to_string();
    let read = from.by_ref().take(LINE + 1).read_until(b'\n', line).map_err(said)?;
    match line.last() {
        None => Ok(false),
        Some(b'\n') => Ok(true),
        _ if read as u64 > LINE => {
            Err(format!("it is longer than {} MiB, the limit for one answer", LINE >> 20))
        }
        _ => Err("it is cut off".to_owned()),
    }
}

fn key(asked: &Asked) -> [u8; 32] {
    let Asked { account, region, operation, subject, request } = asked;
    let request = request.as_ref().map(|request| (&request.path, &request.body));
    sha256(format!("{:?}", (account, region, operation, subject, request)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{Answers, Asked, RawAnswer, Recall};
    use crate::bundle::kept_answers::KeptAnswers;
    use audit::raw_answers::{Collection, Keep, Request};
    use std::io::Write;
    use std::sync::Arc;

    fn clock() -> String {
        "2026-11-30T12:00:00Z".to_owned()
    }

    fn asked(account: &str, body: &str) -> Asked {
        let request = Some(Request { path: "/".to_owned(), body: body.to_owned() });
        Asked { account: account.to_owned(), request, ..Asked::default() }
    }

    fn answer(body: &str) -> RawAnswer {
        RawAnswer::Answer { status: 200, error_code: None, selection: false, body: body.into() }
    }

    fn written(all: &[(Asked, RawAnswer)]) -> Vec<u8> {
        let kept = KeptAnswers::new(clock).unwrap();
        all.iter().for_each(|(asked, said)| kept.keep(asked, said));
        let mut out = Vec::new();
        kept.write(&Collection::default(), &mut out).unwrap();
        out
    }

    fn opened(bytes: &[u8]) -> Result<Answers, super::BundleError> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Answers::open(Arc::new(file))
    }

    #[test]
    fn the_same_answers_give_the_same_bytes_whoever_came_first() {
        let all = [
            (asked("1", "a"), answer("x")),
            (asked("1", "b"), answer("y")),
            (asked("2", "a"), RawAnswer::Withheld),
            (Asked { account: "1".to_owned(), ..Asked::default() }, RawAnswer::Withheld),
        ];
        let mut backwards = all.to_vec();
        backwards.reverse();
        assert_eq!(written(&all), written(&backwards));
        // Said again, it is there once.
        assert_eq!(written(&[all.to_vec(), backwards].concat()), written(&all));
    }

    #[test]
    fn who_asks_the_same_again_gets_what_came_then() {
        let (first, then) = (answer("first"), answer("then"));
        let all =
            [(asked("1", ""), first.clone()), (asked("1", "b"), answer("b")), (asked("1", ""), then.clone())];
        let answers = opened(&written(&all)).unwrap();
        assert_eq!((answers.len(), answers.never_asked(9).0), (3, 3));
        assert_eq!(answers.recall(&asked("1", "")), Some(first));
        assert_eq!(answers.never_asked(9), (2, vec![asked("1", ""), asked("1", "b")]));
        for _ in 0..2 {
            assert_eq!(answers.recall(&asked("1", "")), Some(then.clone()));
        }
        assert_eq!(answers.recall(&asked("2", "")), None);
        assert_eq!(answers.never_asked(9), (1, vec![asked("1", "b")]));
    }

    #[test]
    fn lines_in_another_order_twice_or_cut_are_refused() {
        let text = String::from_utf8(written(&[(asked("1", ""), answer("")), (asked("2", ""), answer(""))]))
            .unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        assert!(opened(text.as_bytes()).is_ok() && opened(lines[0].as_bytes()).is_ok());
        for (bytes, told) in [
            ([lines[0], lines[2], lines[1]].concat(), "line 3: it is not in its order"),
            ([lines[0], lines[1], lines[1]].concat(), "line 3: this answer is there twice"),
            (text.trim_end().to_owned(), "line 3: it is cut off"),
            (format!("{text}\n"), "line 4"),
            (lines[1].to_owned(), "line 1"),
            (String::new(), "line 1"),
        ] {
            let said = opened(bytes.as_bytes()).unwrap_err().to_string();
            assert!(said.contains(told), "{said}");
        }
    }
}
