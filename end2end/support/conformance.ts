import { spawn } from "node:child_process";
import fs from "node:fs";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../conformance/stream.mjs", import.meta.url));

/** What the program found: all it printed, and the promises by name, each with the reason why it is broken. */
export type Found = { code: number | null; printed: string; broken: Map<string, string>; kept: string[] };

/** Holds a site to the promises of the stream, as somebody at a terminal would. */
export async function holdToPromises(url: string, ...options: string[]): Promise<Found> {
  const people = ["contact@eventpro.ke", "sarah.photographer@example.com", "greenroom-demo", "dj.kamau@example.com"];
  const program = spawn(process.execPath, [PROGRAM, url, ...people, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const out of [program.stdout, program.stderr]) out.setEncoding("utf8").on("data", (text) => (printed += text));
  const code = await new Promise<number | null>((resolve) => program.once("close", resolve));
  const lines = [...printed.matchAll(/^(ok|not ok) \d+ (.*?)(?: # (.*))?$/gm)];
  const named = lines.map(([, verdict, promise, reason = ""]) => ({ verdict, promise: general(promise), reason }));
  return {
    code,
    printed,
    broken: new Map(named.filter(({ verdict }) => verdict === "not ok").map(({ promise, reason }) => [promise, reason])),
    kept: named.filter(({ verdict }) => verdict === "ok").map(({ promise }) => promise),
  };
}

/** The same promise is made for two paths. */
const general = (promise: string) => promise.replace(/\/api\/(events|websocket)/, "PATH");

/** The promises as its page has them. */
export function promisesOf(page = new URL("../conformance/README.md", import.meta.url)): string[] {
  const sections = fs.readFileSync(page, "utf8").split(/^### /m).slice(1);
  return sections.flatMap((section) => {
    const topic = section.slice(0, section.indexOf("\n"));
    const rows = [...section.matchAll(/^\| (.*?) \|/gm)].map(([, cell]) => cell).filter((cell) => cell !== "promise");
    return rows.map((row) => `${topic}: ${row}`);
  });
}
