# shellcheck shell=bash
# Tools and packages from npm.

BINARYEN=132.0.0

# The oldest version that supports all WASM features that rustc emits.
WASM_OPT=123

have_wasm_opt() {
  # "wasm-opt version 132 (version_132)"
  at_least $WASM_OPT "$(wasm-opt --version 2>/dev/null | awk '{ print $3 }')"
}

about_wasm_opt() {
  echo "binaryen $BINARYEN from npm, for wasm-opt (some seconds)"
}

get_wasm_opt() {
  npm install --prefix "$TOOLS" --no-audit --no-fund "binaryen@$BINARYEN"
}

# Whether the folder was installed from this lock file: npm ci empties it first, so a copy of the lock file inside is proof.
have_node_modules() {
  cmp -s "$ROOT/end2end/package-lock.json" "$ROOT/end2end/node_modules/.installed-lock.json"
}

about_node_modules() {
  echo "Playwright, OpenAPI linters and the other packages of end2end/package.json, from npm (half a minute)"
}

# Without install scripts: no package needs one, and that of @scarf/scarf, which Spectral depends on, reports the
# installation to its vendor.
get_node_modules() {
  npm ci --prefix "$ROOT/end2end" --prefer-offline --no-audit --no-fund --ignore-scripts
  cp "$ROOT/end2end/package-lock.json" "$ROOT/end2end/node_modules/.installed-lock.json"
}
