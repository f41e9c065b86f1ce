import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { executeSql } from "../support/database.ts";
import { expect, test, type Person } from "../support/fixtures.ts";
import { continueForm } from "../support/forms.ts";

// The address is in the fragment, which no server sees.
const VERIFY = /\/verify(#|$)/;
const CONFIRMED = /\/signin\?done=verified(#|$)/;
const AMINA = { name: "Amina Live", email: "amina@example.com", password: "seven drums at dawn" };

async function fillForm({ page }: Person, { name, email, password } = AMINA): Promise<void> {
  await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await continueForm(page);
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
}

const submit = ({ page }: Person) => page.getByRole("button", { name: "Create account" }).click();

test("a person chooses a role, registers, and is signed in by the mailed link in the same browser", async ({ visitor, mailbox }) => {
  await visitor.open("/register");
  await visitor.page.getByRole("link", { name: "Talent" }).click();
  await expect(visitor.page).toHaveURL("/register?role=talent");
  await expect(visitor.page.getByText("You join as talent.")).toBeVisible();
  await visitor.page.getByLabel("What you do").selectOption("Band");
  await fillForm(visitor);
  await submit(visitor);
  await expect(visitor.heading).toHaveText("Check your email");
  await expect(visitor.page).toHaveURL(VERIFY);

  const link = await mailbox.findLink(AMINA.email, "Confirm your email address");
  await visitor.open(link);
  await visitor.page.getByRole("button", { name: "Confirm email" }).click();
  await expect(visitor.page).toHaveURL("/inbox");
  await expect(visitor.page.getByRole("heading", { name: "Get found" })).toBeVisible();
  await expect(visitor.page.getByRole("link", { name: /\/t\/amina-live$/ })).toBeVisible();
  await expect(visitor.page.getByRole("link", { name: "Amina Live, Settings" })).toBeVisible();
});

test("@js the page after registration names the address, and another browser's sign-in form has it", async ({ visitor, apis, mailbox }) => {
  await visitor.open("/register?role=organizer");
  await fillForm(visitor);
  await submit(visitor);
  await expect(visitor.page.getByText(`We sent a link to ${AMINA.email}.`)).toBeVisible();
  await expect(visitor.page.getByRole("textbox", { name: "Email" })).toHaveValue(AMINA.email);
  await expect(visitor.page.getByRole("link", { name: "Change" })).toHaveAttribute("href", "/register");

  // A conflict: the link asks for the profile, and no longer signs in.
  const attacker = { email: AMINA.email, password: "the attacker's own", name: "Not Amina", role: "organizer" };
  await apis.sarah.request("POST", "/api/auth/register", attacker);
  await visitor.open(await mailbox.findLink(AMINA.email, "Confirm your email address"));
  await visitor.page.getByRole("radio", { name: "Organiser" }).check();
  await visitor.page.getByRole("textbox", { name: "Name", exact: true }).fill(AMINA.name);
  await visitor.page.getByLabel("Password", { exact: true }).fill(AMINA.password);
  await visitor.page.getByRole("button", { name: "Confirm email" }).click();
  await expect(visitor.status).toContainText("Email confirmed.");
  await expect(visitor.page.getByRole("textbox", { name: "Email" })).toHaveValue(AMINA.email);
});

test("@js the address leaves the URL once it is read, and other text in its place isn't shown", async ({ visitor }) => {
  await visitor.open("/verify#email=amina%40example.com");
  await expect(visitor.page.getByText("We sent a link to amina@example.com.")).toBeVisible();
  await expect(visitor.page).toHaveURL("/verify");
  await visitor.open("/signin?done=verified#email=amina%40example.com");
  await expect(visitor.page.getByRole("textbox", { name: "Email" })).toHaveValue(AMINA.email);
  await expect(visitor.page).toHaveURL("/signin?done=verified");
  await visitor.open("/verify#email=you.%20Your%20account%20is%20locked,%20call%20%2B254%20700%20000%20000");
  await expect(visitor.page).toHaveURL("/verify");
  await expect(visitor.heading).toHaveText("Check your email");
  await expect(visitor.page.getByText("locked")).toHaveCount(0);
});

test("@js each part of the form is a step, and an error leads back to its step", async ({ visitor }) => {
  await visitor.open("/register?role=talent");
  const { page } = visitor;
  await expect(visitor.status.first()).toHaveText("2 of 3");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill(" ");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveAttribute("aria-invalid", "true");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill(AMINA.name);
  await page.keyboard.press("Enter");
  await expect(visitor.status.first()).toHaveText("3 of 3");
  await expect(page.getByRole("textbox", { name: "Email" })).toBeFocused();
  await page.getByRole("button", { name: "Back" }).click();
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue(AMINA.name);
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toBeFocused();
});

test("sign-in needs a confirmed address, and opening the link alone confirms nothing", async ({ visitor, mailbox }) => {
  visitor.allowConsole(/status of 403 .*\/fn\/sign-in/);
  await visitor.open("/register?role=organizer");
  await fillForm(visitor);
  await submit(visitor);
  await expect(visitor.heading).toHaveText("Check your email");
  await visitor.open(await mailbox.findLink(AMINA.email, "Confirm your email address"));
  await expect(visitor.page.getByRole("button", { name: "Confirm email" })).toBeVisible();

  await visitor.open("/signin");
  await visitor.signIn(AMINA.email, AMINA.password);
  await expect(visitor.page.getByRole("alert")).toContainText("Confirm your email first");
  await visitor.page.getByRole("link", { name: "Send the link again" }).click();
  await expect(visitor.heading).toHaveText("Check your email");
  await visitor.page.getByRole("textbox", { name: "Email" }).fill(AMINA.email);
  await visitor.page.getByRole("button", { name: "Send again" }).click();
  await expect(visitor.page).toHaveURL(/\/verify\?again=1(#|$)/);
  await expect(visitor.status).toContainText("a new link is on its way");
  expect(await mailbox.mailsTo(AMINA.email)).toHaveLength(2);
});

test("an address registered by an attacker: the person who confirms by mail sets name, role and password", async ({
  visitor,
  apis,
  mailbox,
}) => {
  visitor.allowConsole(/status of (401|422) .*\/fn\/(sign-in|verify)/);
  const attacker = { email: AMINA.email, password: "the attacker's own", name: "Not Amina", role: "organizer" };
  await apis.sarah.request("POST", "/api/auth/register", attacker);
  await visitor.open(await mailbox.findLink(AMINA.email, "Confirm your email address"));
  const { page } = visitor;
  await page.getByRole("radio", { name: "Talent" }).check();
  await page.getByLabel("What you do").selectOption("Band");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill(AMINA.name);
  await page.getByLabel("Password", { exact: true }).fill("password1");
  await page.getByRole("button", { name: "Confirm email" }).click();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/This password is too common/);
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue(AMINA.name);
  await expect(page.getByLabel("What you do")).toHaveValue("band");
  await page.getByLabel("Password", { exact: true }).fill(AMINA.password);
  await page.getByRole("button", { name: "Confirm email" }).click();
  await expect(page).toHaveURL(CONFIRMED);

  await visitor.signIn(AMINA.email, attacker.password);
  await expect(page.getByRole("alert")).toContainText("don't match");
  await visitor.signIn(AMINA.email, AMINA.password);
  await expect(page).toHaveURL("/inbox");
  await expect(page.getByRole("link", { name: "Amina Live, Settings" })).toBeVisible();
});

test("a second registration of the address makes the confirmation page ask for name and role", async ({ visitor, apis, mailbox }) => {
  visitor.allowConsole(/status of 422 .*\/fn\/verify/);
  await visitor.open("/register?role=talent");
  await fillForm(visitor);
  await submit(visitor);
  await expect(visitor.heading).toHaveText("Check your email");
  await visitor.open(await mailbox.findLink(AMINA.email, "Confirm your email address"));
  await expect(visitor.page.getByRole("button", { name: "Confirm email" })).toBeVisible();
  const attacker = { email: AMINA.email, password: "the attacker's own", name: "Not Amina", role: "organizer" };
  await apis.sarah.request("POST", "/api/auth/register", attacker);
  await visitor.open(await mailbox.findLink(AMINA.email, "Confirm your email address"));
  await expect(visitor.page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("");
  await expect(visitor.page.getByRole("radio", { name: "Organiser" })).not.toBeChecked();
});

test("registering on a known device keeps its cookie, and the confirmation page asks for the name", async ({ sarah, site, mailbox }) => {
  // The session expires, and the browser keeps its cookie.
  executeSql(site, "UPDATE session SET expires_at = 0");
  await sarah.open("/register?role=organizer");
  const cookieValues = async () => (await sarah.page.context().cookies()).map(({ value }) => value);
  const before = await cookieValues();
  await fillForm(sarah);
  await submit(sarah);
  await expect(sarah.heading).toHaveText("Check your email");
  expect(await cookieValues()).toEqual(before);
  await sarah.open(await mailbox.findLink(AMINA.email, "Confirm your email address"));
  await expect(sarah.page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("");
});

test("a confirmation link of another account names that account, not the signed-in one", async ({ sarah, apis, mailbox }) => {
  await apis.kamau.request("POST", "/api/account/email", { email: "kamau.new@example.com", password: PASSWORD });
  await sarah.open(await mailbox.findLink("kamau.new@example.com", "Confirm your new email address"));
  await expect(sarah.page.getByText("This link belongs to the account d•••@example.com.")).toBeVisible();
  await sarah.page.getByRole("button", { name: "Confirm email" }).click();
  await expect(sarah.heading).toHaveText("The email of the other account is confirmed.");
  await expect(sarah.page.getByText("Your new email address")).toHaveCount(0);
});

test("the account type can be changed before the first booking", async ({ achieng, sarah }) => {
  await achieng.open("/settings");
  const profile = achieng.section("Profile");
  await profile.getByRole("radio", { name: "Organiser" }).check();
  await profile.getByRole("button", { name: "Change account type" }).click();
  await expect(achieng.page).toHaveURL("/settings?done=role");
  await expect(achieng.page.getByText("Your account type is changed.")).toBeVisible();
  await expect(achieng.page.getByRole("link", { name: "Find talent" })).toBeVisible();
  await sarah.open("/settings");
  await expect(sarah.section("Profile").getByRole("button", { name: "Change account type" })).toHaveCount(0);
});

test("a confirmation link works once, and then offers a new one", async ({ visitor, mailbox }) => {
  visitor.allowConsole(/status of 422 .*\/fn\/verify/);
  await visitor.open("/register?role=organizer");
  await fillForm(visitor);
  await submit(visitor);
  await expect(visitor.heading).toHaveText("Check your email");
  const link = await mailbox.findLink(AMINA.email, "Confirm your email address");
  await visitor.open(link);
  await visitor.page.getByRole("button", { name: "Confirm email" }).click();
  await expect(visitor.page).toHaveURL("/inbox");

  await visitor.open(link);
  await visitor.page.getByRole("button", { name: "Confirm email" }).click();
  await expect(visitor.heading).toHaveText("This link doesn't work any more");
  await visitor.page.getByRole("link", { name: "Get a new link" }).click();
  await expect(visitor.page).toHaveURL("/verify");
  await expect(visitor.heading).toHaveText("Check your email");
});

test("registering an existing account gets the same response, and a mail that says so", async ({ visitor, mailbox }) => {
  await visitor.open("/register?role=talent");
  await fillForm(visitor, { ...AMINA, email: DEMO_PEOPLE.sarah.email });
  await submit(visitor);
  await expect(visitor.heading).toHaveText("Check your email");
  const [mail] = await mailbox.mailsTo(DEMO_PEOPLE.sarah.email);
  expect(mail.subject).toBe("You already have an account");
});

test("a common password is rejected at its field and in a summary, which gets the focus", async ({ visitor }) => {
  visitor.allowConsole(/status of 422 .*\/fn\/register/);
  await visitor.open("/register?role=talent");
  await fillForm(visitor, { ...AMINA, password: "password1" });
  await submit(visitor);
  const password = visitor.page.getByLabel("Password", { exact: true });
  await expect(password).toHaveAccessibleDescription(/This password is too common/);
  await expect(password).toHaveAttribute("aria-invalid", "true");
  const summary = visitor.page.getByRole("alert");
  await expect(summary).toBeFocused();
  await summary.getByRole("link", { name: "Password: This password is too common. Choose another." }).click();
  await expect(password).toBeFocused();
});

test("@js each validation error is at its field and in a summary, which has the focus, and all values stay", async ({ visitor }) => {
  visitor.allowConsole(/status of 422 .*\/fn\/register/);
  await visitor.open("/register?role=talent");
  await fillForm(visitor, { ...AMINA, email: "amina@localhost@x", password: "short" });
  await submit(visitor);
  await expect(visitor.page.getByRole("alert")).toContainText("There's a problem");
  await expect(visitor.page.getByRole("alert")).toBeFocused();
  await expect(visitor.page.getByRole("alert").getByRole("link")).toHaveText(["Email: Enter an email address like name@example.com.", /^Password: /]);
  await expect(visitor.page.getByRole("textbox", { name: "Email" })).toHaveAttribute("aria-invalid", "true");
  await expect(visitor.page.getByRole("textbox", { name: "Email" })).toHaveValue("amina@localhost@x");
  await expect(visitor.page.getByLabel("Password", { exact: true })).toHaveValue("short");
});

test("the craft field shows only for talent", async ({ visitor }) => {
  await visitor.open("/register?role=organizer");
  await expect(visitor.page.getByRole("textbox", { name: "Name", exact: true })).toBeVisible();
  await expect(visitor.page.getByLabel("What you do")).toHaveCount(0);
  await visitor.page.getByRole("link", { name: "Change" }).click();
  await visitor.page.getByRole("link", { name: "Talent" }).click();
  await expect(visitor.page.getByLabel("What you do")).toBeVisible();
});

test("@js the password strength is shown while typing", async ({ visitor }) => {
  await visitor.open("/register?role=organizer");
  await visitor.page.getByRole("textbox", { name: "Name", exact: true }).fill(AMINA.name);
  await continueForm(visitor.page);
  const password = visitor.page.getByLabel("Password", { exact: true });
  for (const [text, description] of [
    ["short", /Too short/],
    ["aaaaaaaaaa", /Weak/],
    ["seven drums", /Fair/],
    [AMINA.password, /Strong/],
  ] as [string, RegExp][]) {
    await password.fill(text);
    await expect(password).toHaveAccessibleDescription(description);
  }
});

test("registration and password reset redirect signed-in people to the inbox", async ({ sarah }) => {
  for (const path of ["/register", "/forgot"]) {
    await sarah.open(path);
    await expect(sarah.page).toHaveURL("/inbox");
  }
});
