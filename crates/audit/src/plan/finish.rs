//! What is said of the steps of a plan: owner, gain, risk, backout; and the controls and the cost before and after.

use super::gained::{self, States};
use super::{
    FoundTrail, Outlook, Owner, Plan, PlanOptions, Purpose, Reasoned, Refusal, Scope, Step, after, owner,
};
use crate::change::{Change, Setting, Turn};
use crate::code::{Code, Coded};
use crate::count::count;
use crate::edit::narrows_within;
use crate::finding::{Audit, ControlResult, Finding, Status};
use crate::inventory::Inventory;
use crate::{Counted, audit, cost};
use cloudtrail::recorder::RecorderKind;
use cloudtrail::selector::Selectors;
use recording::{Effort, Inclusion};
use std::collections::BTreeSet;

/// The plan of these steps, with all that is said of it.
pub(super) fn finish(
    inventory: &Inventory,
    options: &PlanOptions<'_>,
    purpose: Purpose,
    steps: Vec<Reasoned>,
    refusals: Vec<Refusal>,
) -> Plan {
    finish_seen(inventory, options, purpose, steps, refusals, |_, _| ()).0
}

/// As [`finish`]; `look` is shown the audits before and after the plan.
pub(super) fn finish_seen<T>(
    inventory: &Inventory,
    options: &PlanOptions<'_>,
    purpose: Purpose,
    steps: Vec<Reasoned>,
    refusals: Vec<Refusal>,
    look: impl FnOnce(&Audit<'_>, &Audit<'_>) -> T,
) -> (Plan, T) {
    let steps: Vec<Reasoned> =
        steps.into_iter().map(|(change, because)| (as_found(inventory, change), because)).collect();
    let changes: Vec<Change> = steps.iter().map(|(change, _)| change.clone()).collect();
    let before = audit(inventory, &options.audit);
    // Where nothing changes there is nothing to judge anew.
    let then = (!changes.is_empty()).then(|| after(inventory, &changes));
    let afterwards = then.as_ref().map(|then| audit(then, &options.audit));
    let afterwards = afterwards.as_ref().unwrap_or(&before);
    let looked = look(&before, afterwards);
    let states = (States::of(&before), States::of(afterwards));
    let gained = gained::gains(&states.0, &states.1);
    let by_step = gained::by_step(inventory, &options.audit, &changes, &states.0, &states.1);
    let steps = steps
        .iter()
        .zip(by_step)
        .map(|((change, because), gained)| Step {
            owner: owner_of(inventory, change),
            because: because.clone(),
            gained,
            risks: risks(change),
            backout: backout(change),
            change: change.clone(),
        })
        .collect();
    // A plan that only takes away adds none, whatever is left of them.
    let adds = matches!(purpose, Purpose::Record | Purpose::Restore(_));
    let outlook = before.controls.iter().zip(&afterwards.controls).map(|(before, after)| Outlook {
        control: before.id.to_owned(),
        before: before.status,
        after: after.status,
        excepted: after.status == Status::Pass
            && after.findings.iter().any(|one| afterwards.is_accepted(one)),
        reason: if adds { with_added_copies(before, after) } else { after.reason.clone() },
    });
    let plan = Plan {
        purpose,
        scope: scope(inventory, options.audit.recorders),
        steps,
        refusals,
        gained,
        losses: Vec::new(),
        found: found(inventory, &changes),
        outlook: outlook.collect(),
        cost: options.prices.and_then(|prices| cost::turn(&before, afterwards, prices)),
    };
    (plan, looked)
}

/// The reason of a control afterwards; where the plan adds paid copies, that comes first.
fn with_added_copies(before: &ControlResult, after: &ControlResult) -> Coded {
    let new = |one: &&Finding| {
        let same = |other: &Finding| (&other.reason, &other.places) == (&one.reason, &one.places);
        one.status == Status::Fail && !before.findings.iter().any(same)
    };
    let added: BTreeSet<usize> =
        after.findings.iter().filter(new).flat_map(|one| one.places.clone()).collect();
    if after.id != "paid-copies" || added.is_empty() {
        return after.reason.clone();
    }
    let places = count(added.len(), "account-Region");
    after
        .reason
        .code
        .says(format!("of what exists today, the plan adds paid copies in {places}: {}", after.reason))
}

/// How the trails are that these changes start, or let record more Regions, as far as no change sets it.
fn found(inventory: &Inventory, changes: &[Change]) -> Vec<FoundTrail> {
    let sets = |arn: &str, wanted: fn(&Setting) -> bool| {
        changes.iter().any(|change| change.target.arn == arn && wanted(&change.setting))
    };
    let widens = |setting: &Setting| {
        matches!(
            setting,
            Setting::Logging(Turn { after: true, .. }) | Setting::MultiRegion(Turn { after: true, .. })
        )
    };
    let found = inventory.recorders.iter().filter(|one| sets(&one.arn, widens)).map(|one| {
        let document = || cloudtrail::selector_json::request(one.selectors.known()?).ok();
        let sets_selectors = sets(&one.arn, |setting| matches!(setting, Setting::Selectors(_)));
        let sets_regions = sets(&one.arn, |setting| matches!(setting, Setting::MultiRegion(_)));
        FoundTrail {
            arn: one.arn.clone(),
            selectors: if sets_selectors { None } else { document() },
            multi_region: (!sets_regions).then_some(one.multi_region),
            logging: None,
        }
    });
    found.filter(|one| one.selectors.is_some() || one.multi_region.is_some()).collect()
}

