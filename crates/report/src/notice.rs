//! What is new, changed or resolved since an earlier audit, as messages for people and for programs.

mod open;

pub use open::{OpenFinding, OpenFindings, open_findings};

use super::asff;
use super::audit_document::AuditDocument;
use super::entries;
use super::headline;
use super::member::{Json, Object};
use super::quantity::quantity;
use audit::answer::Conclusion;
use audit::finding::{Audit, Status};
use std::collections::{BTreeMap, BTreeSet};
use text::visible::visible;

/// The format of a notice as JSON, and its version.
pub const NOTICE_FORMAT: &str = "invoketrail.notice/1";

/// Bytes of findings in one message: SNS and EventBridge take 256 KiB, and EventBridge's entry is escaped once more.
const BYTES: usize = 100_000;

/// How many findings a person is told of in one message.
const LISTED: usize = 10;

/// What changed of the open findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// There are now, and were not before.
    pub new: OpenFindings,
    /// There are, and say something else than before: what they were, and are.
    pub changed: BTreeMap<String, (OpenFinding, OpenFinding)>,
    /// There were before, and are no more: as they were.
    pub resolved: OpenFindings,
    /// Were open before, and are accepted now: as they are.
    pub accepted: OpenFindings,
}

impl Notice {
    /// What changed between both; `audit` is the later one. Without an earlier audit every open finding is new, and so is one that an
    /// exception accepts no longer. What is out of sight now, or accepted, is not resolved.
    #[must_use]
    pub fn of(before: &OpenFindings, after: &OpenFindings, audit: &Audit<'_>) -> Self {
        let mut notice = Notice::default();
        for (name, one) in after {
            let was = before.get(name).filter(|was| was.accepted.is_none());
            match (was, &one.accepted) {
                (None, None) => _ = notice.new.insert(name.clone(), one.clone()),
                (Some(_), Some(_)) => _ = notice.accepted.insert(name.clone(), one.clone()),
                (Some(was), None) if !was.says_as(one) => {
                    notice.changed.insert(name.clone(), (was.clone(), one.clone()));
                }
                _ => {}
            }
        }
        let gone = before.iter().filter(|(name, one)| {
            one.accepted.is_none() && !after.contains_key(*name) && is_in_sight(audit, one)
        });
        notice.resolved = gone.map(|(name, one)| (name.clone(), one.clone())).collect();
        notice
    }

    /// True iff there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.new, &self.resolved, &self.accepted].iter().all(|all| all.is_empty())
            && self.changed.is_empty()
    }

    /// Whether something got worse, as far as required controls go. No iff one of them has a finding that fails and was not there
    /// before; undetermined iff one may have.
    #[must_use]
    pub fn conclusion(&self) -> Conclusion {
        let fails = |one: &OpenFinding| one.status == Status::Fail.as_str();
        let new = self.new.values().filter(|one| one.required);
        let new = new.map(|one| if fails(one) { Conclusion::No } else { Conclusion::Undetermined });
        let changed = self.changed.values().filter(|(was, one)| one.required && !fails(was) && fails(one));
        new.chain(changed.map(|_| Conclusion::Undetermined)).fold(Conclusion::Yes, Conclusion::worse)
    }

    /// How many of what, in words: `3 new findings, 1 changed, 2 resolved`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let new = quantity(self.new.len(), ("new finding", "new findings"));
        let accepted = match self.accepted.len() {
            0 => String::new(),
            accepted => format!(", {accepted} accepted"),
        };
        format!("{new}, {} changed, {} resolved{accepted}", self.changed.len(), self.resolved.len())
    }

    /// For a person, in plain text: the answer, then the first findings of each kind.
    #[must_use]
    pub fn text(&self, audit: &Audit<'_>) -> String {
        let mut text = format!("{}\n{}.\n", headline::headline(audit), self.sentence());
        list("New", self.new.values().map(|one| (None, one)), &mut text);
        list("Changed", self.changed.values().map(|(was, one)| (Some(was), one)), &mut text);
        list("Resolved", self.resolved.values().map(|one| (None, one)), &mut text);
        list("Accepted", self.accepted.values().map(|one| (None, one)), &mut text);
        text
    }

    /// For a program.
    #[must_use]
    pub fn json(&self, document: &AuditDocument<'_>) -> String {
        let mut json = Json::default();
        json.object(|object| {
            object.text("format", NOTICE_FORMAT);
            object.text("generated_at", document.stamp.generated_at);
            object.text("answer", document.audit.answer().conclusion().as_str());
            object.text("headline", &visible(&headline::headline(document.audit)));
            object.text("sentence", &self.sentence());
            let mut room = BYTES;
            let mut listed = |name: &str,
                              all: Vec<(&String, Option<&OpenFinding>, &OpenFinding)>,
                              object: &mut Object<'_>| {
                object.number(&format!("{name}_count"), all.len());
                let all = all.into_iter().take_while(|(id, _, one)| fits(&mut room, id, one));
                object.list(name, all, |json, (id, was, one)| {
                    json.object(|object| finding(id, was, one, object))
                });
            };
            listed("new", self.new.iter().map(|(id, one)| (id, None, one)).collect(), object);
            let changed = self.changed.iter().map(|(id, (was, one))| (id, Some(was), one));
            listed("changed", changed.collect(), object);
            listed("resolved", self.resolved.iter().map(|(id, one)| (id, None, one)).collect(), object);
            listed("accepted", self.accepted.iter().map(|(id, one)| (id, None, one)).collect(), object);
        });
        json.as_str().to_owned()
    }

    /// For a channel of Slack.
    #[must_use]
    pub fn slack(&self, audit: &Audit<'_>) -> String {
        // What Slack takes for marks of its own.
        let text = self.text(audit).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let mut json = Json::default();
        json.object(|object| {
            object.text("text", &text);
            object.flag("mrkdwn", false);
        });
        json.as_str().to_owned()
    }

    /// For a channel of Teams: an adaptive card.
    #[must_use]
    pub fn teams(&self, audit: &Audit<'_>) -> String {
        let mut json = Json::default();
        json.object(|object| {
            object.text("type", "message");
            object.list("attachments", [()], |json, ()| {
                json.object(|object| {
                    object.text("contentType", "application/vnd.microsoft.card.adaptive");
                    object.object("content", |card| {
                        card.text("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
                        card.text("type", "AdaptiveCard");
                        card.text("version", "1.4");
                        card.list("body", [()], |json, ()| {
                            json.object(|block| {
                                // Runs of text, in which nothing is Markdown.
                                block.text("type", "RichTextBlock");
                                block.list("inlines", [self.text(audit)], |json, text| {
                                    json.object(|run| {
                                        run.text("type", "TextRun");
                                        run.text("text", &text);
                                    });
                                });
                            });
                        });
                    });
                });
            });
        });
        json.as_str().to_owned()
    }

    /// The inputs of BatchImportFindings that bring Security Hub up to date: what is new, changed and resolved as it is now, and what is
    /// about something that is gone as archived.
    ///
    /// # Errors
    /// None: it is written to memory.
    pub fn asff(
        &self,
        before: Option<&AuditDocument<'_>>,
        after: &AuditDocument<'_>,
    ) -> std::io::Result<Vec<String>> {
        let changed = self.changed.values().map(|(_, one)| one);
        let all = [&self.new, &self.resolved, &self.accepted].into_iter().flat_map(BTreeMap::values);
        let mut names: BTreeSet<&str> = all.chain(changed).map(|one| one.entry.as_str()).collect();
        let mut batches = asff::batches(after, &names, asff::ACTIVE)?;
        if let Some(before) = before {
            let done = entries::each(after.audit, |entry, arn| {
                names.remove(entries::name_of(after.audit, entry, arn).as_str());
                Ok::<(), std::io::Error>(())
            });
            done?;
            batches.extend(asff::batches(before, &names, asff::ARCHIVED)?);
        }
        Ok(batches)
    }
}

