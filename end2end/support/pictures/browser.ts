import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";

// Versions of a browser draw text and edges differently, so the pictures are taken by the one of an npm package. It
// exists for Linux on x64 only.

const FOLDER = fileURLToPath(new URL("../../../target/pinned-chromium", import.meta.url));

/** Whether the pinned browser runs on this system. */
export const isPinned = process.platform === "linux" && process.arch === "x64";

/** Unpacks the pinned browser at its first use. Returns the path of its program. */
export async function unpackBrowser(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const root = entry.slice(0, entry.lastIndexOf("chromium/build"));
  const { version } = JSON.parse(fs.readFileSync(path.join(root, "chromium/package.json"), "utf8"));
  const program = path.join(FOLDER, version, "headless-shell");
  if (fs.existsSync(program)) return program;
  fs.mkdirSync(path.dirname(program), { recursive: true });
  // Renamed when complete: another process may be unpacking it, too.
  const partial = `${program}.${process.pid}`;
  const packed = fs.createReadStream(path.join(root, "chromium/bin/chromium.br"));
  await pipeline(packed, createBrotliDecompress(), fs.createWriteStream(partial, { mode: 0o755 }));
  fs.renameSync(partial, program);
  return program;
}
