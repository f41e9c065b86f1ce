import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { BUDGETS } from "../budgets.ts";
import { expect, test, type Person } from "../support/fixtures.ts";

// What pages transfer, in bytes as the server sends them, against budgets.ts. The numbers are printed.

const PACKAGE = fileURLToPath(new URL("../../target/site/pkg", import.meta.url));

/** The built files with the bytes of their compressed form, by name without the hash. */
const FILES = fs
  .readdirSync(PACKAGE)
  .filter((name) => name.endsWith(".br"))
  .map((name) => [name.replace(/\.[\w-]{22}(?=\.)/, "").replace(/\.br$/, ""), fs.statSync(path.join(PACKAGE, name)).size] as const);

/** Records what a page transfers: the path without the hash, and the bytes of the response with its head. */
async function recordTransfers(page: Page): Promise<Map<string, number>> {
  const transfers = new Map<string, number>();
  const session = await page.context().newCDPSession(page);
  const urls = new Map<string, string>();
  await session.send("Network.enable");
  session.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, new URL(response.url).pathname));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const name = (urls.get(requestId) ?? "").replace(/\.[\w-]{22}(?=\.)/, "");
    if (name) transfers.set(name, (transfers.get(name) ?? 0) + encodedDataLength);
  });
  return transfers;
}

/** Opens a page with an empty cache. Returns what it transferred until the network was idle. */
async function firstLoad(person: Person, address: string): Promise<Map<string, number>> {
  await person.openBlank();
  const transfers = await recordTransfers(person.page);
  await person.open(address);
  await person.page.waitForLoadState("networkidle");
  const rows = [...transfers].sort().map(([name, bytes]) => `  ${String(bytes).padStart(8)}  ${name}`);
  console.log([`${address}: ${sum(transfers)} bytes`, ...rows].join("\n"));
  return transfers;
}

const sum = (transfers: Map<string, number>, pattern = /./) =>
  [...transfers].filter(([name]) => pattern.test(name)).reduce((total, [, bytes]) => total + bytes, 0);

test("@once the parts of the program and the style keep to their budgets", () => {
  const rows = FILES.map(([name, bytes]) => `  ${String(bytes).padStart(8)}  ${name}`);
  console.log(["the built files:", ...rows].join("\n"));
  // The main program and its scripts are loaded by every page that is alive: the thread's budget.
  const parts = FILES.filter(([name]) => name.endsWith(".wasm") && name !== "greenroom.wasm");
  expect(parts.filter(([, bytes]) => bytes > BUDGETS.part)).toEqual([]);
  const styles = FILES.filter(([name]) => name.endsWith(".css"));
  expect(styles.length).toBe(1);
  expect(styles.filter(([, bytes]) => bytes > BUDGETS.style)).toEqual([]);
});

test("@js the program of a thread keeps to its budget", async ({ eventpro, launch }) => {
  const transfers = await firstLoad(eventpro, launch.path);
  expect(sum(transfers, /^\/pkg\/.*\.(wasm|js)$/)).toBeLessThanOrEqual(BUDGETS.thread);
  expect([...transfers.keys()].filter((name) => /split_.*\.wasm/.test(name))).toEqual([]);
});

test("@js the home page keeps to its budget, and loads no program", async ({ visitor }) => {
  const transfers = await firstLoad(visitor, "/");
  expect(sum(transfers)).toBeLessThanOrEqual(BUDGETS.home);
  expect([...transfers.keys()].filter((name) => /\.(wasm|js)$/.test(name))).toEqual([]);
});
