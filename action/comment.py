#!/usr/bin/env python3
"""Writes the answer as one comment on the pull request: the first run makes it, later runs update it.

A marker in the comment, which readers do not see, says that it is ours. It never fails the job: a pull request from a fork has a token
that may not comment, and the answer is in the summary all the same.
"""

import json
import os
import re
import urllib.error
import urllib.request

# GitHub takes 65,536 characters.
LONGEST = 65_000
# Of 100 comments each.
PAGES = 50


def note(level, text):
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{level} title=InvokeTrail::{escaped}")


def ask(method, path, body=None):
    request = urllib.request.Request(
        os.environ.get("GITHUB_API_URL", "https://api.github.com") + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['TOKEN']}",
            "Content-Type": "application/json",
            "User-Agent": "invoketrail",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def pull_request():
    """The number of the pull request that this run is about, or None."""
    with open(os.environ["GITHUB_EVENT_PATH"], encoding="utf-8") as file:
        event = json.load(file)
    number = (event.get("pull_request") or {}).get("number")
    return number if isinstance(number, int) else None


def ours(base, number, marker):
    """The comment with our marker, or None. Only a bot's counts: whoever may comment can copy the marker."""
    for page in range(1, PAGES + 1):
        comments = ask("GET", f"{base}/issues/{number}/comments?per_page=100&page={page}")
        for comment in comments:
            if (comment.get("body") or "").startswith(marker) and (comment.get("user") or {}).get("type") == "Bot":
                return comment["id"]
        if len(comments) < 100:
            return None
    return None


def text(marker):
    with open(os.environ["MARKDOWN"], encoding="utf-8") as file:
        answer = file.read()
    if len(answer) > LONGEST:
        answer = answer[:LONGEST].rsplit("\n", 1)[0] + "\n\nThis comment was cut. The job's summary has more.\n"
    return f"{marker}\n{answer}"


def main():
    number = pull_request()
    if number is None:
        note("notice", "this run is not about a pull request, so no comment was written")
        return
    key = re.sub(r"[^A-Za-z0-9._-]", "-", os.environ.get("INPUT_COMMENT_KEY") or "default")
    marker = f"<!-- invoketrail:{os.environ.get('INPUT_COMMAND') or 'audit'}:{key} -->"
    base = f"/repos/{os.environ['GITHUB_REPOSITORY']}"
    try:
        known = ours(base, number, marker)
        body = {"body": text(marker)}
        if known is None:
            ask("POST", f"{base}/issues/{number}/comments", body)
        else:
            ask("PATCH", f"{base}/issues/comments/{known}", body)
    except urllib.error.HTTPError as error:
        why = "the job needs the permission pull-requests: write, which a pull request from a fork never has"
        note("warning", f"no comment was written: GitHub answered {error.code}" + (f" ({why})" if error.code in (403, 404) else ""))
    except (OSError, ValueError) as error:
        note("warning", f"no comment was written: {error}")


if __name__ == "__main__":
    main()
