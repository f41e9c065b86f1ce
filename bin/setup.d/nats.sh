# shellcheck shell=bash
# The NATS server: the tests start their own, so none needs to run.

have_nats() {
  gateway nats-server >/dev/null
}

about_nats() {
  echo "nats-server, as the system's package (some seconds); no server is left running"
}

get_nats() {
  install_without_service nats-server
}
