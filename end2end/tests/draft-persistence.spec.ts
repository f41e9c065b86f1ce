import type { Api } from "../support/api.ts";
import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { executeSql } from "../support/database.ts";
import { expect, test, type Person, type Site } from "../support/fixtures.ts";
import { submitSignIn } from "../support/forms.ts";

// Drafts are stored in the browser. Where that fails, the page shows it.

const POST = "**/fn/post*";
const NOT_STORED = /This browser can't keep what you write/;
const WIDE = { width: 1440, height: 900 };

const makeStorageFull = (person: Person) =>
  person.page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });

/** Opens a conversation of EventPro, with one with DJ Kamau beside it in the list. */
const openBesideKamau = async (eventpro: Person, api: Api, path: string) => {
  const { id } = await api.findTalent("DJ Kamau");
  await api.openBooking(id, "Rooftop party", "Are you free?");
  await eventpro.open(path);
  await eventpro.page.setViewportSize(WIDE);
};

/** Signs out in another tab and in again. Expects that the first page shows both. */
const signOutAndInAgain = async (person: Person, path: string, email: string) => {
  const signInTab = await person.openTab(path);
  await signInTab.getByRole("button", { name: "Sign out" }).click();
  await expect(signInTab).toHaveURL("/signin");
  await expect(person.page.getByText("You were signed out.")).toBeVisible();
  await submitSignIn(signInTab, email, PASSWORD);
  await expect(signInTab).toHaveURL("/inbox");
  await expect(person.page.getByText("You were signed out.")).toHaveCount(0);
};

const openConversation = async (person: Person, name: string) => {
  await person.conversations.getByRole("link", { name }).click();
  await expect(person.heading).toHaveText(name);
};

test("@js with full storage, the newest draft wins and a sent one doesn't return", async ({ eventpro, apis, launch }) => {
  await openBesideKamau(eventpro, apis.eventpro, launch.path);
  const { thread, page } = eventpro;
  await thread.composer.pressSequentially("Hello");
  await makeStorageFull(eventpro);
  await thread.composer.pressSequentially(" world");
  await expect(page.getByText(NOT_STORED)).toBeVisible();
  await openConversation(eventpro, "DJ Kamau");
  await expect(thread.composer).toHaveValue("");
  await openConversation(eventpro, "Sarah Wanjiru");
  await expect(thread.composer).toHaveValue("Hello world");
  await thread.composer.press("Enter");
  await expect(thread.message("Hello world")).toHaveCount(1);
  await expect(page.getByText(NOT_STORED)).toHaveCount(0);
  await openConversation(eventpro, "DJ Kamau");
  await openConversation(eventpro, "Sarah Wanjiru");
  await expect(thread.composer).toHaveValue("");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(thread.composer).toHaveValue("");
});

test("@js a draft changed in another tab replaces the one in memory", async ({ eventpro, apis, launch }) => {
  await openBesideKamau(eventpro, apis.eventpro, launch.path);
  const { thread } = eventpro;
  await thread.composer.pressSequentially("Old");
  await openConversation(eventpro, "DJ Kamau");
  const other = await eventpro.openTab(launch.path);
  const box = other.getByRole("textbox", { name: "Message", exact: true });
  await expect(box).toHaveValue("Old");
  await box.fill("New");
  await openConversation(eventpro, "Sarah Wanjiru");
  await expect(thread.composer).toHaveValue("New");
  await openConversation(eventpro, "DJ Kamau");
  await box.fill("");
  await openConversation(eventpro, "Sarah Wanjiru");
  await expect(thread.composer).toHaveValue("");
});

