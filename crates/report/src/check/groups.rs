//! Findings that say the same of several resources, told once.

use super::Checked;
use super::finding::{Finding, Section};
use crate::quantity::{grouped, quantity};
use std::collections::BTreeMap;

/// How many names of a group are told.
const NAMED: usize = 5;

/// Findings that differ by what they are about alone.
pub(super) struct Group<'a> {
    pub(super) all: Vec<&'a Finding>,
}

/// The findings of a section, in their order, those that say the same together; what decides comes first.
pub(super) fn groups<'a>(checked: &'a Checked<'_>, section: Section) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut known = BTreeMap::new();
    for finding in checked.section(section) {
        // What is not known of where several resources are is one thing to know.
        if let Some(subject) = finding.home_of() {
            let same = |group: &&mut Group<'_>| {
                group
                    .first()
                    .is_some_and(|one| one.home_of() == Some(subject) && one.is_new == finding.is_new)
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.all.push(finding),
                None => groups.push(Group { all: vec![finding] }),
            }
            continue;
        }
        if finding.noun.0.is_empty() {
            groups.push(Group { all: vec![finding] });
            continue;
        }
        let key = (finding.code, &finding.place, &finding.is, &finding.why, &finding.fix, finding.is_new);
        let at = *known.entry(key).or_insert_with(|| {
            groups.push(Group { all: Vec::new() });
            groups.len() - 1
        });
        groups[at].all.push(finding);
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.first().map(|one| one.conclusion)));
    groups
}

/// The end of a sentence, with its full stop.
pub(super) fn ended(text: &str) -> String {
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{text}{end}")
}

/// The end of a sentence about one thing, for several: with its first verb in the plural.
fn of_several(text: &str) -> String {
    const VERBS: [(&str, &str); 4] = [("is", "are"), ("fails", "fail"), ("passes", "pass"), ("does", "do")];
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let plural = VERBS.iter().find(|(one, _)| *one == verb).map_or(verb, |(_, plural)| plural);
    if rest.is_empty() { plural.to_owned() } else { format!("{plural} {rest}") }
}

impl<'a> Group<'a> {
    /// Why, an example and what to do: one sentence each, of so many reasons at most.
    pub(super) fn details(&self, most: usize) -> Vec<String> {
        let Some(first) = self.first() else { return Vec::new() };
        let fix = first.fix.as_ref().map(|fix| format!("Fix: {fix}"));
        let all = first.why.iter().take(most).chain(&first.example).chain(&fix);
        all.map(|line| crate::recorder_sentences::sentence(line)).collect()
    }

    pub(super) fn first(&self) -> Option<&'a Finding> {
        self.all.first().copied()
    }

    /// What it is about: `function orders in ...`, `3 functions in ... (orders, billing and stock)`.
    pub(super) fn about(&self) -> String {
        let Some(first) = self.first() else { return String::new() };
        if let [one] = self.all.as_slice() {
            return one.about();
        }
        let name = |one: &&'a Finding| match one.home_of() {
            Some(_) => one.address.as_deref().unwrap_or(&one.name),
            None => &one.name,
        };
        let names: Vec<&str> = self.all.iter().take(NAMED).map(name).collect();
        let more = self.all.len() - names.len();
        let more = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
        if let Some(subject) = first.home_of() {
            let several = quantity(self.all.len(), ("resource", "resources"));
            return format!("{subject} of {several} ({}{more})", names.join(", "));
        }
        let count = quantity(self.all.len(), first.noun);
        format!("{count}{} ({}{more})", first.place(), names.join(", "))
    }

    /// What is so of it, as the end of a sentence.
    pub(super) fn is(&self) -> String {
        let Some(first) = self.first() else { return String::new() };
        if self.all.len() == 1 || first.home_of().is_some() {
            return first.is.clone();
        }
        match first.is.split_once("; today it ") {
            Some((now, today)) => format!("{}; today they {}", of_several(now), of_several(today)),
            None => of_several(&first.is),
        }
    }

    /// ` New.`, where an earlier check does not have it.
    pub(super) fn newness(&self) -> &'static str {
        match self.first().and_then(|one| one.is_new) {
            Some(true) => "new since the baseline",
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of_several;

    #[test]
    fn several_things_have_a_verb_in_the_plural() {
        for (one, several) in [
            ("fails after this change", "fail after this change"),
            ("is undetermined", "are undetermined"),
            ("does not apply", "do not apply"),
            ("passes", "pass"),
            ("will no longer be recorded", "will no longer be recorded"),
        ] {
            assert_eq!(of_several(one), several);
        }
    }
}
