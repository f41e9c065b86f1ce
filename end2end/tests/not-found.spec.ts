import { expect, test, type Person } from "../support/fixtures.ts";

const UNKNOWN_ID = "01890000-0000-7000-8000-000000000000";

async function expectNotFound(person: Person, path: string): Promise<void> {
  person.allowConsole(/status of 404/);
  expect(await person.open(path), path).toBe(404);
  await expect(person.page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await expect(person.page).toHaveTitle(/^(\(\d+\) )?Page not found · Greenroom$/);
}

test("an unknown page responds 404 with a message", async ({ visitor, sarah }) => {
  await expectNotFound(visitor, "/no/such/page");
  await expectNotFound(sarah, "/no/such/page");
  await visitor.page.getByRole("link", { name: "Go to the home page" }).click();
  await expect(visitor.page).toHaveURL("/");
});

test("an unknown conversation responds 404", async ({ sarah }) => {
  for (const id of [UNKNOWN_ID, "not-an-id", "1"]) await expectNotFound(sarah, `/conversations/${id}`);
});

test("an unknown booking responds 404", async ({ sarah }) => {
  for (const id of [UNKNOWN_ID, "not-an-id"]) await expectNotFound(sarah, `/bookings/${id}`);
});

test("other people's conversations and bookings respond like unknown ones", async ({ kamau, safari, launch }) => {
  for (const stranger of [kamau, safari]) {
    await expectNotFound(stranger, launch.path);
    await expect(stranger.page.getByText(/Savanna|KICC|Sarah|Asante/)).toHaveCount(0);
    await expectNotFound(stranger, launch.booking);
    await expect(stranger.page.getByText(/Savanna|KICC|Sarah|Asante/)).toHaveCount(0);
  }
});

test("the booking form of an unknown talent responds 404", async ({ eventpro }) => {
  for (const id of [UNKNOWN_ID, "not-an-id"]) {
    eventpro.allowConsole(/status of 404/);
    expect(await eventpro.open(`/bookings/new?talent=${id}`)).toBe(404);
  }
});
