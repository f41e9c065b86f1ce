# shellcheck shell=bash
# Browsers with other engines: Firefox, and WebKit as WebKitGTK on a virtual display. The tests start them.

have_firefox() {
  there firefox-esr || there firefox
}

about_firefox() {
  echo "Firefox, as the system's package (some seconds)"
}

get_firefox() {
  install_package firefox-esr firefox firefox "--cask firefox"
}

# WebKitGTK exists on Linux only; elsewhere the tests skip it.
have_webkit() {
  [ "$(uname)" != Linux ] || there WebKitWebDriver Xvfb
}

about_webkit() {
  echo "WebKitGTK with its driver, and Xvfb, as the system's packages (a minute)"
}

get_webkit() {
  install_package "webkit2gtk-driver xvfb" "webkitgtk6.0 webkit2gtk4.1 xorg-x11-server-Xvfb" "webkitgtk-6.0 webkit2gtk-4.1 xorg-server-xvfb" ""
}
