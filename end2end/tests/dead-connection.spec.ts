import { expect, test, type FaultProxy, type Person } from "../support/fixtures.ts";

// A connection that dies silently is detected before the second heartbeat is late. Afterwards, every pooled connection
// of the browser is dead, and requests on them never get a response; the page must recover quickly once new connections
// work.

const RECONNECTING = /Reconnecting/;
const DETECTED = { timeout: 20_000 };
const RECONNECTED = { timeout: 12_000 };

/** Fills the connection pool of the browser with idle connections, which will be dead later. */
async function fillConnectionPool(person: Person): Promise<void> {
  await person.page.evaluate(() => Promise.all(Array.from({ length: 5 }, () => fetch("/healthz").then((response) => response.text()))));
}

async function openThroughProxy(person: Person, faultProxy: FaultProxy, path: string): Promise<void> {
  person.allowConsole(/net::ERR_/);
  person.setBaseUrl(faultProxy.url);
  await person.open(path);
}

test("@js a frozen connection is detected within 20 s, and the stream reconnects within 12 s although the pool is dead", async ({ sarah, faultProxy, apis, launch }) => {
  test.slow();
  await openThroughProxy(sarah, faultProxy, launch.path);
  await apis.eventpro.sendMessage(launch.id, "Still there");
  await expect(sarah.thread.message("Still there")).toBeVisible();
  await fillConnectionPool(sarah);
  let streams = 0;
  sarah.page.on("request", (request) => (streams += Number(/\/api\/events\?/.test(request.url()))));
  await faultProxy.freezeTraffic();
  const bar = sarah.page.getByText(RECONNECTING);
  await expect(bar).toBeVisible(DETECTED);
  await apis.eventpro.sendMessage(launch.id, "Into the void");
  // Long enough for several attempts, each on another dead connection.
  await expect.poll(() => streams, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
  await faultProxy.strandConnections();
  await expect(sarah.thread.message("Into the void")).toBeVisible(RECONNECTED);
  await expect(bar).toHaveCount(0);
  await apis.eventpro.sendMessage(launch.id, "And on");
  await expect(sarah.thread.message("And on")).toHaveCount(1);
});

test("@js a message on a dead connection is resent on another, and appears once", async ({ sarah, faultProxy, apis, launch }) => {
  await openThroughProxy(sarah, faultProxy, launch.path);
  await apis.eventpro.sendMessage(launch.id, "Still there");
  await expect(sarah.thread.message("Still there")).toBeVisible();
  await fillConnectionPool(sarah);
  await faultProxy.strandConnections();
  await sarah.thread.sendMessage("Sent all the same");
  const arrived = async () => (await apis.eventpro.listMessages(launch.id)).filter(({ body }) => body === "Sent all the same").length;
  await expect.poll(arrived, { timeout: 19_000 }).toBe(1);
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toHaveCount(0);
});

test("@js a thread opens although every pooled connection is dead", async ({ sarah, faultProxy, launch }) => {
  await openThroughProxy(sarah, faultProxy, "/inbox");
  await fillConnectionPool(sarah);
  await faultProxy.strandConnections();
  await sarah.conversations.getByRole("link").first().click();
  await expect(sarah.thread.log).toBeVisible({ timeout: 19_000 });
  await expect(sarah.page).toHaveURL(new RegExp(`${launch.path}$`));
});

test("@js on a slow connection the stream reconnects", async ({ sarah, faultProxy, apis, launch }) => {
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
