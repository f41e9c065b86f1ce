import type { Page } from "@playwright/test";
import { dateInDays } from "./dates.ts";

/** The values of the booking form. */
export type Inquiry = { title: string; date?: string; venue: string; fee: string; message: string };

/** Fills in and submits the sign-in form of a page. */
export async function submitSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Fills in and submits the booking form of a page. Without a date, the event is in 90 days. */
export async function submitInquiry(page: Page, { title, date = dateInDays(90), venue, fee, message }: Inquiry): Promise<void> {
  await page.getByLabel("What is the event?").fill(title);
  await page.getByLabel("On which day?").fill(date);
  await page.getByLabel("Where is it?").fill(venue);
  await page.getByLabel("Fee in Kenyan shillings").fill(fee);
  await page.getByLabel("Your message").fill(message);
  await page.getByRole("button", { name: "Send request" }).click();
}

/** Goes on to the next part of the registration form. Without JavaScript it has only one. */
export async function continueForm(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Continue" });
  if (await button.isVisible()) await button.click();
}
