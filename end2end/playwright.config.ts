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

// Every test runs with JavaScript and without, unless its title says that it
// is about what only one of them has: @live needs it, @plain is about its lack.
export default defineConfig({
  testDir: "tests",
  outputDir: "../target/playwright",
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  retries: 0,
  reporter: [["list"], ["json", { outputFile: "../target/playwright.json" }]],
  use: {
    ...devices["Desktop Chrome"],
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: executablePath ? { executablePath, args } : {},
  },
  projects: [
    { name: "with-javascript", grepInvert: /@plain/ },
    { name: "without-javascript", grepInvert: /@live/, use: { javaScriptEnabled: false } },
  ],
});
