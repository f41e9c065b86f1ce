import { expect, test, type Person } from "../support/fixtures.ts";

const statusChip = ({ page }: Person, status: string) => page.getByRole("main").getByText(status, { exact: true });
const button = ({ page }: Person, name: string) => page.getByRole("button", { name, exact: true });

async function cancel(person: Person): Promise<void> {
  await person.page.getByText("Cancel booking", { exact: true }).filter({ visible: true }).click();
  await button(person, "Yes, cancel booking").filter({ visible: true }).click();
}

test("@js a talent accepts and both see it live; then the organizer cancels", async ({ eventpro, sarah, launch }) => {
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await expect(button(eventpro, "Accept")).toHaveCount(0);
  await button(sarah, "Accept").click();
  await expect(sarah.thread.log.getByText("You accepted the booking")).toBeVisible();
  await expect(eventpro.thread.log.getByText("Sarah Wanjiru accepted the booking")).toBeVisible();
  for (const person of [eventpro, sarah]) {
    await expect(statusChip(person, "Agreed")).toBeVisible();
    await expect(button(person, "Accept")).toHaveCount(0);
    await expect(button(person, "Decline")).toHaveCount(0);
  }
  await expect(sarah.conversations.getByText("You accepted", { exact: true })).toBeVisible();
  await expect(eventpro.conversations.getByText("Accepted", { exact: true })).toBeVisible();

  await cancel(eventpro);
  await expect(sarah.thread.log.getByText("EventPro Kenya cancelled the booking")).toBeVisible();
  for (const person of [eventpro, sarah]) {
    await expect(statusChip(person, "Cancelled")).toBeVisible();
    await expect(person.page.getByText("Cancel booking", { exact: true })).toHaveCount(0);
  }
});

test("a talent declines on the booking's page", async ({ eventpro, sarah, launch, javaScriptEnabled }) => {
  await eventpro.open(launch.booking);
  await sarah.open(launch.booking);
  await button(sarah, "Decline").click();
  await expect(statusChip(sarah, "Declined")).toBeVisible();
  await expect(button(sarah, "Accept")).toHaveCount(0);
  expect(new URL(sarah.page.url()).pathname).toBe(launch.booking);
  if (javaScriptEnabled === false) await eventpro.open(launch.booking);
  await expect(statusChip(eventpro, "Declined")).toBeVisible();
  await sarah.open(launch.path);
  await expect(sarah.thread.log.getByText("You declined the booking")).toBeVisible();
  await expect(sarah.thread.bubbles).toHaveText(launch.bodies);
});

test("cancelling asks for confirmation", async ({ eventpro, apis, launch }) => {
  await eventpro.open(launch.path);
  await expect(button(eventpro, "Yes, cancel booking").filter({ visible: true })).toHaveCount(0);
  await eventpro.page.getByText("Cancel booking", { exact: true }).filter({ visible: true }).click();
  await expect(eventpro.page.getByText("Sarah Wanjiru is told at once.").filter({ visible: true })).toBeVisible();
  expect((await apis.sarah.listConversations())[0].booking.status).toBe("inquiry");
  await button(eventpro, "Yes, cancel booking").filter({ visible: true }).click();
  await expect(statusChip(eventpro, "Cancelled")).toBeVisible();
  await expect(eventpro.thread.log.getByText("You cancelled the booking")).toBeVisible();
  expect((await apis.sarah.listConversations())[0].booking.status).toBe("cancelled");
});

test("@no-js an action on a booking that has changed shows a conflict", async ({ eventpro, sarah, launch }) => {
  await sarah.open(launch.path);
  await eventpro.open(launch.path);
  await cancel(eventpro);
  await expect(statusChip(eventpro, "Cancelled")).toBeVisible();
  await button(sarah, "Accept").click();
  await expect(sarah.page.getByRole("alert").filter({ hasText: "This booking has moved on meanwhile." })).toBeVisible();
  await expect(statusChip(sarah, "Cancelled")).toBeVisible();
});

test("on a phone the actions are at the top of the thread, and cancelling is in the booking details", async ({ sarah, eventpro, launch }) => {
  await sarah.open(launch.path);
  await sarah.page.setViewportSize({ width: 360, height: 740 });
  await expect(button(sarah, "Accept").filter({ visible: true })).toBeInViewport();
  await expect(sarah.thread.composer).toBeInViewport();

  await eventpro.open(launch.path);
  await eventpro.page.setViewportSize({ width: 360, height: 740 });
  const cancelBooking = eventpro.page.getByText("Cancel booking", { exact: true }).filter({ visible: true });
  await expect(cancelBooking).toHaveCount(0);
  await eventpro.page.locator("summary").filter({ hasText: "Savanna product launch" }).click();
  await expect(cancelBooking).toBeInViewport();
  await cancelBooking.click();
  await button(eventpro, "Yes, cancel booking").filter({ visible: true }).click();
  await expect(statusChip(eventpro, "Cancelled")).toBeVisible();
  await expect(eventpro.thread.composer).toBeInViewport();
});

test("@js the focus moves to the status when the used button disappears", async ({ sarah, launch }) => {
  await sarah.open(launch.booking);
  await button(sarah, "Accept").focus();
  await sarah.page.keyboard.press("Enter");
  await expect(statusChip(sarah, "Agreed")).toBeVisible();
  await expect(sarah.page.locator("#booking-status")).toBeFocused();
});
