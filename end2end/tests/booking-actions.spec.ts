import { expect, test, type Person } from "../support/fixtures.ts";

const chip = ({ page }: Person, status: string) => page.getByRole("main").getByText(status, { exact: true });
const button = ({ page }: Person, name: string) => page.getByRole("button", { name, exact: true });

async function cancel(person: Person): Promise<void> {
  await person.page.getByText("Cancel booking", { exact: true }).filter({ visible: true }).click();
  await button(person, "Yes, cancel booking").filter({ visible: true }).click();
}

test("@js a talent accepts, and both see it at once; then it is called off", async ({ eventpro, sarah, launch }) => {
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await expect(button(eventpro, "Accept")).toHaveCount(0);
  await button(sarah, "Accept").click();
  await expect(sarah.thread.log.getByText("You accepted the booking")).toBeVisible();
  await expect(eventpro.thread.log.getByText("Sarah Wanjiru accepted the booking")).toBeVisible();
  for (const person of [eventpro, sarah]) {
    await expect(chip(person, "Accepted")).toBeVisible();
    await expect(button(person, "Accept")).toHaveCount(0);
    await expect(button(person, "Decline")).toHaveCount(0);
  }
  await expect(sarah.conversations.getByText("You accepted the booking")).toBeVisible();
  await expect(eventpro.conversations.getByText("Sarah Wanjiru accepted the booking")).toBeVisible();

  await cancel(eventpro);
  await expect(sarah.thread.log.getByText("EventPro Kenya cancelled the booking")).toBeVisible();
  for (const person of [eventpro, sarah]) {
    await expect(chip(person, "Cancelled")).toBeVisible();
    await expect(person.page.getByText("Cancel booking", { exact: true })).toHaveCount(0);
  }
});

test("a talent declines on the booking's page", async ({ eventpro, sarah, launch, javaScriptEnabled }) => {
  await eventpro.open(launch.booking);
  await sarah.open(launch.booking);
  await button(sarah, "Decline").click();
  await expect(chip(sarah, "Declined")).toBeVisible();
  await expect(button(sarah, "Accept")).toHaveCount(0);
  expect(new URL(sarah.page.url()).pathname).toBe(launch.booking);
  if (javaScriptEnabled === false) await eventpro.open(launch.booking);
  await expect(chip(eventpro, "Declined")).toBeVisible();
  await sarah.open(launch.path);
  await expect(sarah.thread.log.getByText("You declined the booking")).toBeVisible();
  await expect(sarah.thread.bubbles).toHaveText(launch.bodies);
});

test("calling off asks again before it is done", async ({ eventpro, apis, launch }) => {
  await eventpro.open(launch.path);
  await expect(button(eventpro, "Yes, cancel booking").filter({ visible: true })).toHaveCount(0);
  await eventpro.page.getByText("Cancel booking", { exact: true }).filter({ visible: true }).click();
  await expect(eventpro.page.getByText("Sarah Wanjiru is told at once.").filter({ visible: true })).toBeVisible();
  expect((await apis.sarah.listConversations())[0].booking.status).toBe("inquiry");
  await button(eventpro, "Yes, cancel booking").filter({ visible: true }).click();
  await expect(chip(eventpro, "Cancelled")).toBeVisible();
  await expect(eventpro.thread.log.getByText("You cancelled the booking")).toBeVisible();
  expect((await apis.sarah.listConversations())[0].booking.status).toBe("cancelled");
});

test("@no-js a step that somebody else was faster with says so", async ({ eventpro, sarah, launch }) => {
  await sarah.open(launch.path);
  await eventpro.open(launch.path);
  await cancel(eventpro);
  await expect(chip(eventpro, "Cancelled")).toBeVisible();
  await button(sarah, "Accept").click();
  await expect(sarah.page.getByRole("alert").filter({ hasText: "This booking has moved on meanwhile." })).toBeVisible();
  await expect(chip(sarah, "Cancelled")).toBeVisible();
});

test("on a phone answers stand at the head of the thread, and calling off in what it opens", async ({ sarah, eventpro, launch }) => {
  await sarah.open(launch.path);
  await sarah.page.setViewportSize({ width: 360, height: 740 });
  await expect(button(sarah, "Accept").filter({ visible: true })).toBeInViewport();
  await expect(sarah.thread.composer).toBeInViewport();

  await eventpro.open(launch.path);
  await eventpro.page.setViewportSize({ width: 360, height: 740 });
  const callOff = eventpro.page.getByText("Cancel booking", { exact: true }).filter({ visible: true });
  await expect(callOff).toHaveCount(0);
  await eventpro.page.locator("summary").filter({ hasText: "Savanna product launch" }).click();
  await expect(callOff).toBeInViewport();
  await callOff.click();
  await button(eventpro, "Yes, cancel booking").filter({ visible: true }).click();
  await expect(chip(eventpro, "Cancelled")).toBeVisible();
  await expect(eventpro.thread.composer).toBeInViewport();
});

test("@js the keyboard isn't lost with the button that was used", async ({ sarah, launch }) => {
  await sarah.open(launch.booking);
  await button(sarah, "Accept").focus();
  await sarah.page.keyboard.press("Enter");
  await expect(chip(sarah, "Accepted")).toBeVisible();
  await expect(sarah.page.locator("#booking-status")).toBeFocused();
});
