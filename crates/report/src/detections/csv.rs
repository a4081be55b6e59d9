//! Findings as CSV (RFC 4180), one a row.

use super::Detections;
use crate::cells::{builder, harmless};
use crate::page::Layout;
use logs::text_of;
use std::io::{self, Write};

const COLUMNS: [&str; 17] = [
    "id",
    "story",
    "detection",
    "title",
    "severity",
    "attack",
    "time",
    "until",
    "account",
    "region",
    "function",
    "principal",
    "address",
    "seen",
    "normal",
    "records",
    "event_ids",
];

/// See [`super::DetectionsFormat`].
pub(super) fn document(found: &Detections<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = builder().from_writer(out);
    csv.write_record(COLUMNS.iter().copied().chain(["accepted", "accepted_until"]))?;
    let mut of_story = vec![""; found.findings.len()];
    for story in found.stories {
        for at in &story.findings {
            if let Some(slot) = of_story.get_mut(*at) {
                *slot = &story.id;
            }
        }
    }
    for (at, one) in found.findings.iter().enumerate() {
        let (title, attack) = found.told_of(&one.detection);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let ids: Vec<&str> = one.proofs.iter().map(|proof| proof.event_id.as_str()).collect();
        let by = found.by(at);
        let cells = [
            one.id.clone(),
            of_story.get(at).copied().unwrap_or_default().to_owned(),
            one.detection.clone(),
            title.to_owned(),
            one.severity.to_string(),
            attack.join("; "),
            text_of(one.time),
            text_of(one.until),
            one.account.clone(),
            one.region.clone(),
            text(&one.function),
            text(&one.principal),
            text(&one.address),
            one.seen.clone(),
            text(&one.normal),
            one.events.to_string(),
            ids.join("; "),
            by.map(|one| one.id.clone()).unwrap_or_default(),
            by.map(|one| one.expires.clone()).unwrap_or_default(),
        ];
        csv.write_record(cells.iter().map(|cell| harmless(cell).into_owned()))?;
    }
    csv.flush()
}
