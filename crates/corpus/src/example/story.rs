//! Who called which function of Acme when, and which file it was delivered in.

use super::metrics::Executions;
use super::{DATA, FROM, IRELAND, MANAGEMENT, SHOP, VIRGINIA};
use crate::batch::Batch;
use crate::calendar::{seconds, stamp};
use crate::event::Event;
use crate::files::{Delivered, Origin, Packer};
use crate::identity::Caller;
use crate::lambda::{self, ATTEMPTS, BROWSER, Call};
use crate::rng::Rng;
use crate::truth::Truth;
use crate::world::{Function, Place};
use std::io;
use std::path::Path;

/// The example while it is written.
pub(super) struct Story<'a> {
    logs: &'a Path,
    rng: Rng,
    packer: Packer,
    batch: Batch,
    pub(super) truth: Truth,
    pub(super) executions: Executions,
    pub(super) delivered: Vec<(Origin<'static>, Delivered)>,
}

/// How a function is called, when nothing else is said: synchronously, once, without an error.
#[derive(Clone, Copy)]
struct How {
    kind: &'static str,
    error: Option<(&'static str, &'static str)>,
    console: bool,
    executions: i64,
}

const SYNC: How = How { kind: "RequestResponse", error: None, console: false, executions: 0 };
const ASYNC: How = How { kind: "Event", executions: 1, ..SYNC };
const DRY: How = How { kind: "DryRun", ..SYNC };
const CONSOLE: How = How { console: true, ..SYNC };
const THROTTLED: How = How { error: Some(("TooManyRequestsException", "Rate Exceeded.")), ..SYNC };
const DENIED: How =
    How { error: Some(("AccessDenied", "User is not authorized to perform: lambda:InvokeFunction")), ..SYNC };

fn session(account: &str, role: &str, name: &str) -> Caller {
    Caller::Session { account: account.to_owned(), role: role.to_owned(), name: name.to_owned(), by: None }
}

fn user(account: &str, name: &str) -> Caller {
    Caller::User { account: account.to_owned(), name: name.to_owned() }
}

impl<'a> Story<'a> {
    pub(super) fn new(logs: &'a Path) -> Self {
        Story {
            logs,
            rng: Rng::new(2026, 11),
            packer: Packer::default(),
            batch: Batch::default(),
            truth: Truth::default(),
            executions: Executions::new(),
            delivered: Vec::new(),
        }
    }

    /// The moment `minute` minutes into `day`, counted from 0.
    fn at(day: i64, hour: i64, minute: i64) -> i64 {
        seconds(FROM, [day * 24 + hour, minute, 0])
    }

    pub(super) fn tell(&mut self) -> io::Result<()> {
        for day in 0..3 {
            self.management(day)?;
            self.data(day)?;
        }
        self.shop_in_daylight()?;
        self.changes()
    }

    /// Two functions that the organization's trail names, and one whose Region has a trail of its own.
    fn management(&mut self, day: i64) -> io::Result<()> {
        let at = Self::at(day, 6, 0);
        self.call(MANAGEMENT, VIRGINIA, "payroll", &Caller::Service("events.amazonaws.com"), at, ASYNC);
        self.call(MANAGEMENT, VIRGINIA, "payroll", &user(MANAGEMENT, "payroll-admin"), at + 95, SYNC);
        let vendor = session("222233334444", "billing-connector", "vendor");
        for number in 0..4 {
            self.call(MANAGEMENT, VIRGINIA, "invoices", &vendor, at + 150 + number * 20, SYNC);
        }
        self.deliver(organization(MANAGEMENT, VIRGINIA), at + 600)?;
        let at = Self::at(day, 7, 30);
        self.call(MANAGEMENT, IRELAND, "newsletter", &Caller::Service("events.amazonaws.com"), at, ASYNC);
        self.call(MANAGEMENT, IRELAND, "newsletter", &Caller::Service("sns.amazonaws.com"), at + 40, ASYNC);
        self.deliver(own(MANAGEMENT, IRELAND), at + 480)
    }

