import { COOKIE } from "../support/api.ts";
import { ENGINES, type Engine } from "../support/engines.ts";
import { expect, test } from "../support/fixtures.ts";

// Each engine keeps a page that was left in its own way. Whatever it keeps, the next page is live at once.

const LIVE_WITHIN = 2_000;

for (const [name, start] of Object.entries(ENGINES)) {
  test(`@once in ${name}, a page is live within two seconds of any load, reload, back and forward`, async ({ site, template, apis, launch }) => {
    test.slow();
    const browser = await start();
    try {
      await browser.open(`${site.url}/healthz`);
      await browser.setCookie("127.0.0.1", COOKIE, template.sessions.sarah);
      const go = (path: string) => () => browser.open(site.url + path);
      const run = (script: string) => () => browser.evaluate(`(setTimeout(() => { ${script} }), 0)`);
      const ways: [string, string, () => Promise<unknown>][] = [
        ["a load", launch.path, go(launch.path)],
        ["a reload", launch.path, () => browser.evaluate("(window.reloading = 1, setTimeout(() => location.reload()), 0)")],
        ["a load of another page", "/inbox", go("/inbox")],
        ["a way back", launch.path, run("history.back()")],
        ["a way forward", "/inbox", run("history.forward()")],
        ["a further way back", launch.path, run("history.back()")],
      ];
      for (const [way, path, walk] of ways) {
        await walk();
        await until(browser, `location.pathname === ${JSON.stringify(path)} && !window.reloading && document.documentElement.hasAttribute("data-hydrated")`, 20_000);
        await apis.eventpro.sendMessage(launch.id, `Heard after ${way}`);
        const sent = Date.now();
        await until(browser, `document.body.innerText.includes(${JSON.stringify(`Heard after ${way}`)})`, 20_000);
        expect(Date.now() - sent, `after ${way}`).toBeLessThan(LIVE_WITHIN);
      }
    } finally {
      await browser.close();
    }
  });
}

/** Between two pages there is nothing to ask. */
async function until(browser: Engine, expression: string, limit: number): Promise<void> {
  await expect.poll(() => browser.evaluate(expression).catch(() => false), { timeout: limit, intervals: [50], message: expression }).toBe(true);
}
