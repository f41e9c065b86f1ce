import { expect, test, type Person } from "../support/fixtures.ts";

// What is written is kept in the browser until the server has it.

const BACK = { timeout: 40_000 };
const POST = "**/fn/post*";

const arrived = async (api: { listMessages(id: string): Promise<{ body: string }[]> }, id: string, pattern: RegExp) =>
  (await api.listMessages(id)).map(({ body }) => body).filter((body) => pattern.test(body));

const bad = (person: Person) => person.allowConsole(/net::ERR_|status of 5/);

test("@js what was written without a line goes out after the tab was closed and opened again", async ({ sarah, eventpro, faultProxy, apis, launch }) => {
  bad(sarah);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await faultProxy.refuseConnections();
  for (const text of ["Kept 1", "Kept 2", "Kept 3"]) await sarah.thread.sendMessage(text);
  await expect(sarah.thread.log.getByText(/Not sent/)).toHaveCount(3);
  await sarah.page.close();
  await faultProxy.restore();
  await eventpro.open(launch.path);

  const again = await sarah.openTab(launch.path);
  await expect(eventpro.thread.message(/^Kept/)).toHaveText(["Kept 1", "Kept 2", "Kept 3"], BACK);
  await expect(again.getByRole("log").getByText(/^Kept/)).toHaveText(["Kept 1", "Kept 2", "Kept 3"]);
  await expect(again.getByRole("log").getByText(/Not sent|Sending/)).toHaveCount(0);
  expect(await arrived(apis.eventpro, launch.id, /^Kept/)).toEqual(["Kept 1", "Kept 2", "Kept 3"]);
});

test("@js an answer that was lost and a reload still make one message", async ({ sarah, eventpro, apis, launch }) => {
  bad(sarah);
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await sarah.page.route(POST, async (route) => {
    await route.fetch();
    await route.abort();
  });
  const lost = sarah.page.waitForEvent("requestfailed", (request) => request.url().includes("/fn/post"));
  await sarah.thread.sendMessage("Once");
  await lost;
  await expect(eventpro.thread.message("Once")).toBeVisible();
  await sarah.page.unroute(POST);
  for (let n = 0; n < 2; n++) await sarah.open(launch.path);
  await expect(sarah.thread.message("Once")).toHaveCount(1);
  await expect(sarah.thread.log.getByText(/Not sent|Sending/)).toHaveCount(0);
  expect(await arrived(apis.eventpro, launch.id, /^Once$/)).toHaveLength(1);
});

test("@js a server killed in the middle of sending, and two tabs that write: each message once, in order", async ({ site, sarah, eventpro, apis, launch }) => {
  bad(sarah);
  bad(eventpro);
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  const other = await sarah.openTab(launch.path);
  const texts: string[] = [];
  for (let round = 1; round <= 3; round++) {
    for (const page of [sarah.page, other]) {
      const text = `Round ${round} ${page === other ? "second" : "first"}`;
      texts.push(text);
      await page.getByRole("textbox", { name: "Message", exact: true }).fill(text);
      await page.getByRole("textbox", { name: "Message", exact: true }).press("Enter");
      // The other tab sees it on its way before anything more is written.
      for (const tab of [sarah.page, other]) await expect(tab.getByRole("log").getByText(text, { exact: true })).toBeVisible();
      if (round === 2) await site.stop("SIGKILL");
    }
    if (round === 2) await site.serve();
  }
  await expect(eventpro.thread.message(/^Round/)).toHaveText(texts, BACK);
  for (const tab of [sarah.page, other]) {
    await expect(tab.getByRole("log").getByText(/^Round/)).toHaveText(texts, BACK);
    await expect(tab.getByRole("log").getByText(/Not sent|Sending/)).toHaveCount(0);
  }
  expect(await arrived(apis.eventpro, launch.id, /^Round/)).toEqual(texts);
});

test("@js what a tab could not send, another sends when it is gone", async ({ sarah, apis, launch }) => {
  bad(sarah);
  await sarah.open(launch.path);
  await sarah.page.route(POST, () => {});
  await sarah.thread.sendMessage("In good hands");
  await expect(sarah.thread.log.getByText("Sending…")).toBeVisible();
  const other = await sarah.openTab("/inbox");
  await sarah.page.close();
  await expect.poll(() => arrived(apis.eventpro, launch.id, /^In good hands$/), BACK).toHaveLength(1);
  await other.close();
});

