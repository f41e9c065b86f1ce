import type { Api } from "../support/api.ts";
import { expect, test, type Person } from "../support/fixtures.ts";

// The outbox stores messages in the browser until the server has acknowledged them.

const RESENT = { timeout: 40_000 };
const POST = "**/fn/post*";

const receivedBodies = async (api: Api, id: string, pattern: RegExp) =>
  (await api.listMessages(id)).map(({ body }) => body).filter((body) => pattern.test(body));

const allowNetworkErrors = (person: Person) => person.allowConsole(/net::ERR_|status of 5/);

test("@js messages written offline are sent after the tab was closed and reopened", async ({ sarah, eventpro, faultProxy, apis, launch }) => {
  allowNetworkErrors(sarah);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await faultProxy.refuseConnections();
  for (const text of ["Kept 1", "Kept 2", "Kept 3"]) await sarah.thread.sendMessage(text);
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toHaveCount(3);
  await sarah.page.close();
  await faultProxy.restore();
  await eventpro.open(launch.path);

  const reopened = await sarah.openTab(launch.path);
  await expect(eventpro.thread.message(/^Kept/)).toHaveText(["Kept 1", "Kept 2", "Kept 3"], RESENT);
  await expect(reopened.getByRole("log").getByText(/^Kept/)).toHaveText(["Kept 1", "Kept 2", "Kept 3"]);
  await expect(reopened.getByRole("log").getByText(/Waiting for|Sending/)).toHaveCount(0);
  expect(await receivedBodies(apis.eventpro, launch.id, /^Kept/)).toEqual(["Kept 1", "Kept 2", "Kept 3"]);
});

test("@js a lost response and a reload don't duplicate the message", async ({ sarah, eventpro, apis, launch }) => {
  allowNetworkErrors(sarah);
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await sarah.page.route(POST, async (route) => {
    await route.fetch();
    await route.abort();
  });
  const requestFailed = sarah.page.waitForEvent("requestfailed", (request) => request.url().includes("/fn/post"));
  await sarah.thread.sendMessage("Once");
  await requestFailed;
  await expect(eventpro.thread.message("Once")).toBeVisible();
  await sarah.page.unroute(POST);
  for (let n = 0; n < 2; n++) await sarah.open(launch.path);
  await expect(sarah.thread.message("Once")).toHaveCount(1);
  await expect(sarah.thread.log.getByText(/Waiting for|Sending/)).toHaveCount(0);
  expect(await receivedBodies(apis.eventpro, launch.id, /^Once$/)).toHaveLength(1);
});

test("@js two tabs send while the server is killed: each message arrives once, in order", async ({ site, sarah, eventpro, apis, launch }) => {
  allowNetworkErrors(sarah);
  allowNetworkErrors(eventpro);
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  const other = await sarah.openTab(launch.path);
  const texts: string[] = [];
  for (let round = 1; round <= 3; round++) {
    for (const page of [sarah.page, other]) {
      const text = `Round ${round} ${page === other ? "second" : "first"}`;
      texts.push(text);
      await page.getByRole("textbox", { name: "Message", exact: true }).fill(text);
      await page.getByRole("textbox", { name: "Message", exact: true }).press("Enter");
      // Waits until the other tab shows the pending message.
      for (const tab of [sarah.page, other]) await expect(tab.getByRole("log").getByText(text, { exact: true })).toBeVisible();
      if (round === 2) await site.stop("SIGKILL");
    }
    if (round === 2) await site.serve();
  }
  await expect(eventpro.thread.message(/^Round/)).toHaveText(texts, RESENT);
  for (const tab of [sarah.page, other]) {
    await expect(tab.getByRole("log").getByText(/^Round/)).toHaveText(texts, RESENT);
    await expect(tab.getByRole("log").getByText(/Waiting for|Sending/)).toHaveCount(0);
  }
  expect(await receivedBodies(apis.eventpro, launch.id, /^Round/)).toEqual(texts);
});

test("@js the outbox of a closed tab is sent by another tab", async ({ sarah, apis, launch }) => {
  allowNetworkErrors(sarah);
  await sarah.open(launch.path);
  await sarah.page.route(POST, () => {});
  await sarah.thread.sendMessage("In good hands");
  await expect(sarah.thread.log.getByText("Sending…")).toBeVisible();
  const other = await sarah.openTab("/inbox");
  await sarah.page.close();
  await expect.poll(() => receivedBodies(apis.eventpro, launch.id, /^In good hands$/), RESENT).toHaveLength(1);
  await other.close();
});

test("@js a draft survives a reload, in its own conversation only", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  await sarah.thread.composer.pressSequentially("Half a thou");
  await sarah.open(launch.path);
  await expect(sarah.thread.composer).toHaveValue("Half a thou");
  const { id } = await apis.safari.findTalent("Sarah Wanjiru");
  const booked = await apis.safari.openBooking(id, "Wedding", "Are you free?");
  await sarah.open(`/conversations/${booked.conversation.id}`);
  await expect(sarah.thread.composer).toHaveValue("");
  await sarah.open(launch.path);
  await sarah.thread.composer.press("Enter");
  await expect(sarah.thread.message("Half a thou")).toHaveCount(1);
  await sarah.open(launch.path);
  await expect(sarah.thread.composer).toHaveValue("");
});

