//! `check`: what is given in the place of a change, what must never be shown, and what was found before.

use crate::run::{Finished, command, root, run, with_stdin};
use serde_json::{Value, json};
use std::path::Path;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";
const FORMATS: [&str; 5] = ["terminal", "json", "markdown", "sarif", "github"];

pub(crate) fn entry(address: &str, kind: &str, actions: &[&str], before: Value, after: Value) -> Value {
    json!({
        "address": address, "mode": "managed", "type": kind, "name": "x",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": {},
            "before_sensitive": {}, "after_sensitive": {}},
    })
}

pub(crate) fn plan(changes: &[Value]) -> Value {
    let declared =
        |one: &Value| json!({"address": one["address"], "mode": "managed", "provider_config_key": "aws"});
    let resources: Vec<Value> = changes.iter().map(declared).collect();
    json!({
        "format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {
                "region": {"constant_value": REGION}, "allowed_account_ids": {"constant_value": [ACCOUNT]},
            }}},
            "root_module": {"resources": resources},
        },
        "complete": true, "errored": false,
    })
}

pub(crate) fn trail(values: &[&str]) -> Value {
    json!({
        "name": "management-eu", "arn": format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/management-eu"),
        "s3_bucket_name": "acme-log-archive", "region": REGION, "enable_logging": true,
        "is_multi_region_trail": false, "is_organization_trail": false, "enable_log_file_validation": true,
        "include_global_service_events": true, "advanced_event_selector": [],
        "event_selector": [{
            "data_resource": [{"type": "AWS::Lambda::Function", "values": values}],
            "exclude_management_event_sources": [], "include_management_events": false, "read_write_type": "WriteOnly",
        }],
    })
}

pub(crate) fn function(name: &str) -> Value {
    json!({"function_name": name, "region": REGION})
}

pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}

/// The trail that records every function is to list one.
pub(crate) fn narrowed(to: &str) -> Value {
    entry("aws_cloudtrail.eu", "aws_cloudtrail", &["update"], trail(&["arn:aws:lambda"]), trail(&[&arn(to)]))
}

