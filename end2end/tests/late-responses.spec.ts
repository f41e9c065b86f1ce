import { dateInDays } from "../support/dates.ts";
import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test } from "../support/fixtures.ts";
import { holdRequests } from "../support/hold-requests.ts";
import { submitInquiry } from "../support/forms.ts";

// Responses to forms that come late, or never.

test("@js a late response to a form that was left doesn't navigate", async ({ eventpro, apis, launch }) => {
  const { id } = await apis.eventpro.findTalent("DJ Kamau");
  await eventpro.open(`/bookings/new?talent=${id}`);
  const { page, thread } = eventpro;
  const release = await holdRequests(page, "**/fn/open-booking");
  await submitInquiry(page, { title: "Late", date: dateInDays(40), venue: "KICC", fee: "5000", message: "Are you free?" });
  await page.getByRole("link", { name: "Greenroom" }).click();
  await eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" }).click();
  await thread.composer.pressSequentially("In mid-");
  const response = page.waitForResponse("**/fn/open-booking");
  release();
  await (await response).finished();
  // The booking was made and is in the list.
  await expect(eventpro.conversations.getByRole("link", { name: "DJ Kamau" })).toBeVisible();
  await thread.composer.pressSequentially("word");
  // Leaves a wrong navigation the time to happen. No event shows that there is none.
  await page.waitForTimeout(500);
  await expect(page).toHaveURL(launch.path);
  await expect(thread.composer).toHaveValue("In mid-word");
});

for (const [form, path] of [["sign-in", "/signin"], ["forgot", "/forgot"]]) {
  test(`@js the form ${form} times out without a response, and says that it may have been done`, async ({ visitor }) => {
    await visitor.open("/register");
    const { page } = visitor;
    await page.clock.install();
    await visitor.open(path);
    await page.route(`**/fn/${form}`, () => {});
    await page.getByRole("textbox", { name: "Email" }).fill(DEMO_PEOPLE.sarah.email);
    if (form === "sign-in") await page.getByLabel("Password").fill(PASSWORD);
    const button = page.locator("form [type=submit]");
    await button.click();
    await expect(button).toBeDisabled();
    await page.clock.fastForward("00:25");
    await expect(page.getByRole("alert")).toContainText("No answer came. It may have worked: check before you try again.");
    await expect(button).toBeEnabled();
  });
}

test("@js a booking request on a dead connection is resent on another, and creates one booking", async ({ eventpro, apis }) => {
  const { id } = await apis.eventpro.findTalent("DJ Kamau");
  await eventpro.open(`/bookings/new?talent=${id}`);
  const { page } = eventpro;
  let attempts = 0;
  await page.route("**/fn/open-booking", async (route) => {
    attempts += 1;
    if (attempts > 1) await route.continue();
  });
  await submitInquiry(page, { title: "Once", date: dateInDays(40), venue: "KICC", fee: "5000", message: "Are you free?" });
  await expect(eventpro.heading).toHaveText("DJ Kamau");
  expect((await apis.eventpro.listConversations()).filter(({ booking }) => booking.title === "Once")).toHaveLength(1);
});

test("@js a crafted link can't fill in the form that changes the address", async ({ sarah }) => {
  await sarah.open("/settings?__path=/fn/change-email&__err=InVucmVhY2hlZCI=&form=00112233445566778899aabbccddeeff");
  await expect(sarah.page.locator("#email-form-email")).toHaveValue("");
});
