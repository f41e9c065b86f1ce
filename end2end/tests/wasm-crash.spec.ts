import { expect, test } from "../support/fixtures.ts";

// A page whose WASM has crashed shows a message, keeps drafts, and works like a page without JavaScript.

const CRASHED = /This page has stopped working/;
// Console messages about the crash.
const CRASH_MESSAGES = /panicked|unreachable|hydration|RuntimeError|blocked by this test|borrow|recursive|wasm|Failed to fetch|net::ERR_|A hydration error|TypeError/i;

/** Makes the next creation of an element throw, which crashes the program. */
const crashOnNextElement = () => {
  const create = Document.prototype.createElement;
  const template = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML")!;
  const fail = () => {
    Document.prototype.createElement = create;
    throw new DOMException("blocked by this test", "InvalidStateError");
  };
  Document.prototype.createElement = fail;
  for (const name of ["cloneNode", "insertBefore"] as const) {
    const before = Node.prototype[name];
    (Node.prototype as any)[name] = () => {
      (Node.prototype as any)[name] = before;
      Object.defineProperty(Element.prototype, "innerHTML", template);
      return fail();
    };
  }
};

test("@js a crash shows a message, and the draft survives a reload", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(CRASH_MESSAGES);
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "All is well");
  await expect(sarah.thread.message("All is well")).toBeVisible();
  await sarah.thread.composer.fill("Half a sentence");
  await sarah.page.evaluate(crashOnNextElement);
  await apis.eventpro.sendMessage(launch.id, "The last straw");
  const alert = sarah.page.getByRole("alert");
  await expect(alert.getByText(CRASHED)).toBeVisible();
  expect(await sarah.page.locator("html").getAttribute("data-hydrated")).toBe(null);
  await expect(sarah.thread.composer).toHaveValue("Half a sentence");
  await sarah.thread.composer.fill("Half a sentence, and the rest");
  await alert.getByRole("link", { name: "Reload" }).click();
  await expect(sarah.page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(sarah.thread.composer).toHaveValue("Half a sentence, and the rest");
  await expect(sarah.thread.message("The last straw")).toBeVisible();
  await sarah.thread.sendButton.click();
  await expect(sarah.thread.message("Half a sentence, and the rest")).toHaveCount(1);
  // A sent draft isn't restored.
  await sarah.page.reload();
  await expect(sarah.page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(sarah.thread.composer).toHaveValue("");
});

test("@js WASM that can't be loaded shows a message, and the draft survives a reload", async ({ sarah, launch }) => {
  sarah.allowConsole(CRASH_MESSAGES);
  await sarah.open("/signin");
  const program = /\/pkg\/.*\.wasm/;
  await sarah.page.route(program, (route) => route.abort());
  await sarah.page.goto(launch.path);
  await expect(sarah.page.getByRole("alert").getByText(CRASHED)).toBeVisible();
  await sarah.thread.composer.fill("Typed all the same");
  await sarah.page.unroute(program);
  await sarah.page.reload();
  await expect(sarah.page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(sarah.thread.composer).toHaveValue("Typed all the same");
});
