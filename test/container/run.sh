#!/usr/bin/env bash
# Builds the image, and tests it and the program in it. Needs root on Debian, npm's registry, and what `npm ci` installs.
set -euo pipefail
cd "$(dirname "$0")/../.."

for step in install bases build; do bash test/container/oci.sh "$step"; done
bash test/container/oci.sh within node node_modules/vitest/vitest.mjs run --config test/container/vitest.config.ts "$@"
