import { expectEqual, expectTrue } from "../support/expect.mjs";

/** Properties of all streams. Runs last, over the streams that the other topics opened. */

/** Milliseconds. */
const RETRY = { from: 1_000, to: 5_000 };

export const invariants = [
  ["every stream starts with ready or reset, and a retry of 1 to 5 s", ({ streams }) => {
    for (const { frames, person } of streams.filter(({ frames }) => frames.length > 0)) {
      const [{ event, retry }] = frames;
      expectTrue(["ready", "reset"].includes(event), `a stream of ${person.name} started with ${event}`);
      expectTrue(Number(retry) >= RETRY.from && Number(retry) <= RETRY.to, `a stream started with retry: ${retry}`);
    }
  }],

  ["retry is jittered: it differs between streams", ({ streams }) => {
    const retries = new Set(streams.map(({ frames }) => frames[0]?.retry));
    expectTrue(retries.size > 1, `all ${streams.length} streams have the retry ${[...retries]} ms`);
  }],

  ["every logged event has its seq as id, one line of JSON with seq and at, and its name as type", ({ streams }) => {
    for (const { event, id, data, json } of streams.flatMap(({ sequenced }) => sequenced)) {
      expectEqual(data.length, 1, `the number of data lines of ${event} ${id}`);
      expectTrue(json !== undefined, `the data of ${event} ${id} is not JSON`);
      expectTrue(Number.isSafeInteger(json.seq) && json.seq > 0, `${event} has the seq ${json.seq}`);
      expectEqual(id, String(json.seq), `the id of ${event}, whose seq is ${json.seq}`);
      expectTrue(!Number.isNaN(Date.parse(json.at)), `${event} ${id} has the time ${json.at}`);
      expectEqual(json.type, event, `the type of ${id}`);
    }
  }],

  ["on every stream seq increases by one, starting after its cursor", ({ streams }) => {
    for (const { frames, seqs, person } of streams.filter(({ frames }) => frames.length > 0)) {
      const cursor = frames[0].json?.cursor;
      const gap = seqs.findIndex((seq, index) => seq !== cursor + 1 + index);
      const before = gap === 0 ? cursor : seqs[gap - 1];
      expectTrue(gap === -1, `on a stream of ${person.name}, ${seqs[gap]} came after ${before}`);
    }
  }],

  ["a logged event is equal on every stream of that person", ({ people }) => {
    for (const { streams, name } of people) {
      const bySeq = new Map();
      for (const { event, json, data } of streams.flatMap(({ sequenced }) => sequenced)) {
        const content = `${event} ${data.join("\n")}`;
        expectEqual(content, bySeq.get(json?.seq) ?? content, `event ${json?.seq} of ${name}`);
        bySeq.set(json?.seq, content);
      }
    }
  }],

  ["events outside the sequence have no id, except ready and reset", ({ streams }) => {
    const unsequenced = streams.flatMap(({ frames }) => frames.filter(({ sequenced }) => !sequenced));
    for (const { event, id } of unsequenced) {
      if (!["ready", "reset"].includes(event)) expectEqual(id, undefined, `the id of ${event}`);
    }
  }],
];
