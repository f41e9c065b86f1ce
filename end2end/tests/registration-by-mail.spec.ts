import { expect, test } from "../support/fixtures.ts";
import { continueForm } from "../support/forms.ts";
import { extractLink } from "../support/smtp-server.ts";

test.use({ settings: async ({ smtpServer }, use) => use({ SMTP_URL: smtpServer.url }) });

const EMAIL = "wanja@example.net";
const PASSWORD = "a drum in the rain";

for (const role of ["Talent", "Organiser"]) {
  test(`${role}: registers by the form and the mailed link, and reaches the inbox`, async ({ visitor, smtpServer }) => {
    await visitor.open("/register");
    const { page } = visitor;
    await page.getByRole("link", { name: role, exact: true }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Wanja wa Ngoma");
    await continueForm(page);
    await page.getByRole("textbox", { name: "Email" }).fill(EMAIL);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(visitor.heading).toHaveText("Check your email");

    await expect.poll(() => smtpServer.mailsTo(EMAIL).length).toBe(1);
    await visitor.open(extractLink(smtpServer.mails[0]).href);
    await page.getByRole("button", { name: "Confirm email" }).click();
    await expect(page).toHaveURL("/inbox");
    await expect(page.getByText("No conversations yet")).toBeVisible();
    await expect(page.getByRole("link", { name: /Wanja wa Ngoma/ })).toBeVisible();
    const menu = page.getByRole("navigation", { name: "Main" });
    await expect(menu.getByRole("link", { name: "Find talent" })).toHaveCount(role === "Organiser" ? 1 : 0);
    expect(smtpServer.mails).toHaveLength(1);
  });
}
