import { expect, test, type Person } from "../support/fixtures.ts";

const messageStatus = (person: Person, status: string) => person.thread.log.getByText(status, { exact: true });

const setReceipts = async (person: Person, choice: string) => {
  await person.open("/settings");
  const section = person.section("What others see");
  await section.getByRole("radio", { name: choice }).check();
  await section.getByRole("button", { name: "Save" }).click();
  await expect(person.page.getByRole("main").getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
};

test("@js the status of a message changes from Sent to Delivered to Read", async ({ eventpro, sarah, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.thread.sendMessage("How far does this come?");
  await expect(messageStatus(eventpro, "Sent")).toBeVisible();

  await sarah.open("/inbox");
  await expect(messageStatus(eventpro, "Delivered")).toBeVisible();
  await eventpro.thread.sendMessage("And this, while she looks at her inbox?");
  await expect(eventpro.thread.log.locator(".status")).toHaveText(["Delivered"]);

  await sarah.conversations.getByRole("link", { name: "EventPro Kenya" }).click();
  await expect(messageStatus(eventpro, "Read")).toBeVisible();
  await expect(messageStatus(eventpro, "Delivered")).toHaveCount(0);
});

test("hiding receipts hides them in both directions", async ({ eventpro, sarah, apis, launch, javaScriptEnabled }) => {
  await setReceipts(sarah, "Hide when messages are delivered and read");
  await eventpro.open(launch.path);
  const { seq } = await apis.eventpro.sendMessage(launch.id, "Are you there?");
  await apis.sarah.markRead(launch.id, seq);
  await apis.sarah.sendMessage(launch.id, "Who knows");
  if (javaScriptEnabled === false) await eventpro.open(launch.path);
  await expect(eventpro.thread.message("Who knows")).toBeVisible();
  await expect(messageStatus(eventpro, "Sent")).toBeVisible();
  await expect(messageStatus(eventpro, "Read")).toHaveCount(0);

  const { seq: last } = await apis.sarah.sendMessage(launch.id, "And you?");
  await apis.eventpro.markRead(launch.id, last);
  await sarah.open(launch.path);
  await expect(sarah.thread.message("And you?")).toBeVisible();
  await expect(messageStatus(sarah, "Read")).toHaveCount(0);

  await setReceipts(sarah, "Show when messages are delivered and read");
  await apis.sarah.sendMessage(launch.id, "Here I am");
  const { seq: latest } = await apis.eventpro.sendMessage(launch.id, "At last");
  await apis.sarah.markRead(launch.id, latest);
  if (javaScriptEnabled === false) await eventpro.open(launch.path);
  await expect(messageStatus(eventpro, "Read")).toBeVisible();
});
