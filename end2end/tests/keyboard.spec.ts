import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test, type Person } from "../support/fixtures.ts";

/** Returns the accessible name of the focused element, with a marker if its focus outline isn't visible. */
async function focusedName({ page }: Person): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    // After the last tab stop, the focus leaves the page for the browser.
    if (element === document.body) return "";
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    const box = element.getBoundingClientRect();
    const inViewport = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    const label = document.getElementById(element.getAttribute("aria-labelledby") ?? "")?.textContent;
    const own = (element as HTMLInputElement).labels?.[0]?.textContent;
    const name = element.getAttribute("aria-label") ?? label ?? own ?? element.textContent?.trim();
    return `${name}${outlined && inViewport ? "" : " (focus not visible)"}`;
  });
}

/** Presses Tab until an element is reached. The focus must be visible at every stop. */
async function tabTo(person: Person, name: string | RegExp): Promise<void> {
  const stops: string[] = [];
  for (let stop = 0; stop < 25; stop++) {
    await person.page.keyboard.press("Tab");
    const now = await focusedName(person);
    expect(now).not.toMatch(/not visible/);
    if (typeof name === "string" ? now === name : name.test(now)) return;
    stops.push(now);
  }
  throw new Error(`${name} isn't among ${stops.join(", ")}`);
}

test("@js signing in, writing, notifications and signing out work by keyboard", async ({ visitor, apis, launch }) => {
  await visitor.open("/");
  const { page } = visitor;
  const { keyboard } = page;
  await tabTo(visitor, "Sign in");
  await keyboard.press("Enter");
  await expect(visitor.heading).toHaveText("Sign in");
  await tabTo(visitor, "Email");
  await keyboard.type(DEMO_PEOPLE.eventpro.email);
  await tabTo(visitor, "Password");
  await keyboard.type(PASSWORD);
  await keyboard.press("Enter");
  await expect(page).toHaveURL("/inbox");

  await tabTo(visitor, "Sarah Wanjiru");
  await keyboard.press("Enter");
  await expect(visitor.heading).toHaveText("Sarah Wanjiru");
  await tabTo(visitor, "Messages");
  await tabTo(visitor, "Message");
  await keyboard.type("By keyboard alone");
  await keyboard.press("Enter");
  await expect(visitor.thread.message("By keyboard alone")).toBeVisible();
  await expect(visitor.thread.composer).toBeFocused();
  await expect.poll(async () => (await apis.sarah.listMessages(launch.id)).at(-1)?.body).toBe("By keyboard alone");

  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await tabTo(visitor, /^Notifications/);
  await keyboard.press("Enter");
  await expect(visitor.heading).toHaveText("Notifications");
  await page.reload();
  await tabTo(visitor, "Sign out");
  await keyboard.press("Enter");
  await expect(page).toHaveURL("/signin");
});

/** Opens a page, and goes to its content by the first link. */
async function openContent(person: Person, path: string): Promise<void> {
  await person.open(path);
  await tabTo(person, "Skip to content");
  await person.page.keyboard.press("Enter");
}

test("accepting, and cancelling, work by keyboard", async ({ sarah, apis, launch }) => {
  const status = async () => (await apis.eventpro.listConversations())[0].booking.status;
  await openContent(sarah, launch.path);
  const { keyboard } = sarah.page;
  await tabTo(sarah, /^Accept KES/);
  await keyboard.press("Enter");
  // The sheet takes the focus, and gives it back.
  await expect(sarah.page.getByRole("button", { name: "Not now" }).filter({ visible: true })).toBeFocused();
  await keyboard.press("Escape");
  await expect(sarah.page.getByRole("button", { name: /^Accept KES/ })).toBeFocused();
  await keyboard.press("Enter");
  await tabTo(sarah, "Yes, accept");
  await keyboard.press("Enter");
  await expect.poll(status).toBe("accepted");
  await expect(sarah.page.locator(".chip").filter({ hasText: "Agreed", visible: true }).first()).toBeVisible();

  await openContent(sarah, launch.booking);
  await tabTo(sarah, "More");
  await keyboard.press("Enter");
  await tabTo(sarah, "Cancel booking");
  await keyboard.press("Enter");
  await expect(sarah.page.getByRole("button", { name: "Keep booking" })).toBeFocused();
  await tabTo(sarah, "Cancel booking");
  await keyboard.press("Enter");
  await expect.poll(status).toBe("cancelled");
});

test("declining works by keyboard", async ({ sarah, apis, launch }) => {
  await openContent(sarah, launch.booking);
  await tabTo(sarah, "Decline");
  await sarah.page.keyboard.press("Enter");
  await tabTo(sarah, "Yes, decline");
  await sarah.page.keyboard.press("Enter");
  await expect.poll(async () => (await apis.eventpro.listConversations())[0].booking.status).toBe("declined");
});

