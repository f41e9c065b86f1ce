import type { Page } from "@playwright/test";
import { acceptBooking } from "../support/booking.ts";
import { DEMO_PEOPLE, PASSWORD, type DemoName } from "../support/demo-people.ts";
import { expect, test, type Person } from "../support/fixtures.ts";
import { submitSignIn } from "../support/forms.ts";

// Two people share a browser: a page of the first never acts as the second, and the second can't read data of the
// first.

const STALE_SESSION = /status of 4(01|09)|net::ERR_/;

/** Signs another person in with this browser, in a second tab. */
const signInOther = async (person: Person, who: DemoName): Promise<Page> => {
  const signInTab = await person.page.context().newPage();
  await person.page.context().clearCookies();
  await signInTab.goto("/signin");
  await submitSignIn(signInTab, DEMO_PEOPLE[who].email, PASSWORD);
  await expect(signInTab).toHaveURL("/inbox");
  return signInTab;
};

const otherPersonBar = (page: Page, name: string) => page.getByText(`You're signed in as ${name} now`);

test("@js messages, booking actions and settings of a page are rejected once another person is signed in", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(STALE_SESSION);
  await sarah.open(launch.path);
  const before = (await apis.eventpro.listMessages(launch.id)).length;
  const settings = await sarah.openTab("/settings");
  const booking = await sarah.openTab(launch.booking);
  await signInOther(sarah, "eventpro");

  await acceptBooking(booking);
  await expect(otherPersonBar(booking, DEMO_PEOPLE.eventpro.name)).toBeVisible();
  await settings.getByRole("textbox", { name: "Name", exact: true }).fill("Not my name");
  await settings.getByRole("region", { name: "Profile" }).getByRole("button", { name: "Save" }).click();
  await expect(otherPersonBar(settings, DEMO_PEOPLE.eventpro.name)).toBeVisible();
  await expect(settings.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("Not my name");

  await sarah.thread.composer.fill("As Sarah or not at all");
  await sarah.thread.composer.press("Enter");
  await expect(otherPersonBar(sarah.page, DEMO_PEOPLE.eventpro.name)).toBeVisible();
  expect(await apis.eventpro.listMessages(launch.id)).toHaveLength(before);
  const { user } = (await apis.eventpro.get("/api/auth/session")).json;
  expect(user.name).toBe(DEMO_PEOPLE.eventpro.name);
  expect((await apis.eventpro.listConversations())[0].booking.status).toBe("inquiry");
});

test("@js a read-only page keeps its draft, links to the other person's inbox, and is usable again by its own person", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(STALE_SESSION);
  await sarah.open(launch.path);
  await sarah.thread.composer.fill("Half a thou");
  const signInTab = await signInOther(sarah, "kamau");
  await acceptBooking(sarah.page);
  await expect(otherPersonBar(sarah.page, DEMO_PEOPLE.kamau.name)).toBeVisible();
  await expect(sarah.thread.composer).toHaveValue("Half a thou");
  await sarah.thread.composer.press("End");
  await sarah.thread.composer.pressSequentially("ght");
  await expect(sarah.thread.sendButton).toBeDisabled();
  await sarah.thread.composer.press("Enter");
  await expect(sarah.thread.composer).toHaveValue("Half a thought");
  await expect(sarah.page.getByRole("link", { name: "Continue as DJ Kamau" })).toHaveAttribute("href", "/inbox");

  await signInTab.getByRole("button", { name: "Sign out" }).click();
  await expect(signInTab).toHaveURL("/signin");
  await submitSignIn(signInTab, DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(signInTab).toHaveURL("/inbox");
  await expect(otherPersonBar(sarah.page, DEMO_PEOPLE.kamau.name)).toHaveCount(0);
  await sarah.thread.composer.press("Enter");
  await expect(sarah.thread.message("Half a thought")).toHaveCount(1);
  await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).at(-1)?.body).toBe("Half a thought");
});