test("@js a rejected message returns to the composer, with the reason", async ({ sarah, launch }) => {
  sarah.allowConsole(/status of 422/);
  await sarah.open(launch.path);
  await sarah.page.route(POST, async (route) => {
    const form = new URLSearchParams(route.request().postData() ?? "");
    form.set("body", " ");
    await route.continue({ postData: form.toString() });
  });
  await sarah.thread.sendMessage("Refused");
  await expect(sarah.thread.composer).toHaveValue("Refused");
  await expect(sarah.page.getByRole("alert")).toContainText("Write something first.");
  await expect(sarah.thread.message("Refused")).toHaveCount(0);
  await sarah.page.unroute(POST);
  await sarah.thread.sendButton.click();
  await expect(sarah.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  await expect(sarah.page.getByRole("alert")).toHaveText("");
  await expect(sarah.thread.message("Refused")).toHaveCount(1);
});

test("@js a request on a frozen connection times out and is retried", async ({ sarah, eventpro, faultProxy, launch }) => {
  allowNetworkErrors(sarah);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.installClock();
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await faultProxy.freezeTraffic();
  await sarah.thread.sendMessage("Into the void");
  await expect(sarah.thread.log.getByText("Sending…")).toBeVisible();
  await sarah.page.clock.fastForward("00:21");
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toBeVisible();
  await faultProxy.restore();
  await sarah.page.clock.fastForward("00:30");
  await expect(eventpro.thread.message("Into the void")).toBeVisible(RESENT);
  await expect(sarah.thread.message("Into the void")).toHaveCount(1);
});

test("@js signing out with queued messages asks for confirmation, and then deletes them", async ({ sarah, apis, launch }) => {
  allowNetworkErrors(sarah);
  await sarah.open(launch.path);
  await sarah.page.route(POST, (route) => route.abort());
  await sarah.thread.sendMessage("Only here");
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toBeVisible();
  const questions: string[] = [];
  let accept = false;
  sarah.page.on("dialog", async (dialog) => {
    questions.push(dialog.message());
    await (accept ? dialog.accept() : dialog.dismiss());
  });
  const signOut = () => sarah.page.getByRole("button", { name: "Sign out" }).click();
  await signOut();
  await expect(sarah.page).toHaveURL(launch.path);
  accept = true;
  await signOut();
  await expect(sarah.page).toHaveURL("/signin");
  expect(questions[0]).toContain("One message hasn't been sent yet");
  const countDatabases = async () => (await sarah.page.evaluate(() => indexedDB.databases())).length;
  await expect.poll(countDatabases).toBe(0);
  expect(await receivedBodies(apis.eventpro, launch.id, /^Only here$/)).toEqual([]);
});

test("@js the retry of a queued message is taken over when its tab closes", async ({ sarah, apis, launch }) => {
  allowNetworkErrors(sarah);
  await sarah.open(launch.path);
  const other = await sarah.openTab(launch.path, { hasClock: true });
  await sarah.page.route(POST, (route) => route.abort());
  await other.route(POST, (route) => route.abort());
  await sarah.thread.sendMessage("Left waiting");
  await expect(other.getByRole("log").getByText(/Waiting for network/)).toBeVisible();
  await sarah.page.close();
  await other.unroute(POST);
  await other.clock.fastForward("00:31");
  await expect.poll(() => receivedBodies(apis.eventpro, launch.id, /^Left waiting$/)).toHaveLength(1);
});

test("@js a message sent by another tab is not shown below newer ones", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const other = await sarah.openTab("/inbox");
  await sarah.thread.sendMessage("From the first tab");
  await expect(sarah.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  for (let n = 1; n <= 60; n++) await apis.sarah.sendMessage(launch.id, `Number ${n}`);
  await other.getByRole("link", { name: "EventPro Kenya" }).click();
  await expect(other.getByRole("log").locator(".message-text").last()).toHaveText("Number 60");
});

test("@js a queued message survives the browser clearing its storage", async ({ sarah, site, apis, launch }) => {
  allowNetworkErrors(sarah);
  await sarah.open(launch.path);
  await sarah.page.route(POST, (route) => route.abort());
  await sarah.thread.sendMessage("Precious");
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toBeVisible();
  const control = await sarah.page.context().newCDPSession(sarah.page);
  await control.send("Storage.clearDataForOrigin", { origin: site.url, storageTypes: "indexeddb" });
  await sarah.page.unroute(POST);
  await expect(sarah.thread.log.getByText("Sent", { exact: true })).toBeVisible(RESENT);
  expect(await receivedBodies(apis.eventpro, launch.id, /^Precious$/)).toHaveLength(1);
});
