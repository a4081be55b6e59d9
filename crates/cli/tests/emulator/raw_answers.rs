//! The bundle of a live audit against an emulator: it is collected and decided again without credentials, and holds no secret.

use super::run;
use super::seed::Seed;
use super::story::with_trail;
use std::process::Command;

const ACCOUNT: &str = "310000000071";
const SECRET: &str = "hunter2-of-a-function";

#[test]
fn a_bundle_of_an_account_is_collected_again_without_credentials() {
    let seed: Seed = with_trail(ACCOUNT, "invoketrail-raw-answers", 60);
    let body = format!(
        r#"{{"FunctionName":"secretive","Runtime":"python3.12","Handler":"a.b","Role":"arn:aws:iam::{ACCOUNT}:role/runner",
            "Code":{{"ZipFile":"UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}},"Environment":{{"Variables":{{"TOKEN":"{SECRET}"}}}}}}"#
    );
    seed.send(
        "POST /2015-03-31/functions",
        ("lambda", "us-east-1"),
        "content-type: application/json\r\n",
        &body,
    );
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("evidence.tar.zst");
    let said = run(&seed, &["audit", "--bundle", bundle.to_str().unwrap()]);
    assert!(matches!(said.code, Some(0 | 3 | 4)), "{}{}", said.stdout, said.stderr);
    let unpacked = zstd::decode_all(&*std::fs::read(&bundle).unwrap()).unwrap();
    let holds = |text: &str| unpacked.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(holds("function:secretive") && !holds(SECRET) && !holds(&seed.key));
    let mut verify = Command::new(env!("CARGO_BIN_EXE_invoketrail"));
    verify.args(["bundle", "verify"]).arg(&bundle).env_clear().current_dir(folder.path());
    let output = verify.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.starts_with("Reproduced.") && text.contains("collected again into the same inventory"),
        "{text}"
    );
}
