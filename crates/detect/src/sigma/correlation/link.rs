//! Which rules a correlation is about, which of their fields it needs, and in what order correlations of correlations are decided.

use super::super::error::{Problem, plain};
use super::{Draft, Kind, Range};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A correlation whose rules are known.
#[derive(Debug, Clone)]
pub(crate) struct Correlation {
    /// Its own number among all rules.
    pub(crate) rule: usize,
    pub(crate) kind: Kind,
    pub(crate) parts: Vec<Part>,
    pub(crate) group_by: Vec<String>,
    pub(crate) span_ms: i64,
    pub(crate) range: Range,
}

/// One rule of a correlation.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Its number among all rules.
    pub(crate) rule: usize,
    /// Which of the values of its hits make the group, in the order of `group-by`.
    pub(crate) group: Vec<usize>,
    /// Which of the values is counted.
    pub(crate) value: Option<usize>,
}

/// The fields that hits of each rule carry, in order. Correlations carry what they group by, and nothing else.
#[derive(Debug, Clone, Default)]
pub(crate) struct Carried(Vec<Vec<String>>);

impl Carried {
    /// Of so many rules, with nothing yet.
    pub(crate) fn new(rules: usize) -> Self {
        Self(vec![Vec::new(); rules])
    }

    /// The fields of one rule.
    pub(crate) fn of(&self, rule: usize) -> &[String] {
        self.0.get(rule).map(Vec::as_slice).unwrap_or_default()
    }

    fn place(&mut self, rule: usize, field: &str, fixed: bool) -> Option<usize> {
        let fields = self.0.get_mut(rule)?;
        let found = fields.iter().position(|known| known == field);
        if found.is_none() && !fixed {
            fields.push(field.to_owned());
            return Some(fields.len() - 1);
        }
        found
    }
}

/// A correlation that waits for its rules, by its own number.
pub(crate) struct Waiting<'a> {
    pub(crate) rule: usize,
    pub(crate) draft: &'a Draft,
}

/// Puts the correlations in an order in which each comes after those that it is about. `names` gives a rule's number by id or name.
pub(crate) fn link(
    mut waiting: Vec<Waiting<'_>>,
    names: &BTreeMap<String, usize>,
    carried: &mut Carried,
) -> (Vec<Correlation>, BTreeMap<usize, Problem>) {
    let mut linked = Vec::new();
    let mut refused: BTreeMap<usize, Problem> = BTreeMap::new();
    waiting.retain(|one| match one.draft.rules.iter().find(|name| !names.contains_key(*name)) {
        Some(name) => {
            let why = format!("no rule that was loaded has the id or name `{}`", plain(name));
            refused.insert(one.rule, Problem::Correlation(why));
            false
        }
        None => true,
    });
    // For how many correlations each still waits, and who waits for it.
    let places: BTreeMap<usize, usize> =
        waiting.iter().enumerate().map(|(place, one)| (one.rule, place)).collect();
    let mut open = vec![0_usize; waiting.len()];
    let mut followers = vec![Vec::new(); waiting.len()];
    for (place, one) in waiting.iter().enumerate() {
        let inner = one.draft.rules.iter().filter_map(|name| places.get(names.get(name)?));
        for before in inner {
            if let (Some(open), Some(followers)) = (open.get_mut(place), followers.get_mut(*before)) {
                *open += 1;
                followers.push(place);
            }
        }
    }
    let mut ready: VecDeque<usize> =
        (0..waiting.len()).filter(|place| open.get(*place) == Some(&0)).collect();
    let mut settled = BTreeSet::new();
    while let Some(place) = ready.pop_front() {
        let Some(one) = waiting.get(place) else { continue };
        match resolve(one, names, carried, &settled, &refused) {
            Ok(correlation) => {
                for field in &correlation.group_by {
                    carried.place(one.rule, field, false);
                }
                linked.push(correlation);
            }
            Err(problem) => drop(refused.insert(one.rule, problem)),
        }
        settled.insert(one.rule);
        for follower in followers.get(place).into_iter().flatten() {
            if let Some(open) = open.get_mut(*follower) {
                *open -= 1;
                if *open == 0 {
                    ready.push_back(*follower);
                }
            }
        }
    }
    for one in waiting.iter().filter(|one| !settled.contains(&one.rule)) {
        refused
            .insert(one.rule, Problem::Correlation("it is about itself, directly or over others".to_owned()));
    }
    (linked, refused)
}

fn resolve(
    one: &Waiting<'_>,
    names: &BTreeMap<String, usize>,
    carried: &mut Carried,
    settled: &BTreeSet<usize>,
    refused: &BTreeMap<usize, Problem>,
) -> Result<Correlation, Problem> {
    let draft = one.draft;
    let mut parts = Vec::new();
    for name in &draft.rules {
        let rule = names.get(name).copied().unwrap_or(usize::MAX);
        if refused.contains_key(&rule) {
            return Err(Problem::Correlation(format!(
                "the correlation `{}` that it is about cannot be used",
                plain(name)
            )));
        }
        // What a correlation carries was settled when it was linked.
        let fixed = settled.contains(&rule);
        let mut place = |field: &str| {
            let real = real(draft, names, rule, field)?;
            carried.place(rule, real, fixed).ok_or_else(|| {
                let (real, name) = (plain(real), plain(name));
                Problem::Correlation(format!("the field `{real}` is not one that the correlation `{name}` groups by, so it is not known"))
            })
        };
        let group = draft.group_by.iter().map(|field| place(field)).collect::<Result<Vec<_>, _>>()?;
        let value = draft.field.as_deref().map(&mut place).transpose()?;
        parts.push(Part { rule, group, value });
    }
    let (kind, span_ms, range) = (draft.kind, draft.span_ms, draft.range);
    Ok(Correlation { rule: one.rule, kind, parts, group_by: draft.group_by.clone(), span_ms, range })
}

/// The field of the rule that a name means, which may be an alias.
fn real<'a>(
    draft: &'a Draft,
    names: &BTreeMap<String, usize>,
    rule: usize,
    field: &'a str,
) -> Result<&'a str, Problem> {
    let Some((_, fields)) = draft.aliases.iter().find(|(alias, _)| alias == field) else { return Ok(field) };
    fields
        .iter()
        .find(|(name, _)| names.get(name) == Some(&rule))
        .map(|(_, field)| field.as_str())
        .ok_or_else(|| {
            Problem::Correlation(format!("the alias `{}` names no field for one of the rules", plain(field)))
        })
}
