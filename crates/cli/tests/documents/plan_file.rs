//! Plans and exceptions as files: what is written is read, edits show, and hostile files are errors in one line.

use audit::change::{Bucket, Change, NewTrail, Setting, Target, Turn};
use audit::code::{Code, Coded, Room};
use audit::cost::Monthly;
use audit::cost::{Copies, CostTurn};
use audit::exception::Exception;
use audit::finding::Status;
use audit::journal::{Entry, Journal, Mark};
use audit::plan::{FoundTrail, Loss, Outlook, Owner, Plan, Purpose, Refusal, Scope, Step};
use cloudtrail::recorder::RecorderKind;
use proptest::collection::vec;
use proptest::prelude::*;
use store::{
    DocumentError, JournalFile, PlanFileError, plan_hash, read_exceptions, read_journal, read_plan,
    write_exceptions, write_plan,
};

fn text() -> impl Strategy<Value = String> + Clone {
    "[ -~\\n\u{1b}\u{e9}]{0,12}"
}

fn setting() -> impl Strategy<Value = Setting> {
    let bucket = ("[a-z]{3,20}", text()).prop_map(|(name, about)| Bucket {
        name,
        policy: serde_json::json!({ "Version": about, "Statement": [] }).to_string(),
    });
    let trail = ("[a-z]{3,20}", any::<[bool; 3]>()).prop_map(|(bucket, flags)| NewTrail {
        bucket,
        organization: flags[0],
        multi_region: flags[1],
        log_file_validation: flags[2],
        of_others: Vec::new(),
    });
    let document =
        text().prop_map(|name| serde_json::json!({"AdvancedEventSelectors":[{"Name":name}]}).to_string());
    let flags = any::<(bool, bool)>();
    prop_oneof![
        (prop::option::of(bucket.clone()), prop::option::of(bucket))
            .prop_map(|(before, after)| Setting::Bucket(Turn { before, after })),
        (prop::option::of(trail.clone()), prop::option::of(trail))
            .prop_map(|(before, after)| Setting::Trail(Turn { before, after })),
        flags.prop_map(|(before, after)| Setting::MultiRegion(Turn { before, after })),
        flags.prop_map(|(before, after)| Setting::LogFileValidation(Turn { before, after })),
        flags.prop_map(|(before, after)| Setting::Logging(Turn { before, after })),
        (document.clone(), document).prop_map(|(before, after)| Setting::Selectors(Turn { before, after })),
    ]
}

/// The policies of buckets let CloudTrail in for this trail, as every plan that is read has it.
fn for_cloudtrail(mut setting: Setting, target: &Target) -> Setting {
    if let Setting::Bucket(turn) = &mut setting {
        for bucket in [&mut turn.before, &mut turn.after].into_iter().flatten() {
            bucket.policy = serde_json::json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl",
                "Resource": format!("arn:aws:s3:::{}", bucket.name),
                "Condition": {"StringEquals": {"aws:SourceArn": target.arn}}}]})
            .to_string();
        }
    }
    setting
}

fn owner() -> impl Strategy<Value = Owner> {
    prop_oneof![
        Just(Owner::Nobody),
        text().prop_map(|mark| Owner::Terraform { mark }),
        text().prop_map(|mark| Owner::Pulumi { mark }),
        text().prop_map(|stack| Owner::CloudFormation { stack }),
        text().prop_map(|mark| Owner::Cdk { mark }),
        text().prop_map(|mark| Owner::LandingZoneAccelerator { mark }),
        text().prop_map(|mark| Owner::ControlTower { mark }),
        text().prop_map(Owner::Unread),
    ]
}

fn coded() -> impl Strategy<Value = Coded> {
    let codes: Vec<Code> = Room::ALL.iter().flat_map(|room| room.codes()).copied().collect();
    (prop::sample::select(codes), text()).prop_map(|(code, words)| code.says(words))
}

fn step() -> impl Strategy<Value = Step> {
    let target = ("[a-z]{3,20}", any::<bool>()).prop_map(|(name, trail)| Target {
        arn: format!(
            "arn:aws:cloudtrail:eu-west-1:111111111111:{}/{name}",
            if trail { "trail" } else { "eventdatastore" }
        ),
        name,
        kind: if trail { RecorderKind::Trail } else { RecorderKind::EventDataStore },
        account: "111111111111".to_owned(),
        home_region: "eu-west-1".to_owned(),
    });
    (target, setting(), owner(), vec(coded(), 0..3), coded()).prop_map(
        |(target, setting, owner, told, because)| Step {
            change: Change { setting: for_cloudtrail(setting, &target), target },
            because: because.clone(),
            owner,
            gained: told.clone(),
            risks: told,
            backout: because,
        },
    )
}

