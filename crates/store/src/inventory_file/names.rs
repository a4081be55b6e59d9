//! Every Region, account, organization, ARN and bucket of an inventory is one. What is made of them are ARNs, hosts, paths and code, so
//! nothing else gets in.

use super::InventoryFileError;
use super::entry::{account_id, quoted, region, wrong};
use audit::inventory::Inventory;
use cloudtrail::arn::Arn;
use cloudtrail::names::{AwsArn, BucketName, NotAName, OrganizationId, RecorderArn, TrailName};
use cloudtrail::recorder::RecorderKind;

type Result<T = ()> = std::result::Result<T, InventoryFileError>;

/// Refuses names that cannot be any. Those that audits rest upon most were checked with what they are beside.
pub(super) fn check(inventory: &Inventory) -> Result {
    let partition = inventory.partition.as_str();
    if let Some(caller) = &inventory.caller {
        arn("caller", caller, partition)?;
    }
    for (at, one) in inventory.regions_asked.iter().flatten().enumerate() {
        region(format!("regions_asked[{at}]"), one)?;
    }
    for (at, account) in inventory.accounts.iter().enumerate() {
        for one in account.regions.known().into_iter().flat_map(|regions| regions.keys()) {
            region(format!("accounts[{at}].regions"), one)?;
        }
        for one in account.stores.known().into_iter().flatten() {
            recorder_arn(&format!("accounts[{at}].stores"), one, partition)?;
        }
        if let Some(organization) = account.organization.known().and_then(Option::as_ref) {
            is(&format!("accounts[{at}].organization.known.id"), &organization.id, OrganizationId::parse)?;
        }
    }
    recorders(inventory)?;
    for (at, place) in inventory.places.iter().enumerate() {
        for (nth, sighting) in place.trails.known().into_iter().flatten().enumerate() {
            recorder_arn(&format!("places[{at}].trails.known[{nth}].trail"), &sighting.trail, partition)?;
        }
        for one in place.channels.known().into_iter().flatten() {
            recorder_arn(&format!("places[{at}].channels"), one, partition)?;
        }
    }
    gaps(inventory)
}

fn recorders(inventory: &Inventory) -> Result {
    for (at, recorder) in inventory.recorders.iter().enumerate() {
        recorder_arn(&format!("recorders[{at}].arn"), &recorder.arn, &inventory.partition)?;
        if let Some(destination) = &recorder.destination {
            is(&format!("recorders[{at}].destination"), destination, BucketName::parse)?;
        }
        if recorder.kind == RecorderKind::Trail {
            let path = format!("recorders[{at}].name");
            is(&path, &recorder.name, TrailName::parse)?;
            if recorder.arn.rsplit('/').next() != Some(recorder.name.as_str()) {
                let problem =
                    format!("{} is not the name in {}", quoted(&recorder.name), quoted(&recorder.arn));
                return wrong(path, problem);
            }
        }
    }
    Ok(())
}

fn gaps(inventory: &Inventory) -> Result {
    for (at, gap) in inventory.gaps.iter().enumerate() {
        if let Some(account) = &gap.account {
            account_id(format!("gaps[{at}].account"), account)?;
        }
        if let Some(one) = &gap.region {
            region(format!("gaps[{at}].region"), one)?;
        }
        // It may be a bucket or a name, too.
        if let Some(subject) = gap.subject.as_ref().filter(|subject| subject.starts_with("arn:")) {
            arn(&format!("gaps[{at}].subject"), subject, &inventory.partition)?;
        }
    }
    Ok(())
}

/// An ARN of the partition that was looked into.
pub(super) fn arn(path: &str, text: &str, partition: &str) -> Result {
    is(path, text, AwsArn::parse)?;
    of_partition(path, text, partition)
}

/// The same of a trail, event data store or channel.
pub(super) fn recorder_arn(path: &str, text: &str, partition: &str) -> Result {
    is(path, text, RecorderArn::parse)?;
    of_partition(path, text, partition)
}

fn of_partition(path: &str, text: &str, partition: &str) -> Result {
    if Arn::parse(text).is_some_and(|arn| arn.partition == partition) {
        return Ok(());
    }
    wrong(path, format!("{} is of another partition than {}", quoted(text), quoted(partition)))
}

fn is<T>(path: &str, text: &str, parse: impl Fn(&str) -> std::result::Result<T, NotAName>) -> Result {
    parse(text).map(drop).or_else(|error| wrong(path, format!("{} is not {}", quoted(text), error.noun)))
}
