import { expect, test } from "../support/fixtures.ts";

test("every page has a descriptive title", async ({ visitor, sarah, eventpro, apis, launch }) => {
  await visitor.open("/");
  await expect(visitor.page).toHaveTitle("Greenroom");
  for (const [path, title] of [
    ["/signin", "Sign in · Greenroom"],
    ["/register", "Create account · Greenroom"],
    ["/t/sarah-wanjiru", "Sarah Wanjiru, Photographer · Greenroom"],
    ["/verify", "Check your email · Greenroom"],
    ["/verify?token=any", "Confirm your email · Greenroom"],
    ["/forgot", "Choose a new password · Greenroom"],
    ["/reset?token=any", "Choose a new password · Greenroom"],
    ["/unsubscribe?token=any", "Emails about unread messages · Greenroom"],
  ]) {
    await visitor.open(path);
    await expect(visitor.page).toHaveTitle(title);
  }

  for (const [path, title] of [
    ["/inbox", "Inbox · Greenroom"],
    [launch.path, "EventPro Kenya · Greenroom"],
    [`${launch.path}/print`, "Conversation with EventPro Kenya · Greenroom"],
    ["/notifications", "Notifications · Greenroom"],
    ["/bookings", "Bookings · Greenroom"],
    ["/bookings?month=2027-01", "January 2027 · Greenroom"],
    ["/settings", "Settings · Greenroom"],
    [launch.booking, "Savanna product launch · Greenroom"],
  ]) {
    await sarah.open(path);
    await expect(sarah.page).toHaveTitle(title);
  }

  const { id } = await apis.eventpro.findTalent("DJ Kamau");
  await eventpro.open("/talents");
  // A message is unread, which only a hydrated page tells.
  await expect(eventpro.page).toHaveTitle(/^(\(1\) )?Find talent · Greenroom$/);
  await eventpro.open(`/bookings/new?talent=${id}`);
  await expect(eventpro.page).toHaveTitle(/^(\(1\) )?New booking · Greenroom$/);
});