test("@js a draft is there again after a reload, in its own conversation only", async ({ sarah, apis, launch }) => {
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

test("@js what is refused for good comes back into the box, with the reason", async ({ sarah, launch }) => {
  sarah.allowConsole(/status of 422/);
  await sarah.open(launch.path);
  await sarah.page.route(POST, async (route) => {
    const asked = new URLSearchParams(route.request().postData() ?? "");
    asked.set("body", " ");
    await route.continue({ postData: asked.toString() });
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

test("@js a line that swallows what is sent holds nothing up for long", async ({ sarah, eventpro, faultProxy, launch }) => {
  bad(sarah);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open("/signin");
  await sarah.page.clock.install();
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await faultProxy.freezeTraffic();
  await sarah.thread.sendMessage("Into the void");
  await expect(sarah.thread.log.getByText("Sending…")).toBeVisible();
  await sarah.page.clock.fastForward("00:21");
  await expect(sarah.thread.log.getByText(/Not sent/)).toBeVisible();
  await faultProxy.restore();
  await sarah.page.clock.fastForward("00:30");
  await expect(eventpro.thread.message("Into the void")).toBeVisible(BACK);
  await expect(sarah.thread.message("Into the void")).toHaveCount(1);
});

test("@js signing out asks first where something hasn't gone out, and then keeps nothing", async ({ sarah, apis, launch }) => {
  bad(sarah);
  await sarah.open(launch.path);
  await sarah.page.route(POST, (route) => route.abort());
  await sarah.thread.sendMessage("Only here");
  await expect(sarah.thread.log.getByText(/Not sent/)).toBeVisible();
  const asked: string[] = [];
  let answer = false;
  sarah.page.on("dialog", async (dialog) => {
    asked.push(dialog.message());
    await (answer ? dialog.accept() : dialog.dismiss());
  });
  const leave = () => sarah.page.getByRole("button", { name: "Sign out" }).click();
  await leave();
  await expect(sarah.page).toHaveURL(launch.path);
  answer = true;
  await leave();
  await expect(sarah.page).toHaveURL("/signin");
  expect(asked[0]).toContain("One message hasn't gone out yet");
  const kept = async () => (await sarah.page.evaluate(() => indexedDB.databases())).length;
  await expect.poll(kept).toBe(0);
  expect(await arrived(apis.eventpro, launch.id, /^Only here$/)).toEqual([]);
});

test("@js what waits in one tab is sent by another when that is gone", async ({ sarah, apis, launch }) => {
  bad(sarah);
  await sarah.open(launch.path);
  const other = await sarah.openTab("/signin");
  await other.clock.install();
  await other.goto(launch.path);
  await expect(other.locator("html")).toHaveAttribute("data-hydrated", "");
  await sarah.page.route(POST, (route) => route.abort());
  await other.route(POST, (route) => route.abort());
  await sarah.thread.sendMessage("Left waiting");
  await expect(other.getByRole("log").getByText(/Not sent/)).toBeVisible();
  await sarah.page.close();
  await other.unroute(POST);
  await other.clock.fastForward("00:31");
  await expect.poll(() => arrived(apis.eventpro, launch.id, /^Left waiting$/)).toHaveLength(1);
});

test("@js a message that another tab sent stands once, where it belongs", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const other = await sarah.openTab("/inbox");
  await sarah.thread.sendMessage("From the first tab");
  await expect(sarah.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  for (let n = 1; n <= 60; n++) await apis.sarah.sendMessage(launch.id, `Number ${n}`);
  await other.getByRole("link", { name: "EventPro Kenya" }).click();
  await expect(other.getByRole("log").locator(".bubble").last()).toHaveText("Number 60");
});

test("@js a browser that empties its storage loses nothing that is on the page", async ({ sarah, site, apis, launch }) => {
  bad(sarah);
  await sarah.open(launch.path);
  await sarah.page.route(POST, (route) => route.abort());
  await sarah.thread.sendMessage("Precious");
  await expect(sarah.thread.log.getByText(/Not sent/)).toBeVisible();
  const control = await sarah.page.context().newCDPSession(sarah.page);
  await control.send("Storage.clearDataForOrigin", { origin: site.url, storageTypes: "indexeddb" });
  await sarah.page.unroute(POST);
  await sarah.thread.log.getByRole("button", { name: "Retry" }).click();
  await expect(sarah.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  expect(await arrived(apis.eventpro, launch.id, /^Precious$/)).toHaveLength(1);
});
