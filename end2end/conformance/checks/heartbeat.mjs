import { expectEqual, expectTrue } from "../support/expect.mjs";

/** Signs of life. */

/** One is due every 15 s; past this, a client takes the line for dead. */
const LIMIT = 20_000;

export const heartbeat = [
  [`a heartbeat arrives within ${LIMIT / 1000} s, with the cursor of the stream`, async (stage) => {
    // On the stream that is open the longest, so that most of the wait is over already.
    const { frames, opened } = stage.outside;
    const left = opened + LIMIT - performance.now();
    const heartbeat = await stage.outside.heard("heartbeat", () => true, Math.max(0, left));
    const before = frames.slice(0, frames.indexOf(heartbeat));
    const last = before.findLast(({ numbered }) => numbered)?.json.seq ?? before[0].json.cursor;
    expectEqual(heartbeat.json.cursor, last, "the cursor of a heartbeat");
    expectTrue(!Number.isNaN(Date.parse(heartbeat.json.at)), `a heartbeat says it was at ${heartbeat.json.at}`);
  }],
];