    /// The nightly job, which fails on the second night until its last attempt, and the models.
    fn data(&mut self, day: i64) -> io::Result<()> {
        let at = Self::at(day, 2, 0);
        let executions = if day == 1 { 3 } else { 1 };
        let how = How { executions, ..ASYNC };
        self.call(DATA, VIRGINIA, "nightly-etl", &Caller::Service("events.amazonaws.com"), at, how);
        let pipeline = session(DATA, "model-pipeline", &format!("run-{}", 410 + day));
        for number in 0..6 {
            self.call(DATA, VIRGINIA, "score", &pipeline, at + 240 + number * 7, SYNC);
        }
        self.call(DATA, VIRGINIA, "train", &user(DATA, "ci"), at + 300, SYNC);
        self.deliver(own(DATA, VIRGINIA), at + 720)
    }

    /// The shop: on the second day in every way there is.
    fn shop_in_daylight(&mut self) -> io::Result<()> {
        for (day, hour) in [(0, 16), (1, 8), (1, 9), (1, 12), (1, 15), (1, 20), (2, 11)] {
            let at = Self::at(day, hour, 10);
            self.shoppers(at);
            match (day, hour) {
                (1, 9) => self.developers(at + 400),
                (1, 15) => self.strangers(at + 400),
                _ => {}
            }
            self.deliver(own(SHOP, VIRGINIA), at + 1200)?;
        }
        Ok(())
    }

    fn shoppers(&mut self, at: i64) {
        let web =
            ["i-0a1b2c3d4e5f60718", "i-0f9e8d7c6b5a40312"].map(|name| session(SHOP, "web-backend", name));
        for number in 0..8 {
            let who = &web[usize::from(number % 3 == 0)];
            self.call(SHOP, VIRGINIA, "cart", who, at + number * 31, SYNC);
        }
        let workflow = Caller::Session {
            account: SHOP.to_owned(),
            role: "StepFunctions-checkout".to_owned(),
            name: "ZrXlmkqIgPkOFhWRtYcDsABvNeJuQwTf".to_owned(),
            by: Some("states.amazonaws.com"),
        };
        for number in 0..3 {
            self.call(SHOP, VIRGINIA, "checkout", &workflow, at + 20 + number * 60, SYNC);
        }
        self.call(SHOP, VIRGINIA, "checkout", &Caller::Service("apigateway.amazonaws.com"), at + 77, SYNC);
        let how = How { executions: 1 + i64::from(at % 7200 == 600), ..ASYNC };
        self.call(SHOP, VIRGINIA, "search", &Caller::Service("s3.amazonaws.com"), at + 90, how);
    }

    /// Somebody tries a function in the console, and whether another one might be called at all.
    fn developers(&mut self, at: i64) {
        let anna = session(SHOP, "AWSReservedSSO_Developer_0123456789abcdef", "anna@acme.example");
        self.call(SHOP, VIRGINIA, "cart", &anna, at, CONSOLE);
        self.call(SHOP, VIRGINIA, "cart", &anna, at + 25, CONSOLE);
        self.call(SHOP, VIRGINIA, "checkout", &anna, at + 70, DRY);
    }

    /// A public URL, a flood that is throttled, and a key that should not be where it is.
    fn strangers(&mut self, at: i64) {
        for number in 0..5 {
            self.call(SHOP, VIRGINIA, "search", &Caller::Anonymous, at + number * 3, SYNC);
        }
        for number in 0..3 {
            self.call(SHOP, VIRGINIA, "search", &Caller::Anonymous, at + 20 + number, THROTTLED);
        }
        for (number, name) in ["cart", "checkout", "search"].into_iter().enumerate() {
            let at = at + 60 + i64::try_from(number).unwrap_or(0);
            self.call(SHOP, VIRGINIA, name, &user(SHOP, "old-deploy-key"), at, DENIED);
        }
    }

