import type { Page } from "@playwright/test";
import { expectNoHorizontalScroll, expectAccessible, expectAccessibleWithoutJavaScript } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";
import { submitInquiry } from "../support/forms.ts";
import { PAGES, demoIds } from "../support/pages.ts";

// Words without a break opportunity: a URL and a long word.
const LONG = "https://example.com/" + "a-very-long-path/".repeat(12) + " " + "W".repeat(120);

async function expectUsable(page: Page, javaScript: boolean): Promise<void> {
  await (javaScript ? expectAccessible(page) : expectAccessibleWithoutJavaScript(page));
  await expectNoHorizontalScroll(page);
}

for (const [name, who, pathOf] of PAGES) {
  test(`${name}: accessible, and without horizontal scrolling`, async ({ visitor, sarah, eventpro, achieng, apis, launch, javaScriptEnabled }) => {
    const person = { visitor, sarah, eventpro, achieng }[who];
    person.allowConsole(/status of 404/);
    await apis.sarah.sendMessage(launch.id, LONG);
    await person.open(pathOf(await demoIds({ apis, launch })));
    await expect(person.heading).toHaveCount(1);
    await expectUsable(person.page, javaScriptEnabled !== false);
  });
}

test("@js a thread with send errors and no connection is accessible", async ({ eventpro, site, apis, launch, javaScriptEnabled }) => {
  eventpro.allowConsole(/net::ERR_/);
  for (let n = 1; n <= 30; n++) await apis.sarah.sendMessage(launch.id, `Number ${n}`);
  await eventpro.open(launch.path);
  await eventpro.thread.scrollToTop("Number 1");
  await apis.sarah.sendMessage(launch.id, "Below");
  await expect(eventpro.page.getByRole("button", { name: "1 new message" })).toBeVisible();
  await site.stop("SIGKILL");
  await eventpro.thread.sendMessage("Can't go out");
  await expect(eventpro.thread.log.getByText(/Waiting for network/)).toBeVisible();
  await expect(eventpro.page.getByText(/Reconnecting/)).toBeVisible();
  await eventpro.thread.composer.fill("x".repeat(4_100));
  await expectUsable(eventpro.page, javaScriptEnabled !== false);
});

test("forms with validation errors are accessible", async ({ visitor, eventpro, apis, javaScriptEnabled }) => {
  for (const person of [visitor, eventpro]) person.allowConsole(/status of (401|422)/);
  await visitor.open("/signin");
  await visitor.signIn("nobody@example.com", "no password");
  await expect(visitor.page.getByRole("alert")).toContainText("don't match");
  await expectUsable(visitor.page, javaScriptEnabled !== false);

  const { id } = await apis.eventpro.findTalent("DJ Kamau");
  await eventpro.open(`/bookings/new?talent=${id}`);
  await submitInquiry(eventpro.page, { title: "   ", venue: "   ", fee: "a lot", message: "   " });
  await expect(eventpro.page.getByRole("alert")).toContainText("There's a problem");
  await expectUsable(eventpro.page, javaScriptEnabled !== false);
});

test("on a phone the inbox and the thread are separate pages", async ({ eventpro, launch }) => {
  await eventpro.open("/inbox");
  await eventpro.page.setViewportSize({ width: 360, height: 740 });
  await eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
  await expect(eventpro.page).toHaveURL(launch.path);
  await expect(eventpro.conversations).not.toBeVisible();
  await expect(eventpro.thread.composer).toBeInViewport();
  await expect(eventpro.thread.bubbles.last()).toBeInViewport();
  await eventpro.page.getByRole("link", { name: "Back to inbox" }).click();
  await expect(eventpro.conversations).toBeVisible();
  await expect(eventpro.thread.log).not.toBeVisible();
});
