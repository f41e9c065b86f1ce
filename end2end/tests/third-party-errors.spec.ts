import { expect, test } from "../support/fixtures.ts";

// What others run in a page, a browser's own helper or an extension, may fail before the page has come alive. That is no
// death of the program.

const DIED = /This page has stopped working/;

const FOREIGN: Record<string, string> = {
  // As the browser inside of some apps does.
  "a helper of the browser that throws": 'throw new ReferenceError("Can\'t find variable: _AutofillCallbackHandler")',
  "an extension whose promise is refused": 'Promise.reject(new Error("Extension context invalidated."))',
  "a script that refuses with no error": "Promise.reject(undefined)",
  "a WebAssembly program of another origin":
    'const error = new WebAssembly.RuntimeError("unreachable"); error.stack = "at https://elsewhere.example/a.wasm:wasm-function[1]"; throw error',
};

const before = (script: string) =>
  `document.addEventListener("readystatechange", () => document.readyState === "interactive" && setTimeout(() => { ${script} }));`;

for (const [what, script] of Object.entries(FOREIGN)) {
  test(`@js ${what} before the page has come alive leaves it alive`, async ({ sarah, apis, launch }) => {
    sarah.allowConsole(/_AutofillCallbackHandler|Extension context|undefined|unreachable/);
    await sarah.addInitScript(before(script));
    const { page, thread } = sarah;
    // Long enough for the error to come first.
    await page.route("**/pkg/*.wasm", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      await route.continue();
    });
    await sarah.open(launch.path);
    await expect(page.getByText(DIED)).toHaveCount(0);
    await thread.sendMessage("Alive");
    await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).map(({ body }) => body)).toContain("Alive");
    await expect(thread.log.getByText("Sent", { exact: true })).toBeVisible();
  });
}

test("@js a page that was taken for dead before it came alive is as live as any other", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(/Load failed/);
  // Safari says no more of a file that isn't there.
  await sarah.addInitScript(before('const error = new TypeError("Load failed"); error.stack = ""; Promise.reject(error)'));
  const { page, thread } = sarah;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/pkg/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  const opening = sarah.open(launch.path);
  await expect(page.getByText(DIED)).toBeVisible();
  release();
  await opening;
  await expect(page.getByText(DIED)).toHaveCount(0);
  await thread.composer.fill("Alive after all");
  await thread.composer.press("Enter");
  await expect(thread.log.getByText("Sent", { exact: true })).toBeVisible();
  await apis.eventpro.sendMessage(launch.id, "Heard");
  await expect(thread.message("Heard")).toBeVisible();
});
