//! The table of crates in `ARCHITECTURE.md` against `cargo metadata`.

use crate::tree::root;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

type Table = BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>;

/// The rows `| crate | ours | others |`.
fn documented() -> Table {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let after = text.split_once("| Crate | May use of ours |").expect("the table of crates").1;
    let rows = after.lines().skip(2).take_while(|line| line.starts_with('|'));
    let names = |cell: &str| -> BTreeSet<String> {
        cell.split(',')
            .map(|name| name.trim().trim_matches('`').to_owned())
            .filter(|name| name != "-")
            .collect()
    };
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        (cells[0].trim_matches('`').to_owned(), (names(cells[1]), names(cells[2])))
    })
    .collect()
}

/// What is really used outside tests.
fn used() -> Table {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let row = |package: &serde_json::Value| {
        let shipped = package["dependencies"].as_array().unwrap().iter().filter(|one| one["kind"].is_null());
        let names = shipped.map(|one| one["name"].as_str().unwrap().to_owned());
        let (mine, others) = names.partition(|name| ours.contains(name.as_str()));
        // By its folder: the package of `cli` bears the program's name, because that is what people install.
        let folder =
            Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().file_name().unwrap();
        (folder.to_str().unwrap().to_owned(), (mine, others))
    };
    packages.iter().map(row).collect()
}

#[test]
fn every_crate_uses_what_the_table_says_and_nothing_else() {
    let (documented, used) = (documented(), used());
    assert_eq!(
        documented.keys().collect::<Vec<_>>(),
        used.keys().collect::<Vec<_>>(),
        "crates in the table, and crates"
    );
    for (name, row) in &documented {
        assert_eq!(row, &used[name], "what `{name}` may use, and what it uses");
    }
}
