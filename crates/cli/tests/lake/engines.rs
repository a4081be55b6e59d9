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
