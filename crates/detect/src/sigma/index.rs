//! Which rules can match a record at all, found without trying each: by words in its bytes, and by whole values of fields.

use super::condition::Condition;
use super::field;
use super::matcher::{Item, Matcher};
use super::selection::Selection;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many words or values may stand for one rule. More would make the index larger than it is useful.
const MOST: usize = 512;

/// The ways to the rules.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    words: Option<Words>,
    /// Iff some rule can match a record without any word that we know.
    blind: bool,
    /// Field -> value in lower case -> rules that can match only a record with it.
    keyed: BTreeMap<String, HashMap<String, Vec<usize>>>,
    /// Rules that are tried with every record.
    rest: Vec<usize>,
}

/// Words, one of which is in each record that a rule matches.
#[derive(Debug, Clone)]
struct Words {
    finder: AhoCorasick,
    /// By word: the rules that nothing better leads to.
    rules: Vec<Vec<usize>>,
    /// Iff there are such rules.
    lead: bool,
}

impl Index {
    /// The index over rules, each with its selections and condition.
    pub(crate) fn new<'a>(rules: impl Iterator<Item = (&'a [Selection], &'a Condition)>) -> Self {
        let mut index = Self { words: None, blind: false, keyed: BTreeMap::new(), rest: Vec::new() };
        let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut led = Vec::new();
        for (number, (selections, condition)) in rules.enumerate() {
            let key = key(selections, condition);
            let own = literals(selections, condition);
            index.blind |= own.is_none();
            match (&key, &own) {
                (Some(key), _) => {
                    let values = index.keyed.entry(key.field.to_owned()).or_default();
                    key.values
                        .iter()
                        .for_each(|value| values.entry((*value).to_owned()).or_default().push(number));
                }
                (None, Some(_)) => led.push(number),
                (None, None) => index.rest.push(number),
            }
            for word in own.into_iter().flatten() {
                words.entry(word).or_default().extend(key.is_none().then_some(number));
            }
        }
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(words.keys())
            .ok()
            .filter(|finder| finder.patterns_len() > 0);
        match finder {
            Some(finder) => {
                index.words =
                    Some(Words { finder, rules: words.into_values().collect(), lead: !led.is_empty() })
            }
            // Too many words for one automaton: each rule is tried.
            None => {
                index.blind |= !words.is_empty();
                index.rest.extend(led);
            }
        }
        index
    }

    /// False only iff no rule can match the record with these bytes.
    pub(crate) fn wants(&self, raw: &[u8]) -> bool {
        // A letter may be written as \u0073, and some letters beyond ASCII have one of ASCII as their lower case.
        let odd = || !raw.is_ascii() || memchr::memmem::find(raw, b"\\u").is_some();
        self.blind || self.words.as_ref().is_some_and(|words| words.finder.is_match(raw) || odd())
    }

    /// The rules that can match the record, in order.
    pub(crate) fn candidates(&self, record: &Value) -> Vec<usize> {
        let mut found = self.rest.clone();
        for (path, values) in &self.keyed {
            field::any(record, path, &mut |value| {
                if let Some(rules) = field::text(value).and_then(|text| values.get(&text.to_lowercase())) {
                    found.extend(rules);
                }
                false
            });
        }
        if let Some(words) = self.words.as_ref().filter(|words| words.lead) {
            field::anywhere(record, &mut |text| {
                words.lead(&text.to_lowercase(), &mut found);
                // A rule may look at an object's JSON, in which some letters stand for what cannot be written.
                if text.contains(|c: char| c < ' ' || matches!(c, '"' | '\\')) {
                    words.lead(&Value::from(text).to_string().to_lowercase(), &mut found);
                }
                false
            });
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Words {
    fn lead(&self, text: &str, found: &mut Vec<usize>) {
        for word in self.finder.find_overlapping_iter(text) {
            found.extend(self.rules.get(word.pattern().as_usize()).into_iter().flatten());
        }
    }
}

/// A field that has one of these values in every record that matches.
struct Key<'a> {
    field: &'a str,
    values: BTreeSet<&'a str>,
}

impl Key<'_> {
    /// The smaller, the better: an event's name tells more than its source.
    fn rank(&self) -> (usize, usize) {
        let common = match self.field {
            "eventName" => 0,
            "eventSource" => 2,
            _ => 1,
        };
        (common, self.values.len())
    }
}

