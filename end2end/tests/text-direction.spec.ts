import type { Locator } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { submitInquiry } from "../support/forms.ts";

// Without isolation, numbers after Arabic letters continue from right to left, including those of the following text.
const NAME = "محمد 2";
const TITLE = "حفل زفاف 12";

/** Returns the left edge of each character of a text, in logical order. */
function characterPositions(container: Locator, text: RegExp): Promise<number[]> {
  return container.evaluate((element, { source }) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const found = node.textContent?.match(new RegExp(source));
      if (!found) continue;
      return [...found[0]].map((_, at) => {
        const range = document.createRange();
        range.setStart(node, found.index! + at);
        range.setEnd(node, found.index! + at + 1);
        return range.getBoundingClientRect().left;
      });
    }
    return [];
  }, { source: text.source });
}

async function expectLeftToRight(container: Locator, text: RegExp): Promise<void> {
  const found = await characterPositions(container, text);
  expect(found.length, `${text} is there`).toBeGreaterThan(1);
  expect(found).toEqual([...found].sort((a, b) => a - b));
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a right-to-left name doesn't reorder the text beside it", async ({ sarah, apis }) => {
      await apis.eventpro.changeName(NAME);
      const { id } = await apis.eventpro.findTalent("Sarah Wanjiru");
      const { booking, conversation } = await apis.eventpro.openBooking(id, TITLE, "3 مرحبا\nHabari 4", TITLE);

      await sarah.open("/inbox");
      const row = sarah.conversations.getByRole("link", { name: NAME }).first();
      await expectLeftToRight(row.locator(".row-event"), /\d+ \w+/);

      await sarah.open("/notifications");
      await expectLeftToRight(sarah.page.getByRole("list", { name: "Notifications" }), /New request from/);

      await sarah.open(`/conversations/${conversation.id}`);
      await expectLeftToRight(sarah.thread.log.locator(".message-time").first(), /\d\d:\d\d/);
      // Each line of a message has the direction of its own script.
      const lines = await characterPositions(sarah.thread.bubbles.first(), /3 مرحبا/);
      expect(lines[0]).toBeGreaterThan(lines.at(-1)!);
      await expectLeftToRight(sarah.thread.bubbles.first(), /Habari 4/);

      await sarah.open(`/bookings/${booking.id}`);
      await expectLeftToRight(sarah.page.locator(".ticket-fee"), /KES 20,000/);
    });
  });
}

test("a field with invisible characters shows an error and keeps its value", async ({ eventpro, apis }) => {
  const { id } = await apis.eventpro.findTalent("DJ Kamau");
  await eventpro.open(`/bookings/new?talent=${id}`);
  eventpro.allowConsole(/status of 4/);
  const { page } = eventpro;
  await submitInquiry(page, { title: "Gala \u202e000,5 SEK", date: "2020-01-01", venue: "\u3164", fee: "1,50", message: "Are you free?" });
  await expect(page.getByLabel("What is the event?")).toHaveAccessibleDescription(/This has characters that can't be seen\./);
  await expect(page.getByLabel("On which day?")).toHaveAccessibleDescription(/This day is over\. Choose today or a later day\./);
  await expect(page.getByLabel("Where is it?")).toHaveAccessibleDescription(/Use at least one character that can be seen\./);
  await expect(page.getByLabel("Fee in Kenyan shillings")).toHaveAccessibleDescription(/Enter the fee in numbers, like 45,000\./);
  await expect(page.getByLabel("Fee in Kenyan shillings")).toHaveValue("1,50");
});
