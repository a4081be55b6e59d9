//! Fixtures are templates: AWS's own linter accepts them, so that we do not test against a language of our own.

use std::process::Command;

#[test]
fn the_linter_accepts_the_fixtures() {
    let lint = std::env::var("INVOKETRAIL_TEST_CFN_LINT")
        .unwrap_or_else(|_| panic!("set INVOKETRAIL_TEST_CFN_LINT to the program cfn-lint, as ./test does"));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/templates");
    let files = ["all.yaml"].map(|name| format!("{folder}/{name}"));
    let output = Command::new(lint).args(files).output();
    let output = output.unwrap_or_else(|error| panic!("cfn-lint: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
