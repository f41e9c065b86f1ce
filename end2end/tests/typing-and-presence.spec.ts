import { expect, test, type Conversation, type Person } from "../support/fixtures.ts";
import type { Api } from "../support/api.ts";

const TYPING = "Sarah Wanjiru is typing…";

/** Waits for an open stream, by a message that arrives on it: ephemeral events aren't replayed. */
async function waitUntilLive({ thread }: Person, { id }: Conversation, sender: Api): Promise<void> {
  await sender.sendMessage(id, "Are you live?");
  await expect(thread.message("Are you live?")).toBeVisible();
}

test("@js typing is shown, and disappears five seconds after the last key", async ({ sarah, eventpro, apis, launch }) => {
  await eventpro.installClock();
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await waitUntilLive(eventpro, launch, apis.sarah);
  const requests: string[] = [];
  sarah.page.on("request", (request) => request.url().includes("/fn/typing") && requests.push(request.url()));
  await sarah.thread.composer.pressSequentially("Yes, and a stand for it");
  await expect(eventpro.page.getByText(TYPING)).toBeVisible();
  expect(requests.length).toBeLessThanOrEqual(2);
  await eventpro.page.clock.fastForward("00:05");
  await expect(eventpro.page.getByText(TYPING)).toHaveCount(0);
});

test("@js a message that arrives ends the typing indicator of its sender", async ({ sarah, eventpro, apis, launch }) => {
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await waitUntilLive(eventpro, launch, apis.sarah);
  await sarah.thread.composer.pressSequentially("Here it is");
  await expect(eventpro.page.getByText(TYPING)).toBeVisible();
  await sarah.thread.composer.press("Enter");
  await expect(eventpro.thread.message("Here it is")).toBeVisible();
  await expect(eventpro.page.getByText(TYPING)).toHaveCount(0, { timeout: 2_000 });
});

test("@js presence and last activity are shown to conversation partners", async ({ sarah, eventpro, launch }) => {
  await eventpro.open(launch.path);
  const online = eventpro.page.getByText("Online", { exact: true });
  await expect(online).toHaveCount(0);
  await sarah.open("/inbox");
  await expect(online).toBeVisible();
  await sarah.page.close();
  await expect(eventpro.page.getByText("Active just now")).toBeVisible({ timeout: 15_000 });
  await eventpro.open(launch.path);
  await expect(eventpro.page.getByText("Active just now")).toBeVisible();
});

test("@js hiding presence hides typing and presence in both directions", async ({ sarah, eventpro, apis, launch }) => {
  await sarah.open("/settings");
  const section = sarah.section("What others see");
  await section.getByRole("radio", { name: "Hide when I'm online or typing" }).check();
  await section.getByRole("button", { name: "Save" }).click();
  await expect(section.getByRole("status")).toHaveText("Saved.");
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await sarah.thread.composer.pressSequentially("Hm");
  await eventpro.thread.composer.pressSequentially("Hm");
  await apis.sarah.sendMessage(launch.id, "After all that");
  await apis.eventpro.sendMessage(launch.id, "And that");
  for (const person of [sarah, eventpro]) {
    await expect(person.thread.message("And that")).toBeVisible();
    await expect(person.page.getByText(/Online|Active|typing/)).toHaveCount(0);
  }
});

test("@js with Save-Data, typing and presence are neither sent nor requested", async ({ sarah, eventpro, launch }) => {
  await sarah.open("/signin");
  await sarah.page.addInitScript(() => {
    Object.defineProperty(navigator, "connection", { value: { saveData: true } });
  });
  const requests: string[] = [];
  sarah.page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await sarah.thread.composer.pressSequentially("Sparing");
  await sarah.thread.composer.press("Enter");
  await expect(eventpro.thread.message("Sparing")).toBeVisible();
  expect(requests).toContain("/fn/post");
  expect(requests.filter((path) => /typing|presence/.test(path))).toEqual([]);
});

test("@js hiding presence while online shows the person as offline", async ({ sarah, eventpro, launch }) => {
  await eventpro.open(launch.path);
  await sarah.open("/settings");
  const online = eventpro.page.getByText("Online", { exact: true });
  await expect(online).toBeVisible();
  const section = sarah.section("What others see");
  await section.getByRole("radio", { name: "Hide when I'm online or typing" }).check();
  await section.getByRole("button", { name: "Save" }).click();
  await expect(online).toHaveCount(0);
});

test("@js typing of two people doesn't hide each other's indicator", async ({ eventpro, apis, launch }) => {
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  const booked = await apis.eventpro.openBooking(id, "Harvest", "Are you free?");
  await eventpro.open(launch.path);
  await waitUntilLive(eventpro, launch, apis.sarah);
  const typing = (api: typeof apis.sarah, conversation: string) =>
    api.request("PUT", `/api/conversations/${conversation}/typing`);
  await typing(apis.sarah, launch.id);
  await expect(eventpro.page.getByText(TYPING)).toBeVisible();
  await typing(apis.achieng, booked.conversation.id);
  // The message arrives after the typing event, so that has been handled.
  await apis.achieng.sendMessage(booked.conversation.id, "Heard");
  await expect(eventpro.conversations.getByText("Heard")).toBeVisible();
  await expect(eventpro.page.getByText(TYPING)).toBeVisible();
});
