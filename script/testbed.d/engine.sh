# shellcheck shell=bash disable=SC2154,SC2034 # the parts share variables; script/testbed sources them all
# The Docker engine: one that answers already (foreign: never stopped, never pruned), or one of the bed's own.
# `run/engine` remembers which: the word `own`, or the foreign engine's address.

engine_socket=$run/docker.sock
engine_config=$home/engine/daemon.json
foreign_builder=strata-testbed
bridge=strata$((home_id % 100000))

has_engine() { [[ -e $run/engine ]]; }
engine_is_own() { has_engine && [[ $(<"$run/engine") == own ]]; }
own_engine_runs() { running dockerd "$engine_config"; }
builder_name() { if engine_is_own; then echo default; else echo "$foreign_builder"; fi; }

# Points docker and buildx at the bed's engine, with a configuration of the bed's own.
use_engine() {
  export DOCKER_CONFIG=$home/docker-config PATH=$bin:$PATH
  if engine_is_own; then
    export DOCKER_HOST=unix://$engine_socket
  else
    DOCKER_HOST=$(<"$run/engine")
    export DOCKER_HOST
  fi
  unset DOCKER_CONTEXT BUILDX_BUILDER BUILDX_CONFIG
}

# The address of an engine that answers and is not this bed's.
foreign_engine() {
  [[ ${STRATA_TESTBED_ENGINE-} != own ]] || return 1
  command -v docker >/dev/null || return 1
  local address=${DOCKER_HOST-}
  if [[ -z $address ]]; then
    address=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null) || return 1
  fi
  [[ $address != "unix://$engine_socket" ]] || return 1
  docker info >/dev/null 2>&1 || return 1
  printf '%s\n' "$address"
}

ensure_engine() {
  local address
  if own_engine_runs; then
    echo own >"$run/engine"
  elif address=$(foreign_engine); then
    echo "$address" >"$run/engine"
  else
    set_up_engine
  fi
  link_buildx
  use_engine
  if engine_is_own; then
    await dockerd 60 docker version
  else
    # In a subshell, because without packages a foreign engine still does: its registry and bases are then pulled.
    (ensure_companions) || say 'no packages for this machine: images from a registry stand in'
    drop_lists
    ensure_foreign_builder
  fi
}

# --- an engine of the bed's own

set_up_engine() {
  require_debian
  [[ $(id -u) == 0 ]] || die 'no Docker engine answers, and only root can start one' 'start Docker, or run this as root'
  [[ $(dpkg --print-architecture) == amd64 ]] ||
    die 'no Docker engine answers, and the bed sets one up on amd64 only' 'start Docker and try again'
  ensure_packages engine engine_programs_run \
    docker.io@ docker-cli@ docker-buildx@ containerd@ 'tini-static@|tini=' runc= ||
    die "none of Debian's Docker packages runs here" "see $logs/apt.log, or install Docker yourself"
  ensure_companions || die 'the registry and BusyBox cannot be unpacked' "see $logs/apt.log"
  drop_lists
  write_engine_config
  echo own >"$run/engine"
  start_own_engine
}

engine_programs_run() {
  local path=$root/usr/sbin:$root/usr/bin:$PATH program
  "$root/usr/libexec/docker/cli-plugins/docker-buildx" version >>"$logs/apt.log" 2>&1 || return 1
  for program in dockerd docker containerd runc; do
    PATH=$path "$program" --version >>"$logs/apt.log" 2>&1 || return 1
  done
}

# Builds get a bridge of their own, without any firewall rule: two engines would fight over `docker0`, and the
# machine's iptables and forwarding stay untouched. RUN steps work with no flags, but reach no network from it;
# `--network=host` reaches what the machine does.
# Loopback counts as insecure (plain HTTP) whatever the port: tests start registries and proxies of their own.
write_engine_config() {
  mkdir -p "$(dirname "$engine_config")"
  cat >"$engine_config" <<JSON
{
  "features": { "containerd-snapshotter": true },
  "data-root": "$home/engine/data",
  "exec-root": "$run/exec",
  "pidfile": "$run/docker.pid",
  "hosts": ["unix://$engine_socket"],
  "insecure-registries": ["127.0.0.0/8", "::1/128"],
  "bridge": "$bridge",
  "iptables": false,
  "ip6tables": false,
  "ip-forward": false,
  "ip-masq": false,
  "userland-proxy": false
}
JSON
}

# BusyBox stands in for iproute2, which small machines lack.
ip() { "$(busybox)" ip "$@"; }

create_bridge() {
  local third=$((home_id % 250))
  if [[ ! -e /sys/class/net/$bridge ]]; then
    while ip addr | grep -q "inet 10\.213\.$third\."; do third=$(((third + 1) % 250)); done
    ip link add name "$bridge" type bridge
    ip addr add "10.213.$third.1/24" dev "$bridge"
  fi
  ip link set "$bridge" up
}

