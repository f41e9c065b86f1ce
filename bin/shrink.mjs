// Makes the program for the browser smaller: node bin/shrink.mjs SITE.
//
// Leptos keeps, for each kind of view, a second way to take it over from the server's page, which this site doesn't go. It
// stands beside the first one by address, so that no compiler sees that nobody asks for it; and what only it needs is a
// tenth of the program. Here such functions are emptied, by their names, and wasm-opt takes out what nothing leads to any
// more. A name has to be of something that is like nothing else: the compiler makes one function of those that do the same.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const UNUSED = [
  // Taking a page over part by part, as its parts come in: here they are there before, see `app/src/pages/apart.rs`.
  /into_any13hydrate_async/,
  // Answers that come bit by bit. Ours come as a whole.
  /^intounderlying/,
];
const CODE = 10;
const FUNCTION_NAMES = 1;
// No locals, and a trap.
const EMPTY = [0x00, 0x00, 0x0b];

// Numbers in WASM: seven bits a byte, the lowest first.
function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function written(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

// The part called `wanted` of a row of them: where it stands, and where what is in it begins and ends.
function section(bytes, from, wanted) {
  const [length, begin] = number(bytes, from + 1);
  const end = begin + length;
  return bytes[from] === wanted ? { from, begin, end } : section(bytes, end, wanted);
}

// The names of functions by their numbers.
function names(module) {
  const bytes = new Uint8Array(WebAssembly.Module.customSections(module, "name")[0]);
  const { begin } = section(bytes, 0, FUNCTION_NAMES);
  const names = new Map();
  let [count, at] = number(bytes, begin);
  while (count--) {
    const [index, from] = number(bytes, at);
    const [length, start] = number(bytes, from);
    at = start + length;
    names.set(index, Buffer.from(bytes.subarray(start, at)).toString());
  }
  return names;
}

// The program without what stands in the unused functions.
function emptied(bytes) {
  const module = new WebAssembly.Module(bytes);
  const called = names(module);
  let index = WebAssembly.Module.imports(module).filter(({ kind }) => kind === "function").length;
  const { from, begin, end } = section(bytes, 8, CODE);
  let [count, at] = number(bytes, begin);
  const code = [Buffer.from(written(count))];
  for (; count--; index++) {
    const [length, body] = number(bytes, at);
    const unused = UNUSED.some((name) => name.test(called.get(index)));
    code.push(unused ? Buffer.from([EMPTY.length, ...EMPTY]) : bytes.subarray(at, body + length));
    at = body + length;
  }
  const length = code.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([bytes.subarray(0, from), Buffer.from([CODE, ...written(length)]), ...code, bytes.subarray(end)]);
}

// What wasm-opt is to do. Only the smallest functions are put into where they are called from, and those of like names
// stand side by side: what repeats itself is then the same to the byte and near by, and brotli makes more of that than
// wasm-opt does.
const OPTIMISED = ["-g", "-O2", "--always-inline-max-function-size=6", "--one-caller-inline-max-function-size=0"];
const PASSES = [[...OPTIMISED, "--reorder-functions-by-name"], ["--strip-debug", "--strip-producers"]];
const FEATURES = ["--enable-bulk-memory", "--enable-nontrapping-float-to-int"];

const folder = join(process.argv[2], "pkg");
for (const name of readdirSync(folder).filter((name) => name.endsWith(".wasm"))) {
  const path = join(folder, name);
  writeFileSync(path, emptied(readFileSync(path)));
  for (const passes of PASSES) execFileSync("wasm-opt", [...FEATURES, ...passes, path, "-o", path]);
}
