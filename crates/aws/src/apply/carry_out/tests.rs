//! Every step fails in turn: whatever happens, the journal tells what was done, resuming ends it, and undoing reverts it.

use super::{Carried, Made, Orders, Stopped, World, run};
use crate::gap::{Class, Failure};
use audit::change::{Bucket, Change, NewTrail, Setting, State, Target, Turn, undo};
use audit::journal::{Entry, Journal, Mark};
use cloudtrail::recorder::RecorderKind;
use std::collections::BTreeMap;
use std::io;

/// Settings in memory, where each call may go wrong.
#[derive(Clone, Default)]
struct Fake {
    settings: BTreeMap<String, State>,
    calls: usize,
    /// At this call, counted from 0, the program is killed: nothing is answered any more.
    killed_at: Option<usize>,
    /// Calls to set, counted from 0, that are done while their answer is lost.
    lost: Option<usize>,
    refused: Option<usize>,
    /// From this call on every one fails so.
    failing: Option<(usize, Class)>,
    /// Log files lie in every bucket.
    filled: bool,
    /// Somebody else writes just before this call.
    other: Option<(usize, String, State)>,
    sets: usize,
}

fn key(change: &Change) -> String {
    format!("{} {:?}", change.target.arn, std::mem::discriminant(&change.setting))
}

impl Fake {
    fn of(changes: &[Change]) -> Self {
        let mut fake = Fake::default();
        for change in changes {
            fake.settings.entry(key(change)).or_insert_with(|| change.before());
        }
        fake
    }

    fn step(&mut self) -> Result<(), Failure> {
        let call = self.calls;
        self.calls += 1;
        if let Some((_, key, state)) = self.other.take_if(|(at, ..)| *at == call) {
            self.settings.insert(key, state);
        }
        if let Some((at, class)) = self.failing
            && call >= at
        {
            return Err(Failure::new(class, "as the test wants it"));
        }
        match self.killed_at {
            Some(at) if call >= at => Err(Failure::interrupted()),
            _ => Ok(()),
        }
    }
}

impl World for Fake {
    async fn read(&mut self, change: &Change) -> Result<State, Failure> {
        self.step()?;
        Ok(self.settings[&key(change)].clone())
    }

    async fn set(&mut self, change: &Change) -> Result<Made, Failure> {
        if let State::Bucket(Some(made)) = change.after() {
            // A bucket is made by several calls, and its policy is set by the last.
            self.step()?;
            let bare = State::Bucket(Some(Bucket { policy: String::new(), ..made }));
            self.settings.insert(key(change), bare);
        }
        self.step()?;
        if self.filled && change.after() == State::Bucket(None) {
            return Ok(Made::Kept);
        }
        let set = self.sets;
        self.sets += 1;
        if self.refused == Some(set) {
            return Err(Failure::new(Class::Refused, "no"));
        }
        self.settings.insert(key(change), change.after());
        if self.lost == Some(set) { Err(Failure::silent()) } else { Ok(Made::Set) }
    }

    async fn wait(&mut self, attempt: u32) -> bool {
        attempt < 2
    }
}

#[derive(Default)]
struct Memory {
    entries: Vec<Entry>,
    /// The disk is full from this entry on.
    full_at: Option<usize>,
}

impl Journal for Memory {
    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        if self.full_at.is_some_and(|at| self.entries.len() >= at) {
            return Err(io::Error::other("no space left"));
        }
        self.entries.push(entry.clone());
        Ok(())
    }
}

impl Memory {
    fn marks(&self, changes: usize) -> Vec<Mark> {
        let mut marks = vec![Mark::Fresh; changes];
        for entry in &self.entries {
            match entry {
                Entry::Intent(at) => marks[*at] = Mark::Intended,
                Entry::Done(at) | Entry::Kept(at) => marks[*at] = Mark::Done,
                Entry::Found(at) => marks[*at] = Mark::Found,
                Entry::Used(at) => marks[*at] = Mark::Used,
                Entry::Refused(at, _) => marks[*at] = Mark::Fresh,
                Entry::Failed(..) => {}
            }
        }
        marks
    }
}

