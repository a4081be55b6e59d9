#!/usr/bin/env bash
# Adds the answer to the job's summary. GitHub refuses a summary of more than 1 MiB as a whole, so a longer one is cut at a line.
set -euo pipefail

limit=1000000
if [ "$(wc -c < "${MARKDOWN:?}")" -le "$limit" ]; then
  cat "$MARKDOWN" >> "$GITHUB_STEP_SUMMARY"
else
  head -c "$limit" "$MARKDOWN" | sed '$d' >> "$GITHUB_STEP_SUMMARY"
  printf '\n\nThis summary was cut. The whole answer is in the files that the action writes.\n' >> "$GITHUB_STEP_SUMMARY"
fi
printf '\n' >> "$GITHUB_STEP_SUMMARY"
