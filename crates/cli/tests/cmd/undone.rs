//! Taking back where others were there since: an undo is never stuck, takes back what is ours alone, and ends what has ended.

use crate::journals::{add, backout, declared, functions, management, recorded, reduced, says, with};
use crate::killed::{Account, Settings, arn};
use serde_json::{Value, json};
use std::fs::{read, read_to_string, write};

/// Log file validation, selectors and logging are set by the plan, and the undo was stopped after its first step.
fn half_undone() -> (Account, Value) {
    let account = Account::new(true, None);
    let first = account.settings().selectors;
    says(&account, "plan --output p.json", 0);
    says(&account, "apply p.json", 0);
    let done = account.settings();
    says(&account, "undo p.json.journal", 0);
    let undo = account.path("p.json.journal.undo");
    let text = read_to_string(&undo).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    // The head, and what was intended and done of the first step: logging has ended.
    write(&undo, format!("{}\n", lines[..3].join("\n"))).unwrap();
    with(
        |settings| {
            *settings = done;
            settings.logging = false;
        },
        &account,
    );
    (account, first)
}

fn next(text: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix("next: invoketrail ")).unwrap_or_default();
    line.split("  #").next().unwrap().to_owned()
}

fn names(account: &Account) -> String {
    account.settings().selectors.to_string()
}

#[test]
fn a_half_done_undo_goes_around_what_others_changed() {
    let (account, first) = half_undone();
    add(&account);
    let text = says(&account, "undo p.json.journal", 5);
    assert!(next(&text).contains("--merge"), "{text}");
    let text = says(&account, &next(&text), 0);
    let text = says(&account, &next(&text), 0);
    assert!(text.contains("it is kept as p.json.journal.undo.1"), "{text}");
    let found = account.settings();
    assert!(!found.validation() && !found.logging && names(&account).contains("theirs"), "{found:?}");
    let mut without = found.selectors.clone();
    without["AdvancedEventSelectors"].as_array_mut().unwrap().retain(|one| one["Name"] != "theirs");
    assert_eq!(without["AdvancedEventSelectors"].as_array().unwrap().len(), 1, "{first} {without}");
    assert!(says(&account, "undo p.json.journal", 0).contains("taken back before"));
}

/// Nobody changed anything since: there is nothing to go around, and a plan for that could not be applied beside the undo that was begun.
#[test]
fn a_half_done_undo_that_nobody_disturbed_goes_on_as_it_is() {
    let (account, first) = half_undone();
    let text = says(&account, "undo p.json.journal --merge --output back.json", 3);
    assert!(text.contains("nobody changed anything since"), "{text}");
    says(&account, &next(&text), 0);
    assert_eq!(account.settings().selectors, first);
    assert!(says(&account, "undo p.json.journal", 0).contains("taken back before"));
}

#[test]
fn what_stands_as_it_was_before_is_taken_back() {
    let (account, _) = half_undone();
    with(|settings| *settings = Settings::of(true), &account);
    says(&account, "undo p.json.journal", 0);
    assert_eq!(account.settings(), Settings::of(true));
    assert!(says(&account, "undo p.json.journal", 0).contains("taken back before"));
}

