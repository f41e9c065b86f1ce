import { expect, test } from "../support/fixtures.ts";

test("a visitor sees a public profile, and signs in to ask about a date", async ({ visitor }) => {
  await visitor.open("/t/sarah-wanjiru");
  await expect(visitor.heading).toHaveText("Sarah Wanjiru");
  await expect(visitor.page.getByText("Photographer", { exact: true })).toBeVisible();
  await expect(visitor.page.getByText("Weddings and product launches")).toBeVisible();
  await expect(visitor.page.locator('meta[property="og:url"]')).toHaveAttribute("content", /\/t\/sarah-wanjiru$/);
  await visitor.page.getByRole("link", { name: "Ask about a date" }).click();
  await expect(visitor.page).toHaveURL(/\/signin\?next=\/bookings\/new%3Ftalent%3D/);
});

test("a talent edits their profile, hides it from visitors, and gets a new link", async ({ sarah, visitor, apis }) => {
  await sarah.open("/t/sarah-wanjiru");
  await sarah.page.getByRole("link", { name: "Edit profile" }).click();
  const profile = sarah.section("Profile");
  await profile.getByRole("textbox", { name: "Name", exact: true }).fill("Sarah W.");
  await profile.getByLabel("Only people who are signed in").check();
  await profile.getByLabel("Make a new one").check();
  await profile.getByRole("button", { name: "Save" }).click();
  await expect(profile.getByRole("link", { name: "/t/sarah-w" })).toBeVisible();
  expect((await apis.sarah.get("/api/account")).json).toMatchObject({ slug: "sarah-w", publicProfile: false });

  visitor.allowConsole(/status of 404/);
  expect(await visitor.open("/t/sarah-w")).toBe(404);
  expect(await visitor.open("/t/sarah-wanjiru")).toBe(404);
  await expect(visitor.heading).toHaveText("Page not found");
  expect(await sarah.open("/t/sarah-w")).toBe(200);
});

test("the menu leads a talent to their own profile, and from there to its settings", async ({ sarah }) => {
  await sarah.open("/bookings");
  const profile = sarah.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Profile" });
  await profile.click();
  await expect(sarah.heading).toHaveText("Sarah Wanjiru");
  await expect(profile).toHaveAttribute("aria-current", "page");
  await sarah.page.getByRole("link", { name: "Edit profile" }).click();
  await expect(sarah.heading).toHaveText("Settings");
  await expect(sarah.section("Profile")).toBeInViewport();
});

test("@js a link to a section of the settings moves the focus there", async ({ sarah }) => {
  await sarah.open("/t/me");
  await sarah.page.getByRole("link", { name: "Edit profile" }).click();
  await expect(sarah.section("Profile").getByRole("heading", { name: "Profile" })).toBeFocused();
});

test("a visitor signs in to see their own profile", async ({ visitor }) => {
  await visitor.open("/t/me");
  await expect(visitor.page).toHaveURL("/signin?next=/t/me");
});

test("another talent can't ask for a date", async ({ achieng }) => {
  await achieng.open("/t/sarah-wanjiru");
  await expect(achieng.heading).toHaveText("Sarah Wanjiru");
  await expect(achieng.page.getByRole("link", { name: "Ask about a date" })).toHaveCount(0);
});
