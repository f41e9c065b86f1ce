# shellcheck shell=bash
# The peers of the benchmark.

have_nchan() {
  have_nginx && [ -e "$(nginx_modules)/ngx_nchan_module.so" ]
}

about_nchan() {
  echo "nginx with nchan, as the system's package (some seconds); no server is left running"
}

get_nchan() {
  there apt-get || fail "Only Debian's packages have nchan. Please install nginx with nchan as a dynamic module."
  install_without_service nginx libnginx-mod-nchan
}

nginx_modules() {
  local given
  given=$("$(gateway nginx)" -V 2>&1 | tr ' ' '\n' | sed -n 's/^--modules-path=//p')
  echo "${given:-/usr/lib/nginx/modules}"
}

have_next() {
  cmp -s "$ROOT/bench/peers/next/package-lock.json" "$ROOT/bench/peers/next/node_modules/.installed-lock.json"
}

about_next() {
  echo "Next.js, from npm (some seconds)"
}

get_next() {
  npm ci --prefix "$ROOT/bench/peers/next" --prefer-offline --no-audit --no-fund
  cp "$ROOT/bench/peers/next/package-lock.json" "$ROOT/bench/peers/next/node_modules/.installed-lock.json"
}

# Pins each side to a core of its own.
have_taskset() {
  there taskset
}

about_taskset() {
  echo "taskset, of util-linux, as the system's package (some seconds)"
}

get_taskset() {
  install_package util-linux util-linux util-linux util-linux
}
