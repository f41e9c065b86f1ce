import { expect, test } from "../support/fixtures.ts";

test("a thread shows the other person, the booking and the messages", async ({ sarah, launch }) => {
  expect(await sarah.open(launch.path)).toBe(200);
  await expect(sarah.heading).toHaveText("EventPro Kenya");
  await expect(sarah.thread.bubbles).toHaveText(launch.bodies);
  expect(launch.bodies).toHaveLength(12);
  await expect(sarah.thread.bubbles.last()).toBeInViewport();

  const about = sarah.page.getByRole("complementary", { name: "Booking" });
  await sarah.page.setViewportSize({ width: 1_440, height: 900 });
  for (const fact of ["Savanna product launch", "KICC, Nairobi", "KES 45,000"]) {
    await expect(about.getByText(fact)).toBeVisible();
  }
});

test("a thread opens at the newest message", async ({ sarah, apis, launch }) => {
  for (let number = 1; number <= 40; number++) await apis.eventpro.sendMessage(launch.id, `Number ${number}`);
  await sarah.open(launch.path);
  await expect(sarah.thread.message("Number 40")).toBeInViewport();
  await expect(sarah.thread.message("Number 1")).not.toBeInViewport();
});

test("a control leads to the first unread message, which has a divider before it", async ({ sarah, apis, launch, javaScriptEnabled }) => {
  await apis.sarah.markRead(launch.id, launch.bodies.length);
  for (let number = 1; number <= 40; number++) await apis.eventpro.sendMessage(launch.id, `Number ${number}`);
  await sarah.open(launch.path);
  const divider = sarah.thread.log.getByText("New", { exact: true });
  await expect(divider).not.toBeInViewport();
  await sarah.page.getByRole(javaScriptEnabled === false ? "link" : "button", { name: "First unread" }).click();
  await expect(divider).toBeInViewport();
  await expect(sarah.thread.message("Number 1")).toBeInViewport();
  await expect(sarah.page.getByRole("button", { name: "First unread" })).toHaveCount(0);
});

test("the inbox shows the other person, the booking and the last message", async ({ eventpro, launch }) => {
  await eventpro.open("/inbox");
  const row = eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru", exact: true });
  await expect(row).toContainText("Savanna product launch");
  await expect(row).toContainText(launch.bodies.at(-1) ?? "");
  await expect(row).toHaveAccessibleDescription(/1 unread/);
  await row.click();
  await expect(eventpro.page).toHaveURL(launch.path);
  await expect(eventpro.thread.bubbles.last()).toHaveText(launch.bodies.at(-1) ?? "");
});

test("line breaks and indentation are preserved", async ({ sarah, apis, launch }) => {
  await apis.eventpro.sendMessage(launch.id, "First line\nSecond line\n\n    Fourth, moved in");
  await sarah.open(launch.path);
  const message = sarah.thread.log.getByText("First line");
  expect(await message.innerText()).toBe("First line\nSecond line\n\n    Fourth, moved in");
  const lines = await message.evaluate((p) => {
    const range = document.createRange();
    range.selectNodeContents(p);
    return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size;
  });
  expect(lines).toBeGreaterThanOrEqual(3);
});

test("a URL becomes a link without opener and referrer", async ({ sarah, apis, launch }) => {
  await apis.eventpro.sendMessage(launch.id, "The map: https://example.com/map?a=1&b=2. See you!");
  await sarah.open(launch.path);
  const link = sarah.thread.log.getByRole("link", { name: "https://example.com/map?a=1&b=2", exact: true });
  await expect(link).toHaveAttribute("href", "https://example.com/map?a=1&b=2");
  await expect(link).toHaveAttribute("rel", /\bnoopener\b.*\bnoreferrer\b/);
});

test("markup in a message is shown as text", async ({ sarah, apis, launch }) => {
  const text = `<b>bold</b> <img src=x onerror="document.title='broken'"> <script>document.title='broken'</script> &amp; javascript:alert(1)`;
  await apis.eventpro.sendMessage(launch.id, text);
  await sarah.open(launch.path);
  await expect(sarah.thread.message(text)).toBeVisible();
  await expect(sarah.thread.log.locator("b, img, script, a[href^=javascript]")).toHaveCount(0);
  await expect(sarah.page).not.toHaveTitle(/broken/);
});

test("any writing system is shown unchanged", async ({ sarah, apis, launch }) => {
  for (const text of ["Tutaonana kesho 👩🏾‍🎤", "مرحبا بكم", "日本語のテキスト", "e\u0301 is not é"]) {
    await apis.eventpro.sendMessage(launch.id, text);
    await sarah.open(launch.path);
    await expect(sarah.thread.message(text)).toBeVisible();
  }
});

test("@js a cached thread reopens at once, with the messages received since", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  await sarah.page.getByRole("link", { name: /^Notifications/ }).click();
  await expect(sarah.heading).toHaveText("Notifications");
  await apis.eventpro.sendMessage(launch.id, "Came meanwhile");
  await expect(sarah.bell).toHaveAccessibleName(/unread/);
  // Later requests for the thread get no response.
  await sarah.page.route("**/fn/thread*", () => {});
  await sarah.page.getByRole("link", { name: "Greenroom" }).click();
  await sarah.conversations.getByRole("link", { name: "EventPro Kenya" }).click();
  await expect(sarah.thread.bubbles).toHaveText([...launch.bodies, "Came meanwhile"]);
  await expect(sarah.thread.log.getByText("New", { exact: true })).toBeVisible();
});

test("@js reading while scrolling sends few requests", async ({ sarah, apis, launch }) => {
  await apis.sarah.markRead(launch.id, launch.bodies.length);
  for (let number = 1; number <= 100; number++) await apis.eventpro.sendMessage(launch.id, `Number ${number}`);
  let requests = 0;
  await sarah.open("/inbox");
  await sarah.page.route("**/fn/read-on*", async (route) => {
    requests += 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  await sarah.conversations.getByRole("link", { name: "EventPro Kenya" }).click();
  await expect(sarah.thread.message("Number 1")).toBeInViewport();
  await sarah.thread.log.focus();
  await expect(async () => {
    await sarah.page.keyboard.press("PageDown");
    await expect(sarah.thread.message("Number 100")).toBeInViewport({ timeout: 50 });
  }).toPass({ intervals: [10], timeout: 20_000 });
  await expect.poll(async () => (await apis.sarah.listConversations())[0].unread).toBe(0);
  expect(requests).toBeLessThanOrEqual(12);
});
