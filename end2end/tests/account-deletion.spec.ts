import { PASSWORD } from "../support/demo-people.ts";
import { expect, test, type Person } from "../support/fixtures.ts";

async function deleteAccount(person: Person, password: string): Promise<void> {
  const section = person.section("Delete account");
  await section.getByText("I want to delete my account").click();
  await section.getByLabel("Your password").fill(password);
  await section.getByRole("button", { name: "Delete account" }).click();
}

test("deleting an account ends the session, and its messages stay under a placeholder name", async ({ sarah, eventpro, launch, javaScriptEnabled }) => {
  await eventpro.open(launch.path);
  await sarah.open("/settings");
  await expect(sarah.section("Delete account")).toContainText("This can't be undone.");
  await expect(sarah.section("Delete account").getByRole("button", { name: "Delete account" })).not.toBeVisible();
  await deleteAccount(sarah, PASSWORD);
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

test("a wrong password deletes nothing", async ({ sarah }) => {
  await sarah.open("/settings");
  await deleteAccount(sarah, "not the password");
  const section = sarah.section("Delete account");
  await expect(section.getByRole("alert")).toContainText("That isn't your password.");
  await expect(section.getByRole("alert")).toBeFocused();
  await sarah.open("/inbox");
  await expect(sarah.page).toHaveURL("/inbox");
});
