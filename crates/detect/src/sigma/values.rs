//! From what a rule writes behind a field to what a record is compared with.

use super::error::{Problem, plain};
use super::matcher::{Cidr, FieldRef, How, Item, Matcher};
use super::modifiers::{Mode, Modified, Rewrite};
use super::pattern::{Part, Pattern, parts};
use super::yaml::{Node, Value};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use regex_automata::meta;
use regex_automata::util::syntax;
use regex_syntax::hir::{Hir, HirKind};
use std::collections::HashSet;

/// How much memory one regular expression may take, in bytes, before it is used.
const REGEX: usize = 1 << 20;
/// How much all of them may take together.
const REGEXES: usize = 256 << 20;
/// How deep one may nest.
const NEST: u32 = 64;
/// How many values a single one may become by `windash`.
const VARIANTS: usize = 1000;
/// What `windash` takes for each other.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// What all rules share while they are read.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    regexes: usize,
}

/// A value on its way: text with wildcards, or bytes that are still to be encoded.
#[derive(Debug, Clone)]
enum Stage {
    Parts(Vec<Part>),
    Bytes(Vec<u8>),
}

/// The item of a field, or of keywords, with one value or a list of them.
pub(crate) fn item(
    key: &str,
    modified: &Modified,
    node: &Node,
    budget: &mut Budget,
) -> Result<Item, Problem> {
    let nodes = match &node.value {
        Value::List(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let refuse = |why: String| Problem::Field { field: plain(key), why };
    if nodes.is_empty() {
        return Err(refuse("the list of values is empty".to_owned()));
    }
    let mut item = Item {
        field: modified.field.clone(),
        exact: HashSet::new(),
        matchers: Vec::new(),
        every: modified.every,
        negated: modified.negated,
    };
    for node in nodes {
        let mut matchers = matchers(modified, node, budget).map_err(refuse)?;
        // Any of what one value became will do, even where every value must be found.
        if modified.every && matchers.len() > 1 {
            return Err(refuse(
                "`all` with a modifier that makes several texts of one value".to_owned()
                    + " is not supported",
            ));
        }
        for matcher in matchers.drain(..) {
            let exact = match &matcher {
                Matcher::Text(pattern) if !item.every && item.field.is_some() && !pattern.cased() => {
                    pattern.exact()
                }
                _ => None,
            };
            match exact {
                Some(text) => drop(item.exact.insert(text)),
                None => item.matchers.push(matcher),
            }
        }
    }
    Ok(item)
}

fn matchers(modified: &Modified, node: &Node, budget: &mut Budget) -> Result<Vec<Matcher>, String> {
    if matches!(node.value, Value::List(_) | Value::Map(_)) {
        return Err(format!(
            "a value must be a text, a number, true, false or null, and there is {}",
            node.kind()
        ));
    }
    match modified.mode {
        Mode::Exists => match node.value {
            Value::Bool(wanted) => Ok(vec![Matcher::Exists(wanted)]),
            _ => Err(format!("`exists` needs true or false, and there is {}", node.kind())),
        },
        Mode::Compare(compare) => match &node.value {
            Value::Number(text) => {
                Ok(vec![Matcher::Compare(compare, text.parse().map_err(|_| "no number".to_owned())?)])
            }
            _ => Err(format!("a comparison needs a number, and there is {}", node.kind())),
        },
        Mode::Regex => {
            let text = needed(node)?;
            Ok(vec![Matcher::Regex(regex(&text, modified, budget)?, literals(&text, modified))])
        }
        Mode::Cidr => {
            let text = needed(node)?;
            let cidr = Cidr::read(&text).ok_or_else(|| {
                format!("`{}` is not a range of addresses such as 10.0.0.0/8", plain(&text))
            })?;
            Ok(vec![Matcher::Cidr(cidr)])
        }
        Mode::Text(how) if modified.fieldref => {
            let path = needed(node)?;
            Ok(vec![Matcher::Field(FieldRef { path, how, cased: modified.cased })])
        }
        Mode::Text(how) => texts(modified, how, node),
    }
}

fn needed(node: &Node) -> Result<String, String> {
    node.text()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| format!("a value is needed, and there is {}", node.kind()))
}

fn texts(modified: &Modified, how: How, node: &Node) -> Result<Vec<Matcher>, String> {
    let plain_value = how == How::Whole && modified.rewrites.is_empty();
    match (&node.value, &modified.field) {
        (Value::Null, Some(_)) if plain_value => return Ok(vec![Matcher::Null]),
        (Value::Number(text), Some(_)) if plain_value => {
            let number = text.parse().map_err(|_| "no number".to_owned())?;
            return Ok(vec![Matcher::Number(number, text.clone())]);
        }
        _ => {}
    }
    let text = node.text().ok_or_else(|| "null takes no modifier and is not a keyword".to_owned())?;
    let keyword = modified.field.is_none();
    if text.is_empty() && (keyword || how != How::Whole) {
        return Err("an empty text would fit everything".to_owned());
    }
    let mut stages = vec![Stage::Parts(parts(&text))];
    for rewrite in &modified.rewrites {
        let mut next = Vec::new();
        for stage in stages {
            next.extend(rewritten(stage, *rewrite)?);
        }
        if next.len() > VARIANTS {
            return Err(format!("`windash` would make more than {VARIANTS} texts of one"));
        }
        stages = next;
    }
    let how = if keyword && how == How::Whole { How::Contains } else { how };
    stages
        .into_iter()
        .map(|stage| match stage {
            Stage::Parts(parts) => Ok(Matcher::Text(Pattern::new(around(parts, how), modified.cased))),
            Stage::Bytes(_) => Err("UTF-16 must be followed by `base64` or `base64offset`".to_owned()),
        })
        .collect()
}

fn around(mut parts: Vec<Part>, how: How) -> Vec<Part> {
    if matches!(how, How::Contains | How::Ends) {
        parts.insert(0, Part::Any);
    }
    if matches!(how, How::Contains | How::Starts) {
        parts.push(Part::Any);
    }
    parts
}

fn rewritten(stage: Stage, rewrite: Rewrite) -> Result<Vec<Stage>, String> {
    Ok(match rewrite {
        Rewrite::Windash => match stage {
            Stage::Parts(parts) => dashes(parts)?.into_iter().map(Stage::Parts).collect(),
            Stage::Bytes(_) => return Err("`windash` must come before what encodes".to_owned()),
        },
        Rewrite::Base64 => vec![Stage::Parts(vec![Part::Text(BASE64_STANDARD.encode(bytes(stage)?))])],
        Rewrite::Base64Offset => offsets(&bytes(stage)?)?,
        Rewrite::Utf16Le | Rewrite::Utf16Be | Rewrite::Utf16 => {
            let Stage::Parts(_) = &stage else { return Err("UTF-16 was asked for twice".to_owned()) };
            let text = String::from_utf8(bytes(stage)?).map_err(|_| "no text".to_owned())?;
            let mark = if rewrite == Rewrite::Utf16 { Some(0xfeff_u16) } else { None };
            let units = mark.into_iter().chain(text.encode_utf16());
            let pair =
                |unit: u16| if rewrite == Rewrite::Utf16Be { unit.to_be_bytes() } else { unit.to_le_bytes() };
            vec![Stage::Bytes(units.flat_map(pair).collect())]
        }
    })
}

fn bytes(stage: Stage) -> Result<Vec<u8>, String> {
    match stage {
        Stage::Bytes(bytes) => Ok(bytes),
        Stage::Parts(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    Part::Text(piece) => text.push_str(&piece),
                    Part::Any | Part::One => {
                        return Err("a wildcard cannot be encoded; write \\* or \\?".to_owned());
                    }
                }
            }
            Ok(text.into_bytes())
        }
    }
}

