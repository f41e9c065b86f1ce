import { DELIVERY_LIMIT } from "../support/stream.mjs";

/** Presence. */

/** Milliseconds. The server waits before it sends offline, since closing a stream may be a page change. */
const OFFLINE_LIMIT = 8_000;

export const presence = [
  [`closing the last stream sends offline within ${OFFLINE_LIMIT / 1000} s, opening one sends online within ${DELIVERY_LIMIT / 1000} s`, async (scenario) => {
    const { organizer, talent } = scenario;
    const stream = await organizer.subscribe();
    const only = await talent.subscribe();
    only.close();
    await stream.waitForEvent("presence", ({ userId, online }) => userId === talent.id && online === false, OFFLINE_LIMIT);
    const before = stream.frames.length;
    await talent.subscribe();
    const isOnline = ({ event, json }) => event === "presence" && json?.userId === talent.id && json.online === true;
    await stream.waitUntil(({ frames }) => frames.slice(before).find(isOnline), "presence");
  }],
];
