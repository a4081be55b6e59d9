#!/usr/bin/env python3
"""Counts `Invoke` per function and caller with several engines over the same files, and compares answers and cost.

Make a corpus and the binary, then run:
    cargo run --release -p corpus -- --out /tmp/corpus/logs --gigabytes 2.5 --duplicates 0
    .venv/bin/python benches/compare.py --corpus /tmp/corpus/logs --binary target/release/invoketrail

Every engine answers from a warm page cache in a process of its own; runs are interleaved (A B C A B C ...); the table shows
medians. CPU seconds are those of the whole process, its start included. All answers must equal the truth that was written
with the corpus, row for row, or the script fails. Where the corpus holds records that were delivered twice, the engines count
distinct (recipientAccountId, eventID), which costs them more; ours always does.

chDB and DuckDB are installed into the environment that runs this where they are missing. Suzaku, the one hunter written in
Rust, is in no registry and cannot be installed here.
"""

import argparse
import csv
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

# Our command, and the columns of its CSV: here alone.
OURS = ["{binary}", "invocations", "{corpus}", "--event-name", "Invoke", "--by", "function,caller"]
OURS += ["--format", "csv", "--no-index", "--threads", "{threads}"]
COLUMNS = ["function", "caller", "calls", "first", "last"]
# Inflates every file and looks at nothing: what no reader of these files can go below. Left out where it was not built.
FLOOR = ["{folder}/examples/reader", "inflate", "{threads}", "{corpus}"]

GLOB = "**/CloudTrail/**/*.json.gz"
# No file holds more JSON than this (user guide, quotas: 50 MB).
LARGEST = 64 << 20


def chdb_query(folder, output, threads, distinct):
    """Typed tuples: its fastest form by trial. A member that is null or not there is an empty text."""
    key = "eventID String, recipientAccountId String," if distinct else ""
    schema = (
        f"Records Array(Tuple(eventSource String, eventName String, eventTime String, {key}"
        " userIdentity Tuple(arn String, invokedBy String, principalId String, accountId String),"
        " resources Array(Tuple(ARN String))))"
    )
    count = "uniqExact(r.recipientAccountId, r.eventID)" if distinct else "count()"
    import chdb

    chdb.query(
        f"""
        SELECT r.resources[1].ARN AS function,
            multiIf(r.userIdentity.arn != '', r.userIdentity.arn, r.userIdentity.invokedBy != '', r.userIdentity.invokedBy,
                r.userIdentity.principalId != '', r.userIdentity.principalId,
                r.userIdentity.accountId != '', r.userIdentity.accountId, '-') AS caller,
            {count} AS calls, min(r.eventTime) AS first, max(r.eventTime) AS last
        FROM file('{folder}/{GLOB}', 'JSONEachRow', '{schema}') ARRAY JOIN Records AS r
        WHERE r.eventName = 'Invoke' AND r.eventSource = 'lambda.amazonaws.com'
        GROUP BY function, caller
        INTO OUTFILE '{output}' TRUNCATE FORMAT CSVWithNames
        SETTINGS max_threads = {threads}, input_format_skip_unknown_fields = 1, input_format_null_as_default = 1,
            input_format_json_defaults_for_missing_elements_in_named_tuple = 1,
            input_format_json_ignore_unknown_keys_in_named_tuple = 1
        """
    )


