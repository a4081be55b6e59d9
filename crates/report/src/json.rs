//! An audit as one JSON document, `invoketrail.audit/1`: every entry of the long lists on a line of its own.

use super::audit_document::{AuditDocument, WriteInputs};
use super::headline::{self, subject_arn};
use super::member::{Json, Object, escape_into};
use super::page::Layout;
use super::{AUDIT_FORMAT, Stamp, drift, frameworks, proof, recorder_sentences};
use audit::Counted;
use audit::code::Code;
use audit::exception::Accepted;
use audit::finding::{Audit, ControlResult, Finding, Summary, Weight, verdict_word};
use audit::resource_ref::ResourceRef;
use cloudtrail::recorder::{Recorder, RecorderKind, StoreStatus};
use cloudtrail::resource::ResourceType;
use recording::State;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

/// How many resources of a finding are listed; `resource_count` says how many there are.
const LISTED: usize = 100;

/// How many bytes of resources are gathered before they are written.
const CHUNK: usize = 1 << 17;

/// See [`super::AuditFormat`].
pub(crate) fn document(document: &AuditDocument<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    write_json(document.audit, &document.stamp, document.inputs, out)
}

/// Writes the audit as one JSON document, with what it was decided from where that is at hand.
///
/// # Errors
/// What the writer says.
pub fn write_json(
    audit: &Audit<'_>,
    stamp: &Stamp<'_>,
    inputs: Option<WriteInputs<'_>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", AUDIT_FORMAT);
        head(audit, stamp, object);
    });
    // The lists follow as members of the same object, written as they are made.
    let head = json.as_str();
    out.write_all(head.strip_suffix('}').unwrap_or(head).as_bytes())?;
    out.write_all(b",\n\"resources\":[")?;
    resources(audit, &Lines { record: false, before: "\n", between: ",\n", after: "" }, out)?;
    out.write_all(b"]")?;
    let recorders = standings(audit);
    list(out, "recorders", recorders.iter().enumerate(), |json, (at, standing)| {
        json.object(|object| recorder(&audit.inventory.recorders[at], standing, object));
    })?;
    list(out, "gaps", &audit.gaps, |json, gap| proof::gap(gap, json))?;
    list(out, "places", 0..audit.places.len(), |json, at| json.object(|object| place(audit, at, object)))?;
    if let Some(inputs) = inputs {
        out.write_all(b",\n\"inputs\":")?;
        (inputs.0)(out)?;
    }
    out.write_all(b"}\n")
}

fn list<T>(
    out: &mut dyn Write,
    name: &str,
    entries: impl IntoIterator<Item = T>,
    mut entry: impl FnMut(&mut Json, T),
) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    let mut json = Json::default();
    let mut separator = "\n";
    for one in entries {
        json.clear();
        entry(&mut json, one);
        out.write_all(separator.as_bytes())?;
        out.write_all(json.as_str().as_bytes())?;
        separator = ",\n";
    }
    out.write_all(b"]")
}

/// What stands before the lists: tool, time, scope, controls, summary.
pub(super) fn head(audit: &Audit<'_>, stamp: &Stamp<'_>, object: &mut Object<'_>) {
    object.object("tool", |tool| {
        tool.text("name", "invoketrail");
        tool.text("version", stamp.version);
    });
    object.text("generated_at", stamp.generated_at);
    object.text("answer", audit.answer().conclusion().as_str());
    object.object("scope", |scope| self::scope(audit, stamp.counted, scope));
    object.list("controls", &audit.controls, |json, one| json.object(|object| control(audit, one, object)));
    frameworks::members(audit, object);
    object.object("summary", |object| summary(&audit.summary, object));
    let inactive = recorder_sentences::inactive(audit);
    if !inactive.is_empty() {
        object.list("inactive_accounts", &inactive, |json, one| {
            json.object(|object| {
                object.text("account", &one.account.id);
                object.maybe("name", one.account.name.as_deref());
                object.text("state", one.state);
                object.flag("audited", one.account.audited);
                object.text("meaning", one.meaning);
            });
        });
    }
    if !audit.accepted.is_empty() {
        object.list("exceptions", &audit.accepted, |json, one| json.object(|object| exception(one, object)));
    }
    if let Some(drift) = stamp.drift {
        object.object("drift", |object| drift::members(drift, object));
    }
}

fn exception(accepted: &Accepted<'_>, object: &mut Object<'_>) {
    let exception = accepted.exception;
    object.text("id", &exception.id);
    object.text("owner", &exception.owner);
    object.text("reason", &exception.reason);
    object.text("until", &exception.until);
    object.flag("holds", accepted.holds);
    object.number("not_recorded", accepted.functions.len());
    object.number("recorded", accepted.recorded);
    if let Some(ticket) = &exception.ticket {
        object.text("ticket", ticket);
    }
    if let Some(matched) = &exception.matched {
        object.object("match", |object| super::exceptions::matching(matched, object));
        object.maybe_flag("matches_nothing", accepted.matched.map(|matched| !matched));
    }
    if let Some(most) = exception.too_long {
        object.number("allowed_days", usize::from(most));
    }
}

