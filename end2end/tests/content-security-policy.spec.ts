import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";

// What could get into a page through a hole, and the directive that it runs into.
const SLIPPED_IN: [string, string, RegExp][] = [
  ["a handler", `<img alt="" src="/icon.svg" onload="document.title = 'Taken over'">`, /script-src/],
  ["a link that runs", `<a href="javascript:document.title = 'Taken over'" class="slipped-in">Look</a>`, /script-src/],
  ["a style", `<p style="position: fixed; inset: 0">Sign in again</p>`, /style-src/],
  ["a picture that tells", `<img alt="" src="https://elsewhere.invalid/?seen">`, /img-src/],
  ["a frame", `<iframe src="/signin" title=""></iframe>`, /default-src/],
  ["a form", `<form action="https://elsewhere.invalid/"><button class="slipped-in">Go on</button></form>`, /form-action/],
];

/** What the page itself says. Playwright takes a form that was refused for a navigation that never ends. */
const whereabouts = (page: Page) => page.evaluate(() => [document.title, location.href]);

for (const [name, markup, directive] of SLIPPED_IN) {
  test(`@js ${name} that slipped into a page does nothing`, async ({ sarah, launch }) => {
    await sarah.open(launch.path);
    const before = await whereabouts(sarah.page);
    await sarah.page.evaluate((markup) => {
      document.body.insertAdjacentHTML("beforeend", markup);
      document.querySelector<HTMLElement>(".slipped-in")?.click();
    }, markup);
    await expect.poll(() => sarah.cspViolations.join()).toMatch(directive);
    expect(await whereabouts(sarah.page)).toEqual(before);
    sarah.cspViolations.length = 0;
  });
}

test("@js not even a page's own scripts run what is text", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  const before = await whereabouts(sarah.page);
  await sarah.page.evaluate(() => {
    const script = document.createElement("script");
    script.nonce = document.querySelector("script")?.nonce;
    script.textContent = `setTimeout("document.title = 'Taken over'")`;
    document.head.append(script);
  });
  await expect.poll(() => sarah.cspViolations.join()).toMatch(/eval/);
  expect(await whereabouts(sarah.page)).toEqual(before);
  sarah.cspViolations.length = 0;
});
