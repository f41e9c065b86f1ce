import { PASSWORD } from "../support/demo-people.ts";
import { expect, test, type Person } from "../support/fixtures.ts";

async function leave(person: Person, password: string): Promise<void> {
  const part = person.section("Delete account");
  await part.getByText("I want to delete my account").click();
  await part.getByLabel("Your password").fill(password);
  await part.getByRole("button", { name: "Delete account" }).click();
}

test("an account ends, with a goodbye; what was written stays under another name", async ({ sarah, eventpro, launch, javaScriptEnabled }) => {
  await eventpro.open(launch.path);
  await sarah.open("/settings");
  await expect(sarah.section("Delete account")).toContainText("This can't be undone.");
  await expect(sarah.section("Delete account").getByRole("button", { name: "Delete account" })).not.toBeVisible();
  await leave(sarah, PASSWORD);
  await expect(sarah.page).toHaveURL("/?done=left");
  await expect(sarah.status).toContainText("Your account is deleted.");
  await sarah.open("/inbox");
  await expect(sarah.page).toHaveURL("/signin?next=/inbox");

  if (javaScriptEnabled === false) await eventpro.open(launch.path);
  await expect(eventpro.heading).toHaveText("Former member");
  await expect(eventpro.thread.log.getByText("Former member cancelled the booking")).toBeVisible();
  await expect(eventpro.thread.bubbles).toHaveText(launch.bodies);
  await expect(eventpro.page.getByText("Sarah Wanjiru")).toHaveCount(0);
});

test("with a wrong password nothing is deleted", async ({ sarah }) => {
  await sarah.open("/settings");
  await leave(sarah, "not the password");
  const part = sarah.section("Delete account");
  await expect(part.getByRole("alert")).toContainText("That isn't your password.");
  await expect(part.getByLabel("Your password")).toBeFocused();
  await sarah.open("/inbox");
  await expect(sarah.page).toHaveURL("/inbox");
});
