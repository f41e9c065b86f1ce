import type { BrowserContext, Page } from "@playwright/test";

/** Holds the requests of a page or a browser that match, until the returned function is called. */
export async function holdRequests(target: Page | BrowserContext, url: string): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await target.route(url, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}
