#!/bin/sh
# Builds Porcupine, the linearizability checker in Go, with a small program that reads the benchmark's tables,
# so that `npm run bench` can run both on the same histories.
#
#   scripts/install-porcupine.sh [folder]
#
# From the Go module proxy, into the folder given, else node_modules/.cache/porcupine, as `check`. Does
# nothing when it is there already. Without Go it says so and succeeds: the benchmark then runs alone.
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
source=$project/scripts/porcupine
folder=${1:-$project/node_modules/.cache/porcupine}

if ! command -v go >/dev/null 2>&1; then
  echo "install-porcupine: Go is not installed, so Porcupine was not either (Debian: apt-get install golang-go)" >&2
  exit 0
fi
if [ -x "$folder/check" ] && cat "$source/go.mod" "$source/go.sum" "$source/main.go" | cmp -s - "$folder/sources"; then
  exit 0
fi

mkdir -p "$folder"
build=$(mktemp -d "$folder/build.XXXXXX")
trap 'rm -rf "$build"' EXIT
if ! (cd "$source" && GOFLAGS=-mod=readonly go build -o "$build/check" .) >"$build/log" 2>&1; then
  cat "$build/log" >&2
  echo "install-porcupine: building Porcupine failed" >&2
  exit 1
fi
mv "$build/check" "$folder/check"
cat "$source/go.mod" "$source/go.sum" "$source/main.go" >"$folder/sources"
