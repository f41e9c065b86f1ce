import { dateInDays } from "../support/dates.ts";
import { expect, test, type Person } from "../support/fixtures.ts";
import type { Api } from "../support/api.ts";

const filters = ({ page }: Person) => page.getByRole("navigation", { name: "Show" });
const names = (person: Person) => person.conversations.locator(".row-name");

/** Opens bookings of EventPro with DJ Kamau and MC Achieng. */
async function openBookings(apis: Record<"eventpro", Api>, count: number, title = "Garden wedding"): Promise<any[]> {
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  const opened = [];
  for (let n = 1; n <= count; n++) opened.push(await apis.eventpro.openBooking(id, `${title} ${n}`, "Are you free?"));
  return opened;
}

test("a row has the state, the date first, and the title of the booking", async ({ achieng, apis }) => {
  await openBookings(apis, 1);
  await achieng.open("/inbox");
  const row = achieng.conversations.getByRole("link", { name: "EventPro Kenya" });
  const [, month, day] = dateInDays(90).split("-").map(Number);
  const short = new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" }).format(new Date(Date.UTC(2024, month - 1, 1)));
  await expect(row.locator(".row-event")).toHaveText(new RegExp(`^${day} ${short}( \\d{4})? · Garden wedding 1$`));
  await expect(row.locator(".chip")).toHaveText("New request");
  await expect(row).toHaveAccessibleDescription(/^Needs you/);
});

test("filters are links that work by themselves", async ({ achieng, apis }) => {
  const [first, second] = await openBookings(apis, 2);
  await apis.achieng.request("POST", `/api/bookings/${first.booking.id}/accept`);
  for (const { conversation } of [first, second]) await apis.achieng.markRead(conversation.id, 1);
  await achieng.open("/inbox");
  await expect(achieng.conversations.getByRole("listitem")).toHaveCount(2);
  await expect(achieng.conversations.getByRole("listitem").first()).toContainText("Garden wedding 2");
  await filters(achieng).getByRole("link", { name: "Needs you 1" }).click();
  await expect(achieng.page).toHaveURL("/inbox?show=needs-you");
  await expect(achieng.conversations.getByRole("listitem")).toContainText(["Garden wedding 2"]);
  await expect(filters(achieng).getByRole("link", { name: "Needs you" })).toHaveAttribute("aria-current", "true");
  await filters(achieng).getByRole("link", { name: "Agreed 1" }).click();
  await expect(achieng.conversations.getByRole("listitem")).toContainText(["Garden wedding 1"]);
  await filters(achieng).getByRole("link", { name: "Past" }).click();
  await expect(achieng.page.getByText("Nothing past yet")).toBeVisible();
});

test("the search finds names and titles", async ({ eventpro, apis }) => {
  await openBookings(apis, 8);
  await eventpro.open("/inbox");
  const search = eventpro.page.getByRole("searchbox", { name: "Search conversations" });
  await search.fill("wanjiru");
  await search.press("Enter");
  await expect(names(eventpro)).toHaveText(["Sarah Wanjiru"]);
  await search.fill("WEDDING 3");
  await search.press("Enter");
  await expect(eventpro.conversations.getByRole("listitem")).toContainText(["Garden wedding 3"]);
  await search.fill("nobody");
  await search.press("Enter");
  await expect(eventpro.page.getByText("No conversation found")).toBeVisible();
  await eventpro.page.getByRole("link", { name: "Show all" }).click();
  await expect(eventpro.page).toHaveURL("/inbox");
});

test("@js what needs the viewer moves to the top, live, and its count follows", async ({ eventpro, apis }) => {
  const [, second] = await openBookings(apis, 2);
  await apis.eventpro.markRead((await apis.eventpro.listConversations()).at(-1).id, 99);
  await eventpro.open("/inbox");
  const needsYou = filters(eventpro).getByRole("link", { name: /^Needs you/ });
  await expect(needsYou).toHaveText("Needs you");
  const { conversation } = (await apis.eventpro.request("GET", `/api/bookings/${second.booking.id}`)).json;
  await apis.achieng.sendMessage(conversation.id, "Which hall is it?");
  await expect(needsYou).toHaveText(/Needs you\s*1/);
  await expect(eventpro.conversations.getByRole("listitem").first()).toContainText("Which hall is it?");
  await apis.eventpro.markRead(conversation.id, 2);
  await expect(needsYou).toHaveText("Needs you");
});

test("@js a filter stays while a thread is open beside it", async ({ eventpro, apis }) => {
  await openBookings(apis, 2);
  await eventpro.open("/inbox?show=needs-you");
  await expect(names(eventpro)).toHaveText(["Sarah Wanjiru"]);
  await filters(eventpro).getByRole("link", { name: "All" }).click();
  await expect(names(eventpro)).toHaveCount(3);
  await filters(eventpro).getByRole("link", { name: "Agreed" }).click();
  await filters(eventpro).getByRole("link", { name: "All" }).click();
  await eventpro.conversations.getByRole("link", { name: "MC Achieng" }).first().click();
  await expect(eventpro.heading).toHaveText("MC Achieng");
  await filters(eventpro).getByRole("link", { name: "Past" }).click();
  await expect(eventpro.page.getByText("Nothing past yet")).toBeVisible();
  await expect(eventpro.heading).toHaveText("MC Achieng");
});

