import { expect, test, type Person } from "../support/fixtures.ts";

const PHONE = { width: 360, height: 740 };

const menuOf = ({ page }: Person) => page.getByRole("navigation", { name: "Main" });
const signOutOf = ({ page }: Person) => page.getByRole("button", { name: "Sign out", exact: true });

test("a phone has the navigation at the bottom, but not in a thread", async ({ sarah }) => {
  await sarah.open("/inbox");
  await sarah.page.setViewportSize(PHONE);
  const menu = menuOf(sarah);
  await expect(menu.getByRole("link")).toHaveText(["Inbox", "Bookings", "Profile", "You"]);
  await expect(menu.getByRole("link", { name: "Inbox" })).toHaveAttribute("aria-current", "page");
  await expect(menu.locator("[aria-current]")).toHaveCount(1);
  const box = await menu.boundingBox();
  expect(box && box.y + box.height).toBe(PHONE.height);
  await expect(signOutOf(sarah)).toHaveCount(0);

  await sarah.conversations.getByRole("link").first().click();
  await expect(sarah.heading).toHaveText("EventPro Kenya");
  await expect(menu).toBeHidden();
});

test("on a phone the settings have the button to sign out", async ({ eventpro }) => {
  await eventpro.open("/inbox");
  await eventpro.page.setViewportSize(PHONE);
  await expect(menuOf(eventpro).getByRole("link")).toHaveText([/^Inbox/, "Find talent", "Bookings", "You"]);
  await menuOf(eventpro).getByRole("link", { name: /^You/ }).click();
  await expect(eventpro.heading).toHaveText("Settings");
  await signOutOf(eventpro).click();
  await expect(eventpro.page).toHaveURL("/signin");
});

test("a wide screen has a rail with the navigation, the bell and the button to sign out", async ({ sarah }) => {
  await sarah.open("/settings");
  for (const width of [740, 1024, 1440]) {
    await sarah.page.setViewportSize({ width, height: 500 });
    const [menu, main] = await Promise.all([menuOf(sarah).boundingBox(), sarah.page.getByRole("main").boundingBox()]);
    expect(menu && main && menu.x + menu.width <= main.x, `${width} px`).toBe(true);
    for (const item of [sarah.bell, signOutOf(sarah), ...(await menuOf(sarah).getByRole("link").all())]) {
      await expect(item).toBeInViewport({ ratio: 1 });
    }
  }
});

// As wide, measured in letters, as a phone with its text enlarged to 150 %.
test("enlarged text moves the navigation to the end of the page, two by two", async ({ sarah }) => {
  await sarah.open("/notifications");
  await sarah.page.setViewportSize({ width: 240, height: 490 });
  const boxes = await Promise.all((await menuOf(sarah).getByRole("link").all()).map((link) => link.boundingBox()));
  expect(new Set(boxes.map((box) => box?.y)).size).toBe(2);
  const main = await sarah.page.getByRole("main").boundingBox();
  expect(main && boxes.every((box) => box && box.y >= main.y + main.height)).toBe(true);
  expect(await sarah.page.evaluate(() => document.documentElement.scrollWidth)).toBe(240);
});
