import { expect, test } from "../support/fixtures.ts";

// A browser loads what a page needs when it comes to it. What was built together fits together; of another build, nothing.

const ACCOUNT_PAGES = /\/pkg\/split_account_pages\./;
// How a browser tells of a part that it asked for and didn't get.
const NO_PART = /status of 404|net::ERR_|Failed to fetch|WebAssembly|TypeError/;

test("@js a conversation doesn't load what only other pages need, and they load it once", async ({ eventpro, launch }) => {
  const parts: string[] = [];
  await eventpro.open("/signin");
  eventpro.page.on("request", (request) => parts.push(...(ACCOUNT_PAGES.exec(request.url()) ?? [])));
  await eventpro.open(launch.path);
  await eventpro.thread.sendMessage("Still the same page?");
  await expect(eventpro.thread.message("Still the same page?")).toBeVisible();
  expect(parts).toEqual([]);
  await eventpro.page.evaluate(() => ((window as any).stillTheSamePage = true));
  await eventpro.bell.click();
  await expect(eventpro.heading).toHaveText("Notifications");
  await eventpro.page.getByRole("link", { name: /, Settings$/ }).click();
  await expect(eventpro.heading).toHaveText("Settings");
  expect(parts.length).toBe(1);
  expect(await eventpro.page.evaluate(() => (window as any).stillTheSamePage)).toBe(true);
});

test("@js a tab that outlived its build goes on with the next one", async ({ eventpro, launch }) => {
  eventpro.allowConsole(NO_PART);
  await eventpro.open(launch.path);
  await eventpro.page.evaluate(() => ((window as any).stillTheSamePage = true));
  await eventpro.page.route(ACCOUNT_PAGES, (route) => route.fulfill({ status: 404 }), { times: 1 });
  await eventpro.bell.click();
  await expect(eventpro.heading).toHaveText("Notifications");
  await expect(eventpro.page).toHaveURL("/notifications");
  await expect(eventpro.page.locator("html")).toHaveAttribute("data-hydrated", "");
  expect(await eventpro.page.evaluate(() => (window as any).stillTheSamePage)).toBe(undefined);
});

test("@js where the site isn't reached, the page says so, and comes when asked again", async ({ eventpro, faultProxy, launch }) => {
  eventpro.allowConsole(NO_PART);
  eventpro.setBaseUrl(faultProxy.url);
  await eventpro.open(launch.path);
  await faultProxy.refuseConnections();
  await eventpro.bell.click();
  const again = eventpro.page.getByRole("button", { name: "Try again" });
  await expect(again).toBeVisible();
  await faultProxy.restore();
  await again.click();
  await expect(eventpro.heading).toHaveText("Notifications");
  await expect(eventpro.page).toHaveURL("/notifications");
});
