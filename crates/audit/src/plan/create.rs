//! A new trail with its bucket, where nothing exists that could be changed.

use super::skeleton::{ByPlace, Lacks};
use crate::change::{Bucket, Change, NewTrail, Setting, Target, Turn};
use crate::edit::{add_management, extend, without};
use crate::inventory::{Inventory, OptIn};
use cloudtrail::json::{document, from_str, request};
use cloudtrail::recorder::RecorderKind;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{BasicSelector, Selector, Selectors};
use std::collections::BTreeSet;

/// The changes that create a trail for what the account lacks, and why; `None` iff the account cannot be told well enough.
pub(super) fn new_trail(
    inventory: &Inventory,
    own: &Inventory,
    account: &str,
    lacks: &ByPlace<Lacks>,
) -> Option<(Vec<Change>, String)> {
    let home = home(inventory, own, account)?;
    let partition = &inventory.partition;
    let name = free_name(inventory, account, &home);
    let arn = format!("arn:{partition}:cloudtrail:{home}:{account}:trail/{name}");
    let bucket = format!("{name}-logs-{account}-{home}");
    let target = Target {
        arn: arn.clone(),
        name,
        kind: RecorderKind::Trail,
        account: account.to_owned(),
        home_region: home,
    };
    let change = |setting| Change { target: target.clone(), setting };
    let kinds: BTreeSet<usize> = lacks.values().flat_map(|one| one.failing.kinds.iter().copied()).collect();
    let kinds: Vec<ResourceType> =
        ResourceType::ALL.into_iter().filter(|kind| kinds.contains(&(*kind as usize))).collect();
    let management = lacks.values().any(|one| one.failing.management);
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
        wanted = add_management(&wanted, RecorderKind::Trail).ok()?;
    }
    let policy = policy(partition, &bucket, account, &arn);
    let trail = NewTrail {
        bucket: bucket.clone(),
        organization: false,
        multi_region: true,
        log_file_validation: true,
    };
    let (before, after) = (request(&default).ok()?, request(&wanted).ok()?);
    let mut changes = vec![
        change(Setting::Bucket(Turn { before: None, after: Some(Bucket { name: bucket, policy }) })),
        change(Setting::Trail(Turn { before: None, after: Some(trail) })),
    ];
    if before != after {
        changes.push(change(Setting::Selectors(Turn { before, after })));
    }
    changes.push(change(Setting::Logging(Turn { before: false, after: true })));
    let why = if management {
        "no recorder of this account can be changed such that it records everything"
    } else {
        "no recorder of this account can be changed; it records data events alone, so no management event is paid twice"
    };
    Some((changes, why.to_owned()))
}

/// The selectors that AWS gives a new trail.
pub(super) fn of_a_new_trail() -> Selectors {
    let document = document(&[Selector::Basic(BasicSelector::of_a_new_trail())]);
    // A document of ours can be read.
    from_str(&document).unwrap_or_default()
}

/// A set of selectors without management events to begin with.
const DATA_ONLY: &str = r#"{"AdvancedEventSelectors":[{"Name":"Every invocation of Lambda functions","FieldSelectors":[
    {"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#;

/// The Region of the new trail: one that no account can be without, us-east-1 if it is among the audited ones.
fn home(inventory: &Inventory, own: &Inventory, account: &str) -> Option<String> {
    let regions = inventory.account(account).and_then(|account| account.regions.known());
    let by_default = |region: &str| {
        regions.is_none_or(|all| all.get(region).is_none_or(|state| *state == OptIn::ByDefault))
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

/// The policy that CloudTrail's documentation gives for the bucket of a trail: only this trail may check and write.
fn policy(partition: &str, bucket: &str, account: &str, trail: &str) -> String {
    let principal = r#"{"Service":"cloudtrail.amazonaws.com"}"#;
    let source = format!(r#""aws:SourceArn":"{trail}""#);
    format!(
        concat!(
            r#"{{"Statement":["#,
            r#"{{"Action":"s3:GetBucketAcl","Condition":{{"StringEquals":{{{source}}}}},"Effect":"Allow","#,
            r#""Principal":{principal},"Resource":"arn:{partition}:s3:::{bucket}","Sid":"CloudTrailAclCheck"}},"#,
            r#"{{"Action":"s3:PutObject","Condition":{{"StringEquals":{{{source},"s3:x-amz-acl":"bucket-owner-full-control"}}}},"#,
            r#""Effect":"Allow","Principal":{principal},"#,
            r#""Resource":"arn:{partition}:s3:::{bucket}/AWSLogs/{account}/*","Sid":"CloudTrailWrite"}}"#,
            r#"],"Version":"2012-10-17"}}"#
        ),
        source = source,
        principal = principal,
        partition = partition,
        bucket = bucket,
        account = account
    )
}
