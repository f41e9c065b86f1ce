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

test("@js a failed message keeps its text, and Retry sends it", async ({ eventpro, sarah, launch }) => {
  eventpro.allowConsole(/net::ERR_FAILED.*\/fn\/post/);
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await eventpro.page.route(POST, (route) => route.abort());
  await eventpro.thread.sendMessage("Try me again");
  await expect(eventpro.thread.log.getByText(/Not sent/)).toBeVisible();
  await expect(eventpro.thread.message("Try me again")).toBeVisible();

  await eventpro.page.unroute(POST);
  await eventpro.thread.log.getByRole("button", { name: "Retry" }).click();
  await expect(sarah.thread.message("Try me again")).toHaveCount(1);
  await expect(eventpro.thread.log.getByText("Read", { exact: true })).toBeVisible();
  await expect(eventpro.thread.log.getByText(/Not sent/)).toHaveCount(0);
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
  await expect(eventpro.thread.log.getByText(/Not sent/)).toHaveCount(0);
  await expect(eventpro.thread.message("Arrived all the same")).toHaveCount(1);
  const sent = (await apis.sarah.listMessages(launch.id)).filter(({ body }) => body === "Arrived all the same");
  expect(sent).toHaveLength(1);
});

test("@js a failed message can be deleted", async ({ eventpro, apis, launch }) => {
  eventpro.allowConsole(/net::ERR_FAILED.*\/fn\/post/);
  await eventpro.open(launch.path);
  await eventpro.page.route(POST, (route) => route.abort());
  await eventpro.thread.sendMessage("Never mind");
  await eventpro.thread.log.getByRole("button", { name: "Delete" }).click();
  await expect(eventpro.thread.message("Never mind")).toHaveCount(0);
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
  await expect(eventpro.thread.log.getByText(/Not sent/)).toHaveCount(3);
  await expect(eventpro.thread.log.getByRole("button", { name: "Retry" })).toHaveCount(3);
  await expect(eventpro.thread.message(/^Down/)).toHaveText(texts);

  await site.serve();
  await expect(sarah.thread.message(/^Down/)).toHaveText(texts, { timeout: 30_000 });
  await expect(eventpro.thread.log.getByText(/Not sent/)).toHaveCount(0);
  await expect(eventpro.thread.message(/^Down/)).toHaveText(texts);
  const arrived = (await apis.sarah.listMessages(launch.id)).map(({ body }) => body);
  expect(arrived.filter((body) => body.startsWith("Down"))).toEqual(texts);
});

test("@js Retry while the server is down fails again and keeps the message", async ({ site, eventpro, apis, launch }) => {
  eventpro.allowConsole(/net::ERR_/);
  await eventpro.open(launch.path);
  await site.stop("SIGKILL");
  await eventpro.thread.sendMessage("Patience");
  const failed = eventpro.thread.log.getByText(/Not sent/);
  await expect(failed).toBeVisible();
  await eventpro.thread.log.getByRole("button", { name: "Retry" }).click();
  await expect(failed).toBeVisible();
  await expect(eventpro.thread.message("Patience")).toHaveCount(1);

  await site.serve();
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(eventpro.thread.message("Patience")).toHaveCount(1);
  const sent = (await apis.sarah.listMessages(launch.id)).filter(({ body }) => body === "Patience");
  expect(sent).toHaveLength(1);
});
