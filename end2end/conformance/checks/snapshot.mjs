import { expectEqual, range } from "../support/expect.mjs";

/** A snapshot with the later events applied equals a later snapshot. */

const ROUNDS = 8;

export const snapshot = [
  ["a conversation read at a cursor, with the later events applied, equals the conversation read now", async (scenario) => {
    const { participants, conversationId } = scenario;
    const cursors = await Promise.all(participants.map((person) => person.lastSeq()));
    const traffic = sendAndRead(scenario);
    // Reads while events are being recorded: a race between cursor and state shows only then.
    const snapshots = await Promise.all(participants.map((person) => takeSnapshots(person, conversationId)));
    await traffic;
    for (const [index, person] of participants.entries()) await checkSnapshots(person, conversationId, cursors[index], snapshots[index]);
  }],
];

/** Both people write and read concurrently. */
async function sendAndRead({ participants, conversationId }) {
  const each = participants.map(async (person) => {
    for (let round = 1; round <= ROUNDS; round++) {
      const { seq } = await person.sendMessage(conversationId);
      await person.markRead(conversationId, seq - (round % 3));
    }
  });
  await Promise.all(each);
}

async function takeSnapshots(person, conversationId) {
  const snapshots = [];
  for (const _ of range(1, ROUNDS)) snapshots.push(await person.getConversation(conversationId));
  return snapshots;
}

/** Applies the events after each snapshot to it, and compares the result with the current state. */
async function checkSnapshots(person, conversationId, cursor, snapshots) {
  const stream = await person.subscribe({ after: cursor });
  const now = await person.getConversation(conversationId);
  await stream.waitUntil(({ seqs }) => now.cursor === cursor || seqs.includes(now.cursor), `event ${now.cursor}`);
  const events = stream.sequenced.map(({ json }) => json).filter(({ seq }) => seq <= now.cursor);
  for (const snapshot of snapshots) {
    const conversation = structuredClone(snapshot.conversation);
    for (const event of events.filter(({ seq }) => seq > snapshot.cursor)) applyEvent(conversation, event, person.id);
    expectEqual(comparedFields(conversation), comparedFields(now.conversation), `${person.name}'s conversation, read at ${snapshot.cursor} with the events up to ${now.cursor} applied`);
  }
}

/** Applies an event to a conversation as `viewerId` sees it. */
function applyEvent(conversation, event, viewerId) {
  const { type, message, conversationId, userId, readSeq, unread } = event;
  if (type === "message.created" && message.conversationId === conversation.id && message.seq > conversation.lastSeq) {
    conversation.lastSeq = message.seq;
    conversation.unread += message.sender.id === viewerId ? 0 : 1;
  } else if (type === "conversation.read" && conversationId === conversation.id) {
    if (userId === viewerId) Object.assign(conversation, { readSeq, unread });
    else conversation.counterpartReadSeq = readSeq;
  }
}

function comparedFields({ lastSeq, unread, readSeq, counterpartReadSeq }) {
  return { lastSeq, unread, readSeq, counterpartReadSeq };
}
