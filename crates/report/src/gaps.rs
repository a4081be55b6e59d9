//! What could not be read, and what nobody can say before a change is applied, in a few words.

use super::quantity::quantity;
use super::recorder_sentences::GapGroup;
use audit::inventory::{GapKind, Inventory};

/// How much could not be read, by call and kind; `None` iff everything was, or is not offered.
#[must_use]
pub fn gaps_sentence(inventory: &Inventory) -> Option<String> {
    let gaps: Vec<_> = inventory.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered).collect();
    if gaps.is_empty() {
        return None;
    }
    let mut groups: Vec<(&str, GapKind, usize)> = Vec::new();
    for gap in &gaps {
        match groups.iter_mut().find(|(call, kind, _)| *call == gap.call && *kind == gap.kind) {
            Some((_, _, count)) => *count += 1,
            None => groups.push((&gap.call, gap.kind, 1)),
        }
    }
    let told: Vec<String> = groups
        .iter()
        .map(|(call, kind, count)| match kind {
            GapKind::AfterApply => format!("{call} known only after apply ({count})"),
            read => format!("{call} {} ({count})", read.as_str()),
        })
        .collect();
    Some(format!("{}: {}", counted(gaps.iter().map(|gap| (gap.kind, 1))), told.join(", ")))
}

/// The word for why there is a gap.
pub(super) fn kind(kind: GapKind) -> String {
    match kind {
        GapKind::AfterApply => "known only after apply".to_owned(),
        read => read.as_str().replace('_', " "),
    }
}

/// `3 things could not be read`, `1 thing is known only after apply`, or both.
pub(super) fn title(groups: &[GapGroup<'_>]) -> String {
    counted(groups.iter().map(|group| (group.gap.kind, group.count)))
}

fn counted(gaps: impl Iterator<Item = (GapKind, usize)>) -> String {
    let (mut unread, mut open) = (0, 0);
    for (kind, count) in gaps {
        *(if kind == GapKind::AfterApply { &mut open } else { &mut unread }) += count;
    }
    let unread = (unread > 0).then(|| format!("{} could not be read", quantity(unread, ("thing", "things"))));
    let open =
        (open > 0).then(|| format!("{} known only after apply", quantity(open, ("thing is", "things are"))));
    unread.into_iter().chain(open).collect::<Vec<_>>().join(", ")
}