fn new(name: &str) -> Value {
    entry(
        &format!("aws_lambda_function.{name}"),
        "aws_lambda_function",
        &["create"],
        Value::Null,
        function(name),
    )
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn acme(file: &str, more: &[&str]) -> Finished {
    run(&[&["check", "--terraform", file, "--inventory", "examples/acme.json"], more].concat())
}

#[track_caller]
fn is_refused(said: &Finished, code: i32, why: &str) {
    assert_eq!(said.code, Some(code), "{said:?}");
    assert_eq!(said.stdout, "", "{said:?}");
    let errors: Vec<&str> = said.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert!(matches!(errors[..], [one] if one.contains(why)), "{why}: {}", said.stderr);
    assert!(said.stderr.contains("\nhelp: ") && !said.stderr.contains("panicked"), "{}", said.stderr);
}

#[test]
fn the_exit_code_is_the_answer() {
    let folder = Folder::new();
    for (changes, code) in [
        (vec![], 0),
        (vec![new("fresh")], 0),
        (vec![narrowed("newsletter")], 3),
        (
            vec![entry(
                "aws_cloudformation_stack.s",
                "aws_cloudformation_stack",
                &["create"],
                Value::Null,
                json!({}),
            )],
            4,
        ),
    ] {
        let file = folder.write("plan.json", plan(&changes).to_string());
        assert_eq!(acme(&file, &[]).code, Some(code), "{changes:?}");
        let hidden = acme(&file, &["--exit-zero"]);
        assert_eq!((hidden.code, hidden.stderr.contains("hidden by --exit-zero")), (Some(0), code != 0));
    }
}

#[test]
fn what_stands_for_an_unknown_place_is_not_shown() {
    let homeless = |mut one: Value| {
        one["change"]["after"].as_object_mut().unwrap().remove("region");
        one["change"]["after"].as_object_mut().unwrap().remove("arn");
        one
    };
    let mut document = plan(&[
        homeless(new("fresh")),
        homeless(entry("aws_cloudtrail.t", "aws_cloudtrail", &["create"], Value::Null, trail(&[&arn("a")]))),
    ]);
    document["configuration"]["provider_config"]["aws"]["expressions"] = json!({});
    let folder = Folder::new();
    let file = folder.write("plan.json", document.to_string());
    for format in FORMATS {
        let said = run(&["check", "--terraform", &file, "--format", format]);
        assert_eq!(said.code, Some(4), "{said:?}");
        let shown = said
            .stdout
            .replace("arn:aws:lambda:us-east-1:000000000000:", "")
            .replace("arn:aws:cloudtrail:us-east-1:000000000000:", "");
        assert!(!shown.contains("000000000000"), "{format}: {shown}");
        assert!(shown.contains("is not in the file"), "{format}: {shown}");
        assert!(!shown.contains("aws_cloudtrail.t is not in the file"), "{format}: {shown}");
    }
    let json = json_of(&run(&["check", "--terraform", &file, "--format", "json"]));
    let found = json["findings"].as_array().unwrap().iter().chain(json["functions"].as_array().unwrap());
    assert!(found.clone().all(|one| one["account"].is_null() && one["region"].is_null()), "{json:#}");
    // What is given is shown.
    let given = ["--account", ACCOUNT];
    let said = run(&[&["check", "--terraform", &file][..], &given].concat());
    assert!(
        said.stdout.contains(&format!("function fresh (aws_lambda_function.fresh) in {ACCOUNT} ")),
        "{said:?}"
    );
}

#[test]
fn stdin_is_as_good_as_a_file() {
    let text = plan(&[narrowed("other")]).to_string();
    let said =
        with_stdin(&["check", "--terraform", "-", "--inventory", "examples/acme.json"], text.as_bytes());
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(
        said.stdout.contains("newsletter") && said.stdout.contains("stdin: a Terraform plan"),
        "{}",
        said.stdout
    );
    let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    assert_eq!(
        with_stdin(&["check", "--terraform", "-", "--inventory", "examples/acme.json"], &bom).code,
        Some(3)
    );
    let twice = with_stdin(&["check", "--terraform", "-", "--inventory", "-"], text.as_bytes());
    is_refused(&twice, 2, "only one file can be -");
}

/// Secrets wherever a plan and a template can hold them: none is in any output.
#[test]
fn no_format_shows_a_value_of_the_file() {
    const SECRET: &str = "hunter2-s3cret";
    let folder = Folder::new();
    let mut after = trail(&[&arn("other")]);
    after["tags"] = json!({"password": SECRET});
    after["kms_key_id"] = SECRET.into();
    let mut changed =
        entry("aws_cloudtrail.eu", "aws_cloudtrail", &["update"], trail(&["arn:aws:lambda"]), after);
    changed["change"]["after_sensitive"] = json!({"s3_bucket_name": true});
    changed["change"]["after"]["s3_bucket_name"] = SECRET.into();
    let mut made = new("fresh");
    made["change"]["after"]["environment"] = json!([{"variables": {"PASSWORD": SECRET}}]);
    made["change"]["after"]["description"] = SECRET.into();
    let mut whole = plan(&[
        changed,
        made,
        entry("aws_db_instance.d", "aws_db_instance", &["create"], Value::Null, json!({"password": SECRET})),
    ]);
    whole["variables"] = json!({"db_password": {"value": SECRET}});
    whole["prior_state"] = json!({"format_version": "1.0", "values": {"root_module": {"resources": [
        {"address": "data.aws_secretsmanager_secret_version.s", "mode": "data", "type": "aws_secretsmanager_secret_version",
         "values": {"secret_string": SECRET}}]}, "outputs": {"x": {"value": SECRET, "sensitive": true}}}});
    whole["output_changes"] = json!({"x": {"actions": ["create"], "before": null, "after": SECRET}});
    whole["planned_values"] = json!({"outputs": {"x": {"value": SECRET}}});
    let file = folder.write("plan.json", whole.to_string());
    let template = folder.write(
        "template.yaml",
        format!(
            "Parameters:\n  Key: {{Type: String, NoEcho: true, Default: {SECRET}}}\n  Plain: {{Type: String}}\nResources:\n  \
             F:\n    Type: AWS::Lambda::Function\n    Metadata: {{x: {SECRET}}}\n    Properties:\n      FunctionName: !Ref Key\n      \
             Environment: {{Variables: {{P: {SECRET}}}}}\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      TrailName: t\n      \
             IsLogging: true\n      S3BucketName: !Ref Plain\n"
        ),
    );
    let parameter = format!("Plain={SECRET}");
    let twice: [&[&str]; 2] = [
        &["check", "--terraform", &file, "--inventory", "examples/acme.json"],
        &["check", "--cloudformation", &template, "--parameter", &parameter],
    ];
    for way in twice {
        for format in FORMATS {
            let said = run(&[way, &["--format", format]].concat());
            assert!(matches!(said.code, Some(3 | 4)), "{said:?}");
            assert!(!said.stdout.contains(SECRET) && !said.stderr.contains(SECRET), "{format}: {said:?}");
        }
    }
    // Nor does what is wrong with the file or with what was typed.
    let text = std::fs::read_to_string(&file).unwrap();
    let half = folder.write("half.json", &text[..text.len() * 2 / 3]);
    let allowed = folder
        .write("allowed.yaml", "Parameters:\n  Plain: {Type: String, AllowedValues: [a]}\nResources: {}\n");
    let wrong: [&[&str]; 4] = [
        &["check", "--terraform", &half],
        &["check", "--cloudformation", &allowed, "--parameter", &parameter],
        &["check", "--cloudformation", &allowed, "--parameter", SECRET],
        &["check", "--cloudformation", &template, "--parameter", &format!("Plane={SECRET}")],
    ];
    for way in wrong {
        let said = run(way);
        assert!(matches!(said.code, Some(1 | 2)) && !said.stderr.contains(SECRET), "{said:?}");
    }
}

#[test]
fn what_is_not_a_plan_is_refused_in_one_line() {
    let folder = Folder::new();
    let good = plan(&[narrowed("other")]).to_string();
    let mut of_later = plan(&[]);
    of_later["format_version"] = "2.0".into();
    let utf_16: Vec<u8> =
        std::iter::once(0xfeff_u16).chain(good.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (bytes, why) in [
        (good.as_bytes()[..good.len() / 2].to_vec(), "cut off"),
        (of_later.to_string().into_bytes(), "not 1.x"),
        (b"PK\x03\x04".to_vec(), "a saved plan"),
        (utf_16, "UTF-16"),
        (b"resource \"aws_cloudtrail\" \"a\" {\n}\n".to_vec(), "not a plan as JSON"),
        (b"".to_vec(), "cannot read"),
        (b"{\"format\": \"invoketrail.plan/1\"}".to_vec(), "it is a plan"),
        (b"[1, 2]".to_vec(), "not a plan as JSON"),
    ] {
        let file = folder.write("plan.json", bytes);
        is_refused(&acme(&file, &[]), 1, why);
    }
    is_refused(&acme("examples/terraform/pln.json", &[]), 1, "cannot read examples/terraform/pln.json");
    is_refused(&acme("examples", &[]), 1, "cannot read examples");
}

#[test]
fn what_is_not_a_template_is_refused_in_one_line() {
    let folder = Folder::new();
    let bomb: String = (1..30).fold("a0: &a0 [x]\n".to_owned(), |text, at| {
        format!("{text}a{at}: &a{at} [*a{}, *a{}]\n", at - 1, at - 1)
    });
    let deep = format!("Resources: {}{}\n", "[".repeat(300), "]".repeat(300));
    for (text, code, why) in [
        (bomb, 1, "cannot read"),
        (deep, 1, "cannot read"),
        ("Resources:\n  A: {Type: 'AWS::Lambda::Function', Properties: {FunctionName: !Ref B}}\n".to_owned(), 3, ""),
        ("Resources: [\n".to_owned(), 1, "cannot read"),
        ("hello\n".to_owned(), 1, "cannot read"),
        ("Resources: {A: {Type: 'AWS::Lambda::Function', Properties: {FunctionName: !FindInMap [M, a, b]}}}\n".to_owned(), 1, "mapping"),
        ("Conditions: {A: !Not [{Condition: B}], B: !Not [{Condition: A}]}\nResources: {}\n".to_owned(), 1, "circle"),
    ] {
        let file = folder.write("template.yaml", &text);
        let said = run(&["check", "--cloudformation", &file, "--account", ACCOUNT, "--region", REGION]);
        if code == 3 {
            assert_eq!(said.code, Some(3), "{said:?}");
        } else {
            is_refused(&said, code, why);
        }
    }
    let good = "examples/cloudformation/template.yaml";
    let wrong: [(&[&str], &str); 5] = [
        (&["--parameter", "Nothing=x"], "no parameter `Nothing`"),
        (&["--parameter", "LogBucket=a", "--parameter", "LogBucket=b"], "twice"),
        (&["--parameter", "LogBucket"], "joined by ="),
        (&["--account", "12"], "twelve digits"),
        (&["--partition", "Germany"], "partition"),
    ];
    for (more, why) in wrong {
        let said = run(&[&["check", "--cloudformation", good], more].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{said:?}");
        assert!(said.stderr.contains(why), "{why}: {}", said.stderr);
    }
    for typed in [
        &["check"][..],
        &["check", "--terraform", "a", "--cloudformation", "b"],
        &["check", "--terraform", "a", "--parameter", "A=b"],
        &["check", "--selectors", "a"],
        &["check", "--cloudformation", good, "--fail-on", "new"],
    ] {
        assert_eq!(run(typed).code, Some(2), "{typed:?}");
    }
}

#[test]
fn a_parameter_without_a_value_is_named_and_settles_the_answer() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(root().join("examples/cloudformation/recorded.yaml")).unwrap();
    let text = text
        .replace("    Default: acme-log-archive\n", "")
        .replace("IsLogging: true", "IsLogging: !Ref LogBucket");
    let file = folder.write("template.yaml", text);
    let of = |more: &[&str]| {
        run(&[&["check", "--cloudformation", &file, "--account", ACCOUNT, "--region", REGION], more].concat())
    };
    let open = of(&[]);
    assert_eq!(open.code, Some(4));
    assert!(open.stdout.contains("needs the value of LogBucket"), "{}", open.stdout);
    assert!(open.stdout.contains("--parameter LogBucket=VALUE"), "{}", open.stdout);
    assert_eq!(of(&["--parameter", "LogBucket=true"]).code, Some(0));
    assert_eq!(of(&["--parameter", "LogBucket=false"]).code, Some(3));
}

#[test]
fn an_inventory_of_another_account_is_never_a_yes() {
    let folder = Folder::new();
    let text = plan(&[new("fresh")]).to_string().replace(ACCOUNT, "999900001111");
    let file = folder.write("plan.json", text);
    let said = acme(&file, &[]);
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(said.stdout.contains("an account or Region that the inventory does not hold"), "{}", said.stdout);
}

fn json_of(said: &Finished) -> Value {
    serde_json::from_str(&said.stdout).unwrap()
}

#[test]
fn only_what_is_new_decides_where_that_is_asked_for() {
    let folder = Folder::new();
    let at = |name: &str, changes: &[Value]| folder.write(name, plan(changes).to_string());
    let (before, same) = (at("before.json", &[narrowed("other")]), at("same.json", &[narrowed("other")]));
    let worse = at("worse.json", &[narrowed("other"), new("fresh")]);
    let otherwise = at("otherwise.json", &[narrowed("another")]);
    let (better, baseline) = (at("better.json", &[]), folder.path("baseline.json"));
    assert_eq!(acme(&before, &["--output", &baseline]).code, Some(3));
    let of = |file: &str| acme(file, &["--baseline", &baseline, "--fail-on", "new"]);
    let said = of(&same);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.stderr.contains("hidden by --fail-on new"), "{}", said.stderr);
    assert_eq!(of(&worse).code, Some(3));
    // Another change of the same trail is another finding.
    assert_eq!(of(&otherwise).code, Some(3));
    let said = of(&better);
    assert_eq!(said.code, Some(0));
    assert!(
        said.stderr.contains("0 new findings") && !said.stderr.contains(" 0 not found any more"),
        "{}",
        said.stderr
    );
    assert_eq!(acme(&same, &["--baseline", &baseline]).code, Some(3), "without --fail-on all decides");
    let document = json_of(&acme(&worse, &["--baseline", &baseline, "--format", "json"]));
    let new: Vec<&str> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["new"] == true)
        .filter_map(|one| one["arn"].as_str())
        .collect();
    assert_eq!(new, [arn("fresh")]);
}

