#!/usr/bin/env bash
# Ends with the program's exit code, after everything has been shown.
set -euo pipefail

case ${EXIT_CODE:-} in
  0) echo "InvokeTrail: yes" ;;
  3) echo "InvokeTrail: no (exit code 3)" ;;
  4) echo "InvokeTrail: undetermined (exit code 4)" ;;
  *) echo "InvokeTrail gave no answer" ; exit 1 ;;
esac
exit "$EXIT_CODE"
