import { defineConfig, devices } from "@playwright/test";

// Given by bin/test where Playwright has no browser of its own. Such a one may
// run as root in a container, and shall reach for nothing but the site.
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

// Every story is told with JavaScript and without, unless its title says that it
// is about what only one of them has: @live needs it, @plain is about its lack.
// What needs no page at all is told @once. Programs are clients without a browser.
const programs = "programs/**";

export default defineConfig({
  testDir: "tests",
  outputDir: "../target/playwright",
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json", { outputFile: "../target/playwright.json" }], ["./support/report.ts"]],
  use: {
    ...devices["Desktop Chrome"],
    locale: "en-GB",
    timezoneId: "Africa/Nairobi",
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: executablePath ? { executablePath, args } : {},
  },
  projects: [
    { name: "with-javascript", testIgnore: programs, grepInvert: /@plain/ },
    { name: "without-javascript", testIgnore: programs, grepInvert: /@live|@once/, use: { javaScriptEnabled: false } },
    { name: "programs", testMatch: programs },
  ],
});
