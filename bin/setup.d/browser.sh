# shellcheck shell=bash
# A browser for Playwright: from CHROMIUM_PATH, the system's, or one that Playwright downloaded. A headless shell runs
# the same tests in half the time.

system_browser() {
  local app="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
  if [ -n "${CHROMIUM_PATH:-}" ]; then
    echo "$CHROMIUM_PATH"
  elif [ -x "$app" ]; then
    echo "$app"
  else
    command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome
  fi
}

playwrights_browser() {
  (cd "$ROOT/end2end" && node -e '
    const { chromium } = require("@playwright/test");
    process.exit(require("fs").existsSync(chromium.executablePath()) ? 0 : 1);
  ' 2>/dev/null)
}

have_browser() {
  [ -x "$(system_browser)" ] || playwrights_browser
}

about_browser() {
  echo "Chromium, by Playwright or as the system's package (a minute)"
}

get_browser() {
  [ -z "${CHROMIUM_PATH:-}" ] || fail "CHROMIUM_PATH is not an executable: $CHROMIUM_PATH"
  (cd "$ROOT/end2end" && node_modules/.bin/playwright install chromium) ||
    { there apt-get && install_package chromium-headless-shell "" "" ""; } ||
    install_package chromium chromium chromium "--cask chromium"
}
