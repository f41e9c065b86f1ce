import type { Page } from "@playwright/test";
import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test, type Person } from "../support/fixtures.ts";
import { holdRequests } from "../support/hold-requests.ts";
import { submitSignIn } from "../support/forms.ts";

// All tabs of a browser share one stream. The tab that holds the lock is the leader and has the stream.

const STREAM = /\/api\/events\?/;

/** Records the streams that tabs open from now on. */
const recordStreams = (person: Person) => {
  const opened: Page[] = [];
  person.page.context().on("request", (request) => {
    if (STREAM.test(request.url())) opened.push(request.frame().page());
  });
  return opened;
};

/** Returns the name of the lock that the leader holds. */
const findStreamLock = (page: Page) =>
  page.evaluate(async () => (await navigator.locks.query()).held!.find((lock) => lock.name!.startsWith("greenroom-stream-"))!.name!);

/** Steals a lock and never releases it. */
const stealLock = (page: Page, name: string) =>
  page.evaluate((name) => void navigator.locks.request(name, { steal: true }, () => new Promise(() => {})).catch(() => {}), name);

const message = (page: Page, text: string) => page.getByRole("log").getByText(text, { exact: true });

test("@js twelve tabs are live with one stream", async ({ sarah, apis, launch }) => {
  test.slow();
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Is it live?");
  await expect(message(sarah.page, "Is it live?")).toBeVisible();
  const opened = recordStreams(sarah);
  const tabs = [sarah.page];
  while (tabs.length < 12) tabs.push(await sarah.openTab(launch.path));
  await apis.eventpro.sendMessage(launch.id, "To all of you");
  for (const tab of tabs) await expect(message(tab, "To all of you")).toHaveCount(1);
  expect(opened).toEqual([]);
});

test("@js when the leader tab closes, another tab opens the stream within 2 s", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const others = [await sarah.openTab(launch.path), await sarah.openTab(launch.path)];
  const opened = recordStreams(sarah);
  const closedAt = Date.now();
  const newStream = sarah.page.context().waitForEvent("request", (request) => STREAM.test(request.url()));
  await sarah.page.close();
  await newStream;
  expect(Date.now() - closedAt).toBeLessThan(2_000);
  await apis.eventpro.sendMessage(launch.id, "Who leads now?");
  for (const tab of others) await expect(message(tab, "Who leads now?")).toHaveCount(1);
  expect(opened).toHaveLength(1);
});

test("@js when the leader tab crashes, another tab opens the stream within 2 s", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const other = await sarah.openTab(launch.path);
  const newStream = sarah.page.context().waitForEvent("request", (request) => STREAM.test(request.url()));
  const crashedAt = Date.now();
  await sarah.page.goto("chrome://crash").catch(() => {});
  await newStream;
  expect(Date.now() - crashedAt).toBeLessThan(2_000);
  await apis.eventpro.sendMessage(launch.id, "Still with us?");
  await expect(message(other, "Still with us?")).toHaveCount(1);
});

test("@js a suspended leader is replaced by a visible tab", async ({ sarah, apis, launch }) => {
  await sarah.open("/signin");
  await sarah.open(launch.path);
  const other = await sarah.openTab(launch.path, { hasClock: true });
  await apis.eventpro.sendMessage(launch.id, "Awake?");
  await expect(message(other, "Awake?")).toBeVisible();

  // Simulates the suspension by silence on the channel. A busy loop would block the other tabs too: they share a
  // process.
  await sarah.page.evaluate(() => {
    const postMessage = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = () => {};
    (window as any).wake = () => (BroadcastChannel.prototype.postMessage = postMessage);
  });
  await apis.eventpro.sendMessage(launch.id, "Wake up");
  let streamOpened = false;
  other.on("request", (request) => (streamOpened ||= STREAM.test(request.url())));
  await expect(async () => {
    await other.clock.fastForward("00:10");
    expect(streamOpened).toBe(true);
  }).toPass({ timeout: 20_000 });
  await expect(message(other, "Wake up")).toHaveCount(1);
  await sarah.page.evaluate(() => (window as any).wake());
  await apis.eventpro.sendMessage(launch.id, "Both of you");
  for (const tab of [sarah.page, other]) await expect(message(tab, "Both of you")).toHaveCount(1);
  await expect(message(sarah.page, "Wake up")).toHaveCount(1);
});

test("@js a lock still held by a closed page, as in WebKit, delays the next page only briefly", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const holder = await sarah.openTab("/healthz", { isPage: false });
  // Simulates the closed page: it holds the lock and is silent on the channel.
  const name = await findStreamLock(sarah.page);
  await sarah.page.goto("/signin");
  await stealLock(holder, name);
  await expect.poll(() => holder.evaluate(async () => (await navigator.locks.query()).held!.length)).toBeGreaterThan(0);
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Heard");
  // The page steals the lock if its holder doesn't respond within 1.5 s. Without stealing, the holder would keep it for ever.
  await expect(sarah.thread.message("Heard")).toBeVisible({ timeout: 5_000 });
});

test("@js two tabs that find the leader silent at the same time end with one stream", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const name = await findStreamLock(sarah.page);
  await sarah.page.goto("/healthz");
  await stealLock(sarah.page, name);
  const tabs = await Promise.all([sarah.openTab(launch.path), sarah.openTab(launch.path)]);
  await apis.eventpro.sendMessage(launch.id, "To both");
  for (const tab of tabs) await expect(message(tab, "To both")).toHaveCount(1);
  const opened = recordStreams(sarah);
  await apis.eventpro.sendMessage(launch.id, "Still");
  for (const tab of tabs) await expect(message(tab, "Still")).toHaveCount(1);
  expect(opened).toEqual([]);
});

