import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { COOKIE } from "../support/api.ts";
import { expect, test } from "../support/fixtures.ts";
import { demoIds, pagesNamed, PICTURED } from "../support/pages.ts";

// Pages look as their screenshots in end2end/screenshots do. docs/testing.md says how to renew these.

const WIDTHS = [360, 1440];
const SCHEMES = ["light", "dark"] as const;

/** A font from a package, so that the text looks the same on every system. */
const FONT = [400, 600]
  .map((weight) => {
    const file = new URL(`../node_modules/@fontsource/inter/files/inter-latin-${weight}-normal.woff2`, import.meta.url);
    const data = fs.readFileSync(fileURLToPath(file)).toString("base64");
    return `@font-face { font-family: Pictured; font-weight: ${weight}; src: url(data:font/woff2;base64,${data}) }`;
  })
  .join("\n");

/** Colours of initials derive from random ids. */
const HUE = "[class*=hue-] { --hue: #575757 !important }";

/** The demo data is as old as the test: all times get the same text. */
const steadyTimes = () => {
  for (const time of document.querySelectorAll("time")) {
    const texts = [...time.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
    for (const text of texts) text.textContent = "1 Jan";
  }
};

for (const [name, who, pathOf] of pagesNamed(PICTURED)) {
  test(`@js ${name} looks as before`, async ({ site, browser, apis, launch }) => {
    const session = who === "visitor" ? undefined : apis[who].session;
    // The policy of the pages allows neither inline styles nor fonts.
    const context = await browser.newContext({ baseURL: site.url, bypassCSP: true, reducedMotion: "reduce" });
    if (session) await context.addCookies([{ name: COOKIE, value: session, domain: "127.0.0.1", path: "/" }]);
    const page = await context.newPage();
    await page.goto(pathOf(await demoIds({ apis, launch })));
    await expect(page.locator("html[data-hydrated], html[data-program=none]")).toHaveCount(1);
    await page.addStyleTag({ content: `${FONT}\n${HUE}\n:root, :root * { font-family: Pictured !important }` });
    await page.evaluate(steadyTimes);
    for (const width of WIDTHS) {
      for (const colorScheme of SCHEMES) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await page.evaluate(() => document.fonts.ready);
        await expect.soft(page).toHaveScreenshot(`${name.replaceAll(" ", "-")}-${width}-${colorScheme}.png`);
      }
    }
    await context.close();
  });
}
