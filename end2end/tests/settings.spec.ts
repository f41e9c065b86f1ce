import { dateInDays } from "../support/dates.ts";
import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test, type Person } from "../support/fixtures.ts";

const NEW = "a quiet green room";

const clickButton = (person: Person, section: string, name: string) =>
  person.section(section).getByRole("button", { name, exact: true }).click();

/** Expects a status message: with JavaScript in the section of the form, without it at the top of the page. */
const expectStatus = (person: Person, text: string) =>
  expect(person.page.getByRole("main").getByRole("status").filter({ hasText: text })).toBeVisible();

test("the person's name links to the settings", async ({ sarah }) => {
  await sarah.open("/inbox");
  await sarah.page.getByRole("link", { name: "Sarah Wanjiru, Settings" }).click();
  await expect(sarah.page).toHaveURL("/settings");
  await expect(sarah.heading).toHaveText("Settings");
});

test("a saved profile shows on the pages of other people", async ({ sarah, eventpro, launch, javaScriptEnabled }) => {
  await eventpro.open(launch.path);
  await sarah.open("/settings");
  const profile = sarah.section("Profile");
  await profile.getByRole("textbox", { name: "Name", exact: true }).fill("Sarah W. <b>");
  await profile.getByLabel("What you do").selectOption("MC");
  await profile.getByLabel("Bio").fill("Weddings & launches.\n</textarea>");
  await clickButton(sarah, "Profile", "Save");
  await expectStatus(sarah, "Saved.");
  await expect(sarah.page.getByRole("link", { name: "Sarah W. <b>, Settings" })).toBeVisible();
  await sarah.open("/settings");
  await expect(profile.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("Sarah W. <b>");
  await expect(profile.getByLabel("What you do")).toHaveValue("mc");
  await expect(profile.getByLabel("Bio")).toHaveValue("Weddings & launches.\n</textarea>");

  if (javaScriptEnabled === false) await eventpro.open(launch.path);
  await expect(eventpro.heading).toHaveText("Sarah W. <b>");
  await expect(eventpro.conversations.getByRole("link", { name: "Sarah W. <b>" })).toBeVisible();
});

test("a talent removes craft and bio", async ({ sarah, apis }) => {
  await sarah.open("/settings");
  const profile = sarah.section("Profile");
  await expect(profile.getByLabel("What you do")).not.toHaveValue("");
  await profile.getByLabel("Bio").fill("");
  await profile.getByLabel("What you do").selectOption("");
  await clickButton(sarah, "Profile", "Save");
  await expectStatus(sarah, "Saved.");
  await sarah.open("/settings");
  await expect(profile.getByLabel("Bio")).toHaveValue("");
  await expect(profile.getByLabel("What you do")).toHaveValue("");
  expect((await apis.sarah.get("/api/account")).json).toMatchObject({ bio: "", craft: null });
});

test("a blank name shows an error in its own section only", async ({ eventpro }) => {
  eventpro.allowConsole(/status of 422 .*\/fn\/change-account/);
  await eventpro.open("/settings");
  await expect(eventpro.section("Profile").getByLabel("Bio")).toHaveCount(0);
  await eventpro.section("Profile").getByRole("textbox", { name: "Name", exact: true }).fill("   ");
  await clickButton(eventpro, "Profile", "Save");
  await expect(eventpro.section("Profile").getByRole("alert")).toContainText("Please fill this in.");
  await expect(eventpro.section("Profile").getByRole("alert")).toBeFocused();
  const mail = eventpro.section("Emails about unread messages");
  await expect(mail).toBeVisible();
  await expect(mail.getByRole("alert")).toHaveCount(0);
});

test("the delay of mails about unread messages is saved", async ({ sarah }) => {
  await sarah.open("/settings");
  const mail = sarah.section("Emails about unread messages");
  await mail.getByRole("radio", { name: "After a day" }).check();
  await clickButton(sarah, "Emails about unread messages", "Save");
  await expectStatus(sarah, "Saved.");
  await sarah.open("/settings");
  await expect(mail.getByRole("radio", { name: "After a day" })).toBeChecked();
});

test("an email address changes after its confirmation by mail", async ({ sarah, visitor, mailbox }) => {
  sarah.allowConsole(/status of 422 .*\/fn\/change-email/);
  const fresh = "sarah.w@example.com";
  await sarah.open("/settings");
  const email = sarah.section("Email");
  await email.getByLabel("New email").fill(fresh);
  await email.getByLabel("Your password").fill("not the password");
  await clickButton(sarah, "Email", "Change email");
  await expect(email.getByRole("alert")).toContainText("That isn't your password.");
  await expect(email.getByRole("alert")).toBeFocused();
  await email.getByLabel("New email").fill(fresh);
  await email.getByLabel("Your password").fill(PASSWORD);
  await clickButton(sarah, "Email", "Change email");
  await expectStatus(sarah, "we sent a link to confirm the new address");

  await sarah.open(await mailbox.findLink(fresh, "Confirm your new email address"));
  await sarah.page.getByRole("button", { name: "Confirm email" }).click();
  await expect(sarah.page).toHaveURL("/settings?done=verified");
  await expectStatus(sarah, "Your new email is confirmed.");
  await expect(email).toContainText(`You sign in with ${fresh}.`);
  expect((await mailbox.mailsTo(DEMO_PEOPLE.sarah.email))[0].subject).toBe("Your email address was changed");
  await visitor.open("/signin");
  await visitor.signIn(fresh, PASSWORD);
  await expect(visitor.page).toHaveURL("/inbox");
});

test("changing the password ends all other sessions", async ({ sarah, visitor, apis }) => {
  sarah.allowConsole(/status of 422 .*\/fn\/change-password/);
  const elsewhere = await apis.sarah.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
  await sarah.open("/settings");
  const password = sarah.section("Password");
  await password.getByLabel("Current password").fill("not the password");
  await password.getByLabel("New password").fill(NEW);
  await clickButton(sarah, "Password", "Change password");
  await expect(password.getByLabel("Current password")).toHaveAccessibleDescription(/That isn't your password/);
  await password.getByLabel("Current password").fill(PASSWORD);
  await password.getByLabel("New password").fill(NEW);
  await clickButton(sarah, "Password", "Change password");
  await expectStatus(sarah, "Your password is changed.");
  await expect(password.getByLabel("Current password")).toHaveValue("");
  await expect(sarah.section("Devices").getByRole("listitem")).toHaveCount(1);
  const response = await apis.sarah.request("GET", "/api/auth/session", undefined, { cookie: `greenroom=${elsewhere}` });
  expect(response.status).toBe(401);
  await visitor.open("/signin");
  await visitor.signIn(DEMO_PEOPLE.sarah.email, NEW);
  await expect(visitor.page).toHaveURL("/inbox");
});

test("another device can be signed out", async ({ sarah, visitor, javaScriptEnabled }) => {
  await visitor.open("/signin");
  await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(visitor.page).toHaveURL("/inbox");
  await sarah.open("/settings");
  const devices = sarah.section("Devices");
  await expect(devices.getByRole("listitem")).toHaveCount(2);
  await expect(devices.getByRole("listitem").filter({ hasText: "This device" }).getByRole("button")).toHaveCount(0);
  await devices.getByRole("button", { name: /^Sign out: Chrome on / }).click();
  await expect(devices.getByRole("listitem")).toHaveCount(1);
  // With JavaScript, the open page redirects by itself.
  if (javaScriptEnabled === false) await visitor.open("/inbox");
  await expect(visitor.page).toHaveURL("/signin?next=/inbox");
});

test("@js an access token is shown once, works, and can be revoked", async ({ sarah, visitor }) => {
  await sarah.open("/settings");
  const tokens = sarah.section("Access tokens");
  await tokens.getByLabel("Token name").fill("Calendar");
  await tokens.getByRole("radio", { name: "Read and write" }).check();
  await tokens.getByLabel("It expires after").selectOption("30 days");
  await clickButton(sarah, "Access tokens", "Create token");
  const secret = tokens.getByLabel("Your new token");
  await expect(secret).toBeFocused();
  await expect(tokens.getByRole("button", { name: "Copy" })).toBeVisible();
  const authorization = `Bearer ${await secret.inputValue()}`;
  const listConversations = () => visitor.api.request("GET", "/api/messages", undefined, { authorization });
  expect((await listConversations()).status).toBe(200);
  await expect(tokens.getByRole("listitem")).toContainText("Calendar");
  const ends = tokens.getByRole("listitem").locator("time").last();
  await expect(ends).toHaveAttribute("datetime", new RegExp(`^(${dateInDays(30)}|${dateInDays(29)})`));
  await expect(tokens.getByLabel("Token name")).toHaveValue("");

  await tokens.getByRole("button", { name: "Revoke: Calendar" }).click();
  await expect(tokens.getByRole("listitem")).toHaveCount(0);
  expect((await listConversations()).status).toBe(401);
  await sarah.open("/settings");
  await expect(secret).toHaveCount(0);
});

test("@no-js without JavaScript the page explains why no token can be created", async ({ sarah }) => {
  await sarah.open("/settings");
  // Text locators don't find content of noscript.
  await expect(sarah.section("Access tokens").locator("noscript p")).toBeVisible();
  await expect(sarah.section("Access tokens").getByRole("button")).toHaveCount(0);
});

test("all data can be downloaded", async ({ sarah }) => {
  await sarah.open("/settings");
  const [download] = await Promise.all([
    sarah.page.waitForEvent("download"),
    sarah.section("Your data").getByRole("link", { name: "Download your data" }).click(),
  ]);
  expect(await download.failure()).toBeNull();
});

test("unsubscribing with an invalid link shows an error", async ({ visitor }) => {
  visitor.allowConsole(/status of 422 .*\/fn\/unsubscribe/);
  await visitor.open("/unsubscribe?token=not-a-token");
  await visitor.page.getByRole("button", { name: "Stop these emails" }).click();
  await expect(visitor.page.getByRole("alert")).toContainText("This link was used before, or has expired.");
  await expect(visitor.page.getByRole("link", { name: "Change it in Settings" })).toBeVisible();
});
