import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

type Viewport = [width: number, colorScheme: "light" | "dark"];

/** A phone and a desktop, in light and dark. */
const VIEWPORTS: Viewport[] = [
  [360, "light"],
  [1440, "dark"],
  [1440, "light"],
  [360, "dark"],
];

/** Expects no violation of the axe rules for WCAG 2.2 AA and of its best practices, in each viewport. */
export async function expectAccessible(page: Page, viewports = VIEWPORTS): Promise<void> {
  for (const [width, colorScheme] of viewports) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Legacy mode: the page has no iframes, so axe needs no second page to merge their results.
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).setLegacyMode().analyze();
    const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.html) }));
    expect(found, `${page.url()} at ${width} px, ${colorScheme}`).toEqual([]);
  }
}

/**
 * Checks a page without JavaScript, where axe can't run, by a copy without its scripts. Colours and widths are the same
 * as with JavaScript, so half of the viewports are enough: each width and each colour scheme once.
 */
export async function expectAccessibleWithoutJavaScript(page: Page): Promise<void> {
  const body = (await page.content()).replace(/<script\b.*?<\/script>|<link rel="(module)?preload"[^>]*>|<\/?noscript>/gs, "");
  const context = await page.context().browser()?.newContext({ javaScriptEnabled: true });
  const copy = await context?.newPage();
  if (!context || !copy) throw new Error("no browser for the copy");
  await copy.route(page.url(), (route) => route.fulfill({ body, contentType: "text/html; charset=utf-8" }));
  await copy.goto(page.url());
  await expectAccessible(copy, VIEWPORTS.slice(0, 2));
  await context.close();
}

/** Expects that nothing overflows a screen of 320 px, the width of the smallest phones. */
export async function expectNoHorizontalScroll(page: Page): Promise<void> {
  await page.setViewportSize({ width: 320, height: 640 });
  const overflowing = await page.evaluate(() => {
    const page = document.documentElement;
    const scrolls = (element: Element) => element === page || /auto|scroll/.test(getComputedStyle(element).overflowX);
    const elements = [...document.querySelectorAll("html, body *")].filter(
      (element) => scrolls(element) && element.scrollWidth > element.clientWidth,
    );
    return elements.map((element) => element.outerHTML.slice(0, 120));
  });
  expect(overflowing, `${page.url()} at 320 px`).toEqual([]);
}
