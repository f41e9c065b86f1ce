# shellcheck shell=bash
# What fault injection needs besides databases and bus: a wrong clock, and a disk that loses unflushed writes.

have_faketime() {
  local library
  for library in /usr/lib/faketime /usr/lib/*/faketime /usr/lib64/faketime /usr/local/lib/faketime; do
    [ ! -e "$library/libfaketimeMT.so.1" ] || return 0
  done
  return 1
}

about_faketime() {
  echo "libfaketime, as the system's package, to run nodes with a wrong clock (some seconds)"
}

get_faketime() {
  install_package libfaketime libfaketime libfaketime libfaketime
}

# Root can mount without fusermount3. Whether the kernel supports FUSE shows in the test.
have_fuse() {
  [ "$(id -u)" -eq 0 ] || there fusermount3
}

about_fuse() {
  echo "fuse3, as the system's package, to simulate power loss of a disk (some seconds)"
}

get_fuse() {
  install_package fuse3 fuse3 fuse3 macfuse
}