pub(crate) fn exception() -> impl Strategy<Value = Exception> {
    vec("[a-z]{1,4}", 0..3).prop_map(|names| {
        let mut functions: Vec<String> = names
            .into_iter()
            .map(|name| format!("arn:aws:lambda:eu-west-1:111111111111:function:{name}"))
            .collect();
        functions.sort();
        functions.dedup();
        Exception {
            id: "batch".to_owned(),
            functions,
            owner: "payments".to_owned(),
            reason: "cost".to_owned(),
            until: "2027-01-31".to_owned(),
            declared_at: "2026-11-23T00:00:00Z".to_owned(),
            ..Exception::default()
        }
    })
}

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111111111111:function:a";

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let purpose = prop_oneof![
        Just(Purpose::Record),
        Just(Purpose::DropCopies),
        exception().prop_map(Purpose::Backout),
        vec(exception(), 0..2).prop_map(Purpose::Restore),
        Just(Purpose::Undo),
    ];
    let money = (0.0..1e9_f64).prop_map(|low| Monthly { low, high: low / 3.0 });
    let cost = (money, any::<u32>(), vec(coded(), 0..2)).prop_map(|(cost, invocations, basis)| CostTurn {
        before: cost,
        after: cost,
        invocations: invocations.into(),
        is_least: invocations % 2 == 1,
        copies: vec![Copies { recorders: vec![TRAIL.to_owned(); basis.len()], invocations: 1, cost }],
        basis,
    });
    (
        purpose,
        vec(step(), 0..3),
        vec(coded(), 0..3),
        prop::option::of(cost),
        prop::option::of("o-[a-z0-9]{10,32}"),
    )
        .prop_map(|(purpose, steps, told, cost, organization)| Plan {
            purpose,
            scope: Scope {
                partition: "aws".to_owned(),
                organization,
                accounts: vec!["111111111111".to_owned(); told.len()],
                collected_at: "2026-11-23T00:00:00Z".to_owned(),
                recorders: audit::Counted::All,
            },
            steps,
            refusals: told
                .iter()
                .map(|reason| Refusal {
                    places: vec![("111111111111".to_owned(), "eu-west-1".to_owned())],
                    recorder: None,
                    reason: reason.clone(),
                    nearest: reason.clone(),
                })
                .collect(),
            gained: told.clone(),
            losses: told
                .iter()
                .map(|one| Loss {
                    recorder: TRAIL.to_owned(),
                    function: FUNCTION.to_owned(),
                    because: one.clone(),
                    risks: vec![one.code],
                })
                .collect(),
            found: vec![FoundTrail {
                arn: "arn:aws:cloudtrail:us-east-1:111111111111:trail/main".to_owned(),
                selectors: told.first().map(|_| "{}".to_owned()),
                multi_region: Some(told.is_empty()),
                logging: told.first().map(|_| false),
            }],
            outlook: vec![Outlook {
                control: "c".to_owned(),
                before: Status::Fail,
                after: Status::NotApplicable,
                excepted: !told.is_empty(),
                reason: Coded::default(),
            }],
            cost,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_that_is_written_is_read_with_its_hash(plan in plan()) {
        let file = write_plan(&plan, "2026-11-23T00:00:00Z", "1.0.0");
        let (read, hash) = read_plan(file.as_bytes()).unwrap();
        prop_assert_eq!(&hash, &plan_hash(&plan));
        prop_assert_eq!(&hash, &plan_hash(&read));
        prop_assert_eq!(read, plan);
    }

    #[test]
    fn exceptions_that_are_written_are_read(exception in exception()) {
        let file = write_exceptions(std::slice::from_ref(&exception));
        prop_assert_eq!(read_exceptions(file.as_bytes()).unwrap(), vec![exception]);
    }

    #[test]
    fn a_damaged_plan_is_an_error_and_no_panic(plan in plan(), at in 0.0..1.0_f64, byte in any::<u8>()) {
        let mut file = write_plan(&plan, "2026-11-23T00:00:00Z", "1.0.0").into_bytes();
        let at = (at * file.len() as f64) as usize;
        let whole = file.clone();
        file[at] = byte;
        if let Ok((read, _)) = read_plan(&file) {
            prop_assert_eq!(read, plan, "an edit of what the plan says shows");
        }
        // The line break at the end says nothing.
        prop_assert!(read_plan(&whole[..at.min(whole.len() - 2)]).is_err());
    }
}

/// A folder of its own for each test.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_journal_is_read_up_to_where_it_was_cut_off(plan in plan(), cut in 0.0..1.0_f64) {
        let folder = folder();
        let path = folder.path().join("journal");
        let mut journal = JournalFile::begin(&path, &plan, "2026-11-23T00:00:00Z", "1.0.0").unwrap();
        let head = std::fs::read(&path).unwrap().len();
        for step in 0..plan.steps.len() {
            journal.write(&Entry::Intent(step)).unwrap();
            journal.write(&Entry::Done(step)).unwrap();
        }
        let bytes = std::fs::read(&path).unwrap();
        let whole = read_journal(&bytes).unwrap();
        prop_assert_eq!(&whole.plan, &plan);
        prop_assert!(whole.marks.iter().all(|mark| *mark == Mark::Done) && !whole.cut_off);
        let at = head + (cut * (bytes.len() - head) as f64) as usize;
        let half = read_journal(&bytes[..at]).unwrap();
        prop_assert_eq!(half.cut_off, !bytes[..at].ends_with(b"\n"));
        // Going on after the cut, nothing is lost and nothing is mixed up.
        std::fs::write(&path, &bytes[..at]).unwrap();
        drop(journal);
        let mut journal = JournalFile::go_on(&path, half.cut_off).unwrap();
        for step in 0..plan.steps.len() {
            journal.write(&Entry::Done(step)).unwrap();
        }
        prop_assert_eq!(read_journal(&std::fs::read(&path).unwrap()).unwrap().marks, whole.marks);
        prop_assert!(read_journal(&bytes[..head / 2]).is_err());
    }
}

