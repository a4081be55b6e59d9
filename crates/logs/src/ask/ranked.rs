//! The groups of all threads in one order: each label once, and which group of which thread is which of them.

use super::Dimension;
use super::groups::GroupKey;
use super::label::words;
use super::tally::Tally;
use crate::sheet::Texts;

/// See the module.
pub(super) struct Ranked {
    /// Every label once.
    pub(super) texts: Texts,
    /// How many labels a group has.
    pub(super) width: usize,
    /// Numbers of texts, `width` for each group; groups are sorted by their labels.
    pub(super) labels: Vec<u32>,
    /// How many groups there are.
    pub(super) groups: usize,
    /// For each thread the places of its own groups among them.
    places: Vec<Vec<u32>>,
}

impl Ranked {
    pub(super) fn of(tallies: &[Tally<'_>]) -> Ranked {
        let by = tallies.first().map_or(&[][..], |tally| &tally.question.by);
        // Texts are put in order first, each once: groups are then compared as numbers.
        let mut sorted: Vec<&str> = tallies.iter().flat_map(|tally| tally.labels.iter()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut texts = Texts::default();
        // Numbered as groups need them: what is shown together lies together.
        let mut numbers = vec![0; sorted.len()];
        let all = keys(tallies, &sorted);
        let mut places: Vec<Vec<u32>> = tallies.iter().map(|tally| vec![0; tally.groups.len()]).collect();
        let width = by.len().min(GroupKey::default().len());
        let (mut labels, mut groups, mut last) = (Vec::new(), 0, None);
        for (key, thread, id) in all {
            if last != Some(key) {
                labels.extend(by.iter().zip(&key).map(|(dimension, id)| match dimension {
                    Dimension::Hour | Dimension::Day => texts.intern(&words(*dimension, *id)),
                    _ => match (numbers.get_mut(*id as usize), sorted.get(*id as usize)) {
                        (Some(number), Some(text)) if *number == 0 => {
                            *number = texts.intern(text);
                            *number
                        }
                        (number, _) => number.copied().unwrap_or(0),
                    },
                }));
                groups += 1;
                last = Some(key);
            }
            if let Some(slot) = places.get_mut(thread as usize).and_then(|of| of.get_mut(id as usize)) {
                *slot = u32::try_from(groups - 1).unwrap_or(u32::MAX);
            }
        }
        Ranked { texts, width, labels, groups, places }
    }

    /// The place of a thread's group.
    pub(super) fn place(&self, thread: usize, group: u32) -> u32 {
        let of = self.places.get(thread).and_then(|places| places.get(group as usize));
        of.copied().unwrap_or(u32::MAX)
    }

    /// The labels of the group at that place.
    pub(super) fn words(&self, place: u32) -> Vec<String> {
        let from = (place as usize).saturating_mul(self.width);
        let ids = self.labels.get(from..from.saturating_add(self.width)).unwrap_or_default();
        ids.iter().map(|id| self.texts.get(*id).unwrap_or_default().to_owned()).collect()
    }
}

/// The groups of all threads in order, equal ones beside each other: each with its thread and its number there.
fn keys(tallies: &[Tally<'_>], sorted: &[&str]) -> Vec<(GroupKey, u32, u32)> {
    let place = |text| sorted.binary_search(&text).map_or(0, |at| u32::try_from(at).unwrap_or(0));
    let mut all: Vec<(GroupKey, u32, u32)> = Vec::new();
    for (thread, tally) in (0..).zip(tallies) {
        let places: Vec<u32> = tally.labels.iter().map(place).collect();
        let ranked = |key: &GroupKey| {
            let mut ranked = *key;
            for (slot, dimension) in ranked.iter_mut().zip(&tally.question.by) {
                if !matches!(dimension, Dimension::Hour | Dimension::Day) {
                    *slot = places.get((*slot as usize).wrapping_sub(1)).copied().unwrap_or(0);
                }
            }
            ranked
        };
        all.extend((0..).zip(tally.groups.iter()).map(|(id, key)| (ranked(key), thread, id)));
    }
    all.sort_unstable();
    all
}
