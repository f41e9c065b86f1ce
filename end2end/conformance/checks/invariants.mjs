import { expectEqual, expectTrue } from "../support/expect.mjs";

/** What expectTrue of every stream that was opened: looked at when all else is done. */

const RETRY = { from: 1_000, to: 5_000 };

export const invariants = [
  ["every stream starts with ready or reset, and a retry of 1 to 5 s", ({ streams }) => {
    for (const { frames, person } of streams.filter(({ frames }) => frames.length > 0)) {
      const [{ event, retry }] = frames;
      expectTrue(["ready", "reset"].includes(event), `a stream of ${person.name} began with ${event}`);
      expectTrue(Number(retry) >= RETRY.from && Number(retry) <= RETRY.to, `a stream began with retry: ${retry}`);
    }
  }],

  ["retry is jittered: it differs between streams", ({ streams }) => {
    const retries = new Set(streams.map(({ frames }) => frames[0]?.retry));
    expectTrue(retries.size > 1, `all ${streams.length} streams were told to come back after ${[...retries]} ms`);
  }],

  ["every logged event has its seq as id, one line of JSON with seq and at, and its name as type", ({ streams }) => {
    for (const { event, id, data, json } of streams.flatMap(({ numbered }) => numbered)) {
      expectEqual(data.length, 1, `the lines of data of ${event} ${id}`);
      expectTrue(json !== undefined, `the data of ${event} ${id} is no JSON`);
      expectTrue(Number.isSafeInteger(json.seq) && json.seq > 0, `${event} has the seq ${json.seq}`);
      expectEqual(id, String(json.seq), `the id of ${event}, whose seq is ${json.seq}`);
      expectTrue(!Number.isNaN(Date.parse(json.at)), `${event} ${id} says it was at ${json.at}`);
      expectEqual(json.type, event, `the type of ${id}`);
    }
  }],

  ["on every stream seq increases by one, starting after its cursor", ({ streams }) => {
    for (const { frames, numbers, person } of streams.filter(({ frames }) => frames.length > 0)) {
      const cursor = frames[0].json?.cursor;
      const wrong = numbers.findIndex((seq, index) => seq !== cursor + 1 + index);
      const before = wrong === 0 ? cursor : numbers[wrong - 1];
      expectTrue(wrong === -1, `on a stream of ${person.name}, ${numbers[wrong]} came after ${before}`);
    }
  }],

  ["a logged event is equal on every stream of that person", ({ people }) => {
    for (const { streams, name } of people) {
      const told = new Map();
      for (const { event, json, data } of streams.flatMap(({ numbered }) => numbered)) {
        const what = `${event} ${data.join("\n")}`;
        expectEqual(what, told.get(json?.seq) ?? what, `number ${json?.seq} of ${name}`);
        told.set(json?.seq, what);
      }
    }
  }],

  ["events outside the sequence have no id, except ready and reset", ({ streams }) => {
    const unnumbered = streams.flatMap(({ frames }) => frames.filter(({ numbered }) => !numbered));
    for (const { event, id } of unnumbered) {
      if (!["ready", "reset"].includes(event)) expectEqual(id, undefined, `the id of ${event}`);
    }
  }],
];
