import type { Page } from "@playwright/test";
import { holdToPromises } from "../support/conformance.ts";
import { expect, test } from "../support/fixtures.ts";
import { Gateway, haproxy, nginx } from "../support/gateway.ts";

const BACK = { timeout: 30_000 };
const RECONNECTING = /Reconnecting/;

/** Marks the page as it stands: one that was loaded again has lost it. */
const mark = (page: Page) => page.evaluate(() => Object.assign(window, { marked: true }));
const isMarked = (page: Page) => page.evaluate(() => "marked" in window);

for (const [name, kind] of [
  ["nginx", nginx()],
  ["HAProxy", haproxy],
] as const) {
  test(`@once ${name} as Debian has it keeps every promise of the stream`, async ({ site }) => {
    const gateway = await Gateway.before(site.port, kind);
    try {
      const { code, printed } = await holdToPromises(gateway.url, "--through-gateway");
      expect(code, printed).toBe(0);
    } finally {
      await gateway.remove();
    }
  });

  test(`@live what is said comes through ${name} at once, both ways`, async ({ site, sarah, programs, launch }) => {
    const gateway = await Gateway.before(site.port, kind);
    try {
      sarah.goBy(gateway.url);
      await sarah.open(launch.path);
      await mark(sarah.page);
      for (const text of ["Through the gate 1", "Through the gate 2", "Through the gate 3"]) {
        await programs.eventpro.say(launch.id, text);
        await expect(sarah.thread.said(text)).toBeVisible({ timeout: 2_000 });
      }
      await sarah.thread.say("And back");
      await expect.poll(async () => (await programs.eventpro.messages(launch.id)).at(-1)?.body).toBe("And back");
      await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0);
      expect(await isMarked(sarah.page)).toBe(true);
    } finally {
      // The browser first, or it would complain.
      await sarah.page.goto("about:blank");
      await gateway.remove();
    }
  });

  test(`@live ${name} that is started again loses and doubles nothing`, async ({ site, sarah, programs, launch }) => {
    const gateway = await Gateway.before(site.port, kind);
    try {
      sarah.expects(/net::ERR_/);
      sarah.goBy(gateway.url);
      await sarah.open(launch.path);
      await mark(sarah.page);
      await programs.eventpro.say(launch.id, "Before");
      await expect(sarah.thread.said("Before")).toBeVisible();

      await gateway.close();
      await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
      const meanwhile = ["Meanwhile 1", "Meanwhile 2", "Meanwhile 3"];
      for (const text of meanwhile) await programs.eventpro.say(launch.id, text);
      await sarah.thread.say("Into the gap");
      await gateway.open();

      const said = /^(Before|Meanwhile \d|Into the gap|After)$/;
      await expect(sarah.thread.said(said)).toHaveText(["Before", ...meanwhile, "Into the gap"], BACK);
      await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0, BACK);
      await programs.eventpro.say(launch.id, "After");
      await expect(sarah.thread.said(said)).toHaveText(["Before", ...meanwhile, "Into the gap", "After"]);
      expect((await programs.eventpro.messages(launch.id)).filter(({ body }) => body === "Into the gap")).toHaveLength(1);
      expect(await isMarked(sarah.page)).toBe(true);
    } finally {
      await sarah.page.goto("about:blank");
      await gateway.remove();
    }
  });
}
