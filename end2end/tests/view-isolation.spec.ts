import type { Page } from "@playwright/test";
import type { Api } from "../support/api.ts";
import { acceptBooking, declineBooking, openBookingMenu } from "../support/booking.ts";
import { isMarked, markDocument } from "../support/document-mark.ts";
import { expect, test, type Person } from "../support/fixtures.ts";
import { holdRequests } from "../support/hold-requests.ts";

// No state of one conversation, booking or form remains when another is shown, whatever the navigation.

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 800 };

/** A conversation, and the name of the other person. */
type Target = { id: string; path: string; name: string };

/** Opens a booking of EventPro with DJ Kamau. Returns its conversation. */
const openKamauBooking = async (eventpro: Api): Promise<Target> => {
  const { id } = await eventpro.findTalent("DJ Kamau");
  const { conversation } = await eventpro.openBooking(id, "Rooftop party", "Are you free?");
  return { id: conversation.id, path: `/conversations/${conversation.id}`, name: "DJ Kamau" };
};

/** Navigates, and expects the same document: a new one would have no old state anyway. */
const expectSameDocument = async (page: Page, go: () => Promise<unknown>) => {
  await markDocument(page);
  await go();
  expect(await isMarked(page)).toBe(true);
};

/** Adds a link to the page and clicks it, for paths that the page doesn't link to. The router handles it like any other. */
const clickInjectedLink = (page: Page, path: string) =>
  page.evaluate((path) => {
    const link = document.createElement("a");
    link.href = path;
    document.querySelector("main")!.append(link);
    link.click();
  }, path);

const NAVIGATIONS: Record<string, { view: typeof WIDE; go: (person: Person, to: Target) => Promise<unknown> }> = {
  "the list": { view: WIDE, go: (person, to) => person.conversations.getByRole("link", { name: to.name }).click() },
  "the list, narrow": {
    view: NARROW,
    go: async (person, to) => {
      await person.page.getByRole("link", { name: "Back to inbox" }).click();
      await person.conversations.getByRole("link", { name: to.name }).click();
    },
  },
  "the keyboard": {
    view: WIDE,
    go: async (person, to) => {
      await person.conversations.getByRole("link", { name: to.name }).focus();
      await person.page.keyboard.press("Enter");
    },
  },
  "a notification": {
    view: WIDE,
    go: async (person, to) => {
      await person.bell.click();
      await person.page.getByRole("list", { name: "Notifications" }).getByRole("link", { name: `New message from ${to.name}` }).first().click();
    },
  },
  "a notification, narrow": {
    view: NARROW,
    go: async (person, to) => {
      // On a narrow screen, a thread has no navigation bar.
      await person.page.getByRole("link", { name: "Back to inbox" }).click();
      await person.bell.click();
      await person.page.getByRole("list", { name: "Notifications" }).getByRole("link", { name: `New message from ${to.name}` }).first().click();
    },
  },
  "a link in the page": { view: WIDE, go: (person, to) => clickInjectedLink(person.page, to.path) },
};

test("@js a draft never appears in another conversation, and Enter never sends it there", async ({ eventpro, apis, launch }) => {
  const kamau = await openKamauBooking(apis.eventpro);
  await eventpro.open(kamau.path);
  const { page, thread, conversations } = eventpro;
  await page.setViewportSize(WIDE);
  await thread.composer.pressSequentially("For Kamau");
  await conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
  await expect(eventpro.heading).toHaveText("Sarah Wanjiru");
  await expect(thread.composer).toHaveValue("");
  await thread.composer.pressSequentially("Only for Sarah");

  await conversations.getByRole("link", { name: "DJ Kamau" }).click();
  await expect(eventpro.heading).toHaveText("DJ Kamau");
  await expect(thread.composer).toHaveValue("For Kamau");
  await thread.composer.press("Enter");
  await expect(thread.message("For Kamau")).toHaveCount(1);
  await expect(thread.log.getByText("Sent", { exact: true })).toBeVisible();
  await thread.composer.press("Enter");

  await conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
  await expect(thread.composer).toHaveValue("Only for Sarah");
  const [conversation] = await apis.kamau.listConversations();
  const bodies = async () => (await apis.kamau.listMessages(kamau.id)).map(({ body }) => body);
  expect(conversation.id).toBeTruthy();
  expect(await bodies()).toEqual(["Are you free?", "For Kamau"]);
  expect((await apis.sarah.listMessages(launch.id)).map(({ body }) => body)).not.toContain("Only for Sarah");
});

