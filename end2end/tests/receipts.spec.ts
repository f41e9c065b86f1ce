import { expect, test, type Person } from "../support/fixtures.ts";

const state = (person: Person, word: string) => person.thread.log.getByText(word, { exact: true });

const choose = async (person: Person, choice: string) => {
  await person.open("/settings");
  const part = person.section("What others see");
  await part.getByRole("radio", { name: choice }).check();
  await part.getByRole("button", { name: "Save" }).click();
  await expect(person.page.getByRole("main").getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
};

test("@js Sent, Delivered, Read: as far as a message came, in words", async ({ eventpro, sarah, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.thread.sendMessage("How far does this come?");
  await expect(state(eventpro, "Sent")).toBeVisible();

  await sarah.open("/inbox");
  await expect(state(eventpro, "Delivered")).toBeVisible();
  await eventpro.thread.sendMessage("And this, while she looks at her inbox?");
  await expect(eventpro.thread.log.locator(".status")).toHaveText(["Delivered"]);

  await sarah.conversations.getByRole("link", { name: "EventPro Kenya" }).click();
  await expect(state(eventpro, "Read")).toBeVisible();
  await expect(state(eventpro, "Delivered")).toHaveCount(0);
});

test("whoever hides receipts gives none and sees none", async ({ eventpro, sarah, apis, launch, javaScriptEnabled }) => {
  await choose(sarah, "Hide it");
  await eventpro.open(launch.path);
  const { seq } = await apis.eventpro.sendMessage(launch.id, "Are you there?");
  await apis.sarah.markRead(launch.id, seq);
  await apis.sarah.sendMessage(launch.id, "Who knows");
  if (javaScriptEnabled === false) await eventpro.open(launch.path);
  await expect(eventpro.thread.message("Who knows")).toBeVisible();
  await expect(state(eventpro, "Sent")).toBeVisible();
  await expect(state(eventpro, "Read")).toHaveCount(0);

  const { seq: last } = await apis.sarah.sendMessage(launch.id, "And you?");
  await apis.eventpro.markRead(launch.id, last);
  await sarah.open(launch.path);
  await expect(sarah.thread.message("And you?")).toBeVisible();
  await expect(state(sarah, "Read")).toHaveCount(0);

  await choose(sarah, "Show when messages were delivered and read");
  await apis.sarah.sendMessage(launch.id, "Here I am");
  const { seq: latest } = await apis.eventpro.sendMessage(launch.id, "At last");
  await apis.sarah.markRead(launch.id, latest);
  if (javaScriptEnabled === false) await eventpro.open(launch.path);
  await expect(state(eventpro, "Read")).toBeVisible();
});
