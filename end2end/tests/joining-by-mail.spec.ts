import { expect, test } from "../support/fixtures.ts";
import { linkIn } from "../support/post-office.ts";

test.use({ settings: async ({ office }, use) => use({ SMTP_URL: office.url }) });

const EMAIL = "wanja@example.net";
const PASSWORD = "a drum in the rain";

for (const role of ["Talent", "Organizer"]) {
  test(`${role}: from the form to the inbox, by the link in the mail`, async ({ visitor, office }) => {
    await visitor.open("/register");
    const { page } = visitor;
    await page.getByRole("radio", { name: role, exact: true }).check();
    await page.getByRole("textbox", { name: "Name" }).fill("Wanja wa Ngoma");
    await page.getByRole("textbox", { name: "Email" }).fill(EMAIL);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(visitor.heading).toHaveText("Check your mail");

    await expect.poll(() => office.to(EMAIL).length).toBe(1);
    await visitor.open(linkIn(office.mails[0]).href);
    await page.getByRole("button", { name: "Confirm address" }).click();
    await expect(page.getByText("Your email address is confirmed.")).toBeVisible();

    await visitor.signIn(EMAIL, PASSWORD);
    await expect(page).toHaveURL("/inbox");
    await expect(page.getByText("No conversations yet")).toBeVisible();
    await expect(page.getByRole("link", { name: /Wanja wa Ngoma/ })).toBeVisible();
    // Only organizers look for talent.
    const menu = page.getByRole("navigation", { name: "Main" });
    await expect(menu.getByRole("link", { name: "Find talent" })).toHaveCount(role === "Organizer" ? 1 : 0);
    expect(office.mails).toHaveLength(1);
  });
}
