//! Texts of rules with their wildcards: `*` stands for anything, `?` for one character, and a backslash takes that away.

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    Any,
    One,
}

/// A pattern, ready to be compared with texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    shape: Shape,
    /// Iff letters must be of the same case.
    cased: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Exact(String),
    Starts(String),
    Ends(String),
    Contains(String),
    Glob(Vec<Step>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Char(char),
    One,
    Any,
}

/// The parts of a value as rules write it.
pub(crate) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.push(chars.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or(c)),
            '*' | '?' => {
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(if c == '*' { Part::Any } else { Part::One });
            }
            _ => plain.push(c),
        }
    }
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    parts
}

/// `text` as rules write a value that stands for itself.
pub(crate) fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '*' | '?' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

impl Pattern {
    /// The pattern of these parts.
    pub(crate) fn new(mut parts: Vec<Part>, cased: bool) -> Self {
        parts.dedup_by(|next, before| *next == Part::Any && *before == Part::Any);
        if !cased {
            for part in &mut parts {
                if let Part::Text(text) = part {
                    *text = text.to_lowercase();
                }
            }
        }
        let shape = match parts.as_slice() {
            [] => Shape::Exact(String::new()),
            [Part::Text(text)] => Shape::Exact(text.clone()),
            [Part::Text(text), Part::Any] => Shape::Starts(text.clone()),
            [Part::Any, Part::Text(text)] => Shape::Ends(text.clone()),
            [Part::Any, Part::Text(text), Part::Any] => Shape::Contains(text.clone()),
            parts => Shape::Glob(steps(parts)),
        };
        Self { shape, cased }
    }

    /// The text that a value must be, in lower case, iff there is just one but for its case.
    pub(crate) fn exact(&self) -> Option<String> {
        match &self.shape {
            Shape::Exact(text) => Some(text.to_lowercase()),
            _ => None,
        }
    }

    /// True iff letters must be of the same case.
    pub(crate) fn cased(&self) -> bool {
        self.cased
    }

    /// Texts that every matching value contains, but for their case.
    pub(crate) fn literals(&self) -> Vec<String> {
        match &self.shape {
            Shape::Exact(text) | Shape::Starts(text) | Shape::Ends(text) | Shape::Contains(text) => {
                vec![text.to_lowercase()]
            }
            Shape::Glob(steps) => steps
                .split(|step| !matches!(step, Step::Char(_)))
                .map(|run| {
                    let text: String = run
                        .iter()
                        .filter_map(|step| if let Step::Char(c) = step { Some(*c) } else { None })
                        .collect();
                    text.to_lowercase()
                })
                .collect(),
        }
    }

    /// True iff `text` is as the pattern says. `lower` is `text` in lower case.
    pub(crate) fn fits(&self, text: &str, lower: &str) -> bool {
        let text = if self.cased { text } else { lower };
        match &self.shape {
            Shape::Exact(wanted) => text == wanted,
            Shape::Starts(wanted) => text.starts_with(wanted.as_str()),
            Shape::Ends(wanted) => text.ends_with(wanted.as_str()),
            Shape::Contains(wanted) => text.contains(wanted.as_str()),
            Shape::Glob(steps) => glob(steps, text),
        }
    }
}

fn steps(parts: &[Part]) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => steps.extend(text.chars().map(Step::Char)),
            Part::Any => steps.push(Step::Any),
            Part::One => steps.push(Step::One),
        }
    }
    steps
}

/// Goes back to the last `*` alone, so the work is at most steps times characters.
fn glob(steps: &[Step], text: &str) -> bool {
    let mut at = 0;
    let mut chars = text.chars();
    let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let before = chars.clone();
        let next = chars.next();
        let fits = match (steps.get(at), next) {
            (Some(Step::Any), _) => {
                at += 1;
                retry = Some((at, before.clone()));
                chars = before;
                continue;
            }
            (None, None) => return true,
            (Some(Step::Char(wanted)), Some(c)) => *wanted == c,
            (Some(Step::One), Some(_)) => true,
            (Some(_), None) => return false,
            (None, Some(_)) => false,
        };
        if fits {
            at += 1;
            continue;
        }
        let Some((step, rest)) = &mut retry else { return false };
        if rest.next().is_none() {
            return false;
        }
        at = *step;
        chars = rest.clone();
    }
}
