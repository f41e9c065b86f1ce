import { expect, test, type Person } from "./support/fixtures.ts";

// How long a slow phone is blocked while a page comes alive: npm run measure

const SLOWDOWN = 4;
const ROUNDS = 5;
/** A task blocks for as long as it takes beyond this; milliseconds, as Lighthouse counts. */
const TOLERATED = 50;

type Task = { start: number; duration: number };

/** Opens a page on a slow processor. Returns its tasks of more than 50 ms, and when it was alive. */
async function openSlowly({ page }: Person, path: string): Promise<{ tasks: Task[]; alive: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.clearBrowserCache");
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
  await page.goto(path);
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await page.waitForTimeout(3_000);
  const measured = await page.evaluate(() => (window as any).measured);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await session.detach();
  return measured;
}

const OBSERVE = `{
  const measured = (window.measured = { tasks: [], alive: 0 });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) measured.tasks.push({ start: Math.round(startTime), duration: Math.round(duration) });
  }).observe({ type: "longtask", buffered: true });
  new MutationObserver(() => (measured.alive ||= Math.round(performance.now()))).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-hydrated"] });
}`;

const blockedFor = (tasks: Task[]) => tasks.reduce((total, { duration }) => total + Math.max(0, duration - TOLERATED), 0);

async function measure(person: Person, path: string): Promise<void> {
  await person.addInitScript(OBSERVE);
  await person.openBlank();
  const rounds = [];
  for (let n = 0; n < ROUNDS; n++) rounds.push(await openSlowly(person, path));
  rounds.sort((a, b) => blockedFor(a.tasks) - blockedFor(b.tasks));
  const { tasks, alive } = rounds[Math.floor(ROUNDS / 2)];
  const listed = tasks.map(({ start, duration }) => `${duration} ms at ${start}`).join(", ");
  console.log(`${path}, processor ${SLOWDOWN} times slower: blocked for ${blockedFor(tasks)} ms, alive after ${alive} ms (${listed})`);
}

test("how long opening a thread of 60 messages blocks", async ({ eventpro, apis, launch }) => {
  for (let n = 1; n <= 50; n++) await (n % 3 ? apis.eventpro : apis.sarah).sendMessage(launch.id, `Message ${n} about the launch.`);
  await measure(eventpro, launch.path);
});

test("how long opening the inbox blocks", async ({ eventpro }) => measure(eventpro, "/inbox"));
