import { expect, test } from "../support/fixtures.ts";

test("@live Enter sends, Shift and Enter breaks the line", async ({ eventpro, programs, launch }) => {
  await eventpro.open(launch.path);
  const { box, log } = eventpro.thread;
  await box.pressSequentially("Mic check");
  await box.press("Shift+Enter");
  await box.pressSequentially("Two");
  await expect(box).toHaveValue("Mic check\nTwo");
  await box.press("Enter");
  await expect(box).toHaveValue("");
  await expect(box).toBeFocused();
  await expect(log.getByText("Mic check")).toBeVisible();
  await expect.poll(async () => (await programs.sarah.messages(launch.id)).at(-1)?.body).toBe("Mic check\nTwo");
});

test("@live the focus stays in the box when Send is clicked", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.thread.say("Clicked");
  await expect(eventpro.thread.said("Clicked")).toBeVisible();
  await expect(eventpro.thread.box).toBeFocused();
});

test("@live the box grows with its text up to eight lines, and shrinks again", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { box } = eventpro.thread;
  const height = async () => (await box.boundingBox())?.height ?? 0;
  const empty = await height();
  await box.fill("1\n2\n3\n4");
  await expect.poll(height).toBeGreaterThan(empty + 50);
  const four = await height();
  await box.fill("1\n2\n3\n4\n5\n6\n7\n8");
  await expect.poll(height).toBeGreaterThan(four + 50);
  const eight = await height();
  await box.fill(Array.from({ length: 40 }, (_, line) => line).join("\n"));
  await expect.poll(height).toBeLessThanOrEqual(eight + 4);
  await box.press("Enter");
  await expect.poll(height).toBeLessThanOrEqual(empty + 1);
});

test("@live Send waits until there is something to send", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { box, send } = eventpro.thread;
  await expect(send).toBeDisabled();
  await box.fill("   \n ");
  await expect(send).toBeDisabled();
  await box.press("Enter");
  await box.fill("x");
  await expect(send).toBeEnabled();
  await box.fill("");
  await expect(send).toBeDisabled();
});

test("@live the counter comes at 3,600 characters and stops at 4,000", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { box, send } = eventpro.thread;
  const left = eventpro.page.getByText(/characters? (left|too many)$/);
  await box.fill("x".repeat(3_599));
  await expect(left).toHaveCount(0);
  await box.fill("👩".repeat(3_600));
  await expect(left).toHaveText("400 characters left");
  await box.fill("x".repeat(4_001));
  await expect(left).toHaveText("1 character too many");
  await expect(send).toBeDisabled();
  await box.fill("x".repeat(4_000));
  await expect(left).toHaveText("0 characters left");
  await send.click();
  await expect(eventpro.thread.log.getByText(/^x{4000}$/)).toBeVisible();
});

test("@live Enter that ends a word of an input method doesn't send", async ({ eventpro, programs, launch }) => {
  await eventpro.open(launch.path);
  const { box } = eventpro.thread;
  await box.fill("にほんご");
  const before = (await programs.sarah.messages(launch.id)).length;
  // As Chromium and Firefox tell of it, and as Safari does, where the word has ended already.
  await box.dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await box.dispatchEvent("keydown", { key: "Enter", keyCode: 229 });
  await expect(box).toHaveValue("にほんご");
  await box.press("Enter");
  await expect(eventpro.thread.said("にほんご")).toHaveCount(1);
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  expect(await programs.sarah.messages(launch.id)).toHaveLength(before + 1);
});

test("@live what was being written is there after looking elsewhere", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { box } = eventpro.thread;
  await box.fill("Half a thou");
  await eventpro.bell.click();
  await expect(eventpro.heading).toHaveText("Notifications");
  await eventpro.page.goBack();
  await expect(box).toHaveValue("Half a thou");
  await eventpro.page.getByRole("link", { name: "Greenroom" }).click();
  await expect(eventpro.page).toHaveURL("/inbox");
  await eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
  await expect(box).toHaveValue("Half a thou");
  await box.press("Enter");
  await expect(eventpro.thread.said("Half a thou")).toBeVisible();
  await eventpro.bell.click();
  await expect(eventpro.heading).toHaveText("Notifications");
  await eventpro.page.goBack();
  await expect(eventpro.thread.said("Half a thou")).toBeVisible();
  await expect(box).toHaveValue("");
});
