#!/usr/bin/env python3
"""Scores findings of detections against the labels of made-up logs, and prints Markdown.

Make the logs and their labels, detect, and score:
    cargo run -p corpus -- --stories --seed 7 --days 60 --functions 300 --out /tmp/stories/logs
    python3 benches/score_detections.py /tmp/stories/labels.json findings.json

The findings are JSON: `{"findings": [{"detection": "INV-01", "time": "...Z", "principal": ..., "events": [{"id": "..."}]}],
"stories": [{"findings": [...]}]}`. Both lists count, each finding once.

A story is found iff a finding of any detection holds one of its events, and found by its own detection iff that finding is of
one of its techniques. A finding is true iff it holds an event of a story. It is excused iff it holds none and is about a principal
of a benign window that is marked as suspicious, in the time of that window. All others are false.
"""

import argparse
import collections
import datetime
import json
import sys


def moment(text):
    """A time of RFC 3339 in seconds since 1970."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def findings_of(document):
    """All findings, those inside stories too, each once."""
    every = list(document.get("findings", []))
    for story in document.get("stories", []):
        every += [one for one in story.get("findings", []) if isinstance(one, dict)]
    # A note tells something and decides nothing.
    every = [one for one in every if one.get("severity") != "note"]
    return list({json.dumps(one, sort_keys=True): one for one in every}.values())


def events_of(finding):
    """Ids of the events that a finding names."""
    return {one if isinstance(one, str) else one.get("id") for one in finding.get("events", [])}


def who(principal):
    """Account and role or user: sessions of a role are one."""
    fields = principal.split(":")
    if len(fields) < 6:
        return principal
    parts = fields[5].split("/")
    kind = "role" if parts[0] == "assumed-role" else parts[0]
    name = parts[1] if parts[0] == "assumed-role" and len(parts) > 1 else parts[-1]
    return f"{fields[4]}/{kind}/{name}"


def is_excused(finding, windows):
    """Whether a window explains it, where findings that name no principal go by time alone."""
    if not finding.get("time"):
        return False
    at = moment(finding["time"])
    principal = finding.get("principal")
    for begin, end, principals in windows:
        if begin <= at <= end and (not principal or who(principal) in principals):
            return True
    return False


def judge(labels, findings):
    """`(finding, verdict, ids of stories)` of each."""
    story_of = {event: story["id"] for story in labels["stories"] for event in story["events"]}
    windows = [
        (moment(one["from"]), moment(one["until"]), {who(name) for name in one["principals"]})
        for one in labels["benign"]
        if one.get("suspicious")
    ]
    for finding in findings:
        stories = {story_of[event] for event in events_of(finding) if event in story_of}
        verdict = "true" if stories else "excused" if is_excused(finding, windows) else "false"
        yield finding, verdict, stories


def ratio(part, whole):
    return f"{100 * part / whole:.0f} %" if whole else "-"


def score(labels, findings):
    """The table's rows, totals, what was found by what, and false findings."""
    counts = collections.defaultdict(collections.Counter)
    found = collections.defaultdict(set)
    wrong = []
    for finding, verdict, stories in judge(labels, findings):
        detection = finding["detection"]
        counts[detection][verdict] += 1
        for story in stories:
            found[story].add(detection)
        if verdict == "false":
            wrong.append(finding)
    return counts, found, wrong


def rows(labels, counts, found):
    """One row for each detection that has findings or stories."""
    by_technique = collections.defaultdict(list)
    for story in labels["stories"]:
        by_technique[story["technique"]].append(story)
    for detection in sorted(set(counts) | set(by_technique)):
        have, mine = counts[detection], by_technique[detection]
        seen = sum(bool(found[story["id"]]) for story in mine)
        own = sum(detection in found[story["id"]] for story in mine)
        judged = have["true"] + have["false"]
        yield [
            detection, sum(have.values()), have["true"], have["excused"], have["false"], ratio(have["true"], judged),
            len(mine), seen, own, ratio(seen, len(mine)), ratio(own, len(mine)),
        ]


HEAD = [
    "Detection", "Findings", "True", "Excused", "False", "Precision", "Stories", "Found", "By its own", "Recall",
    "Recall by its own",
]


def table(head, lines):
    print("| " + " | ".join(head) + " |")
    print("|---|" + "---:|" * (len(head) - 1))
    for line in lines:
        print("| " + " | ".join(str(cell) for cell in line) + " |")


def groups(labels, found, member):
    """Stories and how many were found, by a member of their labels."""
    totals = collections.defaultdict(lambda: [0, 0, 0])
    for story in labels["stories"]:
        total = totals[story.get(member, "-")]
        total[0] += 1
        total[1] += bool(found[story["id"]])
        total[2] += bool(found[story["id"]] & set(story.get("steps", [story["technique"]])))
    for name in sorted(totals):
        whole, seen, own = totals[name]
        yield [name, whole, seen, own, ratio(seen, whole), ratio(own, whole)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labels", help="labels.json, as the generator writes it")
    parser.add_argument("findings", help="findings as JSON; - for standard input")
    parser.add_argument("--missed", action="store_true", help="list the stories that were not found")
    parser.add_argument("--false", type=int, default=0, metavar="N", help="show N false findings of each detection")
    arguments = parser.parse_args()
    with open(arguments.labels, encoding="utf-8") as file:
        labels = json.load(file)
    with sys.stdin if arguments.findings == "-" else open(arguments.findings, encoding="utf-8") as file:
        findings = findings_of(json.load(file))
    counts, found, wrong = score(labels, findings)
    table(HEAD, rows(labels, counts, found))
    for member, word in [("variant", "Pace"), ("access", "Means")]:
        print()
        table([word, "Stories", "Found", "By their own", "Recall", "Recall by their own"], groups(labels, found, member))
    stories = labels["stories"]
    seen = sum(bool(found[story["id"]]) for story in stories)
    true = sum(have["true"] for have in counts.values())
    rate = len(wrong) / labels["days"] / labels["functions"] * 1000
    print(f"\nStories found: {seen} of {len(stories)} ({ratio(seen, len(stories))}).")
    print(f"Findings: {len(findings)}, of them {true} true and {len(wrong)} false (precision {ratio(true, true + len(wrong))}).")
    print(f"False findings: {rate:.2f} a day per 1,000 functions.")
    if arguments.missed:
        print()
        lines = [
            [story["id"], story["technique"], story["variant"], story.get("access", "-"), story["from"], len(story["events"])]
            for story in stories
            if not found[story["id"]]
        ]
        table(["Missed", "Technique", "Pace", "Means", "From", "Events"], lines)
    shown = collections.Counter()
    for finding in wrong:
        shown[finding["detection"]] += 1
        if shown[finding["detection"]] <= arguments.false:
            print("\n" + json.dumps(finding))


if __name__ == "__main__":
    main()
