//! Inputs without an end, and files that others may have made: each has a limit, and what is wrong is told in one line.

use crate::run::{Finished, command, root, run};
use std::io::Write;
use std::process::{Command, Stdio};

/// Runs with at most so many kilobytes of address space: more memory would end the process.
fn within(arguments: &[&str], kilobytes: u32, stdin: Option<&std::path::Path>) -> Finished {
    let program = env!("CARGO_BIN_EXE_invoketrail");
    let script = format!("ulimit -v {kilobytes}; exec \"$0\" \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, program]).args(arguments).current_dir(root()).env_clear();
    shell.envs(crate::run::ENVIRONMENT);
    match stdin {
        Some(path) => shell.stdin(std::fs::File::open(path).unwrap()),
        None => shell.stdin(Stdio::null()),
    };
    let output = shell.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// One `error:` line that holds `why`, one `help:` line, and no answer.
fn is_refused(said: &Finished, why: &str, arguments: &[&str]) {
    assert!(matches!(said.code, Some(1 | 2)), "{arguments:?}: {said:?}");
    assert_eq!(said.stdout, "", "{arguments:?}");
    let errors: Vec<&str> = said.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert!(matches!(errors[..], [one] if one.contains(why)), "{arguments:?}: {}", said.stderr);
    assert!(said.stderr.lines().any(|line| line.starts_with("help: ")), "{arguments:?}: {}", said.stderr);
    assert!(!said.stderr.contains("panicked") && said.stderr.len() < 2_000, "{arguments:?}");
}

/// Every way in which a file comes in, with a file that is right where another is needed.
const WAYS: [&[&str]; 19] = [
    &["audit", "--inventory", "FILE"],
    &["audit", "--inventory", "examples/acme.json", "--baseline", "FILE"],
    &["audit", "--inventory", "examples/acme.json", "--exceptions", "FILE"],
    &["audit", "--inventory", "examples/acme.json", "--config", "FILE"],
    &["explain", "--selectors", "FILE"],
    &["explain", "arn:aws:lambda:eu-west-1:111122223333:function:orders", "--inventory", "FILE"],
    &["plan", "--inventory", "FILE"],
    &["plan", "--inventory", "examples/acme.json", "--prices", "FILE"],
    &[
        "backout",
        "--inventory",
        "FILE",
        "--budget",
        "1",
        "--until",
        "2027-01-31",
        "--owner",
        "a",
        "--reason",
        "b",
    ],
    &["apply", "FILE"],
    &["undo", "FILE"],
    &["verify", "examples/logs", "--inventory", "examples/acme.json", "--metrics", "FILE", "--no-index"],
    &["logs", "validate", "examples/logs", "--public-keys", "FILE"],
    &["check", "--cloudformation", "FILE"],
    &["check", "--cloudformation", "examples/cloudformation/template.yaml", "--against", "FILE"],
    &["check", "--selectors", "examples/selectors.json", "FILE"],
    &["check", "--terraform", "examples/terraform/plan.json", "--inventory", "FILE"],
    &["check", "--terraform", "examples/terraform/plan.json", "--baseline", "FILE"],
    &["check", "--terraform", "examples/terraform/plan.json", "--exceptions", "FILE"],
];

fn with<'a>(way: &[&'a str], file: &'a str) -> Vec<&'a str> {
    way.iter().map(|word| if *word == "FILE" { file } else { word }).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_without_an_end_is_read_to_it() {
    for way in WAYS {
        let arguments = with(way, "/dev/zero");
        is_refused(&within(&arguments, 1_000_000, None), "MiB, the limit for", &arguments);
    }
    let zero = std::path::Path::new("/dev/zero");
    for way in [WAYS[0], WAYS[4]] {
        let arguments = with(way, "-");
        is_refused(&within(&arguments, 1_000_000, Some(zero)), "MiB, the limit for", &arguments);
    }
}

#[test]
fn a_folder_is_no_file_wherever_one_is_wanted() {
    for way in WAYS {
        let arguments = with(way, "examples");
        is_refused(&within(&arguments, 4_000_000, None), "examples", &arguments);
    }
}

/// Peak memory of the process in kilobytes, as the kernel counts it.
#[cfg(target_os = "linux")]
#[test]
fn large_texts_and_many_values_take_no_memory_to_speak_of() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, pieces: &[&str], times: usize, end: &str| {
        let path = folder.path().join(name);
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        file.write_all(pieces[0].as_bytes()).unwrap();
        for _ in 0..times {
            file.write_all(pieces[1].as_bytes()).unwrap();
        }
        file.write_all(end.as_bytes()).unwrap();
        file.flush().unwrap();
        path.to_str().unwrap().to_owned()
    };
    let kilobyte = "n".repeat(1_000);
    let acme = std::fs::read_to_string(root().join("examples/acme.json")).unwrap();
    let (before, after) = acme.split_once("\"name\": \"").unwrap();
    let name = write("name.json", &[&format!("{before}\"name\": \""), &kilobyte], 100_000, after);
    let settings = write("s.toml", &["region = '", &kilobyte], 100_000, "'\n");
    let lists = write("lists.json", &["{\"a\":[", "[0],"], 2_000_000, "0]}");
    let format = "{\"format\":\"invoketrail.exceptions/1\",\"exceptions\":[";
    let exceptions = write("e.json", &[format, "[0],"], 2_000_000, "0]}");
    for (way, file, why) in [
        (WAYS[0], &name, "the limit for a text"),
        (WAYS[3], &settings, "1 MiB, the limit for a file of settings"),
        (WAYS[4], &lists, "1,000,000 values"),
        (WAYS[2], &exceptions, "1,000,000 values"),
    ] {
        let arguments = with(way, file);
        is_refused(&within(&arguments, 600_000, None), why, &arguments);
    }
}

#[cfg(unix)]
#[test]
fn settings_in_the_folder_that_are_no_regular_file_are_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("invoketrail.toml");
    std::os::unix::fs::symlink("/dev/zero", &settings).unwrap();
    let inventory = root().join("examples/acme.json");
    let arguments = ["audit", "--inventory", inventory.to_str().unwrap()];
    let output = command(&arguments).current_dir(folder.path()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(
        stderr.starts_with("note: ignoring ./invoketrail.toml, because it is not a regular file"),
        "{stderr}"
    );
}

#[test]
fn settings_of_the_folder_can_neither_redirect_nor_hide() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = root().join("examples/acme.json");
    let settings = "endpoint-url = 'http://evil.example'\nexit-zero = true\noutput = 'a.json'\nindex = 'i.sqlite'\nrecorders = 'trails'\n";
    std::fs::write(folder.path().join("invoketrail.toml"), settings).unwrap();
    let arguments = ["audit", "--inventory", inventory.to_str().unwrap()];
    let output = command(&arguments).current_dir(folder.path()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(!folder.path().join("a.json").exists());
    for key in ["endpoint-url", "exit-zero", "output", "index"] {
        assert!(stderr.contains(&format!("note: ignoring `{key}` from ./invoketrail.toml: ")), "{stderr}");
    }
    assert!(stderr.contains("note: using from ./invoketrail.toml: recorders = \"trails\"\n"), "{stderr}");
    // The same file, named, counts.
    let named = [&arguments[..], &["--config", "invoketrail.toml"]].concat();
    let output = command(&named).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(folder.path().join("a.json").exists());
}

#[test]
fn no_request_leaves_in_clear_whoever_names_the_endpoint() {
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let clear = "http://user:s3cret@evil.example";
    std::fs::write(at("s.toml"), format!("endpoint-url = '{clear}'\n")).unwrap();
    let profile = |key: &str| format!("[default]\nregion = eu-west-1\n{key}\n");
    std::fs::write(at("general"), profile("endpoint_url = http://evil.example")).unwrap();
    let services = profile("services = x") + "[services x]\nsts =\n  endpoint_url = http://evil.example\n";
    std::fs::write(at("services"), services).unwrap();
    let settings = at("s.toml");
    type Case<'a> = (Vec<&'a str>, Vec<(&'a str, String)>);
    let cases: [Case<'_>; 6] = [
        (vec!["--endpoint-url", "http://evil.example"], vec![]),
        (vec!["--config", &settings], vec![]),
        (vec![], vec![("AWS_ENDPOINT_URL", "http://evil.example".to_owned())]),
        (vec![], vec![("AWS_ENDPOINT_URL_STS", clear.to_owned())]),
        (vec![], vec![("AWS_CONFIG_FILE", at("general"))]),
        (vec![], vec![("AWS_CONFIG_FILE", at("services"))]),
    ];
    for (flags, variables) in cases {
        let arguments = [&["audit"][..], &flags].concat();
        let output = command(&arguments).envs(keys).envs(variables.clone()).output().unwrap();
        let (stdout, stderr) = (output.stdout, String::from_utf8(output.stderr).unwrap());
        assert_eq!((output.status.code(), stdout.len()), (Some(1), 0), "{variables:?} {stderr}");
        let told = stderr.contains("plain http is used only for this machine")
            || stderr.contains("without a name or password");
        assert!(told, "{arguments:?} {variables:?}: {stderr}");
        assert!(!stderr.contains("s3cret"), "{stderr}");
    }
}

/// Whoever names the endpoint, and whatever is said of it: errors, notes, advice, answers.
#[test]
fn no_password_of_an_endpoint_is_said_by_any_command() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let plan = at("plan.json");
    run(&["plan", "--inventory", "examples/acme.json", "--output", &plan]);
    let function = "arn:aws:lambda:us-east-1:111122223333:function:payroll";
    let verify = "verify examples/logs --inventory examples/acme.json --since 2026-11-20 --until 2026-11-20 --no-index";
    let named = format!("explain {function}");
    let ways: Vec<Vec<&str>> = [
        "audit",
        &named,
        "plan",
        "backout --drop a --owner o --reason r --until 2027-01-01",
        "restore --exceptions none.json",
        "apply PLAN",
        "undo PLAN",
        verify,
        "verify",
        "logs validate examples/logs",
        "logs validate s3://bucket/",
        "invocations s3://bucket/ --no-index",
        "invocations examples/logs --no-index",
        "inventory",
        "permissions audit --check",
        "audit --organization --role-name r",
        "audit --inventory examples/acme.json",
    ]
    .iter()
    .map(|way| way.split(' ').map(|word| if word == "PLAN" { plan.as_str() } else { word }).collect())
    .collect();
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    std::fs::write(at("right.toml"), "endpoint-url = 'https://me:s3cret@evil.example'\n").unwrap();
    std::fs::write(at("list.toml"), "endpoint-url = ['https://me:s3cret@evil.example']\n").unwrap();
    std::fs::write(at("bare.toml"), "endpoint-url = https://me:s3cret@evil.example\n").unwrap();
    let settings = ["right.toml", "list.toml", "bare.toml"].map(at);
    let urls = ["https://me:s3cret@evil.example", "http://me:s3cret@127.0.0.1:9/", "me:s3cret@evil.example"];
    let mut flags: Vec<Vec<String>> = Vec::new();
    for url in urls {
        flags.push(vec!["--endpoint-url".to_owned(), url.to_owned()]);
        flags.push(vec![format!("--endpoint-url={url}")]);
        flags.push(vec![format!("--endpoint-urls={url}")]);
    }
    flags.extend(settings.iter().map(|path| vec!["--config".to_owned(), path.clone()]));
    flags.push(Vec::new());
    for way in &ways {
        for flags in &flags {
            let mut arguments = way.clone();
            arguments.extend(flags.iter().map(String::as_str));
            let mut command = command(&arguments);
            command.envs(keys).stdin(Stdio::null());
            if flags.is_empty() {
                command.env("AWS_ENDPOINT_URL", urls[0]);
            }
            let output = command.output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(!said.contains("s3cret"), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn credentials_that_no_header_can_hold_are_told_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (id, secret) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI");
    let of_process = |end: &str| {
        let answer =
            serde_json::json!({"Version": 1, "AccessKeyId": format!("{id}{end}"), "SecretAccessKey": secret});
        let file = at("answer.json");
        std::fs::write(&file, answer.to_string()).unwrap();
        format!("[default]\ncredential_process = cat {file}\n")
    };
    let variables = |id: &str, secret: &str, token: Option<&str>| {
        let mut all = vec![
            ("AWS_ACCESS_KEY_ID", id.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", secret.to_owned()),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9".to_owned()),
        ];
        all.extend(token.map(|token| ("AWS_SESSION_TOKEN", token.to_owned())));
        all
    };
    let file = |name: &str, text: &str| {
        std::fs::write(at(name), text).unwrap();
        vec![("AWS_CONFIG_FILE", at(name)), ("AWS_ENDPOINT_URL", "http://127.0.0.1:9".to_owned())]
    };
    let keys = format!("aws_access_key_id = {id}\u{1}\naws_secret_access_key = {secret}\n");
    let chained = format!(
        "[default]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = base\n[profile base]\n{keys}"
    );
    let cases = [
        (variables(&format!("{id}\r"), secret, None), "access key id", "line break"),
        (variables(&format!("{id}\n"), secret, None), "access key id", "line break"),
        (variables(id, &format!("{secret}\r\n"), None), "secret access key", "line break"),
        // The SDK itself takes a line break off the end of a token.
        (variables(id, secret, Some("to\rken")), "session token", "control character"),
        (variables(id, secret, Some("to\u{1b}ken")), "session token", "control character"),
        (file("plain", &format!("[default]\n{keys}")), "access key id", "control character"),
        (file("chained", &chained), "access key id", "control character"),
        (file("process", &of_process("\r\n")), "access key id", "line break"),
    ];
    for (variables, part, why) in cases {
        let output = command(&["audit"]).envs(variables.clone()).output().unwrap();
        let said = Finished {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        };
        is_refused(&said, part, &["audit"]);
        assert!(said.stderr.contains(why), "{variables:?} {}", said.stderr);
        assert!(!said.stderr.contains(id) && !said.stderr.contains(secret), "{}", said.stderr);
    }
}

#[cfg(unix)]
#[test]
fn files_of_ours_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let plan = at("plan.json");
    let said = run(&["plan", "--inventory", "examples/acme.json", "--output", &plan]);
    assert!(std::fs::exists(&plan).unwrap(), "{said:?}");
    let index = at("i.sqlite");
    run(&["invocations", "examples/logs", "--index", &index]);
    for path in [&plan, &index] {
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{path}");
    }
}

#[cfg(unix)]
#[test]
fn an_index_that_others_can_write_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("i.sqlite");
    let arguments = ["invocations", "examples/logs", "--format", "json", "--index", index.to_str().unwrap()];
    let first = run(&arguments);
    assert_eq!(first.code, Some(0), "{first:?}");
    let mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    for bad in [0o620, 0o602, 0o666] {
        mode(&index, bad);
        let before = std::fs::read(&index).unwrap();
        let said = run(&arguments);
        assert_eq!((said.code, &said.stdout), (Some(0), &first.stdout));
        assert!(said.stderr.contains("reading all files instead"), "{}", said.stderr);
        assert_eq!(std::fs::read(&index).unwrap(), before);
    }
    mode(&index, 0o600);
    for bad in [0o777, 0o770, 0o720, 0o702, 0o1777] {
        mode(folder.path(), bad);
        let said = run(&arguments);
        assert_eq!((said.code, &said.stdout), (Some(0), &first.stdout));
        let told = format!("other users may put files into its folder (mode {bad:o})");
        assert!(said.stderr.contains(&told) && said.stderr.contains("help: "), "{}", said.stderr);
    }
    mode(folder.path(), 0o700);
    use std::os::unix::fs::MetadataExt;
    let me = std::fs::metadata(folder.path()).unwrap().uid();
    // Whoever may give files away tries one of somebody else's, and a folder.
    for (given, told) in
        [(index.as_path(), "user 4242 owns it"), (folder.path(), "user 4242 owns its folder")]
    {
        if std::os::unix::fs::chown(given, Some(4242), None).is_err() {
            continue;
        }
        let stderr = run(&arguments).stderr;
        assert!(stderr.contains(told) && stderr.contains("reading all files instead"), "{stderr}");
        std::os::unix::fs::chown(given, Some(me), None).unwrap();
    }
    assert!(!run(&arguments).stderr.contains("reading all files instead"));
}

#[test]
fn a_time_that_is_none_is_refused() {
    let acme = std::fs::read_to_string(root().join("examples/acme.json")).unwrap();
    let document: serde_json::Value = serde_json::from_str(&acme).unwrap();
    for time in ["garbage", "", "2026-11-23", "2026-13-45T00:00:00Z"] {
        let mut document = document.clone();
        document["collected_at"] = time.into();
        let said = crate::run::with_stdin(&["audit", "--inventory", "-"], document.to_string().as_bytes());
        is_refused(&said, "`collected_at`", &[time]);
    }
}

/// Three files of nearly the limit on three threads, plain, packed, and packed by two members of which the last is small.
#[cfg(target_os = "linux")]
#[test]
fn large_files_are_in_memory_one_at_a_time() {
    let large = vec![b' '; 300 << 20];
    let packed = crate::log_files::gzip(&large);
    drop(large);
    let members = [&packed[..], &crate::log_files::gzip(b" ")].concat();
    for way in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..3 {
            let path = folder.path().join(format!("{number}.json"));
            match way {
                0 => std::fs::File::create(path).unwrap().set_len(300 << 20).unwrap(),
                1 => std::fs::write(path, &packed).unwrap(),
                _ => std::fs::write(path, &members).unwrap(),
            }
        }
        std::fs::write(folder.path().join("good.json"), crate::log_files::file(0..3)).unwrap();
        let path = folder.path().to_str().unwrap();
        let said = within(&["invocations", path, "--no-index", "--threads", "3"], 900_000, None);
        assert!(matches!(said.code, Some(0 | 4)), "{way}: {said:?}");
    }
}
