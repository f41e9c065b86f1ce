import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test } from "../support/fixtures.ts";
import { submitSignIn } from "../support/forms.ts";

// The browser logs the 401 if the stream was about to open when the session ended.
const UNAUTHENTICATED = /status of 401/;

test("@js signing out in one tab redirects the others to sign-in", async ({ sarah, launch }) => {
  sarah.allowConsole(UNAUTHENTICATED);
  await sarah.open(launch.path);
  const other = await sarah.openTab("/notifications");
  await other.getByRole("button", { name: "Sign out" }).click();
  await expect(other).toHaveURL("/signin");
  await expect(sarah.page).toHaveURL(`/signin?next=${launch.path}`);
  await expect(sarah.page.getByText(launch.bodies.at(-1) ?? "")).toHaveCount(0);
});

test("@js a session ended on another device redirects to sign-in", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(UNAUTHENTICATED);
  await sarah.open(launch.path);
  await apis.sarah.signOut();
  await expect(sarah.page).toHaveURL(`/signin?next=${launch.path}`);
});

test("@js a draft survives the end of the session, and is sent after signing in again", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(UNAUTHENTICATED);
  await sarah.open(launch.path);
  await sarah.thread.composer.fill("A long letter");
  await apis.sarah.signOut();
  await expect(sarah.page.getByText("You were signed out.")).toBeVisible();
  await expect(sarah.thread.composer).toHaveValue("A long letter");

  const opened = sarah.page.waitForEvent("popup");
  await sarah.page.getByRole("link", { name: "Sign in" }).click();
  const signInTab = await opened;
  await expect(signInTab).toHaveURL(`/signin?next=${launch.path}`);
  await submitSignIn(signInTab, DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(signInTab).toHaveURL(launch.path);

  await sarah.thread.composer.press("Enter");
  await expect(signInTab.getByRole("log").getByText("A long letter")).toHaveCount(1);
  await expect(sarah.thread.message("A long letter")).toHaveCount(1);
  await expect(sarah.thread.log.getByText(/^(Sending…|Waiting for)/)).toHaveCount(0);
});

test("@js the end of a session keeps a page with unsaved changes, and redirects others", async ({ sarah, apis }) => {
  sarah.allowConsole(UNAUTHENTICATED);
  await sarah.open("/settings");
  const other = await sarah.openTab("/settings");
  const craft = sarah.page.getByLabel("What you do");
  await craft.selectOption("Band");
  await apis.sarah.signOut();
  await expect(other).toHaveURL("/signin?next=/settings");
  await expect(sarah.page.getByText("You were signed out.")).toBeVisible();
  await expect(craft).toHaveValue("band");
});

test("@js a session that ended while disconnected redirects after the reconnect", async ({ sarah, faultProxy, apis, launch }) => {
  // The WASM of the sign-in page may be requested on a connection that is being closed; then the page is loaded
  // instead.
  for (const pattern of [UNAUTHENTICATED, /net::ERR_/, /Failed to fetch/]) sarah.allowConsole(pattern);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await faultProxy.refuseConnections();
  await expect(sarah.page.getByText(/Reconnecting/)).toBeVisible();
  await apis.sarah.signOut();
  await faultProxy.restore();
  await expect(sarah.page).toHaveURL(`/signin?next=${launch.path}`, { timeout: 30_000 });
});

test("@js the end of one person's session leaves other people signed in", async ({ sarah, eventpro, apis, launch }) => {
  sarah.allowConsole(UNAUTHENTICATED);
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await apis.sarah.signOut();
  await expect(sarah.page).toHaveURL(/\/signin/);
  await eventpro.thread.sendMessage("Still here");
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible();
});
