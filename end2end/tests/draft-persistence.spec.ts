import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { executeSql } from "../support/database.ts";
import { expect, test, type Person, type Site } from "../support/fixtures.ts";

// What is typed is kept in the browser, and where it can't be, the page says so.

const POST = "**/fn/post*";
const NOT_KEPT = /What you write can't be kept in this browser/;
const WIDE = { width: 1440, height: 900 };

const fillStorage = (person: Person) =>
  person.page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });

/** A second conversation of EventPro's, in the list beside the first. */
const besideKamau = async (eventpro: Person, api: any, path: string) => {
  const { id } = await api.findTalent("DJ Kamau");
  await api.openBooking(id, "Rooftop party", "Are you free?");
  await eventpro.open(path);
  await eventpro.page.setViewportSize(WIDE);
};

const goTo = async (person: Person, name: string) => {
  await person.conversations.getByRole("link", { name }).click();
  await expect(person.heading).toHaveText(name);
};

test("@js where the storage is full, the newest words of a draft are those that count, and sent ones don't come back", async ({ eventpro, apis, launch }) => {
  await besideKamau(eventpro, apis.eventpro, launch.path);
  const { thread, page } = eventpro;
  await thread.composer.pressSequentially("Hello");
  await fillStorage(eventpro);
  await thread.composer.pressSequentially(" world");
  await expect(page.getByText(NOT_KEPT)).toBeVisible();
  await goTo(eventpro, "DJ Kamau");
  await expect(thread.composer).toHaveValue("");
  await goTo(eventpro, "Sarah Wanjiru");
  await expect(thread.composer).toHaveValue("Hello world");
  await thread.composer.press("Enter");
  await expect(thread.message("Hello world")).toHaveCount(1);
  await expect(page.getByText(NOT_KEPT)).toHaveCount(0);
  await goTo(eventpro, "DJ Kamau");
  await goTo(eventpro, "Sarah Wanjiru");
  await expect(thread.composer).toHaveValue("");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(thread.composer).toHaveValue("");
});

test("@js a draft that another tab changed is newer than what this one remembers", async ({ eventpro, apis, launch }) => {
  await besideKamau(eventpro, apis.eventpro, launch.path);
  const { thread } = eventpro;
  await thread.composer.pressSequentially("Old");
  await goTo(eventpro, "DJ Kamau");
  const other = await eventpro.openTab(launch.path);
  const box = other.getByRole("textbox", { name: "Message", exact: true });
  await expect(box).toHaveValue("Old");
  await box.fill("New");
  await goTo(eventpro, "Sarah Wanjiru");
  await expect(thread.composer).toHaveValue("New");
  await goTo(eventpro, "DJ Kamau");
  await box.fill("");
  await goTo(eventpro, "Sarah Wanjiru");
  await expect(thread.composer).toHaveValue("");
});

test("@js after a sign-out in another tab and signing in again, a tab keeps what is typed", async ({ eventpro, apis, launch }) => {
  eventpro.allowConsole(/status of 401|net::ERR_/);
  const { id } = await apis.eventpro.findTalent("DJ Kamau");
  await eventpro.open(`/bookings/new?talent=${id}`);
  const { page, thread } = eventpro;
  await page.getByLabel("What is the event?").fill("Half written");
  const door = await eventpro.openTab("/inbox");
  await door.getByRole("button", { name: "Sign out" }).click();
  await expect(door).toHaveURL("/signin");
  await expect(page.getByText("You were signed out.")).toBeVisible();
  await door.getByRole("textbox", { name: "Email" }).fill(DEMO_PEOPLE.eventpro.email);
  await door.getByLabel("Password").fill(PASSWORD);
  await door.getByRole("button", { name: "Sign in" }).click();
  await expect(door).toHaveURL("/inbox");
  await expect(page.getByText("You were signed out.")).toHaveCount(0);
  await expect(page.getByLabel("What is the event?")).toHaveValue("Half written");

  await page.getByRole("link", { name: "Greenroom" }).click();
  await eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
  await thread.composer.pressSequentially("Kept again");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(thread.composer).toHaveValue("Kept again");

  // So are messages that wait.
  await page.route(POST, (route) => route.abort());
  await thread.composer.press("Enter");
  await expect(thread.log.getByText(/Not sent/)).toBeVisible();
  await page.reload();
  await expect(thread.message("Kept again")).toBeVisible();
  await expect(page).toHaveURL(launch.path);
});

