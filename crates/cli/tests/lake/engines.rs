//! DuckDB, ClickHouse, pyarrow and, of statements alone, sqlglot.

use crate::{judged, ours, root, text, world};
use std::path::Path;

/// A lake of these logs, what we say of them, and the statements of every engine, in one folder.
pub(crate) fn laid_out(logs: &Path, folder: &Path) {
    let lake = folder.join("lake");
    ours(&["lake", "write", text(logs), "--to", text(&lake)]);
    let asked = ["invocations", text(logs), "--by", "function,caller", "--format", "json", "--no-index"];
    std::fs::write(folder.join("ours.json"), ours(&asked)).unwrap();
    for engine in ["athena", "trino", "spark", "duckdb", "clickhouse", "snowflake"] {
        let statements = ours(&["lake", "ddl", "--for", engine, "--lake", text(&lake)]);
        std::fs::write(folder.join(format!("{engine}.sql")), statements).unwrap();
    }
}

#[test]
fn engines_answer_over_a_lake_what_we_answer_over_the_logs() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    world::make(&logs);
    for (name, logs) in [("world", logs), ("example", root().join("examples/logs"))] {
        let at = folder.path().join(name);
        std::fs::create_dir(&at).unwrap();
        laid_out(&logs, &at);
        judged("engines.py", &[&at]);
    }
}

#[test]
fn statements_know_their_lake() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    let logs = folder.path().join("logs");
    // A lake without management events has no file for them.
    world::make_of(&logs, |record| record["managementEvent"] == false);
    ours(&["lake", "write", text(&logs), "--to", text(&lake), "--raw"]);
    let athena = ours(&["lake", "ddl", "--for", "athena", "--lake", text(&lake)]);
    for part in [&format!("'{}'", world::ACCOUNT)[..], "'eu-west-1'", "'2026-11-20,NOW'"] {
        assert_eq!(athena.matches(part).count(), 3, "{part}");
    }
    assert_eq!(athena.matches("`raw` string").count(), 2);
    std::fs::write(
        folder.path().join("duckdb.sql"),
        ours(&["lake", "ddl", "--for", "duckdb", "--lake", text(&lake)]),
    )
    .unwrap();
    judged("known.py", &[folder.path()]);
}
