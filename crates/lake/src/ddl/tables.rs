//! The three tables, as each engine makes a table of files.

use super::words::{column_type, quoted};
use super::{Engine, Known, columns, partitions};
use crate::columns::{Kind, Table};

/// What has to be said before the first statement.
pub(super) fn head(engine: Engine, known: &Known) -> String {
    let mut all = vec![
        "-- Tables and views over a lake of InvokeTrail. What each column means: docs/reference/lake.md.",
    ];
    all.extend(if known.raw {
        "-- This lake was written with --raw. For one that was not, leave the column `raw` out of `invocations`, and of `invocations_once`."
            .lines()
    } else {
        "-- For a lake written with --raw: name it (`lake ddl --lake PLACE`), or add the column `raw` (text) as the last of `invocations`."
            .lines()
    });
    all.extend(
        match engine {
            Engine::Athena => ATHENA,
            Engine::Trino => TRINO,
            Engine::Spark => SPARK,
            Engine::DuckDb => DUCKDB,
            Engine::ClickHouse => CLICKHOUSE,
            Engine::Snowflake => SNOWFLAKE,
        }
        .lines(),
    );
    if engine == Engine::Athena && known.accounts.is_empty() {
        all.push(PLACEHOLDERS);
    }
    all.join("\n") + "\n"
}

const ATHENA: &str = "\
-- Athena runs one statement at a time. Partitions are projected: no crawler is needed, and new days are there at once.
-- A query reads the folders that its conditions on account, region and day leave over.";
const PLACEHOLDERS: &str = "\
-- Before you run them: put your accounts, Regions and first day in place of the examples in `projection.*`, in each table.";
const TRINO: &str = "\
-- For a catalog of Trino's Hive connector. `call system.sync_partition_metadata` finds new folders: run it after each `lake write`,
-- with your schema in place of `default`.";
const SPARK: &str = "\
-- The types of partitions are said in each table, because Spark would take account 011122223333 for a number.
-- `msck repair table` finds new folders where the catalog keeps a list of them (Glue, Hive); elsewhere Spark finds them by itself.";
const DUCKDB: &str = "\
-- The types of partitions are said in each view, because DuckDB would take account 111122223333 for a number.
-- For s3:// run first: install httpfs; load httpfs; create secret (type s3, provider credential_chain);";
const CLICKHOUSE: &str = "\
-- The types of partitions are said in each view, because ClickHouse would take account 011122223333 for a number.
-- `use_hive_partitioning` is the default of current versions. The server reads s3:// with its own credentials.";
const SNOWFLAKE: &str = "\
-- Before you run them: make a storage integration for the bucket, and put its name in place of `my_integration`.
-- `alter external table ... refresh` finds new files: run it after each `lake write`, or set up notifications.";

/// Statements that make the tables.
pub(super) fn all(engine: Engine, place: &str, known: &Known) -> Vec<String> {
    let place = place.trim_end_matches('/');
    let mut all = Vec::new();
    if engine == Engine::Snowflake {
        let url = quoted(engine, &format!("{place}/"));
        all.push(format!(
            "create stage if not exists invoketrail_lake url = {url} storage_integration = my_integration;\n"
        ));
    }
    for table in Table::ALL {
        let made = match engine {
            Engine::Athena => athena(table, place, known),
            Engine::Trino => trino(table, place, known),
            Engine::Spark => spark(table, place, known),
            Engine::DuckDb => duckdb(table, place, known),
            Engine::ClickHouse => clickhouse(table, place, known),
            Engine::Snowflake => snowflake(table, known),
        };
        all.push(format!("-- {}\n{made}\n", table.meaning()));
    }
    all
}

/// Names and types of the columns, one in each line.
fn typed(
    engine: Engine,
    table: Table,
    known: &Known,
    partitioned: bool,
    name: impl Fn(&str) -> String,
) -> String {
    let own = columns(table, known).map(|one| (one.name, one.kind, one.required));
    let more = partitions().into_iter().filter(|_| partitioned).map(|(name, kind)| (name, kind, true));
    let all = own.chain(more).map(|(column, kind, required)| {
        let kind = match (engine, kind) {
            (Engine::Athena, Kind::Text) => "string",
            _ => column_type(engine, kind, required),
        };
        format!("  {} {kind}", name(column))
    });
    all.collect::<Vec<_>>().join(",\n")
}

