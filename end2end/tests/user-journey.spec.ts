import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test } from "../support/fixtures.ts";
import { submitInquiry } from "../support/forms.ts";

// Each test expects an empty console. This one visits many pages in one session.
test("a session through many pages leaves the console empty", async ({ visitor, sarah, apis, launch }) => {
  await visitor.open("/");
  const { page } = visitor;
  await page.getByRole("link", { name: "Sign in" }).click();
  await visitor.signIn(DEMO_PEOPLE.eventpro.email, PASSWORD);

  await visitor.conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
  await expect(visitor.heading).toHaveText("Sarah Wanjiru");
  await visitor.thread.sendMessage("Good morning");
  await expect(visitor.thread.message("Good morning")).toBeVisible();
  await apis.sarah.sendMessage(launch.id, "And to you");
  await visitor.bell.click();
  await expect(page.getByText("And to you").first()).toBeVisible();

  await page.getByRole("link", { name: "Find talent" }).click();
  await page.getByRole("link", { name: "MC Achieng" }).click();
  await page.getByRole("link", { name: "Ask about a date" }).click();
  await submitInquiry(page, { title: "Closing night", venue: "Alliance Française", fee: "25000", message: "Will you close the year with us?" });
  await expect(visitor.heading).toHaveText("MC Achieng");

  await page.getByRole("link", { name: "Greenroom" }).click();
  await expect(visitor.conversations.getByRole("link")).toHaveCount(2);
  await page.goBack();
  await expect(visitor.heading).toHaveText("MC Achieng");
  await page.reload();
  await expect(visitor.thread.message("Will you close the year with us?")).toBeVisible();

  await sarah.open(launch.path);
  await expect(sarah.thread.message("Good morning")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/signin");
});
