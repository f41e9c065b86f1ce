import { expect, test } from "../support/fixtures.ts";

const number = (n: number) => `Number ${n}`;

test("@js new messages don't move the scroll position while older ones are read", async ({ sarah, apis, launch }) => {
  for (let n = 1; n <= 40; n++) await apis.eventpro.sendMessage(launch.id, number(n));
  await apis.sarah.markRead(launch.id, launch.bodies.length + 40);
  await sarah.open(launch.path);
  const { thread, page } = sarah;
  await expect(thread.message(number(40))).toBeInViewport();
  await thread.log.hover();
  await page.mouse.wheel(0, -600);
  await expect(thread.message(number(40))).not.toBeInViewport();
  // Waits until the scrolling has stopped.
  let before = NaN;
  await expect
    .poll(async () => {
      const last = before;
      before = await thread.topOf(number(30));
      return before === last;
    })
    .toBe(true);

  await apis.eventpro.sendMessage(launch.id, "First from below");
  await expect(page.getByRole("button", { name: "1 new message", exact: true })).toBeVisible();
  await apis.eventpro.sendMessage(launch.id, "Second from below");
  await apis.eventpro.sendMessage(launch.id, "Third from below\nwith\nsome\nmore\nlines");
  const pill = page.getByRole("button", { name: "3 new messages" });
  await expect(pill).toBeVisible();
  expect(Math.abs((await thread.topOf(number(30))) - before)).toBeLessThanOrEqual(2);
  await expect(thread.message("First from below")).not.toBeInViewport();

  await pill.click();
  await expect(thread.log.getByText("Third from below")).toBeInViewport();
  await expect(pill).toHaveCount(0);
  await apis.eventpro.sendMessage(launch.id, "In sight");
  await expect(thread.message("In sight")).toBeInViewport();
  await expect(pill).toHaveCount(0);
});

test("@js at the bottom, tall new messages stay visible", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  for (let n = 1; n <= 20; n++) await apis.eventpro.sendMessage(launch.id, `${number(n)}\n\n\nend`);
  await expect(sarah.thread.log.getByText(number(20))).toBeInViewport();
});

test("@js sending a message scrolls to it from anywhere", async ({ sarah, apis, launch }) => {
  for (let n = 1; n <= 40; n++) await apis.eventpro.sendMessage(launch.id, number(n));
  await apis.sarah.markRead(launch.id, launch.bodies.length + 40);
  await sarah.open(launch.path);
  await sarah.thread.scrollToTop(number(1));
  await expect(sarah.thread.message(number(40))).not.toBeInViewport();
  await sarah.thread.sendMessage("My answer");
  await expect(sarah.thread.message("My answer")).toBeInViewport();
});

test("@js scrolled up by a little, a message below the edge is announced", async ({ sarah, apis, launch }) => {
  // Without the card below the messages, whose place a message could take.
  await apis.sarah.request("POST", `/api${launch.booking}/accept`);
  for (let n = 1; n <= 40; n++) await apis.eventpro.sendMessage(launch.id, number(n));
  await apis.sarah.markRead(launch.id, launch.bodies.length + 41);
  await sarah.open(launch.path);
  const { thread, page } = sarah;
  await expect(thread.message(number(40))).toBeInViewport();
  await thread.log.hover();
  await page.mouse.wheel(0, -30);
  await expect.poll(() => thread.log.evaluate((log) => log.scrollTop)).toBe(-30);
  await apis.eventpro.sendMessage(launch.id, "Below the edge");
  const pill = page.getByRole("button", { name: "1 new message", exact: true });
  await expect(pill).toBeVisible();
  expect((await apis.sarah.listConversations())[0].unread).toBe(1);
  await pill.click();
  await expect(thread.message("Below the edge")).toBeInViewport();
  await expect(pill).toHaveCount(0);
});