for (const [navigation, { view, go }] of Object.entries(NAVIGATIONS)) {
  test(`@js by ${navigation}, back and forward: each conversation keeps its own state`, async ({ eventpro, apis, launch }) => {
    const kamau = await openKamauBooking(apis.eventpro);
    const sarah: Target = { id: launch.id, path: launch.path, name: "Sarah Wanjiru" };
    for (const [{ id }, sender] of [[sarah, apis.sarah], [kamau, apis.kamau]] as const) {
      for (let n = 0; n < 30; n++) await sender.sendMessage(id, `Line ${n}`);
    }
    await eventpro.open(sarah.path);
    const { page, thread, heading } = eventpro;
    await page.setViewportSize(view);
    const menu = page.locator("details.menu");
    const scrolled = () => thread.log.evaluate((log) => Math.round(-log.scrollTop));

    // Changes all local state of a conversation's page: menu, draft, selection, scroll position.
    await openBookingMenu(page);
    await expect(menu).toHaveAttribute("open", "");
    await page.keyboard.press("Escape");
    await thread.composer.pressSequentially("Only for Sarah");
    await thread.composer.selectText();
    await thread.scrollToTop("Line 29");

    await expectSameDocument(page, async () => {
      await go(eventpro, kamau);
      await expect(heading).toHaveText(kamau.name);
    });
    await expect(thread.composer).toHaveValue("");
    await expect(menu).not.toHaveAttribute("open");
    await expect(thread.composer).not.toBeFocused();
    await expect.poll(scrolled).not.toBe(await thread.log.evaluate((log) => log.scrollHeight - log.clientHeight));
    await thread.composer.pressSequentially("Only for Kamau");

    // History entries in between: the inbox on a narrow screen, and the notifications.
    const entries = 1 + Number(view === NARROW) + Number(navigation.startsWith("a notification"));
    const goInHistory = async (delta: number, to: Target, draft: string) => {
      await expectSameDocument(page, async () => {
        await page.evaluate((by) => history.go(by), delta);
        await expect(heading).toHaveText(to.name);
      });
      await expect(thread.composer).toHaveValue(draft);
      await expect(menu).not.toHaveAttribute("open");
    };
    await goInHistory(-entries, sarah, "Only for Sarah");
    await goInHistory(entries, kamau, "Only for Kamau");
    // Also with a new document.
    await eventpro.open(sarah.path);
    await expect(thread.composer).toHaveValue("Only for Sarah");
    for (const { id } of [sarah, kamau]) {
      const bodies = (await apis.eventpro.listMessages(id)).map(({ body }) => body);
      expect(bodies.filter((body) => body.startsWith("Only for"))).toEqual([]);
    }
  });
}

test("@js text typed before hydration becomes a draft of its own conversation only", async ({ eventpro, apis, launch }) => {
  const kamau = await openKamauBooking(apis.eventpro);
  await eventpro.open("/inbox");
  const { page, thread } = eventpro;
  await page.setViewportSize(WIDE);
  const release = await holdRequests(page, "**/pkg/*.js");
  const opening = eventpro.open(launch.path);
  await expect(thread.composer).toBeVisible();
  await thread.composer.pressSequentially("Typed ahead");
  release();
  await opening;
  await expect(thread.composer).toHaveValue("Typed ahead");
  await eventpro.conversations.getByRole("link", { name: kamau.name }).click();
  await expect(eventpro.heading).toHaveText(kamau.name);
  await expect(thread.composer).toHaveValue("");
  await page.goBack();
  await expect(thread.composer).toHaveValue("Typed ahead");
});

