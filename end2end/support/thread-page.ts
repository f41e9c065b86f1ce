import type { Locator, Page } from "@playwright/test";

/** Page object of a conversation. */
export class ThreadPage {
  constructor(private readonly page: Page) {}

  get log(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message", exact: true });
  }

  get sendButton(): Locator {
    return this.page.getByRole("button", { name: "Send", exact: true });
  }

  /** The messages with exactly this text, or all that match. */
  message(text: string | RegExp): Locator {
    return this.log.getByText(text, { exact: true });
  }

  /** The texts of the messages. */
  get bubbles(): Locator {
    return this.log.locator(".message-text");
  }

  async sendMessage(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.sendButton.click();
  }

  /** Scrolls to the first loaded message. Returns the distance of a message from the top of the screen. */
  scrollToTop(text: string): Promise<number> {
    return this.log.evaluate(async (log, text) => {
      // The scroll event fires a frame later. Waits for it, so that the page has handled it.
      const scrolled = new Promise((resolve) => log.addEventListener("scroll", resolve, { once: true }));
      log.scrollTop = -log.scrollHeight;
      const message = [...log.querySelectorAll("p")].find((p) => p.textContent === text);
      const top = message?.getBoundingClientRect().top ?? NaN;
      await scrolled;
      return top;
    }, text);
  }

  /** Returns the distance of a message from the top of the screen. */
  topOf(text: string): Promise<number> {
    return this.message(text).evaluate((message) => message.getBoundingClientRect().top);
  }
}
