"""Holds a lake against engines of others: DuckDB, ClickHouse (chDB), pyarrow; statements that no engine runs here against sqlglot."""

import json
import pathlib
import sys

import chdb.session
import duckdb
import jsonschema
import ocsf_json_schema
import pyarrow.dataset
import sqlglot

import published
from shared import QUESTION, VIEWS, compare, ours, statements

folder = pathlib.Path(sys.argv[1])
groups, answer = ours(folder)
problems = []


def check(engine, found, wanted, what):
    if found != wanted:
        problems.append(f"{engine}: {what}: {found} and not {wanted}")


def judge(engine, ask):
    """The answers of an engine that has the tables and views."""
    problems.extend(compare(engine, ask(QUESTION), folder))
    counts = {view: int(ask(f"select count(*) from {view}")[0][0]) for view in VIEWS}
    read = int(ask("select sum(copies_dropped + 1) from invocations")[0][0])
    check(engine, read, answer["reading"]["invocations"], "records of invocations")
    check(engine, int(ask("select sum(copies_dropped + 1) from invocations_once")[0][0]), read, "records of invocations_once")
    check(engine, int(ask("select sum(records) from invocations_daily")[0][0]), counts["invocations"], "records of the roll-up")
    for view, table in [("cloudtrail_logs", "invocations"), ("ocsf_api_activity", "invocations_once")]:
        check(engine, counts[view], counts[table] + counts["control_events"], f"rows of {view}")
    calls = int(ask("select sum(calls) from calls")[0][0])
    check(engine, calls, answer["total"]["calls"], "calls")
    # The account as text, out of the path and out of the file.
    accounts = sorted({tuple(row) for row in ask("select distinct account, recipientaccountid from invocations")})
    wanted = {path.name.partition("=")[2] for path in (folder / "lake/invocations").glob("account=*/region=*/day=*/*.parquet") for path in path.parents if path.name.startswith("account=")}
    check(engine, {one for one, _ in accounts}, wanted, "accounts of folders")
    if any(len(one) != 12 for pair in accounts for one in pair):
        problems.append(f"{engine}: an account lost its zero: {accounts}")
    return counts


connection = duckdb.connect()
for one in statements(folder / "duckdb.sql"):
    connection.execute(one)
in_duckdb = lambda query: connection.execute(query).fetchall()
counts = judge("DuckDB", in_duckdb)

session = chdb.session.Session()


def in_clickhouse(query):
    text = session.query(query, "JSONCompact").bytes().decode()
    return [tuple(row) for row in json.loads(text)["data"]] if text.strip() else []


for one in statements(folder / "clickhouse.sql"):
    session.query(one)
check("ClickHouse", judge("ClickHouse", in_clickhouse), counts, "rows")

# pyarrow has no views: it reads the files, and the types are those of the files.
types = pyarrow.schema([(name, pyarrow.string()) for name in ["account", "region", "day"]])
for table in VIEWS[:3]:
    partitioning = pyarrow.dataset.partitioning(types, flavor="hive")
    files = pyarrow.dataset.dataset(folder / "lake" / table, format="parquet", partitioning=partitioning)
    check("pyarrow", files.count_rows(), counts[table], f"rows of {table}")
    if table != "invocations_daily":
        check("pyarrow", files.schema.field("time").type, pyarrow.timestamp("ms", "UTC"), "type of time")

# Published queries, and their answers by those of our counts that say the same.
for name, query, wanted in published.QUERIES:
    found = in_duckdb(sqlglot.transpile(query, read="athena", write="duckdb", error_level=sqlglot.ErrorLevel.RAISE)[0])
    plain = in_duckdb(wanted)
    check("DuckDB", sorted(map(str, found)), sorted(map(str, plain)), name)

# OCSF's own schema of the class, members without a value left out.
schemas = ocsf_json_schema.OcsfJsonSchemaEmbedded(ocsf_json_schema.get_ocsf_schema(version="1.8.0"))
validator = jsonschema.Draft202012Validator(schemas.get_class_schema("api_activity", profiles=["cloud"]))


def bare(value):
    if isinstance(value, dict):
        members = {name: bare(one) for name, one in value.items()}
        return {name: one for name, one in members.items() if one not in (None, {}, [])}
    return [bare(one) for one in value] if isinstance(value, list) else value


rows = in_duckdb("select to_json(columns(* exclude (account, region, day))) from ocsf_api_activity limit 0")
names = [one[0] for one in connection.description]
for (text,) in in_duckdb("select to_json(one) from (select * exclude (account, region, day) from ocsf_api_activity) one"):
    event = bare(json.loads(text))
    problems.extend(f"OCSF: {error.json_path}: {error.message}" for error in validator.iter_errors(event))
    spoiled = dict(event, unknown_attribute=1)
    if not list(validator.iter_errors(spoiled)):
        problems.append("OCSF: the validator notices nothing")

# Those engines are not here; sqlglot knows their grammar. It takes three statements of theirs as they are.
PASSED_ON = ("call system.sync_partition_metadata", "msck repair table", "alter external table")
for engine in ["athena", "trino", "spark", "snowflake", "duckdb", "clickhouse"]:
    for one in statements(folder / f"{engine}.sql"):
        try:
            tree = sqlglot.parse_one(one, dialect=engine, error_level=sqlglot.ErrorLevel.RAISE)
        except sqlglot.errors.ParseError as error:
            problems.append(f"{engine}: {error}: {one[:200]}")
            continue
        if isinstance(tree, sqlglot.exp.Command) and not one.startswith(PASSED_ON):
            problems.append(f"{engine}: sqlglot does not know {one[:200]}")
        try:
            sqlglot.parse_one(one.replace("select", "selekt", 1).replace("create", "kreate", 1) + ")", dialect=engine, error_level=sqlglot.ErrorLevel.RAISE)
            if not one.startswith(PASSED_ON):
                problems.append(f"{engine}: sqlglot notices nothing")
        except sqlglot.errors.ParseError:
            pass

print("\n".join(problems[:20]))
sys.exit(bool(problems))
