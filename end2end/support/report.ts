import fs from "node:fs";
import path from "node:path";
import type { FullResult, Reporter, Suite, TestCase } from "@playwright/test/reporter";

const SPEC = "report.spec.ts";
const TABLE = new URL("../../docs/testing.md", import.meta.url);

/**
 * Prints the results of tests/report.spec.ts as a table: its describe blocks are the areas, its tests the rows. A row
 * passes if it passes in all projects that run it.
 */
export default class Report implements Reporter {
  private suite?: Suite;

  onBegin(_config: unknown, suite: Suite): void {
    this.suite = suite;
  }

  async onEnd({ status }: FullResult): Promise<{ status: FullResult["status"] } | undefined> {
    const tests = this.suite?.allTests().filter(({ location }) => path.basename(location.file) === SPEC) ?? [];
    const rows = [...collectRows(tests)].map(([row, passed]) => `| ${row} | ${passed ? "PASS" : "FAIL"} |`);
    if (rows.length === 0) return undefined;
    console.log(["", "| area | row | result |", "|---|---|---|", ...rows, ""].join("\n"));

    const shown = fs.readFileSync(TABLE, "utf8").split("\n");
    const missing = rows.filter((row) => !shown.includes(row));
    if (missing.length === 0) return undefined;
    console.log(`docs/testing.md doesn't list these rows:\n${missing.join("\n")}\n`);
    return { status: status === "passed" ? "failed" : status };
  }
}

function collectRows(tests: TestCase[]): Map<string, boolean> {
  const rows = new Map<string, boolean>();
  for (const test of tests) {
    const row = `${test.parent.title} | ${test.title}`;
    // Skipped tests, and tests that didn't run, count as failed.
    rows.set(row, (rows.get(row) ?? true) && test.outcome() === "expected");
  }
  return rows;
}
