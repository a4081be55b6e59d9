//! Trails that others set up, start or use while a plan is on its way, or after it.

use crate::journals::{add, functions, management, says, with};
use crate::killed::Account;
use serde_json::json;
use std::fs::{read_to_string, write};

/// A trail that selects every invocation, and does not log: a plan starts it.
fn stopped() -> Account {
    let account = Account::new(true, None);
    let all = json!({"AdvancedEventSelectors": [management(), functions(vec![])]});
    with(|settings| settings.selectors = all, &account);
    says(&account, "plan --output p.json", 0);
    account
}

/// The plan was made for other selectors: nobody looked at what it would start to record now.
#[test]
fn a_trail_that_others_set_up_since_the_plan_is_not_started() {
    let account = stopped();
    add(&account);
    let theirs = account.settings();
    let text = says(&account, "apply p.json", 3);
    assert!(text.contains("has changed since the plan was made. Run `plan` again"), "{text}");
    assert!(text.contains("difference: +") && text.contains("nothing was changed"), "{text}");
    assert_eq!(account.settings(), theirs);
    assert!(!account.path("p.json.journal").exists());
    // Planned again, it is carried out and taken back.
    says(&account, "plan --output p.json", 0);
    says(&account, "apply p.json", 0);
    assert!(account.settings().logging);
    says(&account, "undo p.json.journal", 0);
    assert_eq!(account.settings(), theirs);
    // Where it goes on with a journal, it stops before that step, and what was done can be taken back.
    let account = stopped();
    let first = account.settings();
    says(&account, "apply p.json", 0);
    let journal = account.path("p.json.journal");
    let text = read_to_string(&journal).unwrap();
    // The head, and log file validation.
    write(&journal, text.lines().take(3).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    with(|settings| settings.logging = false, &account);
    add(&account);
    let text = says(&account, "apply --resume p.json.journal", 5);
    assert!(text.contains("somebody changed it since") && !account.settings().logging, "{text}");
    with(|settings| settings.selectors = first.selectors.clone(), &account);
    says(&account, "undo p.json.journal", 0);
    assert_eq!(account.settings(), first);
}

/// An undo that was stopped, and ended with what others use, took nothing of that back: once they are gone it does.
#[test]
fn what_was_left_to_others_is_taken_back_once_they_are_gone() {
    for of_an_earlier_version in [false, true] {
        let account = stopped();
        let first = account.settings();
        says(&account, "apply p.json", 0);
        says(&account, "undo p.json.journal", 0);
        let undo = account.path("p.json.journal.undo");
        let lines = |count: usize| {
            let text = read_to_string(&undo).unwrap();
            text.lines().take(count).map(|line| format!("{line}\n")).collect::<String>()
        };
        // Stopped before the trail was.
        write(&undo, lines(1)).unwrap();
        with(|settings| settings.logging = true, &account);
        add(&account);
        let theirs = account.settings();
        let text = says(&account, "undo p.json.journal --merge --output back.json", 3);
        assert!(text.contains("so the undo that was begun has ended"), "{text}");
        if of_an_earlier_version {
            let text = read_to_string(&undo).unwrap();
            assert!(text.contains(r#","used":true"#), "{text}");
            write(&undo, text.replace(r#","used":true"#, "")).unwrap();
        }
        // As long as they use it, it stays.
        let text = says(&account, "undo p.json.journal", 3);
        assert!(text.contains("stays: others changed the trail since"), "{text}");
        assert!(!text.contains("taken back before"), "{text}");
        let text = says(&account, "apply --resume p.json.journal.undo", 0);
        assert!(text.contains("stays, because others used it"), "{text}");
        assert_eq!(account.settings(), theirs);
        with(|settings| settings.selectors = first.selectors.clone(), &account);
        says(&account, "undo p.json.journal", 0);
        assert_eq!(account.settings(), first);
        assert!(says(&account, "undo p.json.journal", 0).contains("taken back before"));
    }
}

/// What an undo left to others is theirs: a plan around it may have the same name. The same plan has to be taken back first.
#[test]
fn another_plan_takes_the_place_of_what_was_left_to_others() {
    let account = stopped();
    says(&account, "apply p.json", 0);
    says(&account, "undo p.json.journal", 0);
    let undo = account.path("p.json.journal.undo");
    let head = read_to_string(&undo).unwrap().lines().next().unwrap().to_owned();
    write(&undo, format!("{head}\n")).unwrap();
    with(|settings| settings.logging = true, &account);
    let others = json!({"AdvancedEventSelectors": [management()]});
    with(|settings| settings.selectors = others.clone(), &account);
    says(&account, "undo p.json.journal --merge --output back.json", 3);
    let text = says(&account, "apply p.json", 1);
    assert!(text.contains("was begun and has not ended"), "{text}");
    says(&account, "plan --output p.json", 0);
    let text = says(&account, "apply p.json", 0);
    assert!(text.contains("is of an earlier run, so it is kept as"), "{text}");
    says(&account, "undo p.json.journal", 0);
    let now = account.settings();
    assert!(now.logging && now.selectors == others, "{:?}", now.selectors);
}