test("@js a search beside a thread keeps the thread, and a filter keeps the search", async ({ eventpro, apis }) => {
  await openBookings(apis, 8);
  await eventpro.open("/inbox");
  await eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
  await expect(eventpro.heading).toHaveText("Sarah Wanjiru");
  const search = eventpro.page.getByRole("searchbox", { name: "Search conversations" });
  await search.fill("wedding 3");
  await search.press("Enter");
  await expect(eventpro.conversations.getByRole("listitem")).toContainText(["Garden wedding 3"]);
  await expect(eventpro.heading).toHaveText("Sarah Wanjiru");
  await filters(eventpro).getByRole("link", { name: "Past" }).click();
  await expect(eventpro.page.getByText("No conversation found")).toBeVisible();
  await expect(eventpro.page).toHaveURL(/\/conversations\/.*\?show=past&q=wedding%203$/);
  await expect(search).toHaveValue("wedding 3");
  await eventpro.page.getByRole("link", { name: "Show all" }).click();
  await expect(eventpro.conversations.getByRole("listitem")).not.toHaveCount(0);
  await expect(eventpro.heading).toHaveText("Sarah Wanjiru");
});

test("@js unread messages are in the title of every page", async ({ sarah, apis, launch }) => {
  await sarah.open("/settings");
  await apis.eventpro.sendMessage(launch.id, "Are you there?");
  await expect(sarah.page).toHaveTitle("(1) Settings · Greenroom");
  await sarah.open("/bookings");
  await expect(sarah.page).toHaveTitle("(1) Bookings · Greenroom");
  await apis.sarah.markRead(launch.id, 99);
  await expect(sarah.page).toHaveTitle("Bookings · Greenroom");
});

test("@js without a network the inbox stays as it was last shown", async ({ eventpro, faultProxy }) => {
  eventpro.allowConsole(/net::ERR_/);
  eventpro.setBaseUrl(faultProxy.url);
  await eventpro.open("/inbox");
  await eventpro.page.getByRole("link", { name: "Find talent" }).click();
  await expect(eventpro.heading).toHaveText("Find talent");
  await faultProxy.refuseConnections();
  await eventpro.page.goBack();
  await expect(eventpro.page.getByText("This is the inbox as it was last shown.")).toBeVisible({ timeout: 30_000 });
  await expect(eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" })).toBeVisible();
  await filters(eventpro).getByRole("link", { name: "Agreed" }).click();
  await expect(eventpro.page.getByText("Nothing agreed yet")).toBeVisible({ timeout: 30_000 });
  await faultProxy.restore();
  await expect(eventpro.page.getByText("This is the inbox as it was last shown.")).toHaveCount(0, { timeout: 30_000 });
});

test("@js without a network a filter doesn't claim to know the pages that aren't loaded", async ({ achieng, apis, faultProxy }) => {
  achieng.allowConsole(/net::ERR_/);
  achieng.setBaseUrl(faultProxy.url);
  await openBookings(apis, 31);
  await achieng.open("/inbox");
  await faultProxy.refuseConnections();
  await filters(achieng).getByRole("link", { name: "Agreed" }).click();
  await expect(achieng.page.getByText("Nothing among the newest")).toBeVisible({ timeout: 30_000 });
  await expect(achieng.page.getByText("Nothing agreed yet")).toHaveCount(0);
  await faultProxy.restore();
  await expect(achieng.page.getByText("Nothing agreed yet")).toBeVisible({ timeout: 30_000 });
});

test("@js beside the inbox stands the next agreed booking", async ({ sarah, apis, launch }) => {
  await sarah.open("/inbox");
  await expect(sarah.page.getByRole("heading", { name: "Choose a conversation" })).toBeVisible();
  await apis.sarah.request("POST", `/api${launch.booking}/accept`);
  await expect(sarah.page.getByRole("heading", { name: "Next up" })).toBeVisible();
  await sarah.page.getByRole("main").getByRole("link", { name: "Savanna product launch" }).click();
  await expect(sarah.page).toHaveURL(launch.booking);
});

test("@js the pages that the reader has loaded stay when a message arrives in one of them", async ({ achieng, apis }) => {
  const opened = await openBookings(apis, 31);
  await achieng.open("/inbox");
  const rows = achieng.conversations.getByRole("listitem");
  await expect(rows).toHaveCount(30);
  await achieng.page.getByRole("link", { name: "Older conversations" }).click();
  await expect(rows).toHaveCount(31);
  await expect(rows.last().getByRole("link")).toBeFocused();
  let loads = 0;
  achieng.page.on("request", (request) => (loads += Number(request.url().endsWith("/fn/inbox"))));
  await apis.eventpro.sendMessage(opened[0].conversation.id, "Still interested?");
  await expect(rows.first()).toContainText("Still interested?");
  await apis.eventpro.sendMessage(opened[1].conversation.id, "And this one?");
  await expect(rows.first()).toContainText("And this one?");
  await expect(rows).toHaveCount(31);
  expect(loads).toBe(0);
});

test("@js beside a search nothing says how much needs the viewer, which isn't known then", async ({ achieng, apis }) => {
  await openBookings(apis, 2);
  await achieng.open("/inbox");
  await expect(achieng.page.getByRole("link", { name: "2 conversations need you" })).toBeVisible();
  await achieng.open("/inbox?q=wedding");
  await expect(achieng.page.getByRole("heading", { name: "Choose a conversation" })).toBeVisible();
  await expect(achieng.page.getByRole("link", { name: /need you/ })).toHaveCount(0);
});
