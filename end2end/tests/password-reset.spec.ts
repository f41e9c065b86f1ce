import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test } from "../support/fixtures.ts";

const NEW = "a quiet green room";

test("a password reset by mail sets the new password and ends all other sessions", async ({ visitor, sarah, mailbox }) => {
  visitor.allowConsole(/status of 401 .*\/fn\/sign-in/);
  await visitor.open("/signin");
  await visitor.page.getByRole("link", { name: "Forgot your password?" }).click();
  await visitor.page.getByRole("textbox", { name: "Email" }).fill(DEMO_PEOPLE.sarah.email);
  await visitor.page.getByRole("button", { name: "Send link" }).click();
  await expect(visitor.page).toHaveURL("/forgot?sent=1");
  await expect(visitor.status).toContainText("a link is on its way");

  await visitor.open(await mailbox.findLink(DEMO_PEOPLE.sarah.email, "Choose a new password"));
  await visitor.page.getByLabel("New password").fill(NEW);
  await visitor.page.getByRole("button", { name: "Set password" }).click();
  await expect(visitor.page).toHaveURL("/signin?done=reset");
  await expect(visitor.status).toContainText("Your new password is set.");
  await sarah.open("/inbox");
  await expect(sarah.page).toHaveURL("/signin?next=/inbox");

  await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(visitor.page.getByRole("alert")).toContainText("don't match");
  await expect(visitor.status).toBeEmpty();
  await visitor.signIn(DEMO_PEOPLE.sarah.email, NEW);
  await expect(visitor.page).toHaveURL("/inbox");
});

test("an unknown address gets the same response and no mail", async ({ visitor, mailbox }) => {
  await visitor.open("/forgot");
  await visitor.page.getByRole("textbox", { name: "Email" }).fill("nobody@example.com");
  await visitor.page.getByRole("button", { name: "Send link" }).click();
  await expect(visitor.status).toContainText("a link is on its way");
  expect(await mailbox.mailsTo("nobody@example.com")).toHaveLength(0);
});

test("a rejected password leaves the link valid; a used link is invalid", async ({ visitor, mailbox }) => {
  visitor.allowConsole(/status of 422 .*\/fn\/reset/);
  await visitor.open("/forgot");
  await visitor.page.getByRole("textbox", { name: "Email" }).fill(DEMO_PEOPLE.kamau.email);
  await visitor.page.getByRole("button", { name: "Send link" }).click();
  await expect(visitor.status).toContainText("a link is on its way");
  const link = await mailbox.findLink(DEMO_PEOPLE.kamau.email, "Choose a new password");

  await visitor.open(link);
  const password = visitor.page.getByLabel("New password");
  await password.fill("password1");
  await visitor.page.getByRole("button", { name: "Set password" }).click();
  await expect(password).toHaveAccessibleDescription(/This password is too common/);
  await expect(visitor.page.getByRole("alert")).toBeFocused();
  await password.fill(NEW);
  await visitor.page.getByRole("button", { name: "Set password" }).click();
  await expect(visitor.page).toHaveURL("/signin?done=reset");

  await visitor.open(link);
  await visitor.page.getByLabel("New password").fill(NEW);
  await visitor.page.getByRole("button", { name: "Set password" }).click();
  await expect(visitor.heading).toHaveText("This link doesn't work any more");
  await visitor.page.getByRole("link", { name: "Get a new link" }).click();
  await expect(visitor.page).toHaveURL("/forgot");
});
