#!/usr/bin/env bash
# Runs the manifests of deploy/kubernetes with podman in its own network namespace, with the sandbox in place of MK.IO:
#
#   oci.sh within play.sh [sidecar-classic|job-classic|gateway|shared-budget]...      default: all of them
#
# Needs kubectl or kustomize, redis-server, and the image that `oci.sh build` makes. podman 4.3 has no probes,
# no start order and no Secret volumes, so this script does these tasks of the kubelet.
# podman has no native sidecars, so only the classic ones run.
# shared-budget is the gateway with the component of that name: two replicas and a Redis.
set -euo pipefail
cd "$(dirname "$0")"

secrets=$(mktemp -d)
manifest=$secrets/manifest.yaml
pods=()
pod= # the last pod, which is the default of the functions below
redis=
cli=(node /app/dist/cli/main.js)
end() {
  local code=$?
  set +e
  if ((code)); then for pod in "${pods[@]}"; do podman logs "$pod-mkio-proxy" 2>&1 | tail -20 >&2; done; fi
  clear_up
  rm -rf "$secrets"
  exit "$code"
}
trap end EXIT
clear_up() {
  if ((${#pods[@]})); then
    # Kills all containers first, because removal stops them one after the other.
    podman pod kill "${pods[@]}" >/dev/null 2>&1 || true
    podman pod rm -f -i -t 0 "${pods[@]}" >/dev/null
  fi
  pods=()
  stop_redis
  rm -rf "${secrets:?}"/*
}

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

# Writes a Secret like the kubelet with fsGroup 1000. Root and that group own the files. A symlink to their folder is replaced.
put_secret() { # NAME KEY TEXT
  local folder=$secrets/$pod/$1 next=..$(date +%s%N)
  mkdir -p "$folder/$next"
  printf '%s' "$3" > "$folder/$next/$2"
  chgrp -R 1000 "$folder"
  chmod 2750 "$folder" "$folder/$next"
  chmod 0440 "$folder/$next/$2"
  ln -sfn "$next" "$folder/..new" && mv -T "$folder/..new" "$folder/..data"
  ln -sfn "..data/$2" "$folder/$2"
}

build() { if command -v kustomize >/dev/null; then kustomize build "$1"; else kubectl kustomize "$1"; fi; }

# Creates the pod of a folder's Deployment or Job without starting it.
create() { # FOLDER POD
  pod=$2
  pods+=("$pod")
  mkdir -p "$secrets/$pod"/{mkio,mkio-proxy-callers}
  build "kubernetes/$1" | sed "s#/SECRETS#$secrets/$pod#" | node as-pod.js "$pod" > "$manifest"
  podman play kube --start=false "$manifest" >/dev/null 2>"$secrets/errors" || { cat "$secrets/errors" >&2; exit 1; }
}

start() { podman start "$pod-$1" >/dev/null; }
in_proxy() { podman exec "$pod-mkio-proxy" "$@" </dev/null; }
in_app() { podman exec "$pod-app" "$@" </dev/null; }
# ask_in CONTAINER URL [METHOD [TOKEN]]: prints status and body of the answer
ask_in() {
  podman exec "$pod-$1" node -e '
    const [url, method = "GET", token = "none"] = process.argv.slice(1);
    fetch(url, { method, headers: { authorization: `Bearer ${token}` } })
      .then(async (answer) => console.log(answer.status, (await answer.text()).replaceAll("\n", " ")))
      .catch((error) => console.log(0, error.cause?.code ?? error.message));' "${@:2}" </dev/null
}
sandbox_token() {
  until_true logged sandbox '^MKIO_TOKEN='
  podman logs "$pod-sandbox" 2>&1 | sed -n 's/^MKIO_TOKEN=//p'
}
# Not a pipe, because podman fails if grep exits early.
logged() { grep -q -- "$2" <<<"$(podman logs "$pod-$1" 2>&1)"; }
exit_code() { timeout 40 podman wait "$pod-$1"; }

is_confined() {
  local pid; pid=$(podman inspect "$pod-mkio-proxy" --format '{{.State.Pid}}')
  is 'user, capabilities, no new privileges' "$(awk '/^(Uid|CapEff|NoNewPrivs):/ { printf "%s ", $2 }' "/proc/$pid/status")" '1000 0000000000000000 1 '
  is 'memory limit, read-only root' "$(podman inspect "$pod-mkio-proxy" --format '{{.HostConfig.Memory}} {{.HostConfig.ReadonlyRootfs}}')" '100663296 true'
}

becomes_ready() {
  start sandbox
  start mkio-proxy
  until_true logged mkio-proxy '"event":"waiting"'
  is 'probe without a token' "$(in_proxy "${cli[@]}" healthcheck || true)" '*there is no MK.IO token yet*'
  put_secret mkio token "$(sandbox_token)"
  is 'probe with a token' "$(in_proxy "${cli[@]}" wait --timeout 20s)" '*"status":"ok"*'
}

sidecar-classic() {
  create sidecar-classic app-pod-0
  becomes_ready
  start app
  is_confined
  answers() { [[ $(ask_in app http://127.0.0.1:8080/) != '0 '* ]]; }
  until_true answers
  is 'the application through the proxy' "$(ask_in app http://127.0.0.1:8080/ | cut -c1-60)" '200 {"value":\[{*'
  is 'the token in the application' "$(in_app sh -c 'cat /run/secrets/mkio/token 2>&1; env | grep ^MKIO_TOKEN')" '*No such file*MKIO_TOKEN=placeholder'

  local first second
  first=$(sandbox_token)
  second=$(podman exec "$pod-sandbox" node -e '
    const tokens = "http://127.0.0.1:6999/api/v1/user/tokens", authorization = `Bearer ${process.argv[1]}`;
    const body = JSON.stringify({ type: "full-access", organizationId: "any" });
    fetch(tokens, { method: "POST", headers: { authorization, "content-type": "application/json" }, body })
      .then((answer) => answer.json()).then((answer) => console.log(answer.metadata?.JWT ?? JSON.stringify(answer)));' "$first" </dev/null)
  put_secret mkio token "$second"
  until_true logged mkio-proxy '"was":'
  local jti; jti=$(node -p 'JSON.parse(Buffer.from(process.argv[1].split(".")[1], "base64url")).jti' "$first")
  is 'the first token is revoked' "$(ask_in sandbox "http://127.0.0.1:6999/api/v1/user/tokens/$jti" DELETE "$second")" '20? *'
  is 'the first token is no longer valid' "$(ask_in sandbox http://127.0.0.1:6999/api/v1/user/rbac GET "$first" | cut -c1-20)" '401 *'
  is 'the application after the Secret was replaced' "$(ask_in app http://127.0.0.1:8080/ | cut -c1-20)" '200 *'

  podman kill -s TERM "$pod-mkio-proxy" >/dev/null
  is 'probe after SIGTERM' "$(in_proxy "${cli[@]}" healthcheck || true)" '*the proxy is draining*'
  is 'the application after SIGTERM' "$(ask_in app http://127.0.0.1:8080/ | cut -c1-20)" '200 *'
  is 'exit code of the proxy' "$(exit_code mkio-proxy)" 0
}

job-classic() {
  create job-classic app
  becomes_ready
  start app
  is 'exit code of the job' "$(exit_code app)" 0
  is 'output of the job' "$(podman logs "$pod-app" 2>&1 | cut -c1-60)" '200 {"value":\[{*'
  is 'exit code of the proxy, which the job stopped' "$(exit_code mkio-proxy)" 0
}

# Sets key to a new caller key of the gateway, and line to its line in the keys file.
make_key() {
  { read -r key; read -r line; } < <(podman run --rm --no-healthcheck --network none localhost/mkio-proxy:slim key new app | grep -o 'mkp_[^ ]*\|app:.*' || true)
}
start_gateway() { # FOLDER POD
  create "$1" "$2"
  put_secret mkio-proxy-callers keys "$line"$'\n'
  becomes_ready
  address=$(podman inspect "$pod-mkio-proxy" --format '{{.NetworkSettings.IPAddress}}')
  [[ -n $address ]] || address=$(in_proxy node -p 'Object.values(os.networkInterfaces()).flat().find(({ internal, family }) => !internal && family === "IPv4").address')
}
assets=/api/v1/projects/demo-project/media/assets

gateway() {
  local key line address
  make_key
  start_gateway gateway mkio-proxy-pod-0
  is_confined
  status() { curl -s -m 5 -o /dev/null -w '%{http_code}' "$@"; }
  is 'liveness probe' "$(status "http://$address:6547/livez")" 200
  is 'readiness probe' "$(status "http://$address:6547/readyz")" 200
  is 'metrics without a key' "$(status "http://$address:6547/metrics")" 401
  is 'a caller without a key' "$(status "http://$address:6546$assets")" 401
  is 'a caller with its key and the Host of the Service' \
    "$(status -H 'Host: mkio-proxy.mkio:6546' -H "Authorization: Bearer $key" "http://$address:6546$assets")" 200
  is 'a caller with its key and another Host' "$(status -H 'Host: evil.example' -H "Authorization: Bearer $key" "http://$address:6546$assets")" 403
  podman kill -s TERM "$pod-mkio-proxy" >/dev/null
  drains() { [[ $(status "http://$address:6547/readyz") == 503 ]]; }
  until_true drains
  say 'not ready after SIGTERM'
  is 'a caller after SIGTERM' "$(status -H "Authorization: Bearer $key" "http://$address:6546$assets")" 200
  is 'exit code of the proxy' "$(exit_code mkio-proxy)" 0
}

# Starts Redis without persistence. Pods reach it as host.containers.internal.
start_redis() { # PASSWORD
  redis-server --port 6379 --bind 0.0.0.0 --requirepass "$1" --save '' >"$secrets/redis" &
  redis=$!
  until_true grep -qs 'Ready to accept connections' "$secrets/redis"
}
stop_redis() {
  [[ -n $redis ]] || return 0
  kill -KILL "$redis"
  wait "$redis" 2>/dev/null || true
  rm -f "$secrets/redis"
  redis=
}

shared-budget() {
  local key line address first second password=a-password
  podman secret rm mkio-proxy-redis >/dev/null 2>&1 || true
  podman secret create mkio-proxy-redis - >/dev/null <<<"{\"url\": \"$(base64 -w 0 <<<"redis://:$password@host.containers.internal:6379/0")\"}"
  start_redis "$password"
  make_key
  start_gateway shared-budget mkio-proxy-pod-0
  first=http://$address:6546
  start_gateway shared-budget mkio-proxy-pod-1
  second=http://$address:6546

  # Counts answers by status and error code. curl does not send the fragment of a URL.
  count_answers() { curl -s -m 5 -o /dev/null -w '%{http_code} %header{x-mkio-proxy-error}\n' -H "Authorization: Bearer $key" "$1" | sort | uniq -c | xargs; }
  all_logged() { for pod in "${pods[@]}"; do logged mkio-proxy "$1" || return 1; done; }
  count_together() {
    is '20 reads through one replica' "$(count_answers "$first$assets#[1-20]")" '20 200'
    is 'the next read through the other replica' "$(count_answers "$second$assets")" '1 429 RATE_LIMITED'
  }
  count_together
  stop_redis
  is '30 reads through each replica without Redis' "$(count_answers "{$first,$second}$assets#[1-30]")" '60 200'
  until_true all_logged '"event":"redis".*requests pass uncounted'
  say 'both logs report it'
  start_redis "$password"
  # These requests do not use the budget of the project.
  count_again() { count_answers "{$first,$second}/api/v1/projects" >/dev/null; all_logged '"event":"redis".*Redis counts again'; }
  until_true count_again
  say 'both logs report that Redis counts again'
  count_together
}

(($#)) || set -- sidecar-classic job-classic gateway shared-budget
for one in "$@"; do
  echo "$one"
  "$one"
  clear_up
done
echo played
