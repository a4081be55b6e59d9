//! What GitLab and pre-commit run: the flags are those of the program, and the exit codes are handed on.

use crate::run::root;
use std::process::Command;

/// What the hook of pre-commit ends with, where `invoketrail check FILE` ends with the code that the file is called by.
fn hook(files: &[&str]) -> (Option<i32>, String) {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let fake = folder.path().join("invoketrail");
    std::fs::write(&fake, "#!/usr/bin/env bash\necho \"$*\"\nexit \"${!#}\"\n").unwrap();
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .arg(root().join("integrations/pre-commit/check.sh"))
        .arg("--terraform")
        .args(files)
        .env("PATH", path)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_hook_judges_each_file_and_ends_with_the_worst_answer() {
    let said = "check --terraform 0\ncheck --terraform 4\ncheck --terraform 3\n";
    assert_eq!(hook(&["0", "4", "3"]), (Some(3), said.to_owned()));
    for (files, code) in [
        (&[][..], 0),
        (&["0", "0"], 0),
        (&["4", "0"], 4),
        (&["3", "4"], 3),
        (&["1", "3"], 1),
        (&["3", "2", "0"], 2),
    ] {
        assert_eq!(hook(files).0, Some(code), "{files:?}");
    }
}

#[test]
fn the_hooks_name_the_script() {
    let hooks = std::fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let entries: Vec<&str> = hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: ")).collect();
    assert_eq!(entries.len(), 2);
    for entry in entries {
        let (script, flag) = entry.split_once(' ').unwrap();
        assert!(root().join(script).is_file(), "{script}");
        assert!(["--cloudformation", "--terraform"].contains(&flag), "{flag}");
    }
}

/// The lines that run an audit are taken out of the component and run: the program knows each flag.
#[test]
fn the_component_of_gitlab_runs_the_program_as_it_is() {
    let template = std::fs::read_to_string(root().join("integrations/gitlab/templates/audit.yml")).unwrap();
    let line = template.lines().find_map(|line| line.trim().strip_prefix("- invoketrail ")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let acme = root().join("examples/acme.json");
    let ran = Command::new("bash")
        .args(["-c", &format!("'{}' {line}", env!("CARGO_BIN_EXE_invoketrail"))])
        .current_dir(folder.path())
        .env("INVOKETRAIL_FLAGS", format!("--inventory {}", acme.display()))
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(3), "{}", String::from_utf8_lossy(&ran.stderr));
    for file in ["audit.json", "audit.md", "audit.xml"] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
}