    /// Management events, by the organization's trail: a function is made, another gets new code, recording is changed.
    fn changes(&mut self) -> io::Result<()> {
        let deployer = session(MANAGEMENT, "deployer", "pipeline");
        let named = r#"{"functionName":"invoices-v2","runtime":"python3.12","handler":"app.handler","publish":false}"#;
        let at = Self::at(0, 11, 20);
        self.change(MANAGEMENT, &deployer, lambda::SOURCE, "CreateFunction20150331", named, at);
        self.deliver(organization(MANAGEMENT, VIRGINIA), at + 420)?;
        let anna = session(SHOP, "AWSReservedSSO_Developer_0123456789abcdef", "anna@acme.example");
        let named = r#"{"functionName":"cart","publish":false,"dryRun":false}"#;
        let at = Self::at(1, 9, 15);
        self.change(SHOP, &anna, lambda::SOURCE, "UpdateFunctionCode20150331v2", named, at);
        self.deliver(organization(SHOP, VIRGINIA), at + 420)?;
        let selectors = r#"{"trailName":"shop-vendor","eventSelectors":[{"readWriteType":"All","includeManagementEvents":true,"dataResources":[],"excludeManagementEventSources":[]}]}"#;
        let at = Self::at(2, 14, 40);
        self.change(
            SHOP,
            &user(SHOP, "old-admin"),
            "cloudtrail.amazonaws.com",
            "PutEventSelectors",
            selectors,
            at,
        );
        self.deliver(organization(SHOP, VIRGINIA), at + 420)
    }

    /// One call, its executions, and what CloudWatch makes of them.
    fn call(&mut self, account: &str, region: &str, name: &str, caller: &Caller, at: i64, how: How) {
        let arn = format!("arn:aws:lambda:{region}:{account}:function:{name}");
        let place = Place { account: account.to_owned(), region: region.to_owned(), functions: Vec::new() };
        let version = if name == "checkout" { 23 } else { 0 };
        let function = Function { name: name.to_owned(), arn: arn.clone(), version, callers: Vec::new() };
        let How { kind, error, console, executions } = how;
        let caller = &(caller.clone(), caller.known_as());
        let call = Call {
            place: &place,
            function: &function,
            caller,
            at,
            version: "1.11",
            kind,
            error,
            console,
            executions,
        };
        lambda::call(&call, &mut self.rng, &mut self.batch);
        let ran = match (kind, error) {
            (_, Some(_)) | ("DryRun", _) => &[][..],
            ("Event", _) => &ATTEMPTS[..usize::try_from(executions).unwrap_or(0)],
            _ => &[0][..],
        };
        for after in ran {
            let at = at + after;
            *self.executions.entry((arn.clone(), at - at.rem_euclid(3600))).or_default() += 1;
        }
    }

    fn change(&mut self, account: &str, caller: &Caller, source: &str, name: &str, request: &str, at: i64) {
        let host = format!("{}.{VIRGINIA}.amazonaws.com", source.split('.').next().unwrap_or_default());
        let event = Event {
            version: "1.11",
            identity: &caller.identity(at),
            time: &stamp(at),
            source,
            name,
            region: VIRGINIA,
            address: &caller.address(),
            agent: BROWSER,
            error: None,
            request,
            response: "null",
            additional: None,
            request_id: &self.rng.uuid(),
            event_id: &self.rng.uuid(),
            read_only: false,
            resources: None,
            management: true,
            recipient: account,
            shared: None,
            host: Some(&host),
            console: matches!(caller, Caller::User { .. }),
        };
        self.batch.put(&event, at);
    }

    fn deliver(&mut self, origin: Origin<'static>, at: i64) -> io::Result<()> {
        let key = origin.log_key(at, &mut self.rng);
        let file = self.packer.deliver(self.logs, key, at, true, &mut self.batch, &mut self.truth)?;
        self.delivered.push((origin, file));
        Ok(())
    }
}

/// Delivered by the organization's trail.
fn organization(account: &'static str, region: &'static str) -> Origin<'static> {
    Origin { prefix: "", organization: Some("o-acme4example"), account, region }
}

/// Delivered by a trail of the account.
fn own(account: &'static str, region: &'static str) -> Origin<'static> {
    Origin { prefix: "", organization: None, account, region }
}
