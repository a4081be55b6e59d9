//! What detections are told beside the records, out of files and flags.

use super::moment;
use ::audit::inventory::Inventory;
use anyhow::Result;
use args::detect::Detect;
use cloudtrail::recorder::{RecorderKind, Seen};
use detect::exception::Exception;
use detect::recorders::KnownRecorder;
use detect::ruled::Ruled;
use detect::settings::{Addresses, KnownNetwork, Settings};
use detect::sigma::Rules;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use store::limits::{ADDRESSES, DOCUMENT, METRICS, NETWORKS};
use store::{AddressDatabase, DetectSettings, FileKind};
use surroundings::context::Context;
use surroundings::facts::read_inventory;
use surroundings::misread::misread;
use surroundings::named_file::called;
use surroundings::output::read_within;
use surroundings::problem::{Problem, io_problem, say};

/// See the module.
pub(super) struct Known {
    now: i64,
    table: DetectSettings,
    networks: Vec<KnownNetwork>,
    addresses: Option<AddressDatabase>,
    recorders: Vec<KnownRecorder>,
    counts: BTreeMap<String, BTreeMap<i64, u64>>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) rules: Option<Ruled>,
}

impl Known {
    /// # Errors
    /// [`Problem`] where a file cannot be read, or is not what it should be.
    pub(super) fn of(typed: &Detect, context: &Context) -> Result<Known> {
        let knowledge = &typed.knowledge;
        let now = moment(context);
        let mut table = context.config.detect.clone();
        table.own_accounts.extend(knowledge.own_account.iter().cloned());
        let inventory = knowledge.inventory.as_deref().map(read_inventory).transpose()?;
        Ok(Known {
            now,
            table,
            networks: knowledge.networks.as_deref().map(networks).transpose()?.unwrap_or_default(),
            addresses: knowledge.asn.as_deref().map(addresses).transpose()?,
            recorders: inventory.as_ref().map(recorders).unwrap_or_default(),
            counts: knowledge.metrics.as_deref().map(metrics).transpose()?.unwrap_or_default(),
            exceptions: exceptions(knowledge.accept.as_deref(), context, now)?,
            rules: rules(&knowledge.sigma)?,
        })
    }

    pub(super) fn settings(&self) -> Settings<'_> {
        let table = self.table.clone();
        Settings {
            now: self.now,
            learn_days: table.learn_days,
            own_accounts: table.own_accounts,
            allowed_accounts: table.allowed_accounts,
            allowed_regions: table.allowed_regions,
            pipelines: table.pipelines,
            networks: self.networks.clone(),
            addresses: self.addresses.as_ref().map(|one| one as &dyn Addresses),
            off: table.off,
            thresholds: table.thresholds,
            counts: self.counts.clone(),
            recorders: self.recorders.clone(),
        }
    }
}

fn networks(path: &Path) -> Result<Vec<KnownNetwork>> {
    let bytes = read_within(path, &NETWORKS)?;
    let text = String::from_utf8_lossy(&bytes);
    let wrong = |why| {
        let problem = Problem::new(format!("cannot read {} as networks: {why}", called(path)));
        problem.help("a network is a table: [[network]], cidr = \"198.51.100.0/24\", name = \"office\", trusted = true")
    };
    Ok(store::read_networks(&text).map_err(wrong)?)
}

fn addresses(path: &Path) -> Result<AddressDatabase> {
    let bytes = read_within(path, &ADDRESSES)?;
    let wrong = |why| {
        let problem = Problem::new(format!("cannot read {} as a database of networks: {why}", called(path)));
        problem.help("give a file in MaxMind's format, such as GeoLite2-ASN.mmdb")
    };
    Ok(AddressDatabase::read(bytes).map_err(wrong)?)
}

fn metrics(path: &Path) -> Result<BTreeMap<String, BTreeMap<i64, u64>>> {
    let bytes = read_within(path, &METRICS)?;
    let wrong = |error: store::DocumentError| {
        let help = error.help_by_hand("docs/reference/formats.md");
        misread(path, &bytes, FileKind::Metrics, "metrics", &error, help)
    };
    Ok(store::read_metrics(&bytes).map_err(wrong)?)
}

fn exceptions(path: Option<&Path>, context: &Context, now: i64) -> Result<Vec<Exception>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let bytes = read_within(path, &DOCUMENT)?;
    let read = store::read_detect_exceptions(&bytes, context.config.exceptions_max_days, now);
    Ok(read.map_err(|error| {
        let help = error.help_by_hand("docs/reference/detect.md");
        misread(path, &bytes, FileKind::Report, "exceptions for detections", &error, help)
    })?)
}