/// True iff the later audit looked where the finding was: its account and Region is audited, and listed whole where it is about a resource.
fn is_in_sight(audit: &Audit<'_>, one: &OpenFinding) -> bool {
    let Some(at) = audit.inventory.place(&one.account, &one.region) else { return false };
    let place = &audit.inventory.places[at];
    let listings = [&place.functions, &place.web_functions, &place.microvm_images];
    one.resource.is_none() || listings.iter().all(|listing| listing.gap.is_none())
}

fn fits(room: &mut usize, id: &str, one: &OpenFinding) -> bool {
    let texts = one.resource.as_ref().map_or(0, String::len) + one.fix.as_ref().map_or(0, String::len);
    // What a changed one was is about as long as what it is.
    let size = id.len() + 2 * (one.headline.len() + one.reason.len()) + texts + 300;
    let fits = *room >= size;
    *room = room.saturating_sub(size);
    fits
}

fn list<'a>(
    what: &str,
    all: impl ExactSizeIterator<Item = (Option<&'a OpenFinding>, &'a OpenFinding)>,
    text: &mut String,
) {
    let more = all.len().saturating_sub(LISTED);
    for (was, one) in all.take(LISTED) {
        let told = match (was, &one.accepted) {
            (_, Some((id, until))) => format!("accepted by {id} until {until}"),
            (Some(was), None) if was.status != one.status => format!("{}, was {}", one.status, was.status),
            (Some(was), None) if was.headline != one.headline => {
                format!("{}, was: {}", one.status, was.headline)
            }
            (Some(was), None) if was.reason != one.reason => format!("{}, now: {}", one.status, one.reason),
            (Some(_), None) => format!("{}, of other calls or for another reason than before", one.status),
            (None, None) => one.status.to_owned(),
        };
        text.push_str(&format!("{what}: {} ({told})\n", one.headline));
    }
    if more > 0 {
        text.push_str(&format!("{what}: and {more} more\n"));
    }
}

fn finding(id: &str, was: Option<&OpenFinding>, one: &OpenFinding, object: &mut Object<'_>) {
    object.text("id", id);
    object.text("control", one.control);
    object.text("weight", if one.required { "required" } else { "advisory" });
    object.text("account", &one.account);
    object.text("region", &one.region);
    object.maybe("resource", one.resource.as_deref());
    object.text("status", one.status);
    object.text("headline", &one.headline);
    object.text("reason", &one.reason);
    if let Some(was) = was {
        object.text("status_before", was.status);
        object.text("headline_before", &was.headline);
        object.text("reason_before", &was.reason);
    }
    if let Some((id, until)) = &one.accepted {
        object.text("accepted_by", id);
        object.text("accepted_until", until);
    }
    object.maybe("fix", one.fix.as_deref());
}
