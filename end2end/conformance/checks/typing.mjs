import { expectEqual, expectTrue } from "../support/expect.mjs";
import { fence } from "../support/fence.mjs";

/** What two people notice of each other: how far messages came, and who is writing. */

/** Somebody who goes on writing is told of from time to time only. */
const TOLD_AGAIN = 4_000;

export const typing = [
  ["typing reaches only the other person", async (stage) => {
    for (const typist of stage.both) {
      const [own, theirs] = await Promise.all([typist.listen(), stage.other(typist).listen()]);
      const { json } = await type(stage, typist, theirs);
      expectTrue(Date.parse(json.until) > 0, `it lasts until ${json.until}`);
      await fence(own, stage);
      expectTrue(!hears(own), `${typist.name} was told that they write themselves`);
      expectTrue(!hears(stage.outside), `${stage.stranger.name} was told of it`);
    }
  }],

  ["typing is not replayed", async (stage) => {
    const { organizer, talent } = stage;
    const cursor = await talent.head();
    await type(stage, organizer, await talent.listen());
    const stream = await talent.listen({ after: cursor });
    await fence(stream, stage);
    expectTrue(!hears(stream), "it was told again to a stream that was resumed");
  }],

  ["a stream requested with Save-Data: on carries no typing", async (stage) => {
    const { organizer, talent } = stage;
    const [sparing, other] = await Promise.all([talent.listen({ headers: { "save-data": "on" } }), talent.listen()]);
    await type(stage, organizer, other);
    await fence(sparing, stage);
    expectTrue(!hears(sparing), "it was told all the expectEqual");
  }],
];

const put = (person, talk, what, body) => person.done("PUT", `/api/conversations/${talk}/${what}`, body);
const hears = ({ frames }) => frames.some(({ event }) => event === "typing");

/** Says that somebody is writing, until the other has heard. */
async function type({ talk }, typist, stream) {
  const fits = ({ conversationId, userId }) => conversationId === talk && userId === typist.id;
  const begun = performance.now();
  for (;;) {
    expectEqual((await put(typist, talk, "typing")).status, 204, "the status");
    const heard = await stream.heard("typing", fits, 500).catch((error) => {
      if (performance.now() - begun > TOLD_AGAIN) throw error;
    });
    if (heard) return heard;
  }
}
