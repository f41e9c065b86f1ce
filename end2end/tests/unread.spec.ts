import { openBookingMenu } from "../support/booking.ts";
import { expect, test } from "../support/fixtures.ts";
import { Person } from "../support/person.ts";
import type { Locator } from "@playwright/test";

const rowOf = (person: Person, counterpart: string): Locator =>
  person.conversations.getByRole("link", { name: counterpart, exact: true });

test("@js an unread message shows in the inbox row, the bell and the title, until it is read", async ({ sarah, apis, launch }) => {
  await sarah.open("/inbox");
  const row = rowOf(sarah, "EventPro Kenya");
  await expect(row).not.toHaveAccessibleDescription(/unread/);
  await expect(sarah.bell).toHaveAccessibleName("Notifications");

  await apis.eventpro.sendMessage(launch.id, "First");
  await apis.eventpro.sendMessage(launch.id, "Second");
  await expect(row).toHaveAccessibleDescription(/2 unread/);
  await expect(row).toContainText("Second");
  await expect(sarah.bell).toHaveAccessibleName("Notifications, 2 unread");
  await expect(sarah.page).toHaveTitle("(2) Inbox · Greenroom");

  await row.click();
  await expect(sarah.thread.message("Second")).toBeVisible();
  await expect(row).not.toHaveAccessibleDescription(/unread/);
  await expect(sarah.bell).toHaveAccessibleName("Notifications");
  await expect(sarah.page).toHaveTitle("EventPro Kenya · Greenroom");
});

test("@js a message that arrives in a visible thread is read at once", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const { seq } = await apis.eventpro.sendMessage(launch.id, "Look here");
  await expect(sarah.thread.message("Look here")).toBeVisible();
  await expect
    .poll(async () => (await apis.eventpro.listConversations())[0].counterpartReadSeq)
    .toBe(seq);
  await expect(rowOf(sarah, "EventPro Kenya")).not.toHaveAccessibleDescription(/unread/);
  await expect(sarah.page).toHaveTitle("EventPro Kenya · Greenroom");
});

test("@js a message that arrives in a hidden page stays unread until the page is visible", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const show = (state: "visible" | "hidden") =>
    sarah.page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, state);
  await show("hidden");
  await apis.eventpro.sendMessage(launch.id, "You can't see this");
  await expect(sarah.page).toHaveTitle("(1) EventPro Kenya · Greenroom");
  await expect(sarah.thread.message("You can't see this")).toBeAttached();
  expect((await apis.sarah.listConversations())[0].unread).toBe(1);

  await show("visible");
  await expect(sarah.page).toHaveTitle("EventPro Kenya · Greenroom");
  await expect.poll(async () => (await apis.sarah.listConversations())[0].unread).toBe(0);
});

test("@js reading in one tab updates the other", async ({ sarah, apis, launch }) => {
  await sarah.open("/inbox");
  await apis.eventpro.sendMessage(launch.id, "Somewhere");
  await expect(rowOf(sarah, "EventPro Kenya")).toHaveAccessibleDescription(/1 unread/);
  await sarah.openTab(launch.path);
  await expect(rowOf(sarah, "EventPro Kenya")).not.toHaveAccessibleDescription(/unread/);
  await expect(sarah.bell).toHaveAccessibleName("Notifications");
});

test("marking as unread applies to every device, until it is read again", async ({ sarah, eventpro, template, site, browser, apis, launch, javaScriptEnabled }) => {
  const { seq } = await apis.eventpro.sendMessage(launch.id, "Think about it");
  await apis.sarah.markRead(launch.id, seq);
  const phone = new Person("Sarah's phone", { browser, url: site.url, javaScript: javaScriptEnabled !== false }, template.sessions.sarah);
  await phone.open("/inbox");
  await sarah.open(launch.path);
  await openBookingMenu(sarah.page);
  await sarah.page.getByRole("button", { name: "Mark as unread" }).click();
  await expect(sarah.page).toHaveURL("/inbox");
  if (javaScriptEnabled === false) await phone.open("/inbox");
  for (const device of [sarah, phone]) {
    await expect(rowOf(device, "EventPro Kenya")).toHaveAccessibleDescription(/1 unread/, { timeout: 1_000 });
  }
  await eventpro.open(launch.path);
  expect((await apis.eventpro.listConversations())[0].counterpartReadSeq).toBe(seq);

  await rowOf(phone, "EventPro Kenya").click();
  await expect(phone.thread.log.getByText("New", { exact: true })).toBeVisible();
  if (javaScriptEnabled === false) await phone.page.getByRole("button", { name: "Mark as read" }).click();
  await expect.poll(async () => (await apis.sarah.listConversations())[0].unread).toBe(0);
  if (javaScriptEnabled === false) await sarah.open("/inbox");
  await expect(rowOf(sarah, "EventPro Kenya")).not.toHaveAccessibleDescription(/unread/);
  await phone.close();
});

test("@js an open thread on another device doesn't undo marking as unread", async ({ sarah, apis, launch }) => {
  const { seq } = await apis.eventpro.sendMessage(launch.id, "Think about it");
  await sarah.open(launch.path);
  await expect.poll(async () => (await apis.sarah.listConversations())[0].unread).toBe(0);
  const response = await apis.sarah.request("PUT", `/api/conversations/${launch.id}/unread`, { seq });
  expect(response.status).toBe(204);
  await expect(sarah.page).toHaveTitle("(1) EventPro Kenya · Greenroom");
  await apis.sarah.sendMessage(launch.id, "From my phone");
  await expect(sarah.thread.message("From my phone")).toBeVisible();
});