/// What stays the same of the value's Base64 at each of the three places where it can begin in a longer text.
fn offsets(bytes: &[u8]) -> Result<Vec<Stage>, String> {
    // The first characters hold bits of what comes before, the last ones of what comes after.
    let mut stages = Vec::new();
    for (shift, start) in [(0, 0), (1, 2), (2, 3)] {
        let mut shifted = vec![b' '; shift];
        shifted.extend_from_slice(bytes);
        let end = [0, 3, 2].get(shifted.len() % 3).copied().unwrap_or(0);
        let text = BASE64_STANDARD.encode(&shifted);
        let piece = text.get(start..text.len() - end).filter(|piece| !piece.is_empty());
        let piece = piece.ok_or_else(|| "the text is too short for `base64offset`".to_owned())?;
        stages.push(Stage::Parts(vec![Part::Text(piece.to_owned())]));
    }
    Ok(stages)
}

/// The value with each dash that begins an option replaced by each of its kin.
fn dashes(parts: Vec<Part>) -> Result<Vec<Vec<Part>>, String> {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut variants: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        let Part::Text(text) = part else {
            variants.iter_mut().for_each(|variant| variant.push(part.clone()));
            continue;
        };
        let mut texts = vec![String::new()];
        let mut before = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if DASHES.contains(&c) && !word(before) && word(chars.peek().copied()) {
                texts = texts
                    .iter()
                    .flat_map(|text| DASHES.iter().map(move |dash| format!("{text}{dash}")))
                    .collect();
            } else {
                texts.iter_mut().for_each(|text| text.push(c));
            }
            before = Some(c);
            if texts.len() * variants.len() > VARIANTS {
                return Err(format!("`windash` would make more than {VARIANTS} texts of one"));
            }
        }
        variants = variants
            .iter()
            .flat_map(|variant| {
                texts.iter().map(|text| variant.iter().cloned().chain([Part::Text(text.clone())]).collect())
            })
            .collect();
    }
    Ok(variants)
}

