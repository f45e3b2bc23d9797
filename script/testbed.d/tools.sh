# shellcheck shell=bash disable=SC2154,SC2034 # the parts share variables; script/testbed sources them all
# The Go tools that tools.txt pins, and a BuildKit image made of them for builders of the driver docker-container.

go_home=$home/go
buildkit_image=moby/buildkit:buildx-stable-1

listed_tools() { grep -v '^#' "$parts/tools.txt"; }

listed_version() { listed_tools | awk -v name="$1" '$1 == name { print $3 }'; }

# A tool of another version than the list's counts as absent.
tool_is_built() { [[ -x $tools/$1 && $(cat "$tools/.$1" 2>/dev/null) == "$2" ]]; }

build_tools() {
  local name module version sum package variable
  mkdir -p "$tools" "$logs"
  take_lock "$home/tools.lock"
  while read -r name module version sum package variable; do
    if tool_is_built "$name" "$version"; then continue; fi
    command -v go >/dev/null || die 'the tools are built with Go, and there is none' 'install Go 1.26 or newer'
    build_tool "$name" "$module" "$version" "$sum" "$package" "$variable"
  done < <(listed_tools)
  # Only needed while building, and gigabytes.
  rm -rf "$go_home"
  take_lock "$home/lock"
  ensure_buildkit_image
}

# Built in the module's own folder, so that its own go.sum is what pins everything below it.
build_tool() {
  local name=$1 module=$2 version=$3 sum=$4 package=$5 variable=$6 flags='-s -w' download folder
  say "building $name $version"
  download=$(pinned_go mod download -json "$module@$version" 2>>"$logs/tools.log") ||
    die "$module $version cannot be downloaded" "is the Go module proxy reachable? See $logs/tools.log"
  [[ $(json_field Sum "$download") == "$sum" ]] ||
    die "$module $version is not what script/testbed.d/tools.txt pins" \
      "found $(json_field Sum "$download"), expected $sum"
  folder=$(json_field Dir "$download")
  if [[ $variable != - ]]; then flags+=" -X $variable=$version"; fi
  pinned_go build -C "$folder" -mod=readonly -trimpath -tags 'osusergo netgo static_build seccomp' \
    -ldflags "$flags" -o "$tools/$name" "$package" >>"$logs/tools.log" 2>&1 || {
    tail -n 10 "$logs/tools.log" >&2
    die "$name cannot be built" "see $logs/tools.log"
  }
  printf '%s\n' "$version" >"$tools/.$name"
}

# Without C the programs are static and run in an empty image. GOFLAGS of the machine must not change what is built.
pinned_go() {
  GOPATH=$go_home GOMODCACHE=$go_home/pkg/mod GOCACHE=$go_home/cache GOFLAGS=-modcacherw GOWORK=off CGO_ENABLED=0 \
    go "$@"
}

json_field() { sed -n "s/^[[:space:]]*\"$1\": \"\(.*\)\",\{0,1\}$/\1/p" <<<"$2"; }

# Buildx runs this image for a docker-container builder; without a registry to pull from it has to be here already.
# Only the bed's own engine gets it: an engine that was there before has its own way to it.
ensure_buildkit_image() {
  local context=$home/buildkit version
  version=$(listed_version buildkitd)
  tool_is_built buildkitd "$version" && tool_is_built buildctl "$version" || return 0
  own_engine_runs || return 0
  use_engine
  if [[ $(image_label "$buildkit_image" strata.testbed.keep) == "$version" ]]; then return 0; fi
  say "making the image $buildkit_image"
  rm -rf "$context"
  mkdir -p "$context/root/usr/bin"
  cp "$tools/buildkitd" "$tools/buildctl" "$context/root/usr/bin/"
  copy_with_libraries "$(unpacked "$root/usr/sbin/runc" "$root/usr/bin/runc")" "$context/root"
  cat >"$context/Dockerfile" <<DOCKERFILE
FROM $(base_reference 1)
COPY root /
LABEL strata.testbed.keep=$version
VOLUME /var/lib/buildkit
ENTRYPOINT ["buildkitd"]
DOCKERFILE
  docker buildx build --builder default --provenance=false --load --tag "$buildkit_image" "$context" \
    >"$logs/buildkit-image.log" 2>&1 || {
    tail -n 10 "$logs/buildkit-image.log" >&2
    die "the image $buildkit_image cannot be built" "see $logs/buildkit-image.log"
  }
  rm -rf "$context"
}

image_label() { docker image inspect --format "{{index .Config.Labels \"$2\"}}" "$1" 2>/dev/null || true; }

# copy_with_libraries PROGRAM ROOT: Debian's runc is dynamic, so its libraries and loader come along, at their paths.
copy_with_libraries() {
  local library
  cp "$1" "$2/usr/bin/"
  ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$2$(dirname "$library")"
    cp -L "$library" "$2$library"
  done
}

tools_status() {
  local name version
  while read -r name _ version _; do
    if tool_is_built "$name" "$version"; then
      printf 'tool       %-10s %s\n' "$name" "$version"
    else
      printf 'tool       %-10s absent (script/testbed tools builds it)\n' "$name"
    fi
  done < <(listed_tools)
}
