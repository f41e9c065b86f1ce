import { expect, test } from "../support/fixtures.ts";
import { holdRequests } from "../support/hold-requests.ts";

// Scripts of extensions and of the browser itself may fail before hydration. That must not count as a crash of the
// program.

const CRASHED = /This page has stopped working/;

const THIRD_PARTY: Record<string, string> = {
  // As the in-app browsers of some apps do.
  "a browser script that throws": 'throw new ReferenceError("Can\'t find variable: _AutofillCallbackHandler")',
  "an extension with a rejected promise": 'Promise.reject(new Error("Extension context invalidated."))',
  "a promise rejected with undefined": "Promise.reject(undefined)",
  "a trap in WebAssembly of another origin":
    'const error = new WebAssembly.RuntimeError("unreachable"); error.stack = "at https://elsewhere.example/a.wasm:wasm-function[1]"; throw error',
};

const beforeHydration = (script: string) =>
  `document.addEventListener("readystatechange", () => document.readyState === "interactive" && setTimeout(() => { ${script} }));`;

for (const [source, script] of Object.entries(THIRD_PARTY)) {
  test(`@js ${source} before hydration doesn't stop the page`, async ({ sarah, apis, launch }) => {
    sarah.allowConsole(/_AutofillCallbackHandler|Extension context|undefined|unreachable/);
    await sarah.addInitScript(beforeHydration(script));
    const { page, thread } = sarah;
    // Delays hydration until after the error.
    await page.route("**/pkg/*.wasm", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      await route.continue();
    });
    await sarah.open(launch.path);
    await expect(page.getByText(CRASHED)).toHaveCount(0);
    await thread.sendMessage("Alive");
    await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).map(({ body }) => body)).toContain("Alive");
    await expect(thread.log.getByText("Sent", { exact: true })).toBeVisible();
  });
}

test("@js responses whose text an extension withholds don't stop the page", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  const { page, thread } = sarah;
  await page.evaluate(() => {
    const read = Response.prototype.text;
    let refusals = 0;
    Response.prototype.text = function () {
      refusals += 1;
      if (refusals === 1) throw "blocked";
      return refusals === 2 ? Promise.reject("blocked") : read.call(this);
    };
  });
  await thread.sendMessage("Alive");
  await expect(page.getByText(CRASHED)).toHaveCount(0);
  await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).filter(({ body }) => body === "Alive")).toHaveLength(1);
  await expect(thread.log.getByText("Sent", { exact: true })).toBeVisible();
});

test("@js a false crash report before hydration is withdrawn", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(/Load failed/);
  // Safari's error for a missing file has no more detail.
  await sarah.addInitScript(beforeHydration('const error = new TypeError("Load failed"); error.stack = ""; Promise.reject(error)'));
  const { page, thread } = sarah;
  const release = await holdRequests(page, "**/pkg/*.wasm");
  const opening = sarah.open(launch.path);
  await expect(page.getByText(CRASHED)).toBeVisible();
  release();
  await opening;
  await expect(page.getByText(CRASHED)).toHaveCount(0);
  await thread.composer.fill("Alive after all");
  await thread.composer.press("Enter");
  await expect(thread.log.getByText("Sent", { exact: true })).toBeVisible();
  await apis.eventpro.sendMessage(launch.id, "Heard");
  await expect(thread.message("Heard")).toBeVisible();
});
