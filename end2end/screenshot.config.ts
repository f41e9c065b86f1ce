import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.ts";

export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: "screenshot.ts",
  reporter: "list",
  use: { ...tests.use, colorScheme: "light", deviceScaleFactor: 1 },
  projects: [{ name: "screenshot" }],
});
