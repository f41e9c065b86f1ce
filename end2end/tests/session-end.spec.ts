import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test } from "../support/fixtures.ts";

// Where the stream was about to open when the session ended, the browser tells of the 401 by itself.
const REFUSED = /status of 401/;

test("@js signing out in one tab leads the others to the door", async ({ sarah, launch }) => {
  sarah.allowConsole(REFUSED);
  await sarah.open(launch.path);
  const other = await sarah.openTab("/notifications");
  await other.getByRole("button", { name: "Sign out" }).click();
  await expect(other).toHaveURL("/signin");
  await expect(sarah.page).toHaveURL(`/signin?next=${launch.path}`);
  await expect(sarah.page.getByText(launch.bodies.at(-1) ?? "")).toHaveCount(0);
});

test("@js a session that ended elsewhere ends here", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(REFUSED);
  await sarah.open(launch.path);
  await apis.sarah.signOut();
  await expect(sarah.page).toHaveURL(`/signin?next=${launch.path}`);
});

test("@js what is being written isn't lost with the session", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(REFUSED);
  await sarah.open(launch.path);
  await sarah.thread.composer.fill("A long letter");
  await apis.sarah.signOut();
  await expect(sarah.page.getByText("You were signed out.")).toBeVisible();
  await expect(sarah.thread.composer).toHaveValue("A long letter");

  const opened = sarah.page.waitForEvent("popup");
  await sarah.page.getByRole("link", { name: "Sign in" }).click();
  const door = await opened;
  await expect(door).toHaveURL(`/signin?next=${launch.path}`);
  await door.getByRole("textbox", { name: "Email" }).fill(DEMO_PEOPLE.sarah.email);
  await door.getByLabel("Password").fill(PASSWORD);
  await door.getByRole("button", { name: "Sign in" }).click();
  await expect(door).toHaveURL(launch.path);

  await sarah.thread.composer.press("Enter");
  await expect(door.getByRole("log").getByText("A long letter")).toHaveCount(1);
  await expect(sarah.thread.message("A long letter")).toHaveCount(1);
  await expect(sarah.thread.log.getByText(/^(Sending…|Not sent)/)).toHaveCount(0);
});

test("@js what is being chosen isn't lost with the session, and a page where nothing was is left", async ({ sarah, apis }) => {
  sarah.allowConsole(REFUSED);
  await sarah.open("/settings");
  const other = await sarah.openTab("/settings");
  const craft = sarah.page.getByLabel("Craft");
  await craft.selectOption("Band");
  await apis.sarah.signOut();
  await expect(other).toHaveURL("/signin?next=/settings");
  await expect(sarah.page.getByText("You were signed out.")).toBeVisible();
  await expect(craft).toHaveValue("band");
});

test("@js a session that ended while cut off ends once the line is back", async ({ sarah, faultProxy, apis, launch }) => {
  // The part of the program for signing in may be asked for on a connection that is just being lost; the page is then.
  for (const trouble of [REFUSED, /net::ERR_/, /Failed to fetch/]) sarah.allowConsole(trouble);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await faultProxy.refuseConnections();
  await expect(sarah.page.getByText(/Reconnecting/)).toBeVisible();
  await apis.sarah.signOut();
  await faultProxy.restore();
  await expect(sarah.page).toHaveURL(`/signin?next=${launch.path}`, { timeout: 30_000 });
});

test("@js one person's end is not another's", async ({ sarah, eventpro, apis, launch }) => {
  sarah.allowConsole(REFUSED);
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await apis.sarah.signOut();
  await expect(sarah.page).toHaveURL(/\/signin/);
  await eventpro.thread.sendMessage("Still here");
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible();
});
