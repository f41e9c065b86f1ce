import { expect, test } from "../../support/fixtures.ts";
import { openRawStream } from "../../support/raw-stream.ts";

test("the stream is one, is not kept, and is not compressed", async ({ site, apis }) => {
  const stream = await openRawStream(`${site.url}/api/events`, apis.sarah, { "accept-encoding": "gzip, br" });
  expect(stream.status).toBe(200);
  expect(stream.headers["content-type"]).toBe("text/event-stream");
  expect(stream.headers["cache-control"]).toBe("no-cache, no-transform");
  expect(stream.headers["x-accel-buffering"]).toBe("no");
  expect(stream.headers["content-encoding"]).toBeUndefined();
  expect(stream.headers["set-cookie"]).toBeUndefined();
  stream.close();
});

test("after its cursor, everything comes once and in order, then live", async ({ site, apis, launch }) => {
  const { cursor } = (await apis.sarah.get("/api/messages")).json;
  await apis.eventpro.sendMessage(launch.id, "Missed 1");
  await apis.eventpro.sendMessage(launch.id, "Missed 2");
  for (const [query, headers] of [
    [`?after=${cursor}`, {}],
    ["", { "last-event-id": String(cursor) }],
    ["?after=999999", { "last-event-id": String(cursor) }],
  ] as const) {
    const stream = await openRawStream(`${site.url}/api/events${query}`, apis.sarah, headers);
    await expect.poll(() => stream.bodies).toEqual(["Missed 1", "Missed 2"]);
    expect(stream.frames[0]).toMatchObject({ event: "ready", id: String(cursor), data: { cursor, resumed: true } });
    const numbers = stream.frames.slice(1).map((frame) => Number(frame.id));
    expect(numbers).toEqual(numbers.map((_, index) => cursor + 1 + index));
    stream.close();
  }
});

test("a cursor from nowhere is answered with a reset, never with silence", async ({ site, apis }) => {
  const { cursor } = (await apis.sarah.get("/api/messages")).json;
  for (const after of [cursor + 1000, -1, "abc"]) {
    const stream = await openRawStream(`${site.url}/api/events?after=${after}`, apis.sarah);
    await expect.poll(() => stream.frames[0]).toMatchObject({ event: "reset", data: { cursor } });
    stream.close();
  }
});

test("a state and the events after it make the state of now", async ({ site, apis, launch }) => {
  const before = (await apis.sarah.get("/api/messages")).json;
  const stream = await openRawStream(`${site.url}/api/events?after=${before.cursor}`, apis.sarah);
  for (let n = 1; n <= 5; n++) await apis.eventpro.sendMessage(launch.id, `Number ${n}`);
  const { seq } = await apis.eventpro.sendMessage(launch.id, "The last");
  await apis.sarah.markRead(launch.id, seq - 2);
  const now = (await apis.sarah.get("/api/messages")).json;
  await expect.poll(() => stream.frames.at(-1)?.id).toBe(String(now.cursor));

  const { conversations } = before;
  for (const { event, data } of stream.frames) {
    const told = conversations.find((known: any) => known.id === (data.message?.conversationId ?? data.conversationId));
    if (event === "message.created") {
      Object.assign(told, { lastMessage: data.message, lastSeq: data.message.seq, updatedAt: data.message.createdAt });
      told.unread += data.message.sender.id === told.counterpart.id ? 1 : 0;
    }
    if (event === "conversation.read" && data.userId !== told.counterpart.id) {
      Object.assign(told, { readSeq: data.readSeq, unread: data.unread ?? told.unread });
    }
  }
  expect(conversations).toEqual(now.conversations);
});

test("signing out says so on the stream and ends it; the next try is a 401", async ({ site, apis }) => {
  const stream = await openRawStream(`${site.url}/api/events`, apis.sarah);
  await apis.sarah.signOut();
  await expect.poll(() => stream.ended).toBe(true);
  expect(stream.frames.at(-1)).toMatchObject({ event: "session-ended" });
  expect((await apis.sarah.get("/api/events")).status).toBe(401);
});

test("a message is on the stream the moment it is sent", async ({ site, apis, launch }) => {
  const stream = await openRawStream(`${site.url}/api/events`, apis.sarah);
  for (let n = 1; n <= 10; n++) {
    await apis.eventpro.sendMessage(launch.id, `Number ${n}`);
    const sent = Date.now();
    await expect.poll(() => stream.bodies.length, { intervals: [2] }).toBe(n);
    // Far beyond what it takes, far below what a buffer on the way would make of it.
    expect(Date.now() - sent).toBeLessThan(1_000);
  }
  stream.close();
});
