import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, type Browser, type CDPSession, type Page } from "@playwright/test";
import { COOKIE } from "../api.ts";
import { NOW } from "./clock.ts";
import { VIEWS, type View, type ViewName } from "./views.ts";

/** A font from a package, so that the text looks the same on every system: a file for most letters, one for the rest. */
const FONT = ["latin", "latin-ext"]
  .flatMap((letters) => [400, 600].map((weight) => [letters, weight]))
  .map(([letters, weight]) => {
    const file = new URL(`../../node_modules/@fontsource/inter/files/inter-${letters}-${weight}-normal.woff2`, import.meta.url);
    const data = fs.readFileSync(fileURLToPath(file)).toString("base64");
    return `@font-face { font-family: pictured-${letters}; font-weight: ${weight}; src: url(data:font/woff2;base64,${data}) }`;
  })
  .join("\n");

/** Colours of initials derive from random ids. */
const STYLE = `${FONT}\n[class*=hue-] { --hue: #575757 !important }\n:root, :root * { font-family: pictured-latin, pictured-latin-ext !important }`;

/** The sizes of text that the browser starts with. */
const TEXT_SIZES = { standard: 16, fixed: 13 };

/** A browser with the clock of pictures. Without JavaScript, a page is ready when it has loaded. */
export class Screen {
  private view: View = VIEWS["360"];

  private constructor(
    readonly page: Page,
    private readonly devtools: CDPSession,
    private readonly hasJavaScript: boolean,
  ) {}

  static async open(browser: Browser, url: string, session: string | undefined, hasJavaScript: boolean): Promise<Screen> {
    // The policy of the pages allows no font but the system's.
    const context = await browser.newContext({ baseURL: url, bypassCSP: true, reducedMotion: "reduce", javaScriptEnabled: hasJavaScript });
    if (session) await context.addCookies([{ name: COOKIE, value: session, domain: "127.0.0.1", path: "/" }]);
    if (hasJavaScript) await context.clock.setFixedTime(NOW);
    await context.route("**/*.css", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${await response.text()}\n${STYLE}` });
    });
    const page = await context.newPage();
    return new Screen(page, await context.newCDPSession(page), hasJavaScript);
  }

  /** Sets the size and colours of the screen, and the size of text. */
  async show(name: ViewName): Promise<void> {
    this.view = VIEWS[name];
    const { width, height, colorScheme = "light", forcedColors = "none" } = this.view;
    await this.page.setViewportSize({ width, height });
    await this.page.emulateMedia({ colorScheme, forcedColors });
    await this.setTextSize();
  }

  /** Loads a page. */
  async visit(path: string): Promise<void> {
    await this.page.goto(path);
    if (this.hasJavaScript) await expect(this.page.locator("html[data-hydrated], html[data-program=none]")).toHaveCount(1);
    // Loading resets it.
    await this.setTextSize();
    await this.page.evaluate(() => document.fonts.ready);
  }

  /** Replaces the address of the site, whose port differs in each run. */
  async hidePort(): Promise<void> {
    await this.page.evaluate(() => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const { currentNode: text } = texts;
        if (text.textContent?.includes(location.host)) text.textContent = text.textContent.replace(location.host, "greenroom.example");
      }
    });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  private async setTextSize(): Promise<void> {
    const { textSize = 1 } = this.view;
    const { standard, fixed } = TEXT_SIZES;
    await this.devtools.send("Page.setFontSizes", { fontSizes: { standard: standard * textSize, fixed: fixed * textSize } });
  }
}
