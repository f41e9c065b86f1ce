import { dateInDays } from "../support/dates.ts";
import { expect, test } from "../support/fixtures.ts";

test("bookings are listed by month, with the sum of the agreed fees", async ({ achieng, apis }) => {
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  const { booking } = await apis.eventpro.openBooking(id, "Garden wedding", "Are you free?");
  await apis.eventpro.openBooking(id, "Garden lunch", "And then?");
  await apis.achieng.request("POST", `/api/bookings/${booking.id}/accept`);
  await achieng.open("/bookings");
  const main = achieng.page.getByRole("main");
  const row = main.getByRole("link", { name: /Garden wedding/ });
  await expect(row).toContainText("with EventPro Kenya");
  await expect(row).toContainText("KES 20,000");
  await expect(row).toContainText("Agreed");
  await expect(main.getByRole("link", { name: /Garden lunch/ })).toContainText("New request");
  await expect(main.getByText("KES 20,000 agreed").first()).toBeVisible();

  const month = dateInDays(90).slice(0, 7);
  await achieng.open(`/bookings?month=${month}`);
  await expect(main.getByRole("listitem")).toHaveCount(2);
  await main.getByRole("link", { name: "Upcoming" }).click();
  await expect(achieng.page).toHaveURL("/bookings");
  await row.click();
  await expect(achieng.heading).toHaveText("Garden wedding");
});

test("the month leads to a day's bookings, and to other months", async ({ achieng, apis }) => {
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  await apis.eventpro.openBooking(id, "Garden wedding", "Are you free?");
  const date = dateInDays(90);
  await achieng.open("/bookings?month=2030-02");
  const main = achieng.page.getByRole("main");
  await expect(main.getByText("No bookings in this month")).toBeVisible();
  await main.getByRole("link", { name: /^Earlier: / }).click();
  await expect(achieng.page).toHaveURL(`/bookings?month=${date.slice(0, 7)}`);
  await expect(main.getByRole("link", { name: /Garden wedding/ })).toBeVisible();
  await main.getByRole("link", { name: new RegExp(`^${Number(date.slice(8))} .*, 1 booking$`) }).click();
  await expect(achieng.page).toHaveURL(new RegExp(`#day-${date}$`));
});

test("@js a new request and its answer appear at once", async ({ achieng, apis }) => {
  await achieng.open("/bookings");
  const main = achieng.page.getByRole("main");
  await expect(main.getByText("No bookings coming up")).toBeVisible();
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  const { booking } = await apis.eventpro.openBooking(id, "Garden wedding", "Are you free?");
  const row = main.getByRole("link", { name: /Garden wedding/ });
  await expect(row).toContainText("New request");
  await apis.achieng.request("POST", `/api/bookings/${booking.id}/accept`);
  await expect(row).toContainText("Agreed");
  await expect(main.getByText("KES 20,000 agreed").first()).toBeVisible();
});

test("the rest of a long list begins on its day", async ({ achieng, apis }) => {
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  await apis.eventpro.openBooking(id, "Garden wedding", "Are you free?");
  const date = dateInDays(90);
  await achieng.open(`/bookings?from=${date}`);
  await expect(achieng.heading).toHaveText(/^Bookings from \w{3} \d{1,2} \w{3} \d{4}$/);
  await expect(achieng.page.getByRole("main").getByRole("link", { name: /Garden wedding/ })).toBeVisible();
  await achieng.open(`/bookings?from=${dateInDays(91)}`);
  await expect(achieng.page.getByRole("main").getByRole("link", { name: /^Earlier: / })).toHaveAttribute("href", `/bookings?month=${date.slice(0, 7)}`);
  await expect(achieng.page.getByRole("main").getByRole("link", { name: /Garden wedding/ })).toHaveCount(0);
});
