import { expect, test } from "../support/fixtures.ts";

// Text without spaces, as wide as a field allows, stays inside the window of a small phone.

const WIDE = "W".repeat(79);
const LIGATURE = "\u{fdfd}".repeat(79);

test("names, events and a bio without spaces don't make any page wider than the window", async ({ sarah, eventpro, apis, launch }) => {
  const talent = await apis.eventpro.findTalent("Sarah Wanjiru");
  const opened = await apis.eventpro.openBooking(talent.id, "W".repeat(120), "W".repeat(400), LIGATURE);
  await apis.sarah.changeName(LIGATURE);
  await apis.eventpro.changeName(WIDE);
  const bio = "W".repeat(400);
  await apis.sarah.request("PATCH", "/api/account", { bio });
  const { conversation } = opened;
  for (const who of [sarah, eventpro]) {
    await who.open("/inbox");
    await who.page.setViewportSize({ width: 320, height: 640 });
    for (const path of [
      "/inbox",
      "/notifications",
      "/bookings",
      "/settings",
      `/t/${talent.id}`,
      launch.path,
      launch.booking,
      `/conversations/${conversation.id}`,
      `/conversations/${conversation.id}/print`,
      `/bookings/${conversation.booking.id}`,
      ...(who === eventpro ? ["/talents", `/bookings/new?talent=${talent.id}`] : []),
    ]) {
      await who.open(path);
      const outside = await who.page.evaluate(() => {
        const isOutside = (element: Element) =>
          element.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(element).position !== "fixed";
        const scrolls = document.documentElement.scrollWidth > innerWidth;
        return scrolls ? [...document.body.querySelectorAll("*")].filter(isOutside).map((element) => element.outerHTML.slice(0, 80)) : [];
      });
      expect(outside, path).toEqual([]);
    }
  }
});
