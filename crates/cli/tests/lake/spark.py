"""Writes a lake with Spark and two executors, one of which is killed in the middle; then asks Spark SQL over the views.

spark.py FOLDER PROGRAM LOGS JOB: the folder has `lake`, which one machine wrote, `ours.json` and `spark.sql`.
"""

import os
import pathlib
import shlex
import subprocess
import sys

import pyspark

from shared import QUESTION, VIEWS, compare, ours, statements

folder, program, logs, job = map(pathlib.Path, sys.argv[1:5])
home = pathlib.Path(pyspark.__file__).parent
problems = []

# Executors work in a folder of SPARK_HOME, so that is one of this test.
own = folder / "home"
own.mkdir()
for one in home.iterdir():
    if one.name != "work":
        (own / one.name).symlink_to(one)
state, wrapper, written = folder / "state", folder / "invoketrail", folder / "by-spark"
state.mkdir()
here = pathlib.Path(__file__).parent
words = [sys.executable, str(here / "killing.py"), str(state), str(program)]
wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
wrapper.chmod(0o755)
environment = dict(
    os.environ, SPARK_HOME=str(own), SPARK_LOCAL_IP="127.0.0.1", SPARK_LOCAL_DIRS=str(folder / "local"),
    PYSPARK_PYTHON=sys.executable, HOME=str(folder), XDG_CACHE_HOME="/dev/null",
)
os.environ.update(environment)
submit = [
    str(own / "bin/spark-submit"), "--master", "local-cluster[2,1,1024]", "--conf", "spark.ui.enabled=false",
    "--conf", "spark.driver.host=127.0.0.1", str(job), "--source", str(logs), "--to", str(written), "--binary", str(wrapper),
]
done = subprocess.run(submit, env=environment, capture_output=True, text=True)
if done.returncode != 0:
    problems.append(f"the job ended with {done.returncode}: {done.stdout[-2000:]} {done.stderr[-6000:]}")
if not (state / "killed").exists():
    problems.append("no executor was killed")


def files(place):
    """All that a reader sees: a writer that was killed leaves the hidden file that it was writing."""
    shown = [path for path in sorted(place.rglob("*")) if path.is_file() and not path.name.startswith(".invoketrail-")]
    return {str(path.relative_to(place)): path.read_bytes() for path in shown}


one, other = files(folder / "lake"), files(written)
if one != other:
    differ = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
    problems.append(f"the lake differs from that of one machine: {sorted(differ)[:5]}")
tries = len([path for path in state.iterdir() if path.name.isdigit()])
folders = len(list((folder / "lake").rglob("_manifest.json")))
if tries <= folders:
    problems.append(f"{tries} tries for {folders} folders: nothing was tried again")

from pyspark.sql import SparkSession

settings = {
    "spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "2",
    "spark.sql.warehouse.dir": str(folder / "warehouse"), "spark.driver.host": "127.0.0.1",
}
builder = SparkSession.builder.master("local[2]")
for name, value in settings.items():
    builder = builder.config(name, value)
session = builder.getOrCreate()
session.sparkContext.setLogLevel("ERROR")
ask = lambda query: [tuple(row) for row in session.sql(query).collect()]
for statement in statements(folder / "spark.sql"):
    session.sql(statement)
problems.extend(compare("Spark", ask(QUESTION), folder))
_, answer = ours(folder)
read = ask("select sum(copies_dropped + 1) from invocations")[0][0]
if read != answer["reading"]["invocations"]:
    problems.append(f"Spark: {read} records")
sums = ", ".join(f"(select count(*) from {view})" for view in VIEWS)
rows = dict(zip(VIEWS, ask(f"select {sums}")[0]))
if rows["cloudtrail_logs"] != rows["invocations"] + rows["control_events"]:
    problems.append(f"Spark: {rows}")
accounts = ask("select distinct account, recipientaccountid from invocations")
if any(len(account) != 12 for pair in accounts for account in pair):
    problems.append(f"Spark: an account lost its zero: {accounts}")
issuers = ask("select distinct useridentity.sessioncontext.sessionissuer.username from cloudtrail_logs where eventname = 'Invoke'")
if not any(name for (name,) in issuers):
    problems.append("Spark: no role has a name")
session.stop()
print("\n".join(problems[:20]))
sys.exit(bool(problems))
