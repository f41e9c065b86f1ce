import { type Api } from "../support/api.ts";
import { expect, test, type Conversation } from "../support/fixtures.ts";
import { holdRequests } from "../support/hold-requests.ts";

const COUNT = 130;
const NUMBERED = /^Number \d+$/;

const number = (n: number) => `Number ${n}`;
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => number(from + index));

/** Sends COUNT messages, all read by Sarah. Returns the seq of the first one. */
async function sendManyMessages({ eventpro, sarah }: Record<"eventpro" | "sarah", Api>, { id, bodies }: Conversation): Promise<number> {
  for (let n = 1; n <= COUNT; n++) await (n % 3 ? eventpro : sarah).sendMessage(id, number(n));
  await sarah.markRead(id, bodies.length + COUNT);
  return bodies.length + 1;
}

test("@no-js links lead to older messages and back", async ({ sarah, apis, launch }) => {
  await sendManyMessages(apis, launch);
  await sarah.open(launch.path);
  const { thread, page } = sarah;
  await expect(thread.message(NUMBERED)).toHaveText(numbers(81, 130));

  await page.getByRole("link", { name: "Older messages" }).click();
  await expect(thread.message(NUMBERED)).toHaveText(numbers(31, 80));
  await page.getByRole("link", { name: "Older messages" }).click();
  await expect(thread.message(NUMBERED)).toHaveText(numbers(1, 30));
  await expect(thread.bubbles.first()).toHaveText(launch.bodies[0]);
  await expect(page.getByRole("link", { name: "Older messages" })).toHaveCount(0);

  await page.getByRole("link", { name: "Newer messages" }).click();
  await expect(thread.message(NUMBERED)).toHaveText(numbers(31, 80));
  await page.getByRole("link", { name: "Latest messages" }).click();
  await expect(thread.message(NUMBERED)).toHaveText(numbers(81, 130));
  await expect(page.getByRole("link", { name: "Newer messages" })).toHaveCount(0);
});

test("@js older messages load at the top without moving the scroll position", async ({ sarah, apis, launch }) => {
  await sendManyMessages(apis, launch);
  await sarah.open(launch.path);
  const { thread } = sarah;
  await expect(thread.message(NUMBERED)).toHaveText(numbers(81, 130));

  for (const first of [81, 31]) {
    const before = await thread.scrollToTop(number(first));
    await expect(thread.message(number(first - 1))).toBeAttached();
    expect(Math.abs((await thread.topOf(number(first))) - before)).toBeLessThanOrEqual(2);
  }
  await expect(thread.message(NUMBERED)).toHaveText(numbers(1, 130));
  await expect(thread.log.getByText("This is where the conversation begins.")).toBeAttached();
});

test("@js the Home key loads older messages", async ({ sarah, apis, launch }) => {
  await sendManyMessages(apis, launch);
  await sarah.open(launch.path);
  await sarah.thread.log.focus();
  await sarah.page.keyboard.press("Home");
  await expect(sarah.thread.message(number(80))).toBeAttached();
  await expect(sarah.thread.message(NUMBERED)).toHaveText(numbers(31, 130));
});

test("@js a page of older messages links to the latest ones, and is live there", async ({ sarah, apis, launch }) => {
  const first = await sendManyMessages(apis, launch);
  await sarah.open(`${launch.path}?before=${first + 50}`);
  const { thread, page } = sarah;
  await expect(thread.message(number(50))).toBeInViewport();
  // Clicks without scrolling: scrolling to the link would load the following messages and remove it.
  await page.getByRole("link", { name: "Latest messages" }).dispatchEvent("click");
  await expect(thread.message(NUMBERED)).toHaveText(numbers(81, 130));
  await apis.eventpro.sendMessage(launch.id, number(131));
  await expect(thread.message(NUMBERED)).toHaveText(numbers(81, 131));
});

test("@js sending on a page of older messages shows the sent message", async ({ sarah, apis, launch }) => {
  const first = await sendManyMessages(apis, launch);
  await sarah.open(`${launch.path}?before=${first + 50}`);
  await sarah.thread.sendMessage("Back again");
  await expect(sarah.thread.message("Back again")).toBeInViewport();
  await expect(sarah.thread.message("Back again")).toHaveCount(1);
  await expect(sarah.thread.message(number(130))).toBeVisible();
});

test("@js leaving a thread while older messages load doesn't break it", async ({ sarah, apis, launch }) => {
  await sendManyMessages(apis, launch);
  await sarah.open(launch.path);
  const release = await holdRequests(sarah.page, "**/fn/thread*");
  const request = sarah.page.waitForRequest("**/fn/thread*");
  await sarah.thread.scrollToTop(number(81));
  await request;
  await sarah.page.getByRole("link", { name: /^Notifications/ }).click();
  await expect(sarah.heading).toHaveText("Notifications");
  const response = sarah.page.waitForResponse("**/fn/thread*");
  release();
  await response;
  await sarah.page.getByRole("link", { name: "Greenroom" }).click();
  await sarah.conversations.getByRole("link", { name: "EventPro Kenya" }).click();
  await expect(sarah.thread.message(number(130))).toBeInViewport();
});

test("@js older messages leave the selection and the focus where they are", async ({ sarah, apis, launch }) => {
  await sendManyMessages(apis, launch);
  await sarah.open(launch.path);
  const { thread, page } = sarah;
  await thread.message(number(81)).evaluate((message) => {
    (message.closest("[data-seq]") as HTMLElement).focus({ preventScroll: true });
    getSelection()!.selectAllChildren(message);
  });
  await thread.scrollToTop(number(81));
  await expect(thread.message(number(31))).toBeAttached();
  const focused = () => page.evaluate(() => document.activeElement?.querySelector(".message-text")?.textContent);
  expect(await page.evaluate(() => getSelection()!.toString())).toBe(number(81));
  expect(await focused()).toBe(number(81));
});

test("@js after the last older messages the focus is in the log", async ({ sarah, apis, launch }) => {
  await sendManyMessages(apis, launch);
  await sarah.open(`${launch.path}?before=60`);
  const older = sarah.page.getByRole("link", { name: "Older messages" });
  await older.focus();
  await sarah.page.keyboard.press("Enter");
  await expect(older).toHaveCount(0);
  await expect(sarah.thread.log).toBeFocused();
});

test("@js copied messages are their texts alone, one to a line", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  const copied = await sarah.thread.log.evaluate((log) => {
    const texts = [...log.querySelectorAll(".message-text")];
    const [first, last] = [texts.at(-3)!, texts.at(-1)!];
    getSelection()!.setBaseAndExtent(first, 0, last, last.childNodes.length);
    return getSelection()!.toString();
  });
  expect(copied.trim().split("\n")).toEqual(launch.bodies.slice(-3).flatMap((body) => body.split("\n")));
});
