import { uuidBytes, executeSql } from "../support/database.ts";
import { expect, test, type Conversation, type Site } from "../support/fixtures.ts";

// A thread of 100,000 messages opens as fast as a short one, and never renders as a whole.

const MESSAGE_COUNT = 100_000;
const MAX_ROWS = 210;

/** Fills the conversation up to MESSAGE_COUNT messages, directly in the database. */
function fillThread(site: Site, { id, bodies }: Conversation): void {
  const sender = "(SELECT CASE WHEN n % 3 THEN organizer_id ELSE talent_id END FROM conversation WHERE id = ?1)";
  executeSql(
    site,
    `WITH RECURSIVE numbers(n) AS (SELECT ${bodies.length + 1} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MESSAGE_COUNT})
     INSERT INTO message (id, conversation_id, seq, sender_id, client_id, body, created_at)
     SELECT randomblob(16), ?1, n, ${sender}, randomblob(16), 'Number ' || n, 1700000000000 + n * 60000 FROM numbers`,
    uuidBytes(id),
  );
  executeSql(site, `UPDATE conversation SET last_seq = ${MESSAGE_COUNT} WHERE id = ?1`, uuidBytes(id));
}

const markAllRead = (site: Site, { id }: Conversation) =>
  executeSql(site, `UPDATE conversation SET organizer_read_seq = ${MESSAGE_COUNT}, talent_read_seq = ${MESSAGE_COUNT} WHERE id = ?1`, uuidBytes(id));

const rows = "[data-seq]";

test("@js older messages load page by page, and the number of rendered rows stays bounded", async ({ site, sarah, apis, launch }) => {
  fillThread(site, launch);
  markAllRead(site, launch);
  await sarah.open(launch.path);
  const { thread } = sarah;
  await expect(thread.message(`Number ${MESSAGE_COUNT}`)).toBeInViewport();

  // Scrolls up through six pages.
  let first = MESSAGE_COUNT - 49;
  for (let page = 0; page < 6; page++) {
    const before = await thread.scrollToTop(`Number ${first}`);
    await expect(thread.message(`Number ${first - 1}`)).toBeAttached();
    await expect.poll(async () => Math.abs((await thread.topOf(`Number ${first}`)) - before)).toBeLessThanOrEqual(2);
    expect(await thread.log.locator(rows).count()).toBeLessThanOrEqual(MAX_ROWS);
    first -= 50;
  }
  await expect(thread.message(`Number ${MESSAGE_COUNT}`)).toHaveCount(0);

  // A new message isn't rendered while older ones are shown.
  await apis.eventpro.sendMessage(launch.id, "Down here");
  await expect(sarah.page.getByRole("button", { name: "1 new message", exact: true })).toBeVisible();
  await expect(thread.message("Down here")).toHaveCount(0);

  // Scrolls down by keyboard. No message may be missing.
  await thread.log.focus();
  await expect(async () => {
    await sarah.page.keyboard.press("End");
    await expect(thread.message("Down here")).toBeInViewport({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  const seqs = await thread.log.locator(rows).evaluateAll((all) => all.map((row) => Number(row.getAttribute("data-seq"))));
  expect(seqs).toEqual(seqs.map((_, index) => seqs[0] + index));
  expect(seqs.length).toBeLessThanOrEqual(MAX_ROWS);
  await expect(sarah.page.getByRole("button", { name: "1 new message", exact: true })).toHaveCount(0);
});

test("@js a thread opens at the first unread message, and marks as read only the visible ones", async ({ site, sarah, apis, launch }) => {
  fillThread(site, launch);
  markAllRead(site, launch);
  executeSql(site, `UPDATE conversation SET talent_read_seq = 99000 WHERE id = ?1`, uuidBytes(launch.id));
  await sarah.open(launch.path);
  const { thread, page } = sarah;
  await expect(thread.log.getByText("New", { exact: true })).toBeInViewport();
  await expect(thread.message("Number 99001")).toBeInViewport();
  await expect(thread.message(`Number ${MESSAGE_COUNT}`)).toHaveCount(0);
  const readSeq = async () => (await apis.sarah.listConversations())[0].readSeq;
  await expect.poll(readSeq).toBeGreaterThan(99_000);
  expect(await readSeq()).toBeLessThan(99_100);

  await page.getByRole("button", { name: /new messages$/ }).click();
  await expect(thread.message(`Number ${MESSAGE_COUNT}`)).toBeInViewport();
  await expect.poll(readSeq).toBe(MESSAGE_COUNT);
});

test("a link opens the thread at a message in its middle", async ({ site, sarah, launch }) => {
  fillThread(site, launch);
  await sarah.open(`${launch.path}?at=50000#m50000`);
  await expect(sarah.thread.message("Number 50000")).toBeInViewport();
  await expect(sarah.thread.message("Number 49990")).toBeAttached();
  expect(await sarah.thread.log.locator(rows).count()).toBeLessThanOrEqual(MAX_ROWS);
});

test("@js the number of rendered rows stays bounded while messages arrive", async ({ sarah, apis, launch }) => {
  test.slow();
  await sarah.open(launch.path);
  for (let n = 1; n <= 300; n++) await apis.eventpro.sendMessage(launch.id, `Number ${n}`);
  await expect(sarah.thread.message("Number 300")).toBeInViewport();
  expect(await sarah.thread.log.locator(rows).count()).toBeLessThanOrEqual(255);
});
