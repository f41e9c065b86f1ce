import { holds, same } from "../support/expect.mjs";
import { fence } from "../support/fence.mjs";

/** What two people notice of each other: how far messages came, and who is writing. */

/** Somebody who goes on writing is told of from time to time only. */
const TOLD_AGAIN = 4_000;

export const together = [
  ["how far messages came to somebody is told to who sent them, once", async (stage) => {
    const { organizer, talent, talk } = stage;
    const stream = await organizer.listen();
    const { seq } = await organizer.say(talk);
    for (let n = 1; n <= 2; n++) same((await put(talent, talk, "delivered", { seq })).status, 204, "the status");
    const fits = ({ conversationId, userId, deliveredSeq }) => conversationId === talk && userId === talent.id && deliveredSeq === seq;
    await stream.heard("conversation.delivered", fits);
    await fence(stream, stage);
    same(stream.frames.filter(({ event, json }) => event === "conversation.delivered" && fits(json)).length, 1, "how often it was told");
    same((await organizer.conversation(talk)).conversation.counterpartDeliveredSeq, seq, "counterpartDeliveredSeq");
  }],

  ["who is writing is told to the other, and to nobody else", async (stage) => {
    for (const typist of stage.both) {
      const [own, theirs] = await Promise.all([typist.listen(), stage.other(typist).listen()]);
      const { json } = await type(stage, typist, theirs);
      holds(Date.parse(json.until) > 0, `it lasts until ${json.until}`);
      await fence(own, stage);
      holds(!hears(own), `${typist.name} was told that they write themselves`);
      holds(!hears(stage.outside), `${stage.stranger.name} was told of it`);
    }
  }],

  ["who was writing is told to nobody later", async (stage) => {
    const { organizer, talent } = stage;
    const cursor = await talent.head();
    await type(stage, organizer, await talent.listen());
    const stream = await talent.listen({ after: cursor });
    await fence(stream, stage);
    holds(!hears(stream), "it was told again to a stream that was resumed");
  }],

  ["a stream asked for with Save-Data: on is spared who is writing", async (stage) => {
    const { organizer, talent } = stage;
    const [sparing, other] = await Promise.all([talent.listen({ headers: { "save-data": "on" } }), talent.listen()]);
    await type(stage, organizer, other);
    await fence(sparing, stage);
    holds(!hears(sparing), "it was told all the same");
  }],
];

const put = (person, talk, what, body) => person.done("PUT", `/api/conversations/${talk}/${what}`, body);
const hears = ({ frames }) => frames.some(({ event }) => event === "typing");

/** Says that somebody is writing, until the other has heard. */
async function type({ talk }, typist, stream) {
  const fits = ({ conversationId, userId }) => conversationId === talk && userId === typist.id;
  const begun = performance.now();
  for (;;) {
    same((await put(typist, talk, "typing")).status, 204, "the status");
    const heard = await stream.heard("typing", fits, 500).catch((error) => {
      if (performance.now() - begun > TOLD_AGAIN) throw error;
    });
    if (heard) return heard;
  }
}
