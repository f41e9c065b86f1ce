// Names what the browser runs by all of it, and compresses the built site as far as it goes:
// node bin/seal.mjs SITE HASHES.
//
// The scripts and the parts of the program name each other, and fit together only as one build made them. cargo-leptos
// takes each file's hash before it writes the others' names into it, so that a file may change and keep its name, and
// a browser that keeps it for ever would go on with parts that don't fit or are gone.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const HASH = /\.([\w-]{22})\.(?:js|wasm|json)$/;
// What nobody asks for: the types of the scripts.
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
if (!old.some((hash) => said.includes(hash))) throw new Error(`${hashes} is of another build than ${site}`);
// Byte for byte: what is no text stays as it is, and the new hash is as long as the old one.
const renew = (bytes) => old.reduce((text, hash) => text.replaceAll(hash, seal), bytes.toString("latin1"));
for (const path of [...names.map((name) => join(folder, name)), hashes]) {
  writeFileSync(path, renew(readFileSync(path)), "latin1");
}
for (const name of names) renameSync(join(folder, name), join(folder, renew(Buffer.from(name))));

for (const entry of readdirSync(site, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
  const path = join(entry.parentPath, entry.name);
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { ...params, [constants.BROTLI_PARAM_LGWIN]: 24 } }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
