import fs from "node:fs";
import path from "node:path";
import type { Settings } from "../site.ts";

/** The time at which pictures are taken, for the site and for its pages: a Thursday, 10:00 in Nairobi. */
export const NOW = new Date("2027-01-14T07:00:00Z");

const ROOTS = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

/** Settings of a site whose clock stands still at `NOW`. Only its timers go on. */
export function frozenClock(): Settings {
  const below = ROOTS.filter((root) => fs.existsSync(root)).flatMap((root) => fs.readdirSync(root).map((name) => path.join(root, name)));
  const libraries = [...ROOTS, ...below].map((folder) => path.join(folder, "faketime/libfaketimeMT.so.1"));
  const library = libraries.find((library) => fs.existsSync(library));
  if (!library) throw new Error("libfaketime isn't here: bin/setup test");
  const time = NOW.toISOString().slice(0, 19).replace("T", " ");
  return { LD_PRELOAD: library, FAKETIME: time, FAKETIME_DONT_FAKE_MONOTONIC: "1", TZ: "UTC" };
}
