import { expect, test } from "../support/fixtures.ts";

test("@js two people talk, each in a browser of their own", async ({ eventpro, sarah, launch }) => {
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);

  await eventpro.thread.sendMessage("Can you bring a second light?");
  await expect(sarah.thread.message("Can you bring a second light?")).toBeVisible();

  await sarah.thread.sendMessage("Yes, and a stand for it.");
  await expect(eventpro.thread.message("Yes, and a stand for it.")).toBeVisible();

  await eventpro.thread.sendMessage("Wonderful.");
  const talk = /second light|a stand for it|Wonderful/;
  const said = ["Can you bring a second light?", "Yes, and a stand for it.", "Wonderful."];
  await expect(sarah.thread.message(talk)).toHaveText(said);
  await expect(eventpro.thread.message(talk)).toHaveText(said);
});

test("@js what a program sends arrives as well", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Sent by a program");
  await expect(sarah.thread.message("Sent by a program")).toBeVisible();
});

test("@js Sent becomes Read when the other opens the thread", async ({ eventpro, sarah, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.thread.sendMessage("Did you get my mail?");
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  await expect(eventpro.thread.log.getByText("Read", { exact: true })).toHaveCount(0);

  await sarah.open(launch.path);
  await expect(eventpro.thread.log.getByText("Read", { exact: true })).toBeVisible();
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toHaveCount(0);
});

test("@js each of two tabs shows each message once", async ({ eventpro, sarah, launch }) => {
  await sarah.open(launch.path);
  const other = await sarah.openTab(launch.path);
  await eventpro.open(launch.path);

  await sarah.thread.sendMessage("From the first tab");
  await eventpro.thread.sendMessage("From the other side");
  const said = /From the (first tab|other side)/;
  for (const page of [sarah.page, other]) {
    await expect(page.getByRole("log").getByText(said)).toHaveText(["From the first tab", "From the other side"]);
  }
});
