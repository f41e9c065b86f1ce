import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

type Look = [width: number, colorScheme: "light" | "dark"];

/** A phone and a desk, by day and by night. */
const LOOKS: Look[] = [
  [360, "light"],
  [1440, "dark"],
  [1440, "light"],
  [360, "dark"],
];

/** Finds nothing that would keep anybody out. */
export async function expectOpenToAll(page: Page, looks = LOOKS): Promise<void> {
  for (const [width, colorScheme] of looks) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // There are no frames within the page, so axe needs no page of its own to gather from them.
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).setLegacyMode().analyze();
    const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.html) }));
    expect(found, `${page.url()} at ${width} px, ${colorScheme}`).toEqual([]);
  }
}

/**
 * The same of a page without JavaScript, where axe can't run: of a copy of it,
 * from which all scripts are taken and in which axe is the only one. Colours and
 * widths are the same as with JavaScript: each is looked at once.
 */
export async function expectPlainOpenToAll(page: Page): Promise<void> {
  const body = (await page.content()).replace(/<script\b.*?<\/script>|<link rel="(module)?preload"[^>]*>|<\/?noscript>/gs, "");
  const context = await page.context().browser()?.newContext({ javaScriptEnabled: true });
  const copy = await context?.newPage();
  if (!context || !copy) throw new Error("no browser for the copy");
  await copy.route(page.url(), (route) => route.fulfill({ body, contentType: "text/html; charset=utf-8" }));
  await copy.goto(page.url());
  await expectOpenToAll(copy, LOOKS.slice(0, 2));
  await context.close();
}

/** Nothing is wider than the smallest phone. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() => {
    const page = document.documentElement;
    const scrolls = (element: Element) => element === page || /auto|scroll/.test(getComputedStyle(element).overflowX);
    const sideways = [...document.querySelectorAll("html, body *")].filter(
      (element) => scrolls(element) && element.scrollWidth > element.clientWidth,
    );
    return sideways.map((element) => element.outerHTML.slice(0, 120));
  });
  expect(wide, `${page.url()} at 320 px`).toEqual([]);
}