test("@js the conversation with the newest message moves to the top", async ({ eventpro, apis, launch }) => {
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  const booked = await apis.eventpro.openBooking(id, "Harvest festival", "Would you lead through the evening?");
  // Conversations with unread messages come first.
  await apis.eventpro.markRead(launch.id, launch.bodies.length);
  await eventpro.open("/inbox");
  const names = eventpro.conversations.getByRole("link").locator("[id^=name-]");
  await expect(names).toHaveText(["MC Achieng", "Sarah Wanjiru"]);
  await apis.sarah.sendMessage(launch.id, "One more thing");
  await expect(names).toHaveText(["Sarah Wanjiru", "MC Achieng"]);
  await apis.achieng.sendMessage(booked.conversation.id, "With pleasure");
  await expect(names).toHaveText(["MC Achieng", "Sarah Wanjiru"]);
});

test("@js a new conversation appears live", async ({ achieng, apis }) => {
  await achieng.open("/inbox");
  await expect(achieng.page.getByText("No conversations yet")).toBeVisible();
  const { id } = await apis.safari.findTalent("MC Achieng");
  await apis.safari.openBooking(id, "Wedding in Naivasha", "Are you free?");
  const row = rowOf(achieng, "Safari Sounds");
  await expect(row).toContainText("Wedding in Naivasha");
  await expect(row).toHaveAccessibleDescription(/1 unread/);
  await expect(achieng.page.getByText("No conversations yet")).toHaveCount(0);
  await expect(achieng.bell).toHaveAccessibleName(/^Notifications, \d unread$/);
});

test("@no-js opening a thread changes nothing; the button marks it as read", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.open("/inbox");
  const row = rowOf(eventpro, "Sarah Wanjiru");
  await expect(row).toHaveAccessibleDescription(/1 unread/);
  const bell = await eventpro.bell.getAttribute("aria-label");
  expect(bell).toMatch(/unread$/);

  await row.click();
  await eventpro.page.getByRole("button", { name: "Mark as read" }).click();
  await expect(eventpro.page).toHaveURL((url) => url.pathname === launch.path);
  await expect(eventpro.page.getByRole("button", { name: "Mark as read" })).toHaveCount(0);
  await expect(eventpro.bell).not.toHaveAccessibleName(bell ?? "");
  await eventpro.open("/inbox");
  await expect(row).not.toHaveAccessibleDescription(/unread/);
});

test("@no-js marking as read shows Read to the other person", async ({ eventpro, sarah, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.page.getByRole("button", { name: "Mark as read" }).click();
  await sarah.open(launch.path);
  await expect(sarah.thread.log.getByText("Read", { exact: true })).toBeVisible();
});

test("@js a reconnect doesn't undo marking as unread", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  // Waits for an open stream, by a message that arrives on it.
  const { seq } = await apis.eventpro.sendMessage(launch.id, "Think about it");
  await expect(sarah.thread.message("Think about it")).toBeVisible();
  await expect.poll(async () => (await apis.sarah.listConversations())[0].unread).toBe(0);
  await apis.sarah.request("PUT", `/api/conversations/${launch.id}/unread`, { seq });
  await expect(sarah.page).toHaveTitle("(1) EventPro Kenya · Greenroom");
  await faultProxy.cutConnections();
  const bar = sarah.page.getByText(/Reconnecting/);
  await expect(bar).toBeVisible();
  await expect(bar).toHaveCount(0, { timeout: 30_000 });
  await expect(sarah.page).toHaveTitle("(1) EventPro Kenya · Greenroom");
  expect((await apis.sarah.listConversations())[0].unread).toBe(1);
});

test("@js a message above the queued ones is read when it is visible", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(/net::ERR_FAILED/);
  await sarah.open(launch.path);
  await sarah.page.route("**/fn/post*", (route) => route.abort());
  for (let n = 1; n <= 14; n++) await sarah.thread.sendMessage(`Waiting ${n}`);
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toHaveCount(14);
  await apis.eventpro.sendMessage(launch.id, "Out of sight");
  await expect(sarah.page).toHaveTitle("(1) EventPro Kenya · Greenroom");
  await expect(sarah.thread.message("Out of sight")).not.toBeInViewport();
  expect((await apis.sarah.listConversations())[0].unread).toBe(1);
  await sarah.thread.message("Out of sight").scrollIntoViewIfNeeded();
  await expect.poll(async () => (await apis.sarah.listConversations())[0].unread).toBe(0);
});

test("@js only the newest page of a thread can be marked as unread", async ({ sarah, apis, launch }) => {
  for (let n = 1; n <= 120; n++) await apis.eventpro.sendMessage(launch.id, `Number ${n}`);
  await apis.sarah.markRead(launch.id, launch.bodies.length + 120);
  await sarah.open(`${launch.path}?at=20`);
  await expect(sarah.thread.message(launch.bodies[0])).toBeAttached();
  await openBookingMenu(sarah.page);
  await expect(sarah.page.getByRole("link", { name: "Print conversation" })).toBeVisible();
  await expect(sarah.page.getByRole("button", { name: "Mark as unread" })).toHaveCount(0);
});
