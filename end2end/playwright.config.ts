import { defineConfig, devices } from "@playwright/test";

// bin/test sets this where Playwright has no browser of its own. A system browser may run as root in a container, and
// must connect to nothing but the site.
const executablePath = process.env.CHROMIUM_PATH;
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// Tests run with JavaScript and without, unless tagged: @js needs JavaScript, @no-js must not have it, and @once
// doesn't depend on it. The tests in tests/api use no browser at all.
const api = "api/**";

export default defineConfig({
  testDir: "tests",
  outputDir: "../target/playwright",
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  // Processors round the edges of glyphs differently.
  expect: { timeout: 10_000, toHaveScreenshot: { animations: "disabled", caret: "hide", maxDiffPixelRatio: 0.002 } },
  snapshotPathTemplate: "{testDir}/../screenshots/{arg}{ext}",
  reporter: [["list"], ["json", { outputFile: "../target/playwright.json" }], ["./support/report.ts"]],
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1440, height: 720 },
    locale: "en-GB",
    timezoneId: "Africa/Nairobi",
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: executablePath ? { executablePath, args } : {},
  },
  projects: [
    { name: "with-javascript", testIgnore: api, grepInvert: /@no-js/ },
    { name: "without-javascript", testIgnore: api, grepInvert: /@js|@once/, use: { javaScriptEnabled: false } },
    { name: "api", testMatch: api },
  ],
});
