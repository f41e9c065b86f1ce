import { acceptBooking, cancelBooking, declineBooking, openBookingMenu } from "../support/booking.ts";
import { expect, test, type Person } from "../support/fixtures.ts";

const statusChip = ({ page }: Person, status: string) => page.locator("#booking-status, .booking-strip").locator(".chip").filter({ hasText: status, visible: true });
const button = ({ page }: Person, name: string) => page.getByRole("button", { name, exact: true });
const acceptButton = ({ page }: Person) => page.getByRole("button", { name: /^Accept KES/ });

test("@js a talent accepts and both see it live; then the organizer cancels", async ({ eventpro, sarah, launch }) => {
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await expect(acceptButton(eventpro)).toHaveCount(0);
  await expect(eventpro.thread.log.getByText("Sarah Wanjiru hasn't accepted yet")).toBeVisible();
  await acceptBooking(sarah.page);
  await expect(sarah.thread.log.getByText("You accepted the booking")).toBeVisible();
  await expect(eventpro.thread.log.getByText("Sarah Wanjiru accepted the booking")).toBeVisible();
  for (const person of [eventpro, sarah]) {
    await expect(statusChip(person, "Agreed")).toBeVisible();
    await expect(person.page.locator(".stamp")).toBeVisible();
    await expect(acceptButton(person)).toHaveCount(0);
    await expect(button(person, "Decline")).toHaveCount(0);
  }
  await expect(sarah.conversations.getByText("You accepted", { exact: true })).toBeVisible();
  await expect(eventpro.conversations.getByText("Accepted", { exact: true })).toBeVisible();

  await cancelBooking(eventpro.page);
  await expect(sarah.thread.log.getByText("EventPro Kenya cancelled the booking")).toBeVisible();
  for (const person of [eventpro, sarah]) {
    await expect(statusChip(person, "Cancelled")).toBeVisible();
    await expect(person.page.getByText("Cancel booking", { exact: true })).toHaveCount(0);
  }
});

test("a talent declines on the booking's page", async ({ eventpro, sarah, launch, javaScriptEnabled }) => {
  await eventpro.open(launch.booking);
  await sarah.open(launch.booking);
  await declineBooking(sarah.page);
  await expect(statusChip(sarah, "Declined")).toBeVisible();
  await expect(acceptButton(sarah)).toHaveCount(0);
  expect(new URL(sarah.page.url()).pathname).toBe(launch.booking);
  if (javaScriptEnabled === false) await eventpro.open(launch.booking);
  await expect(statusChip(eventpro, "Declined")).toBeVisible();
  await sarah.open(launch.path);
  await expect(sarah.thread.log.getByText("You declined the booking")).toBeVisible();
  await expect(sarah.thread.bubbles).toHaveText(launch.bodies);
});

test("accepting restates all terms, and asks once", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  await expect(sarah.page.getByText("EventPro Kenya offers KES 45,000 for")).toBeVisible();
  await acceptButton(sarah).click();
  const sheet = sarah.page.getByRole("dialog", { name: "Accept this booking?" });
  for (const term of ["Savanna product launch", "KICC, Nairobi", "KES 45,000", "EventPro Kenya"]) {
    await expect(sheet.getByText(term, { exact: true })).toBeInViewport();
  }
  await sheet.getByRole("button", { name: "Not now" }).click();
  await expect(sheet).toBeHidden();
  expect((await apis.eventpro.listConversations())[0].booking.status).toBe("inquiry");
  await acceptButton(sarah).click();
  await sheet.getByRole("button", { name: "Yes, accept" }).click();
  await expect(statusChip(sarah, "Agreed")).toBeVisible();
  expect((await apis.eventpro.listConversations())[0].booking.status).toBe("accepted");
});

test("accepting warns if the day is taken", async ({ sarah, apis }) => {
  const { id } = await apis.eventpro.findTalent("Sarah Wanjiru");
  // Both are on the same day.
  const taken = await apis.eventpro.openBooking(id, "Garden wedding", "Are you free?");
  const wanted = await apis.safari.openBooking(id, "Sunset concert", "And for us?");
  await sarah.open(`/conversations/${wanted.conversation.id}`);
  await acceptButton(sarah).click();
  await expect(sarah.page.getByText("You already agreed to")).toHaveCount(0);
  expect((await apis.sarah.request("POST", `/api/bookings/${taken.booking.id}/accept`)).status).toBe(200);
  await sarah.open(`/conversations/${wanted.conversation.id}`);
  await acceptButton(sarah).click();
  await expect(sarah.page.getByText("You already agreed to Garden wedding on this day.")).toBeVisible();
  await sarah.page.getByRole("button", { name: "Yes, accept" }).click();
  await expect(statusChip(sarah, "Agreed")).toBeVisible();
});

test("@js the sheet warns of what was accepted since the page was opened, or that it couldn't check", async ({ sarah, apis }) => {
  sarah.allowConsole(/net::ERR_/);
  const { id } = await apis.eventpro.findTalent("Sarah Wanjiru");
  const taken = await apis.eventpro.openBooking(id, "Garden wedding", "Are you free?");
  const wanted = await apis.safari.openBooking(id, "Sunset concert", "And for us?");
  await sarah.open(`/conversations/${wanted.conversation.id}`);
  expect((await apis.sarah.request("POST", `/api/bookings/${taken.booking.id}/accept`)).status).toBe(200);
  const unknown = sarah.page.getByText("Couldn't check your other bookings on this day.");
  await sarah.page.route("**/fn/clashes", (route) => route.abort());
  await acceptButton(sarah).click();
  await expect(unknown).toBeVisible();
  await sarah.page.unroute("**/fn/clashes");
  await button(sarah, "Not now").click();
  await acceptButton(sarah).click();
  await expect(sarah.page.getByText("You already agreed to Garden wedding on this day.")).toBeVisible();
  await expect(unknown).toHaveCount(0);
});