fn changes() -> Vec<Change> {
    let target = |name: &str| Target {
        arn: format!("arn:aws:cloudtrail:eu-west-1:111111111111:trail/{name}"),
        name: name.to_owned(),
        kind: RecorderKind::Trail,
        account: "111111111111".to_owned(),
        home_region: "eu-west-1".to_owned(),
    };
    let selectors = |before: &str, after: &str| {
        Setting::Selectors(Turn { before: before.to_owned(), after: after.to_owned() })
    };
    let id = "5b0c6d1e-4f7a-4c2e-9d38-2a6f1e9b7c40";
    let store = Target {
        arn: format!("arn:aws:cloudtrail:eu-west-1:111111111111:eventdatastore/{id}"),
        kind: RecorderKind::EventDataStore,
        ..target("lake")
    };
    let policy = r#"{"Statement":[]}"#.to_owned();
    let bucket = Some(Bucket { name: "logs".to_owned(), policy });
    let trail = Some(NewTrail {
        bucket: "logs".to_owned(),
        organization: false,
        multi_region: true,
        log_file_validation: true,
        of_others: Vec::new(),
    });
    vec![
        Change { target: target("new"), setting: Setting::Bucket(Turn { before: None, after: bucket }) },
        Change { target: target("new"), setting: Setting::Trail(Turn { before: None, after: trail }) },
        Change { target: target("a"), setting: Setting::MultiRegion(Turn { before: false, after: true }) },
        Change { target: target("a"), setting: selectors("a0", "a1") },
        Change { target: target("b"), setting: selectors("b0", "b1") },
        Change { target: target("a"), setting: Setting::Logging(Turn { before: false, after: true }) },
        Change {
            target: target("b"),
            setting: Setting::LogFileValidation(Turn { before: false, after: true }),
        },
        Change { target: store, setting: selectors("s0", "s1") },
    ]
}

async fn carried(world: &mut Fake, changes: &[Change], marks: &[Mark], journal: &mut Memory) -> Carried {
    run(world, Orders { changes, marks, back: false, relied_on: &[] }, journal, &mut |_| {}).await
}

#[tokio::test]
async fn killed_at_any_step_it_can_be_ended_or_reverted() {
    let changes = changes();
    let mut whole = Fake::of(&changes);
    assert_eq!(carried(&mut whole, &changes, &[], &mut Memory::default()).await.stopped, None);
    for killed_at in 0..whole.calls {
        let mut world = Fake { killed_at: Some(killed_at), ..Fake::of(&changes) };
        let mut journal = Memory::default();
        let outcome = carried(&mut world, &changes, &[], &mut journal).await;
        assert!(matches!(outcome.stopped, Some(Stopped::Interrupted { .. })), "{killed_at}: {outcome:?}");
        let marks = journal.marks(changes.len());

        // Going on is killed as well, between every two of its calls.
        for again in world.calls..world.calls + whole.calls {
            let mut twice = Fake { killed_at: Some(again), ..world.clone() };
            let mut journal = Memory { entries: journal.entries.clone(), full_at: None };
            carried(&mut twice, &changes, &marks, &mut journal).await;
            twice.killed_at = None;
            let marks = journal.marks(changes.len());
            let ended = carried(&mut twice, &changes, &marks, &mut journal).await;
            assert_eq!((ended.stopped, &twice.settings), (None, &whole.settings), "{killed_at} {again}");
        }
        let mut resumed = Fake { killed_at: None, ..world.clone() };
        let ended = carried(&mut resumed, &changes, &marks, &mut journal).await;
        assert_eq!((ended.stopped, ended.done.len()), (None, changes.len()), "{killed_at}");
        assert_eq!(resumed.settings, whole.settings, "{killed_at}");

        // Undo: what was begun, backwards; what was only intended may not be there.
        let mut reverted = Fake { killed_at: None, ..world };
        let mut begun: Vec<Change> = Vec::new();
        for (change, mark) in changes.iter().zip(&marks) {
            let found = reverted.settings[&key(change)].clone();
            if *mark == Mark::Done || (*mark == Mark::Intended && found == change.after()) {
                begun.push(change.clone());
            } else if *mark == Mark::Intended {
                begun.extend(change.so_far(&found));
            }
        }
        let back = carried(&mut reverted, &undo(&begun), &[], &mut Memory::default()).await;
        assert_eq!(back.stopped, None, "{killed_at}");
        assert_eq!(reverted.settings, Fake::of(&changes).settings, "{killed_at}");
    }
}

