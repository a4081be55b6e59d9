//! Nothing is cut: names, ARNs, accounts, addresses and keys stand whole in pipes and files, and at terminals that are far too narrow.

use crate::run::{command, root};
use crate::terminal::terminal;
use serde_json::Value;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

/// Runs of letters as long as AWS takes them, or longer, that begin and end with what is theirs.
fn long(what: &str, length: usize) -> String {
    let letters: String = ('a'..='z').cycle().take(length - 2 * what.len()).collect();
    format!("{what}{letters}{what}")
}

struct World {
    folder: tempfile::TempDir,
    function: String,
    trail: String,
    account: String,
    selector: String,
    role: String,
    session: String,
    address: &'static str,
    agent: String,
}

impl World {
    fn new() -> World {
        let world = World {
            folder: tempfile::tempdir().unwrap(),
            function: long("payroll", 64),
            trail: long("organization", 128),
            account: long("account", 120),
            selector: long("selector", 400),
            role: long("role", 64),
            session: long("session", 64),
            address: "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff",
            agent: long("agent", 300),
        };
        world.inventory();
        world.logs();
        world
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn inventory(&self) {
        let text = std::fs::read_to_string(root().join("examples/acme.json")).unwrap();
        let text = text
            .replace("payroll", &self.function)
            .replace("acme-organization", &self.trail)
            .replace("The two functions", &self.selector);
        let mut inventory: Value = serde_json::from_str(&text).unwrap();
        for account in inventory["accounts"].as_array_mut().unwrap() {
            account["name"] = self.account.clone().into();
        }
        std::fs::write(self.path("world.json"), inventory.to_string()).unwrap();
    }

    fn logs(&self) {
        let World { function, role, session, address, agent, .. } = self;
        let principal = format!("arn:aws:sts::111122223333:assumed-role/{role}/{session}");
        let record = format!(
            r#"{{"eventVersion":"1.11","eventTime":"2026-11-20T10:10:00Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"us-east-1","sourceIPAddress":"{address}","userAgent":"{agent}","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE:x","arn":"{principal}","accountId":"111122223333"}},"requestParameters":{{"functionName":"{function}"}},"resources":[{{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:us-east-1:111122223333:function:{function}"}}],"requestID":"r","eventID":"e","eventType":"AwsApiCall","readOnly":false,"managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data"}}"#
        );
        std::fs::create_dir(self.path("logs")).unwrap();
        let file = Path::new(&self.path("logs")).join("a.json");
        std::fs::write(file, format!(r#"{{"Records":[{record}]}}"#)).unwrap();
    }

    /// Every command that says something of identifiers, and those that it must say.
    fn ways(&self) -> Vec<(Vec<String>, Vec<&str>)> {
        let (world, logs) = (self.path("world.json"), self.path("logs"));
        let arn = format!("arn:aws:lambda:us-east-1:111122223333:function:{}", self.function);
        let words = |text: &str| -> Vec<String> {
            let put = |word: &str| match word {
                "WORLD" => world.clone(),
                "LOGS" => logs.clone(),
                "ARN" => arn.clone(),
                other => other.to_owned(),
            };
            text.split(' ').map(put).collect()
        };
        let World { function, trail, account, selector, role, session, agent, .. } = self;
        let (function, trail, account, selector) =
            (function.as_str(), trail.as_str(), account.as_str(), selector.as_str());
        vec![
            (
                words("check --terraform examples/terraform/plan.json --inventory WORLD"),
                vec!["management-eu", "newsletter", "aws_lambda_function.returns", "111122223333"],
            ),
            (words("audit --inventory WORLD"), vec![account, "777788889999", "us-east-1"]),
            (words("audit --inventory WORLD --all"), vec![trail, account, "777788889999", "us-east-1"]),
            (words("audit --inventory WORLD --format markdown"), vec![trail, "777788889999"]),
            (words("audit --inventory WORLD --all --baseline examples/acme.json"), vec![trail, function]),
            (words("explain ARN --inventory WORLD"), vec![trail, selector, function, "111122223333"]),
            (words("plan --inventory WORLD"), vec![trail]),
            (words("plan --inventory WORLD --format markdown"), vec![trail]),
            (words("plan --inventory WORLD --format terraform"), vec![trail]),
            (words("plan --inventory WORLD --format aws-cli"), vec![trail]),
            (
                words("backout --inventory WORLD --drop payroll* --owner o --reason r --until 2027-01-01"),
                vec![function],
            ),
            (
                words(
                    "verify LOGS --inventory WORLD --metrics examples/metrics.json --no-index --since 2026-11-20 --until 2026-11-20",
                ),
                vec![function, "111122223333", "us-east-1"],
            ),
            (
                words("invocations LOGS --no-index --by function,principal,address,agent"),
                vec![function, role, session, self.address, agent],
            ),
            (
                words("invocations LOGS --no-index --timeline --principal *"),
                vec![function, role, session, self.address],
            ),
            (
                words("logs validate examples/logs --public-keys examples/logs/public-keys.json"),
                vec!["shop-all", "444455556666", "94492aa42c194ab00bc8407b9e4cc341"],
            ),
        ]
    }
}

/// What ends with dots right after a letter or digit was cut.
fn is_cut(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    characters.windows(4).any(|four| four[0].is_alphanumeric() && four[1..] == ['.'; 3]) || text.contains('…')
}

#[track_caller]
fn is_whole(what: &str, text: &str, names: &[&str]) {
    for name in names {
        assert!(text.contains(name), "{what}: {name} does not stand whole in\n{text}");
    }
    assert!(!is_cut(text), "{what}: something is cut in\n{text}");
}

#[test]
fn nothing_is_cut_in_a_pipe() {
    let world = World::new();
    for (words, names) in world.ways() {
        let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        // However narrow whoever reads the pipe may be.
        let output = command(&arguments).env("COLUMNS", "40").output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{arguments:?}: {output:?}");
        let (stdout, stderr) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        is_whole(&words.join(" "), &stdout, &names);
        assert!(!is_cut(&stderr), "{words:?}: {stderr}");
    }
}

#[test]
fn nothing_is_cut_in_a_file() {
    let world = World::new();
    for suffix in ["json", "jsonl", "md", "txt"] {
        let (inventory, file) = (world.path("world.json"), world.path(&format!("audit.{suffix}")));
        let output = command(&["audit", "--inventory", &inventory, "--output", &file]).output().unwrap();
        assert!(matches!(output.status.code(), Some(3 | 4)), "{output:?}");
        is_whole(&file, &std::fs::read_to_string(&file).unwrap(), &[&world.trail, "777788889999"]);
    }
}

/// What a person sees whose terminal has so many columns.
fn at_terminal(arguments: &[&str], columns: &str) -> String {
    let (mut mine, its) = terminal();
    let mut command = command(arguments);
    command.env("COLUMNS", columns).env("NO_COLOR", "1").env("TERM", "xterm");
    command.stdin(Stdio::null()).stdout(its).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    drop(command);
    let (mut said, mut bytes) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = mine.read(&mut bytes) {
        said.extend_from_slice(&bytes[..read]);
    }
    assert!(matches!(child.wait().unwrap().code(), Some(0 | 3 | 4)), "{arguments:?}");
    String::from_utf8(said).unwrap().replace("\r\n", "\n")
}

#[test]
fn a_narrow_terminal_breaks_lines_between_words_alone() {
    let world = World::new();
    for (words, names) in world.ways() {
        let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        for columns in ["40", "80", "200"] {
            let text = at_terminal(&arguments, columns);
            is_whole(&format!("{} at {columns}", words.join(" ")), &text, &names);
            // Texts of our own are no wider than the terminal, except code, and where a long name is in the line or in its column.
            let width: usize = columns.parse().unwrap();
            let code = words.iter().any(|word| matches!(word.as_str(), "markdown" | "terraform" | "aws-cli"));
            for line in text.lines().filter(|_| !code) {
                let longest = line.split(' ').map(|word| word.chars().count()).max().unwrap_or(0);
                let fits = line.trim().chars().count() <= width || line.trim().contains("  ");
                assert!(fits || longest > 12, "{} at {columns}: {line}", words.join(" "));
            }
        }
    }
}
