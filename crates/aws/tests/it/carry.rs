//! Changes carried out over HTTP: conflicts, throttling, lost answers, refusals, and documents that the SDK does not know.

use crate::acme::{CALLER, world};
use crate::answers;
use crate::beside::{refused, send};
use crate::op::Op;
use crate::server::{Answer, serve};
use crate::world::{Served, World, opened};
use audit::change::{Change, Setting, State, Target, Turn};
use audit::journal::{Entry, Journal, Mark};
use aws::{Accounts, Carried, Orders, Stop, Stopped};
use cloudtrail::recorder::RecorderKind;
use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex};

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:222222222222:trail/main";

const STORE: &str =
    "arn:aws:cloudtrail:eu-west-1:222222222222:eventdatastore/11111111-2222-3333-4444-555555555555";

/// What the endpoint does with the next PutEventSelectors, in order; afterwards it does as it is told.
#[derive(Clone, Copy)]
enum Script {
    Conflict,
    Throttle,
    /// It is set, and the answer is lost on its way.
    Lost,
    Refuse,
    /// It is set, and somebody else sets something else before it is read back.
    Overtaken,
    /// The trail is deleted in that very moment.
    Gone,
}

/// One trail behind HTTP.
struct Trail {
    /// The members of a request that set its selectors.
    set: Mutex<Value>,
    script: Mutex<Vec<Script>>,
    puts: Mutex<Vec<Value>>,
}

fn document(name: &str) -> Value {
    // A member that no SDK of today knows travels along.
    json!({"AdvancedEventSelectors": [{"Name": name, "Until": "2030", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]}]}]})
}

fn canonical(value: &Value) -> String {
    cloudtrail::selector_json::request(&cloudtrail::selector_json::from_str(&value.to_string()).unwrap())
        .unwrap()
}

fn change() -> Change {
    let (before, after) = (canonical(&document("before")), canonical(&document("after")));
    Change {
        target: Target {
            arn: TRAIL.to_owned(),
            name: "main".to_owned(),
            kind: RecorderKind::Trail,
            account: CALLER.to_owned(),
            home_region: "eu-west-1".to_owned(),
        },
        setting: Setting::Selectors(Turn { before, after }),
    }
}

async fn served(script: &[Script]) -> (Served, Arc<Trail>) {
    let trail = Arc::new(Trail {
        set: Mutex::new(document("before")),
        script: Mutex::new(script.to_vec()),
        puts: Mutex::default(),
    });
    let world: Arc<World> = Arc::new(world());
    let (asked, here) = (Arc::clone(&world), Arc::clone(&trail));
    let url = serve(move |request| {
        let op = Op::of(&request);
        asked.asked.lock().unwrap().push(op.clone());
        match op.action.as_str() {
            "cloudtrail:GetEventSelectors" | "cloudtrail:GetEventDataStore" => here.get(),
            "cloudtrail:PutEventSelectors" | "cloudtrail:UpdateEventDataStore" => here.put(&request.body),
            _ => answers::answer(&asked, &op, &request),
        }
    });
    (Served { url: url.await, world }, trail)
}

fn error(status: u16, code: &str) -> Answer {
    let body = json!({"__type": code, "Message": "said"}).to_string();
    Answer::Send { status, headers: vec![("x-amzn-errortype", code.to_owned())], body }
}

impl Trail {
    fn get(&self) -> Answer {
        let mut answer = self.set.lock().unwrap().clone();
        if answer.is_null() {
            return error(400, "TrailNotFoundException");
        }
        // A store's answer holds its ARN and much else beside its selectors, a trail's the trail's.
        answer["TrailARN"] = TRAIL.into();
        answer["EventDataStoreArn"] = STORE.into();
        answer["RetentionPeriod"] = 2557.into();
        send(200, answer.to_string())
    }