test("@js drafts and queued messages are stored again after signing out and in again in another tab", async ({ eventpro, apis, launch }) => {
  eventpro.allowConsole(/status of 401|net::ERR_/);
  const { id } = await apis.eventpro.findTalent("DJ Kamau");
  await eventpro.open(`/bookings/new?talent=${id}`);
  const { page, thread } = eventpro;
  await page.getByLabel("What is the event?").fill("Half written");
  await signOutAndInAgain(eventpro, "/inbox", DEMO_PEOPLE.eventpro.email);
  await expect(page.getByLabel("What is the event?")).toHaveValue("Half written");

  await page.getByRole("link", { name: "Greenroom" }).click();
  await eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
  await thread.composer.pressSequentially("Kept again");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(thread.composer).toHaveValue("Kept again");

  // Queued messages are stored too. The other tab must not send this one either.
  await page.context().route(POST, (route) => route.abort());
  await thread.composer.press("Enter");
  await expect(thread.log.getByText(/Waiting for network/)).toBeVisible();
  await page.reload();
  await expect(thread.message("Kept again")).toBeVisible();
  await expect(page).toHaveURL(launch.path);
});

test("@js the text in the composer survives signing out and in again in another tab", async ({ sarah, launch }) => {
  sarah.allowConsole(/status of 401|net::ERR_/);
  await sarah.open(launch.path);
  const { page, thread } = sarah;
  await thread.composer.pressSequentially("Half a thought");
  await signOutAndInAgain(sarah, "/settings", DEMO_PEOPLE.sarah.email);
  await expect(thread.composer).toHaveValue("Half a thought");
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage).length)).toBe(1);
  await page.reload();
  await expect(thread.composer).toHaveValue("Half a thought");
});

/** Makes the creation of browser keys fail, as on a full disk. */
const refuseKeys = (site: Site) => {
  executeSql(site, "DELETE FROM browser_key");
  executeSql(site, "CREATE TRIGGER no_key BEFORE INSERT ON browser_key BEGIN SELECT RAISE(ABORT, 'refused by this test'); END");
};
const allowKeys = (site: Site) => executeSql(site, "DROP TRIGGER no_key");

test("@js without the browser key the page shows that nothing is stored, and retries until it has one", async ({ sarah, site, apis, launch }) => {
  sarah.allowConsole(/status of 5|net::ERR_/);
  refuseKeys(site);
  await sarah.open(launch.path);
  const { page, thread } = sarah;
  await page.route(POST, (route) => route.abort());
  await thread.sendMessage("Waits");
  await expect(thread.log.getByText(/Waiting for network/)).toBeVisible();
  await expect(thread.log.getByText(/Keep this page open/)).toBeVisible();
  await thread.composer.pressSequentially("Half a thought");
  await expect(page.getByText(NOT_STORED)).toBeVisible();
  allowKeys(site);
  await expect(page.getByText(NOT_STORED)).toHaveCount(0, { timeout: 35_000 });
  await expect(thread.log.getByText(/Keep this page open/)).toHaveCount(0);
  await expect(thread.log.getByText(/It will send by itself/)).toBeVisible();

  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(thread.composer).toHaveValue("Half a thought");
  await expect(thread.message("Waits")).toBeVisible();
  await page.unroute(POST);
  await page.reload();
  await expect(thread.message("Waits")).toHaveCount(1);
  await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).filter(({ body }) => body === "Waits").length).toBe(1);
});

test("@js deleting the account deletes the browser's storage, and a wrong password deletes nothing", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(/status of 4/);
  await sarah.open(launch.path);
  const { page, thread } = sarah;
  await page.route(POST, (route) => route.abort());
  sarah.allowConsole(/net::ERR_/);
  await thread.sendMessage("Waits");
  await expect(thread.log.getByText(/Waiting for network/)).toBeVisible();
  await thread.composer.pressSequentially("Half a thought");
  const countStored = () =>
    page.evaluate(async () => [Object.keys(localStorage).filter((name) => name.startsWith("greenroom-")).length, (await indexedDB.databases()).length]);
  const deleteAccount = async (password: string) => {
    await page.goto("/settings");
    await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
    const form = page.locator("#delete-form");
    if (!(await form.isVisible())) await page.getByText("Delete my account").first().click();
    await form.getByLabel("Your password").fill(password);
    await form.getByRole("button").last().click();
  };
  await deleteAccount("not the password");
  await expect(page).toHaveURL(/__err/);
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect.poll(countStored).toEqual([1, 1]);
  await deleteAccount(PASSWORD);
  await expect(page).toHaveURL("/?done=left");
  await expect.poll(countStored).toEqual([0, 0]);
});
