import type { Page } from "@playwright/test";

/**
 * Returns the texts that are cut off: outside the page's width, or outside an element that hides what is too long without
 * an ellipsis. What can be scrolled to from above or below isn't cut off, and what is wholly outside is hidden on purpose.
 */
export function findCutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    // Rounding.
    const SLACK = 1;
    const overlaps = (inner: DOMRect, outer: DOMRect) => inner.right > outer.left && inner.left < outer.right;
    const isWider = (inner: DOMRect, outer: DOMRect) => inner.right > outer.right + SLACK || inner.left < outer.left - SLACK;
    const isHigher = (inner: DOMRect, outer: DOMRect) => inner.bottom > outer.bottom + SLACK || inner.top < outer.top - SLACK;
    /** For screen readers, or until it has the focus. */
    const isHidden = (element: Element) => getComputedStyle(element).clipPath === "inset(50%)";
    /** A row that scrolls sideways on purpose. */
    const isRow = (element: Element) => element.matches(".filters");

    /** Returns why a text is cut off, from the innermost element outwards. */
    const findReason = (rect: DOMRect, parent: Element): string | undefined => {
      let scrolls = false;
      for (let element: Element | null = parent; element && element !== root; element = element.parentElement) {
        if (isHidden(element) || isRow(element)) return undefined;
        const { overflowX, overflowY, textOverflow, webkitLineClamp, display } = getComputedStyle(element);
        if (display === "inline" || element === document.body) continue;
        const box = element.getBoundingClientRect();
        if (overflowX !== "visible" && isWider(rect, box)) {
          // Boxes in a row are cut without an ellipsis.
          const hasEllipsis = textOverflow === "ellipsis" && !/flex|grid/.test(display);
          return hasEllipsis || !overlaps(rect, box) ? undefined : `wider than .${element.className}`;
        }
        const hides = overflowY === "hidden" || overflowY === "clip";
        if (hides && !scrolls && isHigher(rect, box)) return webkitLineClamp === "none" ? `higher than .${element.className}` : undefined;
        scrolls ||= overflowY === "auto" || overflowY === "scroll";
        // It is above the page.
        if (element.matches(":popover-open, :modal")) break;
      }
      return rect.right > root.clientWidth + SLACK || rect.left < -SLACK ? "outside the page" : undefined;
    };

    const faults = new Set<string>();
    if (root.scrollWidth > root.clientWidth) faults.add(`the page is ${root.scrollWidth} px wide`);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { currentNode: text } = texts;
      const parent = text.parentElement;
      if (!parent || !text.textContent?.trim() || !parent.checkVisibility({ visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      for (const rect of range.getClientRects()) {
        const reason = rect.width > 0 && findReason(rect, parent);
        if (reason) faults.add(`${reason}: ${text.textContent.trim().slice(0, 60)}`);
      }
    }
    return [...faults];
  });
}
