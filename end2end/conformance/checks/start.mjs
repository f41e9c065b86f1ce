import { expectEqual, expectTrue } from "../support/expect.mjs";

/** The first frame of a stream, and where the stream resumes. */

const invalidCursors = (lastSeq) => [lastSeq + 1_000, -1, "abc", "1.5", "99999999999999999999"];
const RESUME = { "?after": (cursor) => ({ after: cursor }), "Last-Event-ID": (cursor) => ({ lastEventId: cursor }) };

export const start = [
  ["a new stream starts with ready, the last seq and resumed: false", async ({ talent }) => {
    const lastSeq = await talent.lastSeq();
    const first = await (await talent.subscribe()).waitForFirstFrame();
    expectFrame(first, "ready", { cursor: lastSeq, resumed: false });
  }],

  ...Object.entries(RESUME).flatMap(([name, resumeAt]) => [
    [`a stream resumed by ${name} starts with ready, that seq and resumed: true`, async ({ organizer, talent, conversationId }) => {
      const cursor = await talent.lastSeq();
      await organizer.sendMessage(conversationId);
      for (const from of [cursor, await talent.lastSeq()]) {
        const first = await (await talent.subscribe(resumeAt(from))).waitForFirstFrame();
        expectFrame(first, "ready", { cursor: from, resumed: true });
      }
    }],

    [`an invalid ${name} gets reset with the last seq, and the stream continues`, async (scenario) => {
      const { organizer, talent, conversationId } = scenario;
      for (const cursor of invalidCursors(await talent.lastSeq())) {
        const lastSeq = await talent.lastSeq();
        const stream = await talent.subscribe(resumeAt(cursor));
        expectFrame(await stream.waitForFirstFrame(), "reset", { cursor: lastSeq }, `resumed at ${cursor}: `);
        const { body } = await organizer.sendMessage(conversationId);
        await stream.waitForMessage(body);
        expectEqual(stream.seqs[0], lastSeq + 1, `the first seq after a reset from ${cursor}`);
        scenario.closeStreams();
      }
    }],
  ]),

  ["with neither, only new events arrive", async ({ organizer, talent, conversationId }) => {
    const before = await organizer.sendMessage(conversationId);
    const stream = await talent.subscribe();
    const after = await organizer.sendMessage(conversationId);
    await stream.waitForMessage(after.body);
    expectEqual(stream.messages.map(({ id }) => id), [after.id], "the received messages");
    expectTrue(before.seq < after.seq, "the first message isn't before the second");
  }],

  ["Last-Event-ID takes precedence over ?after", async ({ organizer, talent, conversationId }) => {
    const cursor = await talent.lastSeq();
    const { body } = await organizer.sendMessage(conversationId);
    const lastSeq = await talent.lastSeq();
    for (const after of [lastSeq, lastSeq + 1_000, "abc"]) {
      const stream = await talent.subscribe({ after, lastEventId: cursor });
      expectFrame(await stream.waitForFirstFrame(), "ready", { cursor, resumed: true }, `?after=${after}: `);
      await stream.waitForMessage(body);
    }
  }],
];

function expectFrame(frame, event, data, when = "") {
  expectEqual(frame.event, event, `${when}the first frame`);
  expectEqual(frame.id, String(data.cursor), `${when}the id of ${event}`);
  for (const [name, value] of Object.entries(data)) expectEqual(frame.json?.[name], value, `${when}${name} of ${event}`);
}
