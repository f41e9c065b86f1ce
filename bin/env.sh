# shellcheck shell=bash
# Sourced by the other scripts: paths and shared functions.

# shellcheck disable=SC2034 # Used by the other scripts.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/greenroom
TOOLS=$CACHE/tools

export PATH="$TOOLS/bin:$TOOLS/node_modules/.bin:$PATH"

# Checkouts share cargo's build folder, so that a fresh clone finds its
# dependencies compiled. The wrapper's path keeps workspace crates apart: cargo
# compares file times, and would reuse the crates of another checkout.
export CARGO_BUILD_BUILD_DIR=${CARGO_BUILD_BUILD_DIR:-$CACHE/build}
export RUSTC_WORKSPACE_WRAPPER=$ROOT/bin/setup.d/rustc

fail() {
  echo "$*" >&2
  exit 1
}

# there PROGRAM...: whether all these programs are on PATH.
there() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || return 1
  done
}

# require_space GIGABYTES: a full disk makes compilers, databases and browsers fail in ways that don't name it.
require_space() {
  mkdir -p "$CACHE"
  local free
  free=$(df -Pk "$CACHE" | awk 'NR == 2 { print int($4 / 1048576) }')
  [ "$free" -ge "$1" ] || fail "$CACHE has $free GB of free space, but $1 GB are needed. Deleting $CACHE/build frees what earlier builds left."
}

# Builds all debug programs into target/debug, as the Rust tests do. Built one by one, each would recompile shared
# dependencies, because cargo unifies their features per build.
build_programs() {
  cargo test --quiet --workspace --no-run
}

# Lets only one script at a time install or build, until it exits. A command that may
# leave a background process is called with 9>&-, so that the process doesn't hold the
# lock. Without flock (macOS), only cargo's own locks apply.
one_at_a_time() {
  there flock || return 0
  mkdir -p "$CACHE"
  exec 9>"$CACHE/lock"
  flock --nonblock 9 && return 0
  echo "Waiting for another Greenroom script that installs or builds."
  flock 9
}
