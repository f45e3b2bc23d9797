# shellcheck shell=bash disable=SC2154,SC2034 # the parts share variables; script/testbed sources them all
# An OCI registry on loopback that lists tags and deletes by digest. Its images outlive a stop.

registry_config=$home/registry/config.yml
registry_container=strata-testbed-registry-$home_id

registry_port() { cat "$home/registry/port" 2>/dev/null || echo "${STRATA_TESTBED_PORT:-5000}"; }
registry_address() { printf '127.0.0.1:%s\n' "$(registry_port)"; }

port_is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

registry_is_ours() { running registry "$registry_config" || registry_container_runs; }
registry_container_runs() {
  [[ -e $run/registry.container ]] || return 1
  [[ $(docker container inspect --format '{{.State.Running}}' "$registry_container" 2>/dev/null) == true ]]
}

# http_status PATH: what the registry answers to a HEAD. Without curl, which small machines lack.
http_status() {
  local status
  exec 3<>"/dev/tcp/127.0.0.1/$(registry_port)" || return 1
  printf 'HEAD %s HTTP/1.0\r\nHost: 127.0.0.1\r\nAccept: %s\r\n\r\n' "$1" \
    'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json' >&3
  read -r -t 5 _ status _ <&3 || status=
  exec 3>&-
  printf '%s\n' "$status"
} 2>/dev/null

registry_answers() { [[ $(http_status /v2/) == 200 ]]; }

# The port of last time if it is free, else the default, else any above it. It is remembered, because image
# references carry it.
choose_registry_port() {
  local port
  if running registry "$registry_config" || [[ -e $run/registry.container ]]; then return 0; fi
  port=${STRATA_TESTBED_PORT:-$(registry_port)}
  while port_is_open "$port"; do port=$((port + 1)); done
  mkdir -p "$home/registry"
  echo "$port" >"$home/registry/port"
}

start_registry() {
  if registry_is_ours && registry_answers; then return 0; fi
  say "starting the registry on $(registry_address)"
  if [[ -x $bin/docker-registry ]]; then
    # One that runs but does not answer would keep the port.
    terminate registry "$registry_config"
    write_registry_config
    : >"$logs/registry.log"
    launch registry "$bin/docker-registry" serve "$registry_config"
    await registry 60 registry_answers
  else
    start_registry_container
  fi
}

write_registry_config() {
  cat >"$registry_config" <<YAML
version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: $home/registry/data }
  delete: { enabled: true }
http: { addr: $(registry_address) }
YAML
}

start_registry_container() {
  local tenths=200
  docker rm --force "$registry_container" >/dev/null 2>&1 || true
  touch "$run/registry.container"
  docker run --detach --name "$registry_container" --network host --env "REGISTRY_HTTP_ADDR=$(registry_address)" \
    --env REGISTRY_STORAGE_DELETE_ENABLED=true registry:2 >/dev/null ||
    die 'no registry package is at hand and registry:2 does not start' 'can this engine pull registry:2?'
  until registry_answers; do
    ((tenths-- > 0)) || die 'the registry container does not answer' "docker logs $registry_container"
    sleep 0.1
  done
}

stop_registry() {
  terminate registry "$registry_config"
  if [[ -e $run/registry.container ]]; then
    docker rm --force "$registry_container" >/dev/null 2>&1 || true
    rm -f "$run/registry.container"
  fi
}

registry_status() {
  if registry_is_ours && registry_answers; then
    printf 'registry   %s\n' "$(registry_address)"
  else
    printf 'registry   down\n'
    return 1
  fi
}
