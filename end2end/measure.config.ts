import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.ts";

// Measurements whose results depend on the machine, so no part of the tests: npm run measure
export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: "measure.ts",
  workers: 1,
  timeout: 180_000,
  reporter: "list",
  projects: [{ name: "measure" }],
});
