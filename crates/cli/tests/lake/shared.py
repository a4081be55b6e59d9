"""What the judges of lakes have in common: statements, the question, and what we answer to it."""

import json
import pathlib

COUNTS = ["calls", "attempts", "orphans", "ran", "async", "errors", "dry_runs", "cross_account"]
SUMS = ", ".join(f"sum({'async_calls' if one == 'async' else one})" for one in COUNTS)
# A group without a function or a caller is `-` in ours.
QUESTION = f"""select coalesce(function_arn, '-'), coalesce(caller, '-'), {SUMS}, min(substr(eventtime, 1, 10))
from calls group by function_arn, caller"""
VIEWS = ["invocations", "control_events", "invocations_daily", "cloudtrail_logs", "invocations_once", "calls", "ocsf_api_activity"]


def statements(path):
    """Those of a file: each ends a line with a semicolon, and comments are lines of their own."""
    lines = [line for line in pathlib.Path(path).read_text().splitlines() if not line.startswith("--")]
    return [one.strip() for one in "\n".join(lines).split(";\n") if one.strip(" ;\n")]


def ours(folder):
    """Our groups, and the whole answer."""
    answer = json.loads((pathlib.Path(folder) / "ours.json").read_text())
    groups = [(one["labels"]["function"], one["labels"]["caller"], *(one[name] for name in COUNTS)) for one in answer["groups"]]
    return sorted(groups), answer


def compare(engine, rows, folder):
    """Problems, if the engine's groups are others than ours."""
    groups, _ = ours(folder)
    theirs = sorted((row[0], row[1], *(int(one) for one in row[2 : 2 + len(COUNTS)])) for row in rows)
    if theirs == groups:
        return []
    more, fewer = sorted(set(theirs) - set(groups)), sorted(set(groups) - set(theirs))
    return [f"{engine}: other groups than ours: {more[:5]} in place of {fewer[:5]}"]