def duckdb_query(folder, output, threads, distinct, trick):
    """With `trick`, files are read as CSV of one column and parsed by `from_json`, its fastest form; else by `read_json`."""
    # It takes one `**` in a path: a pattern for each account.
    accounts = [path for path, _, _ in os.walk(folder) if os.path.basename(path) == "CloudTrail"]
    files = "[" + ", ".join(f"'{path}/**/*.json.gz'" for path in sorted(accounts)) + "]"
    member = ["eventSource", "eventName", "eventTime"]
    member += ["eventID", "recipientAccountId"] if distinct else []
    identity = ["arn", "invokedBy", "principalId", "accountId"]
    count = "count(DISTINCT (r.recipientAccountId, r.eventID))" if distinct else "count(*)"
    if trick:
        shape = {name: "VARCHAR" for name in member}
        shape |= {"userIdentity": {name: "VARCHAR" for name in identity}, "resources": [{"ARN": "VARCHAR"}]}
        rows = f"""SELECT unnest(from_json(line, '{json.dumps({"Records": [shape]})}').Records) AS r
            FROM read_csv({files}, columns = {{'line': 'VARCHAR'}}, delim = '\x01', quote = '', escape = '',
                header = false, auto_detect = false, max_line_size = {LARGEST}, buffer_size = {2 * LARGEST})"""
    else:
        fields = [f'"{name}" VARCHAR' for name in member]
        fields.append("userIdentity STRUCT(" + ", ".join(f'"{name}" VARCHAR' for name in identity) + ")")
        fields.append("resources STRUCT(ARN VARCHAR)[]")
        rows = f"""SELECT unnest(Records) AS r FROM read_json({files},
            columns = {{'Records': 'STRUCT({", ".join(fields)})[]'}}, maximum_object_size = {LARGEST})"""
    import duckdb

    database = duckdb.connect()
    database.execute(f"SET threads = {threads}")
    database.execute(
        f"""
        COPY (
            SELECT r.resources[1].ARN AS function,
                coalesce(r.userIdentity.arn, r.userIdentity.invokedBy, r.userIdentity.principalId,
                    r.userIdentity.accountId, '-') AS caller,
                {count} AS calls, min(r.eventTime) AS first, max(r.eventTime) AS last
            FROM ({rows})
            WHERE r.eventName = 'Invoke' AND r.eventSource = 'lambda.amazonaws.com'
            GROUP BY ALL
        ) TO '{output}' (FORMAT csv, HEADER)
        """
    )


PEERS = {
    "chDB, typed tuples": chdb_query,
    "DuckDB, `read_csv` + `from_json`": lambda *query: duckdb_query(*query, True),
    "DuckDB, `read_json`": lambda *query: duckdb_query(*query, False),
}
OUR_NAME = "InvokeTrail"
FLOOR_NAME = "inflate only"


def check(name, answer, truth):
    """Fails unless the CSV in `answer` has the rows of the truth and no others."""
    with open(truth) as file:
        groups = json.load(file)["groups"]
    expected = sorted((*names, str(count), first, last) for event, *names, count, first, last in groups if event == "Invoke")
    with open(answer, newline="") as file:
        got = sorted(tuple(row[column] for column in COLUMNS) for row in csv.DictReader(file))
    if got == expected:
        print(f"{name}: {len(got)} rows, {sum(int(row[2]) for row in got)} records, as the truth says", file=sys.stderr)
        return
    missing, more = sorted(set(expected) - set(got)), sorted(set(got) - set(expected))
    sys.exit(
        f"{name} is wrong: {len(got)} rows, the truth has {len(expected)}; "
        f"{len(missing)} rows are missing ({missing[:3]}), {len(more)} are there that should not be ({more[:3]})"
    )


def measure(command, threads, output=None):
    """CPU seconds, wall seconds and peak megabytes of a command that may use so many cores."""
    cores = sorted(os.sched_getaffinity(0))[:threads]
    sink = open(output, "wb") if output else subprocess.DEVNULL
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=sink, preexec_fn=lambda: os.sched_setaffinity(0, cores))
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if output:
        sink.close()
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} failed with {process.returncode}")
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024


def contestants(options, scratch, distinct):
    """Name -> (command for a number of threads, where its answer goes, whether that is its output)."""
    fill = {"binary": options.binary, "corpus": options.corpus, "folder": os.path.dirname(options.binary)}
    found = {}
    with_threads = lambda parts: lambda threads: [part.format(**fill, threads=threads) for part in parts]
    floor = with_threads(FLOOR)(1)
    if os.path.exists(floor[0]):
        found[FLOOR_NAME] = (with_threads(FLOOR), None, False)
    else:
        print(f"{FLOOR_NAME}: {floor[0]} was not built, so it is not measured", file=sys.stderr)
    if not options.without_ours:
        found[OUR_NAME] = (with_threads(OURS), os.path.join(scratch, "ours.csv"), True)
    for number, name in enumerate(PEERS):
        if options.only and not any(word in name for word in options.only):
            continue
        answer = os.path.join(scratch, f"{number}.csv")
        base = [sys.executable, __file__, "--corpus", options.corpus, "--peer", name, "--output", answer]
        base += ["--distinct"] if distinct else []
        found[name] = (lambda threads, base=base: [*base, "--threads", str(threads)], answer, False)
    return found


