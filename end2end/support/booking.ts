import type { Page } from "@playwright/test";

/** Opens the menu of the booking: on the ticket, which is in a sheet where it isn't beside the thread. */
export async function openBookingMenu(page: Page): Promise<void> {
  const strip = page.getByRole("button", { name: /^Booking details/ });
  if (await strip.isVisible()) await strip.click();
  await page.locator("details.menu > summary").click();
}

export async function acceptBooking(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Accept KES/ }).click();
  await page.getByRole("button", { name: "Yes, accept" }).click();
}

export async function declineBooking(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Decline", exact: true }).click();
  await page.getByRole("button", { name: "Yes, decline" }).click();
}

export async function cancelBooking(page: Page): Promise<void> {
  await openBookingMenu(page);
  await page.getByRole("button", { name: "Cancel booking" }).click();
  await page.getByRole("dialog", { name: "Cancel this booking?" }).getByRole("button", { name: "Cancel booking" }).click();
}