#[test]
fn a_baseline_of_something_else_is_refused() {
    let folder = Folder::new();
    let file = folder.write("plan.json", plan(&[narrowed("other")]).to_string());
    let baseline = folder.path("baseline.json");
    acme(&file, &["--output", &baseline]);
    let text = std::fs::read_to_string(&baseline).unwrap();
    let of = |text: &str| {
        let path = folder.write("other.json", text);
        acme(&file, &["--baseline", &path, "--fail-on", "new"])
    };
    is_refused(&of(&text.replace("\"terraform\"", "\"cloudformation\"")), 2, "is a check of cloudformation");
    is_refused(&of(&text.replace(ACCOUNT, "999900001111")), 2, "is a check of another account");
    is_refused(&of(&text.replace("invoketrail.check/1", "invoketrail.check/9")), 1, "as an earlier check");
    is_refused(&of(&text[..text.len() / 2]), 1, "as an earlier check");
    is_refused(&of("{}"), 1, "as an earlier check");
    let acme_file = std::fs::read_to_string(root().join("examples/acme.json")).unwrap();
    is_refused(&of(&acme_file), 1, "it is an inventory");
}

#[test]
fn ids_are_of_the_thing_and_not_of_its_line_or_words() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(root().join("examples/cloudformation/template.yaml")).unwrap();
    let ids = |text: &str| -> Vec<String> {
        let file = folder.write("template.yaml", text);
        let flags = [
            "check",
            "--cloudformation",
            &file,
            "--account",
            ACCOUNT,
            "--region",
            REGION,
            "--format",
            "json",
        ];
        let document = json_of(&run(&flags));
        document["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = ids(&text);
    assert_eq!(first, ids(&format!("# more\n\n\n{text}")));
    assert!(first.len() > 1 && first.iter().collect::<std::collections::BTreeSet<_>>().len() == first.len());
    let other = ids(&text.replace("FunctionName: wishlist", "FunctionName: other"));
    assert!(first.iter().any(|id| !other.contains(id)));
}

/// Names that act on terminals, end commands of GitHub, or mean something in Markdown.
#[test]
fn nothing_from_the_file_acts_in_any_format() {
    const NASTY: &str = "a\u{1b}[31m\u{202e}\n::error file=x::y\r%0A,<b a>`|*[x](https://evil.example)@team";
    let folder = Folder::new();
    let mut kept = narrowed("other");
    kept["address"] = format!("module.m[\"{NASTY}\"].aws_cloudtrail.eu").into();
    let mut made = new("fresh");
    made["address"] = format!("aws_lambda_function.{NASTY}").into();
    made["change"]["after"]["function_name"] = NASTY.into();
    let file = folder.write("plan.json", plan(&[kept, made]).to_string());
    for format in FORMATS {
        let said = acme(&file, &["--format", format]);
        assert!(matches!(said.code, Some(3 | 4)), "{said:?}");
        let acts = |one: char| one != '\n' && text::visible::acts(one);
        assert!(!said.stdout.chars().any(acts), "{format}: {}", said.stdout);
        match format {
            "github" => {
                for line in said.stdout.lines() {
                    let kind = line.strip_prefix("::").and_then(|rest| rest.split_once(' ')).unwrap().0;
                    assert!(["error", "warning", "notice"].contains(&kind), "{line}");
                    assert!(line.contains("title=") && !line.starts_with("::error file=x::y"), "{line}");
                }
            }
            "markdown" => {
                for wrong in ["<b a>", "](https", "@team", "://evil"] {
                    assert!(!said.stdout.contains(wrong), "{wrong}: {}", said.stdout);
                }
            }
            _ => {}
        }
    }
}

#[test]
fn a_file_is_written_in_the_format_that_its_name_says() {
    let folder = Folder::new();
    let out = |name: &str| folder.path(name);
    let names = ["a.json", "a.md", "a.sarif", "a.github.txt", "a.txt"].map(out);
    let mut flags = Vec::new();
    names.iter().for_each(|name| flags.extend(["--output", name.as_str()]));
    assert_eq!(acme("examples/terraform/plan.json", &flags).code, Some(3));
    let begins = |name: &str, with: &str| {
        let text = std::fs::read_to_string(Path::new(name)).unwrap();
        assert!(text.starts_with(with), "{name}: {text}");
    };
    for (name, with) in names.iter().zip([
        "{\"format\":\"invoketrail.check/1\"",
        "<!-- invoketrail check -->",
        "{\"$schema\"",
        "::",
        "No: ",
    ]) {
        begins(name, with);
    }
    let refused = acme("examples/terraform/plan.json", &["--output", "a.pdf"]);
    assert_eq!(refused.code, Some(2));
}

#[test]
fn settings_of_the_folder_count() {
    let folder = Folder::new();
    folder.write("invoketrail.toml", "inventory = 'acme.json'\n");
    folder.write("acme.json", std::fs::read(root().join("examples/acme.json")).unwrap());
    let file = folder.write("plan.json", plan(&[narrowed("other")]).to_string());
    let said = command(&["check", "--terraform", &file]).current_dir(folder.0.path()).output().unwrap();
    assert_eq!(said.status.code(), Some(3));
    let by_variable = command(&["check"])
        .env("INVOKETRAIL_TERRAFORM", &file)
        .current_dir(folder.0.path())
        .output()
        .unwrap();
    assert_eq!(by_variable.status.code(), Some(3), "{by_variable:?}");
}
