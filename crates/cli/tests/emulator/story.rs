//! The story of the README and of its guide to a backout, against an emulator: audit, plan, apply, audit, backout, restore, undo;
//! each command as it stands there, with what it says.

use crate::seed::{Seed, url};
use std::path::Path;
use std::process::Command;

const ACCOUNT: &str = "310000000002";

/// A command of the story with what it is to say, and its exit code.
struct Scene {
    command: String,
    code: i32,
    lines: Vec<String>,
}

/// The sessions that follow `<!-- story -->`, in the README and in the guide that goes on from there.
fn scenes() -> Vec<Scene> {
    ["README.md", "docs/guides/backout.md"].into_iter().flat_map(scenes_of).collect()
}

fn scenes_of(page: &str) -> Vec<Scene> {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(page)).unwrap();
    let story = text.split("<!-- story -->").nth(1).expect("the page tells a story");
    let block = story.split("```sh-session\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mut scenes: Vec<Scene> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ invoketrail ") {
            scenes.push(Scene { command: command.to_owned(), code: 0, lines: Vec::new() });
        } else if let Some(code) = line.strip_prefix("? ") {
            scenes.last_mut().unwrap().code = code.parse().unwrap();
        } else if !line.trim().is_empty() && line != "..." {
            scenes.last_mut().unwrap().lines.push(line.trim().to_owned());
        }
    }
    scenes
}