#[test]
fn a_journal_is_never_overwritten_and_has_one_writer() {
    let folder = folder();
    let path = folder.path().join("journal");
    let (plan, _) = read_plan(some_plan().as_bytes()).unwrap();
    let held = JournalFile::begin(&path, &plan, "2026-11-23T00:00:00Z", "1.0.0").unwrap();
    assert!(JournalFile::begin(&path, &plan, "2026-11-23T00:00:00Z", "1.0.0").is_err());
    assert!(JournalFile::go_on(&path, false).unwrap_err().to_string().contains("another process"));
    drop(held);
    assert!(JournalFile::go_on(&path, false).is_ok());
}

#[test]
fn a_damaged_journal_names_the_line() {
    let folder = folder();
    let path = folder.path().join("journal");
    let (plan, _) = read_plan(some_plan().as_bytes()).unwrap();
    drop(JournalFile::begin(&path, &plan, "2026-11-23T00:00:00Z", "1.0.0").unwrap());
    let head = std::fs::read_to_string(&path).unwrap();
    for (tail, said) in [
        ("{\"entry\":\"done\",\"step\":7}\n", "line 2: there is no step 7"),
        ("nonsense\n", "line 2: "),
        ("{\"entry\":\"danced\",\"step\":0}\n", "line 2: "),
    ] {
        let told = read_journal(format!("{head}{tail}").as_bytes()).unwrap_err();
        assert!(told.to_string().starts_with(said), "{told}");
    }
    let later = head.replace("invoketrail.journal/1", "invoketrail.journal/9");
    assert_eq!(read_journal(later.as_bytes()).unwrap_err().help(), "update invoketrail");
    for text in ["", "\n", "{}", "[]\n{}", "{\"format\":\"invoketrail.plan/1\"}\n"] {
        assert!(read_journal(text.as_bytes()).is_err(), "{text}");
    }
}

