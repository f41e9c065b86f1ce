import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const WIDTHS = [360, 1440];
const SCHEMES = ["light", "dark"] as const;

/** Finds nothing that would keep anybody out, on a phone and on a desk, by day and by night. */
export async function expectOpenToAll(page: Page): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.html) }));
      expect(found, `${page.url()} at ${width} px, ${colorScheme}`).toEqual([]);
    }
  }
}

/** Nothing is wider than the smallest phone. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() => {
    const scrolls = (element: Element) => element.scrollWidth > element.clientWidth && getComputedStyle(element).overflowX !== "visible";
    const sideways = [...document.querySelectorAll("body *")].filter((element) => {
      const hidden = element.closest(".visually-hidden, svg") || getComputedStyle(element).textOverflow === "ellipsis";
      return !hidden && scrolls(element);
    });
    const page = document.documentElement;
    return [...(page.scrollWidth > page.clientWidth ? [page] : []), ...sideways].map((element) => element.outerHTML.slice(0, 120));
  });
  expect(wide, `${page.url()} at 320 px`).toEqual([]);
}
