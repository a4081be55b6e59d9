//! Tables and views over a lake, in the words of each engine.

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

/// Statements that make the tables of the lake at `place`, and the views over them.
#[must_use]
pub fn ddl(_engine: Engine, _place: &str) -> String {
    String::new()
}
