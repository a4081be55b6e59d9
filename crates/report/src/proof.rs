//! A verdict as JSON: what records, what escapes, a witness, and why each selector turned it away.

use super::member::{Json, Object};
use audit::finding::{Audit, PlaceAudit, Proof};
use audit::inventory::Gap;
use cloudtrail::event::Event;
use recording::{Escape, Open, SelectorRef, Verdict, Why};

/// The ARN in a template: known, or a hole.
type Arn<'a> = Option<&'a str>;

/// The members that prove a verdict at a place: the same for all resources of that place and verdict, but for the ARN.
pub(super) fn members(audit: &Audit<'_>, proof: Proof, arn: Arn<'_>, object: &mut Object<'_>) {
    let place = &audit.places[proof.place];
    let verdict = &audit.verdicts[proof.verdict];
    let inventory = audit.inventory;
    let recorded_by = audit.recorded_by(proof);
    object.texts("recorded_by", recorded_by.iter().map(|one| inventory.recorders[*one].arn.as_str()));
    object.list("cover", &verdict.cover, |json, by| {
        json.object(|object| selector(audit, place, *by, object));
    });
    let remainder = audit.remainder(proof.verdict);
    escape_members(audit, place, verdict.escape.as_ref(), remainder, arn, object);
    object.list("gaps", audit.deciding_gaps(proof), |json, at| gap(&audit.gaps[at], json));
    object.list("silent", &place.silent, |json, silent| {
        json.object(|object| {
            object.text("recorder", &inventory.recorders[silent.recorder].arn);
            object.text("reason", &silent.reason.to_string());
            object.text("code", silent.reason.code().as_str());
        });
    });
    object.list("copies", &verdict.copies, |json, copy| {
        json.text(recorder_arn(audit, place, *copy).unwrap_or_default());
    });
    open(verdict, object);
    object.list("warnings", &verdict.possible, |json, possible| {
        json.object(|object| {
            object.text("warning", "possible_event_escapes");
            escape_members(audit, place, Some(possible), Some(&possible.remainder), arn, object);
        });
    });
}

/// `open`, where the verdict is undetermined for a reason that no selector and no gap shows.
pub(super) fn open(verdict: &Verdict, object: &mut Object<'_>) {
    let Some((open, reason)) = verdict.open.zip(verdict.open_reason()) else { return };
    object.object("open", |object| {
        let code = match open {
            Open::Names => "contradicted_names",
            Open::Work => "work_limit",
        };
        object.text("code", code);
        object.text("reason", &reason);
    });
}

/// `remainder`, `witness` and `turned_away`: null, null and empty where nothing escapes.
fn escape_members(
    audit: &Audit<'_>,
    place: &PlaceAudit<'_>,
    escape: Option<&Escape>,
    remainder: Option<&str>,
    arn: Arn<'_>,
    object: &mut Object<'_>,
) {
    object.maybe("remainder", remainder);
    match escape {
        None => object.null("witness"),
        Some(escape) => {
            object.object("witness", |object| {
                witness(&escape.witness, place.account, place.region, arn, object);
            });
        }
    }
    let turned_away = escape.map_or(&[][..], |escape| &escape.turned_away);
    object.list("turned_away", turned_away, |json, by| {
        json.object(|object| {
            selector(audit, place, by.by, object);
            why(&by.why, object);
        });
    });
}

/// The ARN of a candidate's recorder; `None` iff it could not be listed.
fn recorder_arn<'a>(audit: &Audit<'a>, place: &PlaceAudit<'a>, candidate: usize) -> Option<&'a str> {
    let recorder = place.candidates.get(candidate)?.recorder?;
    Some(&audit.inventory.recorders[recorder].arn)
}

fn selector(audit: &Audit<'_>, place: &PlaceAudit<'_>, by: SelectorRef, object: &mut Object<'_>) {
    object.maybe("recorder", recorder_arn(audit, place, by.candidate));
    object.number("selector", by.selector);
}

/// Why a selector does not certainly record the witness: a field and its operator, or a doubt.
pub(super) fn why(why: &Why, object: &mut Object<'_>) {
    object.text("code", audit::of_why(why).as_str());
    match why {
        Why::Field(field) => {
            object.text("field", field.field);
            object.text("operator", field.operator.as_str());
        }
        Why::Doubt(doubt) => object.text("doubt", &doubt.to_string()),
        Why::Uncertain => object.text("doubt", "it is not known whether the recorder records here"),
        Why::Unread => object.text("doubt", "the selectors were not read"),
    }
}

/// An event with the names that CloudTrail gives its fields. Nothing is invented: a field
/// that does not matter to selectors is not there.
pub(super) fn witness(event: &Event, account: &str, region: &str, arn: Arn<'_>, object: &mut Object<'_>) {
    object.text("eventCategory", &event.category);
    object.text("eventSource", &event.source);
    object.text("eventName", &event.name);
    object.text("eventType", &event.event_type);
    object.flag("readOnly", event.read_only);
    object.text("awsRegion", region);
    object.text("recipientAccountId", account);
    object.list("resources", &event.resource, |json, resource| {
        json.object(|object| {
            object.text("type", &resource.kind);
            object.text_or_hole("ARN", arn);
        });
    });
    object.object("userIdentity", |object| {
        if let Some(principal) = &event.user_identity_arn {
            object.text("arn", principal);
        }
    });
    if event.session_credential_from_console {
        object.text("sessionCredentialFromConsole", "true");
    }
}

/// A gap as an object.
pub(super) fn gap(gap: &Gap, json: &mut Json) {
    json.object(|object| gap_members(gap, object));
}

/// The members of a gap.
pub(super) fn gap_members(gap: &Gap, object: &mut Object<'_>) {
    object.maybe("account", gap.account.as_deref());
    object.maybe("region", gap.region.as_deref());
    object.text("call", &gap.call);
    object.maybe("subject", gap.subject.as_deref());
    object.text("kind", gap.kind.as_str());
    object.text("error", &gap.error);
    object.text("code", gap.kind.code().as_str());
}
