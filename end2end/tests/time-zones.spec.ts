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
  return query(site, "SELECT time_zone AS zone FROM person WHERE email = ?", DEMO_PEOPLE.sarah.email)[0].zone;
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
