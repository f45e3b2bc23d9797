# shellcheck shell=bash disable=SC2154,SC2034 # the parts share variables; script/testbed sources them all
# Where the bed keeps its things, how it speaks, and how it keeps background processes. Sourced by script/testbed.

home=${STRATA_TESTBED_HOME:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/strata-testbed}
mkdir -p "$home"
home=$(readlink -f "$home")
# Short and distinct per home: names what cannot live inside the home, such as a network bridge.
home_id=$(printf '%s' "$home" | cksum | cut -d ' ' -f 1)

# Sockets go into `run`, and a socket's path may have no more than 107 bytes (unix(7)).
run=$home/run
if ((${#run} > 60)); then run=/run/strata-testbed-$home_id; fi
logs=$home/log
bin=$home/bin
root=$home/root
tools=$home/tools/bin
caller_path=$PATH

say() { printf 'testbed: %s\n' "$*" >&2; }

# die REASON REMEDY
die() {
  explained=1
  printf 'testbed: %s\n' "$1" >&2
  printf '         %s\n' "$2" >&2
  exit 1
}

# Strict mode ends the script without a word; that should not look like success. 141: nobody reads the output any more.
explained=
explain_exit() {
  local code=$?
  if ((code != 0 && code != 141)) && [[ -z $explained ]]; then
    say "ended by a failure it did not expect (exit $code); bash -x script/testbed … shows which"
  fi
}
trap explain_exit EXIT

export_line() { printf "export %s='%s'\n" "$1" "${2//\'/\'\\\'\'}"; }

# Held until the script exits. Background processes must not inherit it, hence the 9>&- in launch.
take_lock() {
  exec 9>"$1"
  flock --wait 600 9 || die "another script/testbed has held $1 for ten minutes" 'end it, or wait, and try again'
}

# Process ids and sockets of before a reboot mean nothing, and a process id may belong to somebody else by now.
forget_previous_boot() {
  local boot
  boot=$(cat /proc/sys/kernel/random/boot_id)
  if [[ -e $run/boot && $(<"$run/boot") != "$boot" ]]; then
    say 'the machine was restarted since the last start; clearing what ran before'
    unmount_below "$run"
    rm -rf "$run"
  fi
  mkdir -p "$run" "$logs" "$bin"
  printf '%s\n' "$boot" >"$run/boot"
}

# An engine that was killed leaves mounts below its folders. Latest first, as they may be mounted on one another; the
# kernel lists them with \040 for a space.
unmount_below() {
  local point points=()
  while read -r _ point _; do
    printf -v point '%b' "$point"
    if [[ $point == "$1"/* ]]; then points=("$point" "${points[@]}"); fi
  done </proc/self/mounts
  for point in "${points[@]}"; do umount --lazy "$point" 2>/dev/null || true; done
}

# launch NAME COMMAND...: in a session of its own and without this shell's streams, so that it outlives the shell.
launch() {
  local name=$1
  shift
  setsid "$@" </dev/null >>"$logs/$name.log" 2>&1 9>&- &
  printf '%s\n' "$!" >"$run/$name.pid"
}

# running NAME WORD: whether the process of run/NAME.pid lives and is ours, which WORD in its command line proves.
running() {
  local pid
  pid=$(cat "$run/$1.pid" 2>/dev/null) || return 1
  [[ -n $pid ]] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$2"
} 2>/dev/null

# terminate NAME WORD: politely, then after 20 s by force.
terminate() {
  local pid tenths=0
  if ! running "$1" "$2"; then
    rm -f "$run/$1.pid"
    return 0
  fi
  pid=$(<"$run/$1.pid")
  say "stopping $1 (process $pid)"
  kill -TERM "$pid" 2>/dev/null || true
  while running "$1" "$2"; do
    ((tenths++ < 200)) || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.1
  done
  rm -f "$run/$1.pid"
}

# await NAME SECONDS CHECK...: until CHECK succeeds; dies with the log's end when the process that launch has just
# started ends or time is up. Whether it lives is asked of the kernel, as the command line of a process that is only
# being started is another's, or empty.
await() {
  local name=$1 tenths=$(($2 * 10)) pid
  shift 2
  pid=$(<"$run/$name.pid")
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$pid" 2>/dev/null || ((tenths-- <= 0)); then
      tail -n 15 "$logs/$name.log" >&2 || true
      die "$name did not come up" "its log is $logs/$name.log"
    fi
    sleep 0.1
  done
}
