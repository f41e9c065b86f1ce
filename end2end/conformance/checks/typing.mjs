import { expectEqual, expectTrue } from "../support/expect.mjs";
import { waitForBarrier } from "../support/barrier.mjs";

/** Typing notifications. */

/** Milliseconds until a repeated notification must get through: the server passes on only one every few seconds. */
const TYPING_LIMIT = 4_000;

export const typing = [
  ["typing reaches only the other person", async (scenario) => {
    for (const typist of scenario.participants) {
      const [own, theirs] = await Promise.all([typist.subscribe(), scenario.counterpartOf(typist).subscribe()]);
      const { json } = await sendTyping(scenario, typist, theirs);
      expectTrue(Date.parse(json.until) > 0, `typing has the end ${json.until}`);
      await waitForBarrier(own, scenario);
      expectTrue(!carriesTyping(own), `${typist.name} received their own typing`);
      expectTrue(!carriesTyping(scenario.strangerStream), `${scenario.stranger.name} received it`);
    }
  }],

  ["typing is not replayed", async (scenario) => {
    const { organizer, talent } = scenario;
    const cursor = await talent.lastSeq();
    await sendTyping(scenario, organizer, await talent.subscribe());
    const stream = await talent.subscribe({ after: cursor });
    await waitForBarrier(stream, scenario);
    expectTrue(!carriesTyping(stream), "a resumed stream replayed it");
  }],

  ["a stream requested with Save-Data: on carries no typing", async (scenario) => {
    const { organizer, talent } = scenario;
    const [saving, other] = await Promise.all([talent.subscribe({ headers: { "save-data": "on" } }), talent.subscribe()]);
    await sendTyping(scenario, organizer, other);
    await waitForBarrier(saving, scenario);
    expectTrue(!carriesTyping(saving), "the stream carried it");
  }],
];

const carriesTyping = ({ frames }) => frames.some(({ event }) => event === "typing");

/** Sends typing until it arrives on the stream. Returns its frame. */
async function sendTyping({ conversationId }, typist, stream) {
  const matches = (event) => event.conversationId === conversationId && event.userId === typist.id;
  const start = performance.now();
  for (;;) {
    const { status } = await typist.requestOk("PUT", `/api/conversations/${conversationId}/typing`);
    expectEqual(status, 204, "the status");
    const frame = await stream.waitForEvent("typing", matches, 500).catch((error) => {
      if (performance.now() - start > TYPING_LIMIT) throw error;
    });
    if (frame) return frame;
  }
}
