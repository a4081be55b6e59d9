//! Scripts of `plan --format aws-cli` as files, run by the shells that they name, with a program `aws` that keeps what it was asked.

use crate::run::run;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const TWO: &str = "crates/cli/tests/cases/plan/two-accounts-one-name.json";
const ACTING: &str = "crates/cli/tests/cases/plan/hostile-selector-name.json";
/// Whose credentials they are, by profile first, then by key; each call is kept with what it was made with.
const AWS: &str = r#"#!/bin/sh
case "${AWS_PROFILE:-}/${AWS_ACCESS_KEY_ID:-}" in
  first/) account=111111111111 ;;
  second/) account=222222222222 ;;
  /KEYOFSECOND) account=222222222222 ;;
  *) account=999999999999 ;;
esac
[ "$1" != sts ] || { echo "$account"; exit; }
printf '%s\t' "$account" "${AWS_PROFILE:-}" "${AWS_ACCESS_KEY_ID:-}" >> "$LOG"
printf '%s ' "$@" >> "$LOG"
echo >> "$LOG"
[ "$2" != "${FAILING:-}" ]
"#;

/// A folder with the script and the program.
struct ScriptFolder {
    folder: tempfile::TempDir,
}

/// How the script ended, what it said, and the calls in their order.
struct Ran {
    code: Option<i32>,
    stderr: String,
    calls: Vec<String>,
}

impl ScriptFolder {
    fn new(script: &str) -> ScriptFolder {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bin")).unwrap();
        for (name, text) in [("bin/aws", AWS), ("plan.sh", script)] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        ScriptFolder { folder }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Runs it by that shell; as a program of its own iff none is named.
    fn run(&self, shell: Option<&str>, environment: &[(&str, &str)]) -> Ran {
        let script = self.path("plan.sh");
        let _ = std::fs::remove_file(self.path("log"));
        let mut command = match shell {
            Some(shell) => {
                let mut command = Command::new(shell);
                command.arg(&script);
                command
            }
            None => Command::new(&script),
        };
        let own = std::env::var("PATH").unwrap();
        command.env_clear().env("PATH", format!("{}:{own}", self.path("bin").display()));
        let output = command.env("LOG", self.path("log")).envs(environment.iter().copied()).output().unwrap();
        let calls = std::fs::read_to_string(self.path("log")).unwrap_or_default();
        Ran {
            code: output.status.code(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            calls: calls.lines().map(str::to_owned).collect(),
        }
    }

    /// The shells of this machine that the first line of the script allows; each takes the script without a complaint.
    fn shells(&self) -> Vec<&'static str> {
        let text = std::fs::read_to_string(self.path("plan.sh")).unwrap();
        let named: &[&str] = match text.lines().next().unwrap() {
            "#!/bin/sh" => &["sh", "dash", "bash", "ksh", "busybox"],
            "#!/usr/bin/env bash" => &["bash"],
            other => unreachable!("{other}"),
        };
        let there =
            |shell: &&&str| **shell != "busybox" && Command::new(shell).args(["-c", ":"]).output().is_ok();
        let there: Vec<&str> = named.iter().filter(there).copied().collect();
        for shell in &there {
            let output = Command::new(shell).arg("-n").arg(self.path("plan.sh")).output().unwrap();
            assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
        }
        there
    }
}

fn script(inventory: &str) -> String {
    let said = run(&["plan", "--inventory", inventory, "--format", "aws-cli"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    said.stdout
}

/// The first account has a profile, the second the credentials at hand: the first block sets those aside, and the second has them.
#[test]
fn what_one_block_sets_aside_is_there_in_the_next() {
    let desk = ScriptFolder::new(&script(TWO));
    let shells = desk.shells();
    assert!(shells.contains(&"sh") && shells.contains(&"bash"), "{shells:?}");
    let mixed = [("PROFILE_111111111111", "first"), ("AWS_ACCESS_KEY_ID", "KEYOFSECOND")];
    let named = [
        ("PROFILE_111111111111", "first"),
        ("PROFILE_222222222222", "second"),
        ("AWS_ACCESS_KEY_ID", "KEYOFSECOND"),
        ("AWS_DEFAULT_PROFILE", "other"),
    ];
    for shell in shells.into_iter().map(Some).chain([None]) {
        let ran = desk.run(shell, &mixed);
        assert_eq!(ran.code, Some(0), "{shell:?}: {}", ran.stderr);
        assert_eq!(ran.calls.len(), 2, "{:?}", ran.calls);
        assert!(ran.calls[0].starts_with("111111111111\tfirst\t\t"), "{:?}", ran.calls);
        assert!(ran.calls[1].starts_with("222222222222\t\tKEYOFSECOND\t"), "{:?}", ran.calls);
        let ran = desk.run(shell, &named);
        assert_eq!(ran.code, Some(0), "{shell:?}: {}", ran.stderr);
        assert!(ran.calls[1].starts_with("222222222222\tsecond\t\t"), "{:?}", ran.calls);
        // The wrong credentials for either account: nothing is changed in any, and the way to say it right works.
        let ran = desk.run(shell, &[("PROFILE_111111111111", "first")]);
        assert_eq!((ran.code, ran.calls.len()), (Some(1), 0), "{shell:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("PROFILE_222222222222=NAME sh "), "{}", ran.stderr);
    }
}

/// A call that fails ends the script, although it stands in a block of its own.
#[test]
fn a_call_that_fails_is_the_last_one() {
    let desk = ScriptFolder::new(&script(TWO));
    let both = [
        ("PROFILE_111111111111", "first"),
        ("PROFILE_222222222222", "second"),
        ("FAILING", "put-event-selectors"),
    ];
    for shell in desk.shells() {
        let ran = desk.run(Some(shell), &both);
        assert_ne!(ran.code, Some(0), "{shell}");
        assert_eq!(ran.calls.len(), 1, "{shell}: {:?}", ran.calls);
    }
}

/// Where nothing acts, any POSIX shell will do, and the script says which; its advice names that shell.
#[test]
fn a_script_names_the_shell_that_it_needs() {
    let plain = script(TWO);
    assert!(
        plain.starts_with("#!/bin/sh\n") && plain.contains("# Run this with sh, or any other"),
        "{plain}"
    );
    // The name of this selector acts, but JSON has escapes of its own for that.
    let desk = ScriptFolder::new(&script(ACTING));
    for shell in desk.shells() {
        let ran = desk.run(Some(shell), &[]);
        assert_eq!((ran.code, ran.calls.len()), (Some(1), 0), "{}", ran.stderr);
        assert!(ran.stderr.contains("=NAME sh "), "{}", ran.stderr);
    }
}