/// A command of the story; `HASH` stands for the hash of the plan that it names.
fn command(seed: &Seed, folder: &Path, command: &str) -> Command {
    let mut words: Vec<String> = Vec::new();
    let mut quoted = false;
    let mut word = String::new();
    for one in command.chars() {
        match one {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    if words.contains(&"HASH".to_owned()) {
        let plan = std::fs::read_to_string(folder.join(&words[1])).unwrap();
        let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
        let hash = plan["hash"].as_str().unwrap().to_owned();
        words.iter_mut().filter(|word| *word == "HASH").for_each(|word| word.clone_from(&hash));
    }
    // The emulator cannot list event data stores, so trails alone are counted where that can be said.
    if matches!(words[0].as_str(), "audit" | "plan" | "backout" | "restore") {
        words.extend(["--recorders".to_owned(), "trails".to_owned()]);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_invoketrail"));
    command
        .args(&words)
        .args(["--endpoint-url", &url(), "--region", "us-east-1"])
        .env_clear()
        .envs([
            ("HOME", "/nonexistent"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("INVOKETRAIL_TEST_HASTE", "once"),
            ("COLUMNS", "100"),
        ])
        .envs([("AWS_ACCESS_KEY_ID", seed.key.as_str()), ("AWS_SECRET_ACCESS_KEY", "secret")])
        .env("AWS_SESSION_TOKEN", "token")
        .env("INVOKETRAIL_NOW", "2026-11-23T12:00:00Z")
        .current_dir(folder);
    command
}

/// Runs it, with nobody to be asked.
pub(crate) fn run(seed: &Seed, folder: &Path, line: &str) -> (String, Option<i32>) {
    let output = command(seed, folder, line).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (text, output.status.code())
}

/// An account with functions, and a trail that delivers to that bucket and logs.
pub(crate) fn with_trail(account: &str, bucket: &str, functions: usize) -> Seed {
    let seed = Seed::account(account);
    seed.bucket(bucket);
    seed.role();
    seed.functions(account, "us-east-1", functions);
    let trail = format!(
        r#"{{"Name":"main","S3BucketName":"{bucket}","IsMultiRegionTrail":true,"EnableLogFileValidation":true}}"#
    );
    seed.cloudtrail("us-east-1", "CreateTrail", &trail);
    seed.cloudtrail("us-east-1", "StartLogging", r#"{"Name":"main"}"#);
    seed
}

/// An account with three functions and a trail that holds other people's selectors.
fn account() -> Seed {
    let seed = with_trail(ACCOUNT, "invoketrail-story", 3);
    let others = r#"{"TrailName":"main","AdvancedEventSelectors":[
        {"Name":"Management","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},
        {"Name":"Objects of payroll","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
            {"Field":"resources.type","Equals":["AWS::S3::Object"]},
            {"Field":"resources.ARN","StartsWith":["arn:aws:s3:::payroll/"]}]}]}"#;
    seed.cloudtrail("us-east-1", "PutEventSelectors", others);
    seed
}

#[test]
fn the_story_of_the_readme_runs_and_everything_can_be_taken_back() {
    let seed = account();
    let folder = tempfile::tempdir().unwrap();
    let before = run(&seed, folder.path(), "inventory --output before.json").1;
    assert_eq!(before, Some(0));
    for scene in scenes() {
        let (text, code) = run(&seed, folder.path(), &scene.command);
        assert_eq!(code, Some(scene.code), "{}\n{text}", scene.command);
        let mut rest = text.as_str();
        for line in &scene.lines {
            let at =
                rest.find(line.as_str()).unwrap_or_else(|| panic!("{}: `{line}` in\n{text}", scene.command));
            rest = &rest[at + line.len()..];
        }
    }
    // What the journals hold takes it all back, to the byte.
    for journal in ["restore.json.journal", "backout.json.journal", "plan.json.journal"] {
        let (text, _) = run(&seed, folder.path(), &format!("undo {journal}"));
        let hash = text.split("--approve ").nth(1).unwrap_or_else(|| panic!("{journal}: {text}"));
        let hash = hash.split_whitespace().next().unwrap();
        let (text, code) = run(&seed, folder.path(), &format!("undo {journal} --approve {hash}"));
        assert_eq!(code, Some(0), "{journal}: {text}");
    }
    assert_eq!(run(&seed, folder.path(), "inventory --output after.json").1, Some(0));
    let selectors = |name: &str| {
        let file = std::fs::read_to_string(folder.path().join(name)).unwrap();
        let file: serde_json::Value = serde_json::from_str(&file).unwrap();
        let document = file["recorders"][0]["selectors"]["known"].to_string();
        cloudtrail::selector_json::request(&cloudtrail::selector_json::from_str(&document).unwrap()).unwrap()
    };
    assert_eq!(selectors("before.json"), selectors("after.json"));
}

#[test]
fn a_stale_plan_and_one_of_strangers_change_nothing() {
    let seed = with_trail("310000000003", "invoketrail-stale", 1);
    let select = |name: &str| {
        let body = format!(
            r#"{{"TrailName":"main","AdvancedEventSelectors":[{{"Name":"{name}","FieldSelectors":[
            {{"Field":"eventCategory","Equals":["Management"]}}]}}]}}"#
        );
        seed.cloudtrail("us-east-1", "PutEventSelectors", &body);
    };
    select("mine");
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&seed, folder.path(), "plan --output plan.json").1, Some(0));
    let (text, code) = run(&seed, folder.path(), "apply plan.json");
    assert_eq!(code, Some(2), "nobody can be asked: {text}");
    select("theirs");
    let (text, code) = run(&seed, folder.path(), "apply plan.json --approve HASH");
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("has changed since the plan was made") && text.contains("nothing was changed"),
        "{text}"
    );
    assert!(text.contains("theirs"), "the difference is shown: {text}");
    assert!(!folder.path().join("plan.json.journal").exists(), "nothing stands in the way of the next try");
    let stranger = Seed::account("310000000004");
    let (text, code) = run(&stranger, folder.path(), "apply plan.json --approve HASH");
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("310000000003"), "{text}");
    let edited = std::fs::read_to_string(folder.path().join("plan.json")).unwrap().replace("mine", "yours");
    std::fs::write(folder.path().join("edited.json"), edited).unwrap();
    let (text, code) = run(&seed, folder.path(), "apply edited.json --approve x");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("changed after it was made"), "{text}");
}