def run(options, truth_path, totals):
    rows = {}
    with tempfile.TemporaryDirectory() as scratch:
        everyone = contestants(options, scratch, totals["duplicates"] > 0)
        for path, _, names in os.walk(options.corpus):
            for name in names:
                with open(os.path.join(path, name), "rb") as file:
                    file.read()
        for repetition in range(options.runs):
            for threads in options.threads:
                for name, (command, answer, printed) in everyone.items():
                    cost = measure(command(threads), threads, answer if printed else None)
                    rows.setdefault((name, threads), []).append(cost)
                    print(f"run {repetition + 1}, {threads} threads, {name}: {cost[0]:.2f} CPU s", file=sys.stderr)
                    if answer:
                        # A process of its own: what it holds must not count as a later child's memory.
                        command_line = [sys.executable, __file__, "--corpus", options.corpus, "--truth", truth_path]
                        if subprocess.run([*command_line, "--check", answer, "--peer", name]).returncode != 0:
                            sys.exit(1)
                        os.remove(answer)
    return {key: [statistics.median(column) for column in zip(*costs)] for key, costs in rows.items()}


def show(medians, totals, runs):
    print(
        f"{totals['files']} files, {totals['packed_bytes'] / 1e6:.0f} MB packed, {totals['bytes'] / 1e9:.3f} GB of JSON, "
        f"{totals['records']} records, {totals['duplicates']} of them delivered before; medians of {runs} interleaved runs, "
        "warm cache. All answers equal the truth. Suzaku is in no registry and was not measured.\n"
    )
    print("| engine | threads | CPU s | GB/s per CPU s | wall s | peak MB | CPU, ours = 1 | wall, ours = 1 |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for (name, threads), (cpu, wall, peak) in sorted(medians.items(), key=lambda row: (row[0][1], row[1][0])):
        ours = medians.get((OUR_NAME, threads))
        ratios = [f"{cpu / ours[0]:.2f}", f"{wall / ours[1]:.2f}"] if ours else ["-", "-"]
        speed = totals["bytes"] / 1e9 / cpu
        print(f"| {name} | {threads} | {cpu:.2f} | {speed:.3f} | {wall:.2f} | {peak:.0f} | {' | '.join(ratios)} |")


def summary(path):
    """What the truth says of the whole, read in another process for the sake of our own memory."""
    code = "import json, sys; t = json.load(open(sys.argv[1])); t.pop('groups'); print(json.dumps(t))"
    return json.loads(subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", required=True, help="the folder that holds AWSLogs")
    parser.add_argument("--binary", default="target/release/invoketrail")
    parser.add_argument("--truth", help="what the generator says; else truth.json beside the corpus")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", nargs="*", help="only peers whose name holds one of these")
    parser.add_argument("--without-ours", action="store_true", help="measure the peers alone")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--output", help=argparse.SUPPRESS)
    parser.add_argument("--distinct", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--check", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.corpus = os.path.abspath(options.corpus)
    truth = options.truth or os.path.join(os.path.dirname(options.corpus), "truth.json")
    if options.check:
        return check(options.peer, options.check, truth)
    if options.peer:
        return PEERS[options.peer](options.corpus, options.output, options.threads[0], options.distinct)
    for package in ["chdb", "duckdb"]:
        if importlib.util.find_spec(package) is None:
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", package], check=True)
    totals = summary(truth)
    show(run(options, truth, totals), totals, options.runs)


if __name__ == "__main__":
    main()
