import { expect, test, type Person } from "../support/fixtures.ts";
import { demoIds, PAGES } from "../support/pages.ts";

// Pages whose data can't be loaded, and how to proceed.

/** Opens a page within the document, as a link of the site does. */
const follow = ({ page }: Person, path: string) =>
  page.evaluate((path) => {
    const link = document.body.appendChild(document.createElement("a"));
    link.href = path;
    link.click();
    link.remove();
  }, path);

/** The pages for visitors that show data. */
const LOADING = ["confirming an address", "a profile, signed out"];

for (const [name, who, pathOf] of PAGES.filter(([name, who]) => who !== "visitor" || LOADING.includes(name))) {
  test(`@js "Try again" loads ${name}`, async ({ visitor, sarah, eventpro, achieng, apis, launch }) => {
    const person = { visitor, sarah, eventpro, achieng }[who];
    person.allowConsole(/net::ERR_|status of 404/);
    const path = pathOf(await demoIds({ apis, launch }));
    await person.open(who === "visitor" ? "/register" : path.startsWith("/bookings") ? "/notifications" : "/bookings");
    const { page } = person;
    const tryAgain = page.getByRole("main").or(page.locator(".inbox")).getByRole("button", { name: "Try again" });
    await page.route("**/fn/*", (route) => route.abort());
    await follow(person, path);
    await expect(tryAgain.first()).toBeVisible();
    await page.unroute("**/fn/*");
    await tryAgain.first().click();
    await expect(tryAgain).toHaveCount(0);
    await expect(page.getByText("Greenroom can't be reached")).toHaveCount(0);
    await expect(page.locator("main h1")).toBeVisible();
  });
}

test("@js the navigation stays while it can't be loaded again, and catches up", async ({ sarah, faultProxy, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(faultProxy.url);
  await sarah.open("/notifications");
  const { page } = sarah;
  await follow(sarah, "/bookings");
  await expect(sarah.heading).toHaveText("Bookings");
  await faultProxy.refuseConnections();
  await follow(sarah, "/notifications");
  const failed = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/fn/frame"));
  await page.getByRole("main").getByRole("button", { name: "Try again" }).click();
  await failed;
  // The failure is shown a moment later.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Bookings" })).toBeVisible();
  await apis.eventpro.sendMessage(launch.id, "Are you there?");
  await faultProxy.restore();
  await expect(sarah.bell).toHaveAccessibleName("Notifications, 1 unread", { timeout: 30_000 });
});
