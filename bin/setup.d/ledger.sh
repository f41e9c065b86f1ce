# shellcheck shell=bash
# What the ledger breaks sites with, beside their databases and bus: a wrong clock, a disk whose power fails.

have_faketime() {
  local library
  for library in /usr/lib/faketime /usr/lib/*/faketime /usr/lib64/faketime /usr/local/lib/faketime; do
    [ ! -e "$library/libfaketimeMT.so.1" ] || return 0
  done
  return 1
}

about_faketime() {
  echo "libfaketime, as the system's package, for clocks that are wrong (some seconds)"
}

get_faketime() {
  install_package libfaketime libfaketime libfaketime libfaketime
}

# Root mounts by itself. Whether the kernel knows FUSE shows in the test.
have_fuse() {
  [ "$(id -u)" -eq 0 ] || there fusermount3
}

about_fuse() {
  echo "fuse3, as the system's package, for a disk whose power fails (some seconds)"
}

get_fuse() {
  install_package fuse3 fuse3 fuse3 macfuse
}
