import { expect, test } from "../support/fixtures.ts";

const BACK = { timeout: 30_000 };

for (const [signal, how] of [
  ["SIGTERM", "stopped"],
  ["SIGKILL", "killed"],
] as const) {
  test(`@js nothing is missing after the site was ${how} and started again`, async ({ site, sarah, eventpro, apis, launch }) => {
    for (const person of [sarah, eventpro]) person.allowConsole(/net::ERR_/);
    await Promise.all([sarah.open(launch.path), eventpro.open("/inbox")]);
    await apis.eventpro.sendMessage(launch.id, "Before");
    await expect(sarah.thread.message("Before")).toBeVisible();

    await site.stop(signal);
    for (const person of [sarah, eventpro]) await expect(person.page.getByText(/Reconnecting/)).toBeVisible();
    await site.serve();
    await apis.eventpro.sendMessage(launch.id, "After 1");
    await apis.sarah.sendMessage(launch.id, "After 2");

    await expect(sarah.thread.message(/^(Before|After \d)$/)).toHaveText(["Before", "After 1", "After 2"], BACK);
    const row = eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" });
    await expect(row).toContainText("After 2", BACK);
    for (const person of [sarah, eventpro]) await expect(person.page.getByText(/Reconnecting/)).toHaveCount(0);

    await sarah.thread.sendMessage("Still talking");
    await expect(row).toContainText("Still talking");
  });
}
