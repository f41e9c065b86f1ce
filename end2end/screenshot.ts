import { fileURLToPath } from "node:url";
import { expect, test } from "./support/fixtures.ts";

// Takes the screenshot of the README: npm run screenshot
test("the screenshot of the README", async ({ eventpro, sarah, launch }) => {
  await Promise.all([eventpro.open(launch.path), sarah.open(launch.path)]);
  await eventpro.page.setViewportSize({ width: 1440, height: 900 });
  await eventpro.thread.sendMessage("Asante! The contract is on its way.");
  await expect(sarah.thread.message("Asante! The contract is on its way.")).toBeVisible();
  await expect(eventpro.thread.log.getByText(/^(Sending…|Sent)$/)).toHaveCount(0);
  await expect(eventpro.thread.log.getByText("Read", { exact: true })).toBeVisible();
  await eventpro.page.screenshot({ path: fileURLToPath(new URL("../docs/screenshot.png", import.meta.url)) });
});
