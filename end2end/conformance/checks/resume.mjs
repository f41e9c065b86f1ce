import { range, expectEqual } from "../support/expect.mjs";

/** What comes after a cursor: all of it, once, in order, then what happens. */

const RECONNECTS = 20;
/** What a fast talker comes to while somebody reconnects slowly: less than a person may send in a minute. */
const MOST_SAID = 100;

export const resume = [
  ["?after=N replays each later event once and in order, then goes live", (stage) => resumes(stage, (after) => ({ after }))],

  ["Last-Event-ID replays each later event once and in order, then goes live", (stage) =>
    resumes(stage, (lastEventId) => ({ lastEventId }))],

  ["a replay from 0 is the sequence 1, 2, 3, … up to the last seq", async ({ talent }) => {
    const head = await talent.head();
    const stream = await talent.listen({ after: 0 });
    // The log of a site that is older than it is kept for can't begin at 1, and says so.
    if ((await stream.first()).event === "reset") return;
    await stream.until(({ numbers }) => numbers.includes(head), `number ${head}`, 10_000);
    expectEqual(stream.numbers, range(1, head), "the numbers");
  }],

  [`${RECONNECTS} reconnects in a row while messages are sent lose and duplicate no event`, async (stage) => {
    const { talent } = stage;
    const cursor = await talent.head();
    const frames = [];
    const last = () => frames.at(-1)?.json.seq ?? cursor;
    let rounds = 0;
    const talking = talkAway(stage, MOST_SAID, () => rounds < RECONNECTS);
    for (; rounds < RECONNECTS; rounds++) frames.push(...(await someFrom(talent, last())));
    const said = await talking;
    const head = await talent.head();
    const stream = await talent.listen({ lastEventId: last() });
    await stream.until(({ numbers }) => last() === head || numbers.includes(head), `number ${head}`);
    frames.push(...stream.numbered);
    expectEqual(frames.map(({ json }) => json?.seq), range(cursor + 1, head), "the numbers");
    expectEqual(bodies(frames), said, "the messages");
  }],

  ["two streams of one person carry the same events", async (stage) => {
    const { talent } = stage;
    const streams = await Promise.all([talent.listen(), talent.listen({ path: "/api/websocket" })]);
    const said = await talkAway(stage, 10);
    const head = await talent.head();
    await Promise.all(streams.map((stream) => stream.until(({ numbers }) => numbers.includes(head), `number ${head}`)));
    const [one, other] = streams.map(({ numbered }) => numbered.map(({ event, id, data }) => ({ event, id, data })));
    expectEqual(other, one, "what came on the second");
    expectEqual(bodies(streams[0].numbered), said, "the messages");
  }],
];

async function resumes(stage, how) {
  const { organizer, talent, talk } = stage;
  const cursor = await talent.head();
  const missed = await talkAway(stage, 5);
  const head = await talent.head();
  const stream = await talent.listen(how(cursor));
  await stream.until(({ numbers }) => numbers.includes(head), `number ${head}`);
  const { body } = await organizer.say(talk);
  await stream.said(body);
  expectEqual(bodies(stream.numbered), [...missed, body], "the messages");
  // Something may follow the last message already, such as what the bell says of it.
  expectEqual(stream.numbers, range(cursor + 1, cursor + stream.numbers.length), "the numbers");
}

/** The two talk in turn, for as long as they may. Says what was said. */
async function talkAway({ both, talk }, count, goesOn = () => true) {
  const said = [];
  while (said.length < count && goesOn()) {
    const sender = both[said.length % 2];
    said.push((await sender.say(talk)).body);
  }
  return said;
}

/** A few events from a cursor on, as long as any come. The line is cut without a word. */
async function someFrom(person, lastEventId) {
  const stream = await person.listen({ lastEventId });
  await stream.until(({ numbered }) => numbered.length >= 2, "the next event", 100).catch(() => {});
  stream.close();
  return stream.numbered;
}

function bodies(frames) {
  return frames.filter(({ event }) => event === "message.created").map(({ json }) => json?.message.body);
}
