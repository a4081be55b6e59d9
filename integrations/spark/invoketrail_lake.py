"""Writes a lake of InvokeTrail with Spark: folders are listed on the driver, and written by the program on the executors.

    spark-submit invoketrail_lake.py --source s3://acme-trails --to s3://acme-lake/trails --binary ./invoketrail

Each task is one delivered folder: an account, a Region, a day. It runs `invoketrail lake write --list`. The same folder always gives
the same bytes, and is written beside and renamed (on S3: one PUT). So Spark may run a task again, or twice at the same time.

Ends as `invoketrail lake verify --against` does: 0 the lake is whole, 3 something in it is wrong, 4 something is missing or unread.
"""

import argparse
import os
import subprocess
import sys

from pyspark.sql import SparkSession

# Folders that were written, though something in them could not be read: `lake verify` says what. Another try gives the same.
WRITTEN = (0, 4)


def parse():
    parser = argparse.ArgumentParser(description="Writes a lake of InvokeTrail with Spark.")
    parser.add_argument("--source", action="append", required=True, help="where CloudTrail delivers: s3://BUCKET/PREFIX; repeatable")
    parser.add_argument("--to", required=True, help="the lake: s3://BUCKET/PREFIX, or a folder that every executor sees")
    parser.add_argument("--binary", default="invoketrail", help="the program: a path on every machine, or a file sent with --files")
    parser.add_argument("--raw", action="store_true", help="also write the JSON of each record")
    parser.add_argument("--since", help="only folders of days from this one on, as `lake folders --since` takes it")
    parser.add_argument("--until", help="only folders of days up to this one")
    return parser.parse_args()


def program(named):
    """The program's path here: as it is named, or where Spark put it."""
    sent = os.path.join(os.getcwd(), os.path.basename(named))
    if not os.path.exists(named) and os.path.exists(sent):
        os.chmod(sent, 0o755)
        return sent
    return named


def write(folder, binary, sources, to, more):
    """Writes one folder; what failed is raised, and Spark tries it again."""
    command = [program(binary), "lake", "write", *sources, "--to", to, "--list", "-", "--threads", "1", *more]
    done = subprocess.run(command, input=folder + "\n", capture_output=True, text=True)
    if done.returncode not in WRITTEN:
        raise RuntimeError(f"{folder}: exit code {done.returncode}: {done.stderr.strip()[-2000:]}")
    return folder, done.returncode


def main():
    asked = parse()
    window = [part for flag in ("since", "until") if getattr(asked, flag) for part in (f"--{flag}", getattr(asked, flag))]
    listed = subprocess.run([program(asked.binary), "lake", "folders", *asked.source, *window], stdout=subprocess.PIPE, text=True)
    if listed.returncode not in WRITTEN:
        return listed.returncode
    folders = listed.stdout.split()
    session = SparkSession.builder.appName("invoketrail-lake").getOrCreate()
    context = session.sparkContext
    binary, sources, to = asked.binary, asked.source, asked.to
    more = ["--raw"] if asked.raw else []
    if folders:
        tasks = context.parallelize(folders, len(folders))
        written = tasks.map(lambda folder: write(folder, binary, sources, to, more)).collect()
        print(f"{len(written)} folders written", flush=True)
    session.stop()
    against = [part for source in asked.source for part in ("--against", source)]
    checked = subprocess.run([program(asked.binary), "lake", "verify", asked.to, *against, *window])
    # What could not be listed may be missing from the lake, too.
    return checked.returncode or listed.returncode


if __name__ == "__main__":
    sys.exit(main())