test("filters, the search, and the calendar work by keyboard", async ({ sarah, launch, apis }) => {
  await sarah.open("/inbox");
  const { keyboard } = sarah.page;
  await tabTo(sarah, /^Agreed/);
  await keyboard.press("Enter");
  await expect(sarah.page.getByText("Nothing agreed yet")).toBeVisible();
  await sarah.open("/inbox?q=nobody");
  await tabTo(sarah, "Search conversations");
  await keyboard.press("ControlOrMeta+a");
  await keyboard.type("savanna");
  await keyboard.press("Enter");
  await expect(sarah.conversations.getByRole("listitem")).toHaveCount(1);

  const { booking } = (await apis.sarah.listConversations()).find(({ id }) => id === launch.id);
  await openContent(sarah, `/bookings?month=${booking.eventDate.slice(0, 7)}`);
  await tabTo(sarah, /^\d+ \w+, 1 booking$/);
  await keyboard.press("Enter");
  await expect(sarah.page).toHaveURL(new RegExp(`#day-${booking.eventDate}$`));
  await keyboard.press("Tab");
  await expect(sarah.page.locator(`#day-${booking.eventDate} .agenda-row`)).toBeFocused();
});

test("the first tab stop skips to the content", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  await sarah.page.keyboard.press("Tab");
  await expect(sarah.page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await expect(sarah.page.getByRole("link", { name: "Skip to content" })).toBeInViewport();
  await sarah.page.keyboard.press("Enter");
  await sarah.page.keyboard.press("Tab");
  const inside = await sarah.page.evaluate(() => document.querySelector("main")?.contains(document.activeElement));
  expect(inside).toBe(true);
});

test("@js the log is one tab stop, whose messages the arrow keys reach", async ({ sarah, apis, launch }) => {
  await apis.eventpro.sendMessage(launch.id, "The map: https://example.com/map");
  await sarah.open(launch.path);
  // On a wider screen the booking stands beside the thread.
  await sarah.page.setViewportSize({ width: 1024, height: 720 });
  const { page, thread } = sarah;
  const focusedMessage = () => page.evaluate(() => document.activeElement?.querySelector(".message-text")?.textContent);
  await thread.log.focus();
  await page.keyboard.press("ArrowUp");
  await expect.poll(focusedMessage).toBe("The map: https://example.com/map");
  // The links of the focused message are reachable, those of the others aren't.
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "https://example.com/map" })).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect.poll(focusedMessage).toBe(launch.bodies.at(-1));
  await page.keyboard.press("ArrowDown");
  await expect.poll(focusedMessage).toBe("The map: https://example.com/map");

  // From the booking to the message box: the log, the answer's three buttons, and the box.
  await page.getByRole("button", { name: /^Booking details/ }).focus();
  for (let stop = 0; stop < 5; stop++) await page.keyboard.press("Tab");
  await expect(thread.composer).toBeFocused();
});

test("a link skips to the message box", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  const skip = sarah.page.getByRole("link", { name: "Skip to message box" });
  await skip.focus();
  await expect(skip).toBeInViewport();
  await sarah.page.keyboard.press("Enter");
  await expect(sarah.thread.composer).toBeFocused();
});

test("@js a page that is opened from another has the focus on its heading, and going back on its entry", async ({ sarah }) => {
  await sarah.open("/inbox");
  await expect(sarah.page.locator("body")).toBeFocused();
  const row = sarah.conversations.getByRole("link", { name: "EventPro Kenya" });
  await row.click();
  await expect(sarah.heading).toHaveText("EventPro Kenya");
  await expect(sarah.heading).toBeFocused();
  await sarah.page.goBack();
  await expect(row).toBeFocused();
  await sarah.bell.click();
  await expect(sarah.heading).toHaveText("Notifications");
  await expect(sarah.heading).toBeFocused();
});

test("@js Tab stays in an open sheet, and Escape leads back", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  const { page } = sarah;
  const accept = page.getByRole("button", { name: /^Accept KES/ });
  await accept.press("Enter");
  const sheet = page.getByRole("dialog", { name: "Accept this booking?" });
  await expect(sheet.getByRole("button", { name: "Not now" })).toBeFocused();
  for (const key of ["Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab"]) {
    await page.keyboard.press(key);
    await expect(sheet.locator(":focus")).toHaveCount(1);
  }
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(accept).toBeFocused();
});

test("@js a menu closes by Escape and by a click elsewhere", async ({ eventpro, launch }) => {
  await eventpro.open(launch.booking);
  const { page } = eventpro;
  const more = page.getByLabel("More", { exact: true });
  const entry = page.getByRole("link", { name: "Print conversation" });
  await more.click();
  await expect(entry).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(entry).toBeHidden();
  await expect(more).toBeFocused();
  await more.click();
  await expect(entry).toBeVisible();
  await page.getByRole("heading", { level: 1 }).click();
  await expect(entry).toBeHidden();
});
