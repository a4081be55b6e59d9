//! What an audit looked at, as items of an inventory: accounts in Regions, recorders, and every resource with its verdict.

use super::list::List;
use super::uuid::uuid;
use super::{Results, props, prose};
use crate::entries::{Key, key};
use crate::json::kind_word;
use crate::member::Object;
use crate::resource_name::name_in;
use audit::code::Code;
use audit::finding::{Audit, Finding, PlaceAudit, verdict_word};
use audit::of_verdict;
use audit::resource_ref::ResourceRef;
use cloudtrail::recorder::Recorder;
use cloudtrail::resource::ResourceType;
use std::collections::BTreeMap;
use std::io;

fn uuid_of_place(place: &PlaceAudit<'_>) -> String {
    uuid(["place", place.account, place.region])
}

fn uuid_of_recorder(recorder: &Recorder) -> String {
    uuid(["recorder", &recorder.arn])
}

fn uuid_of_resource(audit: &Audit<'_>, resource: ResourceRef) -> String {
    let kind = ResourceType::ALL.get(resource.plane).map_or("", |kind| kind.as_str());
    uuid(["resource", kind, audit.row(resource).arn])
}

/// True iff there is any.
pub(super) fn any(audit: &Audit<'_>) -> bool {
    !audit.places.is_empty() || !audit.inventory.recorders.is_empty()
}

/// All of them.
pub(super) fn write(results: &Results<'_>, list: &mut List<'_>) -> io::Result<()> {
    let audit = results.audit;
    for place in &audit.places {
        list.add(|item| {
            item.text("uuid", &uuid_of_place(place));
            item.text("description", &prose(&format!("Account {}, Region {}", place.account, place.region)));
            props(item, [("kind", "account-region"), ("account", place.account), ("region", place.region)]);
        })?;
    }
    for recorder in &audit.inventory.recorders {
        list.add(|item| {
            item.text("uuid", &uuid_of_recorder(recorder));
            item.text("description", &prose(&format!("{} {}", recorder.kind, recorder.name)));
            let (account, region) = (recorder.account.as_str(), recorder.home_region.as_str());
            let kind = ("kind", kind_word(recorder.kind));
            props(item, [("asset-id", &*recorder.arn), kind, ("account", account), ("region", region)]);
        })?;
    }
    for (at, place) in audit.places.iter().enumerate() {
        for plane in &place.planes {
            let mut known: BTreeMap<Key, Decided> = BTreeMap::new();
            for (home, _) in audit.at_home(at, plane.kind) {
                let decided = known.entry(key(audit, home)).or_insert_with(|| Decided::of(audit, home));
                list.add(|item| resource(audit, place, plane.kind, home, decided, item))?;
            }
        }
    }
    Ok(())
}

/// What resources with one key share.
struct Decided {
    verdict: &'static str,
    code: Code,
    recorded_by: Vec<usize>,
}

impl Decided {
    fn of(audit: &Audit<'_>, home: ResourceRef) -> Self {
        let proof = audit.proof_of(home);
        let (code, recorded_by) = (of_verdict(audit, proof), audit.recorded_by(proof));
        Self { verdict: verdict_word(audit.state(home)), code, recorded_by }
    }
}

fn resource(
    audit: &Audit<'_>,
    place: &PlaceAudit<'_>,
    kind: ResourceType,
    home: ResourceRef,
    decided: &Decided,
    item: &mut Object<'_>,
) {
    let row = audit.row(home);
    let accepted = row.exception.and_then(|at| audit.accepted.get(at)).filter(|one| one.holds);
    item.text("uuid", &uuid_of_resource(audit, home));
    item.text("description", &prose(&format!("{} {}", kind.noun(), name_in(row.arn))));
    let known = [
        ("asset-id", row.arn),
        ("kind", kind.as_str()),
        ("account", place.account),
        ("region", place.region),
        ("verdict", decided.verdict),
        ("code", decided.code.as_str()),
    ];
    let exception = accepted.map(|one| ("exception", one.exception.id.as_str()));
    let recorders = &audit.inventory.recorders;
    let recorded_by = decided.recorded_by.iter().map(|at| ("recorded-by", &*recorders[*at].arn));
    props(item, known.into_iter().chain(exception).chain(recorded_by));
}

/// What a finding is about; nothing where it is about nothing in particular.
pub(super) fn subjects(audit: &Audit<'_>, finding: &Finding, object: &mut Object<'_>) {
    let places = finding.places.iter().filter_map(|at| audit.places.get(*at)).map(uuid_of_place);
    let recorders = finding.recorders.iter().map(|at| uuid_of_recorder(&audit.inventory.recorders[*at]));
    let resources = finding.resources.iter().map(|one| uuid_of_resource(audit, *one));
    let mut all = places.chain(recorders).chain(resources).peekable();
    if all.peek().is_none() {
        return;
    }
    object.list("subjects", all, |json, uuid| {
        json.object(|subject| {
            subject.text("subject-uuid", &uuid);
            subject.text("type", "inventory-item");
        });
    });
}
