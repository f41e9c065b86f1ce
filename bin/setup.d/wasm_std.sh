# shellcheck shell=bash
# Rust's standard library for the browser.

WASM=wasm32-unknown-unknown

# Compiles and links an empty crate, because a library left over from an older rustc doesn't work.
have_wasm_std() {
  local scratch works=0
  scratch=$(mktemp -d)
  echo | rustc --target $WASM --crate-type cdylib -o "$scratch/empty.wasm" - 2>/dev/null || works=1
  rm -rf "$scratch"
  return $works
}

about_wasm_std() {
  echo "Rust's standard library for $WASM (some seconds; about a minute where it has to be compiled)"
}

get_wasm_std() {
  if ! there rustup; then
    install_package libstd-rust-dev-wasm32 rust-std-static-$WASM rust-wasm rustup
  elif ! rustup target add $WASM; then
    echo "rustup can't download it here: compiling it from source."
    wasm_std_from_source
  fi
}

# Compiles an empty crate together with the standard library, and stores the
# libraries where rustup would have put them.
wasm_std_from_source() {
  local scratch=$CACHE/wasm_std rustlib
  rm -rf "$scratch"
  rustlib=$(rustc --print sysroot)/lib/rustlib
  # Where cargo looks for the sources. They are removed afterwards, because
  # rustup refuses to install its own over them.
  if [ ! -d "$rustlib/src/rust/library" ]; then
    fetch_rust_src "$scratch" "$(rustc --version | awk '{ print $2 }')"
    trap 'rm -rf "$(rustc --print sysroot)/lib/rustlib/src/rust/library"' EXIT
    mkdir -p "$rustlib/src/rust"
    mv "$scratch"/unpacked/usr/src/rustc-*/library "$rustlib/src/rust/library"
  fi
  build_wasm_std "$scratch"
  rm -rf "${rustlib:?}/$WASM"
  mkdir -p "$rustlib/$WASM/lib"
  cp "$scratch/empty/target/$WASM"/release/deps/*.rlib "$rustlib/$WASM/lib/"
  rm -rf "$scratch"
}

build_wasm_std() {
  mkdir -p "$1/empty/src"
  printf '[package]\nname = "empty"\nedition = "2024"\n' >"$1/empty/Cargo.toml"
  touch "$1/empty/src/lib.rs"
  RUSTC_BOOTSTRAP=1 cargo build --quiet --release -Zbuild-std=std,panic_abort --target $WASM \
    --manifest-path "$1/empty/Cargo.toml" --target-dir "$1/empty/target"
}

# Downloads the sources of exactly this rustc from Debian's suites, with package
# lists of its own: the system's package sources stay unchanged.
fetch_rust_src() {
  local scratch=$1 version=$2 mirror suite found apt_options
  there apt-get dpkg-deb ||
    fail "Rust's sources are taken from Debian's packages, and this system has no apt. Please make 'rustup target add $WASM' work."
  # shellcheck disable=SC2016 # apt expands it.
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
  [ -n "$mirror" ] || fail "No Debian mirror is among this system's package sources. Please make 'rustup target add $WASM' work."
  mkdir -p "$scratch"/{sources,lists/partial,cache/archives/partial}
  apt_options=(
    -oDir::Etc::SourceList=/dev/null -oDir::Etc::SourceParts="$scratch/sources"
    -oDir::State::Lists="$scratch/lists" -oDir::Cache="$scratch/cache" -oAPT::Sandbox::User=
  )
  for suite in trixie-backports stable-backports testing unstable; do
    cat >"$scratch/sources/debian.sources" <<EOF
Types: deb
URIs: $mirror
Suites: $suite
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
EOF
    apt-get "${apt_options[@]}" update -qq || continue
    found=$(apt-cache "${apt_options[@]}" madison rust-src | awk -v v="$version" 'index($3, v "+") == 1 { print $3; exit }')
    [ -n "$found" ] || continue
    (cd "$scratch" && apt-get "${apt_options[@]}" -qq download "rust-src=$found")
    dpkg-deb -x "$scratch"/rust-src_*.deb "$scratch/unpacked"
    return
  done
  fail "Debian no longer has the package rust-src $version. TOOLCHAIN.md lists the alternatives."
}
