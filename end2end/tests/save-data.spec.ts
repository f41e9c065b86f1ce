import type { Page } from "@playwright/test";
import { expect, test, type Person } from "../support/fixtures.ts";

// Who asks their browser to save data downloads a part of the program only when its page is opened: not while a page is
// idle, and not because the pointer is on a link.

const PART = /\/pkg\/(split_\w+)\..*\.wasm$/;

/** Records the parts that are requested. */
async function recordParts(person: Person): Promise<string[]> {
  await person.addInitScript('Object.defineProperty(navigator, "connection", { value: { saveData: true } })');
  const parts: string[] = [];
  const context = person.page.context();
  await context.setExtraHTTPHeaders({ "save-data": "on" });
  context.on("request", (request) => parts.push(...(PART.exec(request.url())?.slice(1) ?? [])));
  return parts;
}

/** Waits until the page has nothing to do, then points to all of its links. */
async function pointToLinks(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  await page.evaluate(async () => {
    const idle = () => new Promise((resolve) => requestIdleCallback(resolve));
    await idle();
    for (const link of document.querySelectorAll("a[href]")) {
      for (const type of ["pointerover", "mouseover", "pointerenter", "mouseenter", "pointerdown", "touchstart"]) {
        link.dispatchEvent(new Event(type, { bubbles: true }));
      }
      (link as HTMLElement).focus();
    }
    await idle();
    await idle();
  });
}

test("@js with Save-Data, no part of the program is loaded before its page is opened", async ({ sarah, launch }) => {
  const parts = await recordParts(sarah);
  const pages: [string, string[]][] = [
    ["/inbox", []],
    [launch.path, []],
    ["/notifications", ["split_account_pages"]],
    ["/bookings", ["split_bookings_pages"]],
    ["/settings", ["split_settings_page"]],
  ];
  for (const [path, expected] of pages) {
    parts.length = 0;
    await sarah.open(path);
    await pointToLinks(sarah.page);
    expect([...new Set(parts)], path).toEqual(expected);
    await expect(sarah.page.locator("link[rel=prefetch], link[rel=prerender], script[type=speculationrules]")).toHaveCount(0);
  }
});

test("@js with Save-Data, the start page loads no program, and sign-in only its part", async ({ visitor }) => {
  const parts = await recordParts(visitor);
  await visitor.open("/");
  await pointToLinks(visitor.page);
  expect(parts).toEqual([]);
  await visitor.page.getByRole("link", { name: "Sign in" }).first().click();
  await expect(visitor.heading).toHaveText("Sign in");
  await pointToLinks(visitor.page);
  expect([...new Set(parts)]).toEqual(["split_public_pages"]);
});
