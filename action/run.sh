#!/usr/bin/env bash
# Runs `invoketrail audit` or `check` with the inputs as flags. Writes the outputs `exit-code`, `markdown`, `sarif` and `json`; the step
# itself fails only where there is no answer, so that the answer can be shown before the job fails.
set -euo pipefail

fail() { printf '::error title=InvokeTrail::%s\n' "$*"; exit 1; }

arguments=()
# `flag --name VALUE`: nothing where the value is empty.
flag() { [ -z "$2" ] || arguments+=("$1=$2"); }
# `switch --name VALUE`: the flag alone, where the value is true.
switch() { case $2 in true) arguments+=("$1") ;; false | "") ;; *) fail "${1#--} must be true or false, not '$2'" ;; esac; }
# `each --name VALUES`: once for each line.
each() { local value; while IFS= read -r value; do value=${value%$'\r'}; [ -z "$value" ] || arguments+=("$1=$value"); done <<< "$2"; }

command=${INPUT_COMMAND:-audit}
place=$(mktemp -d "${RUNNER_TEMP:?}/invoketrail-XXXXXX")
markdown=$place/$command.md
sarif=$place/$command.sarif
json=
flag --inventory "${INPUT_INVENTORY:-}"
flag --baseline "${INPUT_BASELINE:-}"
flag --fail-on "${INPUT_FAIL_ON:-}"
flag --config "${INPUT_CONFIG:-}"
switch --exit-zero "${INPUT_EXIT_ZERO:-}"

code=0
case $command in
  audit)
    [ -z "${INPUT_TERRAFORM:-}${INPUT_CLOUDFORMATION:-}${INPUT_PARAMETER:-}" ] ||
      fail "terraform, cloudformation and parameter need command: check"
    json=$place/audit.json
    flag --accounts "${INPUT_ACCOUNTS:-}"
    switch --organization "${INPUT_ORGANIZATION:-}"
    flag --role-name "${INPUT_ROLE_NAME:-}"
    flag --external-id "${INPUT_EXTERNAL_ID:-}"
    flag --session-name "${INPUT_SESSION_NAME:-}"
    flag --region "${INPUT_REGION:-}"
    flag --recorders "${INPUT_RECORDERS:-}"
    each --framework "${INPUT_FRAMEWORK:-}"
    flag --exceptions "${INPUT_EXCEPTIONS:-}"
    flag --exceptions-max-days "${INPUT_EXCEPTIONS_MAX_DAYS:-}"
    "${PROGRAM:?}" audit "${arguments[@]}" --color=never --output="$markdown" --output="$sarif" --output="$json" || code=$?
    ;;
  check)
    flag --terraform "${INPUT_TERRAFORM:-}"
    flag --cloudformation "${INPUT_CLOUDFORMATION:-}"
    each --parameter "${INPUT_PARAMETER:-}"
    # A change is judged from files alone, in less than a second: it is asked once for each form of the answer.
    "${PROGRAM:?}" check "${arguments[@]}" --color=never --format=markdown > "$markdown" || code=$?
    case $code in 0 | 3 | 4) "$PROGRAM" check "${arguments[@]}" --quiet --format=sarif > "$sarif" || true ;; esac
    ;;
  *) fail "command must be audit or check, not '$command'" ;;
esac

printf 'exit-code=%s\n' "$code" >> "$GITHUB_OUTPUT"
case $code in
  0 | 3 | 4) ;;
  # The program has said on stderr what is wrong.
  *) fail "invoketrail $command gave no answer (exit code $code). The log says why" ;;
esac
{
  printf 'markdown=%s\n' "$markdown"
  printf 'sarif=%s\n' "$sarif"
  printf 'json=%s\n' "$json"
} >> "$GITHUB_OUTPUT"

[ "${INPUT_ANNOTATIONS:-true}" = true ] || exit 0
if [ "$command" = check ]; then
  "$PROGRAM" check "${arguments[@]}" --quiet --format=github || true
  exit 0
fi
case $code in 0) level=notice ;; 3) level=error ;; *) level=warning ;; esac
# The answer is the second line of the Markdown that has words. What acts in a workflow command is escaped as GitHub wants it.
answer=$(awk 'NF && !/^#/ { print; exit }' "$markdown")
answer=${answer//\*\*/}
answer=${answer//'%'/%25}
printf '::%s title=InvokeTrail::%s\n' "$level" "$answer"