# What an engine that was killed leaves behind: mounts, its containerd (dying, but dockerd would wait ten seconds for
# it), and process ids that may be somebody else's by now and that dockerd would take for an engine that runs.
clear_engine() {
  terminate exec/containerd/containerd "$run/exec/containerd"
  unmount_below "$home/engine"
  unmount_below "$run"
  rm -f "$run/docker.pid" "$engine_socket"
}

start_own_engine() {
  say 'starting dockerd'
  create_bridge
  clear_engine
  # Appended to, a log would show an old failure as the reason of a new one.
  : >"$logs/dockerd.log"
  PATH=$root/usr/sbin:$root/usr/bin:$PATH launch dockerd "$root/usr/sbin/dockerd" --config-file "$engine_config"
}

release_engine() {
  has_engine || return 0
  use_engine
  if engine_is_own; then
    terminate dockerd "$engine_config"
    if [[ -e /sys/class/net/$bridge ]]; then ip link del "$bridge"; fi
    clear_engine
  else
    docker buildx rm "$foreign_builder" >/dev/null 2>&1 || true
  fi
  rm -f "$run/engine"
}

# --- an engine that was there before

# Host networking, so that the builder sees the registry on loopback. Plain HTTP is said for the registry alone.
ensure_foreign_builder() {
  if docker buildx inspect "$foreign_builder" >/dev/null 2>&1; then
    docker buildx inspect --bootstrap "$foreign_builder" >/dev/null 2>"$logs/builder.log" && return 0
    docker buildx rm --force "$foreign_builder" >/dev/null 2>&1 || true
  fi
  say "creating the builder $foreign_builder"
  printf '[registry."%s"]\n  http = true\n' "$(registry_address)" >"$home/buildkitd.toml"
  docker buildx create --name "$foreign_builder" --driver docker-container --driver-opt network=host \
    --buildkitd-config "$home/buildkitd.toml" --bootstrap >/dev/null 2>"$logs/builder.log" || {
    tail -n 5 "$logs/builder.log" >&2
    docker buildx rm --force "$foreign_builder" >/dev/null 2>&1 || true
    die "the builder $foreign_builder does not start" "can this engine pull $buildkit_image, or has it the image?"
  }
}

# --- both

# The plugin of our own packages, else the one that the caller's docker uses, else a package for it.
link_buildx() {
  local link=$home/docker-config/cli-plugins/docker-buildx path
  mkdir -p "$(dirname "$link")"
  [[ -e $home/docker-config/config.json ]] || echo '{}' >"$home/docker-config/config.json"
  # This also keeps the link from being linked to itself, where the caller's configuration is the bed's.
  if [[ -x $link ]]; then return 0; fi
  path=$root/usr/libexec/docker/cli-plugins/docker-buildx
  if [[ ! -x $path ]]; then
    path=$(docker info --format '{{range .ClientInfo.Plugins}}{{if eq .Name "buildx"}}{{.Path}}{{end}}{{end}}')
  fi
  if [[ ! -x $path ]]; then
    ensure_packages buildx true docker-buildx@ || die 'docker has no buildx' 'install the docker-buildx plugin'
    path=$(unpacked "$root"/usr/lib*/docker/cli-plugins/docker-buildx)
  fi
  ln -sfn "$(readlink -f "$path")" "$link"
}

# Images of the label stay: they cost minutes to build, and no build of a test reads their layers.
empty_builder() {
  say "emptying the builder $(builder_name)"
  if engine_is_own; then
    docker image prune --all --force --filter 'label!=strata.testbed.keep' >/dev/null
  fi
  docker buildx prune --builder "$(builder_name)" --all --force >/dev/null
}

engine_status() {
  local whose version
  if has_engine && use_engine && version=$(docker version --format '{{.Server.Version}}' 2>/dev/null); then
    if engine_is_own; then whose=ours; else whose=foreign; fi
    printf 'engine     %s, Docker %s, %s store, %s\n' "$whose" "$version" "$(store)" "$DOCKER_HOST"
  else
    printf 'engine     down\n'
    return 1
  fi
}

store() {
  case $(docker info --format '{{.DriverStatus}}' 2>/dev/null) in
    *io.containerd*) echo containerd ;;
    *) echo classic ;;
  esac
}

buildx_status() {
  local version
  version=$(DOCKER_CONFIG=$home/docker-config docker buildx version 2>/dev/null | cut -d ' ' -f 2) || true
  printf 'buildx     %s' "${version:-absent}"
  if has_engine; then printf ', builder %s' "$(builder_name)"; fi
  printf '\n'
  [[ -n $version ]]
}
