import { dateInDays } from "../support/dates.ts";
import { expect, test } from "../support/fixtures.ts";

test.use({ settings: { GREENROOM_OPEN_INQUIRIES_PER_PAIR: "1" } });

test("an inquiry beyond the limit shows an error and keeps the form values", async ({ eventpro, apis, javaScriptEnabled }) => {
  eventpro.allowConsole(/status of 429 .*\/fn\/open-booking/);
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  await apis.eventpro.openBooking(id, "The first", "Are you free?");
  await eventpro.open(`/bookings/new?talent=${id}`);
  const form = eventpro.page.locator("form#new-booking");
  const values = { title: "The second", event_date: dateInDays(200), venue: "Karura, Nairobi", fee: "30,000" };
  for (const [name, value] of Object.entries(values)) await form.locator(`[name="${name}"]`).fill(value);
  await form.locator('[name="message"]').fill("And that day?");
  await form.getByRole("button").click();
  await expect(eventpro.page.getByRole("alert")).toContainText("Wait for a reply, or cancel one of them");
  for (const [name, value] of Object.entries(values)) await expect(form.locator(`[name="${name}"]`)).toHaveValue(value);
  // Without JavaScript the message isn't restored: it would be part of the URL, which proxies log.
  if (javaScriptEnabled !== false) await expect(form.locator('[name="message"]')).toHaveValue("And that day?");
  expect(await apis.achieng.listConversations()).toHaveLength(1);
});
