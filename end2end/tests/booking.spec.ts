import { dateInDays } from "../support/dates.ts";
import { expect, test } from "../support/fixtures.ts";
import { submitInquiry } from "../support/forms.ts";

const EVENT = { title: "Garden wedding", date: dateInDays(90), venue: "Karura, Nairobi", fee: "30,000", message: "Are you free?\nIt is a Saturday." };

test("an organizer finds a talent, sends an inquiry, and lands in the conversation", async ({ eventpro, apis }) => {
  await eventpro.open("/inbox");
  await eventpro.page.getByRole("link", { name: "Find talent" }).click();
  const talent = eventpro.page.getByRole("list", { name: "Talent" });
  await expect(talent.getByRole("listitem")).toHaveCount(3);

  await eventpro.page.getByRole("link", { name: "DJ", exact: true }).click();
  await expect(talent.getByRole("listitem")).toHaveCount(1);
  await talent.getByRole("link", { name: "DJ Kamau" }).click();
  await expect(eventpro.page).toHaveURL("/t/dj-kamau");
  await eventpro.page.getByRole("link", { name: "Ask about a date" }).click();
  await expect(eventpro.page.getByText("Tell DJ Kamau about your event.")).toBeVisible();
  await submitInquiry(eventpro.page, EVENT);

  await expect(eventpro.page).toHaveURL(/\/conversations\/[0-9a-f-]{36}$/);
  await expect(eventpro.heading).toHaveText("DJ Kamau");
  await expect(eventpro.thread.log.getByText("Are you free?")).toBeVisible();
  const [conversation] = await apis.kamau.listConversations();
  expect(conversation.booking).toMatchObject({
    title: "Garden wedding",
    eventDate: EVENT.date,
    venue: "Karura, Nairobi",
    fee: { amount: 3_000_000, currency: "KES" },
    status: "inquiry",
  });
  expect(conversation.lastMessage.body).toBe("Are you free?\nIt is a Saturday.");
});

test("the directory can be searched by name", async ({ eventpro }) => {
  await eventpro.open("/talents");
  await eventpro.page.getByLabel("Name").fill("achi");
  await eventpro.page.getByRole("button", { name: "Search" }).click();
  const talent = eventpro.page.getByRole("list", { name: "Talent" });
  await expect(talent.getByRole("listitem")).toHaveText([/MC Achieng/]);
  await expect(eventpro.page.getByLabel("Name")).toHaveValue("achi");
  await eventpro.page.getByLabel("Name").fill("nobody of that name");
  await eventpro.page.getByRole("button", { name: "Search" }).click();
  await expect(eventpro.page.getByText("No one found")).toBeVisible();
  await eventpro.page.getByRole("link", { name: "Show everyone" }).click();
  await expect(talent.getByRole("listitem")).toHaveCount(3);
});

test("an invalid inquiry shows an error and creates no booking", async ({ eventpro, apis }) => {
  eventpro.allowConsole(/status of 422 .*\/fn\/open-booking/);
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  await eventpro.open(`/bookings/new?talent=${id}`);
  await submitInquiry(eventpro.page, { ...EVENT, fee: "a lot" });
  await expect(eventpro.page.getByRole("alert")).toContainText("Enter the fee in numbers, like 45,000.");
  await expect(eventpro.page).toHaveURL(/\/bookings\/new\?/);
  await expect(eventpro.heading).toHaveText("New booking");
  expect(await apis.achieng.listConversations()).toHaveLength(0);
});

test("@js each validation error is at its field and in a summary, which has the focus, and all values stay", async ({ eventpro, apis }) => {
  eventpro.allowConsole(/status of 422 .*\/fn\/open-booking/);
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  await eventpro.open(`/bookings/new?talent=${id}`);
  await submitInquiry(eventpro.page, { ...EVENT, title: "   ", fee: "a lot" });

  const title = eventpro.page.getByLabel("What is the event?");
  const fee = eventpro.page.getByLabel("Fee in Kenyan shillings");
  await expect(title).toHaveAccessibleDescription(/Please fill this in\./);
  await expect(title).toHaveAttribute("aria-invalid", "true");
  const summary = eventpro.page.getByRole("alert");
  await expect(summary).toBeFocused();
  await expect(summary).toContainText("There's a problem");
  await summary.getByRole("link", { name: "What is the event? Please fill this in." }).click();
  await expect(title).toBeFocused();
  await expect(fee).toHaveAccessibleDescription(/Enter the fee in numbers, like 45,000\./);
  await expect(fee).toHaveValue("a lot");
  await expect(eventpro.page.getByLabel("Where is it?")).toHaveValue(EVENT.venue);
  await expect(eventpro.page.getByLabel("Where is it?")).not.toHaveAttribute("aria-invalid", "true");
  await expect(eventpro.page.getByLabel("Your message")).toHaveValue(EVENT.message);

  await title.fill("Garden wedding");
  await fee.fill("30,000");
  await eventpro.page.getByRole("button", { name: "Send request" }).click();
  await expect(eventpro.heading).toHaveText("MC Achieng");
});

test("a booking's page shows the terms and links to its conversation", async ({ sarah, launch }) => {
  await sarah.open(launch.booking);
  await expect(sarah.heading).toHaveText("Savanna product launch");
  for (const fact of ["KICC, Nairobi", "KES 45,000", "EventPro Kenya", "New request"]) {
    await expect(sarah.page.getByRole("main").getByText(fact, { exact: true }).first()).toBeVisible();
  }
  await sarah.page.getByRole("link", { name: "Open the conversation" }).click();
  await expect(sarah.page).toHaveURL(launch.path);
  await expect(sarah.thread.bubbles).toHaveText(launch.bodies);
});

test("only organizers can open the booking form", async ({ sarah, apis }) => {
  const { id } = await apis.eventpro.findTalent("DJ Kamau");
  await sarah.open("/inbox");
  await expect(sarah.page.getByRole("link", { name: "Find talent" })).toHaveCount(0);
  sarah.allowConsole(/status of 403/);
  expect(await sarah.open(`/bookings/new?talent=${id}`)).toBe(403);
  await expect(sarah.page.getByText("Only organisers can send booking requests.")).toBeVisible();
  await expect(sarah.page.getByRole("button", { name: "Send request" })).toHaveCount(0);
});
