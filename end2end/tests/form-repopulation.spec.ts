import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test, type Person } from "../support/fixtures.ts";
import { continueForm, submitInquiry, submitSignIn } from "../support/forms.ts";
import { holdRequests } from "../support/hold-requests.ts";

const WASM = "**/pkg/*.wasm";

const fillRegistration = async ({ page }: Person, password: string) => {
  await page.getByLabel("What you do").selectOption("Band");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Wambui & Daughters");
  await continueForm(page);
  await page.getByRole("textbox", { name: "Email" }).fill("wambui@example.com");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
};

test("@no-js a rejected form keeps its values, except the password, and none is in its address", async ({ visitor }) => {
  visitor.allowConsole(/status of 4/);
  await visitor.open("/register?role=talent");
  const { page } = visitor;
  await fillRegistration(visitor, "password123");
  const summary = page.getByRole("alert");
  await expect(summary).toContainText("There's a problem");
  await expect(summary).toBeFocused();
  await expect(page.getByLabel("What you do")).toHaveValue("band");
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("Wambui & Daughters");
  await expect(page.getByRole("textbox", { name: "Email" })).toHaveValue("wambui@example.com");
  const password = page.getByLabel("Password", { exact: true });
  await expect(password).toHaveValue("");
  expect(page.url()).toContain("form=");
  expect(page.url()).not.toMatch(/password123|wambui|daughters/i);
  await summary.getByRole("link", { name: /^Password: This password is too common/ }).click();
  await expect(password).toBeFocused();
  await password.fill("matatu rain velvet");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/verify(#|$)/);
});

test("@no-js what was typed comes back after the session ended and its person signed in again", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(/status of 4/);
  await sarah.open(launch.path);
  await sarah.thread.composer.fill("A long letter\nin two lines");
  await apis.sarah.signOut();
  await sarah.thread.sendButton.click();
  await expect(sarah.page).toHaveURL(/\/signin/);
  await submitSignIn(sarah.page, DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(sarah.heading).toHaveText("EventPro Kenya");
  await expect(sarah.thread.composer).toHaveValue("A long letter\nin two lines");
  await expect(sarah.page.getByRole("alert")).toHaveText("");
  await sarah.thread.sendButton.click();
  await expect(sarah.thread.composer).toHaveValue("");
  await expect(sarah.thread.log.getByText("A long letter")).toHaveCount(1);
});

test("@js when a page with a refused form comes alive, the focus and the typing stay in their field", async ({ visitor }) => {
  visitor.allowConsole(/status of 4/);
  await visitor.open("/");
  const { page } = visitor;
  const release = await holdRequests(page, WASM);
  await page.goto("/register?role=talent", { waitUntil: "commit" });
  await fillRegistration(visitor, "password123");
  await expect(page.getByRole("alert")).toContainText("There's a problem");
  const email = page.getByRole("textbox", { name: "Email" });
  await expect(email).toHaveValue("wambui@example.com");
  await email.fill("");
  await email.pressSequentially("wambui@");
  await expect(page.locator("html")).not.toHaveAttribute("data-hydrated", "");
  release();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  // What moves the focus does so in the frame after hydration.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.keyboard.type("other.example");
  await expect(email).toBeFocused();
  await expect(email).toHaveValue("wambui@other.example");
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("Wambui & Daughters");
});

test("@js required fields that are empty are named at once, without a request", async ({ visitor }) => {
  await visitor.open("/signin");
  const { page } = visitor;
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.getByRole("button", { name: "Sign in" }).click();
  const summary = page.getByRole("alert");
  await expect(summary).toBeFocused();
  await expect(summary.getByRole("link")).toHaveText(["Email: Enter your email address.", "Password: Enter your password."]);
  await summary.getByRole("link", { name: /^Email/ }).click();
  await expect(page.getByRole("textbox", { name: "Email" })).toBeFocused();
  expect(requests.filter((url) => url.includes("/fn/sign-in"))).toEqual([]);
});

test("@js a failed sign-in by button moves the focus to the reason, and two clicks in one tick send once", async ({ visitor }) => {
  visitor.allowConsole(/status of 401/);
  await visitor.open("/signin");
  const { page } = visitor;
  let requests = 0;
  page.on("request", (request) => (requests += Number(request.url().endsWith("/fn/sign-in"))));
  await page.getByRole("textbox", { name: "Email" }).fill(DEMO_PEOPLE.sarah.email);
  await page.getByLabel("Password").fill("not the password");
  const button = page.getByRole("button", { name: "Sign in" });
  await button.evaluate((button: HTMLButtonElement) => {
    button.focus();
    button.click();
    button.click();
  });
  await expect(page.getByRole("alert")).toContainText("don't match");
  await expect(page.getByRole("alert")).toBeFocused();
  expect(requests).toBe(1);
});

test("@js a button keeps the focus while its form is pending", async ({ visitor }) => {
  await visitor.open("/forgot");
  const { page } = visitor;
  const release = await holdRequests(page, "**/fn/forgot");
  await page.getByRole("textbox", { name: "Email" }).fill(DEMO_PEOPLE.sarah.email);
  const button = page.locator("form [type=submit]");
  await button.click();
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toBeFocused();
  release();
  await expect(visitor.status).toContainText("a link is on its way");
});

test("@js two clicks in one tick send one booking request", async ({ eventpro, apis }) => {
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  await eventpro.open(`/bookings/new?talent=${id}`);
  await eventpro.page.evaluate(() => {
    const submit = HTMLFormElement.prototype.requestSubmit;
    addEventListener("click", ({ target }) => {
      const form = (target as Element).closest<HTMLFormElement>("#new-booking");
      if (form && (target as Element).closest("button")) submit.call(form);
    });
  });
  await submitInquiry(eventpro.page, { title: "Once", venue: "KICC", fee: "5000", message: "Are you free?" });
  await expect(eventpro.heading).toHaveText("MC Achieng");
  expect(await apis.achieng.listConversations()).toHaveLength(1);
});

test("@js pasted text isn't cut: a counter says how much is too much", async ({ eventpro, apis }) => {
  eventpro.allowConsole(/status of 422/);
  const { id } = await apis.eventpro.findTalent("MC Achieng");
  await eventpro.open(`/bookings/new?talent=${id}`);
  const { page } = eventpro;
  const title = page.getByLabel("What is the event?");
  // Each of these counts as one character, and as two UTF-16 units.
  const pasted = "💃".repeat(130);
  await title.focus();
  await page.keyboard.insertText(pasted);
  await expect(title).toHaveValue(pasted);
  await expect(title).toHaveAccessibleDescription(/\d+ characters too many/);
  await title.fill("💃");
  await expect(title).not.toHaveAccessibleDescription(/too many/);
});
