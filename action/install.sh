#!/usr/bin/env bash
# Installs the released program by its checksum, or takes the one that the input `path` names. Writes the output `program`.
set -euo pipefail

fail() { printf '::error title=InvokeTrail::%s\n' "$*"; exit 1; }

use() {
  version=$("$1" --version 2>/dev/null) || fail "$1 is not a program that runs here"
  case $version in "invoketrail "*) ;; *) fail "$1 is not invoketrail: it says $version" ;; esac
  printf 'program=%s\n' "$1" >> "$GITHUB_OUTPUT"
  echo "$version"
}

if [ -n "${INPUT_PATH:-}" ]; then
  program=$INPUT_PATH
  case $program in /*) ;; *) program=$PWD/$program ;; esac
  [ -x "$program" ] || fail "path does not name a program: $INPUT_PATH"
  use "$program"
  exit 0
fi

version=${INPUT_VERSION:-${ACTION_REF:-}}
version=${version#v}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([-.][0-9A-Za-z.]+)?$ ]] ||
  fail "cannot tell which release to install from '$version'. Give version: 0.1.0, or use a tag of the action such as v0.1.0"
case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
  # Static, so that any image of a runner will do.
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  *) fail "there is no release for ${RUNNER_OS:-?} on ${RUNNER_ARCH:-?}. Build the program and give its path" ;;
esac

name=invoketrail-$version-$target
# A test, or a company's mirror, names the folder of the release in INVOKETRAIL_RELEASE_URL.
from=${INVOKETRAIL_RELEASE_URL:-${SERVER_URL:-https://github.com}/${ACTION_REPOSITORY:-}/releases/download/v$version}
place=${RUNNER_TEMP:?}/invoketrail-$version
mkdir -p "$place"
fetch() { curl --fail --silent --show-error --location --retry 3 --output "$place/$1" "$from/$1" || fail "cannot download $from/$1"; }
fetch "$name.tar.gz"
wanted=${INPUT_CHECKSUM:-}
if [ -z "$wanted" ]; then
  fetch SHA256SUMS
  wanted=$(awk -v name="$name.tar.gz" '$2 == name { print $1 }' "$place/SHA256SUMS")
  [ -n "$wanted" ] || fail "SHA256SUMS of release $version does not name $name.tar.gz"
fi
if command -v sha256sum >/dev/null; then found=$(sha256sum "$place/$name.tar.gz"); else found=$(shasum -a 256 "$place/$name.tar.gz"); fi
found=${found%% *}
[ "$found" = "$wanted" ] || fail "$name.tar.gz has the SHA-256 $found, not $wanted. Nothing was installed"
tar -xzf "$place/$name.tar.gz" -C "$place"
use "$place/$name/invoketrail"