    fn put(&self, body: &str) -> Answer {
        let request: Value = serde_json::from_str(body).unwrap();
        self.puts.lock().unwrap().push(request.clone());
        let mut script = self.script.lock().unwrap();
        let next = if script.is_empty() { None } else { Some(script.remove(0)) };
        match next {
            Some(Script::Conflict) => return error(400, "ConflictException"),
            Some(Script::Throttle) => return error(400, "ThrottlingException"),
            Some(Script::Refuse) => return refused(),
            Some(Script::Gone) => {
                *self.set.lock().unwrap() = Value::Null;
                return error(400, "TrailNotFoundException");
            }
            Some(Script::Overtaken) => {
                *self.set.lock().unwrap() = document("somebody else's");
                return send(200, "{}");
            }
            Some(Script::Lost) | None => {}
        }
        let mut set = request;
        set.as_object_mut()
            .unwrap()
            .retain(|name, _| !matches!(name.as_str(), "TrailName" | "EventDataStore"));
        *self.set.lock().unwrap() = set;
        match next {
            // A gateway that fails after the service has done it.
            Some(_) => send(503, "<html>gone</html>"),
            None => send(200, "{}"),
        }
    }
}

#[derive(Default)]
struct Memory(Vec<Entry>);

impl Journal for Memory {
    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        self.0.push(entry.clone());
        Ok(())
    }
}

async fn carried(served: &Served, changes: &[Change], marks: &[Mark]) -> (Carried, Memory) {
    let mut journal = Memory::default();
    let options = served.options(Accounts::Caller);
    let orders = Orders { changes, marks, back: false, relied_on: &[] };
    let carried = opened(&options, Stop::new()).await.carry_out(orders, &mut journal, &mut |_| {}).await;
    (carried, journal)
}

#[tokio::test]
async fn what_the_sdk_does_not_know_reaches_aws_and_comes_back() {
    let (served, trail) = served(&[]).await;
    let (carried, journal) = carried(&served, &[change()], &[]).await;
    assert_eq!(carried.stopped, None);
    assert_eq!(journal.0, [Entry::Intent(0), Entry::Done(0)]);
    let puts = trail.puts.lock().unwrap().clone();
    assert_eq!((puts.len(), &puts[0]["TrailName"]), (1, &json!(TRAIL)));
    assert_eq!(puts[0]["AdvancedEventSelectors"][0]["Until"], "2030");
    let (back, _) = self::carried(&served, &[change().inverse()], &[]).await;
    assert_eq!(back.stopped, None);
    assert_eq!(canonical(&trail.set.lock().unwrap()), canonical(&document("before")), "to the byte");
}

#[tokio::test]
async fn conflicts_and_throttling_are_waited_for() {
    let script = [Script::Conflict, Script::Throttle, Script::Conflict, Script::Throttle];
    let (served, trail) = served(&script).await;
    let (carried, _) = carried(&served, &[change()], &[]).await;
    assert_eq!(carried.stopped, None);
    assert_eq!(trail.puts.lock().unwrap().len(), script.len() + 1);
}

#[tokio::test]
async fn a_set_whose_answer_is_lost_is_done() {
    let (served, trail) = served(&[Script::Lost]).await;
    let (carried, journal) = carried(&served, &[change()], &[]).await;
    assert_eq!((carried.stopped, carried.done), (None, vec![0]));
    assert_eq!(journal.0.last(), Some(&Entry::Done(0)));
    assert_eq!(canonical(&trail.set.lock().unwrap()), canonical(&document("after")));
}

#[tokio::test]
async fn a_refusal_is_never_repeated_and_names_the_permission() {
    let (served, trail) = served(&[Script::Refuse]).await;
    let (carried, journal) = carried(&served, &[change()], &[]).await;
    let Some(Stopped::Refused { at: 0, permission: true, error }) = &carried.stopped else {
        panic!("{carried:?}")
    };
    assert!(error.starts_with("cloudtrail:PutEventSelectors"), "{error}");
    assert_eq!(trail.puts.lock().unwrap().len(), 1);
    assert!(matches!(journal.0.last(), Some(Entry::Refused(0, _))));
    // Once it is granted, the journal goes on.
    let (resumed, _) = self::carried(&served, &[change()], &[Mark::Intended]).await;
    assert_eq!(resumed.stopped, None);
}

