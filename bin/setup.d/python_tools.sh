# shellcheck shell=bash
# schemathesis from PyPI, which tests the HTTP API against its OpenAPI document.

PYTHON=3.10
SCHEMATHESIS=4.32.5

have_schemathesis() {
  [ "$("$TOOLS/python/bin/schemathesis" --version 2>/dev/null)" = "schemathesis, version $SCHEMATHESIS" ]
}

about_schemathesis() {
  echo "schemathesis $SCHEMATHESIS from PyPI, into a folder of its own (half a minute)"
}

get_schemathesis() {
  python_works || install_package "python3 python3-venv" python3 python python3
  make_venv || fail "A Python environment can't be made: please install Python $PYTHON or newer with its module venv."
  "$TOOLS/python/bin/python" -m pip install --quiet --disable-pip-version-check "schemathesis==$SCHEMATHESIS"
}

# Whether venv works: Debian's Python lacks ensurepip, and fails only when an environment is created.
python_works() {
  local scratch works=0
  scratch=$(mktemp -d)
  python3 -m venv "$scratch/venv" >/dev/null 2>&1 || works=1
  rm -rf "$scratch"
  return $works
}

make_venv() {
  at_least "$PYTHON" "$(python3 -c 'import platform; print(platform.python_version())')" &&
    python3 -m venv --clear "$TOOLS/python"
}
