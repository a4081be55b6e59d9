//! Tables and views over a lake, in the words of each engine.
//!
//! The views are written once, of expressions that each engine has its own words for ([`words`]). So they cannot differ in what they ask.

mod calls;
mod logs_view;
mod ocsf;
mod tables;
mod words;

use crate::columns::{Column, Kind, PARTITIONS, Table};

/// An engine that reads Parquet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Engine {
    /// Amazon Athena.
    Athena,
    /// Trino.
    Trino,
    /// Apache Spark SQL.
    Spark,
    /// DuckDB.
    DuckDb,
    /// ClickHouse, chDB.
    ClickHouse,
    /// Snowflake.
    Snowflake,
}

impl Engine {
    /// All of them.
    pub const ALL: [Engine; 6] =
        [Engine::Athena, Engine::Trino, Engine::Spark, Engine::DuckDb, Engine::ClickHouse, Engine::Snowflake];

    /// The word for it on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Engine::Athena => "athena",
            Engine::Trino => "trino",
            Engine::Spark => "spark",
            Engine::DuckDb => "duckdb",
            Engine::ClickHouse => "clickhouse",
            Engine::Snowflake => "snowflake",
        }
    }

    /// The engine of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Engine> {
        Engine::ALL.into_iter().find(|engine| engine.as_str() == word)
    }
}

/// What is known of a lake, so that nothing of its statements has to be edited. Nothing is, by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The lake was written with `--raw`: the table `invocations` has the column `raw`.
    pub raw: bool,
    /// The accounts of its folders, for Athena's partition projection.
    pub accounts: Vec<String>,
    /// The Regions of its folders, for the same.
    pub regions: Vec<String>,
    /// The first day of its folders, `YYYY-MM-DD`, for the same.
    pub first_day: Option<String>,
    /// Tables without a row, and so without a file: DuckDB cannot make a view over files that do not exist.
    pub empty: Vec<Table>,
}

/// A view over the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// What one row of it is, in one sentence.
    pub meaning: &'static str,
    /// How to use it, in one sentence or two.
    pub remark: &'static str,
}

/// The views, in the order in which they are made: each needs only those before it.
pub const VIEWS: [View; 4] = [
    View {
        name: "cloudtrail_logs",
        meaning: "One row for each row of `invocations` and `control_events`, with the columns and structs of AWS's own Athena table.",
        remark: "Published Athena queries over CloudTrail run on it. `requestparameters` of an invocation holds what the lake keeps of them, as JSON.",
    },
    View {
        name: "invocations_once",
        meaning: "One row for each invocation record, copies from several folders counted once.",
        remark: "The copy delivered first is shown; of copies that differ, one without an error. `copies_dropped` adds up all copies.",
    },
    View {
        name: "calls",
        meaning: "One row for each call, with its attempts; one for each attempt whose call is not in the lake.",
        remark: "Sum its counts by any columns: the sums are those of `invoketrail invocations --by`. Corrections replace what they correct.",
    },
    View {
        name: "ocsf_api_activity",
        meaning: "One event of OCSF's class API Activity (6003) for each invocation record and control event.",
        remark: "Structs as OCSF 1.8.0 names them.",
    },
];

/// Statements that make the tables of the lake at `place`, and the views over them.
#[must_use]
pub fn ddl(engine: Engine, place: &str) -> String {
    ddl_of(engine, place, &Known::default())
}

/// The same of a lake of which more is known.
#[must_use]
pub fn ddl_of(engine: Engine, place: &str, known: &Known) -> String {
    let mut all = vec![tables::head(engine, known)];
    all.extend(tables::all(engine, place, known));
    for view in VIEWS {
        let select = match view.name {
            "cloudtrail_logs" => logs_view::select(engine),
            "invocations_once" => calls::once(engine, known),
            "calls" => calls::calls(),
            _ => ocsf::select(engine),
        };
        all.push(format!(
            "-- {}\n-- {}\ncreate or replace view {} as\n{select};\n",
            view.meaning, view.remark, view.name
        ));
    }
    all.join("\n")
}

/// The columns of a table in such a lake.
fn columns(table: Table, known: &Known) -> impl Iterator<Item = &'static Column> {
    let raw = known.raw;
    table.columns().iter().filter(move |column| raw || column.required || column.name != "raw")
}

/// Names of the columns of a table, and of the partitions after them.
fn names(table: Table, known: &Known) -> Vec<&'static str> {
    columns(table, known).map(|column| column.name).chain(PARTITIONS.map(|(name, _)| name)).collect()
}

/// The partitions as columns.
fn partitions() -> [(&'static str, Kind); 3] {
    PARTITIONS.map(|(name, _)| (name, Kind::Text))
}

#[cfg(test)]
mod tests;
