// Renames the scripts and WASM chunks of the built site by one hash of all of them, numbers the functions that WASM
// imports, and compresses the site at the highest levels: node bin/seal.mjs SITE HASHES.
//
// The files import each other by name, and only files of the same build fit together. cargo-leptos hashes each file
// before it writes the others' names into it, so a file can change and keep its name. A browser that caches files
// forever would then combine chunks of two builds, or request chunks that no longer exist.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const HASH = /\.([\w-]{22})\.(?:js|wasm|json)$/;
// TypeScript declarations, which no browser requests.
const TYPES = /\.ts$/;

const [site, hashes] = process.argv.slice(2);
const folder = join(site, "pkg");
for (const name of readdirSync(folder).filter((name) => TYPES.test(name))) rmSync(join(folder, name));

const names = readdirSync(folder).filter((name) => HASH.test(name)).sort();
const all = createHash("md5");
for (const name of names) all.update(name).update(readFileSync(join(folder, name)));
const seal = all.digest("base64url");

const old = names.map((name) => HASH.exec(name)[1]);
const said = readFileSync(hashes, "latin1");
if (!old.some((hash) => said.includes(hash))) throw new Error(`${hashes} belongs to another build than ${site}`);
// latin1 maps each byte to one character, so binary data stays unchanged; the new hash is as long as the old one.
const renew = (bytes) => old.reduce((text, hash) => text.replaceAll(hash, seal), bytes.toString("latin1"));
for (const path of [...names.map((name) => join(folder, name)), hashes]) {
  writeFileSync(path, renew(readFileSync(path)), "latin1");
}
for (const name of names) renameSync(join(folder, name), join(folder, renew(Buffer.from(name))));

// wasm-bindgen ends the name of each imported function by a random number, which doesn't compress: 4 kB in all. The
// numbers that replace them are as long, so the WASM stays valid.
const IMPORT = /(?<=\b__wbg_\w+_)[0-9a-f]{16}\b/g;
const codes = names.map((name) => join(folder, renew(Buffer.from(name)))).filter((path) => /\.(js|wasm)$/.test(path));
const numbers = new Map();
for (const path of codes.filter((path) => path.endsWith(".js"))) {
  for (const [number] of readFileSync(path, "latin1").matchAll(IMPORT)) {
    if (!numbers.has(number)) numbers.set(number, String(numbers.size).padStart(number.length, "0"));
  }
}
for (const path of codes) {
  const text = readFileSync(path, "latin1");
  writeFileSync(path, text.replace(/[0-9a-f]{16}/g, (number) => numbers.get(number) ?? number), "latin1");
}

for (const entry of readdirSync(site, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
  const path = join(entry.parentPath, entry.name);
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { ...params, [constants.BROTLI_PARAM_LGWIN]: 24 } }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
