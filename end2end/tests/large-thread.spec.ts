import { uuidBytes, executeSql } from "../support/database.ts";
import { expect, test, type Conversation, type Site } from "../support/fixtures.ts";

// A history of 100,000 messages is as quick to open as a short one, and never on the page as a whole.

const MANY = 100_000;
const MOST_ROWS = 210;

/** Writes a long past between the two, straight into the database. */
function remember(site: Site, { id, bodies }: Conversation): void {
  const sender = "(SELECT CASE WHEN n % 3 THEN organizer_id ELSE talent_id END FROM conversation WHERE id = ?1)";
  executeSql(
    site,
    `WITH RECURSIVE numbers(n) AS (SELECT ${bodies.length + 1} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MANY})
     INSERT INTO message (id, conversation_id, seq, sender_id, client_id, body, created_at)
     SELECT randomblob(16), ?1, n, ${sender}, randomblob(16), 'Number ' || n, 1700000000000 + n * 60000 FROM numbers`,
    uuidBytes(id),
  );
  executeSql(site, `UPDATE conversation SET last_seq = ${MANY} WHERE id = ?1`, uuidBytes(id));
}

const readAll = (site: Site, { id }: Conversation) =>
  executeSql(site, `UPDATE conversation SET organizer_read_seq = ${MANY}, talent_read_seq = ${MANY} WHERE id = ?1`, uuidBytes(id));

const rows = "[data-seq]";

test("@js the past opens page by page, and the page stays small both ways", async ({ site, sarah, apis, launch }) => {
  remember(site, launch);
  readAll(site, launch);
  await sarah.open(launch.path);
  const { thread } = sarah;
  await expect(thread.message(`Number ${MANY}`)).toBeInViewport();

  // Up, through six pages.
  let first = MANY - 49;
  for (let page = 0; page < 6; page++) {
    const before = await thread.scrollToTop(`Number ${first}`);
    await expect(thread.message(`Number ${first - 1}`)).toBeAttached();
    await expect.poll(async () => Math.abs((await thread.topOf(`Number ${first}`)) - before)).toBeLessThanOrEqual(2);
    expect(await thread.log.locator(rows).count()).toBeLessThanOrEqual(MOST_ROWS);
    first -= 50;
  }
  await expect(thread.message(`Number ${MANY}`)).toHaveCount(0);

  // What comes meanwhile waits below.
  await apis.eventpro.sendMessage(launch.id, "Down here");
  await expect(sarah.page.getByRole("button", { name: "1 new message", exact: true })).toBeVisible();
  await expect(thread.message("Down here")).toHaveCount(0);

  // And down again by the keyboard, in steps, without anything left out.
  await thread.log.focus();
  await expect(async () => {
    await sarah.page.keyboard.press("End");
    await expect(thread.message("Down here")).toBeInViewport({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  const seqs = await thread.log.locator(rows).evaluateAll((all) => all.map((row) => Number(row.getAttribute("data-seq"))));
  expect(seqs).toEqual(seqs.map((_, index) => seqs[0] + index));
  expect(seqs.length).toBeLessThanOrEqual(MOST_ROWS);
  await expect(sarah.page.getByRole("button", { name: "1 new message", exact: true })).toHaveCount(0);
});

test("@js a thread opens at the first unread, and is read as far as it was seen", async ({ site, sarah, apis, launch }) => {
  remember(site, launch);
  readAll(site, launch);
  executeSql(site, `UPDATE conversation SET talent_read_seq = 99000 WHERE id = ?1`, uuidBytes(launch.id));
  await sarah.open(launch.path);
  const { thread, page } = sarah;
  await expect(thread.log.getByText("New", { exact: true })).toBeInViewport();
  await expect(thread.message("Number 99001")).toBeInViewport();
  await expect(thread.message(`Number ${MANY}`)).toHaveCount(0);
  const readSeq = async () => (await apis.sarah.listConversations())[0].readSeq;
  await expect.poll(readSeq).toBeGreaterThan(99_000);
  expect(await readSeq()).toBeLessThan(99_100);

  await page.getByRole("button", { name: /new messages$/ }).click();
  await expect(thread.message(`Number ${MANY}`)).toBeInViewport();
  await expect.poll(readSeq).toBe(MANY);
});

test("a link leads to a message in the middle of it", async ({ site, sarah, launch }) => {
  remember(site, launch);
  await sarah.open(`${launch.path}?at=50000#m50000`);
  await expect(sarah.thread.message("Number 50000")).toBeInViewport();
  await expect(sarah.thread.message("Number 49990")).toBeAttached();
  expect(await sarah.thread.log.locator(rows).count()).toBeLessThanOrEqual(MOST_ROWS);
});

test("@js what keeps coming while one looks on doesn't pile up", async ({ sarah, apis, launch }) => {
  test.slow();
  await sarah.open(launch.path);
  for (let n = 1; n <= 300; n++) await apis.eventpro.sendMessage(launch.id, `Number ${n}`);
  await expect(sarah.thread.message("Number 300")).toBeInViewport();
  expect(await sarah.thread.log.locator(rows).count()).toBeLessThanOrEqual(255);
});
