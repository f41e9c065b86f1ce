import { expect, test } from "../support/fixtures.ts";

test("a sent message appears at the end with the status Sent", async ({ eventpro, apis, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.thread.sendMessage("See you at the door");
  await expect(eventpro.thread.message("See you at the door")).toBeInViewport();
  await expect(eventpro.thread.log.getByText("Sent", { exact: true })).toBeVisible();
  await expect(eventpro.thread.composer).toHaveValue("");
  await expect(eventpro.page).toHaveURL(launch.path);
  expect((await apis.sarah.listMessages(launch.id)).at(-1)?.body).toBe("See you at the door");
});

test("line breaks arrive as typed, not as CRLF", async ({ eventpro, apis, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.thread.sendMessage("First\n\nThird");
  await expect(eventpro.thread.log.getByText("First")).toBeVisible();
  await expect(eventpro.thread.composer).toHaveValue("");
  await expect.poll(async () => (await apis.sarah.listMessages(launch.id)).at(-1)?.body).toBe("First\n\nThird");
});

test("a double click on Send sends once", async ({ eventpro, apis, launch }) => {
  await eventpro.open(launch.path);
  await eventpro.thread.composer.fill("Only once");
  await eventpro.thread.sendButton.dblclick();
  await expect(eventpro.thread.message("Only once")).toHaveCount(1);
  await expect(eventpro.thread.composer).toHaveValue("");
  await eventpro.open(launch.path);
  await expect(eventpro.thread.message("Only once")).toHaveCount(1);
  const sent = (await apis.sarah.listMessages(launch.id)).filter(({ body }) => body === "Only once");
  expect(sent).toHaveLength(1);
});

test("@no-js a form submitted twice creates one message", async ({ eventpro, apis, launch }) => {
  await eventpro.open(launch.path);
  const clientId = await eventpro.page.locator("input[name=client_id]").getAttribute("value");
  const person = await eventpro.page.locator(".composer input[name=person]").getAttribute("value");
  const form = { conversation_id: launch.id, client_id: clientId ?? "", body: "Once\r\nonly", person: person ?? "" };
  for (let time = 1; time <= 2; time++) {
    const response = await eventpro.page.request.post("/fn/post", { form, headers: { accept: "text/html" } });
    expect(new URL(response.url()).pathname).toBe(launch.path);
    expect(response.status()).toBe(200);
  }
  await eventpro.thread.sendMessage("Once\nonly");
  await expect(eventpro.thread.log.getByText("Once")).toHaveCount(1);
  const sent = (await apis.sarah.listMessages(launch.id)).filter(({ body }) => body === "Once\nonly");
  expect(sent).toHaveLength(1);
});

test("@no-js a blank message isn't sent, and shows an error", async ({ eventpro, apis, launch }) => {
  const before = (await apis.sarah.listMessages(launch.id)).length;
  await eventpro.open(launch.path);
  await eventpro.thread.sendMessage("   ");
  await expect(eventpro.page).toHaveURL(new RegExp(`^[^?]*${launch.path}`));
  await expect(eventpro.page.getByRole("alert")).toContainText("Write something first.");
  expect(await apis.sarah.listMessages(launch.id)).toHaveLength(before);
});
