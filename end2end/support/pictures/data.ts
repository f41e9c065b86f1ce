import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { DemoName } from "../demo-people.ts";
import { createTemplate } from "../site-template.ts";
import { PROGRAM } from "../site.ts";
import { frozenClock } from "./clock.ts";

/** What sites are seeded with. */
export const SEEDS = { demo: ["seed"], town: ["seed", "--town"] };

export type Seed = keyof typeof SEEDS;

/** The folder of seeded data, and a session of each demo person. */
export type SeededData = { data: string; sessions: Record<DemoName, string> };

const FOLDER = fileURLToPath(new URL("../../../target/pictured-data", import.meta.url));

/** Seeds a site, once for each build: a town takes ten seconds, and each failed test starts with a new worker. */
export async function seedOnce(seed: Seed): Promise<SeededData> {
  const build = String(fs.statSync(PROGRAM).mtimeMs);
  const data = path.join(FOLDER, build, seed);
  const known = path.join(data, "sessions.json");
  if (!fs.existsSync(known)) {
    for (const other of fs.existsSync(FOLDER) ? fs.readdirSync(FOLDER) : []) {
      if (other !== build) fs.rmSync(path.join(FOLDER, other), { recursive: true });
    }
    const template = await createTemplate(frozenClock(), SEEDS[seed]);
    fs.writeFileSync(path.join(template.data, "sessions.json"), JSON.stringify(template.sessions));
    // Renamed when complete. Another worker may have been faster.
    const partial = `${data}.${process.pid}`;
    fs.cpSync(template.data, partial, { recursive: true });
    if (fs.existsSync(known)) fs.rmSync(partial, { recursive: true });
    else fs.renameSync(partial, data);
    await template.remove();
  }
  return { data, sessions: JSON.parse(fs.readFileSync(known, "utf8")) };
}
