import { expect, type Browser } from "@playwright/test";
import { startChromium } from "./engines/chromium.ts";
import type { Engine, Tab } from "./engines/engine.ts";
import { startFirefox } from "./engines/firefox.ts";
import { startWebKit } from "./engines/webkit.ts";

export type { Engine, Tab };

// Browsers of three engines. Firefox and WebKit are unmodified, and driven by the standard protocols: Playwright's own
// builds are patched, which hides effects between pages.

/** How to start each engine. WebKitGTK exists on Linux only. */
export const ENGINES: Record<string, (browser: Browser) => Promise<Engine>> = {
  Chromium: startChromium,
  Firefox: startFirefox,
  ...(process.platform === "linux" && { WebKit: startWebKit }),
};

/** Polls an expression. Errors count as false: between two pages there is nothing to evaluate it in. */
export async function waitUntil(tab: Tab, expression: string, limit = 20_000): Promise<void> {
  const poll = expect.poll(() => tab.evaluate(expression).catch(() => false), { timeout: limit, intervals: [50], message: expression });
  await poll.toBe(true);
}

/** An expression: the page at a path is hydrated. */
export const isLiveAt = (path: string) =>
  `location.pathname === ${JSON.stringify(path)} && !window.reloading && document.documentElement.hasAttribute("data-hydrated")`;

/** An expression: the page shows a text. */
export const shows = (text: string) => `document.body.innerText.includes(${JSON.stringify(text)})`;

/** Reloads the page. A mark on the window, which `isLiveAt` requires to be gone, tells the old document from the new. */
export const reload = (tab: Tab) => tab.evaluate("(window.reloading = 1, setTimeout(() => location.reload()), 0)");

/** Goes back (-1) or forward (1). */
export const traverse = (tab: Tab, delta: 1 | -1) => tab.evaluate(`(setTimeout(() => history.go(${delta})), 0)`);
