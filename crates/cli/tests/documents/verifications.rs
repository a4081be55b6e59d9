//! Verifications and validations as documents: every kind of result, reason and hostile name.

use crate::reports::{STAMP, WIDE, text_of};
use audit::evidence::{self, Known, Looked, Metric, Origin, Records, decide};
use logs::LeftOut;
use logs::digest::{
    Asked, Chain, Files, KeySource, Lack, Lacking, LackingPlace, Note, Reason, State, Totals, Unproven,
    UnprovenFile, ValidatedChain, Validation, Window, Without,
};
use logs::scan::{Account, Trouble};
use report::{
    self, Layout, ReadOn, Validated, Verification, VerifiedFunction, verification_json, verification_jsonl,
};
use text::visible::acts;

const HOSTILE: &str = "x\u{1b}[2J\u{202e}<b>|@a";

fn function(name: &str, known: Known) -> VerifiedFunction {
    let decided = decide(&known);
    let arn = format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}");
    VerifiedFunction { arn, listed: !name.contains('x'), known, decided }
}

/// One of each.
pub(crate) fn verification() -> Verification {
    let seen = Records {
        records: 3,
        calls: 2,
        executions: 1,
        first: 0,
        last: 9,
        lag_p50: Some(60),
        lag_p99: Some(9_000),
    };
    let known = |records, metric, looked, settled| Known {
        records,
        unproven: None,
        partly_unproven: None,
        metric,
        looked,
        origin: Origin::ByHand,
        near: None,
        settled,
    };
    let forged = evidence::Unproven { first: HOSTILE.to_owned(), why: HOSTILE.to_owned() };
    let forged =
        Known { unproven: Some(forged), ..known(seen, Metric::Known(1), Looked::Whole { files: 2 }, true) };
    let cut_off = Looked::CutOff { files: 1, newest: HOSTILE.to_owned() };
    let lacking = Looked::Lacking { files: 1, why: HOSTILE.to_owned() };
    let late = Looked::Late { files: 1, unread: 2_001, first: HOSTILE.to_owned() };
    let unknown = || Metric::Unknown(HOSTILE.to_owned());
    let partly = || Looked::Partly { unread: 2, first: HOSTILE.to_owned() };
    let not = || Looked::NotLooked { why: HOSTILE.to_owned() };
    let none = Records::default();
    let mut account = Account::default();
    account.enter_unread(HOSTILE, HOSTILE);
    account.damaged = 1;
    account.troubles.insert(Trouble { file: HOSTILE.to_owned(), offset: Some(7), why: "cut off".to_owned() });
    Verification {
        window: 0..7_200_000,
        places: vec![HOSTILE.to_owned(), "s3://logs/AWSLogs/".to_owned()],
        metrics: "file",
        functions: vec![
            function("arrives", known(seen, Metric::Known(1), Looked::Whole { files: 2 }, true)),
            function(HOSTILE, known(seen, Metric::Known(100), partly(), false)),
            function("idle", known(none, Metric::Known(0), not(), true)),
            function("missing", known(none, Metric::Known(5), Looked::Whole { files: 2 }, true)),
            function("unread", known(none, unknown(), partly(), false)),
            function("elsewhere", known(none, Metric::Known(5), Looked::NoFile, true)),
            function("forged", forged),
            function("cut-off", known(none, Metric::Known(5), cut_off, true)),
            function("lacking", known(none, Metric::Known(5), lacking, true)),
            function("not-looked", known(none, Metric::Known(5), not(), true)),
            function("late", known(none, Metric::Known(5), late, true)),
        ],
        account,
        elsewhere: None,
        read_on: Some(ReadOn { until: 2_592_000_000, functions: 4, files: 3, spared: 1_000 }),
        left_out: left_out(),
        copies: 1,
        foreign: 2,
        others: 3,
        unseen: vec![HOSTILE.to_owned()],
        digests: Some(validation()),
        keys: keys(),
        unproven_because: vec![HOSTILE.to_owned()],
    }
}

fn keys() -> Vec<KeySource> {
    let one = |file: Option<&str>, region: Option<&str>, count: usize| KeySource {
        file: file.map(str::to_owned),
        region: region.map(str::to_owned),
        fingerprints: vec![HOSTILE.to_owned(); count],
        in_source: file.is_some(),
    };
    vec![one(Some(HOSTILE), None, 1), one(None, Some("eu-west-1"), 4), one(None, None, 0)]
}

