//! A new trail with its bucket, where nothing exists that could be changed.

use super::Buckets;
use super::skeleton::{ByPlace, Lacks};
use crate::change::{Bucket, Change, NewTrail, Setting, Target, Turn};
use crate::code::{Code, Coded};
use crate::edit::{Exclusions, add_management, extend, without};
use crate::inventory::{Inventory, OptIn};
use cloudtrail::arn::is_default_region;
use cloudtrail::recorder::RecorderKind;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{BasicSelector, Selector, Selectors};
use cloudtrail::selector_json::{document, from_str, request};
use std::collections::BTreeSet;

/// Whose trail is created.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    /// The account that owns it: of an organization's trail, the management account.
    pub(super) account: &'a str,
    /// The account that creates it, and in which its bucket is: the owner, or of an organization's trail the delegated
    /// administrator for CloudTrail.
    pub(super) maker: &'a str,
    /// The organization whose accounts it records, where it is not one account's own.
    pub(super) organization: Option<&'a str>,
}

/// The changes that create a trail for what is lacking, and why; `None` iff its home is unknown. `own` holds the places
/// that it is for.
pub(super) fn new_trail(
    own: &Inventory,
    owner: Owner<'_>,
    lacks: &ByPlace<Lacks>,
    buckets: Option<&Buckets>,
) -> Option<(Vec<Change>, Coded)> {
    let account = owner.account;
    let home = home(own, owner.maker)?;
    let partition = &own.partition;
    let name = free_name(own, account, &home);
    let arn = format!("arn:{partition}:cloudtrail:{home}:{account}:trail/{name}");
    let bucket = free_bucket(own, &format!("{name}-logs-{}-{home}", owner.maker), buckets);
    let target = Target {
        arn: arn.clone(),
        name,
        kind: RecorderKind::Trail,
        account: owner.maker.to_owned(),
        home_region: home,
    };
    let change = |setting| Change { target: target.clone(), setting };
    let kinds: BTreeSet<usize> = lacks.values().flat_map(|one| one.failing.kinds.iter().copied()).collect();
    let kinds: Vec<ResourceType> =
        ResourceType::ALL.into_iter().filter(|kind| kinds.contains(&(*kind as usize))).collect();
    // An organization's trail records management events only where nobody does: any other copy of them is paid.
    let management = match owner.organization {
        None => lacks.values().any(|one| one.failing.management),
        Some(_) => own.places.iter().all(|place| {
            let key = (place.account.clone(), place.region.clone());
            lacks.get(&key).is_some_and(|one| one.failing.management)
        }),
    };
    let default = of_a_new_trail();
    let mut wanted = extend(&default, &kinds, partition, RecorderKind::Trail).ok()?;
    if !management && !kinds.is_empty() {
        // The first copy of management events is free and there already; a second one is not.
        let data =
            extend(&from_str(DATA_ONLY).ok()?, &ResourceType::ALL, partition, RecorderKind::Trail).ok()?;
        wanted = data;
        for kind in ResourceType::ALL.into_iter().filter(|kind| !kinds.contains(kind)) {
            wanted = without(&wanted, kind, RecorderKind::Trail).ok()?;
        }
    } else {
        wanted = add_management(&wanted, RecorderKind::Trail, Exclusions::Drop).ok()?;
    }
    let policy = policy(partition, &bucket, owner, &arn);
    let trail = NewTrail {
        bucket: bucket.clone(),
        organization: owner.organization.is_some(),
        multi_region: true,
        log_file_validation: true,
        of_others: Vec::new(),
    };
    let (before, after) = (request(&default).ok()?, request(&wanted).ok()?);
    let is_ready = buckets.is_some_and(|known| known.ready.contains(&bucket));
    let used = match is_ready {
        true => format!("; the bucket {bucket} is there already, with the wanted policy, and is used"),
        false => String::new(),
    };
    let bucket = Setting::Bucket(Turn { before: None, after: Some(Bucket { name: bucket, policy }) });
    let mut changes: Vec<Change> = (!is_ready).then(|| change(bucket)).into_iter().collect();
    changes.push(change(Setting::Trail(Turn { before: None, after: Some(trail) })));
    if before != after {
        changes.push(change(Setting::Selectors(Turn { before, after })));
    }
    changes.push(change(Setting::Logging(Turn { before: false, after: true })));
    let because = why(owner.organization.is_some(), management);
    Some((changes, because.code.says(format!("{because}{used}"))))
}

/// Trails that AWS takes in a Region of an account, those included that belong to another Region or to the organization (CloudTrail User Guide, "Quotas";
/// it cannot be raised).
const TRAILS: usize = 5;

/// Why the account cannot have another trail of all Regions; `None` iff it can, as far as its trails were listed.
pub(super) fn full(own: &Inventory, account: &str) -> Option<String> {
    full_of(own, |id| id == account, None)
}