/// A plan, and a journal, whose times nobody can have written.
#[test]
fn a_time_that_is_none_is_refused() {
    let told = |read: Result<_, PlanFileError>| read.map(drop).unwrap_err().to_string();
    let written =
        some_plan().replacen("\"generated_at\": \"2026-11-23T00:00:00Z", "\"generated_at\": \"garbage", 1);
    assert!(told(read_plan(written.as_bytes())).starts_with("`generated_at`: `garbage` is not a time"));
    let (plan, _) = read_plan(some_plan().as_bytes()).unwrap();
    let head = |plan: &Plan, now: &str| {
        let folder = folder();
        let path = folder.path().join("journal");
        drop(JournalFile::begin(&path, plan, now, "1.0.0").unwrap());
        std::fs::read(&path).unwrap()
    };
    let told_of = |bytes: &[u8]| read_journal(bytes).unwrap_err().to_string();
    assert!(told_of(&head(&plan, "2026-13-40T00:00:00Z")).contains("is not a time"));
    assert!(read_journal(&head(&plan, "2026-11-23T00:00:00Z")).is_ok());
    let mut garbage = plan;
    garbage.scope.collected_at = "garbage".to_owned();
    let file = write_plan(&garbage, "2026-11-23T00:00:00Z", "1.0.0");
    assert!(told(read_plan(file.as_bytes())).starts_with("`plan.scope.collected_at`"));
    assert!(told_of(&head(&garbage, "2026-11-23T00:00:00Z")).starts_with("`plan.scope.collected_at`"));
}

fn some_plan() -> String {
    let plan = Plan {
        gained: Vec::new(),
        purpose: Purpose::Record,
        scope: Scope {
            partition: "aws".to_owned(),
            organization: None,
            accounts: vec!["111111111111".to_owned()],
            collected_at: "2026-11-23T00:00:00Z".to_owned(),
            recorders: audit::Counted::All,
        },
        steps: Vec::new(),
        refusals: Vec::new(),
        losses: Vec::new(),
        found: Vec::new(),
        outlook: Vec::new(),
        cost: None,
    };
    write_plan(&plan, "2026-11-23T00:00:00Z", "1.0.0")
}

#[test]
fn an_edit_by_hand_shows() {
    let edited = some_plan().replace("111111111111", "222222222222");
    assert!(matches!(read_plan(edited.as_bytes()), Err(PlanFileError::Edited { .. })));
}

#[test]
fn the_time_of_writing_is_not_part_of_the_hash() {
    let other = some_plan().replacen("\"generated_at\": \"2026-11-23", "\"generated_at\": \"2026-11-24", 1);
    assert_eq!(read_plan(other.as_bytes()).unwrap(), read_plan(some_plan().as_bytes()).unwrap());
}

#[test]
fn another_format_and_a_later_version_are_told_apart() {
    let later = some_plan().replace("invoketrail.plan/1", "invoketrail.plan/2");
    let told = read_plan(later.as_bytes()).unwrap_err();
    assert!(matches!(told, PlanFileError::Document(DocumentError::FutureVersion { .. })), "{told}");
    assert_eq!(told.help(), "update invoketrail");
    let other = some_plan().replace("invoketrail.plan/1", "invoketrail.inventory/1");
    let told = read_plan(other.as_bytes()).unwrap_err();
    assert!(matches!(told, PlanFileError::Document(DocumentError::OtherFormat { .. })), "{told}");
    for text in ["", "[]", "{}", "null", "{\"format\":7}", "\u{feff}"] {
        assert!(read_plan(text.as_bytes()).is_err());
        assert!(read_exceptions(text.as_bytes()).is_err());
    }
}

#[test]
fn an_exception_needs_a_day_an_owner_and_functions_that_can_be() {
    let file = |until: &str, owner: &str, function: &str| {
        format!(
            r#"{{"format":"invoketrail.exceptions/1","exceptions":[{{"id":"a","functions":["{function}"],
            "owner":"{owner}","reason":"r","until":"{until}","declared_at":"2026-11-23T00:00:00Z"}}]}}"#
        )
    };
    let arn = "arn:aws:lambda:eu-west-1:111111111111:function:f";
    assert!(read_exceptions(file("2027-01-31", "me", arn).as_bytes()).is_ok());
    for (until, owner, function) in [
        ("2027-02-30", "me", arn),
        ("soon", "me", arn),
        ("2027-1-31", "me", arn),
        ("2027-01-31", " ", arn),
        ("2027-01-31", "me", "f"),
        ("2027-01-31", "me", "arn:aws:lambda:eu-west-1:111111111111:function:f:prod"),
    ] {
        let told = read_exceptions(file(until, owner, function).as_bytes()).unwrap_err();
        assert!(matches!(told, DocumentError::Impossible { .. }), "{told}");
    }
}
