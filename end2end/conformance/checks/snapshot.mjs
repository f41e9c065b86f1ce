import { range, expectEqual } from "../support/expect.mjs";

/** A state read at a number, with the events after it, is the state of now. */

const ROUNDS = 8;

export const snapshot = [
  ["a conversation read at a cursor, with the later events applied, equals the conversation read now", async (stage) => {
    const { both, talk } = stage;
    const cursors = await Promise.all(both.map((person) => person.head()));
    const talking = talkAndRead(stage);
    // Read in the midst of it, which is when it would go wrong.
    const read = await Promise.all(both.map((person) => readAgainAndAgain(person, talk)));
    await talking;
    for (const [index, person] of both.entries()) await leadsToNow(person, talk, cursors[index], read[index]);
  }],
];

/** Both talk and read at once. */
async function talkAndRead({ both, talk }) {
  const each = both.map(async (person) => {
    for (let round = 1; round <= ROUNDS; round++) {
      const { seq } = await person.say(talk);
      await person.readOn(talk, seq - (round % 3));
    }
  });
  await Promise.all(each);
}

async function readAgainAndAgain(person, talk) {
  const states = [];
  for (const _ of range(1, ROUNDS)) states.push(await person.conversation(talk));
  return states;
}

async function leadsToNow(person, talk, cursor, states) {
  const stream = await person.listen({ after: cursor });
  const now = await person.conversation(talk);
  await stream.until(({ numbers }) => now.cursor === cursor || numbers.includes(now.cursor), `number ${now.cursor}`);
  const events = stream.numbered.map(({ json }) => json).filter(({ seq }) => seq <= now.cursor);
  for (const read of states) {
    const conversation = structuredClone(read.conversation);
    for (const event of events.filter(({ seq }) => seq > read.cursor)) apply(conversation, event, person.id);
    expectEqual(pick(conversation), pick(now.conversation), `${person.name}'s conversation, read at ${read.cursor} and followed to ${now.cursor}`);
  }
}

/** What an event changes of a conversation, for one who is `me`. */
function apply(conversation, event, me) {
  const { type, message, conversationId, userId, readSeq, unread } = event;
  if (type === "message.created" && message.conversationId === conversation.id && message.seq > conversation.lastSeq) {
    conversation.lastSeq = message.seq;
    conversation.unread += message.sender.id === me ? 0 : 1;
  } else if (type === "conversation.read" && conversationId === conversation.id) {
    if (userId === me) Object.assign(conversation, { readSeq, unread });
    else conversation.counterpartReadSeq = readSeq;
  }
}

function pick({ lastSeq, unread, readSeq, counterpartReadSeq }) {
  return { lastSeq, unread, readSeq, counterpartReadSeq };
}