test("@js the links of a read-only page open the other person's pages", async ({ sarah, launch }) => {
  sarah.allowConsole(STALE_SESSION);
  await sarah.open(launch.path);
  await signInOther(sarah, "kamau");
  await acceptBooking(sarah.page);
  await expect(otherPersonBar(sarah.page, DEMO_PEOPLE.kamau.name)).toBeVisible();
  await sarah.bell.click();
  await expect(sarah.heading).toHaveText("Notifications");
  await expect(sarah.page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(sarah.page.getByRole("link", { name: /Settings of DJ Kamau|DJ Kamau/ }).first()).toBeVisible();
});

test("@no-js a form of one person's page is rejected for another, and its text is shown", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(/status of 409/);
  await sarah.open(launch.path);
  const before = (await apis.eventpro.listMessages(launch.id)).length;
  const { page } = sarah;
  await page.getByRole("textbox", { name: "Message" }).fill("For EventPro, by Sarah");
  await signInOther(sarah, "eventpro");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(sarah.heading).toHaveText("You're signed in as EventPro Kenya now");
  await expect(page.getByRole("textbox", { name: "What you wrote" })).toHaveValue("For EventPro, by Sarah");
  expect(await apis.eventpro.listMessages(launch.id)).toHaveLength(before);
  await page.getByRole("link", { name: "Continue as EventPro Kenya" }).click();
  await expect(page).toHaveURL("/inbox");
});

test("@no-js signing out on a page of another person ends no session", async ({ sarah, launch }) => {
  sarah.allowConsole(/status of 409/);
  await sarah.open(launch.path);
  const signInTab = await signInOther(sarah, "kamau");
  await sarah.page.getByRole("button", { name: "Sign out" }).click();
  await expect(sarah.heading).toHaveText("You're signed in as DJ Kamau now");
  await signInTab.goto("/inbox");
  await expect(signInTab).toHaveURL("/inbox");
});

test("@js signing out offline keeps the data, says so, and is the first request after the reconnect", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(STALE_SESSION);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await faultProxy.refuseConnections();
  await sarah.thread.sendMessage("Not gone out");
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toBeVisible();
  await sarah.thread.composer.fill("A draft");
  sarah.page.on("dialog", (dialog) => dialog.accept());
  await sarah.page.getByRole("button", { name: "Sign out" }).click();
  await expect(sarah.page.getByText(/Signing out: waiting for network/)).toBeVisible();
  await expect(sarah.thread.message("Not gone out")).toHaveCount(1);
  await expect(sarah.thread.composer).toHaveValue("A draft");
  const countStored = () => sarah.page.evaluate(async () => [Object.keys(localStorage).length, (await indexedDB.databases()).length]);
  expect(await countStored()).toEqual([2, 1]);
  await apis.sarah.get("/api/auth/session").then(({ status }) => expect(status).toBe(200));

  const requests: string[] = [];
  sarah.page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await faultProxy.restore();
  await expect(sarah.page).toHaveURL("/signin", { timeout: 30_000 });
  expect(requests.filter((path) => path.startsWith("/fn/") || path.startsWith("/api/"))[0]).toBe("/fn/sign-out");
  expect(requests).not.toContain("/fn/post");
  expect(await countStored()).toEqual([0, 0]);
  expect((await apis.sarah.get("/api/auth/session")).status).toBe(401);
  expect((await apis.eventpro.listMessages(launch.id)).map(({ body }) => body)).not.toContain("Not gone out");
});

test("@js a pending sign-out can be cancelled, and survives closing the page", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(STALE_SESSION);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open(launch.path);
  await faultProxy.refuseConnections();
  await expect(sarah.page.getByText(/Reconnecting/)).toBeVisible();
  await sarah.page.getByRole("button", { name: "Sign out" }).click();
  const waiting = sarah.page.getByText(/Signing out: waiting for network/);
  await expect(waiting).toBeVisible();
  await sarah.page.getByRole("button", { name: "Stay signed in" }).click();
  await expect(waiting).toHaveCount(0);
  await faultProxy.restore();
  await apis.eventpro.sendMessage(launch.id, "Still there?");
  await expect(sarah.thread.message("Still there?")).toBeVisible({ timeout: 40_000 });

  await faultProxy.refuseConnections();
  // The browser may still deliver a request of the page that is being closed.
  await sarah.page.route("**/fn/sign-out*", (route) => route.abort());
  await sarah.page.getByRole("button", { name: "Sign out" }).click();
  await expect(waiting).toBeVisible();
  await sarah.page.close();
  await faultProxy.restore();
  const reopened = await sarah.page.context().newPage();
  await reopened.goto(launch.path);
  await expect(reopened).toHaveURL("/signin");
  expect((await apis.sarah.get("/api/auth/session")).status).toBe(401);
});

