import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { ENGINES, isLiveAt, reload, shows, traverse, waitUntil, type Tab } from "../support/engines.ts";
import { expect, test } from "../support/fixtures.ts";

// The main story, in each engine. The timeout of a test, a minute, includes the start of the browser.

const COMPOSER = { role: "textbox", name: "Message" };
const SEND = { role: "button", name: "Send" };
const EMAIL = { role: "textbox", name: "Email" };
const SIGN_IN = { role: "button", name: "Sign in" };
const PHONE = [360, 740] as const;

/** An expression: the tabs share one stream, which one of them holds. */
const oneStream = `navigator.locks.query().then(({ held }) => held.filter(({ name }) => name.startsWith("greenroom-stream")).length === 1)`;
const composerValue = (text: string) => `document.querySelector(".composer textarea").value === ${JSON.stringify(text)}`;
const fitsWidth = `innerWidth === ${PHONE[0]} && document.documentElement.scrollWidth === ${PHONE[0]}`;

async function sendMessage(tab: Tab, text: string): Promise<void> {
  await tab.type(COMPOSER, text);
  await tab.click(SEND);
  await waitUntil(tab, shows(text));
  await waitUntil(tab, composerValue(""));
}

for (const [name, start] of Object.entries(ENGINES)) {
  test(`@once ${name}: signs in, talks live in two tabs, and keeps its place and its draft`, async ({ site, browser, apis, launch }) => {
    const engine = await start(browser);
    const bodies = async () => (await apis.eventpro.listMessages(launch.id)).map(({ body }) => body);
    try {
      const first = await engine.openTab();
      await first.open(`${site.url}/signin`);
      await waitUntil(first, isLiveAt("/signin"));
      await first.type(EMAIL, DEMO_PEOPLE.sarah.email);
      await first.type({ name: "Password" }, PASSWORD);
      await first.click(SIGN_IN);
      await waitUntil(first, isLiveAt("/inbox"));

      await first.evaluate("(window.marked = true)");
      await first.click({ role: "link", containing: launch.title });
      await waitUntil(first, isLiveAt(launch.path));
      await waitUntil(first, shows(launch.bodies.at(-1)!));
      expect(await first.evaluate("window.marked === true"), "opened in place").toBe(true);

      await sendMessage(first, "From this engine");
      await expect.poll(bodies).toContain("From this engine");
      await apis.eventpro.sendMessage(launch.id, "To this engine");
      await waitUntil(first, shows("To this engine"));

      const second = await engine.openTab();
      await second.open(site.url + launch.path);
      await waitUntil(second, isLiveAt(launch.path));
      await apis.eventpro.sendMessage(launch.id, "To both tabs");
      for (const tab of [first, second]) await waitUntil(tab, shows("To both tabs"));
      await waitUntil(second, oneStream);
      await first.close();
      await apis.eventpro.sendMessage(launch.id, "To the tab that is left");
      await waitUntil(second, shows("To the tab that is left"), 5_000);
      await waitUntil(second, oneStream);

      await second.type(COMPOSER, "Half a thought");
      await waitUntil(second, composerValue("Half a thought"));
      await reload(second);
      await waitUntil(second, isLiveAt(launch.path));
      await waitUntil(second, composerValue("Half a thought"));
      await second.open(`${site.url}/bookings`);
      await waitUntil(second, isLiveAt("/bookings"));
      await traverse(second, -1);
      await waitUntil(second, isLiveAt(launch.path));
      await waitUntil(second, composerValue("Half a thought"));
      await traverse(second, 1);
      await waitUntil(second, isLiveAt("/bookings"));
      await traverse(second, -1);
      await waitUntil(second, isLiveAt(launch.path));

      await second.resize(...PHONE);
      await waitUntil(second, fitsWidth);
      await second.click(SEND);
      await expect.poll(bodies).toContain("Half a thought");
      await apis.eventpro.sendMessage(launch.id, "To a phone");
      await waitUntil(second, shows("To a phone"));
    } finally {
      await engine.close();
    }
  });
}
