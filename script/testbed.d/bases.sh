# shellcheck shell=bash disable=SC2154,SC2034 # the parts share variables; script/testbed sources them all
# Two base images for amd64 and arm64: BusyBox with its usual links, and the same with one file more.

base_reference() { printf '%s/testbed/busybox:%s\n' "$(registry_address)" "$1"; }
base_exists() { [[ $(http_status "/v2/testbed/busybox/manifests/$1") == 200 ]]; }

ensure_bases() {
  if base_exists 1 && base_exists 2; then return 0; fi
  say 'building the base images'
  local context=$home/bases
  rm -rf "$context"
  mkdir -p "$context"
  if [[ -e $foreign_root && -n $(ls -A "$foreign_root") ]]; then
    write_roots "$context"
  else
    # No package of the other architecture at hand: the same programs from the public image.
    printf 'FROM busybox:1 AS base\nENV PATH=/usr/sbin:/usr/bin:/sbin:/bin\n' >"$context/Dockerfile"
  fi
  printf 'FROM base AS busybox-1\nFROM base AS busybox-2\nADD second.tar /\n' >>"$context/Dockerfile"
  mkdir -p "$context/second/etc"
  echo 'the second base image' >"$context/second/etc/testbed-second"
  pack "$context/second" "$context/second.tar"
  push_base "$context" 1
  push_base "$context" 2
  rm -rf "$context"
}

# push_base CONTEXT NUMBER. No attestations: a base's index then has exactly the two platforms. No times: the same
# packages make the same images.
push_base() {
  SOURCE_DATE_EPOCH=0 docker buildx build --builder "$(builder_name)" --target "busybox-$2" \
    --platform linux/amd64,linux/arm64 --provenance=false --sbom=false \
    --output "type=registry,oci-mediatypes=true,name=$(base_reference "$2")" "$1" >"$logs/base-$2.log" 2>&1 || {
    tail -n 15 "$logs/base-$2.log" >&2
    die "the base image $(base_reference "$2") cannot be built" "see $logs/base-$2.log"
  }
}

write_roots() {
  local context=$1
  write_root "$context" amd64 "$(busybox)"
  write_root "$context" arm64 "$(unpacked "$foreign_root/usr/bin/busybox" "$foreign_root/bin/busybox")"
  cat >"$context/Dockerfile" <<'DOCKERFILE'
FROM scratch AS base
ARG TARGETARCH
ADD base-${TARGETARCH}.tar /
ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin
CMD ["/bin/sh"]
DOCKERFILE
}

# pack FOLDER TAR. Fixed owners, order and times: the same packages make the same layers.
pack() {
  tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --file "$2" --directory "$1" .
  rm -rf "$1"
}

# write_root CONTEXT ARCHITECTURE BUSYBOX
write_root() {
  local tree=$1/$2 applet
  mkdir -p "$tree"/{bin,dev,etc,home,proc,root,run,sbin,sys,tmp,usr/bin,usr/sbin,usr/lib,var/tmp}
  cp "$3" "$tree/bin/busybox"
  # The list comes from this machine's BusyBox: the other one is of the same package version.
  "$(busybox)" --list-full | grep -vx linuxrc | while read -r applet; do
    [[ -e $tree/$applet ]] || ln -sn /bin/busybox "$tree/$applet" 2>/dev/null || true
  done
  chmod 1777 "$tree/tmp" "$tree/var/tmp"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' >"$tree/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$tree/etc/group"
  pack "$tree" "$1/base-$2.tar"
}

bases_status() {
  local number missing=0
  for number in 1 2; do
    if base_exists "$number"; then
      printf 'base       %s\n' "$(base_reference "$number")"
    else
      printf 'base       %s is missing\n' "$(base_reference "$number")"
      missing=1
    fi
  done
  return "$missing"
}
