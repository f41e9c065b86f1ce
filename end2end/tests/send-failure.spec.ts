import { expect, test } from "../support/fixtures.ts";
import { holdRequests } from "../support/hold-requests.ts";

const POST = "**/fn/post*";

test("@js a pending message shows at once, and changes to Sent", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { log } = eventpro.thread;
  const release = await holdRequests(eventpro.page, POST);
  await eventpro.thread.sendMessage("On a slow line");
  await expect(eventpro.thread.message("On a slow line")).toBeInViewport();
  await expect(log.getByText("Sending…")).toBeVisible();
  await expect(log.getByText("Sent", { exact: true })).toHaveCount(0);
  release();
  await expect(log.getByText("Sent", { exact: true })).toBeVisible();
  await expect(log.getByText("Sending…")).toHaveCount(0);
  await expect(eventpro.thread.message("On a slow line")).toHaveCount(1);
});

test("@js a message that waits for the network keeps its text, and is sent by itself", async ({ eventpro, sarah, launch }) => {
  eventpro.allowConsole(/net::ERR_FAILED.*\/fn\/post/);
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await eventpro.page.route(POST, (route) => route.abort());
  await eventpro.thread.sendMessage("Try me again");
  await expect(eventpro.thread.log.getByText(/Waiting for network/)).toBeVisible();
  await expect(eventpro.thread.message("Try me again")).toBeVisible();
  await expect(eventpro.thread.log.getByRole("button", { name: "Retry" })).toHaveCount(0);

  await eventpro.page.unroute(POST);
  await expect(sarah.thread.message("Try me again")).toHaveCount(1);
  await expect(eventpro.thread.log.getByText("Read", { exact: true })).toBeVisible();
  await expect(eventpro.thread.log.getByText(/Waiting for network/)).toHaveCount(0);
  await expect(eventpro.thread.message("Try me again")).toHaveCount(1);
});

test("@js a lost response doesn't duplicate the message", async ({ eventpro, sarah, apis, launch }) => {
  eventpro.allowConsole(/net::ERR_FAILED.*\/fn\/post/);
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await eventpro.page.route(POST, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await eventpro.thread.sendMessage("Arrived all the same");
  await expect(sarah.thread.message("Arrived all the same")).toBeVisible();
  await expect(eventpro.thread.log.getByText("Read", { exact: true })).toBeVisible();
  await expect(eventpro.thread.log.getByText(/Waiting for network/)).toHaveCount(0);
  await expect(eventpro.thread.message("Arrived all the same")).toHaveCount(1);
  const sent = (await apis.sarah.listMessages(launch.id)).filter(({ body }) => body === "Arrived all the same");
  expect(sent).toHaveLength(1);
});

test("@js a waiting message can be deleted, and the focus moves to the composer", async ({ eventpro, apis, launch }) => {
  eventpro.allowConsole(/net::ERR_FAILED.*\/fn\/post/);
  await eventpro.open(launch.path);
  await eventpro.page.route(POST, (route) => route.abort());
  await eventpro.thread.sendMessage("Never mind");
  await eventpro.thread.log.getByRole("button", { name: "Delete" }).click();
  await expect(eventpro.thread.message("Never mind")).toHaveCount(0);
  await expect(eventpro.thread.composer).toBeFocused();
  await eventpro.page.unroute(POST);
  await eventpro.thread.sendMessage("This instead");
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  expect((await apis.sarah.listMessages(launch.id)).map(({ body }) => body)).not.toContain("Never mind");
});

test("@js messages written while the server is down are sent in order once it is back", async ({ site, eventpro, sarah, apis, launch }) => {
  for (const person of [eventpro, sarah]) person.allowConsole(/net::ERR_/);
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await site.stop("SIGKILL");

  const texts = ["Down 1", "Down 2", "Down 3"];
  for (const text of texts) await eventpro.thread.sendMessage(text);
  await expect(eventpro.thread.log.getByText(/Waiting for network/)).toHaveCount(3);
  await expect(eventpro.thread.message(/^Down/)).toHaveText(texts);

  await site.serve();
  await expect(sarah.thread.message(/^Down/)).toHaveText(texts, { timeout: 30_000 });
  await expect(eventpro.thread.log.getByText(/Waiting for network/)).toHaveCount(0);
  await expect(eventpro.thread.message(/^Down/)).toHaveText(texts);
  const arrived = (await apis.sarah.listMessages(launch.id)).map(({ body }) => body);
  expect(arrived.filter((body) => body.startsWith("Down"))).toEqual(texts);
});

test("@js a refused message can be retried and deleted, and the focus is never lost", async ({ eventpro, apis, launch }) => {
  eventpro.allowConsole(/status of 422/);
  await eventpro.open(launch.path);
  const { composer, log } = eventpro.thread;
  await eventpro.page.route(POST, async (route) => {
    // The composer isn't empty when the refusal arrives, so that the message stays in the log.
    await composer.fill("Already typing on");
    const form = new URLSearchParams(route.request().postData() ?? "");
    form.set("body", " ");
    await route.continue({ postData: form.toString() });
  });
  await eventpro.thread.sendMessage("Refused");
  await expect(log.getByText(/Not sent/)).toBeVisible();
  await log.getByRole("button", { name: "Retry" }).click();
  await expect(composer).toBeFocused();
  await expect(log.getByText(/Not sent/)).toBeVisible();
  await log.getByRole("button", { name: "Delete" }).click();
  await expect(eventpro.thread.message("Refused")).toHaveCount(0);
  await expect(composer).toBeFocused();
  await expect(composer).toHaveValue("Already typing on");
  expect((await apis.sarah.listMessages(launch.id)).map(({ body }) => body)).not.toContain("Refused");
});
