import { isMarked, markDocument } from "../support/document-mark.ts";
import { expect, test } from "../support/fixtures.ts";

// The WASM of the account pages is a file of its own, loaded on first use. Files of different builds don't fit
// together.

const ACCOUNT_PAGES = /\/pkg\/split_account_pages\./;
const BOOKINGS = /\/pkg\/split_bookings_pages\./;
const SETTINGS = /\/pkg\/split_settings_page\./;
// Console messages about a file that failed to load.
const LOAD_FAILED = /status of 404|net::ERR_|Failed to fetch|WebAssembly|TypeError/;

test("@js a conversation doesn't load the account pages, and other pages load them once", async ({ eventpro, launch }) => {
  const requests: string[] = [];
  await eventpro.open("/signin");
  eventpro.page.on("request", (request) => {
    for (const part of [ACCOUNT_PAGES, BOOKINGS, SETTINGS]) requests.push(...(part.exec(request.url()) ?? []));
  });
  await eventpro.open(launch.path);
  await eventpro.thread.sendMessage("Still the same page?");
  await expect(eventpro.thread.message("Still the same page?")).toBeVisible();
  expect(requests).toEqual([]);
  await markDocument(eventpro.page);
  await eventpro.bell.click();
  await expect(eventpro.heading).toHaveText("Notifications");
  await eventpro.page.getByRole("link", { name: /, Settings$/ }).click();
  await expect(eventpro.heading).toHaveText("Settings");
  expect(requests.length).toBe(2);
  expect(await isMarked(eventpro.page)).toBe(true);
});

test("@js the start page loads no program", async ({ visitor }) => {
  const requests: string[] = [];
  await visitor.open("/signin");
  visitor.page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await visitor.open("/");
  await visitor.page.waitForLoadState("networkidle");
  expect(requests.filter((path) => /\.(js|wasm)$/.test(path))).toEqual([]);
  await expect(visitor.page.locator("script[type=module], script[src], link[rel*=preload]")).toHaveCount(0);
});

test("@js a tab of a replaced build reloads with the new build", async ({ eventpro, launch }) => {
  eventpro.allowConsole(LOAD_FAILED);
  await eventpro.open(launch.path);
  await markDocument(eventpro.page);
  await eventpro.page.route(ACCOUNT_PAGES, (route) => route.fulfill({ status: 404 }), { times: 1 });
  await eventpro.bell.click();
  await expect(eventpro.heading).toHaveText("Notifications");
  await expect(eventpro.page).toHaveURL("/notifications");
  await expect(eventpro.page.locator("html")).toHaveAttribute("data-hydrated", "");
  expect(await isMarked(eventpro.page)).toBe(false);
});

test("@js an unreachable site shows an error with a retry", async ({ eventpro, faultProxy, launch }) => {
  eventpro.allowConsole(LOAD_FAILED);
  eventpro.setBaseUrl(faultProxy.url);
  await eventpro.open(launch.path);
  await faultProxy.refuseConnections();
  await eventpro.bell.click();
  const retry = eventpro.page.getByRole("button", { name: "Try again" });
  await expect(retry).toBeVisible();
  await faultProxy.restore();
  await retry.click();
  await expect(eventpro.heading).toHaveText("Notifications");
  await expect(eventpro.page).toHaveURL("/notifications");
});
