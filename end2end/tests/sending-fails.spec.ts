import { expect, test } from "../support/fixtures.ts";

const POST = "**/fn/post*";

test("@live a message shows at once, and says when it is sent", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { log } = eventpro.thread;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await eventpro.page.route(POST, async (route) => {
    await held;
    await route.continue();
  });
  await eventpro.thread.say("On a slow line");
  await expect(eventpro.thread.said("On a slow line")).toBeInViewport();
  await expect(log.getByText("Sending…")).toBeVisible();
  await expect(log.getByText("Sent", { exact: true })).toHaveCount(0);
  release();
  await expect(log.getByText("Sent", { exact: true })).toBeVisible();
  await expect(log.getByText("Sending…")).toHaveCount(0);
  await expect(eventpro.thread.said("On a slow line")).toHaveCount(1);
});

test("@live what failed says so, keeps its text, and goes out by Retry", async ({ eventpro, sarah, launch }) => {
  eventpro.expects(/net::ERR_FAILED.*\/fn\/post/);
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await eventpro.page.route(POST, (route) => route.abort());
  await eventpro.thread.say("Try me again");
  await expect(eventpro.thread.log.getByText(/Not sent/)).toBeVisible();
  await expect(eventpro.thread.said("Try me again")).toBeVisible();

  await eventpro.page.unroute(POST);
  await eventpro.thread.log.getByRole("button", { name: "Retry" }).click();
  await expect(sarah.thread.said("Try me again")).toHaveCount(1);
  await expect(eventpro.thread.log.getByText("Read", { exact: true })).toBeVisible();
  await expect(eventpro.thread.log.getByText(/Not sent/)).toHaveCount(0);
  await expect(eventpro.thread.said("Try me again")).toHaveCount(1);
});

test("@live a message whose answer was lost is still one message", async ({ eventpro, sarah, programs, launch }) => {
  eventpro.expects(/net::ERR_FAILED.*\/fn\/post/);
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await eventpro.page.route(POST, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await eventpro.thread.say("Arrived all the same");
  await expect(sarah.thread.said("Arrived all the same")).toBeVisible();
  await expect(eventpro.thread.log.getByText("Read", { exact: true })).toBeVisible();
  await expect(eventpro.thread.log.getByText(/Not sent/)).toHaveCount(0);
  await expect(eventpro.thread.said("Arrived all the same")).toHaveCount(1);
  const sent = (await programs.sarah.messages(launch.id)).filter(({ body }) => body === "Arrived all the same");
  expect(sent).toHaveLength(1);
});

test("@live what failed can be let go", async ({ eventpro, programs, launch }) => {
  eventpro.expects(/net::ERR_FAILED.*\/fn\/post/);
  await eventpro.open(launch.path);
  await eventpro.page.route(POST, (route) => route.abort());
  await eventpro.thread.say("Never mind");
  await eventpro.thread.log.getByRole("button", { name: "Delete" }).click();
  await expect(eventpro.thread.said("Never mind")).toHaveCount(0);
  await eventpro.page.unroute(POST);
  await eventpro.thread.say("This instead");
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  expect((await programs.sarah.messages(launch.id)).map(({ body }) => body)).not.toContain("Never mind");
});

test("@live what is written while the site is down goes out in order once it is back", async ({ site, eventpro, sarah, programs, launch }) => {
  for (const person of [eventpro, sarah]) person.expects(/net::ERR_/);
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await site.stop("SIGKILL");

  const texts = ["Down 1", "Down 2", "Down 3"];
  for (const text of texts) await eventpro.thread.say(text);
  await expect(eventpro.thread.log.getByText(/Not sent/)).toHaveCount(3);
  await expect(eventpro.thread.log.getByRole("button", { name: "Retry" })).toHaveCount(3);
  await expect(eventpro.thread.said(/^Down/)).toHaveText(texts);

  await site.serve();
  await expect(sarah.thread.said(/^Down/)).toHaveText(texts, { timeout: 30_000 });
  await expect(eventpro.thread.log.getByText(/Not sent/)).toHaveCount(0);
  await expect(eventpro.thread.said(/^Down/)).toHaveText(texts);
  const arrived = (await programs.sarah.messages(launch.id)).map(({ body }) => body);
  expect(arrived.filter((body) => body.startsWith("Down"))).toEqual(texts);
});

test("@live Retry while the site is still down fails again and loses nothing", async ({ site, eventpro, programs, launch }) => {
  eventpro.expects(/net::ERR_/);
  await eventpro.open(launch.path);
  await site.stop("SIGKILL");
  await eventpro.thread.say("Patience");
  const failed = eventpro.thread.log.getByText(/Not sent/);
  await expect(failed).toBeVisible();
  await eventpro.thread.log.getByRole("button", { name: "Retry" }).click();
  await expect(failed).toBeVisible();
  await expect(eventpro.thread.said("Patience")).toHaveCount(1);

  await site.serve();
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(eventpro.thread.said("Patience")).toHaveCount(1);
  const sent = (await programs.sarah.messages(launch.id)).filter(({ body }) => body === "Patience");
  expect(sent).toHaveLength(1);
});
