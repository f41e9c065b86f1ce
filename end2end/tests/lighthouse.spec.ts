import { chromium, type Browser } from "@playwright/test";
import lighthouse from "lighthouse";
import config from "../playwright.config.ts";
import { expect, test } from "../support/fixtures.ts";
import { AUDITED, demoIds, pagesNamed } from "../support/pages.ts";
import { findFreePort } from "../support/ports.ts";

// Lighthouse's audits for phones. Performance depends on the machine and what else it does, so it is only reported.

const ASSERTED = ["accessibility", "best-practices", "seo"];

type Audited = { browser: Browser; port: number };

/** Starts a browser that Lighthouse can control. Playwright's own connection is a pipe. */
async function startBrowser(): Promise<Audited> {
  const port = await findFreePort();
  const options = config.use?.launchOptions ?? {};
  const browser = await chromium.launch({ ...options, args: [...(options.args ?? []), `--remote-debugging-port=${port}`] });
  return { browser, port };
}

for (const [name, who, pathOf] of pagesNamed(AUDITED)) {
  test(`@once ${name}: Lighthouse finds nothing to mend`, async ({ site, visitor, apis, launch }) => {
    test.setTimeout(180_000);
    const path = pathOf(await demoIds({ apis, launch }));
    const { cookie } = who === "visitor" ? visitor.api : apis[who];
    const { browser, port } = await startBrowser();
    const extraHeaders = cookie ? { Cookie: cookie } : {};
    const result = await lighthouse(site.url + path, { port, output: "json", logLevel: "error", extraHeaders });
    await browser.close();
    if (!result) throw new Error("Lighthouse returned nothing");
    const { categories, audits } = result.lhr;
    const scores = Object.entries(categories).map(([id, { score }]) => `${id} ${Math.round((score ?? 0) * 100)}`);
    console.log(`Lighthouse, ${path}: ${scores.join(", ")}`);
    const failed = ASSERTED.flatMap((id) => categories[id].auditRefs)
      .filter(({ id, weight }) => weight > 0 && (audits[id].score ?? 1) < 1)
      .map(({ id }) => `${id}: ${audits[id].title} ${JSON.stringify(audits[id].details ?? {}).slice(0, 600)}`);
    expect(failed).toEqual([]);
  });
}
