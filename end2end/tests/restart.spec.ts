import { expect, test } from "../support/fixtures.ts";

const BACK = { timeout: 30_000 };

for (const [signal, how] of [
  ["SIGTERM", "stopped"],
  ["SIGKILL", "killed"],
] as const) {
  test(`@live nothing is missing after the site was ${how} and started again`, async ({ site, sarah, eventpro, programs, launch }) => {
    for (const person of [sarah, eventpro]) person.expects(/net::ERR_/);
    await Promise.all([sarah.open(launch.path), eventpro.open("/inbox")]);
    await programs.eventpro.say(launch.id, "Before");
    await expect(sarah.thread.said("Before")).toBeVisible();

    await site.stop(signal);
    for (const person of [sarah, eventpro]) await expect(person.page.getByText(/Reconnecting/)).toBeVisible();
    await site.serve();
    await programs.eventpro.say(launch.id, "After 1");
    await programs.sarah.say(launch.id, "After 2");

    await expect(sarah.thread.said(/^(Before|After \d)$/)).toHaveText(["Before", "After 1", "After 2"], BACK);
    const row = eventpro.conversations.getByRole("link", { name: "Sarah Wanjiru" });
    await expect(row).toContainText("After 2", BACK);
    for (const person of [sarah, eventpro]) await expect(person.page.getByText(/Reconnecting/)).toHaveCount(0);

    await sarah.thread.say("Still talking");
    await expect(row).toContainText("Still talking");
  });
}
