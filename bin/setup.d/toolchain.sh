# shellcheck shell=bash
# The required toolchain (Rust, Node.js, a C compiler), and rustfmt with clippy.

NODE=20.19

# at_least WANTED FOUND: whether version FOUND is WANTED or newer.
at_least() {
  [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

# locked NAME: prints the version of a dependency in Cargo.lock.
locked() {
  awk -v name="$1" '$0 == "name = \"" name "\"" { getline; gsub(/version = |"/, ""); print; exit }' "$ROOT/Cargo.lock"
}

require_toolchain() {
  local rust found
  rust=$(awk -F'"' '/^rust-version/ { print $2; exit }' "$ROOT/Cargo.toml")
  there cargo rustc ||
    fail "Rust is missing: please install Rust $rust or newer, best by rustup, and start again."
  found=$(rustc --version | awk '{ print $2 }')
  at_least "$rust" "$found" ||
    fail "Rust $found is too old: Greenroom needs $rust or newer. With rustup: rustup update stable"

  there node npm ||
    fail "Node.js is missing: please install Node.js $NODE or newer with npm, and start again."
  found=$(node --version)
  at_least "v$NODE" "$found" || fail "Node.js $found is too old: Greenroom needs $NODE or newer."

  there cc make ||
    fail "A C compiler or make is missing. Debian, Ubuntu: apt install build-essential. Fedora: dnf install gcc make. Arch: pacman -S base-devel. macOS: xcode-select --install"
}

have_lints() {
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1
}

about_lints() {
  echo "rustfmt and clippy (some seconds)"
}

get_lints() {
  if there rustup; then
    rustup component add rustfmt clippy
  else
    install_package "rustfmt rust-clippy" "rustfmt clippy" rust rust
  fi
}