fn scope(audit: &Audit<'_>, counted: Counted, object: &mut Object<'_>) {
    let inventory = audit.inventory;
    object.text("partition", &inventory.partition);
    object.maybe("caller", inventory.caller.as_deref());
    let audited = inventory.accounts.iter().filter(|account| account.audited);
    object.texts("accounts", audited.map(|account| account.id.as_str()));
    object.texts("regions", headline::regions(audit));
    object.text(
        "recorders",
        match counted {
            Counted::All => "all",
            Counted::Trails => "trails",
        },
    );
    object.text("collected_at", &inventory.collected_at);
    object.member("regions_asked", |json| match &inventory.regions_asked {
        Some(regions) => json.list(regions, |json, region| json.text(region)),
        None => json.null(),
    });
}

fn summary(summary: &Summary, object: &mut Object<'_>) {
    object.number("resources", summary.resources);
    object.number("recorded", summary.recorded);
    object.number("partially_recorded", summary.partially_recorded);
    object.number("not_recorded", summary.not_recorded);
    object.number("undetermined", summary.undetermined);
}

fn control(audit: &Audit<'_>, control: &ControlResult, object: &mut Object<'_>) {
    object.text("id", control.id);
    object.text("title", control.title);
    object.text(
        "weight",
        match control.weight {
            Weight::Required => "required",
            Weight::Advisory => "advisory",
        },
    );
    object.text("status", control.status.as_str());
    object.text("reason", &control.reason);
    object.text("code", control.reason.code.as_str());
    object.list("findings", &control.findings, |json, one| json.object(|object| finding(audit, one, object)));
}

fn finding(audit: &Audit<'_>, finding: &Finding, object: &mut Object<'_>) {
    object.text("status", finding.status.as_str());
    object.text("reason", &finding.reason);
    object.text("code", finding.reason.code.as_str());
    object.number("resource_count", finding.resources.len());
    let listed = finding.resources.iter().take(LISTED);
    object.list("resources", listed, |json, one| json.text(audit.row(*one).arn));
    object.list("places", &finding.places, |json, at| {
        json.object(|object| {
            object.text("account", audit.places[*at].account);
            object.text("region", audit.places[*at].region);
        });
    });
    let recorders = finding.recorders.iter().map(|at| audit.inventory.recorders[*at].arn.as_str());
    object.texts("recorders", recorders);
    match finding.proof {
        None => object.null("proof"),
        Some(proof) => object.object("proof", |object| {
            let verdict = &audit.verdicts[proof.verdict];
            object.text("account", audit.places[proof.place].account);
            object.text("region", audit.places[proof.place].region);
            object.text("verdict", verdict_word(verdict.state));
            let arn = subject_arn(audit, finding, proof);
            proof::members(audit, proof, Some(arn.as_deref().unwrap_or_default()), object);
        }),
    }
    object.list("gaps", &finding.gaps, |json, at| proof::gap(&audit.gaps[*at], json));
    object.maybe("help", finding.help.as_deref());
    object.maybe("help_code", finding.help.as_ref().map(|help| help.code.as_str()));
    if let Some(accepted) = audit.exception_of(finding).filter(|one| one.exception.matched.is_some()) {
        object.text("exception", &accepted.exception.id);
        object.flag("accepted", audit.is_accepted(finding));
    }
}

/// How the lines of resources are told apart.
pub(super) struct Lines {
    /// Whether each begins with `"record":"resource"`.
    pub(super) record: bool,
    /// What stands before the first.
    pub(super) before: &'static str,
    /// What stands between two.
    pub(super) between: &'static str,
    /// What stands after the last.
    pub(super) after: &'static str,
}

/// Writes every resource. Those of one place and verdict differ in their ARN alone, so what they share is made once and
/// then copied: a million resources cost about as much as copying them.
pub(super) fn resources(audit: &Audit<'_>, lines: &Lines, out: &mut dyn Write) -> io::Result<()> {
    let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK + (1 << 16));
    let mut templates: HashMap<(usize, Option<usize>), Json> = HashMap::new();
    let mut escaped = String::new();
    let mut separator = lines.before;
    for (at, place) in audit.places.iter().enumerate() {
        for plane in &place.planes {
            templates.clear();
            for (home, row) in audit.at_home(at, plane.kind) {
                escaped.clear();
                escape_into(&mut escaped, row.arn);
                buffer.extend_from_slice(separator.as_bytes());
                separator = lines.between;
                let make = || resource(audit, home, lines.record);
                if plane.kind == ResourceType::WebFunction && !audit.regions(home).is_empty() {
                    make().fill(&escaped, &mut buffer);
                } else {
                    let template = templates.entry((row.verdict, row.exception));
                    template.or_insert_with(make).fill(&escaped, &mut buffer);
                }
                if buffer.len() >= CHUNK {
                    out.write_all(&buffer)?;
                    buffer.clear();
                }
            }
        }
    }
    if separator == lines.between {
        buffer.extend_from_slice(lines.after.as_bytes());
    }
    out.write_all(&buffer)
}