#[tokio::test]
async fn a_stale_plan_changes_nothing() {
    let changes = changes();
    for other in &changes {
        let mut world = Fake::of(&changes);
        let found = match other.before() {
            State::Flag(on) => State::Flag(!on),
            State::Bucket(_) => {
                State::Bucket(Some(Bucket { name: "logs".to_owned(), policy: "another".to_owned() }))
            }
            State::Trail(_) => other.after(),
            _ => State::Selectors("somebody else's".to_owned()),
        };
        world.settings.insert(key(other), found);
        let before = world.settings.clone();
        let outcome = carried(&mut world, &changes, &[], &mut Memory::default()).await;
        assert!(matches!(outcome.stopped, Some(Stopped::Stale { .. })), "{outcome:?}");
        assert_eq!((world.settings, world.sets, outcome.done.len()), (before, 0, 0));
    }
}

#[tokio::test]
async fn somebody_else_between_reading_and_setting_is_never_overwritten_unseen() {
    let changes = changes();
    // The changes of single calls alone, so that calls can be counted.
    let changes = changes[2..6].to_vec();
    // All four are compared first; then the first change reads, sets and reads back in calls 4, 5 and 6.
    let elses = State::Selectors("somebody else's".to_owned());
    let mut world = Fake { other: Some((7, key(&changes[1]), elses.clone())), ..Fake::of(&changes) };
    let outcome = carried(&mut world, &changes, &[], &mut Memory::default()).await;
    assert_eq!(outcome.stopped, Some(Stopped::Stale { at: 1, found: Box::new(elses.clone()) }));
    assert_eq!(outcome.done, [0]);
    // After the set: reading back shows it.
    let mut world = Fake { other: Some((9, key(&changes[1]), elses.clone())), ..Fake::of(&changes) };
    let mut journal = Memory::default();
    let outcome = carried(&mut world, &changes, &[], &mut journal).await;
    assert_eq!(outcome.stopped, Some(Stopped::Differs { at: 1, found: Box::new(elses) }));
    assert!(matches!(journal.entries.last(), Some(Entry::Failed(1, _))));
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_reading() {
    let changes = changes();
    for lost in 0..changes.len() {
        let mut world = Fake { lost: Some(lost), ..Fake::of(&changes) };
        let outcome = carried(&mut world, &changes, &[], &mut Memory::default()).await;
        assert_eq!((outcome.stopped, outcome.done.len()), (None, changes.len()), "{lost}");
        assert_eq!(world.sets, changes.len(), "it is not set twice");
    }
}

#[tokio::test]
async fn a_refusal_in_the_middle_stops_there_and_can_be_resumed() {
    let changes = changes();
    let mut world = Fake { refused: Some(4), ..Fake::of(&changes) };
    let mut journal = Memory::default();
    let outcome = carried(&mut world, &changes, &[], &mut journal).await;
    assert!(matches!(outcome.stopped, Some(Stopped::Refused { at: 4, permission: true, .. })), "{outcome:?}");
    assert_eq!((outcome.done, world.sets), (vec![0, 1, 2, 3], 5), "a refusal is not repeated");
    world.refused = None;
    let marks = journal.marks(changes.len());
    assert_eq!(carried(&mut world, &changes, &marks, &mut journal).await.stopped, None);
}

/// Somebody did by hand what an interrupted run left over.
#[tokio::test]
async fn what_others_did_meanwhile_as_wanted_needs_nothing_when_it_is_resumed() {
    let changes = changes();
    let last = changes.len() - 1;
    assert!(!changes[..last].iter().any(|one| one.same_setting(&changes[last])), "nothing earlier sets it");
    let mut world = Fake { refused: Some(last), ..Fake::of(&changes) };
    let mut journal = Memory::default();
    carried(&mut world, &changes, &[], &mut journal).await;
    let mut marks = journal.marks(changes.len());
    // Killed before the journal held an intent.
    marks[last] = Mark::default();
    world.refused = None;
    world.settings.insert(key(&changes[last]), changes[last].after());
    let outcome = carried(&mut world, &changes, &marks, &mut journal).await;
    assert_eq!((outcome.stopped, outcome.found), (None, vec![last]));
}

/// Somebody wrote a step twice into a plan: the second can never be carried out, so neither is the first.
#[tokio::test]
async fn steps_that_cannot_follow_each_other_are_refused_before_the_first_call() {
    let mut changes = changes();
    let twice = changes.iter().position(|one| !one.is_there(&one.after())).unwrap();
    changes.push(changes[twice].clone());
    let mut world = Fake::of(&changes);
    let outcome = carried(&mut world, &changes, &[], &mut Memory::default()).await;
    assert!(matches!(outcome.stopped, Some(Stopped::Stale { .. })), "{outcome:?}");
    assert_eq!((world.sets, outcome.begun), (0, false));
}

#[tokio::test]
async fn without_a_journal_nothing_is_changed() {
    let changes = changes();
    for full_at in 0..2 * changes.len() {
        let mut world = Fake::of(&changes);
        let mut journal = Memory { full_at: Some(full_at), ..Memory::default() };
        let outcome = carried(&mut world, &changes, &[], &mut journal).await;
        assert!(matches!(outcome.stopped, Some(Stopped::Journal { .. })), "{outcome:?}");
        assert!(world.sets <= full_at.div_ceil(2), "{full_at}: every set has its intent written before");
    }
}

/// Whatever goes wrong, at whatever moment: what was set is never said to be untouched.
#[tokio::test]
async fn every_failure_at_every_moment_is_told_as_begun_once_an_intent_is_written() {
    let changes = changes();
    let mut whole = Fake::of(&changes);
    carried(&mut whole, &changes, &[], &mut Memory::default()).await;
    for class in [
        Class::Refused,
        Class::Credentials,
        Class::Throttled,
        Class::Server,
        Class::Silent,
        Class::Unreachable,
        Class::Absent,
        Class::Interrupted,
        Class::Final,
    ] {
        for at in 0..whole.calls {
            let mut world = Fake { failing: Some((at, class)), ..Fake::of(&changes) };
            let mut journal = Memory::default();
            let outcome = carried(&mut world, &changes, &[], &mut journal).await;
            let intent = journal.entries.iter().any(|entry| matches!(entry, Entry::Intent(_)));
            assert!(outcome.stopped.is_some(), "{class:?} at {at}");
            assert_eq!(outcome.begun, intent, "{class:?} at {at}: {outcome:?}");
            let untouched = world.settings == Fake::of(&changes).settings;
            assert!(untouched || outcome.begun, "{class:?} at {at}: {outcome:?}");
            // Once AWS answers again, the journal goes on to the end.
            world.failing = None;
            let marks = journal.marks(changes.len());
            let ended = carried(&mut world, &changes, &marks, &mut journal).await;
            assert_eq!((ended.stopped, &world.settings), (None, &whole.settings), "{class:?} at {at}");
        }
    }
    for full_at in 0..2 * changes.len() {
        let mut world = Fake::of(&changes);
        let mut journal = Memory { full_at: Some(full_at), ..Memory::default() };
        let outcome = carried(&mut world, &changes, &[], &mut journal).await;
        assert_eq!(outcome.begun, full_at > 0, "{full_at}: {outcome:?}");
    }
}

/// Undo and `--resume` are killed, too: between every two calls, and go on.
#[tokio::test]
async fn an_undo_that_is_killed_goes_on_with_its_own_journal() {
    let changes = changes();
    let mut whole = Fake::of(&changes);
    carried(&mut whole, &changes, &[], &mut Memory::default()).await;
    let back = undo(&changes);
    let mut undone = Fake { calls: 0, ..whole.clone() };
    carried(&mut undone, &back, &[], &mut Memory::default()).await;
    for killed_at in 0..undone.calls {
        let mut world = Fake { calls: 0, killed_at: Some(killed_at), ..whole.clone() };
        let mut journal = Memory::default();
        carried(&mut world, &back, &[], &mut journal).await;
        // The second run is killed as well, between every two of its calls.
        for again in world.calls..world.calls + undone.calls {
            let mut twice = Fake { killed_at: Some(again), ..world.clone() };
            let mut journal = Memory { entries: journal.entries.clone(), full_at: None };
            let marks = journal.marks(back.len());
            carried(&mut twice, &back, &marks, &mut journal).await;
            twice.killed_at = None;
            let marks = journal.marks(back.len());
            let ended = carried(&mut twice, &back, &marks, &mut journal).await;
            assert_eq!(
                (ended.stopped, &twice.settings),
                (None, &Fake::of(&changes).settings),
                "{killed_at} {again}"
            );
        }
    }
}

/// Somebody deletes a recorder before or while it is taken back: the rest is taken back, and it ends.
#[tokio::test]
async fn what_does_not_exist_any_more_counts_as_taken_back() {
    let changes = changes();
    let mut whole = Fake::of(&changes);
    carried(&mut whole, &changes, &[], &mut Memory::default()).await;
    let back = undo(&changes);
    for arn in changes.iter().map(|change| &change.target.arn) {
        for at in 0..3 * back.len() {
            let mut world = Fake { calls: 0, killed_at: Some(at), ..whole.clone() };
            let mut journal = Memory::default();
            let orders = |marks| Orders { changes: &back, marks, back: true, relied_on: &[] };
            run(&mut world, orders(&[]), &mut journal, &mut |_| {}).await;
            world.killed_at = None;
            for change in back.iter().filter(|change| change.target.arn == *arn) {
                let none = match change.before() {
                    State::Bucket(_) => State::Bucket(None),
                    State::Trail(_) => State::Trail(None),
                    _ => State::Gone,
                };
                world.settings.insert(key(change), none);
            }
            let marks = journal.marks(back.len());
            let ended = run(&mut world, orders(&marks), &mut journal, &mut |_| {}).await;
            assert_eq!((ended.stopped, ended.done.len()), (None, back.len()), "{arn} {at}");
            for change in back.iter().filter(|change| change.target.arn != *arn) {
                assert_eq!(world.settings[&key(change)], change.after(), "{arn} {at}");
            }
        }
    }
    // A plan that goes forward never takes what is not there for done.
    for at in 2..changes.len() {
        let mut world = Fake::of(&changes);
        world.settings.insert(key(&changes[at]), State::Gone);
        let outcome = carried(&mut world, &changes, &[], &mut Memory::default()).await;
        assert!(matches!(outcome.stopped, Some(Stopped::Stale { .. })), "{at}: {outcome:?}");
    }
}

/// Somebody sets a setting back by hand before or while it is taken back: that step is done, and an undo is never stuck with it.
#[tokio::test]
async fn what_stands_at_the_target_of_an_undo_already_is_done() {
    let changes = changes();
    let mut whole = Fake::of(&changes);
    carried(&mut whole, &changes, &[], &mut Memory::default()).await;
    let back = undo(&changes);
    for by_hand in &back {
        for at in 0..3 * back.len() {
            let mut world = Fake { calls: 0, killed_at: Some(at), ..whole.clone() };
            let mut journal = Memory::default();
            let orders = |marks| Orders { changes: &back, marks, back: true, relied_on: &[] };
            run(&mut world, orders(&[]), &mut journal, &mut |_| {}).await;
            world.killed_at = None;
            world.settings.insert(key(by_hand), by_hand.after());
            let marks = journal.marks(back.len());
            let ended = run(&mut world, orders(&marks), &mut journal, &mut |_| {}).await;
            assert_eq!((ended.stopped, ended.done.len()), (None, back.len()), "{at}");
            assert_eq!(world.settings, Fake::of(&changes).settings, "{at}");
        }
    }
}

#[tokio::test]
async fn a_bucket_that_holds_log_files_is_kept_and_all_else_is_taken_back() {
    let changes = changes();
    let mut world = Fake::of(&changes);
    carried(&mut world, &changes, &[], &mut Memory::default()).await;
    world.filled = true;
    let mut journal = Memory::default();
    let back = carried(&mut world, &undo(&changes), &[], &mut journal).await;
    let last = changes.len() - 1;
    assert_eq!((back.stopped, back.kept, back.done.len()), (None, vec![last], changes.len()));
    assert_eq!(journal.entries.last(), Some(&Entry::Kept(last)));
    assert_eq!(world.settings[&key(&changes[0])], changes[0].after());
}

/// A bucket that is there as it is wanted is used, and is never taken back, because nobody here made it.
#[tokio::test]
async fn a_bucket_that_is_there_as_wanted_is_used_and_left() {
    let changes = changes();
    let ready = |world: &mut Fake| world.settings.insert(key(&changes[0]), changes[0].after());
    let mut whole = Fake::of(&changes);
    ready(&mut whole);
    let mut journal = Memory::default();
    let told = carried(&mut whole, &changes, &[], &mut journal).await;
    assert_eq!((told.stopped, told.found, told.done.len()), (None, vec![0], changes.len()));
    assert_eq!(journal.entries[0], Entry::Found(0));
    assert_eq!(journal.marks(changes.len())[0], Mark::Found);
    // Wherever it is killed it is ended, and the bucket is not counted as changed.
    for killed_at in 0..whole.calls {
        let mut world = Fake { killed_at: Some(killed_at), ..Fake::of(&changes) };
        ready(&mut world);
        let mut journal = Memory::default();
        let first = carried(&mut world, &changes, &[], &mut journal).await;
        let marks = journal.marks(changes.len());
        assert_eq!(first.begun, marks.iter().any(|mark| mark.is_begun()), "{killed_at}");
        assert!(!marks[0].is_begun(), "{killed_at}");
        world.killed_at = None;
        let ended = carried(&mut world, &changes, &marks, &mut journal).await;
        assert_eq!((ended.stopped, ended.done.len()), (None, changes.len()), "{killed_at}");
        assert_eq!(world.settings, whole.settings, "{killed_at}");
    }
}

/// What a change rests on is compared right before it is set, in a fresh run and in one that goes on.
#[tokio::test]
async fn a_change_whose_ground_moved_is_not_made() {
    let changes = changes();
    let (ground, change) = (changes[4].clone(), vec![changes[5].clone()]);
    for (value, is_set) in [
        (ground.before(), true),
        (ground.after(), true),
        (State::Gone, true),
        (State::Selectors("theirs".to_owned()), false),
    ] {
        for marks in [vec![], vec![Mark::Intended]] {
            let mut world = Fake::of(&changes);
            world.settings.insert(key(&ground), value.clone());
            let before = world.settings.clone();
            let relied_on = [vec![ground.clone()]];
            let orders = Orders { changes: &change, marks: &marks, back: true, relied_on: &relied_on };
            let carried = run(&mut world, orders, &mut Memory::default(), &mut |_| {}).await;
            assert_eq!(carried.stopped.is_none(), is_set, "{value:?} {marks:?} {carried:?}");
            assert_eq!(world.settings == before, !is_set, "{value:?} {marks:?}");
            let moved = matches!(&carried.stopped, Some(Stopped::Moved { at: 0, relied_on, .. }) if **relied_on == ground);
            assert_eq!(moved, !is_set, "{carried:?}");
        }
    }
}

/// What stands as it is wanted needs no ground; a copy rests on what is there, and an undo on nothing that is gone.
#[tokio::test]
async fn what_needs_nothing_rests_on_nothing() {
    let changes = changes();
    let (ground, change) = (changes[4].clone(), vec![changes[5].clone()]);
    let relied_on = [vec![ground.clone()]];
    let theirs = State::Selectors("theirs".to_owned());
    for (ground_is, stands, back, ends) in [
        (theirs.clone(), change[0].after(), true, true),
        (theirs.clone(), State::Gone, true, true),
        (theirs, change[0].before(), true, false),
        (State::Gone, change[0].before(), true, true),
        (State::Gone, change[0].before(), false, false),
    ] {
        let mut world = Fake::of(&changes);
        world.settings.insert(key(&ground), ground_is.clone());
        world.settings.insert(key(&change[0]), stands.clone());
        let orders = Orders { changes: &change, marks: &[], back, relied_on: &relied_on };
        let carried = run(&mut world, orders, &mut Memory::default(), &mut |_| {}).await;
        assert_eq!(carried.stopped.is_none(), ends, "{ground_is:?} {stands:?} {carried:?}");
    }
}

/// A bucket that others let more of them use is kept where an undo goes on, and what was begun ends.
#[tokio::test]
async fn a_bucket_whose_policy_others_changed_is_kept() {
    let changes = changes();
    let back = vec![changes[1].inverse(), changes[0].inverse()];
    let mut world = Fake::of(&back);
    let theirs = Bucket { name: "logs".to_owned(), policy: r#"{"Statement":[{"Sid":"theirs"}]}"#.to_owned() };
    world.settings.insert(key(&back[1]), State::Bucket(Some(theirs.clone())));
    let orders = |marks| Orders { changes: &back, marks, back: true, relied_on: &[] };
    let fresh = run(&mut world, orders(&[]), &mut Memory::default(), &mut |_| {}).await;
    assert!(matches!(fresh.stopped, Some(Stopped::Stale { at: 1, .. })) && !fresh.begun, "{fresh:?}");
    let gone_on = run(&mut world, orders(&[Mark::Intended]), &mut Memory::default(), &mut |_| {}).await;
    assert_eq!((gone_on.stopped, gone_on.kept), (None, vec![1]));
    assert_eq!(world.settings[&key(&back[1])], State::Bucket(Some(theirs)));
}
