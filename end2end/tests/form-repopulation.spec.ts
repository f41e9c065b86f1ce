import { expect, test } from "../support/fixtures.ts";

test("@no-js a rejected form keeps its values, except the password", async ({ visitor }) => {
  visitor.allowConsole(/status of 4/);
  await visitor.open("/register?role=talent");
  const { page } = visitor;
  await page.getByLabel("Craft").selectOption("Band");
  await page.getByRole("textbox", { name: "Name" }).fill("Wambui & Daughters");
  await page.getByRole("textbox", { name: "Email" }).fill("wambui@example.com");
  await page.getByLabel("Password", { exact: true }).fill("password123");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("Many people use this password").first()).toBeVisible();
  await expect(page.getByLabel("Craft")).toHaveValue("band");
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("Wambui & Daughters");
  await expect(page.getByRole("textbox", { name: "Email" })).toHaveValue("wambui@example.com");
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  expect(page.url()).not.toContain("password123");
  await page.getByLabel("Password", { exact: true }).fill("matatu rain velvet");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/verify(#|$)/);
});
