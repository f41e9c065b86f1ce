import { expectTrue } from "../support/expect.mjs";

/** What is between two people reaches no third. */

export const isolation = [
  ["a third person's streams carry nothing of the conversation, in all checks so far", async (stage) => {
    const { outside, stranger, elsewhere } = stage;
    await talk(stage);
    // Once they hear of what is theirs, all that was before would have been there.
    await outside.said((await stranger.say(elsewhere)).body);
    for (const stream of stranger.streams) expectTrue(!hears(stream, stage), `${stranger.name} heard ${hears(stream, stage)}`);
  }],

  ["a replay to the third person carries nothing of it either", async (stage) => {
    const { stranger, elsewhere } = stage;
    const cursor = await stranger.head();
    await talk(stage);
    const { body } = await stranger.say(elsewhere);
    const stream = await stranger.listen({ after: cursor });
    await stream.said(body);
    expectTrue(!hears(stream, stage), `${stranger.name} heard ${hears(stream, stage)}`);
  }],
];

/** The two are there, talk and read. */
async function talk({ organizer, talent, talk }) {
  const streams = await Promise.all([organizer.listen(), talent.listen()]);
  const { body, seq } = await organizer.say(talk);
  await talent.readOn(talk, seq);
  for (const stream of streams) await stream.said(body);
}

/** The first frame that tells of the two, or of what they talk about. */
function hears({ frames }, { both, talk }) {
  const theirs = [talk, ...both.map(({ id }) => id)];
  return frames.map(({ event, data }) => `${event} ${data.join(" ")}`).find((frame) => theirs.some((id) => frame.includes(id)));
}
