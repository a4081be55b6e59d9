//! The classes of one field, found: texts that are looked at whole, and beginnings and ends that go together freely.
//!
//! Nothing here multiplies beginnings by ends: a search takes sets of either, so a thousand of each cost two thousand.

use crate::bits::Bits;
use crate::exits::{Exits, Listed};
use crate::index::{Index, admits, bit};
use crate::principal;
use crate::steps::{Exhausted, TABLE_LIMIT};
use crate::values::{Alphabet, Class, Domain, Label, Pick};
use cloudtrail::selector::{Condition, Operator};
use std::collections::{BTreeSet, HashMap};

/// All that one field can be, as a list of conditions sees it.
#[derive(Debug)]
pub(crate) struct Table {
    /// Texts that are looked at whole, or the field being absent: those first that a reader would believe.
    pub(crate) whole: Vec<Whole>,
    /// What texts begin with: each goes together with each of `ends`.
    pub(crate) starts: Vec<Anchors>,
    /// What texts end with.
    pub(crate) ends: Vec<Anchors>,
    /// One for each condition.
    pub(crate) rows: Vec<Row>,
    index: Index,
    prefix: String,
    alphabet: Alphabet,
    credible: Vec<String>,
    /// How many characters the longest listed value has.
    longest: usize,
}

/// Texts, or the absent field, that all conditions treat like this one.
#[derive(Debug)]
pub(crate) struct Whole {
    /// `None` iff the field is absent.
    pub(crate) text: Option<String>,
    /// The conditions that admit it.
    pub(crate) admitted: Bits,
    pub(crate) labels: BTreeSet<Label>,
}

/// Listed prefixes (or suffixes) that hit the same conditions, and a way to leave them.
#[derive(Debug)]
pub(crate) struct Anchors {
    /// The operators hit, one entry for each condition.
    key: Box<[u8]>,
    /// In the order of the values.
    texts: Vec<String>,
    /// The first of them, and what goes on from it so that no listed value on this side does.
    exit: (String, String),
}

/// What one condition does with the field.
#[derive(Debug)]
pub(crate) struct Row {
    /// Texts looked at whole that it turns away.
    pub(crate) whole: Bits,
    /// Beginnings and ends that it deselects.
    pub(crate) start_drops: Bits,
    pub(crate) end_drops: Bits,
    /// Beginnings and ends that it does not select, where it selects at all.
    pub(crate) start_lacks: Bits,
    pub(crate) end_lacks: Bits,
    /// True iff it has SELECT operators.
    pub(crate) selects: bool,
}

/// How many pairs of prefix and suffix a class is described by at most; nobody reads more.
const PAIRS: usize = 64;

/// What we put between a prefix and a suffix if it is fresh there; the later ones only where all before are taken.
const FILLERS: [&str; 6] = ["example", "Example", "x", "q7", "zz-9", ""];

const SELECT: u8 = bit(Operator::Equals) | bit(Operator::StartsWith) | bit(Operator::EndsWith);

impl Table {
    /// Finds what `conditions` can tell apart in `domain`.
    pub(crate) fn new(domain: &Domain, conditions: &[&Condition]) -> Result<Table, Exhausted> {
        let values =
            |one: &&Condition| Operator::ALL.map(|operator| one.values(operator).len()).iter().sum::<usize>();
        let texts: usize = 4 + conditions.iter().map(values).sum::<usize>();
        if texts.saturating_mul(conditions.len()) > TABLE_LIMIT {
            return Err(Exhausted);
        }
        let listed =
            conditions.iter().flat_map(|one| Operator::ALL.map(|operator| one.values(operator))).flatten();
        let mut making = Making {
            table: Table {
                whole: Vec::new(),
                starts: Vec::new(),
                ends: Vec::new(),
                rows: Vec::new(),
                index: Index::new(conditions),
                prefix: String::new(),
                alphabet: Alphabet::Any,
                credible: Vec::new(),
                longest: listed.map(|value| value.chars().count()).max().unwrap_or(0),
            },
            conditions,
            by_admitted: HashMap::new(),
        };
        match domain {
            Domain::OneOf(texts) => texts.iter().for_each(|text| making.is(text)),
            Domain::Flag => {
                making.whole(None, Some(Label::Absent));
                making.is("true");
            }
            Domain::Strings { prefix, alphabet, absent, credible } => {
                making.table.prefix.clone_from(prefix);
                making.table.alphabet = *alphabet;
                making.table.credible.clone_from(credible);
                making.strings(*absent)?;
            }
        }
        making.rows()
    }

