import { expect, test, type Person } from "../support/fixtures.ts";

const NOBODYS = "01890000-0000-7000-8000-000000000000";

async function findsNothing(person: Person, path: string): Promise<void> {
  person.allowConsole(/status of 404/);
  expect(await person.open(path), path).toBe(404);
  await expect(person.page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await expect(person.page).toHaveTitle("Page not found · Greenroom");
}

test("a page that isn't there says so, and is a 404", async ({ visitor, sarah }) => {
  await findsNothing(visitor, "/no/such/page");
  await findsNothing(sarah, "/no/such/page");
  await visitor.page.getByRole("link", { name: "Go to the start" }).click();
  await expect(visitor.page).toHaveURL("/");
});

test("a conversation that isn't there is a 404", async ({ sarah }) => {
  for (const id of [NOBODYS, "not-an-id", "1"]) await findsNothing(sarah, `/conversations/${id}`);
});

test("a booking that isn't there is a 404", async ({ sarah }) => {
  for (const id of [NOBODYS, "not-an-id"]) await findsNothing(sarah, `/bookings/${id}`);
});

test("what belongs to others can't be told from what isn't there", async ({ kamau, safari, launch }) => {
  for (const stranger of [kamau, safari]) {
    await findsNothing(stranger, launch.path);
    await expect(stranger.page.getByText(/Savanna|KICC|Sarah|Asante/)).toHaveCount(0);
    await findsNothing(stranger, launch.booking);
    await expect(stranger.page.getByText(/Savanna|KICC|Sarah|Asante/)).toHaveCount(0);
  }
});

test("a booking can't be asked of a talent who isn't there", async ({ eventpro }) => {
  for (const id of [NOBODYS, "not-an-id"]) {
    eventpro.allowConsole(/status of 404/);
    expect(await eventpro.open(`/bookings/new?talent=${id}`)).toBe(404);
  }
});
