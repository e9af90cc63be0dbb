#!/usr/bin/env bash
# Replaces `node dist/cli/main.js` in the end-to-end tests: runs the image's program with their environment, folder and files.
#   program.sh STATE ARGUMENTS...
set -euo pipefail
state=$1
shift

settings=()
for name in $(compgen -e); do
  case $name in PATH | PWD | OLDPWD | SHLVL | _) ;; *) settings+=(--env "$name") ;; esac
done
export CONTAINERS_CONF=$state/containers.conf CONTAINERS_STORAGE_CONF=$state/storage.conf
# User 0, who owns the tests' files. Without capabilities it has no special rights.
exec podman run --rm --timeout 60 --network host --no-healthcheck --log-driver none --read-only --user 0:0 --cap-drop ALL \
  --security-opt no-new-privileges --memory 96m --memory-swap 96m --pids-limit 64 \
  --volume "$state/tmp:$state/tmp" --workdir "$PWD" "${settings[@]}" localhost/mkio-proxy:slim "$@"
