#!/bin/sh
# Installs the real Toxiproxy server, so that the contract tests can compare the embedded one with it.
#
#   scripts/install-toxiproxy.sh [folder]
#
# Built from source through the Go module proxy and put, as toxiproxy-server, into the folder given, else
# $GOBIN, else node_modules/.cache/toxiproxy, where the tests look for it. Does nothing when it is there
# already. Without Go it says so and succeeds: the tests then skip the comparison.
set -eu

version=2.12.0
module=github.com/Shopify/toxiproxy/v2
project=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-${GOBIN:-$project/node_modules/.cache/toxiproxy}}
server=$folder/toxiproxy-server

if [ -x "$server" ] && [ "$("$server" -version 2>/dev/null)" = "toxiproxy-server version $version" ]; then
  exit 0
fi
if ! command -v go >/dev/null 2>&1; then
  echo "install-toxiproxy: Go is not installed, so Toxiproxy $version was not either" >&2
  exit 0
fi

mkdir -p "$folder"
build=$(mktemp -d "$folder/build.XXXXXX")
trap 'rm -rf "$build"' EXIT
if ! GOBIN=$build GOFLAGS=-mod=mod go install -ldflags "-X $module.Version=$version" \
  "$module/cmd/server@v$version" >"$build/log" 2>&1; then
  cat "$build/log" >&2
  echo "install-toxiproxy: building Toxiproxy $version failed" >&2
  exit 1
fi
mv "$build/server" "$server"