fn key<'a>(selections: &'a [Selection], condition: &Condition) -> Option<Key<'a>> {
    match condition {
        Condition::Not(_) => None,
        Condition::All(parts) => parts.iter().filter_map(|part| key(selections, part)).min_by_key(Key::rank),
        Condition::Any(parts) => either(parts.iter().map(|part| key(selections, part))),
        Condition::Selection(number) => either(
            selections
                .get(*number)?
                .0
                .iter()
                .map(|items| items.iter().filter_map(item_key).min_by_key(Key::rank)),
        ),
    }
}

fn either<'a>(mut keys: impl Iterator<Item = Option<Key<'a>>>) -> Option<Key<'a>> {
    let mut first = keys.next()??;
    for key in keys {
        let key = key.filter(|key| key.field == first.field)?;
        first.values.extend(key.values);
    }
    (first.values.len() <= MOST).then_some(first)
}

fn item_key(item: &Item) -> Option<Key<'_>> {
    let usable =
        item.matchers.is_empty() && !item.negated && !item.exact.is_empty() && item.exact.len() <= MOST;
    let field = item.field.as_deref().filter(|_| usable)?;
    Some(Key { field, values: item.exact.iter().map(String::as_str).collect() })
}

/// Words, one of which is in the bytes of every record that matches; none iff no such words are known.
fn literals(selections: &[Selection], condition: &Condition) -> Option<BTreeSet<String>> {
    match condition {
        Condition::Not(_) => None,
        Condition::All(parts) => best(parts.iter().filter_map(|part| literals(selections, part))),
        Condition::Any(parts) => union(parts.iter().map(|part| literals(selections, part))),
        Condition::Selection(number) => {
            union(selections.get(*number)?.0.iter().map(|items| best(items.iter().filter_map(item_literals))))
        }
    }
}

/// The set whose shortest word is longest: long words are rare.
fn best(sets: impl Iterator<Item = BTreeSet<String>>) -> Option<BTreeSet<String>> {
    let rank = |set: &BTreeSet<String>| set.iter().map(|word| rarity(word)).min().unwrap_or_default();
    // The first of equals, for the same bytes every time.
    sets.fold(None, |best, set| match best {
        Some(best) if rank(&best) >= rank(&set) => Some(best),
        _ => Some(set),
    })
}

/// A source is in every record of its service, so a name that is shorter still tells more.
fn rarity(word: &str) -> usize {
    if word.ends_with(".amazonaws.com") || word == "amazonaws.com" { 1 } else { word.len() }
}

fn union(sets: impl Iterator<Item = Option<BTreeSet<String>>>) -> Option<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for set in sets {
        all.extend(set?);
    }
    (all.len() <= MOST).then_some(all)
}

fn item_literals(item: &Item) -> Option<BTreeSet<String>> {
    if item.negated {
        return None;
    }
    let matchers = item.matchers.iter().map(|matcher| match matcher {
        Matcher::Text(pattern) => word(pattern.literals()),
        Matcher::Regex(_, literals) => word(literals.clone()),
        _ => None,
    });
    if item.every {
        return best(matchers.flatten().map(|word| BTreeSet::from([word])));
    }
    let exact = item.exact.iter().map(|text| word(vec![text.clone()]));
    let words: Option<BTreeSet<String>> = exact.chain(matchers).collect();
    words.filter(|words| words.len() <= MOST)
}

/// The longest piece of the texts that is in a record's bytes as it is, whoever wrote the JSON: letters, digits and a few more, and not what
/// a number may be written with, because 1e3 and 1000 are the same number.
fn word(texts: Vec<String>) -> Option<String> {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let telling = |piece: &&str| {
        piece.len() >= 3 && piece.bytes().any(|byte| byte.is_ascii_alphabetic() && byte != b'e')
    };
    texts
        .iter()
        .flat_map(|text| text.split(|c| !safe(c)))
        .filter(telling)
        .max_by_key(|piece| piece.len())
        .map(str::to_owned)
}
