import type { Browser, Page } from "@playwright/test";
import type { Engine, Tab, Target } from "./engine.ts";

/** Chromium, driven by Playwright. */
export async function startChromium(browser: Browser): Promise<Engine> {
  const context = await browser.newContext();
  return {
    openTab: async () => createTab(await context.newPage()),
    setCookie: (domain, name, value) =>
      context.addCookies([{ name, value, domain, path: "/", httpOnly: true, sameSite: "Lax" }]),
    close: () => context.close(),
  };
}

function createTab(page: Page): Tab {
  const find = ({ role, name, containing }: Target) => {
    const named = role ? page.getByRole(role as "link", { name, exact: true }) : page.getByLabel(name!, { exact: true });
    return containing === undefined ? named : named.filter({ hasText: containing });
  };
  return {
    open: async (url) => void (await page.goto(url, { waitUntil: "domcontentloaded" })),
    evaluate: (expression) => page.evaluate(expression),
    click: (target) => find(target).click(),
    type: (target, text) => find(target).pressSequentially(text),
    resize: (width, height) => page.setViewportSize({ width, height }),
    close: () => page.close(),
  };
}
