import { expect, test, type FaultProxy, type Person } from "../support/fixtures.ts";

// A line that dies without a word is noticed before the second heartbeat is late, and costs little once there is another:
// each connection that the browser had is dead, and a request on one of them is never answered.

const RECONNECTING = /Reconnecting/;
const NOTICED = { timeout: 20_000 };
const BACK = { timeout: 12_000 };

/** Leaves the browser with idle connections, all of which are dead when the line is. */
async function fillPool(person: Person): Promise<void> {
  await person.page.evaluate(() => Promise.all(Array.from({ length: 5 }, () => fetch("/healthz").then((answer) => answer.text()))));
}

async function openThroughProxy(person: Person, faultProxy: FaultProxy, path: string): Promise<void> {
  person.allowConsole(/net::ERR_/);
  person.setBaseUrl(faultProxy.url);
  await person.open(path);
}

test("@js a line that froze is noticed within 20 s and said, and is back within seconds where every old connection is dead", async ({ sarah, faultProxy, apis, launch }) => {
  test.slow();
  await openThroughProxy(sarah, faultProxy, launch.path);
  await apis.eventpro.sendMessage(launch.id, "Still there");
  await expect(sarah.thread.message("Still there")).toBeVisible();
  await fillPool(sarah);
  let streams = 0;
  sarah.page.on("request", (request) => (streams += Number(/\/api\/events\?/.test(request.url()))));
  await faultProxy.freezeTraffic();
  const bar = sarah.page.getByText(RECONNECTING);
  await expect(bar).toBeVisible(NOTICED);
  await apis.eventpro.sendMessage(launch.id, "Into the void");
  // Long enough for some tries, each on a further dead connection.
  await expect.poll(() => streams, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
  await faultProxy.strandConnections();
  await expect(sarah.thread.message("Into the void")).toBeVisible(BACK);
  await expect(bar).toHaveCount(0);
  await apis.eventpro.sendMessage(launch.id, "And on");
  await expect(sarah.thread.message("And on")).toHaveCount(1);
});

test("@js a message on a dead connection is sent again by another, and stands there once", async ({ sarah, faultProxy, apis, launch }) => {
  await openThroughProxy(sarah, faultProxy, launch.path);
  await apis.eventpro.sendMessage(launch.id, "Still there");
  await expect(sarah.thread.message("Still there")).toBeVisible();
  await fillPool(sarah);
  await faultProxy.strandConnections();
  await sarah.thread.sendMessage("Sent all the same");
  const arrived = async () => (await apis.eventpro.listMessages(launch.id)).filter(({ body }) => body === "Sent all the same").length;
  await expect.poll(arrived, { timeout: 19_000 }).toBe(1);
  await expect(sarah.thread.log.getByText(/Not sent/)).toHaveCount(0);
});

test("@js a thread is opened although every connection is dead", async ({ sarah, faultProxy, launch }) => {
  await openThroughProxy(sarah, faultProxy, "/inbox");
  await fillPool(sarah);
  await faultProxy.strandConnections();
  await sarah.conversations.getByRole("link").first().click();
  await expect(sarah.thread.log).toBeVisible({ timeout: 19_000 });
  await expect(sarah.page).toHaveURL(new RegExp(`${launch.path}$`));
});

test("@js on a line that is only slow, few streams are opened at once, and one gets through", async ({ sarah, faultProxy, apis, launch }) => {
  test.slow();
  await openThroughProxy(sarah, faultProxy, launch.path);
  await apis.eventpro.sendMessage(launch.id, "Fast");
  await expect(sarah.thread.message("Fast")).toBeVisible();
  await faultProxy.setConditions({ delay: 2_500 });
  await faultProxy.cutConnections();
  await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
  await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0, { timeout: 40_000 });
  await apis.eventpro.sendMessage(launch.id, "Slow, but there");
  await expect(sarah.thread.message("Slow, but there")).toHaveCount(1, { timeout: 20_000 });
});
