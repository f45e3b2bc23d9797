# shellcheck shell=bash disable=SC2154,SC2034 # the parts share variables; script/testbed sources them all
# Debian packages, fetched and unpacked into the bed's own folders: the machine's apt and dpkg stay as they are.

packages=$home/packages
foreign_root=$home/root-arm64

distribution() (
  # shellcheck source=/dev/null
  source /etc/os-release 2>/dev/null && printf '%s\n' "${ID-} ${VERSION_CODENAME-}"
)

# Debian's engine packages come from sid, because stable's have no containerd image store worth testing against.
# They need no more of the machine than a glibc of 2.34. sid moves, so trixie stands in where they do not run.
# Ubuntu has no such suite; its own packages have to do.
newest_suites() {
  local id codename
  read -r id codename < <(distribution)
  case "$id" in
    debian) printf 'sid\ntrixie\n' ;;
    ubuntu) printf '%s\n' "$codename" ;;
    *) return 1 ;;
  esac
}

# The machine's own mirror: the place its sources name for its own suite. `--print-uris` answers from the sources
# alone, so no package list is needed; a mirror also has the suite's `-updates`, which other vendors' places have not.
mirror() {
  local codename=$1 places
  places=$(apt-get -o "Dir::State::Lists=$packages/none" --print-uris update 2>/dev/null |
    sed -n "s|^'\(.*\)/dists/\([^/']*\)/InRelease' .*|\2 \1|p")
  {
    awk -v suite="$codename" '$1 == suite "-updates" { print $2 }' <<<"$places"
    awk -v suite="$codename" '$1 == suite { print $2 }' <<<"$places"
  } | head -n 1
}

# apt-get with the bed's folders instead of the machine's.
private_apt() {
  apt-get -q=2 \
    -o "Dir::Etc::SourceList=$packages/testbed.sources" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$packages/lists" -o "Dir::Cache=$packages/cache" \
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
    -o Acquire::Retries=3 -o "APT::Sandbox::User=$(id -un)" "$@"
}

write_sources() {
  local id codename uri keyring suite
  read -r id codename < <(distribution)
  uri=$(mirror "$codename")
  [[ -n $uri ]] ||
    die "the apt sources of this machine name no mirror of $id $codename" "add the distribution's own to /etc/apt"
  keyring=/usr/share/keyrings/$id-archive-keyring.gpg
  for suite in $(printf '%s\n' "$codename" "$1" | sort -u); do
    printf 'Types: deb\nURIs: %s\nSuites: %s\n' "$uri" "$suite"
    if [[ $id == debian ]]; then printf 'Components: main\n'; else printf 'Components: main universe\n'; fi
    # arm64 is wanted of one package, for the base image, and Ubuntu keeps it elsewhere.
    if [[ $id == debian && $suite == "$codename" ]]; then
      printf 'Architectures: amd64 arm64\n'
    else
      printf 'Architectures: %s\n' "$(dpkg --print-architecture)"
    fi
    if [[ -e $keyring ]]; then printf 'Signed-By: %s\n' "$keyring"; fi
    printf '\n'
  done >"$packages/testbed.sources"
}

# Package lists are fetched once for each run of the script, and only when something has to be downloaded. Unless told
# that any failure counts, apt calls an update without a network a success.
lists_of=
refresh_lists() {
  [[ $lists_of != "$1" ]] || return 0
  mkdir -p "$packages/lists/partial" "$packages/cache/archives/partial"
  write_sources "$1"
  say "fetching package lists ($1)"
  private_apt -o APT::Update::Error-Mode=any update >"$logs/apt.log" 2>&1 || {
    tail -n 5 "$logs/apt.log" >&2
    die 'the package lists cannot be fetched' 'is the mirror of /etc/apt reachable from here?'
  }
  lists_of=$1
}

# By the next download they would be stale.
drop_lists() { rm -rf "${packages:?}/lists" "$packages/cache"; }

