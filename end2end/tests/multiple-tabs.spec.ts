import type { Page } from "@playwright/test";
import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test, type Person } from "../support/fixtures.ts";

// A browser has one stream, however many tabs.

const STREAM = /\/api\/events\?/;

/** Notes each stream that a tab opens. */
const streamsOf = (person: Person) => {
  const opened: Page[] = [];
  person.page.context().on("request", (request) => {
    if (STREAM.test(request.url())) opened.push(request.frame().page());
  });
  return opened;
};

const said = (page: Page, text: string) => page.getByRole("log").getByText(text, { exact: true });

test("@js twelve tabs are live by one stream", async ({ sarah, apis, launch }) => {
  test.slow();
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Is it live?");
  await expect(said(sarah.page, "Is it live?")).toBeVisible();
  const opened = streamsOf(sarah);
  const tabs = [sarah.page];
  while (tabs.length < 12) tabs.push(await sarah.openTab(launch.path));
  await apis.eventpro.sendMessage(launch.id, "To all of you");
  for (const tab of tabs) await expect(said(tab, "To all of you")).toHaveCount(1);
  expect(opened).toEqual([]);
});

test("@js when the tab with the stream goes, another has it within two seconds", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const others = [await sarah.openTab(launch.path), await sarah.openTab(launch.path)];
  const opened = streamsOf(sarah);
  const gone = Date.now();
  const taken = sarah.page.context().waitForEvent("request", (request) => STREAM.test(request.url()));
  await sarah.page.close();
  await taken;
  expect(Date.now() - gone).toBeLessThan(2_000);
  await apis.eventpro.sendMessage(launch.id, "Who leads now?");
  for (const tab of others) await expect(said(tab, "Who leads now?")).toHaveCount(1);
  expect(opened).toHaveLength(1);
});

test("@js when it crashes, too", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const other = await sarah.openTab(launch.path);
  const taken = sarah.page.context().waitForEvent("request", (request) => STREAM.test(request.url()));
  const crashed = Date.now();
  await sarah.page.goto("chrome://crash").catch(() => {});
  await taken;
  expect(Date.now() - crashed).toBeLessThan(2_000);
  await apis.eventpro.sendMessage(launch.id, "Still with us?");
  await expect(said(other, "Still with us?")).toHaveCount(1);
});

test("@js a tab that sleeps with the stream is replaced by one that is looked at", async ({ sarah, apis, launch }) => {
  await sarah.open("/signin");
  await sarah.open(launch.path);
  const other = await sarah.openTab("/signin");
  await other.clock.install();
  await other.goto(launch.path);
  await expect(other.locator("html")).toHaveAttribute("data-hydrated", "");
  await apis.eventpro.sendMessage(launch.id, "Awake?");
  await expect(said(other, "Awake?")).toBeVisible();

  // All that others notice of its sleep. A busy loop would hold them up too: they share a process.
  await sarah.page.evaluate(() => {
    const speak = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = () => {};
    (window as any).wake = () => (BroadcastChannel.prototype.postMessage = speak);
  });
  await apis.eventpro.sendMessage(launch.id, "Wake up");
  let taken = false;
  other.on("request", (request) => (taken ||= STREAM.test(request.url())));
  await expect(async () => {
    await other.clock.fastForward("00:10");
    expect(taken).toBe(true);
  }).toPass({ timeout: 20_000 });
  await expect(said(other, "Wake up")).toHaveCount(1);
  await sarah.page.evaluate(() => (window as any).wake());
  await apis.eventpro.sendMessage(launch.id, "Both of you");
  for (const tab of [sarah.page, other]) await expect(said(tab, "Both of you")).toHaveCount(1);
  await expect(said(sarah.page, "Wake up")).toHaveCount(1);
});

test("@js a lock that a gone page still holds, as in WebKit, keeps the next page deaf for no longer than two seconds", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const holder = await sarah.openTab("/healthz", { isPage: false });
  // What is left of the page before: it holds the lock, and neither hears nor says anything.
  const name = await sarah.page.evaluate(async () => (await navigator.locks.query()).held!.find((lock) => lock.name!.startsWith("greenroom-stream-"))!.name!);
  await sarah.page.goto("/signin");
  await holder.evaluate((name) => void navigator.locks.request(name, { steal: true }, () => new Promise(() => {})).catch(() => {}), name);
  await expect.poll(() => holder.evaluate(async () => (await navigator.locks.query()).held!.length)).toBeGreaterThan(0);
  await sarah.open(launch.path);
  const opened = Date.now();
  await apis.eventpro.sendMessage(launch.id, "Heard at once");
  await expect(sarah.thread.message("Heard at once")).toBeVisible({ timeout: 2_000 });
  expect(Date.now() - opened).toBeLessThan(2_000);
});

