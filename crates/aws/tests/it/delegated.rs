//! A trail of the organization, made and deleted over HTTP by the delegated administrator: it is the management account's.

use crate::acme::{CALLER, world};
use crate::answers;
use crate::beside::send;
use crate::op::Op;
use crate::server::{Answer, serve};
use crate::world::{Served, World, opened};
use audit::change::{Change, NewTrail, Setting, Target, Turn};
use audit::journal::{Entry, Journal, Mark};
use aws::{Accounts, Carried, Orders, Stop};
use cloudtrail::recorder::RecorderKind;
use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex};

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/everything";

/// What was asked of CloudTrail, with who signed it, and whether the trail is there.
#[derive(Default)]
struct Organization {
    is_there: bool,
    asked: Vec<(String, String, Value)>,
}

impl Organization {
    fn answer(&mut self, op: &Op, body: &str) -> Option<Answer> {
        let request: Value = serde_json::from_str(body).unwrap_or_default();
        let said = match op.action.as_str() {
            "cloudtrail:DescribeTrails" if self.is_there => {
                json!({"trailList": [{"Name": "everything", "TrailARN": TRAIL,
                "HomeRegion": "eu-west-1", "S3BucketName": "logs", "IsMultiRegionTrail": true,
                "IsOrganizationTrail": true, "LogFileValidationEnabled": true}]})
            }
            "cloudtrail:DescribeTrails" => json!({"trailList": []}),
            "cloudtrail:CreateTrail" => {
                self.is_there = true;
                json!({"Name": "everything", "TrailARN": TRAIL, "S3BucketName": "logs"})
            }
            "cloudtrail:DeleteTrail" => {
                self.is_there = false;
                json!({})
            }
            _ => return None,
        };
        if op.action != "cloudtrail:DescribeTrails" {
            self.asked.push((op.action.clone(), op.signer.clone(), request));
        }
        Some(send(200, said.to_string()))
    }
}

struct Forgets;

impl Journal for Forgets {
    fn write(&mut self, _: &Entry) -> io::Result<()> {
        Ok(())
    }
}

async fn carried(served: &Served, change: &Change, back: bool) -> Carried {
    let orders =
        Orders { changes: std::slice::from_ref(change), marks: &[Mark::Fresh], back, relied_on: &[] };
    let session = opened(&served.options(Accounts::Caller), Stop::new()).await;
    session.carry_out(orders, &mut Forgets, &mut |_| {}).await
}

#[tokio::test]
async fn a_delegated_administrator_makes_the_trail_of_the_organization_and_deletes_it() {
    let organization = Arc::new(Mutex::new(Organization::default()));
    let world: Arc<World> = Arc::new(world());
    let (asked, here) = (Arc::clone(&world), Arc::clone(&organization));
    let url = serve(move |request| {
        let op = Op::of(&request);
        let own = here.lock().unwrap().answer(&op, &request.body);
        own.unwrap_or_else(|| answers::answer(&asked, &op, &request))
    });
    let served = Served { url: url.await, world };
    let new = NewTrail {
        bucket: "logs".to_owned(),
        organization: true,
        multi_region: true,
        log_file_validation: true,
        of_others: Vec::new(),
    };
    let change = Change {
        target: Target {
            arn: TRAIL.to_owned(),
            name: "everything".to_owned(),
            kind: RecorderKind::Trail,
            account: CALLER.to_owned(),
            home_region: "eu-west-1".to_owned(),
        },
        setting: Setting::Trail(Turn { before: None, after: Some(new) }),
    };
    let made = carried(&served, &change, false).await;
    assert_eq!((made.stopped, made.done.len()), (None, 1));
    let gone = carried(&served, &change.inverse(), true).await;
    assert_eq!((gone.stopped, gone.done.len()), (None, 1));
    let asked = organization.lock().unwrap().asked.clone();
    let [(create, maker, wanted), (delete, deleter, named)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((create.as_str(), delete.as_str()), ("cloudtrail:CreateTrail", "cloudtrail:DeleteTrail"));
    assert_eq!((maker.as_str(), deleter.as_str()), (CALLER, CALLER));
    // It is made by its name, and is the management account's: whoever deletes it names it by its ARN.
    assert_eq!((&wanted["Name"], &wanted["IsOrganizationTrail"]), (&json!("everything"), &json!(true)));
    assert_eq!(named["Name"], json!(TRAIL));
}
