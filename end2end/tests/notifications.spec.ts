import { expect, test } from "../support/fixtures.ts";

test("the bell opens the notifications, and a notification opens its conversation", async ({ kamau, apis }) => {
  const { id } = await apis.eventpro.findTalent("DJ Kamau");
  const { conversation } = await apis.eventpro.openBooking(id, "Rooftop party", "Do you play on a rooftop?");
  await apis.eventpro.sendMessage(conversation.id, "It has a roof over it, too.");

  await kamau.open("/inbox");
  await expect(kamau.bell).toHaveAccessibleName(/^Notifications, \d+ unread$/);
  await kamau.bell.click();
  await expect(kamau.page).toHaveURL("/notifications");
  const list = kamau.page.getByRole("list", { name: "Notifications" });
  const newest = list.getByRole("listitem").first();
  await expect(newest).toContainText("New message from EventPro Kenya");
  await expect(newest).toContainText("It has a roof over it, too.");
  await expect(newest).toContainText("Unread");
  await expect(list.getByText("New request from EventPro Kenya")).toBeVisible();

  await newest.getByRole("link").click();
  await expect(kamau.page).toHaveURL(`/conversations/${conversation.id}`);
  await expect(kamau.thread.message("Do you play on a rooftop?")).toBeVisible();
});

test("without notifications the page shows a placeholder", async ({ achieng }) => {
  await achieng.open("/notifications");
  await expect(achieng.page.getByRole("heading", { name: "Nothing new" })).toBeVisible();
  await expect(achieng.bell).toHaveAccessibleName("Notifications");
});

test("@js a notification appears live, and is read when its conversation is opened", async ({ sarah, apis, launch }) => {
  await sarah.open("/notifications");
  const newest = sarah.page.getByRole("list", { name: "Notifications" }).getByRole("listitem").first();
  await apis.eventpro.sendMessage(launch.id, "Just now");
  await expect(newest).toContainText("Just now");
  await expect(newest).toContainText("Unread");
  await sarah.openTab(launch.path);
  await expect(newest).not.toContainText("Unread");
  await expect(newest).toContainText("Just now");
});

test("a link loads older notifications", async ({ sarah, apis, launch }) => {
  for (let n = 1; n <= 70; n++) await apis.eventpro.sendMessage(launch.id, `Number ${n}`);
  await sarah.open("/notifications");
  const list = sarah.page.getByRole("list", { name: "Notifications" });
  await expect(list.getByText("Number 70", { exact: true })).toBeVisible();
  await expect(list.getByText("Number 1", { exact: true })).toHaveCount(0);
  const older = sarah.page.getByRole("link", { name: "Older notifications" });
  while (await older.isVisible()) {
    const last = await list.getByRole("listitem").last().innerText();
    await older.click();
    await expect(list.getByRole("listitem").last()).not.toHaveText(last, { useInnerText: true });
  }
  await expect(list.getByText("Number 1", { exact: true })).toBeVisible();
});

test("@js the link to older notifications says that they couldn't be loaded, and gives its focus to the first of the last page", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(/net::ERR_/);
  for (let n = 1; n <= 31; n++) await apis.eventpro.sendMessage(launch.id, `Number ${n}`);
  await sarah.open("/notifications");
  const { page } = sarah;
  const rows = page.getByRole("list", { name: "Notifications" }).getByRole("listitem");
  const shown = await rows.count();
  const older = page.getByRole("link", { name: "Older notifications" });
  await page.route("**/fn/notifications", (route) => route.abort());
  await older.click();
  await expect(sarah.status).toHaveText("That couldn't be loaded. Try again.");
  await expect(older).toBeFocused();
  await page.unroute("**/fn/notifications");
  await older.press("Enter");
  await expect(older).toHaveCount(0);
  await expect(rows.nth(shown).getByRole("link")).toBeFocused();
});

test("one notification is marked as read, then all", async ({ sarah, apis, launch }) => {
  for (const text of ["One", "Two", "Three"]) await apis.eventpro.sendMessage(launch.id, text);
  await sarah.open("/notifications");
  const list = sarah.page.getByRole("list", { name: "Notifications" });
  const row = (text: string) => list.getByRole("listitem").filter({ hasText: text });
  await row("Two").getByRole("button", { name: "Mark as read: New message from EventPro Kenya" }).click();
  await expect(row("Two")).not.toContainText("Unread");
  await expect(row("Two").getByRole("button")).toHaveCount(0);
  await expect(row("One")).toContainText("Unread");

  await sarah.page.getByRole("button", { name: "Mark all as read" }).click();
  await expect(list.getByText("Unread")).toHaveCount(0);
  await expect(sarah.page.getByRole("button", { name: /^Mark/ })).toHaveCount(0);
  await expect(sarah.bell).toHaveAccessibleName("Notifications");
});

test("@js marking as read updates the other tab, and the focus moves to the next element", async ({ sarah, apis, launch }) => {
  for (const text of ["Look here", "Over there"]) await apis.eventpro.sendMessage(launch.id, text);
  await sarah.open("/notifications");
  const other = await sarah.openTab("/notifications");
  const row = sarah.page.getByRole("listitem").filter({ hasText: "Look here" });
  await row.getByRole("button", { name: /^Mark as read/ }).click();
  await expect(row.getByRole("link")).toBeFocused();
  await expect(other.getByRole("listitem").filter({ hasText: "Look here" })).not.toContainText("Unread");
  await sarah.page.getByRole("button", { name: "Mark all as read" }).click();
  await expect(sarah.heading).toBeFocused();
  await expect(other.getByText("Unread", { exact: true })).toHaveCount(0);
});