test("@js after a session was ended elsewhere, its stored data is readable only for its own person", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(STALE_SESSION);
  await sarah.open(launch.path);
  await sarah.page.route("**/fn/post*", (route) => route.abort());
  await sarah.thread.sendMessage("Secret message");
  await expect(sarah.thread.log.getByText(/Waiting for network/)).toBeVisible();
  await sarah.thread.composer.pressSequentially("Secret draft");
  const context = sarah.page.context();
  await sarah.page.close();
  await apis.sarah.signOut();

  const signInTab = await context.newPage();
  await signInTab.goto("/signin");
  const kept = await signInTab.evaluate(async () => {
    const rows: string[] = Object.values({ ...localStorage });
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open(name ?? "");
        request.onsuccess = () => resolve(request.result);
      });
      rows.push(
        ...(await new Promise<string[]>((resolve) => {
          const request = database.transaction("outbox").objectStore("outbox").getAll();
          request.onsuccess = () => resolve(request.result);
        })),
      );
      database.close();
    }
    return rows;
  });
  expect(kept).toHaveLength(2);
  expect(kept.join()).not.toMatch(/Secret|draft|message|body/i);
  const signIn = async (who: DemoName) => {
    await signInTab.goto("/signin");
    await submitSignIn(signInTab, DEMO_PEOPLE[who].email, PASSWORD);
    await expect(signInTab).toHaveURL("/inbox");
  };
  // The other person of the same conversation.
  await signIn("eventpro");
  await signInTab.goto(launch.path);
  await expect(signInTab.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(signInTab.getByRole("textbox", { name: "Message", exact: true })).toHaveValue("");
  await expect(signInTab.getByText(/Secret/)).toHaveCount(0);
  await signInTab.context().clearCookies();
  await signIn("sarah");
  await signInTab.goto(launch.path);
  await expect(signInTab.getByRole("textbox", { name: "Message", exact: true })).toHaveValue("Secret draft");
  await expect(signInTab.getByRole("log").getByText("Secret message", { exact: true })).toHaveCount(1);
  await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).at(-1)?.body).toBe("Secret message");
});

/** Signs another person in in the same tab, and goes back to a page of the first. */
const goBackAs = async (page: Page, who: DemoName, path: string): Promise<void> => {
  await page.goto("/inbox");
  await page.context().clearCookies();
  await page.goto("/signin");
  await submitSignIn(page, DEMO_PEOPLE[who].email, PASSWORD);
  await expect(page).toHaveURL("/inbox");
  while (new URL(page.url()).pathname !== path) {
    // A page on the way may go on by itself before it has loaded.
    await page.goBack().catch((error: Error) => expect(error.message).toContain("ERR_ABORTED"));
  }
};

test("a form filled in by one person is empty when the next person goes back to it", async ({ sarah }) => {
  await sarah.open("/settings");
  const { page } = sarah;
  const name = page.getByRole("textbox", { name: "Name", exact: true });
  await name.fill("Not my name");
  await page.getByLabel("New email").fill("sarah.at.home@example.com");
  await goBackAs(page, "eventpro", "/settings");
  await expect(name).toHaveValue(DEMO_PEOPLE.eventpro.name);
  await expect(page.getByLabel("New email")).toHaveValue("");
});

test("@no-js a message typed by one person isn't in the composer of the next", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  const box = sarah.page.getByRole("textbox", { name: "Message", exact: true });
  await box.fill("For EventPro, by Sarah");
  await goBackAs(sarah.page, "eventpro", launch.path);
  await expect(box).toHaveValue("");
});

test("@js a message typed before hydration isn't in the composer of the next person", async ({ sarah, launch }) => {
  await sarah.open("/inbox");
  const { page } = sarah;
  const pending: (() => void)[] = [];
  await page.route("**/pkg/*.wasm", (route) => new Promise((resolve) => pending.push(() => resolve(route.continue()))));
  await page.goto(launch.path, { waitUntil: "commit" });
  const box = page.getByRole("textbox", { name: "Message", exact: true });
  await box.pressSequentially("For EventPro, by Sarah");
  await goBackAs(page, "eventpro", launch.path);
  await expect(box).toHaveValue("");
  pending.splice(0).forEach((release) => release());
  await page.unroute("**/pkg/*.wasm");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(box).toHaveValue("");
});

test("@no-js a URL with the form values of one person shows an empty form to the next", async ({ sarah }) => {
  sarah.allowConsole(/status of 4/);
  await sarah.open("/settings");
  const { page } = sarah;
  const name = page.getByRole("textbox", { name: "Name", exact: true });
  await name.fill("A direction \u202e that is refused");
  await page.getByRole("region", { name: "Profile" }).getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/[?&]form=/);
  await expect(name).toHaveValue(/^A direction/);
  const url = page.url();
  await goBackAs(page, "eventpro", "/inbox");
  await page.goto(url);
  await expect(page).not.toHaveURL(/kept/);
  await expect(name).toHaveValue(DEMO_PEOPLE.eventpro.name);
});