#[test]
fn where_nothing_exists_a_trail_with_its_bucket_is_made_and_unmade() {
    let seed = Seed::account("310000000005");
    seed.role();
    seed.functions("310000000005", "us-east-1", 1);
    let folder = tempfile::tempdir().unwrap();
    let (text, code) = run(&seed, folder.path(), "plan --output plan.json");
    assert_eq!(code, Some(0), "{text}");
    let (text, code) = run(&seed, folder.path(), "apply plan.json --approve HASH");
    assert_eq!(code, Some(0), "{text}");
    let (text, code) = run(&seed, folder.path(), "audit");
    assert_eq!(code, Some(0), "{text}");
    let (text, _) = run(&seed, folder.path(), "undo plan.json.journal");
    let hash = text.split("--approve ").nth(1).unwrap_or_else(|| panic!("{text}"));
    let hash = hash.split_whitespace().next().unwrap().to_owned();
    let (text, code) = run(&seed, folder.path(), &format!("undo plan.json.journal --approve {hash}"));
    assert_eq!(code, Some(0), "{text}");
}

#[cfg(unix)]
#[test]
fn at_a_terminal_only_yes_carries_out_and_takes_back() {
    let seed = with_trail("310000000038", "invoketrail-asked", 1);
    let others = r#"{"TrailName":"main","AdvancedEventSelectors":[
        {"Name":"Management","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}"#;
    seed.cloudtrail("us-east-1", "PutEventSelectors", others);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&seed, folder.path(), "plan --output plan.json").1, Some(0));
    let plan = std::fs::read_to_string(folder.path().join("plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    let hash = plan["hash"].as_str().unwrap();
    let typed = |line: &str, answer: &str| {
        let question = "Carry this out? Only yes means yes: ";
        crate::terminal::answer(command(&seed, folder.path(), line), question, answer)
    };
    let said = typed("apply plan.json", "n\n");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.terminal.contains("note: not approved, so nothing was changed"), "{said:?}");
    assert!(said.stdout.contains(hash), "what is asked about is shown: {said:?}");
    assert!(!folder.path().join("plan.json.journal").exists(), "{said:?}");
    assert_eq!(run(&seed, folder.path(), "audit").1, Some(3), "nothing records yet");
    let said = typed("apply plan.json", "yes\n");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(run(&seed, folder.path(), "audit").1, Some(0));
    assert_eq!(typed("undo plan.json.journal", "n\n").code, Some(3));
    assert_eq!(run(&seed, folder.path(), "audit").1, Some(0));
    let said = typed("undo plan.json.journal", "yes\n");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(run(&seed, folder.path(), "audit").1, Some(3));
}

/// An account with two trails that record all functions, each as well as the other.
fn with_two_trails(account: &str, bucket: &str) -> Seed {
    let seed = Seed::account(account);
    seed.bucket(bucket);
    seed.role();
    seed.functions(account, "us-east-1", 2);
    for name in ["main", "other"] {
        // Of one Region: all that they reach is looked into.
        let trail = format!(r#"{{"Name":"{name}","S3BucketName":"{bucket}","IsMultiRegionTrail":false}}"#);
        seed.cloudtrail("us-east-1", "CreateTrail", &trail);
        seed.cloudtrail("us-east-1", "StartLogging", &format!(r#"{{"Name":"{name}"}}"#));
        seed.cloudtrail("us-east-1", "PutEventSelectors", &everything(name));
    }
    seed
}

fn everything(trail: &str) -> String {
    format!(
        r#"{{"TrailName":"{trail}","AdvancedEventSelectors":[
        {{"Name":"Management","FieldSelectors":[{{"Field":"eventCategory","Equals":["Management"]}}]}},
        {{"Name":"Lambda","FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
            {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}}]}}]}}"#
    )
}

