import { expectEqual, expectTrue } from "../support/expect.mjs";

/** How a stream begins, and where it goes on. */

/** What is no place to resume at. */
const nowhere = (head) => [head + 1_000, -1, "abc", "1.5", "99999999999999999999"];
const HOW = { "?after": (cursor) => ({ after: cursor }), "Last-Event-ID": (cursor) => ({ lastEventId: cursor }) };

export const start = [
  ["a new stream starts with ready, the last seq and resumed: false", async ({ talent }) => {
    const head = await talent.head();
    const first = await (await talent.listen()).first();
    begins(first, "ready", { cursor: head, resumed: false });
  }],

  ...Object.entries(HOW).flatMap(([name, how]) => [
    [`a stream resumed by ${name} starts with ready, that seq and resumed: true`, async ({ organizer, talent, talk }) => {
      const cursor = await talent.head();
      await organizer.say(talk);
      for (const from of [cursor, await talent.head()]) {
        const first = await (await talent.listen(how(from))).first();
        begins(first, "ready", { cursor: from, resumed: true });
      }
    }],

    [`an invalid ${name} gets reset with the last seq, and the stream continues`, async (stage) => {
      const { organizer, talent, talk } = stage;
      for (const cursor of nowhere(await talent.head())) {
        const head = await talent.head();
        const stream = await talent.listen(how(cursor));
        begins(await stream.first(), "reset", { cursor: head }, `asked for ${cursor}, `);
        const { body } = await organizer.say(talk);
        await stream.said(body);
        expectEqual(stream.numbers[0], head + 1, `the first number after a reset from ${cursor}`);
        stage.tidy();
      }
    }],
  ]),

  ["with neither, only new events arrive", async ({ organizer, talent, talk }) => {
    const before = await organizer.say(talk);
    const stream = await talent.listen();
    const after = await organizer.say(talk);
    await stream.said(after.body);
    expectEqual(stream.messages.map(({ id }) => id), [after.id], "the messages that came");
    expectTrue(before.seq < after.seq, "the first message isn't before the second");
  }],

  ["Last-Event-ID takes precedence over ?after", async ({ organizer, talent, talk }) => {
    const cursor = await talent.head();
    const { body } = await organizer.say(talk);
    const head = await talent.head();
    for (const after of [head, head + 1_000, "abc"]) {
      const stream = await talent.listen({ after, lastEventId: cursor });
      begins(await stream.first(), "ready", { cursor, resumed: true }, `?after=${after}: `);
      await stream.said(body);
    }
  }],
];

function begins(frame, event, data, when = "") {
  expectEqual(frame.event, event, `${when}the first frame`);
  expectEqual(frame.id, String(data.cursor), `${when}the id of ${event}`);
  for (const [name, value] of Object.entries(data)) expectEqual(frame.json?.[name], value, `${when}${name} of ${event}`);
}
