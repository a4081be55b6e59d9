//! Findings as Markdown, for a comment or a ticket: the answer, and the stories.

use super::{Detections, moment, terminal};
use crate::markdown::inert;
use crate::page::Layout;
use crate::quantity::{grouped, quantity};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Stories that are told: a comment may hold 65,536 characters.
const STORIES: usize = 20;
/// Findings of a story that are told.
const FINDINGS: usize = 10;

/// See [`super::DetectionsFormat`].
pub(super) fn document(found: &Detections<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut text = format!("**{}**\n", inert(&found.headline()));
    // Writing into a string cannot fail.
    let _ = stories(found, &mut text);
    for limit in found.limits() {
        let _ = writeln!(text, "\n> {}", inert(&limit));
    }
    out.write_all(text.as_bytes())
}

fn stories(found: &Detections<'_>, text: &mut String) -> std::fmt::Result {
    let open: Vec<_> = found.stories.iter().filter(|story| found.is_open(story)).collect();
    for story in open.iter().take(STORIES) {
        writeln!(
            text,
            "\n### {} ({}): {}\n\n{} UTC\n",
            inert(&story.id),
            story.severity,
            inert(&terminal::about(story)),
            terminal::span(story)
        )?;
        for at in story.findings.iter().take(FINDINGS) {
            let Some(one) = found.findings.get(*at) else { continue };
            write!(text, "- {} {}: {}", moment(one.time), inert(&one.id), inert(&one.seen))?;
            if let Some(normal) = &one.normal {
                write!(text, " Compared with: {}", inert(normal))?;
            }
            if let Some(exception) = found.by(*at) {
                write!(text, " Accepted by {} until {}.", inert(&exception.id), inert(&exception.expires))?;
            }
            text.push('\n');
        }
        let more = story.findings.len().saturating_sub(FINDINGS);
        if more > 0 {
            writeln!(text, "- and {}", quantity(more, ("more finding", "more findings")))?;
        }
    }
    match open.len().saturating_sub(STORIES) {
        0 => Ok(()),
        more => writeln!(text, "\nand {} more stories.", grouped(more)),
    }
}
