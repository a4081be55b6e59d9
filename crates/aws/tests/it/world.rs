//! A world of accounts, Regions, recorders and functions, served over HTTP in AWS's own formats, with faults on demand.

use crate::answers;
use crate::op::{KEY, Op};
use crate::server::{Answer, serve};
use aws::{Accounts, CollectError, Collected, Keys, Limits, Options, Pace, Progress, Session, Stop};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An account and all that is in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) state: Option<&'static str>,
    /// Regions with their state as the account service says it.
    pub(crate) regions: BTreeMap<&'static str, &'static str>,
    pub(crate) trails: Vec<Trail>,
    pub(crate) stores: Vec<Store>,
    pub(crate) channels: Vec<Channel>,
    /// Functions by Region.
    pub(crate) functions: BTreeMap<&'static str, usize>,
    /// Web functions: Region, name, serving Regions.
    pub(crate) web: Vec<(&'static str, &'static str, Vec<&'static str>)>,
    /// MicroVM images: Region, name.
    pub(crate) images: Vec<(&'static str, &'static str)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Trail {
    pub(crate) name: &'static str,
    pub(crate) home: &'static str,
    pub(crate) multi: bool,
    pub(crate) organization: bool,
    /// The answer of GetEventSelectors without its TrailARN.
    pub(crate) selectors: Value,
}

#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) id: &'static str,
    pub(crate) home: &'static str,
    pub(crate) organization: bool,
    pub(crate) status: &'static str,
    pub(crate) selectors: Value,
}

#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) name: &'static str,
    pub(crate) region: &'static str,
}

/// What may go wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Refused,
    Throttled,
    Unavailable,
    /// HTTP 500 with a page for people.
    Page,
    /// HTTP 404 with a page for people.
    Missing,
    Expired,
    Hang,
    /// A success of 17 MiB.
    Vast,
    /// A success that ends in the middle of its body.
    Cut,
    /// A success whose body is neither JSON nor XML, although it begins as one.
    Malformed,
}

type Faults = Box<dyn Fn(&Op, usize) -> Option<Fault> + Send + Sync>;

/// The world, its faults, and the operations it was asked for.
pub(crate) struct World {
    pub(crate) caller: &'static str,
    pub(crate) management: Option<&'static str>,
    /// The account to which the organization has delegated its CloudTrail.
    pub(crate) delegated: Option<&'static str>,
    pub(crate) accounts: BTreeMap<&'static str, Account>,
    /// Every listing begins with an empty page.
    pub(crate) empty_pages: bool,
    pub(crate) faults: Faults,
    pub(crate) asked: Mutex<Vec<Op>>,
}

impl World {
    pub(crate) fn new(caller: &'static str, management: Option<&'static str>) -> Self {
        World {
            caller,
            management,
            delegated: None,
            accounts: BTreeMap::new(),
            empty_pages: false,
            faults: Box::new(|_, _| None),
            asked: Mutex::default(),
        }
    }

    /// Every call that `fault` names goes wrong; the number counts all calls.
    pub(crate) fn failing(
        mut self,
        fault: impl Fn(&Op, usize) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        self.faults = Box::new(fault);
        self
    }

    pub(crate) async fn serve(self) -> Served {
        let world = Arc::new(self);
        let asked = Arc::clone(&world);
        let url = serve(move |request| {
            let op = Op::of(&request);
            let count = {
                let mut log = asked.asked.lock().unwrap();
                log.push(op.clone());
                log.len()
            };
            match (asked.faults)(&op, count) {
                Some(Fault::Hang) => Answer::Hang,
                Some(fault) => answers::fault(&op, fault),
                None => answers::answer(&asked, &op, &request),
            }
        });
        Served { url: url.await, world }
    }

    /// The stores that an account sees in any Region: its own, and as delegated administrator its organization's.
    pub(crate) fn stores(&self, account: &str) -> Vec<(&'static str, &Store)> {
        let mut stores = Vec::new();
        for (owner, owned) in &self.accounts {
            let delegated = self.management == Some(owner) && self.delegated == Some(account);
            let seen =
                owned.stores.iter().filter(|store| *owner == account || (delegated && store.organization));
            stores.extend(seen.map(|store| (*owner, store)));
        }
        stores
    }

    /// The trails that exist at a place: the account's own, and its organization's.
    pub(crate) fn trails(&self, account: &str, region: &str) -> Vec<(&'static str, &Trail)> {
        let mut trails = Vec::new();
        for (owner, owned) in &self.accounts {
            for trail in &owned.trails {
                let ours = *owner == account || (trail.organization && self.management == Some(owner));
                if ours && (trail.multi || trail.home == region) {
                    trails.push((*owner, trail));
                }
            }
        }
        trails
    }
}

pub(crate) struct Served {
    pub(crate) url: String,
    pub(crate) world: Arc<World>,
}

impl Served {
    /// Options that read this world quickly as the caller.
    pub(crate) fn options(&self, accounts: Accounts) -> Options {
        Options {
            keys: Some(Keys {
                access_key_id: format!("{KEY}{}", self.world.caller),
                secret_access_key: "secret".to_owned(),
                session_token: None,
            }),
            endpoint_url: Some(self.url.clone()),
            accounts,
            role_name: Some("Auditor".to_owned()),
            limits: Limits {
                connect: Duration::from_secs(5),
                attempt: Duration::from_secs(5),
                backoff: Duration::from_millis(1),
                conflict: Duration::from_millis(1),
                ..Limits::default()
            },
            pace: Pace {
                cloudtrail: 1e6,
                writes: 1e6,
                lambda: 1e6,
                organizations: 1e6,
                objects: 1e6,
                other: 1e6,
            },
            ..Options::default()
        }
    }

    pub(crate) async fn collect(&self, accounts: Accounts) -> Result<Collected, CollectError> {
        run(&self.options(accounts)).await
    }

    /// The operations that were asked for so far.
    pub(crate) fn asked(&self) -> Vec<Op> {
        self.world.asked.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, action: &str) -> usize {
        self.asked().iter().filter(|op| op.action == action).count()
    }
}

/// A session that nothing hinders.
pub(crate) async fn opened(options: &Options, stop: Stop) -> Session {
    Session::open(options, stop).await.unwrap().unwrap()
}

pub(crate) async fn run(options: &Options) -> Result<Collected, CollectError> {
    let session = Session::open(options, Stop::new()).await?.unwrap();
    session.collect("2026-11-23T12:00:00Z", &|_: Progress| {}).await
}
