import { executeSql, executeTransaction } from "../support/database.ts";
import { isMarked, markDocument } from "../support/document-mark.ts";
import { expect, test } from "../support/fixtures.ts";

// The page shows when the stream may be lost, and recovers without a reload.

const RECONNECTED = { timeout: 30_000 };
const RECONNECTING = /Reconnecting/;

test("@js a stream reset reloads the state in place and keeps the draft", async ({ site, sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Before");
  await expect(sarah.thread.message("Before")).toBeVisible();
  await markDocument(sarah.page);
  await sarah.thread.composer.fill("Half a sentence");

  await faultProxy.refuseConnections();
  await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
  await apis.eventpro.sendMessage(launch.id, "Meanwhile");
  // As after an absence longer than the retention of the event log, which is a month.
  executeSql(site, "DELETE FROM event");
  await faultProxy.restore();

  await expect(sarah.thread.message("Meanwhile")).toHaveCount(1, RECONNECTED);
  await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0);
  await expect(sarah.thread.composer).toHaveValue("Half a sentence");
  expect(await isMarked(sarah.page)).toBe(true);
  await apis.eventpro.sendMessage(launch.id, "After");
  await expect(sarah.thread.message("After")).toHaveCount(1);
});

test("@js a stream that stays silent is shown as reconnecting within seconds", async ({ sarah, faultProxy, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.installClock();
  // As behind a proxy that accepts the request and never responds.
  await sarah.page.route(/\/api\/events/, () => {});
  await sarah.open(launch.path);
  await expect(async () => {
    await sarah.page.clock.fastForward("00:06");
    await expect(sarah.page.getByText(RECONNECTING)).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await sarah.page.unroute(/\/api\/events/);
  await sarah.page.clock.fastForward("00:45");
  await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0, RECONNECTED);
});

test("@js a device that wakes from sleep catches up at once", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.installClock();
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Good night");
  await expect(sarah.thread.message("Good night")).toBeVisible();
  // The connection dies silently during the sleep.
  await faultProxy.freezeTraffic();
  await apis.eventpro.sendMessage(launch.id, "Good morning");
  await sarah.page.clock.setSystemTime(Date.now() + 8 * 60 * 60 * 1_000);
  await faultProxy.restore();
  await sarah.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
  await expect(sarah.thread.message("Good morning")).toBeVisible(RECONNECTED);
});

test("@js a clock that is an hour slow doesn't change the order of messages", async ({ sarah, eventpro, apis, launch }) => {
  await sarah.installClock(Date.now() - 60 * 60 * 1_000);
  await sarah.open(launch.path);
  await eventpro.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "First");
  await expect(sarah.thread.message("First")).toBeVisible();
  await sarah.thread.sendMessage("Second");
  await expect(eventpro.thread.message("Second")).toBeVisible();
  await apis.eventpro.sendMessage(launch.id, "Third");
  for (const person of [sarah, eventpro]) {
    await expect(person.thread.message(/^(First|Second|Third)$/)).toHaveText(["First", "Second", "Third"]);
  }
});

test("@js a clock that is an hour fast doesn't change relative times", async ({ sarah, apis, launch }) => {
  await sarah.installClock(Date.now() + 60 * 60 * 1_000);
  await sarah.open("/inbox");
  await apis.eventpro.sendMessage(launch.id, "Just now");
  const row = sarah.conversations.getByRole("link", { name: "EventPro Kenya" });
  await expect(row).toContainText("Just now");
  // The page learns the server time from the first heartbeat.
  await expect(row.locator("time").first()).toHaveText("now", RECONNECTED);
});

test("@js an unknown event type is ignored, and its seq is no gap", async ({ site, sarah, apis, launch }) => {
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "One");
  await expect(sarah.thread.message("One")).toBeVisible();
  let streams = 0;
  sarah.page.on("request", (request) => (streams += Number(/\/api\/events\?/.test(request.url()))));
  const sarahId = "(SELECT id FROM person WHERE email = 'sarah.photographer@example.com')";
  executeTransaction(
    site,
    `UPDATE person_head SET seq = seq + 1 WHERE person_id = ${sarahId}`,
    `INSERT INTO event (person_id, seq, kind, payload, at)
     SELECT person_id, seq, 'moon.rose', json_object('seq', seq, 'at', '2026-11-22T14:30:00Z', 'type', 'moon.rose'), 0
     FROM person_head WHERE person_id = ${sarahId}`,
  );
  for (const text of ["Two", "Three"]) {
    await apis.eventpro.sendMessage(launch.id, text);
    await expect(sarah.thread.message(text)).toHaveCount(1);
  }
  expect(streams).toBe(0);
});
