# shellcheck shell=bash
# nginx and HAProxy: the tests start their own in front of a site, so none needs to run.

# Debian installs them in folders that only root's PATH contains.
gateway() {
  PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "$1"
}

have_nginx() {
  gateway nginx >/dev/null
}

about_nginx() {
  echo "nginx, as the system's package (some seconds); no server is left running"
}

get_nginx() {
  install_without_service nginx
}

have_haproxy() {
  gateway haproxy >/dev/null
}

about_haproxy() {
  echo "HAProxy, as the system's package (some seconds); no server is left running"
}

get_haproxy() {
  install_without_service haproxy
}

# install_without_service NAME [MORE]: installs a service and further packages, without starting it. Debian's packages
# start their services at installation and at boot unless a policy forbids it; other systems' packages don't.
install_without_service() {
  local name=$1 more=${2:-} policy=/usr/sbin/policy-rc.d ours=0 status=0
  there apt-get || {
    install_package "$name" "$name" "$name" "$name"
    return
  }
  if [ ! -e $policy ]; then
    ours=1
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod +x $policy
  fi
  install_package "$name $more" - - - && keep_from_starting "$name" || status=1
  [ $ours -eq 0 ] || as_root rm $policy
  return $status
}

# Disables the start at boot. update-rc.d doesn't know services that have only a systemd unit.
keep_from_starting() {
  if [ -e "/etc/init.d/$1" ]; then
    as_root update-rc.d "$1" disable
  elif there systemctl; then
    as_root systemctl disable "$1"
  fi
}
