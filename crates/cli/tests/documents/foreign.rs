//! The formats of others, held by validators that we did not write. They are in the environment that `./test` makes.

use crate::detections;
use crate::formats::{hostile, judged, written};
use crate::frameworks::all;
use crate::worlds;
use std::path::Path;
use std::process::Command;

#[test]
fn validators_of_others_find_nothing_wrong() {
    let lint = std::env::var("INVOKETRAIL_TEST_CFN_LINT")
        .unwrap_or_else(|_| panic!("set INVOKETRAIL_TEST_CFN_LINT to the program cfn-lint, as ./test does"));
    let folder = tempfile::tempdir().unwrap();
    let frameworks = all();
    let (nasty, exceptions) = hostile();
    for (name, inventory, exceptions) in [
        ("hostile", nasty, exceptions),
        ("acme", worlds::of_file(), Vec::new()),
        ("healthy", worlds::healthy(), Vec::new()),
        ("empty", worlds::empty(), Vec::new()),
        ("narrowed", worlds::of_file(), Vec::new()),
    ] {
        let mut audit = judged(&inventory, &exceptions);
        if name == "narrowed" {
            audit.narrow(&frameworks);
        }
        for format in ["junit", "ocsf", "asff", "oscal"] {
            std::fs::write(folder.path().join(format!("{name}.{format}")), written(&audit, format)).unwrap();
        }
    }
    for (name, found) in [
        ("hostile", detections::hostile()),
        ("plain", detections::plain()),
        ("nothing", detections::nothing()),
    ] {
        let path = folder.path().join(format!("{name}.ocsf-detections"));
        std::fs::write(path, detections::written(&found, "ocsf")).unwrap();
    }
    std::fs::write(folder.path().join("detections.sigma"), detect::exported::sigma_rules()).unwrap();
    // Python and what it needs lie beside the linter.
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/validate.py");
    let python = Path::new(&lint).with_file_name("python");
    let output = Command::new(python).arg(script).arg(folder.path()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}