/// The change with what it finds to the byte, so that taking it back sets what was there: empty names and all.
fn as_found(inventory: &Inventory, mut change: Change) -> Change {
    if let Setting::Selectors(turn) = &mut change.setting
        && let Some(at) = inventory.recorder(&change.target.arn)
        && let Some(selectors) = inventory.recorders[at].selectors.known()
        && cloudtrail::selector_json::request(selectors).is_ok_and(|request| request == turn.before)
        && let Ok(found) = cloudtrail::selector_json::as_found(selectors)
    {
        turn.before = found;
    }
    change
}

pub(super) fn scope(inventory: &Inventory, recorders: Counted) -> Scope {
    let organization = inventory
        .accounts
        .iter()
        .filter_map(|account| account.organization.known()?.as_ref())
        .map(|organization| organization.id.clone())
        .next();
    let accounts = inventory.accounts.iter().filter(|account| account.audited);
    Scope {
        partition: inventory.partition.clone(),
        organization,
        accounts: accounts.map(|account| account.id.clone()).collect(),
        collected_at: inventory.collected_at.clone(),
        recorders,
    }
}

fn owner_of(inventory: &Inventory, change: &Change) -> Owner {
    match inventory.recorder(&change.target.arn) {
        Some(at) => owner(inventory, &inventory.recorders[at]),
        None => Owner::Nobody,
    }
}

/// Steps that looking for what a change of selectors adds and takes away costs at most; beyond them both are said.
const STEPS: u64 = 1 << 18;

/// What new selectors can break: whether they record more, fewer or other events.
fn risks_of_selectors(kind: RecorderKind, turn: &Turn<String>) -> Vec<Coded> {
    let read = |text: &str| cloudtrail::selector_json::from_str(text).unwrap_or_default();
    let (before, after) = (read(&turn.before), read(&turn.after));
    let holds = |less: &Selectors, more: &Selectors| {
        narrows_within(less, more, &mut Effort::new(STEPS)) == Inclusion::Included
    };
    let (adds, drops) = (!holds(&after, &before), !holds(&before, &after));
    let is_trail = kind == RecorderKind::Trail;
    let mut told: Vec<(Code, &str)> = Vec::new();
    match is_trail {
        true if adds => told.extend([
            (Code::MoreRecords, "more records, because whatever reads this trail's bucket, log group or topic receives and pays for them"),
            (Code::DeliveryLoop, "a loop: if log delivery triggers a function (bucket notification, log subscription), each run creates another record. Check before applying"),
        ]),
        false if adds => told.push((Code::MoreIngested, "more records are ingested and kept, and paid for by volume")),
        _ => {}
    }
    match is_trail {
        true if drops => told.push((
            Code::FewerRecords,
            "fewer records, so whatever reads this trail's bucket, log group or topic no longer receives those that go",
        )),
        false if drops => told.push((Code::FewerIngested, "fewer records are ingested: queries no longer find those that go")),
        _ => {}
    }
    if is_trail {
        told.push((
            Code::ChangeIsEvent,
            "the change is an event itself (PutEventSelectors) that monitoring may report",
        ));
    }
    told.into_iter().map(|(code, words)| code.says(words)).collect()
}

fn risks(change: &Change) -> Vec<Coded> {
    let told: &[(Code, &str)] = match &change.setting {
        Setting::Selectors(turn) => return risks_of_selectors(change.target.kind, turn),
        Setting::MultiRegion(Turn { after: true, .. }) => &[(
            Code::OtherRegionsManagement,
            "its management events of other Regions are recorded too, and are a paid copy where another trail records them",
        )],
        Setting::Logging(Turn { after: true, .. }) => {
            &[(Code::LoggingStarts, "whatever its selectors say is recorded and paid for from now on")]
        }
        Setting::LogFileValidation(Turn { after: true, .. }) => &[],
        Setting::Bucket(Turn { after: Some(_), .. }) => &[(
            Code::BucketDefaults,
            "the bucket has AWS's default encryption and no lifecycle rule: log files are kept until somebody says otherwise",
        )],
        Setting::Trail(Turn { after: Some(trail), .. }) if trail.organization => &[
            (
                Code::NeedsTrustedAccess,
                "AWS refuses it unless CloudTrail has trusted access in AWS Organizations (aws organizations enable-aws-service-access --service-principal cloudtrail.amazonaws.com) and its service-linked role",
            ),
            (
                Code::RecordsEveryAccount,
                "it records every account of the organization, also those that were not audited and those that join later, and each pays for its data events",
            ),
            (
                Code::ShowsInMembers,
                "it shows in every member account, where it cannot be changed; an account takes five trails in a Region, this one included",
            ),
        ],
        Setting::Trail(Turn { after: Some(_), .. }) => {
            &[(Code::TrailLimit, "an account takes five trails in a Region")]
        }
        Setting::MultiRegion(_) | Setting::Logging(_) | Setting::LogFileValidation(_) => {
            &[(Code::LessRecorded, "less is recorded")]
        }
        Setting::Bucket(_) | Setting::Trail(_) => {
            &[(Code::RecordedNoLonger, "what it records is no longer recorded")]
        }
    };
    told.iter().map(|(code, words)| code.says(*words)).collect()
}

fn backout(change: &Change) -> Coded {
    match &change.setting {
        Setting::Bucket(Turn { after: Some(_), .. }) => Code::UndoDeletesBucket
            .says("invoketrail undo deletes the bucket as long as it is empty, and keeps it otherwise"),
        Setting::Trail(Turn { after: Some(_), .. }) => {
            Code::UndoDeletesTrail.says("invoketrail undo deletes the trail; its log files stay")
        }
        _ => Code::UndoSetsBack.says("invoketrail undo JOURNAL sets it back to what it was"),
    }
}
