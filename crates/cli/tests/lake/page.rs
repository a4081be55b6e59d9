//! `docs/reference/lake.md` is what the code says of tables, columns and views.

use crate::root;
use lake::{Column, Kind, PARTITIONS, Table, VIEWS, Variety};
use std::fmt::Write;

const HEAD: &str = "\
# The lake

`invoketrail lake write` makes Parquet tables of delivered log files. Every engine that reads Parquet reads them. This page lists each column.
To write a lake on many machines: [many machines](../guides/many-machines.md). All flags: [commands](commands.md).

## Files

```text
PLACE/TABLE/account=111122223333/region=eu-west-1/day=2026-11-17/part-00000.parquet
PLACE/invocations/account=111122223333/region=eu-west-1/day=2026-11-17/_manifest.json
```

- One folder of the lake is one delivered folder: an account, a Region, a day of delivery. More than 2,000,000 rows make more parts; with `--raw`, so does more than 512 MiB of JSON.
- The manifest names the log files with their hashes, and accounts for every record. A folder without rows has a manifest and no Parquet.
- The same log files give the same bytes, whatever the threads, machines and order.
- With `--digests` the manifest says which log files digests prove. Digests arrive later than log files: `lake write --digests` writes a folder again when
  they say more of it, and its exit code is 3 while a log file is not as a digest lists it, or is missing. A folder of which every log file is gone has a
  manifest that says so. Where not everything could be listed, or a local copy begins later, a file may be there: exit code 4.
- A digest that is gone takes no proof with it: each `lake write` keeps the hashes that digests listed. A log file with another hash counts as changed, and one
  that is gone as missing, also without `--digests`.
- With `--list`, a folder that the list names and the source does not have is named, with exit code 4.
- Two writers of one folder at the same time: what the first one wrote stays whole. Where the other one has other log files or flags, it names the folder, with
  exit code 4, and leaves it; run its command again.
- Engines read each `*.parquet` file below the place, also one that no manifest names. `lake verify` names such a file, with exit code 3, and InvokeTrail itself never
  counts it. `lake write` removes one that is called `part-*`.
- A log file whose name is not UTF-8 is named and not written, with exit code 4: rename it.
- Files are compressed with zstd. Times are milliseconds, UTC. Ids are texts.

## Partitions

They are in the path, and in no file.

";

const VIEWS_HEAD: &str = "
## Views

`invoketrail lake ddl --for ENGINE --lake PLACE` prints the tables and these views for Athena, Trino, Spark, DuckDB, ClickHouse and Snowflake.
The tests run them in Spark, DuckDB and ClickHouse; of Athena, Trino and Snowflake a parser reads the statements.

";

const TAIL: &str = "
`calls` has the columns of the record that people group by, and these counts. Their sums are the numbers of `invocations --format json`.

| Column | In `invocations --format json` | Meaning |
|---|---|---|
| `calls` | `calls` | 1 for a call, 0 for an attempt without one |
| `attempts` | `attempts` | attempts to run the call; those of an asynchronous call are 1 or more |
| `orphans` | `orphans` | 1 for an attempt whose call is not in the lake |
| `ran` | `ran` | 1 if the function ran during the call, as far as the record says |
| `async_calls` | `async` | 1 for an asynchronous call |
| `errors` | `errors` | 1 for a call that AWS answered with an error |
| `dry_runs` | `dry_runs` | 1 for a dry run |
| `cross_account` | `cross_account` | 1 if the caller belongs to another account than the function |
| `first_time`, `last_time` | `first`, `last` | take the least and the greatest |

```sql
select function_arn, caller, sum(calls), sum(attempts), min(first_time), max(last_time) from calls group by 1, 2
```

Where they differ from `invocations`: a group without a function or caller is null, not `-`. Copies of a record, and what a
correction replaces, are found within one account and Region. `invocations` stops applying corrections beyond 65,536; `calls` does not. A request that several corrections moved to several others follows
one of them.

`invocations_once` and `calls` read every day of the folders that are left over by conditions on `account` and `region`. To ask about some days of a
large lake, make `invocations_once` again with a condition on `day`.

## What a lake does not have

- Log files that lie in no folder of an account, a Region and a day. `lake write` names them and ends with 4; the lake keeps nothing of them.
- What could not be listed: a folder or prefix that nobody may open. `lake write` names it and ends with 4 each time; questions to the lake do not know of it.
- The bytes of records, unless it was written with `--raw`. `lake show EVENT-ID` reads them in the signed log file.
- Of the streams of logs that Lambda opens for functions, more than the first of each role and session in a folder.

`invocations --lake`, `verify --lake` and `detect --lake` answer as they do from the log files, with one difference. With `--until`, `invocations --lake` also reads the
later folders that the lake has, for records that were delivered late. From log files it does so where digests name them.
`verify` of log files also looks into digests for files that are gone. It calls nothing *missing* beside such a file with events of the time asked about. A lake
knows such files only where it was written with `--digests`, and does not know when their events were. So it calls nothing *missing* beside any of them in a folder
that it reads. A lake that was written without `--digests` never says *missing*: what has no record is *undetermined*.
";

fn kind(column: &Column) -> &'static str {
    match column.kind {
        Kind::Text => "text",
        Kind::Time => "timestamp",
        Kind::Integer => "integer",
        Kind::Boolean => "boolean",
    }
}

fn notes(column: &Column) -> String {
    let sought = matches!(column.variety, Variety::Id | Variety::Sought);
    let mut said = column.meaning.to_owned();
    if sought {
        said.push_str(" Bloom filter.");
    }
    if !column.required && !said.to_lowercase().contains("null") {
        said.push_str(" May be null.");
    }
    said.replace('|', "\\|")
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| Column | Meaning |\n|---|---|\n");
    for (name, meaning) in PARTITIONS {
        writeln!(page, "| `{name}` | {meaning} |").unwrap();
    }
    for table in Table::ALL {
        write!(page, "\n## `{}`\n\n{}\n", table.name(), table.meaning()).unwrap();
        if table == Table::Invocations {
            page.push_str("The column `raw` is there only in a lake that was written with `--raw`.\n");
        }
        page.push_str("\n| Column | Type | From | Meaning |\n|---|---|---|---|\n");
        for column in table.columns() {
            writeln!(
                page,
                "| `{}` | {} | {} | {} |",
                column.name,
                kind(column),
                column.source,
                notes(column)
            )
            .unwrap();
        }
    }
    page.push_str(VIEWS_HEAD);
    page.push_str("| View | One row | Use |\n|---|---|---|\n");
    for view in VIEWS {
        writeln!(page, "| `{}` | {} | {} |", view.name, view.meaning, view.remark).unwrap();
    }
    page.push_str(TAIL);
    page
}

#[test]
fn the_page_of_the_lake_is_what_the_code_says() {
    let (path, page) = (root().join("docs/reference/lake.md"), page());
    if std::env::var_os("TRYCMD").is_some_and(|value| value == "overwrite") {
        std::fs::write(&path, &page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/reference/lake.md is old: TRYCMD=overwrite writes it anew");
}