/// The recorders of an inventory, as far as detections ask about them.
fn recorders(inventory: &Inventory) -> Vec<KnownRecorder> {
    let at = logs::milliseconds(&inventory.collected_at).unwrap_or_default();
    let kept = inventory.recorders.iter().filter(|one| one.kind != RecorderKind::Channel);
    kept.map(|one| KnownRecorder {
        arn: one.arn.clone(),
        kind: one.kind,
        multi_region: one.multi_region,
        organization: one.organization,
        members: members(inventory, one),
        holes: holes(inventory, one),
        recording: recording(inventory, one),
        selectors: one.selectors.known().cloned(),
        at,
        bucket: one.destination.clone().filter(|_| one.kind == RecorderKind::Trail),
        key: None,
        log_group: None,
    })
    .collect()
}

/// Accounts that are known to belong to the organization of a recorder, or see it.
fn members(inventory: &Inventory, one: &cloudtrail::recorder::Recorder) -> BTreeSet<String> {
    let sees = |place: &&::audit::inventory::Place| {
        let trails = place.trails.known().into_iter().flatten();
        trails.into_iter().any(|sighting| sighting.trail == one.arn)
    };
    let seeing = inventory.places.iter().filter(sees).map(|place| place.account.clone());
    let of = |account: &&::audit::inventory::Account| {
        let organization = account.organization.known().and_then(Option::as_ref);
        organization.is_some_and(|organization| organization.management_account == one.account)
    };
    seeing.chain(inventory.accounts.iter().filter(of).map(|account| account.id.clone())).collect()
}

/// Accounts and Regions that a trail would reach and that were looked at, where it is not seen (true), or where that, or its status, was not
/// read (false).
fn holes(inventory: &Inventory, one: &cloudtrail::recorder::Recorder) -> BTreeMap<(String, String), bool> {
    let reached = inventory.places.iter().filter(|place| {
        one.kind == RecorderKind::Trail
            && (one.multi_region || place.region == one.home_region)
            && (one.organization || place.account == one.account)
    });
    let hole = |place: &::audit::inventory::Place| match &place.trails {
        Seen::Unread(_) => Some(false),
        Seen::Known(trails) => match trails.iter().find(|sighting| sighting.trail == one.arn) {
            None => Some(true),
            Some(sighting) => sighting.status.known().is_none().then_some(false),
        },
    };
    reached.filter_map(|place| Some(((place.account.clone(), place.region.clone()), hole(place)?))).collect()
}

/// True iff it is seen to record wherever it was looked at; `None` where that was not read.
fn recording(inventory: &Inventory, one: &cloudtrail::recorder::Recorder) -> Option<bool> {
    if one.kind == RecorderKind::EventDataStore {
        use cloudtrail::recorder::StoreStatus;
        return match one.status.known()? {
            StoreStatus::Enabled => Some(true),
            StoreStatus::Idle(_) => Some(false),
            StoreStatus::Changing(_) => None,
        };
    }
    inventory.is_logging(&one.arn)
}

/// The rules in these folders and files. Rules of other logs are set aside, which is said.
///
/// # Errors
/// [`Problem`] that names each rule that cannot run, and why.
fn rules(places: &[PathBuf]) -> Result<Option<Ruled>> {
    if places.is_empty() {
        return Ok(None);
    }
    let mut files = Vec::new();
    for place in places {
        files.extend(
            store::read_rules(place).map_err(|(path, error)| io_problem("read", &called(&path), &error))?,
        );
    }
    let (rules, errors) = Rules::read(&files);
    if let Some(first) = errors.first() {
        let more = errors.len() - 1;
        for error in errors.iter().skip(1).take(19) {
            say("note", &error.to_string());
        }
        let line = match more {
            0 => format!("{first}"),
            _ => format!("{first}; and {more} more rules cannot run"),
        };
        return Err(Problem::new(line)
            .help("mend or remove the rules that are named, because a rule that cannot run finds nothing")
            .into());
    }
    for one in rules.set_aside() {
        say("note", &format!("{}: {} is set aside: {}", one.file, one.title, one.why));
    }
    if rules.rules().next().is_none() {
        return Err(Problem::new("no rule about CloudTrail is there")
            .help("name a folder with rules for --sigma: files that end in .yml or .yaml")
            .into());
    }
    Ok(Some(Ruled::new(rules, &files)))
}
