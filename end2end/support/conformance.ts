import { spawn } from "node:child_process";
import fs from "node:fs";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../conformance/stream.mjs", import.meta.url));

/** The outcome of a conformance run: its whole output, the failed checks with their reasons, and the passed ones. */
export type ConformanceResult = { exitCode: number | null; output: string; failed: Map<string, string>; passed: string[] };

/** Runs the conformance program against a site, as a process of its own. */
export async function runConformance(url: string, ...options: string[]): Promise<ConformanceResult> {
  const people = ["contact@eventpro.ke", "sarah.photographer@example.com", "greenroom-demo", "dj.kamau@example.com"];
  const program = spawn(process.execPath, [PROGRAM, url, ...people, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const out of [program.stdout, program.stderr]) out.setEncoding("utf8").on("data", (text) => (output += text));
  const exitCode = await new Promise<number | null>((resolve) => program.once("close", resolve));
  const lines = [...output.matchAll(/^(ok|not ok) \d+ (.*?)(?: # (.*))?$/gm)];
  const results = lines.map(([, verdict, check, reason = ""]) => ({ verdict, check: replacePath(check), reason }));
  return {
    exitCode,
    output,
    failed: new Map(results.filter(({ verdict }) => verdict === "not ok").map(({ check, reason }) => [check, reason])),
    passed: results.filter(({ verdict }) => verdict === "ok").map(({ check }) => check),
  };
}

/** Replaces either path of the stream by PATH, as the README does: the same checks run for both. */
const replacePath = (check: string) => check.replace(/\/api\/(events|websocket)/, "PATH");

/** Reads the names of all checks from the tables of the README. */
export function readDocumentedChecks(page = new URL("../conformance/README.md", import.meta.url)): string[] {
  const sections = fs.readFileSync(page, "utf8").split(/^### /m).slice(1);
  return sections.flatMap((section) => {
    const topic = section.slice(0, section.indexOf("\n"));
    const rows = [...section.matchAll(/^\| (.*?) \|/gm)].map(([, cell]) => cell).filter((cell) => cell !== "check");
    return rows.map((row) => `${topic}: ${row}`);
  });
}
