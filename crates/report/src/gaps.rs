//! What could not be read, in one sentence.

use audit::inventory::{GapKind, Inventory};

/// How much could not be read, by call and kind; `None` iff everything was, or is not offered.
#[must_use]
pub fn gaps_sentence(inventory: &Inventory) -> Option<String> {
    let gaps: Vec<_> = inventory.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered).collect();
    if gaps.is_empty() {
        return None;
    }
    let mut groups: Vec<(&str, &str, usize)> = Vec::new();
    for gap in &gaps {
        match groups.iter_mut().find(|(call, kind, _)| *call == gap.call && *kind == gap.kind.as_str()) {
            Some((_, _, count)) => *count += 1,
            None => groups.push((&gap.call, gap.kind.as_str(), 1)),
        }
    }
    let told: Vec<String> =
        groups.iter().map(|(call, kind, count)| format!("{call} {kind} ({count})")).collect();
    let things = if gaps.len() == 1 { "1 thing" } else { &format!("{} things", gaps.len()) };
    Some(format!("{things} could not be read: {}", told.join(", ")))
}