/// The template of a resource, by the row where it is at home, and of all with its verdict and exception that no other Region serves.
fn resource(audit: &Audit<'_>, home: ResourceRef, record: bool) -> Json {
    let place = &audit.places[home.place];
    let mut json = Json::default();
    json.object(|object| {
        if record {
            object.text("record", "resource");
        }
        object.text_or_hole("arn", None);
        object.text("type", place.planes[home.plane].kind.as_str());
        object.text("account", place.account);
        object.text("region", place.region);
        object.text("verdict", verdict_word(audit.state(home)));
        served_in(audit, home, object);
        if let Some(at) = audit.row(home).exception {
            object.text("exception", &audit.accepted[at].exception.id);
        }
        proof::members(audit, audit.proof_of(home), None, object);
    });
    json
}

/// `served_in`, where other Regions serve the resource or may serve it: the answer for each.
fn served_in(audit: &Audit<'_>, home: ResourceRef, object: &mut Object<'_>) {
    let all = audit.regions(home);
    if all.is_empty() {
        return;
    }
    object.list("served_in", all, |json, (region, proof)| {
        let state = proof.map_or(State::Undetermined, |proof| audit.verdicts[proof.verdict].state);
        let by = proof.map(|proof| audit.recorded_by(proof)).unwrap_or_default();
        json.object(|object| {
            object.text("region", region);
            object.text("verdict", verdict_word(state));
            object.texts("recorded_by", by.iter().map(|by| audit.inventory.recorders[*by].arn.as_str()));
        });
    });
}

/// What one recorder does, counted in places.
#[derive(Default)]
pub(super) struct Standing {
    pub(super) active: usize,
    pub(super) uncertain: usize,
    pub(super) silent: BTreeMap<(String, Code), usize>,
}

/// For each recorder of the inventory.
pub(super) fn standings(audit: &Audit<'_>) -> Vec<Standing> {
    let mut all: Vec<Standing> = audit.inventory.recorders.iter().map(|_| Standing::default()).collect();
    for place in &audit.places {
        for candidate in &place.candidates {
            let Some(standing) = candidate.recorder.and_then(|at| all.get_mut(at)) else { continue };
            *(if candidate.certain { &mut standing.active } else { &mut standing.uncertain }) += 1;
        }
        for silent in &place.silent {
            if let Some(standing) = all.get_mut(silent.recorder) {
                *standing.silent.entry((silent.reason.to_string(), silent.reason.code())).or_default() += 1;
            }
        }
    }
    all
}

/// The members of a recorder.
pub(super) fn recorder(recorder: &Recorder, standing: &Standing, object: &mut Object<'_>) {
    object.text("arn", &recorder.arn);
    object.text("name", &recorder.name);
    object.text("kind", kind_word(recorder.kind));
    object.text("account", &recorder.account);
    object.text("home_region", &recorder.home_region);
    object.flag("multi_region", recorder.multi_region);
    object.flag("organization", recorder.organization);
    object.maybe("status", recorder.status.known().map(StoreStatus::as_str));
    object.maybe_flag("log_file_validation", recorder.log_file_validation);
    object.maybe("destination", recorder.destination.as_deref());
    object.member("selectors", |json| match recorder.selectors.known() {
        Some(selectors) => json.number(selectors.list.len()),
        None => json.null(),
    });
    object.object("standing", |object| {
        object.number("active_at", standing.active);
        object.number("uncertain_at", standing.uncertain);
        object.list("silent_at", &standing.silent, |json, ((reason, code), places)| {
            json.object(|object| {
                object.text("reason", reason);
                object.text("code", code.as_str());
                object.number("places", *places);
            });
        });
    });
}

/// The word for a kind of recorder in our formats.
pub(super) const fn kind_word(kind: RecorderKind) -> &'static str {
    match kind {
        RecorderKind::Trail => "trail",
        RecorderKind::EventDataStore => "event_data_store",
        RecorderKind::Channel => "channel",
    }
}

/// The members of a place: its resources counted, and the verdict for any that may ever exist there.
pub(super) fn place(audit: &Audit<'_>, at: usize, object: &mut Object<'_>) {
    let place = &audit.places[at];
    object.text("account", place.account);
    object.text("region", place.region);
    object.object("summary", |object| summary(&audit.summary_of(at), object));
    object.object("future", |object| {
        for plane in &place.planes {
            object.text(plane.kind.as_str(), verdict_word(audit.verdicts[plane.any].state));
        }
    });
    object.list("listing_gaps", headline::listing_gaps(place), |json, at| proof::gap(&audit.gaps[at], json));
}
