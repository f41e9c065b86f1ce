import fs from "node:fs";
import path from "node:path";
import type { FullResult, Reporter, Suite, TestCase } from "@playwright/test/reporter";

const SPEC = "report.spec.ts";
const TABLE = new URL("../../docs/testing.md", import.meta.url);

/**
 * After a run with tests/report.spec.ts, prints what it found as a table: its groups
 * are the areas, its tests the rows. A row passes if it does wherever it is told.
 */
export default class Report implements Reporter {
  private suite?: Suite;

  onBegin(_config: unknown, suite: Suite): void {
    this.suite = suite;
  }

  async onEnd({ status }: FullResult): Promise<{ status: FullResult["status"] } | undefined> {
    const tests = this.suite?.allTests().filter(({ location }) => path.basename(location.file) === SPEC) ?? [];
    const rows = [...table(tests)].map(([row, passed]) => `| ${row} | ${passed ? "PASS" : "FAIL"} |`);
    if (rows.length === 0) return undefined;
    console.log(["", "| area | row | result |", "|---|---|---|", ...rows, ""].join("\n"));

    const shown = fs.readFileSync(TABLE, "utf8").split("\n");
    const unlike = rows.filter((row) => !shown.includes(row));
    if (unlike.length === 0) return undefined;
    console.log(`docs/testing.md doesn't say so:\n${unlike.join("\n")}\n`);
    return { status: status === "passed" ? "failed" : status };
  }
}

function table(tests: TestCase[]): Map<string, boolean> {
  const rows = new Map<string, boolean>();
  for (const test of tests) {
    const row = `${test.parent.title} | ${test.title}`;
    // One that was skipped, or didn't get its turn, hasn't passed.
    rows.set(row, (rows.get(row) ?? true) && test.outcome() === "expected");
  }
  return rows;
}