fn regex(text: &str, modified: &Modified, budget: &mut Budget) -> Result<meta::Regex, String> {
    let syntax = syntax::Config::new()
        .case_insensitive(modified.flags.insensitive)
        .multi_line(modified.flags.multi_line)
        .dot_matches_new_line(modified.flags.dot_all)
        .nest_limit(NEST);
    let limits = meta::Config::new()
        .nfa_size_limit(Some(REGEX))
        .onepass_size_limit(Some(REGEX / 8))
        .hybrid_cache_capacity(REGEX / 4)
        .dfa(false);
    let regex = meta::Regex::builder().syntax(syntax).configure(limits).build(text).map_err(|error| {
        match error.size_limit() {
            Some(_) => format!(
                "the regular expression `{}` takes more than {} KiB of memory",
                plain(text),
                REGEX / 1024
            ),
            None => format!("the regular expression `{}` cannot be used: {}", plain(text), last(&error)),
        }
    })?;
    budget.regexes = budget.regexes.saturating_add(regex.memory_usage());
    match budget.regexes > REGEXES {
        true => Err(format!(
            "the regular expressions of all rules take more than {} MiB of memory",
            REGEXES >> 20
        )),
        false => Ok(regex),
    }
}

/// Texts that are in whatever the expression fits, in lower case.
fn literals(text: &str, modified: &Modified) -> Vec<String> {
    let parsed = regex_syntax::ParserBuilder::new()
        .case_insensitive(modified.flags.insensitive)
        .multi_line(modified.flags.multi_line)
        .dot_matches_new_line(modified.flags.dot_all)
        .nest_limit(NEST)
        .build()
        .parse(text);
    let mut found = Vec::new();
    if let Ok(parsed) = parsed {
        required(&parsed, &mut found);
    }
    found
}

fn required(hir: &Hir, found: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Literal(literal) => {
            found.extend(std::str::from_utf8(&literal.0).ok().map(str::to_lowercase))
        }
        HirKind::Capture(capture) => required(&capture.sub, found),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub, found),
        HirKind::Concat(parts) => parts.iter().for_each(|part| required(part, found)),
        _ => {}
    }
}

/// What is wrong with an expression, in one line: a look-around and a back-reference need unlimited time, so there are none.
fn last(error: &meta::BuildError) -> String {
    let words = error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string);
    words.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
