import { COOKIE } from "../support/api.ts";
import { ENGINES, type Engine } from "../support/engines.ts";
import { expect, test } from "../support/fixtures.ts";

// Each engine has its own back/forward cache. Whatever it keeps, the next page is live at once.

const LIVE_WITHIN = 2_000;

for (const [engine, start] of Object.entries(ENGINES)) {
  test(`@once ${engine}: a page is live within 2 s after a load, reload, back and forward`, async ({ site, template, apis, launch }) => {
    test.slow();
    const browser = await start();
    try {
      await browser.open(`${site.url}/healthz`);
      await browser.setCookie("127.0.0.1", COOKIE, template.sessions.sarah);
      const load = (path: string) => () => browser.open(site.url + path);
      const run = (script: string) => () => browser.evaluate(`(setTimeout(() => { ${script} }), 0)`);
      const navigations: [string, string, () => Promise<unknown>][] = [
        ["a load", launch.path, load(launch.path)],
        ["a reload", launch.path, () => browser.evaluate("(window.reloading = 1, setTimeout(() => location.reload()), 0)")],
        ["a load of another page", "/inbox", load("/inbox")],
        ["going back", launch.path, run("history.back()")],
        ["going forward", "/inbox", run("history.forward()")],
        ["going back again", launch.path, run("history.back()")],
      ];
      for (const [name, path, navigate] of navigations) {
        await navigate();
        await waitUntil(browser, `location.pathname === ${JSON.stringify(path)} && !window.reloading && document.documentElement.hasAttribute("data-hydrated")`, 20_000);
        await apis.eventpro.sendMessage(launch.id, `Heard after ${name}`);
        const sent = Date.now();
        await waitUntil(browser, `document.body.innerText.includes(${JSON.stringify(`Heard after ${name}`)})`, 20_000);
        expect(Date.now() - sent, `after ${name}`).toBeLessThan(LIVE_WITHIN);
      }
    } finally {
      await browser.close();
    }
  });
}

/** Polls an expression. Errors count as false: between two pages there is nothing to evaluate it in. */
async function waitUntil(browser: Engine, expression: string, limit: number): Promise<void> {
  await expect.poll(() => browser.evaluate(expression).catch(() => false), { timeout: limit, intervals: [50], message: expression }).toBe(true);
}
