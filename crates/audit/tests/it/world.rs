//! A small world to audit: accounts, places, recorders, each a line.

use audit::change::Change;
use audit::code::Coded;
use audit::exception::Exception;
use audit::inventory::{
    Account, Gap, GapKind, Inventory, Listing, OptIn, Organization, Place, Resource, Serving, Sighting,
    TrailStatus,
};
use audit::plan::{Owner, Step};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
use std::collections::BTreeMap;

/// The account of most tests: a member of the organization of [`MANAGEMENT`].
pub(crate) const MEMBER: &str = "111111111111";
/// The management account.
pub(crate) const MANAGEMENT: &str = "999999999999";
/// A Region that is on by default.
pub(crate) const HERE: &str = "us-east-1";
/// Another one.
pub(crate) const THERE: &str = "eu-west-1";
/// An opt-in Region.
pub(crate) const OPT_IN: &str = "ap-east-1";

/// All functions, read and write, and management events: what the control wants.
pub(crate) const ALL: &str = r#"{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,
    "DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]}"#;
/// Management events alone.
pub(crate) const MANAGEMENT_ONLY: &str =
    r#"{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true}]}"#;

/// An advanced data selector for event functions with one more condition.
pub(crate) fn advanced(field: &str, operator: &str, value: &str) -> String {
    format!(
        r#"{{"AdvancedEventSelectors":[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
        {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}},
        {{"Field":"{field}","{operator}":["{value}"]}}]}}]}}"#
    )
}

pub(crate) fn function(account: &str, region: &str, name: &str) -> String {
    format!("arn:aws:lambda:{region}:{account}:function:{name}")
}

/// An exception of these functions, until the end of the year.
pub(crate) fn exception(functions: &[String]) -> Exception {
    Exception {
        id: "e".to_owned(),
        functions: functions.to_vec(),
        owner: "o".to_owned(),
        reason: "r".to_owned(),
        until: "2026-12-31".to_owned(),
        declared_at: "2026-11-23T00:00:00Z".to_owned(),
        ..Exception::default()
    }
}

/// The words, one sentence a line.
pub(crate) fn in_words(all: &[Coded]) -> String {
    all.iter().map(Coded::as_str).collect::<Vec<_>>().join("\n")
}

/// A step of which its plan says nothing.
pub(crate) fn step(change: Change) -> Step {
    Step {
        change,
        because: Coded::default(),
        owner: Owner::Nobody,
        gained: Vec::new(),
        risks: Vec::new(),
        backout: Coded::default(),
    }
}

/// An inventory to which lines are added.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) inventory: Inventory,
}

impl World {
    /// The member account and its management account, with nothing but one function `orders` here.
    pub(crate) fn member() -> Self {
        let mut world = World {
            inventory: Inventory {
                partition: "aws".to_owned(),
                regions_asked: Some(Vec::new()),
                ..Inventory::default()
            },
        };
        world.add_account(MEMBER, Some(MANAGEMENT), true);
        world.add_account(MANAGEMENT, Some(MANAGEMENT), false);
        world.place(MEMBER, HERE).functions(MEMBER, HERE, &["orders"])
    }

    pub(crate) fn add_account(&mut self, id: &str, management: Option<&str>, audited: bool) {
        let organization =
            management.map(|id| Organization { id: "o-acme".to_owned(), management_account: id.to_owned() });
        let regions = [(HERE, OptIn::ByDefault), (THERE, OptIn::ByDefault), (OPT_IN, OptIn::Disabled)];
        self.inventory.accounts.push(Account {
            id: id.to_owned(),
            name: None,
            state: Some("ACTIVE".to_owned()),
            audited,
            organization: Seen::Known(organization),
            regions: Seen::Known(BTreeMap::from(regions.map(|(name, state)| (name.to_owned(), state)))),
            stores: Seen::Known(Vec::new()),
        });
        self.inventory.accounts.sort_by(|a, b| a.id.cmp(&b.id));
    }

    pub(crate) fn account(&mut self, id: &str) -> &mut Account {
        self.inventory.accounts.iter_mut().find(|account| account.id == id).unwrap()
    }

