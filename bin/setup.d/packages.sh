# shellcheck shell=bash
# The system's own package manager.

# Runs a command as root, without the lock of one_at_a_time: a service that it starts would keep holding it.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@" 9>&-
  elif there sudo; then
    sudo "$@"
  else
    fail "This needs root, and there is no sudo. Please run as root: $*"
  fi
}

# install_package APT DNF PACMAN BREW: the package names for each package manager, separated by spaces.
install_package() {
  local apt dnf pacman brew
  read -ra apt <<<"$1"
  read -ra dnf <<<"$2"
  read -ra pacman <<<"$3"
  read -ra brew <<<"$4"
  if there apt-get; then
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${apt[@]}"
  elif there dnf; then
    as_root dnf install -y "${dnf[@]}"
  elif there pacman; then
    as_root pacman -S --needed --noconfirm "${pacman[@]}"
  elif there brew; then
    brew install "${brew[@]}"
  else
    fail "No supported package manager was found (apt, dnf, pacman, brew). Please install, under the name it has on this system: $1"
  fi
}