/// A window of each state.
pub(crate) fn validation() -> Validation {
    let window = |to, state, reasons| Window {
        from: to - 3_600_000,
        to,
        digest: (state != State::NotAssertable).then(|| (None, HOSTILE.to_owned())),
        state,
        reasons,
        notes: vec![Note::Starts],
        files: Files { listed: 1, proven: 1, ..Files::default() },
    };
    let chain = Chain {
        organization: Some("o-1".to_owned()),
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        trail: HOSTILE.to_owned(),
        home_region: "eu-west-1".to_owned(),
        backfill: true,
    };
    let (key, why) = (HOSTILE.to_owned(), HOSTILE.to_owned());
    let unlisted = vec![
        Reason::FileUnlisted { key: key.clone(), why: why.clone() },
        Reason::Unlisted { key: key.clone(), named_by: key, why },
    ];
    let windows = vec![
        window(3_600_000, State::Valid, vec![]),
        window(7_200_000, State::NotAssertable, vec![Reason::After]),
        window(7_200_000, State::Invalid, vec![Reason::FileMissing { key: HOSTILE.to_owned() }]),
        window(7_200_000, State::NotAssertable, unlisted),
    ];
    let files = Files { listed: 3, proven: 3, ..Files::default() };
    let unproven = [Unproven::Young, Unproven::Unverified, Unproven::Unreferenced, Unproven::Unread];
    Validation {
        chains: vec![ValidatedChain { chain, windows }],
        unproven: unproven
            .map(|why| UnprovenFile { bucket: None, key: format!("{why:?}{HOSTILE}"), why })
            .to_vec(),
        strangers: vec![HOSTILE.to_owned()],
        without: vec![
            Without { account: Some(HOSTILE.to_owned()), region: None },
            Without { account: None, region: Some("eu-west-1".to_owned()) },
        ],
        lacking: [Lack::NoDigest, Lack::EndsEarly, Lack::Off, Lack::Unsaid].map(lacking).to_vec(),
        unlisted: vec![HOSTILE.to_owned()],
        totals: Totals {
            chains: 1,
            digests: 2,
            valid: 1,
            not_assertable: 1,
            invalid: 1,
            files,
            young: 1,
            unverified: 1,
            unreferenced: 1,
            digests_unread: 1,
        },
    }
}

fn lacking(why: Lack) -> Lacking {
    let place = |newest| LackingPlace { account: HOSTILE.to_owned(), region: "eu-west-1".to_owned(), newest };
    Lacking { trail: HOSTILE.to_owned(), why, asked: false, places: vec![place(None), place(Some(0))] }
}

pub(crate) fn validated() -> Validated {
    Validated {
        asked: Asked::delivered(0..7_200_000),
        places: vec![HOSTILE.to_owned()],
        keys: keys(),
        validation: validation(),
        unseen: vec![HOSTILE.to_owned()],
        left_out: left_out(),
    }
}

fn left_out() -> LeftOut {
    LeftOut {
        digests: 1,
        insights: 0,
        network_activity: 3,
        other: 4_000,
        names: ["notes.md".to_owned()].into(),
    }
}

pub(crate) fn json() -> String {
    text_of(|out| verification_json(&verification(), &STAMP, out))
}

pub(crate) fn jsonl() -> String {
    text_of(|out| verification_jsonl(&verification(), &STAMP, out))
}

pub(crate) fn validation_json() -> String {
    text_of(|out| report::validation_json(&validated(), &STAMP, out))
}

#[test]
fn nothing_from_outside_acts_on_a_terminal() {
    for width in [40, 100, 200] {
        let layout = Layout { width, ..WIDE };
        for text in [
            report::verification_text(&verification(), &layout),
            report::validation_text(&validated(), &layout),
            report::verification_markdown(&verification()),
            json(),
            jsonl(),
            validation_json(),
        ] {
            assert!(!text.replace('\n', "").chars().any(acts), "{text}");
        }
    }
}

#[test]
fn a_comment_on_a_pull_request_stays_inert() {
    let text = report::verification_markdown(&verification());
    assert!(!text.contains("<b>") && !text.contains("@a"), "{text}");
}

#[test]
fn the_headline_counts_every_result() {
    let text = report::verification_text(&verification(), &Layout { width: 200, ..WIDE });
    let told = "A digest, or a log file that it lists, is not as CloudTrail delivered it. 1 of 11 functions was invoked and left no record; 7 are undetermined \
                (5 of them were invoked, and no record of these was found); 2 have records; 1 is idle; not everything could be read.";
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").starts_with(told), "{text}");
}

#[test]
fn the_same_verification_gives_the_same_bytes() {
    assert_eq!(json(), json());
    assert_eq!(jsonl(), jsonl());
}
