//! What runs the program on many machines: read by parsers and linters of others, and its commands taken by the program.

use crate::{judged, root};
use std::path::Path;

#[test]
fn templates_are_accepted_by_others_and_ask_for_little() {
    let lint = std::env::var("INVOKETRAIL_TEST_CFN_LINT")
        .unwrap_or_else(|_| panic!("set INVOKETRAIL_TEST_CFN_LINT to the program cfn-lint, as ./test does"));
    let folder = root().join("integrations/aws");
    judged("integrations.py", &[&folder, Path::new(&lint), Path::new(env!("CARGO_BIN_EXE_invoketrail"))]);
}
