import { expect, test } from "../support/fixtures.ts";
import { holdRequests } from "../support/hold-requests.ts";

test("@js Enter sends, Shift+Enter inserts a line break", async ({ eventpro, apis, launch }) => {
  await eventpro.open(launch.path);
  const { composer, log } = eventpro.thread;
  await composer.pressSequentially("Mic check");
  await composer.press("Shift+Enter");
  await composer.pressSequentially("Two");
  await expect(composer).toHaveValue("Mic check\nTwo");
  await composer.press("Enter");
  await expect(composer).toHaveValue("");
  await expect(composer).toBeFocused();
  await expect(log.getByText("Mic check")).toBeVisible();
  await expect.poll(async () => (await apis.sarah.listMessages(launch.id)).at(-1)?.body).toBe("Mic check\nTwo");
});

test("@js the focus stays in the composer when Send is clicked", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.thread.sendMessage("Clicked");
  await expect(eventpro.thread.message("Clicked")).toBeVisible();
  await expect(eventpro.thread.composer).toBeFocused();
});

test("@js the composer grows with its text up to eight lines, and shrinks again", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { composer } = eventpro.thread;
  const height = async () => (await composer.boundingBox())?.height ?? 0;
  const empty = await height();
  await composer.fill("1\n2\n3\n4");
  await expect.poll(height).toBeGreaterThan(empty + 50);
  const four = await height();
  await composer.fill("1\n2\n3\n4\n5\n6\n7\n8");
  await expect.poll(height).toBeGreaterThan(four + 50);
  const eight = await height();
  await composer.fill(Array.from({ length: 40 }, (_, line) => line).join("\n"));
  await expect.poll(height).toBeLessThanOrEqual(eight + 4);
  await composer.press("Enter");
  await expect.poll(height).toBeLessThanOrEqual(empty + 1);
});

test("@js Send is disabled while the text is blank", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { composer, sendButton } = eventpro.thread;
  await expect(sendButton).toBeDisabled();
  await composer.fill("   \n ");
  await expect(sendButton).toBeDisabled();
  await composer.press("Enter");
  await composer.fill("x");
  await expect(sendButton).toBeEnabled();
  await composer.fill("");
  await expect(sendButton).toBeDisabled();
});

test("@js the counter appears at 3,600 characters, and 4,000 is the limit", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { composer, sendButton } = eventpro.thread;
  const left = eventpro.page.getByText(/characters? (left|too many)$/);
  await composer.fill("x".repeat(3_599));
  await expect(left).toHaveCount(0);
  await composer.fill("👩".repeat(3_600));
  await expect(left).toHaveText("400 characters left");
  await composer.fill("x".repeat(4_001));
  await expect(left).toHaveText("1 character too many");
  await expect(sendButton).toBeDisabled();
  await composer.fill("x".repeat(4_000));
  await expect(left).toHaveText("0 characters left");
  await sendButton.click();
  await expect(eventpro.thread.log.getByText(/^x{4000}$/)).toBeVisible();
});

test("@js Enter that commits an input method composition doesn't send", async ({ eventpro, apis, launch }) => {
  await eventpro.open(launch.path);
  const { composer } = eventpro.thread;
  await composer.fill("にほんご");
  const before = (await apis.sarah.listMessages(launch.id)).length;
  // The events of Chromium and Firefox, and of Safari, where the composition has already ended.
  await composer.dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await composer.dispatchEvent("keydown", { key: "Enter", keyCode: 229 });
  await expect(composer).toHaveValue("にほんご");
  await composer.press("Enter");
  await expect(eventpro.thread.message("にほんご")).toHaveCount(1);
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  expect(await apis.sarah.listMessages(launch.id)).toHaveLength(before + 1);
});

test("@js a draft survives navigation within the app", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { composer } = eventpro.thread;
  await composer.fill("Half a thou");
  await eventpro.bell.click();
  await expect(eventpro.heading).toHaveText("Notifications");
  await eventpro.page.goBack();
  await expect(composer).toHaveValue("Half a thou");
  await eventpro.page.getByRole("link", { name: "Greenroom" }).click();
  await expect(eventpro.page).toHaveURL("/inbox");
  await eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
  await expect(composer).toHaveValue("Half a thou");
  await composer.press("Enter");
  await expect(eventpro.thread.message("Half a thou")).toBeVisible();
  await eventpro.bell.click();
  await expect(eventpro.heading).toHaveText("Notifications");
  await eventpro.page.goBack();
  await expect(eventpro.thread.message("Half a thou")).toBeVisible();
  await expect(composer).toHaveValue("");
});

test("@js on a touch keyboard Enter breaks the line, and Ctrl+Enter sends everywhere", async ({ eventpro, launch }) => {
  await eventpro.addInitScript("matchMedia = (query) => ({ matches: query.includes('coarse') })");
  await eventpro.open(launch.path);
  const { composer } = eventpro.thread;
  await expect(composer).toHaveAttribute("enterkeyhint", "enter");
  await composer.pressSequentially("One");
  await composer.press("Enter");
  await composer.pressSequentially("Two");
  await expect(composer).toHaveValue("One\nTwo");
  await composer.press("Control+Enter");
  await expect(composer).toHaveValue("");
  await expect(eventpro.thread.message("One\nTwo")).toBeVisible();
});

test("@js two clicks in one tick send one message", async ({ eventpro, apis, launch }) => {
  await eventpro.open(launch.path);
  const { composer, log, sendButton } = eventpro.thread;
  await composer.fill("Only once");
  await sendButton.evaluate((button: HTMLButtonElement) => {
    button.click();
    button.click();
  });
  await expect(log.getByText("Sent", { exact: true })).toBeVisible();
  expect((await apis.sarah.listMessages(launch.id)).filter(({ body }) => body === "Only once")).toHaveLength(1);
  // Without a text it is `aria-disabled`, and leads to the box.
  await sendButton.click({ force: true });
  await expect(composer).toBeFocused();
});

for (const kind of ["drop", "paste"]) {
  test(`@js a picture that is sent by ${kind} is refused in words, and the text stays`, async ({ eventpro, launch }) => {
    await eventpro.open(launch.path);
    const { composer } = eventpro.thread;
    await composer.fill("Look at this");
    const isRefused = await composer.evaluate((area, kind) => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "stage.png", { type: "image/png" }));
      const init = { bubbles: true, cancelable: true };
      const event =
        kind === "drop" ? new DragEvent(kind, { ...init, dataTransfer: data }) : new ClipboardEvent(kind, { ...init, clipboardData: data });
      area.dispatchEvent(event);
      return event.defaultPrevented;
    }, kind);
    expect(isRefused).toBe(true);
    const notice = eventpro.page.getByText("Photos and files can't be sent yet.");
    await expect(notice).toBeVisible();
    await expect(composer).toHaveValue("Look at this");
    await composer.press("Enter");
    await expect(notice).toHaveCount(0);
  });
}

test("@js what is typed before hydration is added to the stored draft", async ({ eventpro, launch }) => {
  await eventpro.open(launch.path);
  const { composer } = eventpro.thread;
  const { page } = eventpro;
  await composer.fill("Half a thought");
  await page.goto("about:blank");
  const release = await holdRequests(page, "**/pkg/*.wasm");
  await page.goto(launch.path, { waitUntil: "commit" });
  await composer.pressSequentially("and more");
  release();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(composer).toHaveValue("Half a thought\nand more");
  await page.keyboard.type("!");
  await expect(composer).toHaveValue("Half a thought\nand more!");
});
