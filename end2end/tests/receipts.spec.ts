import { expect, test, type Person } from "../support/fixtures.ts";

const state = (person: Person, word: string) => person.thread.log.getByText(word, { exact: true });

const choose = async (person: Person, choice: string) => {
  await person.open("/settings");
  const part = person.part("What others see");
  await part.getByRole("radio", { name: choice }).check();
  await part.getByRole("button", { name: "Save" }).click();
  await expect(person.page.getByRole("main").getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
};

test("@live Sent, Delivered, Read: as far as a message came, in words", async ({ eventpro, sarah, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.thread.say("How far does this come?");
  await expect(state(eventpro, "Sent")).toBeVisible();

  await sarah.open("/inbox");
  await expect(state(eventpro, "Delivered")).toBeVisible();
  await eventpro.thread.say("And this, while she looks at her inbox?");
  await expect(eventpro.thread.log.locator(".status")).toHaveText(["Delivered"]);

  await sarah.conversations.getByRole("link", { name: "EventPro Kenya" }).click();
  await expect(state(eventpro, "Read")).toBeVisible();
  await expect(state(eventpro, "Delivered")).toHaveCount(0);
});

test("whoever hides receipts gives none and sees none", async ({ eventpro, sarah, programs, launch, javaScriptEnabled }) => {
  await choose(sarah, "Hide it");
  await eventpro.open(launch.path);
  const { seq } = await programs.eventpro.say(launch.id, "Are you there?");
  await programs.sarah.readOn(launch.id, seq);
  await programs.sarah.say(launch.id, "Who knows");
  if (javaScriptEnabled === false) await eventpro.open(launch.path);
  await expect(eventpro.thread.said("Who knows")).toBeVisible();
  await expect(state(eventpro, "Sent")).toBeVisible();
  await expect(state(eventpro, "Read")).toHaveCount(0);

  const { seq: last } = await programs.sarah.say(launch.id, "And you?");
  await programs.eventpro.readOn(launch.id, last);
  await sarah.open(launch.path);
  await expect(sarah.thread.said("And you?")).toBeVisible();
  await expect(state(sarah, "Read")).toHaveCount(0);

  await choose(sarah, "Show when messages were delivered and read");
  await programs.sarah.say(launch.id, "Here I am");
  const { seq: latest } = await programs.eventpro.say(launch.id, "At last");
  await programs.sarah.readOn(launch.id, latest);
  if (javaScriptEnabled === false) await eventpro.open(launch.path);
  await expect(state(eventpro, "Read")).toBeVisible();
});
