# shellcheck shell=bash
# What comes from npm.

BINARYEN=132.0.0

# The oldest that knows all that Rust's compiler puts into WASM.
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

# Installed by this lock file? npm ci empties the folder first, so a copy in it tells.
have_node_modules() {
  cmp -s "$ROOT/end2end/package-lock.json" "$ROOT/end2end/node_modules/.installed-lock.json"
}

about_node_modules() {
  echo "Playwright and what else end2end/package.json names, from npm (some seconds)"
}

get_node_modules() {
  npm ci --prefix "$ROOT/end2end" --prefer-offline --no-audit --no-fund
  cp "$ROOT/end2end/package-lock.json" "$ROOT/end2end/node_modules/.installed-lock.json"
}
