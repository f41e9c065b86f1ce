import { DEMO_PEOPLE, PASSWORD } from "../support/demo-people.ts";
import { expect, test, type Person } from "../support/fixtures.ts";

/** Returns the accessible name of the focused element, with a marker if its focus outline isn't visible. */
async function focusedName({ page }: Person): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    // After the last tab stop, the focus leaves the page for the browser.
    if (element === document.body) return "";
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    const box = element.getBoundingClientRect();
    const inViewport = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    const label = document.getElementById(element.getAttribute("aria-labelledby") ?? "")?.textContent;
    const own = (element as HTMLInputElement).labels?.[0]?.textContent;
    const name = element.getAttribute("aria-label") ?? label ?? own ?? element.textContent?.trim();
    return `${name}${outlined && inViewport ? "" : " (focus not visible)"}`;
  });
}

/** Presses Tab until an element is reached. The focus must be visible at every stop. */
async function tabTo(person: Person, name: string | RegExp): Promise<void> {
  const stops: string[] = [];
  for (let stop = 0; stop < 25; stop++) {
    await person.page.keyboard.press("Tab");
    const now = await focusedName(person);
    expect(now).not.toMatch(/not visible/);
    if (typeof name === "string" ? now === name : name.test(now)) return;
    stops.push(now);
  }
  throw new Error(`${name} isn't among ${stops.join(", ")}`);
}

test("@js every function works by keyboard", async ({ visitor, apis, launch }) => {
  await visitor.open("/");
  const { page } = visitor;
  const { keyboard } = page;
  await tabTo(visitor, "Sign in");
  await keyboard.press("Enter");
  await expect(visitor.heading).toHaveText("Sign in");
  await tabTo(visitor, "Email");
  await keyboard.type(DEMO_PEOPLE.eventpro.email);
  await tabTo(visitor, "Password");
  await keyboard.type(PASSWORD);
  await keyboard.press("Enter");
  await expect(page).toHaveURL("/inbox");

  await tabTo(visitor, "Sarah Wanjiru");
  await keyboard.press("Enter");
  await expect(visitor.heading).toHaveText("Sarah Wanjiru");
  await tabTo(visitor, "Messages");
  await tabTo(visitor, "Message");
  await keyboard.type("By keyboard alone");
  await keyboard.press("Enter");
  await expect(visitor.thread.message("By keyboard alone")).toBeVisible();
  await expect(visitor.thread.composer).toBeFocused();
  await expect.poll(async () => (await apis.sarah.listMessages(launch.id)).at(-1)?.body).toBe("By keyboard alone");

  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await tabTo(visitor, /^Notifications/);
  await keyboard.press("Enter");
  await expect(visitor.heading).toHaveText("Notifications");
  await page.reload();
  await tabTo(visitor, "Sign out");
  await keyboard.press("Enter");
  await expect(page).toHaveURL("/signin");
});

test("the first tab stop skips to the content", async ({ sarah, launch }) => {
  await sarah.open(launch.path);
  await sarah.page.keyboard.press("Tab");
  await expect(sarah.page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await expect(sarah.page.getByRole("link", { name: "Skip to content" })).toBeInViewport();
  await sarah.page.keyboard.press("Enter");
  await sarah.page.keyboard.press("Tab");
  const inside = await sarah.page.evaluate(() => document.querySelector("main")?.contains(document.activeElement));
  expect(inside).toBe(true);
});
