import type { Page } from "@playwright/test";

/** Marks the document. A reload, or a navigation to a new document, removes the mark. */
export const markDocument = (page: Page) => page.evaluate(() => void Object.assign(window, { marked: true }));

/** Returns whether the page still has the document that was marked. */
export const isMarked = (page: Page) => page.evaluate(() => "marked" in window);