    /// The text at a place; `None` iff the field is absent there.
    pub(crate) fn text(&self, pick: Pick) -> Option<String> {
        match pick {
            Pick::Whole(at) => self.whole[at].text.clone(),
            Pick::Between(start, end) => Some(self.between(&self.starts[start], &self.ends[end])),
        }
    }

    /// True iff the field may be absent where these texts are.
    pub(crate) fn may_be_absent(&self, pick: Pick) -> bool {
        matches!(pick, Pick::Whole(at) if self.whole[at].labels.contains(&Label::Absent))
    }

    /// True iff callers are what this field is about.
    pub(crate) fn is_of_principals(&self) -> bool {
        self.credible.iter().any(|text| principal::is_principal(text))
    }

    /// Every class, at most so many; `None` iff there are more.
    pub(crate) fn classes(&self, most: usize) -> Option<Vec<Class>> {
        if self.whole.len() + self.starts.len() * self.ends.len() > most {
            return None;
        }
        let mut classes: Vec<Class> = Vec::new();
        let mut by_admitted: HashMap<Bits, usize> = HashMap::new();
        let mut add = |pick, admitted: Bits, labels: Vec<Label>| {
            let next = classes.len();
            let at = *by_admitted.entry(admitted.clone()).or_insert(next);
            if at == next {
                classes.push(Class { pick, admitted, labels: BTreeSet::new() });
            }
            classes[at].labels.extend(labels);
        };
        for (at, whole) in self.whole.iter().enumerate() {
            add(Pick::Whole(at), whole.admitted.clone(), whole.labels.iter().cloned().collect());
        }
        for (start, before) in self.starts.iter().enumerate() {
            for (end, after) in self.ends.iter().enumerate() {
                let mut admitted = Bits::none(self.rows.len());
                let both = before.key.iter().zip(&after.key).map(|(a, b)| a | b).zip(&self.rows).enumerate();
                both.filter(|(_, (hit, row))| hit & !SELECT == 0 && (hit & SELECT != 0 || !row.selects))
                    .for_each(|(at, _)| admitted.set(at));
                add(Pick::Between(start, end), admitted, self.label(before, after));
            }
        }
        Some(classes)
    }

    /// Iff `text` is in the domain, what follows the prefix.
    fn rest<'t>(&self, text: &'t str) -> Option<&'t str> {
        let rest = text.strip_prefix(self.prefix.as_str())?;
        let long_enough = self.alphabet == Alphabet::Any || !rest.is_empty();
        (long_enough && self.alphabet.has(rest)).then_some(rest)
    }

    /// A text of the domain that hits exactly what `before` and `after` hit: a believable one if there is one.
    fn between(&self, before: &Anchors, after: &Anchors) -> String {
        let wanted: Vec<u8> = before.key.iter().zip(&after.key).map(|(a, b)| a | b).collect();
        let mut key = Vec::new();
        let mut fits = |text: &String| {
            self.index.key(text, &mut key);
            key == wanted && self.rest(text).is_some_and(|rest| !rest.is_empty())
        };
        let ((start, leaving), (end, reaching)) = (&before.exit, &after.exit);
        if self.is_of_principals() {
            let (left, reached) = (format!("{start}{leaving}"), format!("{reaching}{end}"));
            let mut tried = [(start, end), (&left, end), (&left, &reached)].into_iter();
            if let Some(text) = tried.find_map(|(start, end)| principal::between(start, end, &mut fits)) {
                return text;
            }
        }
        // What a reader would believe, carried on to the suffix, is the most credible way of filling.
        let believed = self.credible.iter().filter(|text| text.starts_with(start)).map(String::as_str);
        let filled = FILLERS.iter().map(|filler| format!("{start}{filler}{end}"));
        if let Some(text) = believed.map(|text| format!("{text}{end}")).chain(filled).find(&mut fits) {
            return text;
        }
        // Longer than any listed value, it is none of them; and no value goes on from where it begins and ends.
        let fill = self.alphabet.characters().next().unwrap_or('x');
        let with = |n: usize| format!("{start}{leaving}{}{reaching}{end}", fill.to_string().repeat(n));
        (0..8).map(with).find(&mut fits).unwrap_or_else(|| with(self.longest + 1))
    }

    /// What the texts realised from these two have in common, as a reader would say it.
    fn label(&self, before: &Anchors, after: &Anchors) -> Vec<Label> {
        let starts = before.texts.iter().filter(|text| **text != self.prefix);
        let ends = after.texts.iter().filter(|text| !text.is_empty());
        let root_before = before.texts.contains(&self.prefix);
        let root_after = after.texts.iter().any(String::is_empty);
        let mut labels = Vec::new();
        if root_before && root_after {
            labels.push(Label::Other);
        }
        if root_after {
            labels.extend(starts.clone().cloned().map(Label::StartsWith));
        }
        if root_before {
            labels.extend(ends.clone().cloned().map(Label::EndsWith));
        }
        if !root_before && !root_after {
            let pairs = starts.flat_map(|start| ends.clone().map(move |end| (start.clone(), end.clone())));
            labels.extend(pairs.take(PAIRS).map(|(start, end)| Label::StartsAndEndsWith(start, end)));
        }
        labels
    }
}