test("@js pagehide releases lock, channel and stream, and pageshow subscribes again", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Before");
  await expect(sarah.thread.message("Before")).toBeVisible();
  const countLocks = () => sarah.page.evaluate(async () => (await navigator.locks.query()).held!.length);
  expect(await countLocks()).toBe(1);
  await sarah.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await expect.poll(countLocks).toBe(0);
  await apis.eventpro.sendMessage(launch.id, "While away");
  await sarah.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await expect(sarah.thread.message("While away")).toHaveCount(1, { timeout: 2_000 });
  await apis.eventpro.sendMessage(launch.id, "After");
  await expect(sarah.thread.message("After")).toHaveCount(1, { timeout: 2_000 });
});

test("@js a page that was left while it waited to send sends once it is back", async ({ sarah, eventpro, launch }) => {
  await sarah.open(launch.path);
  const holder = await sarah.openTab("/healthz", { isPage: false });
  const locks = () => holder.evaluate(() => navigator.locks.query());
  const outbox = (await findStreamLock(holder)).replace("stream", "outbox");
  await holder.evaluate((name) => void navigator.locks.request(name, () => new Promise<void>((resolve) => ((window as any).release = resolve))), outbox);
  await sarah.thread.sendMessage("Patient");
  const waits = async () => (await locks()).pending!.some(({ name }) => name === outbox);
  await expect.poll(waits).toBe(true);
  await sarah.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await expect.poll(waits).toBe(false);
  await holder.evaluate(() => (window as any).release());
  await sarah.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await eventpro.open(launch.path);
  await expect(eventpro.thread.message("Patient")).toHaveCount(1);
});

test("@js a tab rendered at an older cursor than the others misses no event", async ({ sarah, apis, launch }) => {
  await sarah.open("/inbox");
  // The page is rendered before the message, and hydrated after it.
  const release = await holdRequests(sarah.page.context(), "**/pkg/*.js");
  const opening = sarah.openTab(launch.path);
  const tab = await sarah.page.context().waitForEvent("page");
  await expect(tab.getByRole("log")).toBeVisible();
  await apis.eventpro.sendMessage(launch.id, "In between");
  await expect(sarah.conversations.getByText("In between")).toBeVisible();
  release();
  await opening;
  await expect(message(tab, "In between")).toHaveCount(1);
});

test("@js a tab shows nothing of another person who has signed in since", async ({ sarah, faultProxy, apis, launch, sundowner }) => {
  sarah.allowConsole(/net::ERR_|status of 4(01|09)/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await faultProxy.refuseConnections();
  await expect(sarah.page.getByText(/Reconnecting/)).toBeVisible();
  await sarah.thread.sendMessage("As Sarah or not at all");
  // DJ Kamau signs in with the same browser.
  const cookies = await sarah.page.context().cookies();
  const [name, value] = (apis.kamau.cookie ?? "").split("=");
  await sarah.page.context().addCookies(cookies.filter((cookie) => cookie.name === name).map((cookie) => ({ ...cookie, value })));
  await faultProxy.restore();
  await expect(sarah.page.getByText("You're signed in as DJ Kamau now")).toBeVisible({ timeout: 40_000 });
  await apis.safari.sendMessage(sundowner.id, "For Kamau alone");
  expect((await apis.eventpro.listMessages(launch.id)).map(({ body }) => body)).not.toContain("As Sarah or not at all");
  await expect(sarah.thread.message("As Sarah or not at all")).toHaveCount(1);
  await expect(sarah.page.getByText("For Kamau alone")).toHaveCount(0);
});

test("@js a tab that found the session ended follows the leader of the new session", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_|status of 401/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await faultProxy.refuseConnections();
  await expect(sarah.page.getByText(/Reconnecting/)).toBeVisible();
  await sarah.thread.sendMessage("Offline words");
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toBeVisible();
  await apis.sarah.signOut();
  // Blocks the stream, so that the message is the first request to get the 401.
  await sarah.page.route(/\/api\/events/, () => {});
  await faultProxy.restore();
  const over = sarah.page.getByText("You were signed out.").first();
  await expect(over).toBeVisible({ timeout: 40_000 });

  await sarah.page.unroute(/\/api\/events/);
  const opened = sarah.page.waitForEvent("popup");
  await sarah.page.getByRole("link", { name: "Sign in" }).first().click();
  const signInTab = await opened;
  await submitSignIn(signInTab, DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(signInTab).toHaveURL(launch.path);
  await expect(message(signInTab, "Offline words")).toHaveCount(1, { timeout: 40_000 });
  await apis.eventpro.sendMessage(launch.id, "To both");
  for (const tab of [sarah.page, signInTab]) await expect(message(tab, "To both")).toHaveCount(1);
  await expect(over).toHaveCount(0);
});

test("@js a visible tab detects the dead connection of a leader in the background", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.installClock();
  await sarah.open(launch.path);
  const other = await sarah.openTab(launch.path, { hasClock: true });
  await apis.eventpro.sendMessage(launch.id, "Heard");
  await expect(message(other, "Heard")).toBeVisible();
  await faultProxy.freezeTraffic();
  // The timers of the leader stop, as those of a background tab may.
  await sarah.page.clock.pauseAt(Date.now() + 45_000);
  await expect(async () => {
    await other.clock.fastForward("00:05");
    await expect(other.getByText(/Reconnecting/)).toBeVisible({ timeout: 300 });
  }).toPass({ timeout: 20_000 });
});
