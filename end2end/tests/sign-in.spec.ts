import { expect, test } from "../support/fixtures.ts";
import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";

test("signing in opens the inbox, signing out the sign-in page", async ({ visitor }) => {
  await visitor.open("/signin");
  await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(visitor.page).toHaveURL("/inbox");
  await expect(visitor.conversations.getByRole("link", { name: "EventPro Kenya" })).toBeVisible();

  await visitor.page.getByRole("button", { name: "Sign out" }).click();
  await expect(visitor.page).toHaveURL("/signin");
  await visitor.open("/inbox");
  await expect(visitor.page).toHaveURL("/signin?next=/inbox");
});

test("after signing out, going back shows no cached page", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  await sarah.page.getByRole("button", { name: "Sign out" }).click();
  await expect(sarah.page).toHaveURL("/signin");
  await sarah.page.goBack();
  await expect(sarah.page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(sarah.page.getByText(launch.bodies.at(-1) ?? "")).toHaveCount(0);
});

test("a wrong password shows an error on the sign-in page", async ({ visitor }) => {
  visitor.allowConsole(/status of 401 .*\/fn\/sign-in/);
  await visitor.open("/signin");
  await visitor.signIn(DEMO_PEOPLE.sarah.email, "not-the-password");
  await expect(visitor.page.getByRole("alert")).toContainText("That email and password don't match.");
  await expect(visitor.page).toHaveURL(/\/signin/);

  await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(visitor.page).toHaveURL("/inbox");
});

test("an unknown address shows the same error as a wrong password", async ({ visitor }) => {
  visitor.allowConsole(/status of 401 .*\/fn\/sign-in/);
  await visitor.open("/signin");
  await visitor.signIn("nobody@example.com", PASSWORD);
  await expect(visitor.page.getByRole("alert")).toContainText("That email and password don't match.");
});

test("signing in continues to the requested page", async ({ visitor, launch }) => {
  const requested = `${launch.path}?before=9`;
  await visitor.open(requested);
  await expect(visitor.page).toHaveURL(`/signin?next=${launch.path}%3Fbefore%3D9`);
  await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
  await expect(visitor.page).toHaveURL(requested);
});

for (const target of ["https://evil.example/", "//evil.example/", "/\\evil.example/"]) {
  test(`no open redirect after signing in: ${target}`, async ({ visitor, sarah }) => {
    const link = `/signin?next=${encodeURIComponent(target)}`;
    await visitor.open(link);
    await visitor.signIn(DEMO_PEOPLE.sarah.email, PASSWORD);
    await expect(visitor.page).toHaveURL("/inbox");

    await sarah.open(link);
    await expect(sarah.page).toHaveURL("/inbox");
  });
}

test("every private page redirects to sign-in without a session", async ({ visitor, launch }) => {
  for (const path of ["/inbox", "/notifications", "/talents", "/bookings/new", "/settings", launch.path, launch.booking]) {
    await visitor.open(path);
    await expect(visitor.page).toHaveURL(`/signin?next=${path}`);
  }
});

test("@js the password can be shown", async ({ visitor }) => {
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
