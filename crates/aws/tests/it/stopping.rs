//! Interruption: what was collected is returned, and what was not read says so.

use crate::acme::{self, CALLER};
use crate::world::{Fault, opened};
use audit::inventory::GapKind;
use aws::{Accounts, Progress, Session, Stop};

#[tokio::test]
async fn what_was_collected_before_the_interruption_is_kept() {
    // One Region hangs, so that the collection cannot end by itself; all else has come when it is stopped.
    let world = acme::world().failing(|op, _| (op.region == "ap-east-1").then_some(Fault::Hang));
    let served = world.serve().await;
    let stop = Stop::new();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let watch = |progress: Progress| {
        if matches!(progress, Progress::Place { .. })
            && done.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1
        {
            stop.stop();
        }
    };
    let options = served.options(Accounts::Caller);
    let collected =
        opened(&options, stop.clone()).await.collect("2026-11-23T12:00:00Z", &watch).await.unwrap();
    assert!(collected.interrupted);
    let inventory = collected.inventory;
    let functions = |region: &str| {
        let place = &inventory.places[inventory.place(CALLER, region).unwrap()];
        (place.functions.resources.len(), place.functions.gap.map(|gap| inventory.gaps[gap].kind))
    };
    assert_eq!(functions("us-east-1"), (120, None));
    assert_eq!(functions("eu-west-1"), (3, None));
    assert_eq!(functions("ap-east-1"), (0, Some(GapKind::Interrupted)));
    assert!(inventory.gaps.iter().all(|gap| gap.kind == GapKind::Interrupted));
}

#[tokio::test]
async fn a_session_stopped_before_it_began_sends_nothing() {
    let served = acme::world().serve().await;
    let stop = Stop::new();
    stop.stop();
    let options = served.options(Accounts::Caller);
    assert!(Session::open(&options, stop).await.unwrap().is_none());
    assert_eq!(served.asked().len(), 0);
}

#[tokio::test]
async fn stopping_at_any_moment_never_loses_the_answer() {
    for moment in (0..40).step_by(3) {
        let served = acme::world().serve().await;
        let stop = Stop::new();
        let count = std::sync::atomic::AtomicUsize::new(0);
        let watch = |_: Progress| {
            if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == moment {
                stop.stop();
            }
        };
        let options = served.options(acme::members());
        let collected =
            opened(&options, stop.clone()).await.collect("2026-11-23T12:00:00Z", &watch).await.unwrap();
        let interrupted = collected.inventory.gaps.iter().any(|gap| gap.kind == GapKind::Interrupted);
        assert_eq!(interrupted, collected.interrupted, "at {moment}");
    }
}