    pub(crate) fn place(mut self, account: &str, region: &str) -> Self {
        if let Some(asked) = &mut self.inventory.regions_asked
            && !asked.iter().any(|known| known == region)
        {
            asked.push(region.to_owned());
        }
        self.inventory.places.push(Place {
            account: account.to_owned(),
            region: region.to_owned(),
            trails: Seen::Known(Vec::new()),
            channels: Seen::Known(Vec::new()),
            functions: Listing::default(),
            web_functions: Listing::default(),
            microvm_images: Listing::default(),
        });
        self.inventory.places.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
        self
    }

    pub(crate) fn at(&mut self, account: &str, region: &str) -> &mut Place {
        let at = self.inventory.place(account, region).unwrap();
        &mut self.inventory.places[at]
    }

    pub(crate) fn functions(mut self, account: &str, region: &str, names: &[&str]) -> Self {
        let arns = names.iter().map(|name| function(account, region, name));
        let resources = arns.map(|arn| Resource { arn: arn.into(), serving: Serving::Home });
        self.at(account, region).functions.resources = resources.collect();
        self
    }

    /// A multi-Region trail of `owner` at home here, sighted and logging at every place of the account (of every
    /// account, if it is an organization trail).
    pub(crate) fn trail(mut self, name: &str, owner: &str, organization: bool, selectors: &str) -> Self {
        let arn = format!("arn:aws:cloudtrail:{HERE}:{owner}:trail/{name}");
        for place in &mut self.inventory.places {
            if let (true, Seen::Known(trails)) = (organization || place.account == owner, &mut place.trails) {
                let status = Seen::Known(TrailStatus { logging: true, ..TrailStatus::default() });
                trails.push(Sighting { trail: arn.clone(), status });
            }
        }
        self.recorder(arn, RecorderKind::Trail, organization, selectors);
        self
    }

    /// An enabled event data store of `owner` for its Region here, or all Regions.
    pub(crate) fn store(mut self, name: &str, owner: &str, organization: bool, selectors: &str) -> Self {
        let arn = format!("arn:aws:cloudtrail:{HERE}:{owner}:eventdatastore/{name}");
        if let Seen::Known(stores) = &mut self.account(owner).stores {
            stores.push(arn.clone());
        }
        self.recorder(arn, RecorderKind::EventDataStore, organization, selectors);
        self
    }

    fn recorder(&mut self, arn: String, kind: RecorderKind, organization: bool, selectors: &str) {
        let (account, name) =
            (arn.split(':').nth(4).unwrap().to_owned(), arn.rsplit('/').next().unwrap().to_owned());
        self.inventory.recorders.push(Recorder {
            name,
            account,
            kind,
            arn,
            home_region: HERE.to_owned(),
            multi_region: true,
            organization,
            selectors: Seen::Known(cloudtrail::selector_json::from_str(selectors).unwrap()),
            status: Seen::Known(StoreStatus::Enabled),
            log_file_validation: (kind == RecorderKind::Trail).then_some(true),
            global_service_events: (kind == RecorderKind::Trail).then_some(true),
            destination: None,
        });
        self.inventory.recorders.sort_by(|a, b| a.arn.cmp(&b.arn));
    }

    /// The recorder of that name.
    pub(crate) fn of(&mut self, name: &str) -> &mut Recorder {
        self.inventory.recorders.iter_mut().find(|recorder| recorder.name == name).unwrap()
    }

    /// What GetTrailStatus says of the only trail seen at a place.
    pub(crate) fn status(&mut self, account: &str, region: &str) -> &mut Seen<TrailStatus> {
        match &mut self.at(account, region).trails {
            Seen::Known(trails) => &mut trails[0].status,
            Seen::Unread(_) => panic!("the trails of this place are unread"),
        }
    }

    pub(crate) fn gap(&mut self, call: &str) -> usize {
        self.inventory.gaps.push(Gap {
            account: None,
            region: None,
            call: call.to_owned(),
            subject: None,
            kind: GapKind::Refused,
            error: "AccessDenied".to_owned(),
        });
        self.inventory.gaps.len() - 1
    }
}
