import { expect, test } from "../support/fixtures.ts";
import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";

test("signing in leads to the inbox, signing out back to the door", async ({ visitor }) => {
  await visitor.open("/signin");
  await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(visitor.page).toHaveURL("/inbox");
  await expect(visitor.conversations.getByRole("link", { name: "EventPro Kenya" })).toBeVisible();

  await visitor.page.getByRole("button", { name: "Sign out" }).click();
  await expect(visitor.page).toHaveURL("/signin");
  await visitor.open("/inbox");
  await expect(visitor.page).toHaveURL("/signin?next=/inbox");
});

test("after signing out, going back shows nothing of what was there", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  await sarah.page.getByRole("button", { name: "Sign out" }).click();
  await expect(sarah.page).toHaveURL("/signin");
  await sarah.page.goBack();
  await expect(sarah.page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(sarah.page.getByText(launch.bodies.at(-1) ?? "")).toHaveCount(0);
});

test("a wrong password says so and keeps one on the page", async ({ visitor }) => {
  visitor.allowConsole(/status of 401 .*\/fn\/sign-in/);
  await visitor.open("/signin");
  await visitor.signIn(DEMO_PEOPLE.sarah.email, "not-the-password");
  await expect(visitor.page.getByRole("alert")).toContainText("That email and password don't match.");
  await expect(visitor.page).toHaveURL(/\/signin/);

  await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(visitor.page).toHaveURL("/inbox");
});

test("an unknown address is answered with the same words", async ({ visitor }) => {
  visitor.allowConsole(/status of 401 .*\/fn\/sign-in/);
  await visitor.open("/signin");
  await visitor.signIn("nobody@example.com", PASSWORD);
  await expect(visitor.page.getByRole("alert")).toContainText("That email and password don't match.");
});

test("signing in leads on to the page that was asked for", async ({ visitor, launch }) => {
  const wanted = `${launch.path}?before=9`;
  await visitor.open(wanted);
  await expect(visitor.page).toHaveURL(`/signin?next=${launch.path}%3Fbefore%3D9`);
  await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(visitor.page).toHaveURL(wanted);
});

for (const astray of ["https://evil.example/", "//evil.example/", "/\\evil.example/"]) {
  test(`signing in leads nowhere else, whatever the link said: ${astray}`, async ({ visitor, sarah }) => {
    const link = `/signin?next=${encodeURIComponent(astray)}`;
    await visitor.open(link);
    await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
    await expect(visitor.page).toHaveURL("/inbox");

    await sarah.open(link);
    await expect(sarah.page).toHaveURL("/inbox");
  });
}

test("every page sends whoever is signed out to the door first", async ({ visitor, launch }) => {
  for (const path of ["/inbox", "/notifications", "/talents", "/bookings/new", "/settings", launch.path, launch.booking]) {
    await visitor.open(path);
    await expect(visitor.page).toHaveURL(`/signin?next=${path}`);
  }
});

test("@js the password can be looked at", async ({ visitor }) => {
  await visitor.open("/signin");
  const password = visitor.page.getByLabel("Password");
  await password.fill("greenroom-demo");
  await expect(password).toHaveAttribute("type", "password");
  await visitor.page.getByRole("button", { name: "Show" }).click();
  await expect(password).toHaveAttribute("type", "text");
  await expect(password).toHaveValue("greenroom-demo");
  await visitor.page.getByRole("button", { name: "Hide" }).click();
  await expect(password).toHaveAttribute("type", "password");
});
