import { expect, test } from "../support/fixtures.ts";

const RECONNECTED = { timeout: 30_000 };
const RECONNECTING = /Reconnecting/;

test("@js after a reconnect no message is missing", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  const bar = sarah.page.getByText(RECONNECTING);
  await apis.eventpro.sendMessage(launch.id, "Line 1");
  await expect(sarah.thread.message("Line 1")).toBeVisible();
  await expect(bar).toHaveCount(0);

  await faultProxy.refuseConnections();
  await expect(bar).toBeVisible();
  const lines = ["Line 1"];
  for (let n = 2; n <= 9; n++) {
    lines.push(`Line ${n}`);
    await apis.eventpro.sendMessage(launch.id, `Line ${n}`);
  }
  await faultProxy.restore();
  await expect(sarah.thread.message(/^Line \d$/)).toHaveText(lines, RECONNECTED);
  await expect(bar).toHaveCount(0);

  await apis.eventpro.sendMessage(launch.id, "Line 10");
  await expect(sarah.thread.message(/^Line \d+$/)).toHaveText([...lines, "Line 10"]);
});

test("@js repeated disconnects lose and duplicate no message", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  const lines: string[] = [];
  for (let n = 1; n <= 24; n++) {
    lines.push(`Line ${n}`);
    await apis.eventpro.sendMessage(launch.id, `Line ${n}`);
    if (n % 8 === 0) {
      // Waits for an open stream, so that the cut disconnects it.
      await expect(sarah.thread.message(`Line ${n}`)).toBeVisible(RECONNECTED);
      await faultProxy.cutConnections();
      await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
      await apis.sarah.sendMessage(launch.id, `From elsewhere ${n}`);
      await expect(sarah.thread.message(`From elsewhere ${n}`)).toBeVisible(RECONNECTED);
    }
  }
  await expect(sarah.thread.message(/^Line \d+$/)).toHaveText(lines, RECONNECTED);
  await expect(sarah.thread.message(/^From elsewhere/)).toHaveCount(3);
});

test("@js more than a page of missed messages is replayed, also in the inbox and the bell", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open("/inbox");
  await faultProxy.refuseConnections();
  await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
  for (let n = 1; n <= 60; n++) await apis.eventpro.sendMessage(launch.id, `Line ${n}`);
  await faultProxy.restore();
  const row = sarah.conversations.getByRole("link", { name: "EventPro Kenya" });
  await expect(row).toHaveAccessibleDescription(/60 unread/, RECONNECTED);
  await expect(sarah.bell).toHaveAccessibleName("Notifications, 60 unread");
  await expect(sarah.page).toHaveTitle("(60) Inbox · Greenroom");
  await expect(row).toContainText("Line 60");
});

test("@js messages written while disconnected are queued and sent once", async ({ sarah, eventpro, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await faultProxy.refuseConnections();
  await expect(sarah.page.getByText(RECONNECTING)).toContainText("What you write is kept");
  await sarah.thread.sendMessage("Kept 1");
  await sarah.thread.sendMessage("Kept 2");
  await apis.eventpro.sendMessage(launch.id, "Meanwhile");
  await faultProxy.restore();
  await expect(eventpro.thread.message(/^Kept|^Meanwhile/)).toHaveText(["Meanwhile", "Kept 1", "Kept 2"], RECONNECTED);
  await expect(sarah.thread.message(/^Kept|^Meanwhile/)).toHaveText(["Meanwhile", "Kept 1", "Kept 2"]);
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toHaveCount(0);
});

test("@js a 502 from a gateway is handled like a lost connection", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_|status of 502/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Before");
  await expect(sarah.thread.message("Before")).toBeVisible();
  await faultProxy.answerBadGateway();
  await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
  await sarah.thread.sendMessage("Into the gap");
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toBeVisible();
  await apis.eventpro.sendMessage(launch.id, "Meanwhile");
  await faultProxy.restore();
  await expect(sarah.thread.message(/^(Before|Meanwhile|Into the gap)$/)).toHaveText(["Before", "Meanwhile", "Into the gap"], RECONNECTED);
  await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0);
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toHaveCount(0);
});

test("@js a silent connection is detected", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.installClock();
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Still there?");
  await expect(sarah.thread.message("Still there?")).toBeVisible();

  await faultProxy.freezeTraffic();
  await apis.eventpro.sendMessage(launch.id, "Into the void");
  await sarah.page.clock.fastForward("00:45");
  await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
  await faultProxy.restore();
  await sarah.page.clock.fastForward("00:30");
  await expect(sarah.thread.message("Into the void")).toBeVisible(RECONNECTED);
  await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0);
});

test("@js the page shows when the browser is offline", async ({ sarah, faultProxy, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  // `setOffline` leaves an open stream open, and any message of it ends the offline state.
  await faultProxy.freezeTraffic();
  await sarah.page.context().setOffline(true);
  await expect(sarah.page.getByText("You are offline.")).toBeVisible();
  await faultProxy.restore();
  await sarah.page.context().setOffline(false);
  await expect(sarah.page.getByText("You are offline.")).toHaveCount(0);
});
