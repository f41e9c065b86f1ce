// Writes the list of breached passwords in the format that services/src/accounts/password_strength/breached.rs reads:
//
//   node bin/breached-passwords.mjs 10-million-password-list-top-1000000.txt
//
// The input has one password per line, the commonest first. services/src/accounts/password_strength/README.md has its
// source.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

/** The minimum length of a password, in characters: shorter ones are refused anyway. */
const SHORTEST = 8;
/** Words from this length are included if they are among the commonest, to detect them with digits added. */
const SHORTEST_WORD = 5;
const COMMONEST = 200_000;
const OUTPUT = new URL("../services/src/accounts/password_strength/breached.bin", import.meta.url);

const lines = readFileSync(process.argv[2], "utf8").split("\n");
const kept = new Set();
lines.forEach((line, rank) => {
  const password = line.replace(/\r$/, "").normalize("NFC").toLowerCase();
  const length = [...password].length;
  if (length >= SHORTEST || (length >= SHORTEST_WORD && rank < COMMONEST)) kept.add(password);
});

const prefixes = new Set([...kept].map((password) => createHash("sha256").update(password).digest().readUInt32BE(0)));
const sorted = Uint32Array.from(prefixes).sort();
const counts = Buffer.alloc(65_536);
const remainders = Buffer.alloc(sorted.length * 2);
sorted.forEach((prefix, index) => {
  const bucket = prefix >>> 16;
  if (counts[bucket] === 255) throw new Error("a bucket is full");
  counts[bucket] += 1;
  remainders.writeUInt16BE(prefix & 0xffff, index * 2);
});
writeFileSync(OUTPUT, Buffer.concat([counts, remainders]));
console.log(`${kept.size} passwords, ${counts.length + remainders.length} bytes`);
