import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";

// Injected markup, and the directive that blocks it.
const INJECTIONS: [string, string, RegExp][] = [
  ["an event handler", `<img alt="" src="/icon.svg" onload="document.title = 'Taken over'">`, /script-src/],
  ["a javascript: link", `<a href="javascript:document.title = 'Taken over'" class="injected">Look</a>`, /script-src/],
  ["a style attribute", `<p style="position: fixed; inset: 0">Sign in again</p>`, /style-src/],
  ["an external image", `<img alt="" src="https://elsewhere.invalid/?seen">`, /img-src/],
  ["an iframe", `<iframe src="/signin" title=""></iframe>`, /default-src/],
  ["an external form", `<form action="https://elsewhere.invalid/"><button class="injected">Go on</button></form>`, /form-action/],
];

/** Returns title and URL from the page itself. Playwright treats a blocked form as a navigation that never ends. */
const titleAndUrl = (page: Page) => page.evaluate(() => [document.title, location.href]);

for (const [name, markup, directive] of INJECTIONS) {
  test(`@js ${name} that was injected into a page is blocked`, async ({ sarah, launch }) => {
    await sarah.open(launch.path);
    const before = await titleAndUrl(sarah.page);
    await sarah.page.evaluate((markup) => {
      document.body.insertAdjacentHTML("beforeend", markup);
      document.querySelector<HTMLElement>(".injected")?.click();
    }, markup);
    await expect.poll(() => sarah.cspViolations.join()).toMatch(directive);
    expect(await titleAndUrl(sarah.page)).toEqual(before);
    sarah.cspViolations.length = 0;
  });
}

test("@js eval of text is blocked even in scripts with the nonce", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  const before = await titleAndUrl(sarah.page);
  await sarah.page.evaluate(() => {
    const script = document.createElement("script");
    script.nonce = document.querySelector("script")?.nonce;
    script.textContent = `setTimeout("document.title = 'Taken over'")`;
    document.head.append(script);
  });
  await expect.poll(() => sarah.cspViolations.join()).toMatch(/eval/);
  expect(await titleAndUrl(sarah.page)).toEqual(before);
  sarah.cspViolations.length = 0;
});
