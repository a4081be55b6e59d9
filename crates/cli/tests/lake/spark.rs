//! Spark: a lake that two executors wrote, one of which was killed; and Spark SQL over it.

use crate::engines::laid_out;
use crate::{judged, root, world};
use std::path::Path;

#[test]
fn spark_writes_the_lake_of_one_machine_although_an_executor_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    world::make(&logs);
    // The example has enough folders for both executors.
    copied(&root().join("examples/logs/AWSLogs"), &logs.join("AWSLogs"));
    laid_out(&logs, folder.path());
    let job = root().join("integrations/spark/invoketrail_lake.py");
    judged("spark.py", &[folder.path(), Path::new(env!("CARGO_BIN_EXE_invoketrail")), &logs, &job]);
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