test("@js a pending or failed action stays with its booking", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(/status of 5|net::ERR_/);
  const { id } = await apis.safari.findTalent("Sarah Wanjiru");
  await apis.safari.openBooking(id, "Wedding", "Are you free?");
  await sarah.open(launch.path);
  const { page } = sarah;
  await page.setViewportSize(WIDE);
  await page.route("**/fn/step", (route) => route.abort());
  await declineBooking(page);
  await expect(page.getByRole("main").getByRole("alert").first()).toContainText("can't be reached");
  let waiting = 0;
  await page.unroute("**/fn/step");
  await page.route("**/fn/step", () => void (waiting += 1));
  await acceptBooking(page);
  await expect.poll(() => waiting).toBe(1);
  await sarah.conversations.getByRole("link", { name: "Safari Sounds" }).click();
  await expect(sarah.heading).toHaveText("Safari Sounds");
  await expect(page.getByText("can't be reached")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^Accept KES/ })).toBeEnabled();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("@js the opened cancel confirmation of one booking isn't open on another", async ({ eventpro, apis, launch }) => {
  const kamau = await openKamauBooking(apis.eventpro);
  const booked = (await apis.eventpro.listConversations()).find(({ id }) => id === kamau.id).booking;
  await eventpro.open(launch.booking);
  const { page, heading } = eventpro;
  await openBookingMenu(page);
  await page.getByRole("button", { name: "Cancel booking" }).click();
  await expect(page.getByRole("dialog", { name: "Cancel this booking?" })).toBeVisible();
  await expectSameDocument(page, async () => {
    await clickInjectedLink(page, `/bookings/${booked.id}`);
    await expect(heading).toHaveText("Rooftop party");
  });
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.locator("details.menu")).not.toHaveAttribute("open");
});

test("@js the values of one talent's booking form aren't in another's", async ({ eventpro, apis }) => {
  const [achieng, kamau] = await Promise.all(["MC Achieng", "DJ Kamau"].map((name) => apis.eventpro.findTalent(name)));
  await eventpro.open(`/bookings/new?talent=${achieng.id}`);
  const { page } = eventpro;
  await page.getByLabel("What is the event?").fill("Achieng's secret party");
  await page.getByLabel("Your message").fill("Only for Achieng");
  const first = await page.locator("input[name=client_id]").inputValue();
  await expectSameDocument(page, async () => {
    await clickInjectedLink(page, `/bookings/new?talent=${kamau.id}`);
    await expect(page.getByText("Tell DJ Kamau")).toBeVisible();
  });
  await expect(page.getByLabel("What is the event?")).toHaveValue("");
  await expect(page.getByLabel("Your message")).toHaveValue("");
  expect(await page.locator("input[name=client_id]").inputValue()).not.toBe(first);
  await expect(page.locator("input[name=talent_id]")).toHaveValue(kamau.id);
});

test("@js two tabs of one conversation share one draft", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const other = await sarah.openTab(launch.path);
  const box = other.getByRole("textbox", { name: "Message", exact: true });
  await other.bringToFront();
  await box.pressSequentially("Written in the second");
  await sarah.open(launch.path);
  await expect(sarah.thread.composer).toHaveValue("Written in the second");
  await other.bringToFront();
  await box.press("Enter");
  await expect(sarah.thread.message("Written in the second")).toHaveCount(1);
  await sarah.open(launch.path);
  await expect(sarah.thread.composer).toHaveValue("");
  expect((await apis.eventpro.listMessages(launch.id)).filter(({ body }) => body === "Written in the second")).toHaveLength(1);
});
