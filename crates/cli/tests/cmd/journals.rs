//! What a journal is (begun, finished, taken back) decides what each command may do with it, and exceptions follow what was done.

use crate::killed::{Account, Settings, arn};
use serde_json::{Value, json};

pub(crate) fn management() -> Value {
    json!({"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]})
}

pub(crate) fn functions(mut more: Vec<Value>) -> Value {
    let mut fields = vec![
        json!({"Field": "eventCategory", "Equals": ["Data"]}),
        json!({"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}),
    ];
    fields.append(&mut more);
    json!({"Name": "f", "FieldSelectors": fields})
}

/// A trail that records every invocation, and three functions.
pub(crate) fn recorded() -> Account {
    let account = Account::new(true, None);
    {
        let mut settings = account.settings.lock().unwrap();
        settings.logging = true;
        settings.selectors = json!({"AdvancedEventSelectors": [management(), functions(Vec::new())]});
        settings.functions = ["f1", "f2", "f3"].map(str::to_owned).to_vec();
    }
    account
}

pub(crate) fn says(account: &Account, line: &str, code: i32) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let (text, found) = account.approving(&words);
    assert_eq!(found, Some(code), "{line}\n{text}");
    text
}

/// Plans to drop the function.
pub(crate) fn backout(account: &Account, function: &str, name: &str, more: &str) {
    let words = "--owner a@b.c --reason cost --until 2027-01-31 --recorders trails";
    says(account, &format!("backout --drop {function} {words} --output {name}{more}"), 0);
}

/// Drops f1 with the plan `p.json`.
pub(crate) fn reduced() -> Account {
    let account = recorded();
    backout(&account, "f1", "p.json", "");
    says(&account, "apply p.json --exceptions exc.json", 0);
    assert_eq!(declared(&account), ["f1"]);
    account
}

/// The functions of the exceptions in `exc.json`.
pub(crate) fn declared(account: &Account) -> Vec<String> {
    let Ok(file) = std::fs::read_to_string(account.path("exc.json")) else { return Vec::new() };
    let file: Value = serde_json::from_str(&file).unwrap();
    let all = file["exceptions"].as_array().unwrap().iter();
    let all = all.flat_map(|one| one["functions"].as_array().unwrap());
    all.map(|one| one.as_str().unwrap().rsplit(':').next().unwrap().to_owned()).collect()
}

pub(crate) fn with(edit: impl FnOnce(&mut Settings), account: &Account) {
    edit(&mut account.settings.lock().unwrap());
}

/// Somebody adds a selector of his own.
pub(crate) fn add(account: &Account) {
    let buckets = json!({"Name": "theirs", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]});
    with(
        |settings| {
            let list = settings.selectors["AdvancedEventSelectors"].as_array_mut().unwrap();
            list.push(buckets);
        },
        account,
    );
}

/// Every step is done, and then somebody sets it back: resuming does nothing and says so, and the plan can be applied again.
#[test]
fn a_finished_journal_makes_way_and_is_never_resumed_with_success() {
    let account = recorded();
    with(|settings| settings.selectors = json!({"AdvancedEventSelectors": [management()]}), &account);
    let first = account.settings();
    says(&account, "plan --recorders trails --output p.json", 0);
    says(&account, "apply p.json", 0);
    let done = account.settings();
    // Nothing is different: that is said, whichever way it is asked for, and nothing is called a change.
    for line in ["apply --resume p.json.journal", "apply p.json"] {
        let text = says(&account, line, 0);
        assert!(text.contains("was carried out before"), "{text}");
        assert!(!account.path("p.json.journal.1").exists());
    }
    *account.settings.lock().unwrap() = first;
    let text = says(&account, "apply --resume p.json.journal", 3);
    assert!(text.contains("was carried out before, and") && text.contains("nothing was changed"), "{text}");
    let text = says(&account, "apply p.json", 0);
    assert!(text.contains("it is kept as p.json.journal.1"), "{text}");
    assert_eq!(account.settings(), done);
    // What is refused leaves the earlier journal where it was.
    add(&account);
    says(&account, "apply p.json", 3);
    assert!(account.path("p.json.journal").exists() && !account.path("p.json.journal.2").exists());
}

/// A backout that was taken back: nothing declares its exception anew but the plan itself.
#[test]
fn an_undo_is_not_undone() {
    let account = reduced();
    let text = says(&account, "undo p.json.journal --exceptions exc.json", 0);
    assert!(declared(&account).is_empty());
    assert!(!text.contains("undo p.json.journal.undo"), "it is not advised: {text}");
    let back = account.settings();
    for line in ["undo p.json.journal.undo --exceptions exc.json", "undo p.json.journal.undo --merge"] {
        let text = says(&account, line, 3);
        assert!(text.contains("apply the plan again") && text.contains("nothing was changed"), "{text}");
        assert_eq!(account.settings(), back);
    }
    says(&account, "apply p.json --exceptions exc.json", 0);
    assert_eq!(declared(&account), ["f1"]);
    // The plan of an undo that others' changes made necessary is no way around.
    add(&account);
    says(&account, "undo p.json.journal --merge --output back.json", 0);
    says(&account, "apply back.json --undoes p.json.journal --exceptions exc.json", 0);
    says(&account, "undo p.json.journal.undo", 3);
}

/// The exception of a journal that was taken back is ended only while that is so.
#[test]
fn what_was_taken_back_ends_no_exception_that_is_needed() {
    let account = reduced();
    let dropped = account.settings();
    let file = std::fs::read(account.path("exc.json")).unwrap();
    says(&account, "undo p.json.journal --exceptions exc.json", 0);
    *account.settings.lock().unwrap() = dropped;
    std::fs::write(account.path("exc.json"), file).unwrap();
    let text = says(&account, "undo p.json.journal --exceptions exc.json", 3);
    assert!(text.contains("taken back before, and"), "{text}");
    assert_eq!(declared(&account), ["f1"]);
}

#[test]
fn an_exception_of_another_plan_is_neither_replaced_nor_ended() {
    let account = recorded();
    backout(&account, "f1", "p.json", "");
    says(&account, "apply p.json --exceptions exc.json", 0);
    // Planned without the file, so that nobody saw that the id is taken.
    backout(&account, "f2", "q.json", "");
    let before = account.settings();
    let text = says(&account, "apply q.json --exceptions exc.json", 1);
    assert!(text.contains("a-b-c-2027-01-31") && text.contains("an id of its own"), "{text}");
    assert_eq!((declared(&account), account.settings()), (vec!["f1".to_owned()], before));
    // Another exception took its name since: the undo ends its own alone.
    let file = std::fs::read_to_string(account.path("exc.json")).unwrap();
    std::fs::write(account.path("exc.json"), file.replace(&arn("f1"), &arn("f2"))).unwrap();
    says(&account, "undo p.json.journal --exceptions exc.json", 0);
    assert_eq!(declared(&account), ["f2"]);
}

/// Taking back around what others changed ends the exception, and the journal is taken back afterwards.
#[test]
fn a_merged_undo_takes_the_journal_back_and_ends_its_exception() {
    let account = reduced();
    add(&account);
    let text = says(&account, "undo p.json.journal --exceptions exc.json", 3);
    assert!(text.contains("--merge") && text.contains("--exceptions exc.json"), "{text}");
    let text = says(&account, "undo p.json.journal --merge --exceptions exc.json --output back.json", 0);
    let next = text.lines().find_map(|line| line.strip_prefix("next: invoketrail ")).unwrap();
    assert!(next.contains("--exceptions exc.json"), "{next}");
    says(&account, "apply back.json --journal other.journal --exceptions exc.json", 2);
    says(&account, next.split("  #").next().unwrap(), 0);
    assert!(declared(&account).is_empty());
    assert!(account.settings().selectors.to_string().contains("theirs"));
    let text = says(&account, "undo p.json.journal --exceptions exc.json", 0);
    assert!(text.contains("taken back before"), "{text}");
    // The plan finds another account now; the journal stays taken back.
    says(&account, "apply p.json --exceptions exc.json", 3);
    says(&account, "apply --resume p.json.journal --exceptions exc.json", 3);
}

/// A file of exceptions that cannot be read or written is found out before the first change; afterwards there is a way on.
#[test]
fn the_file_of_exceptions_is_looked_at_before_anything_is_changed() {
    let account = recorded();
    backout(&account, "f1", "p.json", "");
    let before = account.settings();
    says(&account, "apply p.json --exceptions nodir/exc.json", 1);
    assert_eq!(account.settings(), before);
    says(&account, "apply p.json --exceptions exc.json", 0);
    let dropped = account.settings();
    std::fs::write(account.path("bad.json"), "no").unwrap();
    for file in ["bad.json", "nodir/exc.json"] {
        let text = says(&account, &format!("undo p.json.journal --exceptions {file}"), 1);
        assert!(!text.contains("done:"), "{text}");
        assert_eq!(account.settings(), dropped);
    }
    // It is damaged while the account is changed: half-way, and what is advised ends it.
    let whole = std::fs::read(account.path("exc.json")).unwrap();
    let meanwhile = (account.path("exc.json"), "no".to_owned());
    with(|settings| settings.meanwhile = Some(meanwhile), &account);
    let text = says(&account, "undo p.json.journal --exceptions exc.json", 5);
    let next = text.lines().find_map(|line| line.strip_prefix("next: invoketrail ")).unwrap();
    std::fs::write(account.path("exc.json"), whole).unwrap();
    says(&account, next.split("  #").next().unwrap(), 0);
    assert!(declared(&account).is_empty());
}

#[test]
fn exceptions_that_others_declare_meanwhile_stay() {
    let account = reduced();
    let file: Value =
        serde_json::from_str(&std::fs::read_to_string(account.path("exc.json")).unwrap()).unwrap();
    let mut more = file.clone();
    let mut other = more["exceptions"][0].clone();
    other["id"] = "other".into();
    other["functions"] = json!([arn("f3")]);
    more["exceptions"].as_array_mut().unwrap().push(other);
    backout(&account, "f2", "q.json", " --id second");
    with(|settings| settings.meanwhile = Some((account.path("exc.json"), more.to_string())), &account);
    says(&account, "apply q.json --exceptions exc.json", 0);
    assert_eq!(declared(&account), ["f1", "f3", "f2"]);
}

/// A trail that somebody deleted holds nothing of ours any more.
#[test]
fn a_trail_that_was_deleted_is_nothing_to_take_back() {
    let account = recorded();
    // Two of its settings are changed, and it is one trail.
    with(
        |settings| {
            settings.selectors = json!({"AdvancedEventSelectors": [management()]});
            settings.logging = false;
        },
        &account,
    );
    says(&account, "plan --recorders trails --output p.json", 0);
    says(&account, "apply p.json", 0);
    with(|settings| settings.gone = true, &account);
    says(&account, "apply --resume p.json.journal", 3);
    for merge in [" --merge", ""] {
        let text = says(&account, &format!("undo p.json.journal{merge}"), 0);
        assert_eq!(text.matches("does not exist any more").count(), 1, "{text}");
    }
    assert!(says(&account, "undo p.json.journal", 0).contains("taken back before"));
}

/// What is there and no journal is not gone on with.
#[test]
fn a_journal_that_can_keep_nothing_is_refused_with_advice_that_works() {
    let account = recorded();
    with(|settings| settings.selectors = json!({"AdvancedEventSelectors": [management()]}), &account);
    says(&account, "plan --recorders trails --output p.json", 0);
    let before = account.settings();
    std::fs::write(account.path("notes.txt"), "mine").unwrap();
    for journal in ["/dev/null", "notes.txt"] {
        let text = says(&account, &format!("apply p.json --journal {journal}"), 1);
        assert!(!text.contains("--resume") && text.contains("Name another file with --journal"), "{text}");
        assert_eq!(account.settings(), before);
    }
    assert_eq!(std::fs::read_to_string(account.path("notes.txt")).unwrap(), "mine");
}

/// A journal that lost its end says nothing of what it lost: the account is asked.
#[test]
fn what_a_cut_journal_does_not_say_is_asked_of_the_account() {
    let account = recorded();
    with(|settings| settings.selectors = json!({"AdvancedEventSelectors": [management()]}), &account);
    let before = account.settings();
    says(&account, "plan --recorders trails --output p.json", 0);
    says(&account, "apply p.json", 0);
    assert_ne!(account.settings(), before);
    let path = account.path("p.json.journal");
    let whole = std::fs::read(&path).unwrap();
    let head = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    std::fs::write(&path, &whole[..head + 9]).unwrap();
    let text = says(&account, "undo p.json.journal", 0);
    assert!(text.contains("it is not as it was before") && !text.contains("nothing was changed"), "{text}");
    assert_eq!(account.settings(), before);
    // Where the account is as it was, nothing was changed.
    let other = recorded();
    with(|settings| settings.selectors = json!({"AdvancedEventSelectors": [management()]}), &other);
    std::fs::write(other.path("p.json.journal"), &whole[..head + 9]).unwrap();
    let text = says(&other, "undo p.json.journal", 0);
    assert!(text.contains("nothing was changed"), "{text}");
}

#[test]
fn the_undo_of_a_restore_says_that_nothing_excuses_it() {
    let account = reduced();
    says(&account, "restore --recorders trails --exceptions exc.json --output r.json", 0);
    says(&account, "apply r.json --exceptions exc.json", 0);
    assert!(declared(&account).is_empty());
    let text = says(&account, "undo r.json.journal", 0);
    assert!(text.contains("not declared again (a-b-c-2027-01-31)"), "{text}");
}

/// What others set on top of a step that was begun is said to be theirs, and the way around it is named.
#[test]
fn a_step_that_was_begun_and_changed_by_others_is_taken_back_around_them() {
    let account = reduced();
    let journal = account.path("p.json.journal");
    let text = std::fs::read_to_string(&journal).unwrap();
    let (begun, _) = text.trim_end().rsplit_once('\n').unwrap();
    std::fs::write(&journal, format!("{begun}\n")).unwrap();
    std::fs::remove_file(account.path("exc.json")).unwrap();
    add(&account);
    let said = says(&account, "apply --resume p.json.journal --exceptions exc.json", 5);
    assert!(said.contains("somebody changed it since") && said.contains("--merge"), "{said}");
    assert!(!said.contains("is not recorded today"), "{said}");
}
