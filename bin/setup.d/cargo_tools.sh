# shellcheck shell=bash
# cargo-leptos, which builds server and WASM together, and wasm-bindgen, which it calls, with the program that runs
# tests of WASM under Node.js.

CARGO_LEPTOS=0.3.10

# Unoptimised tools compile in half the time. Optimised is what processes the whole site: its compression, and
# wasm-bindgen, which bin/dev runs after every change of the program.
DEBUG_BUILD=(--debug --config 'profile.dev.debug=false')

have_cargo_leptos() {
  [ "$(cargo-leptos --version 2>/dev/null)" = "cargo-leptos $CARGO_LEPTOS" ]
}

about_cargo_leptos() {
  echo "cargo-leptos $CARGO_LEPTOS (6 minutes on two cores where it has to be compiled)"
}

get_cargo_leptos() {
  prebuilt "cargo-leptos@$CARGO_LEPTOS" ||
    cargo install --root "$TOOLS" "cargo-leptos@$CARGO_LEPTOS" --locked "${DEBUG_BUILD[@]}" \
      --config 'profile.dev.package.brotli.opt-level=3' \
      --config 'profile.dev.package.miniz_oxide.opt-level=3'
}

# Their version must equal that of the library in Cargo.lock.
have_wasm_bindgen() {
  local program
  for program in wasm-bindgen wasm-bindgen-test-runner; do
    [ "$($program --version 2>/dev/null)" = "$program $(locked wasm-bindgen)" ] || return 1
  done
}

about_wasm_bindgen() {
  echo "wasm-bindgen-cli $(locked wasm-bindgen) (3 minutes on two cores where it has to be compiled)"
}

# Without --locked: its lock file may name crates that a registry mirror does not have yet.
get_wasm_bindgen() {
  prebuilt "wasm-bindgen-cli@$(locked wasm-bindgen)" ||
    cargo install --root "$TOOLS" "wasm-bindgen-cli@$(locked wasm-bindgen)" \
      --bin wasm-bindgen --bin wasm-bindgen-test-runner "${DEBUG_BUILD[@]}" \
      --config 'profile.dev.opt-level=1' --config 'profile.dev.package.walrus.opt-level=2'
}

prebuilt() {
  there cargo-binstall &&
    cargo binstall --no-confirm --root "$TOOLS" --disable-strategies compile "$1"
}