/// The plan only started the trail: others chose what it records since, and would lose it.
#[test]
fn a_trail_that_others_set_up_since_is_not_stopped_without_a_word() {
    let selector = |name: &str, fields: Value| json!({"Name": name, "FieldSelectors": fields});
    let of = |category: &str| json!({"Field": "eventCategory", "Equals": [category]});
    let functions = json!({"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]});
    let all = json!({"AdvancedEventSelectors": [selector("m", json!([of("Management")])),
        selector("f", json!([of("Data"), functions]))]});
    let account = Account::new(true, None);
    with(|settings| settings.selectors = all, &account);
    let before = account.settings();
    says(&account, "plan --output p.json", 0);
    assert!(read_to_string(account.path("p.json")).unwrap().contains("\"found\""));
    says(&account, "apply p.json", 0);
    assert!(account.settings().logging);
    add(&account);
    let theirs = account.settings();
    let text = says(&account, "undo p.json.journal", 3);
    assert!(text.contains("somebody changed it since; nothing was changed"), "{text}");
    assert_eq!(account.settings(), theirs);
    // Around that, the trail is left to them.
    let text = says(&account, &next(&text), 0);
    assert!(text.contains("stays: others changed the trail since"), "{text}");
    says(&account, &next(&text), 0);
    let found = account.settings();
    assert!(found.logging && !found.validation() && found.selectors == theirs.selectors, "{found:?}");
    // Where nobody did, it is taken back at once.
    let account = Account::new(true, None);
    with(|settings| *settings = before.clone(), &account);
    says(&account, "plan --output p.json", 0);
    says(&account, "apply p.json", 0);
    says(&account, "undo p.json.journal", 0);
    assert_eq!(account.settings(), before);
}

/// Where nobody can tell what is ours in one setting, the others are taken back, and that is a part.
#[test]
fn a_part_that_was_taken_back_is_a_part() {
    let account = Account::new(true, None);
    says(&account, "plan --output p.json", 0);
    says(&account, "apply p.json", 0);
    let odd = json!({"AdvancedEventSelectors": [{"Name": "odd", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventMood", "Equals": ["good"]}]}]});
    with(|settings| settings.selectors = odd, &account);
    let text = says(&account, "undo p.json.journal", 3);
    assert!(text.contains("has to be set by hand"), "{text}");
    let text = says(&account, &next(&text), 0);
    assert!(text.contains("this plan leaves it as it is"), "{text}");
    says(&account, &next(&text), 0);
    let found = account.settings();
    assert!(found.logging && !found.validation() && names(&account).contains("eventMood"));
    // It is not wholly taken back: neither resumed, nor applied again, nor told to be.
    let text = says(&account, "apply --resume p.json.journal", 3);
    assert!(text.contains("an undo of p.json.journal was begun"), "{text}");
    says(&account, "undo p.json.journal", 3);
    // The rest by hand: now it is.
    with(|settings| *settings = Settings::of(true), &account);
    let text = says(&account, "undo p.json.journal", 0);
    assert!(text.contains("left to take back"), "{text}");
    assert!(says(&account, "undo p.json.journal", 0).contains("taken back before"));
    says(&account, "apply p.json", 0);
}

/// Nothing is left to be set, and still the exception has nothing to excuse any more.
#[test]
fn an_undo_without_anything_to_set_ends_the_exception() {
    let account = recorded();
    let first = account.settings().selectors;
    backout(&account, "f1", "p.json", "");
    says(&account, "apply p.json --exceptions exc.json", 0);
    with(|settings| settings.selectors = first, &account);
    let (text, code) = account.run(&["undo", "p.json.journal", "--exceptions", "exc.json"]);
    assert_eq!(code, Some(2), "nothing is ended unasked: {text}");
    let text = says(&account, "undo p.json.journal --exceptions exc.json", 0);
    assert!(text.contains("left to take back"), "{text}");
    assert!(declared(&account).is_empty());
    assert!(says(&account, "undo p.json.journal --exceptions exc.json", 0).contains("taken back before"));
}

/// Others leave out one more function by the same condition: that stays, and ours comes back.
#[test]
fn a_merged_undo_leaves_what_others_did() {
    let account = reduced();
    let both = json!({"Field": "resources.ARN", "NotEquals": [arn("f1"), arn("f2")]});
    with(
        |settings| {
            settings.selectors = json!({"AdvancedEventSelectors": [management(), functions(vec![both])]});
        },
        &account,
    );
    let text = says(&account, "undo p.json.journal --exceptions exc.json", 3);
    let text = says(&account, &next(&text), 0);
    says(&account, &next(&text), 0);
    let found = names(&account);
    assert!(found.contains(&arn("f2")) && !found.contains(&arn("f1")), "{found}");
    assert!(declared(&account).is_empty());
}

/// What is advised works for selectors of either kind.
#[test]
fn selectors_of_the_other_kind_are_merged_too() {
    let account = recorded();
    let basic = json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true,
        "DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}],
        "ExcludeManagementEventSources": []}]});
    with(|settings| settings.selectors = basic, &account);
    backout(&account, "f1", "p.json", "");
    says(&account, "apply p.json --exceptions exc.json", 0);
    add(&account);
    let text = says(&account, "undo p.json.journal --exceptions exc.json", 3);
    let text = says(&account, &next(&text), 0);
    says(&account, &next(&text), 0);
    assert!(names(&account).contains("theirs") && !names(&account).contains(&arn("f1")));
    assert!(declared(&account).is_empty());
}

#[test]
fn a_half_done_undo_with_a_bad_file_of_exceptions_stays_half_done() {
    let account = reduced();
    let dropped = account.settings();
    says(&account, "undo p.json.journal --exceptions exc.json", 0);
    let undo = account.path("p.json.journal.undo");
    let text = read_to_string(&undo).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    write(&undo, format!("{}\n", lines[..2].join("\n"))).unwrap();
    with(|settings| *settings = dropped, &account);
    write(account.path("bad.json"), "no").unwrap();
    for file in ["bad.json", "nodir/exc.json"] {
        let text = says(&account, &format!("undo p.json.journal --exceptions {file}"), 5);
        assert!(!text.contains("nothing was changed"), "{text}");
    }
}

#[test]
fn a_backout_whose_day_is_over_is_refused() {
    let account = recorded();
    backout(&account, "f1", "p.json", "");
    let before = account.settings();
    let late = "--now 2027-02-01T00:00:00Z --exceptions exc.json";
    let text = says(&account, &format!("apply p.json {late}"), 3);
    assert!(text.contains("until 2027-01-31") && text.contains("nothing was changed"), "{text}");
    assert_eq!((account.settings(), declared(&account).len()), (before, 0));
    says(&account, "apply p.json --now 2027-01-31T23:00:00Z --exceptions exc.json", 0);
}

/// Whatever is advised keeps the files that were named.
#[test]
fn what_is_advised_keeps_the_files_that_were_named() {
    let account = recorded();
    write(account.path("c.toml"), "exceptions = \"exc.json\"\n").unwrap();
    backout(&account, "f1", "p.json", "");
    for (line, flag) in [
        ("apply p.json --config c.toml", "--config c.toml"),
        ("apply p.json --exceptions exc.json", "--exceptions exc.json"),
        ("undo p.json.journal --exceptions exc.json", "--exceptions exc.json"),
    ] {
        let text = says(&account, line, 0);
        let next = next(&text);
        assert!(next.is_empty() || next.contains(flag), "{line}: {text}");
        let back = text.lines().find(|line| line.ends_with("takes it back)"));
        assert!(back.is_none_or(|back| back.contains(flag)), "{text}");
    }
}

#[test]
fn a_restore_ends_the_exceptions_that_it_was_planned_for() {
    let account = reduced();
    says(&account, "restore --recorders trails --exceptions exc.json --output r.json", 0);
    let file = read_to_string(account.path("exc.json")).unwrap();
    let dropped = account.settings();
    for (from, to) in
        [(arn("f1"), arn("f2")), ("\"plan\": \"sha256:".to_owned(), "\"plan\": \"sha256:f".to_owned())]
    {
        write(account.path("exc.json"), file.replace(&from, &to)).unwrap();
        let text = says(&account, "apply r.json --exceptions exc.json", 1);
        assert!(text.contains("is not the one that the plan ends"), "{text}");
        assert_eq!(account.settings(), dropped);
    }
    write(account.path("exc.json"), file).unwrap();
    says(&account, "apply r.json --exceptions exc.json", 0);
    assert!(declared(&account).is_empty());
}

/// It was carried out before, and what it ended is needed again since.
#[test]
fn a_restore_that_was_done_before_looks_at_the_account() {
    let account = reduced();
    let file = read(account.path("exc.json")).unwrap();
    says(&account, "restore --recorders trails --exceptions exc.json --output r.json", 0);
    says(&account, "apply r.json --exceptions exc.json", 0);
    write(account.path("exc.json"), &file).unwrap();
    with(|settings| settings.logging = false, &account);
    for line in ["apply --resume r.json.journal", "apply r.json"] {
        let text = says(&account, &format!("{line} --exceptions exc.json"), 3);
        assert!(text.contains("cannot end"), "{text}");
        assert_eq!(declared(&account), ["f1"]);
    }
    with(|settings| settings.logging = true, &account);
    says(&account, "apply --resume r.json.journal --exceptions exc.json", 0);
    assert!(declared(&account).is_empty());
}

/// The plan is carried out, and then AWS refuses a part of the second reading.
#[test]
fn a_gap_after_a_successful_apply_is_no_refusal() {
    let account = recorded();
    backout(&account, "f1", "p.json", "");
    with(|settings| settings.closes = true, &account);
    let text = says(&account, "apply p.json --exceptions exc.json", 0);
    assert!(!text.contains("is refused"), "{text}");
    assert_eq!(declared(&account), ["f1"]);
    with(|settings| settings.closed = false, &account);
    says(&account, "restore --recorders trails --exceptions exc.json --output r.json", 0);
    // Nobody knows whether it is recorded again, so its exception stays until somebody does.
    let text = says(&account, "apply r.json --exceptions exc.json", 5);
    assert!(text.contains("cannot end") && !text.contains("nothing was changed"), "{text}");
    assert_eq!(declared(&account), ["f1"]);
    with(|settings| settings.closed = false, &account);
    says(&account, &next(&text), 0);
    assert!(declared(&account).is_empty());
}

/// A journal of an undo counts beside the journal that it takes back, and nowhere else; a plan of one where that is named.
#[test]
fn nothing_is_taken_back_that_no_journal_holds() {
    let account = recorded();
    with(|settings| settings.selectors = json!({"AdvancedEventSelectors": [management()]}), &account);
    says(&account, "plan --recorders trails --output p.json", 0);
    says(&account, "apply p.json", 0);
    let done = account.settings();
    add(&account);
    says(&account, "undo p.json.journal --merge --output back.json", 0);
    let text = says(&account, "apply back.json", 1);
    assert!(text.contains("--undoes") && !text.contains("--approve"), "{text}");
    with(|settings| *settings = done.clone(), &account);
    says(&account, "undo p.json.journal", 0);
    with(|settings| *settings = done.clone(), &account);
    let undo = read_to_string(account.path("p.json.journal.undo")).unwrap();
    let head = format!("{}\n", undo.lines().next().unwrap());
    for name in ["forged.journal", "q.json.journal.undo"] {
        write(account.path(name), &head).unwrap();
        let text = says(&account, &format!("apply --resume {name}"), 1);
        assert!(text.contains("no journal holds") && !text.contains("--approve"), "{text}");
        assert_eq!(account.settings(), done);
    }
}

/// Several at once, each with an account of its own and one file of exceptions: none is lost.
#[test]
fn exceptions_that_are_declared_at_once_are_all_kept() {
    let shared = tempfile::tempdir().unwrap();
    let file = shared.path().join("exc.json");
    std::thread::scope(|scope| {
        for at in 0..6 {
            let file = &file;
            scope.spawn(move || {
                let account = recorded();
                let function = format!("f{}", at % 3 + 1);
                backout(&account, &function, "p.json", &format!(" --id e{at}"));
                says(&account, &format!("apply p.json --exceptions {}", file.display()), 0);
            });
        }
    });
    let file: Value = serde_json::from_slice(&read(&file).unwrap()).unwrap();
    assert_eq!(file["exceptions"].as_array().unwrap().len(), 6, "{file}");
}

/// Nothing of the plan is left there, and nothing is as it was either: the exception stays, for its function is no longer recorded.
#[test]
fn what_others_narrowed_since_is_not_as_it_was_before() {
    let account = reduced();
    let reads = json!({"Field": "readOnly", "Equals": ["true"]});
    let narrowed = json!({"AdvancedEventSelectors": [management(), functions(vec![reads])]});
    with(|settings| settings.selectors = narrowed, &account);
    let text = says(&account, "undo p.json.journal --exceptions exc.json", 3);
    assert!(!text.contains("left to take back"), "{text}");
    assert_eq!(declared(&account), ["f1"]);
}

/// What others do.
type Deed = fn(&Account);

/// Changes of others, by name.
const OTHERS: [(&str, Deed); 4] = [
    ("select", |account| add(account)),
    ("start", |account| with(|settings| settings.logging = true, account)),
    ("select and start", |account| {
        add(account);
        with(|settings| settings.logging = true, account);
    }),
    ("narrow", |account| with(|settings| settings.multi_region = false, account)),
];

/// Undos of a plan that starts a trail, or sets it up and starts it, stopped after each line of their journals, and what the account is then.
fn stopped_undos() -> Vec<(String, Account)> {
    let mut all = Vec::new();
    for starts_only in [false, true] {
        let begin = || {
            let account = Account::new(true, None);
            if starts_only {
                let all = json!({"AdvancedEventSelectors": [management(), functions(vec![])]});
                with(|settings| settings.selectors = all, &account);
            }
            let first = account.settings();
            says(&account, "plan --output p.json", 0);
            says(&account, "apply p.json", 0);
            (account, first)
        };
        let (account, _) = begin();
        says(&account, "undo p.json.journal", 0);
        let text = read_to_string(account.path("p.json.journal.undo")).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for cut in 1..lines.len() {
            let (account, first) = begin();
            let undo = text.lines().take(cut).map(|line| format!("{line}\n")).collect::<String>();
            write(account.path("p.json.journal.undo"), undo).unwrap();
            for done in lines[1..cut].iter().filter(|line| line["entry"] == "done") {
                let step =
                    &lines[0]["plan"]["steps"][usize::try_from(done["step"].as_u64().unwrap()).unwrap()];
                let kind = step["change"]["setting"].as_str().unwrap().to_owned();
                with(|settings| settings.take_back(&kind, &first), &account);
            }
            all.push((format!("starts only: {starts_only}, {cut} of {lines:#?}"), account));
        }
    }
    all
}

/// An undo that was stopped anywhere, and others who use or change the trail since: it goes on recording for them, and the undo comes to an end.
#[test]
fn an_undo_that_goes_on_stops_no_trail_that_others_use_by_now() {
    for (others, change) in OTHERS {
        for (told, account) in stopped_undos() {
            let before = account.settings();
            change(&account);
            let theirs = account.settings();
            if theirs == before {
                continue;
            }
            let mut line = "undo p.json.journal".to_owned();
            let mut said = Vec::new();
            for _ in 0..6 {
                let words: Vec<&str> = line.split(' ').collect();
                let (text, code) = account.approving(&words);
                said.push(format!("$ {line}\n{text}? {code:?}"));
                let found = account.settings();
                assert!(found.logging || !theirs.logging, "{others}: {told}\n{}", said.join("\n"));
                line = next(&text);
                if !line.contains("apply") && !line.contains("undo") {
                    break;
                }
            }
            let (text, code) = account.approving(&["undo", "p.json.journal"]);
            let is_over = code == Some(0) || code == Some(3) && !next(&text).contains("undo");
            assert!(is_over, "{others}: {told}\n{}\n{text} {code:?}", said.join("\n"));
        }
    }
}

/// What an undo does to the recording is shown before it is approved: since then others may rely on what the plan let in.
#[test]
fn an_undo_shows_what_is_not_recorded_any_more() {
    let account = Account::new(true, None);
    with(|settings| settings.functions = vec!["f1".to_owned()], &account);
    says(&account, "plan --output p.json", 0);
    says(&account, "apply p.json", 0);
    let text = says(&account, "undo p.json.journal", 0);
    let (before, after) = text.split_once("What becomes of the recording").unwrap();
    let told = after.split("Changed since").next().unwrap();
    assert!(told.contains("function:f1 (eu-west-1): recorded became not recorded"), "{text}");
    assert!(!before.contains("became") && !told.contains("on became off"), "{text}");
}