test("@js suggesting another fee begins a message", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  await sarah.page.getByRole("link", { name: "Suggest another fee" }).click();
  await expect(sarah.thread.composer).toBeFocused();
  await sarah.thread.composer.pressSequentially("60,000?");
  await expect(sarah.thread.composer).toHaveValue("Thank you for your request! Could we make it KES 60,000?");
  await sarah.thread.composer.press("Enter");
  await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).at(-1)?.body).toMatch(/KES 60,000\?$/);
});

test("cancelling asks for confirmation", async ({ eventpro, apis, launch }) => {
  await eventpro.open(launch.path);
  await openBookingMenu(eventpro.page);
  const sheet = eventpro.page.getByRole("dialog", { name: "Cancel this booking?" });
  await expect(sheet).toBeHidden();
  await button(eventpro, "Cancel booking").click();
  await expect(sheet.getByText("We'll tell Sarah Wanjiru right away.")).toBeVisible();
  await sheet.getByRole("button", { name: "Keep booking" }).click();
  await expect(sheet).toBeHidden();
  expect((await apis.sarah.listConversations())[0].booking.status).toBe("inquiry");
  await button(eventpro, "Cancel booking").click();
  await sheet.getByRole("button", { name: "Cancel booking" }).click();
  await expect(statusChip(eventpro, "Cancelled")).toBeVisible();
  await expect(eventpro.thread.log.getByText("You cancelled the booking")).toBeVisible();
  expect((await apis.sarah.listConversations())[0].booking.status).toBe("cancelled");
});

test("@no-js an action on a booking that has changed shows a conflict", async ({ eventpro, sarah, launch }) => {
  await sarah.open(launch.path);
  await eventpro.open(launch.path);
  await cancelBooking(eventpro.page);
  await expect(statusChip(eventpro, "Cancelled")).toBeVisible();
  await acceptBooking(sarah.page);
  await expect(sarah.page.getByRole("alert").filter({ hasText: "This booking has just changed." })).toBeVisible();
  await expect(statusChip(sarah, "Cancelled")).toBeVisible();
});

test("@js an action that comes too late shows the booking as it is, even without the stream", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(/status of 409|net::ERR_/);
  await sarah.open("/inbox");
  await sarah.page.route("**/api/events*", (route) => route.abort());
  await sarah.open(launch.path);
  await apis.eventpro.request("POST", `/api/bookings/${launch.booking.split("/").at(-1)}/cancel`);
  await acceptBooking(sarah.page);
  await expect(sarah.page.getByRole("alert").filter({ hasText: "This booking has just changed." })).toBeVisible();
  await expect(statusChip(sarah, "Cancelled")).toBeVisible();
  await expect(acceptButton(sarah)).toHaveCount(0);
  await expect(sarah.thread.log).toBeFocused();
});

test("@js a response that newer events have overtaken changes nothing", async ({ sarah, apis, launch }) => {
  await sarah.open(launch.path);
  let answer = () => {};
  await sarah.page.route("**/fn/step", async (route) => {
    const response = await route.fetch();
    await new Promise<void>((resolve) => (answer = resolve));
    await route.fulfill({ response });
  });
  await acceptBooking(sarah.page);
  await expect(statusChip(sarah, "Agreed")).toBeVisible();
  expect((await apis.eventpro.request("POST", `/api${launch.booking}/cancel`)).status).toBe(200);
  await expect(statusChip(sarah, "Cancelled")).toBeVisible();
  answer();
  // The focus moves when the response has been handled.
  await expect(sarah.thread.log).toBeFocused();
  await expect(statusChip(sarah, "Cancelled")).toBeVisible();
});

test("on a phone the answer is below the messages, and cancelling is in the booking details", async ({ sarah, eventpro, launch }) => {
  await sarah.open(launch.path);
  await sarah.page.setViewportSize({ width: 360, height: 740 });
  await expect(acceptButton(sarah)).toBeInViewport();
  await expect(sarah.thread.composer).toBeInViewport();

  await eventpro.open(launch.path);
  await eventpro.page.setViewportSize({ width: 360, height: 740 });
  await expect(button(eventpro, "Cancel booking")).toHaveCount(0);
  await cancelBooking(eventpro.page);
  await expect(statusChip(eventpro, "Cancelled").first()).toBeVisible();
  await expect(eventpro.thread.composer).toBeInViewport();
});

test("date and fee are never cut, and the composer stays in a short window", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  const strip = sarah.page.locator(".booking-strip");
  for (const [width, height] of [[320, 640], [360, 740], [740, 390]]) {
    await sarah.page.setViewportSize({ width, height });
    await expect(sarah.thread.composer).toBeInViewport({ ratio: 1 });
    for (const part of [strip.locator("time"), strip.getByText("KES 45,000")]) {
      await expect(part).toBeInViewport({ ratio: 1 });
      expect(await part.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
    }
  }
  await strip.click();
  await expect(sarah.page.getByRole("complementary", { name: "Booking" }).getByText("KICC, Nairobi")).toBeInViewport();
  await expect(sarah.thread.composer).toBeInViewport({ ratio: 1 });
});

test("@js the focus moves to the status when the used button disappears", async ({ sarah, launch }) => {
  await sarah.open(launch.booking);
  await acceptButton(sarah).focus();
  await sarah.page.keyboard.press("Enter");
  await expect(button(sarah, "Not now")).toBeFocused();
  await button(sarah, "Yes, accept").focus();
  await sarah.page.keyboard.press("Enter");
  await expect(statusChip(sarah, "Agreed")).toBeVisible();
  await expect(sarah.page.locator("#booking-status")).toBeFocused();
});
