import { expectTrue } from "../support/expect.mjs";

/** Events of a conversation reach only its two people. */

export const isolation = [
  ["a third person's streams carry nothing of the conversation, in all checks so far", async (scenario) => {
    const { strangerStream, stranger, strangerConversationId } = scenario;
    await exchangeMessage(scenario);
    // When the stranger's own message has arrived, all earlier events have arrived too.
    await strangerStream.waitForMessage((await stranger.sendMessage(strangerConversationId)).body);
    for (const stream of stranger.streams) expectIsolated(stream, scenario);
  }],

  ["a replay to the third person carries nothing of it either", async (scenario) => {
    const { stranger, strangerConversationId } = scenario;
    const cursor = await stranger.lastSeq();
    await exchangeMessage(scenario);
    const { body } = await stranger.sendMessage(strangerConversationId);
    const stream = await stranger.subscribe({ after: cursor });
    await stream.waitForMessage(body);
    expectIsolated(stream, scenario);
  }],
];

/** Both people come online; one writes, the other reads. */
async function exchangeMessage({ organizer, talent, conversationId }) {
  const streams = await Promise.all([organizer.subscribe(), talent.subscribe()]);
  const { body, seq } = await organizer.sendMessage(conversationId);
  await talent.markRead(conversationId, seq);
  for (const stream of streams) await stream.waitForMessage(body);
}

/** Fails if a frame names one of the two people or their conversation. */
function expectIsolated({ person, frames }, { participants, conversationId }) {
  const ids = [conversationId, ...participants.map(({ id }) => id)];
  const leaked = frames.map(({ event, data }) => `${event} ${data.join(" ")}`).find((frame) => ids.some((id) => frame.includes(id)));
  expectTrue(!leaked, `${person.name} received ${leaked}`);
}
