import { COOKIE } from "../support/api.ts";
import { ENGINES, isLiveAt, reload, shows, traverse, waitUntil } from "../support/engines.ts";
import { expect, test } from "../support/fixtures.ts";

// Each engine has its own back/forward cache. Whatever it keeps, the next page is live at once.

const LIVE_WITHIN = 2_000;

for (const [name, start] of Object.entries(ENGINES)) {
  test(`@once ${name}: a page is live within 2 s after a load, reload, back and forward`, async ({ site, browser, template, apis, launch }) => {
    test.slow();
    const engine = await start(browser);
    try {
      const tab = await engine.openTab();
      await tab.open(`${site.url}/healthz`);
      await engine.setCookie("127.0.0.1", COOKIE, template.sessions.sarah);
      const load = (path: string) => () => tab.open(site.url + path);
      const navigations: [string, string, () => Promise<unknown>][] = [
        ["a load", launch.path, load(launch.path)],
        ["a reload", launch.path, () => reload(tab)],
        ["a load of another page", "/inbox", load("/inbox")],
        ["going back", launch.path, () => traverse(tab, -1)],
        ["going forward", "/inbox", () => traverse(tab, 1)],
        ["going back again", launch.path, () => traverse(tab, -1)],
      ];
      for (const [name, path, navigate] of navigations) {
        await navigate();
        await waitUntil(tab, isLiveAt(path));
        await apis.eventpro.sendMessage(launch.id, `Heard after ${name}`);
        const sent = Date.now();
        await waitUntil(tab, shows(`Heard after ${name}`));
        expect(Date.now() - sent, `after ${name}`).toBeLessThan(LIVE_WITHIN);
      }
    } finally {
      await engine.close();
    }
  });
}
