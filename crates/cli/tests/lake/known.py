"""A lake with `raw` and without management events: DuckDB takes its statements as they are."""

import json
import pathlib
import sys

import duckdb

from shared import statements

connection = duckdb.connect()
for one in statements(pathlib.Path(sys.argv[1]) / "duckdb.sql"):
    connection.execute(one)
rows = connection.execute("select eventid, raw from invocations_once").fetchall()
assert rows and all(json.loads(raw)["eventID"] == eventid for eventid, raw in rows), rows[:3]
assert connection.execute("select count(*) from cloudtrail_logs").fetchone()[0] > len(rows) - 1
assert connection.execute("select count(*) from control_events").fetchone()[0] == 0
