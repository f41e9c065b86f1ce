// The test of bin/check-dev: node bin/check-dev.mjs FOLDER ROUNDS COMMAND...
// Copies the sources to FOLDER and starts COMMAND there; then changes a word of a page and a colour of the style, and
// waits until the served site has them.

import { spawn } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

const LOG = "target/check-dev.log";

// Seconds: a copy without compiled crates, and a slow machine with other work.
const START_LIMIT = 900;
const CHANGE_LIMIT = 60;
const STOP_LIMIT = 15;

const [copy, rounds, ...command] = process.argv.slice(2);
let server;
let site;
let interrupted = false;

/** Makes `to` equal to `from`. Leaves equal files alone, because cargo recompiles what has a newer time. */
function synchronise(from, to) {
  if (!statSync(from).isDirectory()) {
    const content = statSync(to, { throwIfNoEntry: false }) && readFileSync(to);
    if (!content?.equals(readFileSync(from))) copyFileSync(from, to);
    return;
  }
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from).filter((name) => name !== "node_modules");
  for (const name of readdirSync(to)) {
    if (!names.includes(name)) rmSync(join(to, name), { recursive: true });
  }
  for (const name of names) synchronise(join(from, name), join(to, name));
}

function copySources() {
  mkdirSync(copy, { recursive: true });
  mkdirSync("target", { recursive: true });
  const manifest = readFileSync("Cargo.toml", "utf8");
  const members = JSON.parse(manifest.match(/^members = (\[.*\])$/m)[1]);
  for (const name of [...members, "Cargo.toml", "Cargo.lock", ".cargo", ".gitignore", "bin", "style", "public"]) {
    synchronise(name, join(copy, name));
  }
  rmSync(join(copy, "data"), { recursive: true, force: true });
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  const { port } = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

/** Starts the command in a process group of its own, and returns the site's URL. */
async function start() {
  const isSetting = /^(LEPTOS|GREENROOM|SMTP|NATS|DATABASE|METRICS)_/;
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !isSetting.test(name)));
  const address = `127.0.0.1:${await freePort()}`;
  Object.assign(environment, {
    LEPTOS_SITE_ADDR: address,
    LEPTOS_RELOAD_PORT: `${await freePort()}`,
    // What bin/env.sh would set in the copy.
    RUSTC_WORKSPACE_WRAPPER: join(copy, "bin/setup.d/rustc"),
  });
  const log = openSync(LOG, "w");
  // Without the lock of bin/env.sh, which a process that outlives this test would keep.
  const options = { cwd: copy, env: environment, detached: true, stdio: ["ignore", log, log] };
  server = spawn("bash", ["-c", 'exec "$@" 9>&-', "bash", ...command], options);
  closeSync(log);
  return `http://${address}`;
}

/** Signals the process group; returns whether it has processes. */
function signalServer(signal) {
  try {
    return process.kill(-server.pid, signal);
  } catch {
    return false;
  }
}

/** Ends the command by SIGINT, on which cargo-leptos waits up to 10 seconds for its server to stop. */
async function stop() {
  if (!server?.pid) return;
  signalServer("SIGINT");
  const end = Date.now() + STOP_LIMIT * 1000;
  while (signalServer(0) && Date.now() < end) await pause(50);
  signalServer("SIGKILL");
}

/** Waits until `request` returns something, and returns that. Its errors are ignored: the site may be restarting. */
async function waitFor(what, limit, request) {
  const end = Date.now() + limit * 1000;
  while (Date.now() < end) {
    if (interrupted) throw new Error("interrupted");
    if (server.exitCode !== null || server.signalCode !== null) throw new Error("the command ended");
    const found = await request().catch(() => undefined);
    if (found) return found;
    await pause(100);
  }
  throw new Error(`not within ${limit} s: ${what}`);
}

async function get(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer()).toString("latin1");
}

/** Returns the stylesheet or the WASM program that a page names. */
async function fileNamedBy(page, ending) {
  const [path] = (await page()).match(new RegExp(`/pkg/greenroom[\\w.-]*\\.${ending}(?=")`));
  return get(new URL(path, site));
}

/** Changes a file of the copy, and prints how long each response takes to show it. */
async function measure(path, pattern, replacement, responses) {
  const file = join(copy, path);
  const text = readFileSync(file, "utf8");
  if (!pattern.test(text)) throw new Error(`${path} has nothing like ${pattern}`);
  writeFileSync(file, text.replace(pattern, replacement));
  const begun = performance.now();
  for (const [what, response] of Object.entries(responses)) {
    await waitFor(what, CHANGE_LIMIT, async () => (await response()).includes(replacement));
    print(what, begun);
  }
}

function print(what, begun) {
  console.log(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

function report(error) {
  console.error(`${error.message}; the output of the command is in ${LOG}`);
  process.exitCode = 1;
}

const page = () => get(site);
// The first page has no program.
const livePage = () => get(new URL("/signin", site));

// The program too: hydration would bring the word back that it has.
const changeWord = (round) =>
  measure("app/src/strings/home.rs", /(?<=pub const PITCH: &str = ")\w+/, `Changed${round}x${process.pid}`, {
    "a changed word, in the page": page,
    "a changed word, in the program": () => fileNamedBy(livePage, "wasm"),
  });

const changeColour = (round) =>
  measure("style/tokens.css", /(?<=--bg: )#\w+/, `#0${(0x12345 + round).toString(16)}`, {
    "a changed colour, in the stylesheet": () => fileNamedBy(page, "css"),
  });

async function check() {
  copySources();
  site = await start();
  const begun = performance.now();
  await waitFor("the first page", START_LIMIT, page);
  print("the first page", begun);
  for (let round = 1; round <= Number(rounds); round++) {
    await changeWord(round).catch(report);
    await changeColour(round).catch(report);
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    interrupted = true;
  });
}

await check().catch(report).finally(stop);