#[cfg(unix)]
#[test]
fn what_others_change_while_a_person_is_asked_is_looked_at() {
    let seed = with_two_trails("310000000051", "invoketrail-while-asked");
    let folder = tempfile::tempdir().unwrap();
    let (text, code) = run(&seed, folder.path(), "plan --drop-copies --output plan.json");
    assert_eq!(code, Some(0), "{text}");
    let plan = std::fs::read_to_string(folder.path().join("plan.json")).unwrap();
    let kept = if plan.contains("trail/main") { "other" } else { "main" };
    let mut stopped = false;
    let said = crate::terminal::sit(command(&seed, folder.path(), "apply plan.json"), |said, mine, _| {
        use std::io::Write;
        if !stopped && said.contains("Carry this out? Only yes means yes: ") {
            seed.cloudtrail("us-east-1", "StopLogging", &format!(r#"{{"Name":"{kept}"}}"#));
            stopped = true;
            mine.write_all(b"yes\n").unwrap();
        }
    });
    assert!(stopped && said.code == Some(3), "{said:?}");
    assert!(said.terminal.contains("note: nothing was changed"), "{said:?}");
    assert!(!folder.path().join("plan.json.journal").exists(), "{said:?}");
}

#[test]
fn a_plan_that_drops_copies_of_a_recorder_that_others_changed_is_called_stale() {
    let seed = with_two_trails("310000000052", "invoketrail-stale-copies");
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&seed, folder.path(), "plan --drop-copies --output plan.json").1, Some(0));
    let plan = std::fs::read_to_string(folder.path().join("plan.json")).unwrap();
    let dropped = if plan.contains("trail/main") { "main" } else { "other" };
    let theirs = everything(dropped).replace(
        r#"{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}"#,
        r#"{"Field":"resources.type","Equals":["AWS::S3::Object"]}"#,
    );
    seed.cloudtrail("us-east-1", "PutEventSelectors", &theirs);
    let (text, code) = run(&seed, folder.path(), "apply plan.json --approve HASH");
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("has changed since the plan was made"), "{text}");
    assert!(text.contains("next: invoketrail plan --drop-copies --output plan.json"), "{text}");
}

#[test]
fn a_created_trail_is_not_deleted_with_what_others_set_on_it() {
    let set: [(&str, &str); 3] = [
        ("UpdateTrail", r#""SnsTopicName":"news""#),
        // Of Insights the emulator says nothing.
        (
            "UpdateTrail",
            r#""CloudWatchLogsLogGroupArn":"arn:aws:logs:us-east-1:310000000053:log-group:x:*","CloudWatchLogsRoleArn":"arn:aws:iam::310000000053:role/r""#,
        ),
        ("UpdateTrail", r#""KmsKeyId":"arn:aws:kms:us-east-1:310000000053:key/k""#),
    ];
    for (at, (operation, members)) in set.iter().enumerate() {
        let account = format!("31000000006{at}");
        let seed = Seed::account(&account);
        seed.role();
        seed.functions(&account, "us-east-1", 1);
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(&seed, folder.path(), "plan --output plan.json").1, Some(0));
        let plan = std::fs::read_to_string(folder.path().join("plan.json")).unwrap();
        let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
        let name = plan["plan"]["steps"][1]["change"]["target"]["name"].as_str().unwrap().to_owned();
        assert_eq!(run(&seed, folder.path(), "apply plan.json --approve HASH").1, Some(0));
        seed.cloudtrail("us-east-1", operation, &format!(r#"{{"Name":"{name}",{members}}}"#));
        let (text, code) = run(&seed, folder.path(), "undo plan.json.journal");
        assert_eq!(code, Some(3), "{members}: {text}");
        assert!(text.contains("somebody changed it since") && text.contains("is set"), "{text}");
        let (text, _) = run(&seed, folder.path(), "inventory --output now.json");
        let now = std::fs::read_to_string(folder.path().join("now.json")).unwrap();
        assert!(now.contains(&format!("trail/{name}")), "{text}");
    }
}
