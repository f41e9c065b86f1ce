import { expect, test } from "../../support/fixtures.ts";
import { openRawStream } from "../../support/raw-stream.ts";

test("the stream has its content type, is not cached and is not compressed", async ({ site, apis }) => {
  const stream = await openRawStream(`${site.url}/api/events`, apis.sarah, { "accept-encoding": "gzip, br" });
  expect(stream.status).toBe(200);
  expect(stream.headers["content-type"]).toBe("text/event-stream");
  expect(stream.headers["cache-control"]).toBe("no-cache, no-transform");
  expect(stream.headers["x-accel-buffering"]).toBe("no");
  expect(stream.headers["content-encoding"]).toBeUndefined();
  expect(stream.headers["set-cookie"]).toBeUndefined();
  stream.close();
});

test("after the cursor, each event is replayed once and in order, then the stream is live", async ({ site, apis, launch }) => {
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

test("an invalid cursor gets reset", async ({ site, apis }) => {
  const { cursor } = (await apis.sarah.get("/api/messages")).json;
  for (const after of [cursor + 1000, -1, "abc"]) {
    const stream = await openRawStream(`${site.url}/api/events?after=${after}`, apis.sarah);
    await expect.poll(() => stream.frames[0]).toMatchObject({ event: "reset", data: { cursor } });
    stream.close();
  }
});

test("a snapshot with the later events applied equals the current state", async ({ site, apis, launch }) => {
  const before = (await apis.sarah.get("/api/messages")).json;
  const stream = await openRawStream(`${site.url}/api/events?after=${before.cursor}`, apis.sarah);
  for (let n = 1; n <= 5; n++) await apis.eventpro.sendMessage(launch.id, `Number ${n}`);
  const { seq } = await apis.eventpro.sendMessage(launch.id, "The last");
  await apis.sarah.markRead(launch.id, seq - 2);
  const now = (await apis.sarah.get("/api/messages")).json;
  await expect.poll(() => stream.frames.at(-1)?.id).toBe(String(now.cursor));

  const { conversations } = before;
  for (const { event, data } of stream.frames) {
    const conversation = conversations.find((candidate: any) => candidate.id === (data.message?.conversationId ?? data.conversationId));
    if (event === "message.created") {
      Object.assign(conversation, { lastMessage: data.message, lastSeq: data.message.seq, updatedAt: data.message.createdAt });
      conversation.unread += data.message.sender.id === conversation.counterpart.id ? 1 : 0;
    }
    if (event === "conversation.read" && data.userId !== conversation.counterpart.id) {
      Object.assign(conversation, { readSeq: data.readSeq, unread: data.unread ?? conversation.unread });
    }
  }
  expect(conversations).toEqual(now.conversations);
});

test("signing out ends the stream with session-ended, and the next request responds 401", async ({ site, apis }) => {
  const stream = await openRawStream(`${site.url}/api/events`, apis.sarah);
  await apis.sarah.signOut();
  await expect.poll(() => stream.ended).toBe(true);
  expect(stream.frames.at(-1)).toMatchObject({ event: "session-ended" });
  expect((await apis.sarah.get("/api/events")).status).toBe(401);
});

test("a message is on the stream within 1 s", async ({ site, apis, launch }) => {
  const stream = await openRawStream(`${site.url}/api/events`, apis.sarah);
  for (let n = 1; n <= 10; n++) {
    await apis.eventpro.sendMessage(launch.id, `Number ${n}`);
    const sent = Date.now();
    await expect.poll(() => stream.bodies.length, { intervals: [2] }).toBe(n);
    // Far above the usual delay, far below that of a buffering proxy.
    expect(Date.now() - sent).toBeLessThan(1_000);
  }
  stream.close();
});
