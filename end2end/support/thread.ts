import type { Locator, Page } from "@playwright/test";

/** A thread on the screen. */
export class ThreadScreen {
  constructor(private readonly page: Page) {}

  get log(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  get box(): Locator {
    return this.page.getByRole("textbox", { name: "Message", exact: true });
  }

  get send(): Locator {
    return this.page.getByRole("button", { name: "Send", exact: true });
  }

  /** Messages with just this text, or all that match; in the order they stand. */
  said(text: string | RegExp): Locator {
    return this.log.getByText(text, { exact: true });
  }

  /** All that was said, in the order it stands. */
  get bubbles(): Locator {
    return this.log.locator(".bubble");
  }

  async say(text: string): Promise<void> {
    await this.box.fill(text);
    await this.send.click();
  }

  /** Goes up to the first message shown, and says how far from the top of the screen a message is then. */
  scrollUp(to: string): Promise<number> {
    return this.log.evaluate(async (log, text) => {
      // The page learns of it a frame later, and must know before anything else happens.
      const told = new Promise((resolve) => log.addEventListener("scroll", resolve, { once: true }));
      log.scrollTop = -log.scrollHeight;
      const message = [...log.querySelectorAll("p")].find((p) => p.textContent === text);
      const top = message?.getBoundingClientRect().top ?? NaN;
      await told;
      return top;
    }, to);
  }

  /** How far from the top of the screen a message is. */
  topOf(text: string): Promise<number> {
    return this.said(text).evaluate((message) => message.getBoundingClientRect().top);
  }
}
