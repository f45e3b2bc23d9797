# shellcheck shell=bash disable=SC2154,SC2034 # the parts share variables; script/testbed sources them all
# arm64 under QEMU: the kernel's binfmt_misc hands arm64 programs to qemu-aarch64.

binfmt=/proc/sys/fs/binfmt_misc

# Registered under any name: Debian says qemu-aarch64, as do others, but what counts is the ELF machine 0xb7.
emulation_registered() {
  [[ $(uname -m) == aarch64 ]] || grep -qs '^magic 7f454c460201010000000000000000000200b7' "$binfmt"/*
}

# The header of an ELF executable for AArch64 and the mask for it, as in QEMU's scripts/qemu-binfmt-conf.sh.
# O: opened by the kernel, P: argv[0] is kept, F: opened now, so that it works inside containers too.
register_emulation() {
  local interpreter=$1
  local magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
  local mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
  printf ':qemu-aarch64:M::%s:%s:%s:OPF' "$magic" "$mask" "$interpreter" >"$binfmt/register"
}

ensure_emulation() {
  local interpreter
  if emulation_registered; then return 0; fi
  if [[ $(id -u) != 0 ]] || ! interpreter=$(emulator); then
    ensure_foreign_emulation
    return
  fi
  say 'registering QEMU for arm64'
  if [[ ! -e $binfmt/register ]]; then
    mount -t binfmt_misc binfmt_misc "$binfmt" ||
      die 'binfmt_misc cannot be mounted' 'is this a container without privileges?'
    touch "$run/binfmt.mounted"
  fi
  register_emulation "$interpreter"
  touch "$run/binfmt.registered"
}

# QEMU keeps argv[0] apart when its own name ends in -binfmt-P, hence the link. The static program has had two names.
emulator() {
  local qemu link=$bin/qemu-aarch64-binfmt-P
  qemu=$(unpacked "$root/usr/bin/qemu-aarch64-static" "$root/usr/bin/qemu-aarch64") || return 1
  ln -sfn "$(readlink -f "$qemu")" "$link"
  printf '%s\n' "$link"
}

# Where there is no package or no root, a privileged container can register it. If that fails too, the image of
# BuildKit brings an emulator along.
ensure_foreign_emulation() {
  say 'registering QEMU for arm64 with the image tonistiigi/binfmt'
  docker run --privileged --rm tonistiigi/binfmt --install arm64 >"$logs/binfmt.log" 2>&1 ||
    say "that failed; the builder has to bring its own emulator (see $logs/binfmt.log)"
}

stop_emulation() {
  if [[ -e $run/binfmt.registered ]]; then
    if [[ -e $binfmt/qemu-aarch64 ]]; then echo -1 >"$binfmt/qemu-aarch64"; fi
    rm -f "$run/binfmt.registered"
  fi
  if [[ -e $run/binfmt.mounted ]]; then
    umount "$binfmt" 2>/dev/null || true
    rm -f "$run/binfmt.mounted"
  fi
}

emulation_status() {
  if emulation_registered; then
    printf 'arm64      %s\n' "$(if [[ $(uname -m) == aarch64 ]]; then echo native; else echo 'QEMU, registered'; fi)"
  elif has_engine && ! engine_is_own && docker buildx inspect "$foreign_builder" 2>/dev/null | grep -q linux/arm64; then
    printf 'arm64      QEMU, inside the builder\n'
  else
    printf 'arm64      no emulator registered\n'
    return 1
  fi
}
