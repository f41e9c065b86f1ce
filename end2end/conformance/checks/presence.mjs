import { PROMPTLY } from "../support/stream.mjs";

/** Who is here. */

/** Somebody who closed their last stream may be on the way to another page. */
const GONE = 8_000;

export const presence = [
  [`closing the last stream sends offline within ${GONE / 1000} s, opening one sends online within ${PROMPTLY / 1000} s`, async (stage) => {
    const { organizer, talent } = stage;
    const stream = await organizer.listen();
    const only = await talent.listen();
    only.close();
    await stream.heard("presence", ({ userId, online }) => userId === talent.id && online === false, GONE);
    const before = stream.frames.length;
    await talent.listen();
    const came = ({ event, json }) => event === "presence" && json?.userId === talent.id && json.online === true;
    await stream.until(({ frames }) => frames.slice(before).find(came), "presence");
  }],
];