test("@js what stands in the box of a tab outlives a sign-out in another and signing in again", async ({ sarah, launch }) => {
  sarah.allowConsole(/status of 401|net::ERR_/);
  await sarah.open(launch.path);
  const { page, thread } = sarah;
  await thread.composer.pressSequentially("Half a thought");
  const door = await sarah.openTab("/settings");
  await door.getByRole("button", { name: "Sign out" }).click();
  await expect(door).toHaveURL("/signin");
  await expect(page.getByText("You were signed out.")).toBeVisible();
  await door.getByRole("textbox", { name: "Email" }).fill(DEMO_PEOPLE.sarah.email);
  await door.getByLabel("Password").fill(PASSWORD);
  await door.getByRole("button", { name: "Sign in" }).click();
  await expect(door).toHaveURL("/inbox");
  await expect(page.getByText("You were signed out.")).toHaveCount(0);
  await expect(thread.composer).toHaveValue("Half a thought");
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage).length)).toBe(1);
  await page.reload();
  await expect(thread.composer).toHaveValue("Half a thought");
});

/** The key can't be made, as where the server's disk is full. */
const refuseKeys = (site: Site) => {
  executeSql(site, "DELETE FROM browser_key");
  executeSql(site, "CREATE TRIGGER no_key BEFORE INSERT ON browser_key BEGIN SELECT RAISE(ABORT, 'refused by this test'); END");
};
const allowKeys = (site: Site) => executeSql(site, "DROP TRIGGER no_key");

test("@js without the key the page says that nothing is kept, and asks for it until it is there", async ({ sarah, site, apis, launch }) => {
  sarah.allowConsole(/status of 5|net::ERR_/);
  refuseKeys(site);
  await sarah.open(launch.path);
  const { page, thread } = sarah;
  await page.route(POST, (route) => route.abort());
  await thread.sendMessage("Waits");
  await expect(thread.log.getByText(/Not sent/)).toBeVisible();
  await expect(thread.log.getByText(/Keep this page open/)).toBeVisible();
  await thread.composer.pressSequentially("Half a thought");
  await expect(page.getByText(NOT_KEPT)).toBeVisible();
  allowKeys(site);
  await expect(page.getByText(NOT_KEPT)).toHaveCount(0, { timeout: 35_000 });
  await expect(thread.log.getByText(/Keep this page open/)).toHaveCount(0);
  await expect(thread.log.getByText(/It goes out by itself/)).toBeVisible();

  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(thread.composer).toHaveValue("Half a thought");
  await expect(thread.message("Waits")).toBeVisible();
  await page.unroute(POST);
  await page.reload();
  await expect(thread.message("Waits")).toHaveCount(1);
  await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).filter(({ body }) => body === "Waits").length).toBe(1);
});

test("@js deleting the account deletes what the browser keeps, and a wrong password deletes nothing", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(/status of 4/);
  await sarah.open(launch.path);
  const { page, thread } = sarah;
  await page.route(POST, (route) => route.abort());
  sarah.allowConsole(/net::ERR_/);
  await thread.sendMessage("Waits");
  await expect(thread.log.getByText(/Not sent/)).toBeVisible();
  await thread.composer.pressSequentially("Half a thought");
  const kept = () =>
    page.evaluate(async () => [Object.keys(localStorage).filter((name) => name.startsWith("greenroom-")).length, (await indexedDB.databases()).length]);
  const leave = async (password: string) => {
    await page.goto("/settings");
    await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
    const form = page.locator("#delete-form");
    if (!(await form.isVisible())) await page.getByText("Delete my account").first().click();
    await form.getByLabel("Your password").fill(password);
    await form.getByRole("button").last().click();
  };
  await leave("not the password");
  await expect(page).toHaveURL(/__err/);
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect.poll(kept).toEqual([1, 1]);
  await leave(PASSWORD);
  await expect(page).toHaveURL("/?done=left");
  await expect.poll(kept).toEqual([0, 0]);
});
