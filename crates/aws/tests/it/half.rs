//! A bucket is made by three calls: whichever of them is the last that is answered, the journal goes on to the end, and what
//! was made can be taken back. One that holds log files is kept.

use crate::acme::{CALLER, world};
use crate::answers;
use crate::beside::send;
use crate::op::Op;
use crate::server::{Answer, serve};
use crate::world::{Served, World, opened};
use audit::change::{Bucket, Change, Setting, State, Target, Turn};
use audit::journal::{Entry, Journal, Mark};
use aws::{Accounts, Carried, Orders, Stop, Stopped};
use cloudtrail::recorder::RecorderKind;
use std::io;
use std::sync::{Arc, Mutex};

const POLICY: &str = r#"{"Statement":[],"Version":"2012-10-17"}"#;

/// A bucket behind HTTP: none, or its policy.
#[derive(Default)]
struct Shelf {
    bucket: Option<String>,
    holds_files: bool,
    calls: usize,
    /// From this call on everything is refused.
    refused_from: Option<usize>,
}

impl Shelf {
    fn answer(&mut self, method: &str, query: &str, body: &str) -> Answer {
        let call = self.calls;
        self.calls += 1;
        if self.refused_from.is_some_and(|from| call >= from) {
            return error(403, "AccessDenied");
        }
        let subresource = query.split('=').next().unwrap_or_default();
        match (method, subresource, &mut self.bucket) {
            ("PUT", "", None) => self.bucket = Some(String::new()),
            ("PUT", "", Some(_)) => return error(409, "BucketAlreadyOwnedByYou"),
            (_, _, None) => return error(404, "NoSuchBucket"),
            ("PUT", "publicAccessBlock", Some(_)) => {}
            ("PUT", "policy", Some(policy)) => body.clone_into(policy),
            ("GET", "policy", Some(policy)) if policy.is_empty() => return error(404, "NoSuchBucketPolicy"),
            ("GET", "policy", Some(policy)) => return send(200, policy.clone()),
            ("DELETE", _, Some(_)) if self.holds_files => return error(409, "BucketNotEmpty"),
            ("DELETE", ..) => self.bucket = None,
            other => panic!("{other:?}"),
        }
        send(200, "")
    }
}

fn error(status: u16, code: &str) -> Answer {
    send(status, format!("<Error><Code>{code}</Code><Message>said</Message></Error>"))
}

async fn served(shelf: Shelf) -> (Served, Arc<Mutex<Shelf>>) {
    let shelf = Arc::new(Mutex::new(shelf));
    let world: Arc<World> = Arc::new(world());
    let (asked, here) = (Arc::clone(&world), Arc::clone(&shelf));
    let url = serve(move |request| {
        let op = Op::of(&request);
        if op.action.starts_with("s3:") {
            return here.lock().unwrap().answer(&request.method, &request.query, &request.body);
        }
        answers::answer(&asked, &op, &request)
    });
    (Served { url: url.await, world }, shelf)
}

fn change() -> Change {
    let bucket = Bucket { name: "invoketrail-logs".to_owned(), policy: POLICY.to_owned() };
    Change {
        target: Target {
            arn: "arn:aws:cloudtrail:eu-west-1:222222222222:trail/invoketrail".to_owned(),
            name: "invoketrail".to_owned(),
            kind: RecorderKind::Trail,
            account: CALLER.to_owned(),
            home_region: "eu-west-1".to_owned(),
        },
        setting: Setting::Bucket(Turn { before: None, after: Some(bucket) }),
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

async fn carried(served: &Served, change: &Change, mark: Mark) -> (Carried, Memory) {
    let mut journal = Memory::default();
    let options = served.options(Accounts::Caller);
    let orders =
        Orders { changes: std::slice::from_ref(change), marks: &[mark], back: false, relied_on: &[] };
    let carried = opened(&options, Stop::new()).await.carry_out(orders, &mut journal, &mut |_| {}).await;
    (carried, journal)
}

#[tokio::test]
async fn refused_after_any_call_it_goes_on_to_the_end_and_can_be_taken_back() {
    let change = change();
    let (whole, shelf) = served(Shelf::default()).await;
    assert_eq!(carried(&whole, &change, Mark::Fresh).await.0.stopped, None);
    let calls = shelf.lock().unwrap().calls;
    for from in 0..calls {
        let (served, shelf) = served(Shelf { refused_from: Some(from), ..Shelf::default() }).await;
        let (stopped, journal) = carried(&served, &change, Mark::Fresh).await;
        assert!(
            matches!(stopped.stopped, Some(Stopped::Refused { permission: true, .. })),
            "{from}: {stopped:?}"
        );
        let intended = journal.0.contains(&Entry::Intent(0));
        assert_eq!(stopped.begun, intended, "{from}");
        assert!(intended || shelf.lock().unwrap().bucket.is_none(), "{from}");
        shelf.lock().unwrap().refused_from = None;
        let made = shelf.lock().unwrap().bucket.clone();

        // The way back of as much as was made.
        if made.is_some() {
            let session = opened(&served.options(Accounts::Caller), Stop::new()).await;
            let found: State = session.look(std::slice::from_ref(&change)).await.remove(0).unwrap();
            let so_far = change.so_far(&found).unwrap_or_else(|| change.clone());
            let (back, _) = carried(&served, &so_far.inverse(), Mark::Fresh).await;
            assert_eq!((back.stopped, shelf.lock().unwrap().bucket.clone()), (None, None), "{from}");
            shelf.lock().unwrap().bucket = made;
        }

        let mark = if intended { Mark::Intended } else { Mark::Fresh };
        let (ended, _) = carried(&served, &change, mark).await;
        assert_eq!(ended.stopped, None, "{from}");
        assert_eq!(shelf.lock().unwrap().bucket.as_deref(), Some(POLICY), "{from}");
    }
}

#[tokio::test]
async fn a_bucket_with_log_files_is_kept() {
    let full = Shelf { bucket: Some(POLICY.to_owned()), holds_files: true, ..Shelf::default() };
    let (served, shelf) = served(full).await;
    let (back, journal) = carried(&served, &change().inverse(), Mark::Fresh).await;
    assert_eq!((back.stopped, back.kept), (None, vec![0]));
    assert_eq!(journal.0, [Entry::Intent(0), Entry::Kept(0)]);
    assert_eq!(shelf.lock().unwrap().bucket.as_deref(), Some(POLICY));
}

#[tokio::test]
async fn a_bucket_that_another_trail_delivers_to_is_kept() {
    let (served, shelf) = served(Shelf { bucket: Some(POLICY.to_owned()), ..Shelf::default() }).await;
    // The trails of the account deliver there.
    let bucket = Bucket { name: "acme-logs".to_owned(), policy: POLICY.to_owned() };
    let back = Change { setting: Setting::Bucket(Turn { before: Some(bucket), after: None }), ..change() };
    let (back, journal) = carried(&served, &back, Mark::Fresh).await;
    assert_eq!((back.stopped, back.kept), (None, vec![0]));
    assert_eq!(journal.0, [Entry::Intent(0), Entry::Kept(0)]);
    assert_eq!(shelf.lock().unwrap().bucket.as_deref(), Some(POLICY));
}