# unpack_set SET PACKAGE...: downloads to packages/SET and unpacks; packages of arm64 go to a root of their own.
unpack_set() {
  local set=$1 file
  shift
  rm -rf "${packages:?}/$set"
  mkdir -p "$packages/$set" "$root" "$foreign_root"
  say "downloading $*"
  (cd "$packages/$set" && private_apt download "$@" >>"$logs/apt.log" 2>&1) || {
    tail -n 5 "$logs/apt.log" >&2
    return 1
  }
  for file in "$packages/$set"/*.deb; do
    if [[ $file == *_arm64.deb && $(dpkg --print-architecture) != arm64 ]]; then
      printf '%s\0%s\0' "$file" "$foreign_root"
    else
      printf '%s\0%s\0' "$file" "$root"
    fi
  done | xargs -0 -n 2 -P 2 dpkg-deb -x
}

# ensure_packages SET CHECK SPEC...: a SPEC is a package with `@` for the newest suite or `=` for the machine's own;
# `a@|b=` takes the first that the mirror has, and a spec that ends in `|` may be missing.
ensure_packages() {
  local set=$1 check=$2 suite wanted
  shift 2
  [[ $(cat "$root/.$set" 2>/dev/null) != "$*" ]] || return 0
  for suite in $(newest_suites); do
    refresh_lists "$suite"
    mapfile -t wanted < <(choose_packages "$suite" "$@")
    if unpack_set "$set" "${wanted[@]}" && "$check"; then
      printf '%s\n' "$*" >"$root/.$set"
      return 0
    fi
    say "the packages of $suite are not to be had or do not run here"
  done
  return 1
}

choose_packages() {
  local newest=$1 codename spec choice choices
  read -r _ codename < <(distribution)
  shift
  for spec in "$@"; do
    IFS='|' read -ra choices <<<"$spec"
    for choice in "${choices[@]}"; do
      choice=${choice/%@/"/$newest"}
      choice=${choice/%=/"/$codename"}
      if [[ $spec != *'|'* ]] || private_apt download --print-uris "$choice" >/dev/null 2>&1; then
        printf '%s\n' "$choice"
        break
      fi
    done
  done
}

# The first of the given paths below the unpacked root that exists: packages moved from /bin to /usr/bin over time.
unpacked() {
  local path
  for path in "$@"; do
    if [[ -e $path ]]; then
      printf '%s\n' "$path"
      return 0
    fi
  done
  return 1
}

require_debian() {
  if newest_suites >/dev/null && command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then return 0; fi
  die 'no Docker engine answers, and only on Debian and Ubuntu can the bed set one up' \
    'start Docker (is DOCKER_HOST right?) and try again'
}

# docker and crane for whoever uses the bed; docker-registry and runc for tests that start a registry or a buildkitd of
# their own.
link_programs() {
  local program path
  for program in docker crane docker-registry runc; do
    path=$(unpacked "$root/usr/bin/$program" "$root/usr/sbin/$program") || continue
    ln -sfn "$path" "$bin/$program"
  done
}

# What every bed wants beside an engine. crane is a convenience that Debian's stable suites and Ubuntu lack. QEMU's
# static programs are moving from qemu-user-static to qemu-user; Ubuntu may be on either side of it. Only Debian's
# mirror has both architectures.
ensure_companions() {
  local id wanted=(docker-registry@ busybox-static= 'crane@|')
  read -r id _ < <(distribution)
  if [[ $id == debian ]]; then
    wanted+=(busybox-static:arm64= qemu-user@)
  elif [[ $(id -u) == 0 ]]; then
    wanted+=(qemu-user-static= 'qemu-user=|')
  fi
  ensure_packages companions companions_run "${wanted[@]}" && link_programs
}

companions_run() {
  "$root/usr/bin/docker-registry" --version >/dev/null 2>&1 && "$(busybox)" true
}

busybox() { unpacked "$root/usr/bin/busybox" "$root/bin/busybox"; }
