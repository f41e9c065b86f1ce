import { holds, same } from "../support/expect.mjs";

/** What holds of every stream that was opened: looked at when all else is done. */

const RETRY = { from: 1_000, to: 5_000 };

export const throughout = [
  ["every stream begins with ready or reset, with a retry of 1 to 5 s", ({ streams }) => {
    for (const { frames, person } of streams.filter(({ frames }) => frames.length > 0)) {
      const [{ event, retry }] = frames;
      holds(["ready", "reset"].includes(event), `a stream of ${person.name} began with ${event}`);
      holds(Number(retry) >= RETRY.from && Number(retry) <= RETRY.to, `a stream began with retry: ${retry}`);
    }
  }],

  ["the retry differs from stream to stream", ({ streams }) => {
    const retries = new Set(streams.map(({ frames }) => frames[0]?.retry));
    holds(retries.size > 1, `all ${streams.length} streams were told to come back after ${[...retries]} ms`);
  }],

  ["every event has its number as id, one line of JSON with seq and at, and its name as type", ({ streams }) => {
    for (const { event, id, data, json } of streams.flatMap(({ numbered }) => numbered)) {
      same(data.length, 1, `the lines of data of ${event} ${id}`);
      holds(json !== undefined, `the data of ${event} ${id} is no JSON`);
      holds(Number.isSafeInteger(json.seq) && json.seq > 0, `${event} has the seq ${json.seq}`);
      same(id, String(json.seq), `the id of ${event}, whose seq is ${json.seq}`);
      holds(!Number.isNaN(Date.parse(json.at)), `${event} ${id} says it was at ${json.at}`);
      same(json.type, event, `the type of ${id}`);
    }
  }],

  ["on every stream the numbers go up by one, from its cursor on", ({ streams }) => {
    for (const { frames, numbers, person } of streams.filter(({ frames }) => frames.length > 0)) {
      const cursor = frames[0].json?.cursor;
      const wrong = numbers.findIndex((seq, index) => seq !== cursor + 1 + index);
      const before = wrong === 0 ? cursor : numbers[wrong - 1];
      holds(wrong === -1, `on a stream of ${person.name}, ${numbers[wrong]} came after ${before}`);
    }
  }],

  ["what has a number is the same on every stream of that person", ({ people }) => {
    for (const { streams, name } of people) {
      const told = new Map();
      for (const { event, json, data } of streams.flatMap(({ numbered }) => numbered)) {
        const what = `${event} ${data.join("\n")}`;
        same(what, told.get(json?.seq) ?? what, `number ${json?.seq} of ${name}`);
        told.set(json?.seq, what);
      }
    }
  }],

  ["what has no place in the sequence has no id, but for ready and reset", ({ streams }) => {
    const unnumbered = streams.flatMap(({ frames }) => frames.filter(({ numbered }) => !numbered));
    for (const { event, id } of unnumbered) {
      if (!["ready", "reset"].includes(event)) same(id, undefined, `the id of ${event}`);
    }
  }],
];
