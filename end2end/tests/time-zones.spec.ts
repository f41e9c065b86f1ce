import { expect, test, type Person, type Site } from "../support/fixtures.ts";
import { query } from "../support/database.ts";
import { DEMO_PEOPLE } from "../support/demo-people.ts";

const CLOCK = /^\d\d:\d\d$/;

/** Formats a time as the page should show it. */
function clock(datetime: string, timeZone: string): string {
  return new Date(datetime).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });
}

/** Returns the times of the open thread: the exact one, and the text that shows it. */
function shownTimes(person: Person): Promise<{ datetime: string; text: string }[]> {
  return person.thread.log.locator("time").filter({ hasText: CLOCK }).evaluateAll((times) =>
    times.map((time) => ({ datetime: time.getAttribute("datetime") ?? "", text: time.textContent ?? "" })),
  );
}

async function expectTimesIn(person: Person, timeZone: string): Promise<void> {
  const times = await shownTimes(person);
  expect(times.length).toBeGreaterThan(4);
  for (const { datetime, text } of times) expect(text).toBe(clock(datetime, timeZone));
}

/** Returns the page as the server sends it. */
async function requestDocument(person: Person, path: string): Promise<string> {
  return (await person.page.request.get(path)).text();
}

function storedZone(site: Site): unknown {
  const zones = "SELECT max(time_zone) AS zone FROM session JOIN person ON person.id = person_id WHERE email = ?";
  return query(site, zones, DEMO_PEOPLE.sarah.email)[0].zone;
}

test("times are in the zone of Nairobi, with JavaScript and without", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  await expectTimesIn(sarah, "Africa/Nairobi");
});

test("hydration changes no time", { tag: "@js" }, async ({ site, sarah, launch }) => {
  await sarah.open(launch.path);
  const html = await requestDocument(sarah, launch.path);
  for (const { datetime, text } of await shownTimes(sarah)) {
    expect(html).toMatch(new RegExp(`datetime="${datetime}"[^>]*>${text}<`));
  }
  expect(storedZone(site)).toBeNull();
});

test.describe("on a device in another zone", () => {
  test.use({ timezoneId: "America/New_York" });

  test("times are in the zone of the device, from the second page on from the first byte", { tag: "@js" }, async ({ site, sarah, launch }) => {
    await sarah.open(launch.path);
    await expectTimesIn(sarah, "America/New_York");
    await expect.poll(() => storedZone(site)).toBe("America/New_York");
    const html = await requestDocument(sarah, launch.path);
    expect(html).toContain('data-time-zone="America/New_York"');
    for (const { datetime, text } of await shownTimes(sarah)) {
      expect(html).toMatch(new RegExp(`datetime="${datetime}"[^>]*>${text}<`));
    }
  });

  test("without JavaScript, times are in the zone of the site", { tag: "@no-js" }, async ({ sarah, launch }) => {
    await sarah.open(launch.path);
    await expectTimesIn(sarah, "Africa/Nairobi");
  });
});

for (const [path, load] of [
  ["/inbox", "/fn/inbox"],
  ["/bookings", "/fn/agenda"],
]) {
  test(`@js ${path} is loaded again, once, when the day of its bookings has ended`, async ({ sarah }) => {
    // A minute passes in a third of a second.
    await sarah.addInitScript(`
      const every = window.setInterval;
      window.setInterval = (run, delay, ...rest) => every(run, delay === 60_000 ? 300 : delay, ...rest);
    `);
    const { page } = sarah;
    // The document comes from before the midnight of its zone, of which only the server knows.
    await page.route(path, async (route) => {
      const response = await route.fetch();
      const html = (await response.text()).replace(/(endsAt\W+)[\d-]+T[\d:.]+Z/g, (_, name) => `${name}2026-01-01T00:00:00Z`);
      await route.fulfill({ response, body: html });
    });
    const loads: string[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === load) loads.push(request.url());
    });
    await sarah.open(path);
    await expect.poll(() => loads.length).toBe(1);
    // Leaves further requests the time to be sent. No event shows that there are none.
    await page.waitForTimeout(1_000);
    expect(loads).toHaveLength(1);
  });
}
