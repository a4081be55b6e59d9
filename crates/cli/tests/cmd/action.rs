//! The steps of the GitHub Action in a folder laid out as a runner's: outputs, summary, annotations, and a comment that is updated.

use crate::run::root;
use crate::scripted::Scripted;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Flags that the action offers and the program does not have yet. Whoever adds one to the program takes it out here.
const TO_COME: [&str; 0] = [];

const PROGRAM: &str = env!("CARGO_BIN_EXE_invoketrail");

/// A runner's folders and files.
struct Runner {
    folder: tempfile::TempDir,
}

/// What a step printed, and how it ended.
struct Step {
    said: String,
    code: Option<i32>,
}

impl Runner {
    fn new() -> Runner {
        let runner = Runner { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(runner.path("temp")).unwrap();
        for file in ["output", "summary"] {
            std::fs::write(runner.path(file), "").unwrap();
        }
        runner
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// A program that is this script.
    fn program(&self, name: &str, script: &str) -> String {
        use std::os::unix::fs::PermissionsExt;
        let path = self.write(name, script);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs a script of the action as its step does.
    fn step(&self, script: &str, variables: &[(&str, &str)]) -> Step {
        let interpreter = if script.ends_with(".py") { "python3" } else { "bash" };
        let output = Command::new(interpreter)
            .arg(root().join("action").join(script))
            .current_dir(root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", "/nonexistent")
            .env("INVOKETRAIL_NOW", "2026-11-23T17:00:00Z")
            .env("XDG_CACHE_HOME", "/dev/null")
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .env("RUNNER_TEMP", self.path("temp"))
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            .env("GITHUB_EVENT_PATH", self.path("event.json"))
            .env("GITHUB_REPOSITORY", "acme/infrastructure")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        Step { said: String::from_utf8(said).unwrap(), code: output.status.code() }
    }

    /// The outputs that steps have set so far.
    fn outputs(&self) -> BTreeMap<String, String> {
        let text = std::fs::read_to_string(self.path("output")).unwrap();
        text.lines()
            .map(|line| line.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

#[test]
fn an_audit_is_shown_everywhere_and_then_decides() {
    let runner = Runner::new();
    let ran = runner.step("run.sh", &[("PROGRAM", PROGRAM), ("INPUT_INVENTORY", "examples/acme.json")]);
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    let answer = "Not every Lambda invocation is recorded: 5 of 14 functions and 1 of 1 web function escape.";
    assert!(ran.said.contains(&format!("\n::error title=InvokeTrail::{answer}\n")), "{}", ran.said);
    let outputs = runner.outputs();
    assert_eq!(outputs["exit-code"], "3");
    for (output, begins) in
        [("markdown", "**Not every"), ("sarif", "{\"$schema\":"), ("json", "{\"format\":")]
    {
        let text = std::fs::read_to_string(&outputs[output]).unwrap();
        assert!(text.starts_with(begins), "{output}: {text}");
    }

    let summed = runner.step("summary.sh", &[("MARKDOWN", &outputs["markdown"])]);
    assert_eq!(summed.code, Some(0), "{}", summed.said);
    assert!(std::fs::read_to_string(runner.path("summary")).unwrap().contains(answer));

    for (code, ends) in [("0", 0), ("3", 3), ("4", 4), ("1", 1), ("", 1)] {
        assert_eq!(runner.step("verdict.sh", &[("EXIT_CODE", code)]).code, Some(ends), "{code}");
    }
}

#[test]
fn what_gives_no_answer_fails_at_once_and_shows_nothing() {
    let wrong: [&[(&str, &str)]; 4] = [
        &[("INPUT_INVENTORY", "/nonexistent/inventory.json")],
        &[("INPUT_COMMAND", "apply")],
        &[("INPUT_INVENTORY", "examples/acme.json"), ("INPUT_ORGANIZATION", "yes")],
        &[("INPUT_INVENTORY", "examples/acme.json"), ("INPUT_TERRAFORM", "plan.json")],
    ];
    for inputs in wrong {
        let runner = Runner::new();
        let ran = runner.step("run.sh", &[&[("PROGRAM", PROGRAM)], inputs].concat());
        assert_eq!(ran.code, Some(1), "{inputs:?}: {}", ran.said);
        assert!(ran.said.contains("::error title=InvokeTrail::"), "{}", ran.said);
        assert!(!runner.outputs().contains_key("markdown"), "{inputs:?}");
    }
}

/// A value is one argument whatever is in it; one that can be repeated is repeated for each line.
#[test]
fn inputs_are_flags_as_they_are() {
    let runner = Runner::new();
    let program = runner.program("fake", "#!/usr/bin/env bash\nprintf '[%s]\\n' \"$@\"\n");
    let inputs = [
        ("PROGRAM", program.as_str()),
        ("INPUT_ROLE_NAME", "a b; touch $(echo x) `y`"),
        ("INPUT_FRAMEWORK", "soc 2\r\nnist-800-53\n"),
        ("INPUT_ORGANIZATION", "true"),
        ("INPUT_EXIT_ZERO", "false"),
        ("INPUT_ANNOTATIONS", "false"),
    ];
    let ran = runner.step("run.sh", &inputs);
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    let arguments: Vec<&str> = ran.said.lines().filter(|line| !line.contains("--output=")).collect();
    let expected = [
        "[audit]",
        "[--organization]",
        "[--role-name=a b; touch $(echo x) `y`]",
        "[--framework=soc 2]",
        "[--framework=nist-800-53]",
        "[--color=never]",
    ];
    assert_eq!(arguments, expected);
}

#[test]
fn a_change_is_asked_for_in_each_form() {
    let runner = Runner::new();
    let script = "#!/usr/bin/env bash\nfor one in \"$@\"; do case $one in --format=*) echo \"as ${one#*=}\";; esac; done\nprintf '%s\\n' \"$*\" >> \"$RUNNER_TEMP/asked\"\nexit 3\n";
    let program = runner.program("fake", script);
    let inputs = [
        ("PROGRAM", program.as_str()),
        ("INPUT_COMMAND", "check"),
        ("INPUT_TERRAFORM", "plan.json"),
        ("INPUT_INVENTORY", "prod.json"),
    ];
    let ran = runner.step("run.sh", &inputs);
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    let outputs = runner.outputs();
    assert_eq!(outputs["exit-code"], "3");
    assert_eq!(std::fs::read_to_string(&outputs["markdown"]).unwrap(), "as markdown\n");
    assert_eq!(std::fs::read_to_string(&outputs["sarif"]).unwrap(), "as sarif\n");
    assert_eq!(ran.said, "as github\n", "annotations are what the program prints");
    let asked = std::fs::read_to_string(runner.path("temp/asked")).unwrap();
    assert_eq!(asked.lines().count(), 3);
    assert!(
        asked.lines().all(|line| line.starts_with("check --inventory=prod.json --terraform=plan.json ")),
        "{asked}"
    );
}

/// A folder with a release of version 9.9.9, whose program says so; its URL, and the checksum of the tarball.
fn release(runner: &Runner) -> (String, String) {
    let name = "invoketrail-9.9.9-x86_64-unknown-linux-musl";
    std::fs::create_dir_all(runner.path("release").join(name)).unwrap();
    runner.program(&format!("release/{name}/invoketrail"), "#!/bin/sh\necho invoketrail 9.9.9\n");
    let script = format!(
        "tar -czf {name}.tar.gz {name} && rm -r {name} && sha256sum {name}.tar.gz > SHA256SUMS && cat SHA256SUMS"
    );
    let packed =
        Command::new("bash").args(["-c", &script]).current_dir(runner.path("release")).output().unwrap();
    let said = String::from_utf8(packed.stdout).unwrap();
    let checksum = said.split_whitespace().next().unwrap().to_owned();
    (format!("file://{}", runner.path("release").display()), checksum)
}

#[test]
fn a_release_is_installed_by_its_checksum_alone() {
    let runner = Runner::new();
    let (url, checksum) = release(&runner);
    let from = ("INVOKETRAIL_RELEASE_URL", url.as_str());
    for inputs in [
        vec![from, ("INPUT_VERSION", "9.9.9")],
        vec![from, ("ACTION_REF", "v9.9.9")],
        vec![from, ("ACTION_REF", "v9.9.9"), ("INPUT_CHECKSUM", checksum.as_str())],
    ] {
        std::fs::write(runner.path("output"), "").unwrap();
        let installed = runner.step("install.sh", &inputs);
        assert_eq!((installed.said.as_str(), installed.code), ("invoketrail 9.9.9\n", Some(0)), "{inputs:?}");
        assert!(Path::new(&runner.outputs()["program"]).is_file());
    }
    let zeros = "0".repeat(64);
    for (inputs, why) in [
        (vec![from, ("INPUT_VERSION", "9.9.9"), ("INPUT_CHECKSUM", zeros.as_str())], "Nothing was installed"),
        (vec![from, ("ACTION_REF", "main")], "cannot tell which release"),
        (vec![from, ("INPUT_VERSION", "9.9.8")], "cannot download"),
        (vec![from, ("INPUT_VERSION", "../9.9.9")], "cannot tell which release"),
        (vec![from, ("INPUT_VERSION", "9.9.9"), ("RUNNER_OS", "Windows")], "there is no release for Windows"),
    ] {
        let other = Runner::new();
        let refused = other.step("install.sh", &inputs);
        assert_eq!(refused.code, Some(1), "{inputs:?}: {}", refused.said);
        assert!(refused.said.contains(why), "{inputs:?}: {}", refused.said);
        assert!(other.outputs().is_empty());
    }
}

#[test]
fn a_path_is_taken_where_it_names_the_program() {
    let runner = Runner::new();
    let taken = runner.step("install.sh", &[("INPUT_PATH", PROGRAM)]);
    assert_eq!(taken.code, Some(0), "{}", taken.said);
    assert_eq!(runner.outputs()["program"], PROGRAM);
    for path in ["/nonexistent/invoketrail", "/bin/cat", "README.md"] {
        assert_eq!(Runner::new().step("install.sh", &[("INPUT_PATH", path)]).code, Some(1), "{path}");
    }
}

/// GitHub, with these comments on the pull request; it answers that status to whoever writes.
fn github(comments: String, written: &'static str) -> Scripted {
    Scripted::serving(move |asked| match asked.line().starts_with("GET") {
        true => ("200 OK".to_owned(), comments.clone()),
        false => (written.to_owned(), "{}".to_owned()),
    })
}

/// A comment as GitHub tells it.
fn comment(id: u32, who: &str, body: &str) -> serde_json::Value {
    serde_json::json!({"id": id, "user": {"type": who}, "body": body})
}

/// Runs the step about pull request 7, and returns what it said and what it asked.
fn commented(github: &Scripted) -> (Step, Vec<(String, String)>) {
    let runner = Runner::new();
    let markdown = runner.write("answer.md", "**No.**\n");
    runner.write("event.json", r#"{"pull_request": {"number": 7}}"#);
    let inputs = [
        ("GITHUB_API_URL", github.url.as_str()),
        ("TOKEN", "secret"),
        ("MARKDOWN", markdown.to_str().unwrap()),
        ("INPUT_COMMAND", "check"),
        ("INPUT_COMMENT_KEY", "prod --> x"),
    ];
    let step = runner.step("comment.py", &inputs);
    let asked = github.asked();
    assert!(asked.iter().all(|one| one.header("authorization") == "Bearer secret"));
    (step, asked.into_iter().map(|one| (one.line().to_owned(), one.body)).collect())
}

const MARKER: &str = "<!-- invoketrail:check:prod-----x -->";

#[test]
fn a_comment_is_made_once_and_then_updated() {
    let list = "GET /repos/acme/infrastructure/issues/7/comments?per_page=100&page=1";
    let body = format!(r#"{{"body": "{MARKER}\n**No.**\n"}}"#);
    let others = [
        comment(1, "User", &format!("{MARKER}\ncopied by somebody")),
        comment(2, "Bot", "<!-- invoketrail:check:default -->\nanother use"),
        comment(3, "Bot", &format!("quoted: {MARKER}")),
    ];
    let none = github(serde_json::to_string(&others).unwrap(), "201 Created");
    let (step, asked) = commented(&none);
    assert_eq!((step.code, step.said.as_str()), (Some(0), ""));
    let made = ("POST /repos/acme/infrastructure/issues/7/comments".to_owned(), body.clone());
    assert_eq!(asked, [(list.to_owned(), String::new()), made]);

    let mine = comment(42, "Bot", &format!("{MARKER}\r\n**Yes.**"));
    let known = github(serde_json::to_string(&[&others[0], &mine]).unwrap(), "200 OK");
    let (step, asked) = commented(&known);
    assert_eq!((step.code, step.said.as_str()), (Some(0), ""));
    let updated = ("PATCH /repos/acme/infrastructure/issues/comments/42".to_owned(), body);
    assert_eq!(asked, [(list.to_owned(), String::new()), updated]);
}

#[test]
fn who_may_not_comment_is_told_and_the_job_goes_on() {
    let (step, _) = commented(&github("[]".to_owned(), "403 Forbidden"));
    assert_eq!(step.code, Some(0));
    assert!(step.said.contains("::warning title=InvokeTrail::no comment was written: GitHub answered 403"));
    assert!(!step.said.contains("secret"));

    let nobody = github("[]".to_owned(), "201 Created");
    let runner = Runner::new();
    runner.write("event.json", r#"{"ref": "refs/heads/main"}"#);
    let step = runner.step("comment.py", &[("GITHUB_API_URL", &nobody.url), ("TOKEN", "secret")]);
    assert_eq!(step.code, Some(0), "{}", step.said);
    assert!(nobody.was_left_alone());
}

/// Each input is given to a step, each variable that a script reads is set by one, and each flag is one of the program.
#[test]
fn inputs_scripts_and_flags_agree() {
    let read = |name: &str| std::fs::read_to_string(root().join("action").join(name)).unwrap();
    let action = read("action.yml");
    let inputs = action.split("\ninputs:\n").nth(1).unwrap().split("\noutputs:\n").next().unwrap();
    let names = inputs.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
    let names: Vec<&str> = names.filter(|name| !name.starts_with([' ', '#'])).collect();
    assert!(names.len() > 20, "{names:?}");
    for name in &names {
        assert!(action.contains(&format!("inputs.{name}")), "no step is given `{name}`");
    }
    let scripts = ["install.sh", "run.sh", "summary.sh", "verdict.sh", "comment.py"].map(read).concat();
    let words = scripts.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_');
    for variable in words.filter(|word| word.starts_with("INPUT_")).collect::<BTreeSet<_>>() {
        assert!(action.contains(&format!("{variable}: ${{{{ inputs.")), "no step sets {variable}");
    }

    let help = |command: &str| {
        let said = Command::new(PROGRAM).args([command, "--help"]).output().unwrap();
        String::from_utf8(said.stdout).unwrap()
    };
    let offered = format!("{}{}", help("audit"), help("check"));
    let run = read("run.sh");
    let flags = run.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        matches!(words.next(), Some("flag" | "switch" | "each")).then(|| words.next())?
    });
    let flags: BTreeSet<&str> = flags.filter(|word| word.starts_with("--")).collect();
    assert!(flags.len() > 12, "{flags:?}");
    for flag in flags {
        let known = offered.contains(&format!("{flag} "));
        let known = known || offered.contains(&format!("{flag}\n"));
        assert_eq!(known, !TO_COME.contains(&flag), "{flag}: `TO_COME` is to hold what the program has not");
    }
}
