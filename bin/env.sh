# shellcheck shell=bash
# Sourced by the other scripts: where things are.

# shellcheck disable=SC2034 # Used by those.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/greenroom
TOOLS=$CACHE/tools

export PATH="$TOOLS/bin:$TOOLS/node_modules/.bin:$PATH"

# Checkouts share what cargo compiles, so that a fresh clone finds its
# dependencies there. Its own crates are kept apart by the wrapper: cargo goes by
# the age of files, and would take the crates of another checkout for its own.
export CARGO_BUILD_BUILD_DIR=${CARGO_BUILD_BUILD_DIR:-$CACHE/build}
export RUSTC_WORKSPACE_WRAPPER=$ROOT/bin/setup.d/rustc

fail() {
  echo "$*" >&2
  exit 1
}

# Are all these programs there?
there() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || return 1
  done
}

# Programs that aren't for use, into target/debug: as the Rust tests leave them. Built one by one, each would have what it
# stands on compiled anew, because another program asks for more of the same crate.
build_programs() {
  cargo test --quiet --workspace --no-run
}

# Lets one script at a time install or build, until it ends. What may leave a
# process behind is called with 9>&-. Where there is no flock (macOS), cargo's
# own locks have to do.
one_at_a_time() {
  there flock || return 0
  mkdir -p "$CACHE"
  exec 9>"$CACHE/lock"
  flock --nonblock 9 && return 0
  echo "Waiting until another script of Greenroom has installed or built."
  flock 9
}