#[tokio::test]
async fn a_stale_trail_is_not_touched() {
    let (served, trail) = served(&[]).await;
    *trail.set.lock().unwrap() = document("somebody else's");
    let (carried, journal) = carried(&served, &[change()], &[]).await;
    assert!(matches!(carried.stopped, Some(Stopped::Stale { at: 0, .. })), "{carried:?}");
    assert!(trail.puts.lock().unwrap().is_empty() && journal.0.is_empty());
}

/// Read, set and somebody else in between: what is found afterwards is not what was set, and is told.
#[tokio::test]
async fn an_update_that_is_lost_is_seen_when_it_is_read_back() {
    let (served, _) = served(&[Script::Overtaken]).await;
    let (carried, journal) = carried(&served, &[change()], &[]).await;
    assert!(matches!(carried.stopped, Some(Stopped::Differs { at: 0, .. })), "{carried:?}");
    assert!(!journal.0.contains(&Entry::Done(0)));
}

#[tokio::test]
async fn a_trail_that_is_gone_stops_everything() {
    let (served, trail) = served(&[]).await;
    *trail.set.lock().unwrap() = Value::Null;
    let (gone, journal) = carried(&served, &[change()], &[]).await;
    assert!(gone.stopped.is_some() && gone.done.is_empty(), "{gone:?}");
    assert!(trail.puts.lock().unwrap().is_empty() && journal.0.is_empty());

    let (served, trail) = self::served(&[Script::Gone]).await;
    let back = change().inverse();
    let (gone, journal) = carried(&served, &[change(), back], &[]).await;
    assert!(matches!(gone.stopped, Some(Stopped::Refused { at: 0, permission: false, .. })), "{gone:?}");
    assert_eq!(trail.puts.lock().unwrap().len(), 1);
    assert!(matches!(journal.0.last(), Some(Entry::Failed(0, _))));
}

#[tokio::test]
async fn the_selectors_of_a_store_are_set_by_its_own_call() {
    let (served, trail) = served(&[Script::Throttle]).await;
    let mut change = change();
    change.target.kind = RecorderKind::EventDataStore;
    STORE.clone_into(&mut change.target.arn);
    let (carried, _) = carried(&served, std::slice::from_ref(&change), &[]).await;
    assert_eq!(carried.stopped, None);
    let puts = trail.puts.lock().unwrap().clone();
    assert_eq!((puts.len(), &puts[1]["EventDataStore"]), (2, &json!(STORE)));
    assert_eq!(puts[1]["AdvancedEventSelectors"][0]["Until"], "2030");
    let asked = served.world.asked.lock().unwrap().clone();
    assert!(asked.iter().all(|op| op.action != "cloudtrail:PutEventSelectors"));
    assert_eq!(canonical(&trail.set.lock().unwrap()), canonical(&document("after")));
}

/// Each setting of a recorder that does not exist is gone, which is an answer; other failures stay failures.
#[tokio::test]
async fn the_settings_of_what_does_not_exist_are_gone() {
    let (served, trail) = served(&[]).await;
    *trail.set.lock().unwrap() = Value::Null;
    let gone = Target { arn: TRAIL.replace("main", "nothere"), ..change().target };
    let turn = Turn { before: false, after: true };
    let mut changes = vec![change()];
    for setting in
        [Setting::Logging(turn.clone()), Setting::MultiRegion(turn.clone()), Setting::LogFileValidation(turn)]
    {
        changes.push(Change { target: gone.clone(), setting });
    }
    let session = opened(&served.options(Accounts::Caller), Stop::new()).await;
    let found = session.look(&changes).await;
    assert_eq!(found, vec![Ok(State::Gone); changes.len()]);
    // Of an undo nothing is left to do then; the journal holds that nothing was set.
    let mut journal = Memory::default();
    let orders = Orders { changes: &changes, marks: &[], back: true, relied_on: &[] };
    let back = session.carry_out(orders, &mut journal, &mut |_| {}).await;
    assert_eq!((back.stopped, back.begun), (None, false));
    assert_eq!(journal.0, (0..changes.len()).map(Entry::Found).collect::<Vec<_>>());
}