/// A table in the making.
struct Making<'c> {
    table: Table,
    conditions: &'c [&'c Condition],
    by_admitted: HashMap<Bits, usize>,
}

impl Making<'_> {
    fn is(&mut self, text: &str) {
        self.whole(Some(text.to_owned()), Some(Label::Is(text.to_owned())));
    }

    fn whole(&mut self, text: Option<String>, label: Option<Label>) {
        let mut key = vec![0; self.conditions.len()];
        if let Some(text) = &text {
            self.table.index.key(text, &mut key);
        }
        let mut admitted = Bits::none(self.conditions.len());
        let by = self.conditions.iter().zip(key).enumerate();
        by.filter(|(_, (one, hit))| admits(one, *hit)).for_each(|(at, _)| admitted.set(at));
        let next = self.table.whole.len();
        let at = *self.by_admitted.entry(admitted.clone()).or_insert(next);
        if at == next {
            self.table.whole.push(Whole { text, admitted, labels: BTreeSet::new() });
        }
        self.table.whole[at].labels.extend(label);
    }

    fn strings(&mut self, absent: bool) -> Result<(), Exhausted> {
        for text in self.table.credible.clone() {
            self.whole(Some(text), None);
        }
        if absent {
            self.whole(None, Some(Label::Absent));
        }
        for text in self.whole_values() {
            self.is(&text);
        }
        let (starts, finite) =
            self.anchors(&Listed::prefixes(self.values(STARTS)), self.prefixes(), false)?;
        for text in finite.into_iter().filter(|text| self.table.rest(text).is_some()).collect::<BTreeSet<_>>()
        {
            self.is(&text);
        }
        let (ends, finite) = self.anchors(&Listed::suffixes(self.values(ENDS)), self.suffixes(), true)?;
        for text in
            finite.into_iter().map(|text| format!("{}{text}", self.table.prefix)).collect::<BTreeSet<_>>()
        {
            if self.table.rest(&text).is_some() {
                self.is(&text);
            }
        }
        (self.table.starts, self.table.ends) = (starts, ends);
        Ok(())
    }

    fn values(&self, operators: [Operator; 2]) -> impl Iterator<Item = &str> {
        self.conditions
            .iter()
            .flat_map(move |condition| operators.map(|operator| condition.values(operator)))
            .flatten()
            .map(String::as_str)
    }

    /// Listed values that are texts of the domain; and the texts that a suffix reaching into the prefix leaves, which
    /// are one text each, because what the alphabet does not have can only stand in the prefix. They come in an order that
    /// is not that of the document, so that the same values have the same witness.
    fn whole_values(&self) -> BTreeSet<String> {
        let prefix = &self.table.prefix;
        let equal = self
            .values([Operator::Equals, Operator::NotEquals])
            .filter(|value| self.table.rest(value).is_some_and(|_| !value.is_empty()));
        let reaching = self.values(ENDS).flat_map(|value| {
            let cuts = value.char_indices().map(|(at, _)| at).filter(|at| *at > 0 && *at <= prefix.len());
            cuts.filter(|at| prefix.ends_with(&value[..*at]))
                .map(|at| format!("{prefix}{}", &value[at..]))
                .filter(|text| self.table.rest(text).is_some())
                .collect::<Vec<_>>()
        });
        equal.map(str::to_owned).chain(reaching).collect()
    }

    /// The prefix of the domain, and every listed prefix that goes on from there within the domain.
    fn prefixes(&self) -> Vec<String> {
        let prefix = self.table.prefix.as_str();
        let longer: BTreeSet<&str> = self
            .values(STARTS)
            .filter(|value| *value != prefix && self.table.rest(value).is_some())
            .collect();
        std::iter::once(prefix).chain(longer).map(str::to_owned).collect()
    }

    /// The empty suffix, and every listed suffix that fits behind the prefix.
    fn suffixes(&self) -> Vec<String> {
        let fits = |value: &&str| !value.is_empty() && self.table.alphabet.has(value);
        let fitting: BTreeSet<&str> = self.values(ENDS).filter(fits).collect();
        std::iter::once("").chain(fitting).map(str::to_owned).collect()
    }

    /// Groups texts by the conditions they hit on their own side. Those that cannot be left have finitely many texts, which
    /// are returned beside the groups.
    fn anchors(
        &self,
        listed: &Listed<'_>,
        texts: Vec<String>,
        at_the_end: bool,
    ) -> Result<(Vec<Anchors>, Vec<String>), Exhausted> {
        let mut by_key: HashMap<Box<[u8]>, usize> = HashMap::new();
        let mut groups: Vec<Anchors> = Vec::new();
        let mut finite = Vec::new();
        for text in texts {
            let leaving = match listed.exits(&text, self.table.alphabet)? {
                Exits::By(leaving) => leaving,
                Exits::None(all) => {
                    finite.extend(all);
                    continue;
                }
            };
            let key = self.table.index.side(&text, at_the_end).into_boxed_slice();
            let next = groups.len();
            let at = *by_key.entry(key.clone()).or_insert(next);
            if at == next {
                groups.push(Anchors { key, texts: Vec::new(), exit: (text.clone(), leaving) });
            }
            groups[at].texts.push(text);
        }
        Ok((groups, finite))
    }

    /// The table, turned around: for each condition what it does with every text.
    fn rows(mut self) -> Result<Table, Exhausted> {
        let Table { whole, starts, ends, .. } = &self.table;
        let columns = whole.len() + starts.len() + ends.len();
        if columns.saturating_mul(self.conditions.len()) > TABLE_LIMIT {
            return Err(Exhausted);
        }
        let set = |all: &[Anchors], of: &dyn Fn(u8) -> bool, condition: usize| {
            let mut bits = Bits::none(all.len());
            all.iter().enumerate().filter(|(_, one)| of(one.key[condition])).for_each(|(at, _)| bits.set(at));
            bits
        };
        let drops = |hit: u8| hit & !SELECT != 0;
        let lacks = |hit: u8| hit & SELECT == 0;
        let row = |(at, one): (usize, &&Condition)| {
            let mut turned_away = Bits::none(whole.len());
            let away = whole.iter().enumerate().filter(|(_, text)| !text.admitted.has(at));
            away.for_each(|(text, _)| turned_away.set(text));
            Row {
                whole: turned_away,
                start_drops: set(starts, &drops, at),
                end_drops: set(ends, &drops, at),
                start_lacks: set(starts, &lacks, at),
                end_lacks: set(ends, &lacks, at),
                selects: one.first_select().is_some(),
            }
        };
        self.table.rows = self.conditions.iter().enumerate().map(row).collect();
        Ok(self.table)
    }
}

const STARTS: [Operator; 2] = [Operator::StartsWith, Operator::NotStartsWith];
const ENDS: [Operator; 2] = [Operator::EndsWith, Operator::NotEndsWith];
