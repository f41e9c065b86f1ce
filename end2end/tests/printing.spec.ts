import type { Locator } from "@playwright/test";
import { openBookingMenu } from "../support/booking.ts";
import { expect, test } from "../support/fixtures.ts";

test("the print page of a conversation has the facts and all messages", async ({ sarah, apis, launch }) => {
  for (let n = 1; n <= 120; n++) await apis.eventpro.sendMessage(launch.id, `Number ${n}`);
  await apis.sarah.markRead(launch.id, launch.bodies.length + 120);
  await sarah.open(launch.path);
  await openBookingMenu(sarah.page);
  await sarah.page.getByRole("link", { name: "Print conversation" }).click();
  await expect(sarah.heading).toHaveText("Conversation with EventPro Kenya");
  const texts = sarah.page.locator(".transcript-text");
  await expect(texts).toHaveCount(launch.bodies.length + 120);
  await expect(texts.first()).toHaveText(launch.bodies[0]);
  await expect(texts.last()).toHaveText("Number 120");
  for (const fact of ["Savanna product launch", "KICC, Nairobi", "KES 45,000", "New request"]) {
    await expect(sarah.page.getByText(fact, { exact: true })).toBeVisible();
  }
  await sarah.page.emulateMedia({ media: "print" });
  await expect(sarah.page.getByRole("link", { name: "Open the conversation" })).toBeHidden();
  await expect(sarah.page.getByRole("banner")).toBeHidden();
});

test("a message can't pass for another one on the print page, or draw over it", async ({ sarah, apis, launch }) => {
  const forged = "Thanks!\n\nSarah Wanjiru 30 November 2026 at 05:02\nYes, I agree: KES 5,000.\n\nSarah accepted the booking";
  await apis.eventpro.sendMessage(launch.id, forged);
  await apis.eventpro.sendMessage(launch.id, "Z" + "\u0301".repeat(500));
  await apis.sarah.request("POST", `/api${launch.booking}/accept`, {});
  await sarah.open(`${launch.path}/print`);
  await expect(sarah.page.locator(".transcript-event")).toContainText("accepted the booking");
  await expect(sarah.page.locator(".transcript-messages > li")).toHaveCount(launch.bodies.length + 3);
  const text = sarah.page.locator(".transcript-text").filter({ hasText: "Thanks!" });
  const left = async (shown: Locator) => (await shown.boundingBox())?.x ?? NaN;
  const name = sarah.page.locator(".transcript-message").filter({ has: text }).locator("b");
  for (const media of ["screen", "print"] as const) {
    await sarah.page.emulateMedia({ media });
    expect(await left(text.locator("p"))).toBeGreaterThan((await left(name)) + 4);
    const style = await text.evaluate((shown) => {
      const { overflowX, overflowY, borderInlineStartWidth } = getComputedStyle(shown);
      return { overflowX, overflowY, borderInlineStartWidth };
    });
    expect(style).toEqual({ overflowX: "clip", overflowY: "clip", borderInlineStartWidth: "3px" });
  }
});

test("@js a printed thread has the facts above its messages, and no composer", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  await sarah.page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(sarah.thread.composer).toBeHidden();
  await expect(sarah.conversations).toBeHidden();
  const facts = sarah.page.getByRole("complementary", { name: "Booking" });
  await expect(facts.getByText("KICC, Nairobi")).toBeVisible();
  const top = async (shown: Locator) => (await shown.boundingBox())?.y ?? NaN;
  expect(await top(facts.getByText("KICC, Nairobi"))).toBeLessThan(await top(sarah.thread.message(launch.bodies[0])));
  expect(await sarah.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe("rgb(255, 255, 255)");
});