/// As [`full`], in any of the accounts that see the trail; of one that is there, for the Regions that it comes to.
pub(super) fn full_of(own: &Inventory, sees: impl Fn(&str) -> bool, trail: Option<&str>) -> Option<String> {
    let here = own.places.iter().filter(|place| sees(&place.account));
    let mut full = here.filter(|place| {
        let trails = place.trails.known();
        trails.is_some_and(|all| {
            all.len() >= TRAILS && !all.iter().any(|one| Some(one.trail.as_str()) == trail)
        })
    });
    let full = full.next()?;
    Some(format!(
        "an account takes five trails in a Region, and {} has them in {}",
        full.account, full.region
    ))
}

/// Why a trail is created.
fn why(organization: bool, management: bool) -> Coded {
    let code = if organization { Code::NewOrganizationTrail } else { Code::NewTrail };
    code.says(match (organization, management) {
        (true, true) => {
            "no recorder that is there can be changed for these accounts; one trail of the organization records all of them"
        }
        (true, false) => {
            "no recorder that is there can be changed for these accounts; one trail of the organization records the data events of all of them, and no management event is paid twice"
        }
        (false, true) => "no recorder of this account can be changed such that it records everything",
        (false, false) => {
            "no recorder of this account can be changed; it records data events alone, so no management event is paid twice"
        }
    })
}

/// The selectors that AWS gives a new trail.
pub(super) fn of_a_new_trail() -> Selectors {
    let list = vec![Selector::Basic(BasicSelector::of_a_new_trail())];
    Selectors { document: document(&list), list }
}

/// A set of selectors without management events to begin with.
const DATA_ONLY: &str = r#"{"AdvancedEventSelectors":[{"Name":"Every invocation of Lambda functions","FieldSelectors":[
    {"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#;

/// The Region of the new trail: one that no account can be without, us-east-1 if it is among the audited ones.
fn home(own: &Inventory, account: &str) -> Option<String> {
    let regions = own.account(account).and_then(|account| account.regions.known());
    let by_default = |region: &str| match regions {
        Some(all) => all.get(region).is_none_or(|state| *state == OptIn::ByDefault),
        None => is_default_region(region),
    };
    let mut here: Vec<&str> = own.places.iter().map(|place| place.region.as_str()).collect();
    here.sort_unstable();
    let first = here.iter().copied().find(|region| *region == "us-east-1" && by_default(region));
    first.or_else(|| here.iter().copied().find(|region| by_default(region))).map(str::to_owned)
}

fn free_name(inventory: &Inventory, account: &str, home: &str) -> String {
    let taken = |name: &str| {
        inventory
            .recorders
            .iter()
            .any(|one| one.account == account && one.home_region == home && one.name == name)
    };
    let mut name = "invoketrail".to_owned();
    let mut next = 2;
    while taken(&name) {
        name = format!("invoketrail-{next}");
        next += 1;
    }
    name
}

/// The name, or the first of those that go on from it by a number, that no other bucket has, and to which no trail delivers: that one would lose its
/// policy.
fn free_bucket(own: &Inventory, wanted: &str, buckets: Option<&Buckets>) -> String {
    let in_use = |name: &str| own.recorders.iter().any(|one| one.destination.as_deref() == Some(name));
    let taken = |name: &str| buckets.is_some_and(|known| known.taken.contains(name)) || in_use(name);
    let numbered = (2_u32..).map(|number| format!("{wanted}-{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_else(|| wanted.to_owned())
}

/// The policy that CloudTrail's documentation gives for the bucket of a trail: only this trail may check and write. That of an
/// organization also writes under the organization's id, where the members' files lie.
fn policy(partition: &str, bucket: &str, owner: Owner<'_>, trail: &str) -> String {
    let account = owner.account;
    let write = |folder: &str, sid: &str| {
        format!(
            concat!(
                r#"{{"Action":"s3:PutObject","Condition":{{"StringEquals":{{"aws:SourceArn":"{trail}","#,
                r#""s3:x-amz-acl":"bucket-owner-full-control"}}}},"Effect":"Allow","#,
                r#""Principal":{{"Service":"cloudtrail.amazonaws.com"}},"#,
                r#""Resource":"arn:{partition}:s3:::{bucket}/AWSLogs/{folder}/*","Sid":"{sid}"}}"#
            ),
            trail = trail,
            partition = partition,
            bucket = bucket,
            folder = folder,
            sid = sid
        )
    };
    let members = owner
        .organization
        .map(|id| format!(",{}", write(id, "CloudTrailOrganizationWrite")))
        .unwrap_or_default();
    let principal = r#"{"Service":"cloudtrail.amazonaws.com"}"#;
    let source = format!(r#""aws:SourceArn":"{trail}""#);
    format!(
        concat!(
            r#"{{"Statement":["#,
            r#"{{"Action":"s3:GetBucketAcl","Condition":{{"StringEquals":{{{source}}}}},"Effect":"Allow","#,
            r#""Principal":{principal},"Resource":"arn:{partition}:s3:::{bucket}","Sid":"CloudTrailAclCheck"}},"#,
            "{own}{members}",
            r#"],"Version":"2012-10-17"}}"#
        ),
        source = source,
        principal = principal,
        partition = partition,
        bucket = bucket,
        own = write(account, "CloudTrailWrite"),
        members = members
    )
}
