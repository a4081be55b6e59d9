#!/usr/bin/env bash
# Runs `invoketrail check` on each file that pre-commit names: check.sh FLAG FILE... Ends with 3 if any answer is no, else with 4 if any is
# undetermined; what could not be judged ends it with that code.
set -u

flag=$1
shift
command -v invoketrail >/dev/null || { echo "invoketrail is not on the PATH: see 'Install' in its README" >&2; exit 1; }
no=0 undetermined=0 broken=0
for file in "$@"; do
  invoketrail check "$flag" "$file"
  code=$?
  case $code in
    0) ;;
    3) no=3 ;;
    4) undetermined=4 ;;
    *) broken=$code ;;
  esac
done
[ "$broken" -eq 0 ] || exit "$broken"
[ "$no" -eq 0 ] || exit 3
exit "$undetermined"
