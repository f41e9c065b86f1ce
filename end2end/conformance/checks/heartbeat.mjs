import { expectEqual, expectTrue } from "../support/expect.mjs";

/** Heartbeats. */

/** Milliseconds after which clients treat a connection as dead. The interval is 15 s. */
const LIMIT = 20_000;

export const heartbeat = [
  [`a heartbeat arrives within ${LIMIT / 1000} s, with the cursor of the stream`, async (scenario) => {
    // The stream that is open the longest: most of the interval has already passed.
    const { frames, openedAt } = scenario.strangerStream;
    const left = openedAt + LIMIT - performance.now();
    const heartbeat = await scenario.strangerStream.waitForEvent("heartbeat", () => true, Math.max(0, left));
    const before = frames.slice(0, frames.indexOf(heartbeat));
    const last = before.findLast(({ sequenced }) => sequenced)?.json.seq ?? before[0].json.cursor;
    expectEqual(heartbeat.json.cursor, last, "the cursor of the heartbeat");
    expectTrue(!Number.isNaN(Date.parse(heartbeat.json.at)), `the heartbeat has the time ${heartbeat.json.at}`);
  }],
];
