import { expectEqual, expectTrue } from "../support/expect.mjs";
import { Person } from "../support/person.mjs";

/** Streams of an ended session. */

/** Milliseconds until the stream must have ended. */
const END_LIMIT = 1_000;

export const signOut = [
  ["signing out sends session-ended within 1 s, and the server closes the stream", async (scenario) => {
    const phone = await signInAgain(scenario);
    const streams = await Promise.all([phone.subscribe(), phone.subscribe({ path: "/api/websocket" })]);
    await phone.signOut();
    for (const stream of streams) {
      const { json } = await stream.waitForEvent("session-ended", () => true, END_LIMIT);
      expectTrue(typeof json.reason === "string" && json.reason, "session-ended has no reason");
      await stream.waitForEnd(END_LIMIT);
      expectEqual(stream.frames.at(-1).event, "session-ended", "the last frame");
    }
  }],

  ["a new stream of an ended session responds 401", async (scenario) => {
    const phone = await signInAgain(scenario);
    await phone.subscribe();
    await phone.signOut();
    expectEqual((await phone.openStream()).status, 401, "the status");
  }],

  ["signing out ends no stream of another session", async (scenario) => {
    const { organizer, talent, conversationId } = scenario;
    const phone = await signInAgain(scenario);
    const streams = await Promise.all([talent.subscribe(), organizer.subscribe()]);
    await phone.subscribe();
    await phone.signOut();
    const { body } = await organizer.sendMessage(conversationId);
    for (const stream of streams) {
      await stream.waitForMessage(body);
      expectTrue(!stream.endedAt, `${stream.person.name}'s stream of another session ended`);
    }
  }],
];

/** Signs the talent in on a second device. */
async function signInAgain({ talent, site, password }) {
  const phone = await Person.signIn(site, talent.name, password);
  phone.streams = talent.streams;
  return phone;
}
