import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { executeSql } from "../database.ts";
import type { DemoName } from "../demo-people.ts";
import { createTemplate } from "../site-template.ts";
import { PROGRAM } from "../site.ts";
import { frozenClock, NOW } from "./clock.ts";

/** What sites are seeded with. */
export const SEEDS = { demo: ["seed"], town: ["seed", "--town"] };

export type Seed = keyof typeof SEEDS;

/** The folder of seeded data, and a session of each demo person. */
export type SeededData = { data: string; sessions: Record<DemoName, string> };

const FOLDER = fileURLToPath(new URL("../../../target/pictured-data", import.meta.url));

/** Seeds a site, once for each build: a town takes ten seconds, and each failed test starts with a new worker. */
export async function seedOnce(seed: Seed): Promise<SeededData> {
  const build = `${fs.statSync(PROGRAM).mtimeMs}-${NOW.getTime()}`;
  const data = path.join(FOLDER, build, seed);
  const known = path.join(data, "sessions.json");
  if (!fs.existsSync(known)) {
    for (const other of fs.existsSync(FOLDER) ? fs.readdirSync(FOLDER) : []) {
      if (other !== build) fs.rmSync(path.join(FOLDER, other), { recursive: true, force: true });
    }
    const template = await createTemplate(frozenClock(), SEEDS[seed]);
    replaceEmoji({ database: path.join(template.data, "data/greenroom.db") });
    fs.writeFileSync(path.join(template.data, "sessions.json"), JSON.stringify(template.sessions));
    const partial = `${data}.${process.pid}`;
    fs.cpSync(template.data, partial, { recursive: true });
    await template.remove();
    try {
      fs.renameSync(partial, data);
    } catch (error) {
      // Another worker was faster.
      fs.rmSync(partial, { recursive: true });
      if (!fs.existsSync(known)) throw error;
    }
  }
  return { data, sessions: JSON.parse(fs.readFileSync(known, "utf8")) };
}

/** Each system draws emoji by a font of its own. */
function replaceEmoji(site: { database: string }): void {
  for (const [table, column] of [["message", "body"], ["notification", "preview"]]) {
    executeSql(site, `UPDATE ${table} SET ${column} = replace(replace(${column}, '👍', ':)'), '🎉', ':)')`);
  }
}
