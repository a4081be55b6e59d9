//! What is new, changed or resolved since an earlier audit, as messages for people and for programs.

use super::asff;
use super::audit_document::AuditDocument;
use super::entries::{self, ARN, Subject};
use super::member::{Json, Object};
use super::quantity::quantity;
use super::view;
use audit::finding::{Audit, Weight};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use text::visible::visible;

/// The format of a notice as JSON, and its version.
pub const NOTICE_FORMAT: &str = "invoketrail.notice/1";

/// Bytes of findings in one message: SNS and EventBridge take 256 KiB, and EventBridge's entry is escaped once more.
const BYTES: usize = 100_000;

/// How many findings a person is told of in one message.
const LISTED: usize = 10;

/// A finding that fails or is undetermined, and that no exception accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFinding {
    /// The control that asks.
    pub control: &'static str,
    /// True iff the control is required.
    pub required: bool,
    /// Where it is.
    pub account: String,
    /// Where it is.
    pub region: String,
    /// The ARN of a resource; `None` iff it is about the account and Region.
    pub resource: Option<String>,
    /// `fail` or `undetermined`.
    pub status: &'static str,
    /// In one sentence.
    pub headline: String,
    /// What to do.
    pub fix: Option<String>,
}

/// Open findings, by a name that stays the same from one audit to the next.
pub type OpenFindings = BTreeMap<String, OpenFinding>;

/// The open findings of an audit.
#[must_use]
pub fn open_findings(audit: &Audit<'_>) -> OpenFindings {
    let mut all = OpenFindings::new();
    let gathered = entries::each(audit, |entry, arn| {
        if let Some(weight) = entry.weight() {
            let (place, arn) = (&audit.places[entry.place], visible(arn));
            let with_arn = |text: &str| text.replace(ARN, &arn);
            let one = OpenFinding {
                control: entry.control.id,
                required: weight == Weight::Required,
                account: place.account.to_owned(),
                region: place.region.to_owned(),
                resource: matches!(entry.subject, Subject::Resource { .. }).then(|| arn.to_string()),
                status: entry.status.as_str(),
                headline: with_arn(&entry.headline),
                fix: entry.told.fix.as_deref().map(with_arn),
            };
            all.insert(entries::name_of(audit, entry, &arn), one);
        }
        Ok::<(), Infallible>(())
    });
    match gathered {
        Ok(()) => all,
        Err(never) => match never {},
    }
}

/// What changed of the open findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// There are now, and were not before.
    pub new: OpenFindings,
    /// There are with another status, which is the one they had before.
    pub changed: BTreeMap<String, (&'static str, OpenFinding)>,
    /// There were before, and are no more: as they were.
    pub resolved: OpenFindings,
}

impl Notice {
    /// What changed between both; `audit` is the later one. Without an earlier audit every open finding is new. What is out of sight now is
    /// not resolved.
    #[must_use]
    pub fn of(before: &OpenFindings, after: &OpenFindings, audit: &Audit<'_>) -> Self {
        let mut notice = Notice::default();
        for (name, one) in after {
            match before.get(name) {
                None => _ = notice.new.insert(name.clone(), one.clone()),
                Some(was) if was.status != one.status => {
                    notice.changed.insert(name.clone(), (was.status, one.clone()));
                }
                Some(_) => {}
            }
        }
        let gone = before.iter().filter(|(name, one)| !after.contains_key(*name) && is_in_sight(audit, one));
        notice.resolved = gone.map(|(name, one)| (name.clone(), one.clone())).collect();
        notice
    }

    /// True iff there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.resolved.is_empty()
    }

    /// How many of what, in words: `3 new findings, 1 changed, 2 resolved`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let new = quantity(self.new.len(), ("new finding", "new findings"));
        format!("{new}, {} changed, {} resolved", self.changed.len(), self.resolved.len())
    }

    /// For a person, in plain text: the answer, then the first findings of each kind.
    #[must_use]
    pub fn text(&self, audit: &Audit<'_>) -> String {
        let mut text = format!("{}\n{}.\n", view::headline(audit), self.sentence());
        let new = self.new.values().map(|one| (None, one));
        let changed = self.changed.values().map(|(was, one)| (Some(*was), one));
        list("New", new, &mut text);
        list("Changed", changed, &mut text);
        list("Resolved", self.resolved.values().map(|one| (None, one)), &mut text);
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
            object.text("headline", &visible(&view::headline(document.audit)));
            object.text("sentence", &self.sentence());
            let mut room = BYTES;
            let mut listed =
                |name: &str, all: Vec<(&String, Option<&str>, &OpenFinding)>, object: &mut Object<'_>| {
                    object.number(&format!("{name}_count"), all.len());
                    let all = all.into_iter().take_while(|(id, _, one)| fits(&mut room, id, one));
                    object.list(name, all, |json, (id, was, one)| {
                        json.object(|object| finding(id, was, one, object))
                    });
                };
            listed("new", self.new.iter().map(|(id, one)| (id, None, one)).collect(), object);
            let changed = self.changed.iter().map(|(id, (was, one))| (id, Some(*was), one));
            listed("changed", changed.collect(), object);
            listed("resolved", self.resolved.iter().map(|(id, one)| (id, None, one)).collect(), object);
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
        let all = self.new.keys().chain(self.changed.keys()).chain(self.resolved.keys());
        let mut names: BTreeSet<&str> = all.map(String::as_str).collect();
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
    let size = id.len() + one.headline.len() + texts + 200;
    let fits = *room >= size;
    *room = room.saturating_sub(size);
    fits
}

fn list<'a>(
    what: &str,
    all: impl ExactSizeIterator<Item = (Option<&'a str>, &'a OpenFinding)>,
    text: &mut String,
) {
    let more = all.len().saturating_sub(LISTED);
    for (was, one) in all.take(LISTED) {
        let was = was.map(|was| format!(", was {was}")).unwrap_or_default();
        text.push_str(&format!("{what}: {} ({}{was})\n", one.headline, one.status));
    }
    if more > 0 {
        text.push_str(&format!("{what}: and {more} more\n"));
    }
}

fn finding(id: &str, was: Option<&str>, one: &OpenFinding, object: &mut Object<'_>) {
    object.text("id", id);
    object.text("control", one.control);
    object.text("weight", if one.required { "required" } else { "advisory" });
    object.text("account", &one.account);
    object.text("region", &one.region);
    object.maybe("resource", one.resource.as_deref());
    object.text("status", one.status);
    if let Some(was) = was {
        object.text("status_before", was);
    }
    object.text("headline", &one.headline);
    object.maybe("fix", one.fix.as_deref());
}
