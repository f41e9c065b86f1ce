import { expect, test } from "../support/fixtures.ts";

const RECONNECTED = { timeout: 30_000 };

for (const [signal, how] of [
  ["SIGTERM", "stopped"],
  ["SIGKILL", "killed"],
] as const) {
  test(`@js no message is missing after the server was ${how} and restarted`, async ({ site, sarah, eventpro, apis, launch }) => {
    for (const person of [sarah, eventpro]) person.allowConsole(/net::ERR_/);
    await Promise.all([sarah.open(launch.path), eventpro.open("/inbox")]);
    await apis.eventpro.sendMessage(launch.id, "Before");
    await expect(sarah.thread.message("Before")).toBeVisible();

    await site.stop(signal);
    for (const person of [sarah, eventpro]) await expect(person.page.getByText(/Reconnecting/)).toBeVisible();
    await site.serve();
    await apis.eventpro.sendMessage(launch.id, "After 1");
    await apis.sarah.sendMessage(launch.id, "After 2");

    await expect(sarah.thread.message(/^(Before|After \d)$/)).toHaveText(["Before", "After 1", "After 2"], RECONNECTED);
    const row = eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" });
    await expect(row).toContainText("After 2", RECONNECTED);
    for (const person of [sarah, eventpro]) await expect(person.page.getByText(/Reconnecting/)).toHaveCount(0);

    await sarah.thread.sendMessage("Still talking");
    await expect(row).toContainText("Still talking");
  });
}