test("@js two tabs that find the lead silent at once end with one stream", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const name = await sarah.page.evaluate(async () => (await navigator.locks.query()).held!.find((lock) => lock.name!.startsWith("greenroom-stream-"))!.name!);
  await sarah.page.goto("/healthz");
  await sarah.page.evaluate((name) => void navigator.locks.request(name, { steal: true }, () => new Promise(() => {})).catch(() => {}), name);
  const tabs = await Promise.all([sarah.openTab(launch.path), sarah.openTab(launch.path)]);
  await apis.eventpro.sendMessage(launch.id, "To both");
  for (const tab of tabs) await expect(said(tab, "To both")).toHaveCount(1);
  const opened = streamsOf(sarah);
  await apis.eventpro.sendMessage(launch.id, "Still");
  for (const tab of tabs) await expect(said(tab, "Still")).toHaveCount(1);
  expect(opened).toEqual([]);
});

test("@js a page that is left lets go of lock, channel and stream, and one that comes back joins again", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Before");
  await expect(sarah.thread.message("Before")).toBeVisible();
  const held = () => sarah.page.evaluate(async () => (await navigator.locks.query()).held!.length);
  expect(await held()).toBe(1);
  await sarah.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await expect.poll(held).toBe(0);
  await apis.eventpro.sendMessage(launch.id, "While away");
  await sarah.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await expect(sarah.thread.message("While away")).toHaveCount(1, { timeout: 2_000 });
  await apis.eventpro.sendMessage(launch.id, "After");
  await expect(sarah.thread.message("After")).toHaveCount(1, { timeout: 2_000 });
});

test("@js a tab that reads further back than the others lacks nothing", async ({ sarah, apis, launch }) => {
  await sarah.open("/inbox");
  // The page is made before the message, and taken over after it.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await sarah.page.context().route("**/pkg/*.js", async (route) => {
    await held;
    await route.continue();
  });
  const opening = sarah.openTab(launch.path);
  const tab = await sarah.page.context().waitForEvent("page");
  await expect(tab.getByRole("log")).toBeVisible();
  await apis.eventpro.sendMessage(launch.id, "In between");
  await expect(sarah.conversations.getByText("In between")).toBeVisible();
  release();
  await opening;
  await expect(said(tab, "In between")).toHaveCount(1);
});

test("@js a tab where somebody else is signed in by now shows nothing of theirs", async ({ sarah, faultProxy, apis, launch, sundowner }) => {
  sarah.allowConsole(/net::ERR_|status of 4(01|09)/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await faultProxy.refuseConnections();
  await expect(sarah.page.getByText(/Reconnecting/)).toBeVisible();
  await sarah.thread.sendMessage("As Sarah or not at all");
  // Meanwhile DJ Kamau signs in at the same browser.
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

test("@js a tab whose message found the session over lets whoever signs in again lead", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_|status of 401/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await faultProxy.refuseConnections();
  await expect(sarah.page.getByText(/Reconnecting/)).toBeVisible();
  await sarah.thread.sendMessage("Offline words");
  await expect(sarah.thread.log.getByText(/Not sent/)).toBeVisible();
  await apis.sarah.signOut();
  // The message is the first to learn of it.
  await sarah.page.route(/\/api\/events/, () => {});
  await faultProxy.restore();
  const over = sarah.page.getByText("You were signed out.").first();
  await expect(over).toBeVisible({ timeout: 40_000 });

  await sarah.page.unroute(/\/api\/events/);
  const opened = sarah.page.waitForEvent("popup");
  await sarah.page.getByRole("link", { name: "Sign in" }).first().click();
  const door = await opened;
  await door.getByRole("textbox", { name: "Email" }).fill(DEMO_PEOPLE.sarah.email);
  await door.getByLabel("Password").fill(PASSWORD);
  await door.getByRole("button", { name: "Sign in" }).click();
  await expect(door).toHaveURL(launch.path);
  await expect(said(door, "Offline words")).toHaveCount(1, { timeout: 40_000 });
  await apis.eventpro.sendMessage(launch.id, "To both");
  for (const tab of [sarah.page, door]) await expect(said(tab, "To both")).toHaveCount(1);
  await expect(over).toHaveCount(0);
});

test("@js a dead line is noticed by a tab that is looked at, through one that isn't", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open("/signin");
  await sarah.page.clock.install();
  await sarah.open(launch.path);
  const other = await sarah.openTab("/signin");
  await other.clock.install();
  await other.goto(launch.path);
  await expect(other.locator("html")).toHaveAttribute("data-hydrated", "");
  await apis.eventpro.sendMessage(launch.id, "Heard");
  await expect(said(other, "Heard")).toBeVisible();
  await faultProxy.freezeTraffic();
  // Its own timers stand still, as those of a tab in the background may.
  await sarah.page.clock.pauseAt(Date.now() + 45_000);
  await expect(async () => {
    await other.clock.fastForward("00:05");
    await expect(other.getByText(/Reconnecting/)).toBeVisible({ timeout: 300 });
  }).toPass({ timeout: 20_000 });
});
