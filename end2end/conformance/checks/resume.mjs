import { expectEqual, range } from "../support/expect.mjs";

/** Replay after a cursor, then live events. */

const RECONNECTS = 20;
/** Messages sent during the reconnects, at most: fewer than the rate limit allows per minute. */
const MAX_MESSAGES = 100;

export const resume = [
  ["?after=N replays each later event once and in order, then goes live", (scenario) => checkReplay(scenario, (after) => ({ after }))],

  ["Last-Event-ID replays each later event once and in order, then goes live", (scenario) =>
    checkReplay(scenario, (lastEventId) => ({ lastEventId }))],

  ["a replay from 0 is the sequence 1, 2, 3, … up to the last seq", async ({ talent }) => {
    const lastSeq = await talent.lastSeq();
    const stream = await talent.subscribe({ after: 0 });
    // A site that has deleted its oldest events can't replay from 1 and sends reset.
    if ((await stream.waitForFirstFrame()).event === "reset") return;
    await stream.waitUntil(({ seqs }) => seqs.includes(lastSeq), `event ${lastSeq}`, 10_000);
    expectEqual(stream.seqs, range(1, lastSeq), "the seqs");
  }],

  [`${RECONNECTS} reconnects in a row while messages are sent lose and duplicate no event`, async (scenario) => {
    const { talent } = scenario;
    const cursor = await talent.lastSeq();
    const frames = [];
    const last = () => frames.at(-1)?.json.seq ?? cursor;
    let rounds = 0;
    const sending = exchangeMessages(scenario, MAX_MESSAGES, () => rounds < RECONNECTS);
    for (; rounds < RECONNECTS; rounds++) frames.push(...(await receiveSome(talent, last())));
    const sent = await sending;
    const lastSeq = await talent.lastSeq();
    const stream = await talent.subscribe({ lastEventId: last() });
    await stream.waitUntil(({ seqs }) => last() === lastSeq || seqs.includes(lastSeq), `event ${lastSeq}`);
    frames.push(...stream.sequenced);
    expectEqual(frames.map(({ json }) => json?.seq), range(cursor + 1, lastSeq), "the seqs");
    expectEqual(bodies(frames), sent, "the messages");
  }],

  ["two streams of one person carry the same events", async (scenario) => {
    const { talent } = scenario;
    const streams = await Promise.all([talent.subscribe(), talent.subscribe({ path: "/api/websocket" })]);
    const sent = await exchangeMessages(scenario, 10);
    const lastSeq = await talent.lastSeq();
    await Promise.all(streams.map((stream) => stream.waitUntil(({ seqs }) => seqs.includes(lastSeq), `event ${lastSeq}`)));
    const [one, other] = streams.map(({ sequenced }) => sequenced.map(({ event, id, data }) => ({ event, id, data })));
    expectEqual(other, one, "the events of the second stream");
    expectEqual(bodies(streams[0].sequenced), sent, "the messages");
  }],
];

async function checkReplay(scenario, resumeAt) {
  const { organizer, talent, conversationId } = scenario;
  const cursor = await talent.lastSeq();
  const missed = await exchangeMessages(scenario, 5);
  const lastSeq = await talent.lastSeq();
  const stream = await talent.subscribe(resumeAt(cursor));
  await stream.waitUntil(({ seqs }) => seqs.includes(lastSeq), `event ${lastSeq}`);
  const { body } = await organizer.sendMessage(conversationId);
  await stream.waitForMessage(body);
  expectEqual(bodies(stream.sequenced), [...missed, body], "the messages");
  // The notification of the last message may have arrived after it.
  expectEqual(stream.seqs, range(cursor + 1, cursor + stream.seqs.length), "the seqs");
}

/** Both people write in turn, up to `count` messages while `shouldContinue()` is true. Returns the texts. */
async function exchangeMessages({ participants, conversationId }, count, shouldContinue = () => true) {
  const sent = [];
  while (sent.length < count && shouldContinue()) {
    const sender = participants[sent.length % 2];
    sent.push((await sender.sendMessage(conversationId)).body);
  }
  return sent;
}

/** Opens a stream after a cursor, closes it after two events or 100 ms, and returns what it received. */
async function receiveSome(person, lastEventId) {
  const stream = await person.subscribe({ lastEventId });
  await stream.waitUntil(({ sequenced }) => sequenced.length >= 2, "the next event", 100).catch(() => {});
  stream.close();
  return stream.sequenced;
}

function bodies(frames) {
  return frames.filter(({ event }) => event === "message.created").map(({ json }) => json?.message.body);
}
