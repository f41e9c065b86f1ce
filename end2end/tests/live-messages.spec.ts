import { expect, test } from "../support/fixtures.ts";

test("@js two people exchange messages live", async ({ eventpro, sarah, launch }) => {
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);

  await eventpro.thread.sendMessage("Can you bring a second light?");
  await expect(sarah.thread.message("Can you bring a second light?")).toBeVisible();

  await sarah.thread.sendMessage("Yes, and a stand for it.");
  await expect(eventpro.thread.message("Yes, and a stand for it.")).toBeVisible();

  await eventpro.thread.sendMessage("Wonderful.");
  const pattern = /second light|a stand for it|Wonderful/;
  const texts = ["Can you bring a second light?", "Yes, and a stand for it.", "Wonderful."];
  await expect(sarah.thread.message(pattern)).toHaveText(texts);
  await expect(eventpro.thread.message(pattern)).toHaveText(texts);
});

test("@js a message sent through the API arrives live", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Sent by a program");
  await expect(sarah.thread.message("Sent by a program")).toBeVisible();
});

test("@js Sent changes to Read when the other person opens the thread", async ({ eventpro, sarah, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.thread.sendMessage("Did you get my mail?");
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  await expect(eventpro.thread.log.getByText("Read", { exact: true })).toHaveCount(0);

  await sarah.open(launch.path);
  await expect(eventpro.thread.log.getByText("Read", { exact: true })).toBeVisible();
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toHaveCount(0);
});

test("@js two tabs of one person show each message once", async ({ eventpro, sarah, launch }) => {
  await sarah.open(launch.path);
  const other = await sarah.openTab(launch.path);
  await eventpro.open(launch.path);

  await sarah.thread.sendMessage("From the first tab");
  await eventpro.thread.sendMessage("From the other side");
  const pattern = /From the (first tab|other side)/;
  for (const page of [sarah.page, other]) {
    await expect(page.getByRole("log").getByText(pattern)).toHaveText(["From the first tab", "From the other side"]);
  }
});
