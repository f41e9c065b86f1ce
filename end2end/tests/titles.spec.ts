import { expect, test } from "../support/fixtures.ts";

test("every page says in its title what it is", async ({ visitor, sarah, eventpro, programs, launch }) => {
  await visitor.open("/");
  await expect(visitor.page).toHaveTitle("Greenroom");
  await visitor.open("/signin");
  await expect(visitor.page).toHaveTitle("Sign in · Greenroom");

  for (const [path, title] of [
    ["/inbox", "Inbox · Greenroom"],
    [launch.path, "EventPro Kenya · Greenroom"],
    ["/notifications", "Notifications · Greenroom"],
    [launch.booking, "Savanna product launch · Greenroom"],
  ]) {
    await sarah.open(path);
    await expect(sarah.page).toHaveTitle(title);
  }

  const { id } = await programs.eventpro.talent("DJ Kamau");
  await eventpro.open("/talents");
  await expect(eventpro.page).toHaveTitle("Find talent · Greenroom");
  await eventpro.open(`/bookings/new?talent=${id}`);
  await expect(eventpro.page).toHaveTitle("New booking · Greenroom");
});
