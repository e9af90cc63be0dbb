#!/usr/bin/env bash
# Starts deploy/compose with docker-compose in its own network namespace, with the sandbox in place of MK.IO.
#
#   oci.sh within compose.sh
#
# Needs docker-compose, and the image that `oci.sh build` makes. docker-compose uses podman instead of Docker's engine.
# podman schedules health checks with systemd, so this script runs them.
set -euo pipefail
cd "$(dirname "$0")"

folder=$(mktemp -d)
cp ../../deploy/compose/compose.yaml compose.trial.yaml "$folder"
cd "$folder"
export DOCKER_HOST=unix://$folder/podman.sock COMPOSE_PROJECT_NAME=mkio-trial-$$ COMPOSE_FILE=compose.yaml:compose.trial.yaml
podman system service --time 0 "$DOCKER_HOST" 2>service.log &
service=$!
container() { docker-compose ps -q "$1"; }
end() {
  local code=$?
  ((code == 0)) || { cat up.log service.log; docker-compose logs --no-color --tail 20; } >&2
  kill "${up:-}" 2>/dev/null || true
  docker-compose stop -t 0 >/dev/null 2>&1 || true
  podman ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" | xargs -r podman rm -f -t 0 --depend >/dev/null 2>&1
  podman network rm -f "${COMPOSE_PROJECT_NAME}_default" >/dev/null 2>&1 || true
  kill "$service" 2>/dev/null || true
  rm -rf "$folder"
  exit "$code"
}
trap end EXIT

# until_true COMMAND...: retries for half a minute
until_true() {
  local ends=$((SECONDS + 30))
  until "$@"; do
    ((SECONDS < ends)) || fail "in vain: $*"
    sleep 0.2
  done
}
say() { printf '  %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
# is NAME ACTUAL EXPECTED: EXPECTED is a glob
is() { [[ $2 == $3 ]] || fail "$1: $2, and not $3"; say "$1: $2"; }
inspect() { podman inspect "$(container "$1")" --format "$2"; }

# The container sees the owner and mode that the file has on this machine.
install -m 0400 -o 1000 -g 1000 /dev/null mkio-token
until_true test -S podman.sock
docker-compose up -d --no-build > up.log 2>&1 &
up=$!

waits() { proxy=$(container proxy) && [[ -n $proxy ]] && grep -q '"event":"waiting"' <<<"$(podman logs "$proxy" 2>/dev/null)"; }
until_true waits
podman healthcheck run "$proxy" >/dev/null 2>&1 && fail 'healthy without a token'
say 'the proxy is unhealthy without a token'
is 'state of the application without a token' "$(inspect app '{{.State.Status}}' 2>/dev/null || echo created)" created
read_token() {
  local sandbox; sandbox=$(container sandbox) && [[ -n $sandbox ]] || return 1
  token=$(podman logs "$sandbox" 2>&1 | sed -n 's/^MKIO_TOKEN=//p') && [[ -n $token ]]
}
until_true read_token
# Written in place, because the file itself is mounted.
printf '%s' "$token" > mkio-token
# Uses wait, because docker-compose gives up after three failed health checks.
podman exec "$proxy" node /app/dist/cli/main.js wait --timeout 20s </dev/null >/dev/null || fail 'not ready'
podman healthcheck run "$proxy" || fail 'not healthy with a token'
wait "$up"
is 'health of the proxy with a token' "$(inspect proxy '{{.State.Health.Status}}')" healthy
until_true curl -s -m 5 -o answer http://127.0.0.1:8080/
is 'the application, from outside' "$(cut -c1-60 answer)" '{"value":\[{*'
is 'the proxy, from outside' "$(curl -s -m 2 -o /dev/null -w '%{http_code}' http://127.0.0.1:6546/ || true)" 000
is 'the token in the application' \
  "$(podman exec "$(container app)" sh -c 'cat /run/secrets/mkio_token 2>&1; env | grep ^MKIO_TOKEN' </dev/null | tr '\n' ' ')" '*No such file*MKIO_TOKEN=placeholder*'
pid=$(inspect proxy '{{.State.Pid}}')
is 'user, capabilities, no new privileges' "$(awk '/^(Uid|CapEff|NoNewPrivs):/ { printf "%s ", $2 }' "/proc/$pid/status")" '1000 0000000000000000 1 '
is 'core dumps' "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$pid/limits")" '0 0'
is 'memory limit, read-only root, time to stop' "$(inspect proxy '{{.HostConfig.Memory}} {{.HostConfig.ReadonlyRootfs}} {{.Config.StopTimeout}}')" '134217728 true 20'
docker-compose stop proxy >/dev/null 2>&1
is 'exit code of the proxy' "$(inspect proxy '{{.State.ExitCode}}')" 0
echo 'came up'
