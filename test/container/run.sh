#!/usr/bin/env bash
# Builds the image, tests it, and runs the manifests of deploy/ with it. Needs root on Debian and the packages of `npm ci`.
set -euo pipefail
cd "$(dirname "$0")/../.."

oci() { bash test/container/oci.sh "$@"; }
for step in install bases build; do oci "$step"; done

# Both mostly wait, so they run at the same time.
log=$(mktemp)
deployed() {
  oci within bash test/container/compose.sh
  if command -v kubectl kustomize >/dev/null; then oci within bash test/container/play.sh; else echo 'not played: there is no kubectl'; fi
}
deployed >"$log" 2>&1 &
trials=$!
trap 'rm -f "$log"' EXIT

oci within node node_modules/vitest/vitest.mjs run --config test/container/vitest.config.ts
wait "$trials" || { cat "$log" >&2; exit 1; }
cat "$log"