fn athena(table: Table, place: &str, known: &Known) -> String {
    let or = |all: &[String], example: &str| if all.is_empty() { example.to_owned() } else { all.join(",") };
    let accounts = or(&known.accounts, "111122223333,444455556666");
    let regions = or(&known.regions, "us-east-1,eu-west-1");
    let first = known.first_day.as_deref().unwrap_or("2026-01-01");
    let name = table.name();
    let columns = typed(Engine::Athena, table, known, false, |name| format!("`{name}`"));
    let at = format!("{place}/{name}/");
    let template = format!("{at}account=${{account}}/region=${{region}}/day=${{day}}");
    let properties = [
        ("projection.enabled", "true".to_owned()),
        ("projection.account.type", "enum".to_owned()),
        ("projection.account.values", accounts),
        ("projection.region.type", "enum".to_owned()),
        ("projection.region.values", regions),
        ("projection.day.type", "date".to_owned()),
        ("projection.day.format", "yyyy-MM-dd".to_owned()),
        ("projection.day.range", format!("{first},NOW")),
        ("storage.location.template", template),
    ];
    let properties = properties.map(|(key, value)| format!("  '{key}' = {}", quoted(Engine::Athena, &value)));
    format!(
        "create external table if not exists {name} (\n{columns}\n)\npartitioned by (`account` string, `region` string, `day` string)\n\
         stored as parquet\nlocation {}\ntblproperties (\n{}\n);",
        quoted(Engine::Athena, &at),
        properties.join(",\n")
    )
}

fn trino(table: Table, place: &str, known: &Known) -> String {
    let name = table.name();
    let columns = typed(Engine::Trino, table, known, true, str::to_owned);
    let at = quoted(Engine::Trino, &format!("{place}/{name}/"));
    format!(
        "create table if not exists {name} (\n{columns}\n)\nwith (\n  external_location = {at},\n  format = 'PARQUET',\n  \
         partitioned_by = array['account', 'region', 'day']\n);\n\
         call system.sync_partition_metadata('default', '{name}', 'ADD');"
    )
}

fn spark(table: Table, place: &str, known: &Known) -> String {
    let name = table.name();
    let columns = typed(Engine::Spark, table, known, true, str::to_owned);
    let at = quoted(Engine::Spark, &format!("{place}/{name}"));
    format!(
        "create table if not exists {name} (\n{columns}\n)\nusing parquet\npartitioned by (account, region, day)\nlocation {at};\n\
         msck repair table {name};"
    )
}

/// All files of a table: `account=/region=/day=/part-NNNNN.parquet`.
fn files(table: Table, place: &str) -> String {
    format!("{place}/{}/*/*/*/*.parquet", table.name())
}

fn duckdb(table: Table, place: &str, known: &Known) -> String {
    let name = table.name();
    let empty = known.empty.contains(&table);
    let own = columns(table, known).map(|one| (one.name, one.kind));
    let selected = own.chain(partitions()).map(|(column, kind)| {
        let of = column_type(Engine::DuckDb, kind, true);
        if empty { format!("  cast(null as {of}) as {column}") } else { format!("  {column}") }
    });
    let selected: Vec<String> = selected.collect();
    let from = if empty {
        "where false".to_owned()
    } else {
        let types = "{'account': varchar, 'region': varchar, 'day': varchar}";
        let files = quoted(Engine::DuckDb, &files(table, place));
        format!("from read_parquet({files}, hive_partitioning = true, hive_types = {types})")
    };
    format!("create or replace view {name} as\nselect\n{}\n{from};", selected.join(",\n"))
}

fn clickhouse(table: Table, place: &str, known: &Known) -> String {
    let name = table.name();
    let columns = typed(Engine::ClickHouse, table, known, true, str::to_owned);
    let function = if place.starts_with("s3://") { "s3" } else { "file" };
    let files = quoted(Engine::ClickHouse, &files(table, place));
    let columns = quoted(Engine::ClickHouse, &format!("\n{columns}"));
    format!("create or replace view {name} as\nselect * from {function}({files}, 'Parquet', {columns});")
}

fn snowflake(table: Table, known: &Known) -> String {
    let name = table.name();
    let partitions = partitions().map(|(name, _)| {
        format!("  {name} varchar as (regexp_substr(metadata$filename, '{name}=([^/]+)', 1, 1, 'e', 1))")
    });
    let own = columns(table, known).map(|one| {
        let of = column_type(Engine::Snowflake, one.kind, true);
        format!("  {name} {of} as (value:{name}::{of})", name = one.name)
    });
    let columns: Vec<String> = partitions.into_iter().chain(own).collect();
    format!(
        "create or replace external table {name} (\n{}\n)\npartition by (account, region, day)\nlocation = @invoketrail_lake/{name}/\n\
         pattern = '.*[.]parquet'\nauto_refresh = false\nfile_format = (type = parquet);\nalter external table {name} refresh;",
        columns.join(",\n")
    )
}
