import type { Page } from "@playwright/test";

/** Fills in and submits the sign-in form of a page. */
export async function submitSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
