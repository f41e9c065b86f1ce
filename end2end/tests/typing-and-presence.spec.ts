import { expect, test, type Conversation, type Person } from "../support/fixtures.ts";
import type { Api } from "../support/api.ts";

const TYPING = "Sarah Wanjiru is typing…";

/** Only an open stream hears what passes; a message that comes by it shows that it is. */
async function isLive({ thread }: Person, { id }: Conversation, by: Api): Promise<void> {
  await by.sendMessage(id, "Are you live?");
  await expect(thread.message("Are you live?")).toBeVisible();
}

test("@js who is typing is said, and gone five seconds after the last key", async ({ sarah, eventpro, apis, launch }) => {
  await eventpro.open("/signin");
  await eventpro.page.clock.install();
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await isLive(eventpro, launch, apis.sarah);
  const told: string[] = [];
  sarah.page.on("request", (request) => request.url().includes("/fn/typing") && told.push(request.url()));
  await sarah.thread.composer.pressSequentially("Yes, and a stand for it");
  await expect(eventpro.page.getByText(TYPING)).toBeVisible();
  expect(told.length).toBeLessThanOrEqual(2);
  await eventpro.page.clock.fastForward("00:05");
  await expect(eventpro.page.getByText(TYPING)).toHaveCount(0);
});

test("@js what was typed and has come isn't being typed any more", async ({ sarah, eventpro, apis, launch }) => {
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await isLive(eventpro, launch, apis.sarah);
  await sarah.thread.composer.pressSequentially("Here it is");
  await expect(eventpro.page.getByText(TYPING)).toBeVisible();
  await sarah.thread.composer.press("Enter");
  await expect(eventpro.thread.message("Here it is")).toBeVisible();
  await expect(eventpro.page.getByText(TYPING)).toHaveCount(0, { timeout: 2_000 });
});

test("@js who is here is said to whom they talk with, and when they last were", async ({ sarah, eventpro, launch }) => {
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

test("@js whoever hides it is neither told of nor tells", async ({ sarah, eventpro, apis, launch }) => {
  await sarah.open("/settings");
  const part = sarah.section("What others see");
  await part.getByRole("radio", { name: "Hide when I'm online or typing" }).check();
  await part.getByRole("button", { name: "Save" }).click();
  await expect(part.getByRole("status")).toHaveText("Saved.");
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

test("@js whoever spares data sends and gets nothing of it", async ({ sarah, eventpro, launch }) => {
  await sarah.open("/signin");
  await sarah.page.addInitScript(() => {
    Object.defineProperty(navigator, "connection", { value: { saveData: true } });
  });
  const asked: string[] = [];
  sarah.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await Promise.all([sarah.open(launch.path), eventpro.open(launch.path)]);
  await sarah.thread.composer.pressSequentially("Sparing");
  await sarah.thread.composer.press("Enter");
  await expect(eventpro.thread.message("Sparing")).toBeVisible();
  expect(asked).toContain("/fn/post");
  expect(asked.filter((path) => /typing|presence/.test(path))).toEqual([]);
});

test("@js whoever hides it while they are here is gone for the other", async ({ sarah, eventpro, launch }) => {
  await eventpro.open(launch.path);
  await sarah.open("/settings");
  const online = eventpro.page.getByText("Online", { exact: true });
  await expect(online).toBeVisible();
  const part = sarah.section("What others see");
  await part.getByRole("radio", { name: "Hide when I'm online or typing" }).check();
  await part.getByRole("button", { name: "Save" }).click();
  await expect(online).toHaveCount(0);
});

test("@js two who type don't blank each other", async ({ eventpro, apis, launch }) => {
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  const booked = await apis.eventpro.openBooking(id, "Harvest", "Are you free?");
  await eventpro.open(launch.path);
  await isLive(eventpro, launch, apis.sarah);
  const typing = (api: typeof apis.sarah, conversation: string) =>
    api.request("PUT", `/api/conversations/${conversation}/typing`);
  await typing(apis.sarah, launch.id);
  await expect(eventpro.page.getByText(TYPING)).toBeVisible();
  await typing(apis.achieng, booked.conversation.id);
  // A message shows that everything before it was heard.
  await apis.achieng.sendMessage(booked.conversation.id, "Heard");
  await expect(eventpro.conversations.getByText("Heard")).toBeVisible();
  await expect(eventpro.page.getByText(TYPING)).toBeVisible();
});
