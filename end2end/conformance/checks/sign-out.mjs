import { expectEqual, expectTrue } from "../support/expect.mjs";
import { Person } from "../support/person.mjs";

/** What becomes of streams when somebody signs out. */

const AT_ONCE = 1_000;

export const signOut = [
  ["signing out sends session-ended within 1 s, and the server closes the stream", async (stage) => {
    const phone = await another(stage);
    const streams = await Promise.all([phone.listen(), phone.listen({ path: "/api/websocket" })]);
    await phone.signOut();
    for (const stream of streams) {
      const { json } = await stream.heard("session-ended", () => true, AT_ONCE);
      expectTrue(typeof json.reason === "string" && json.reason, "session-ended says no reason");
      await stream.ended(AT_ONCE);
      expectEqual(stream.frames.at(-1).event, "session-ended", "the last frame");
    }
  }],

  ["a new stream of an ended session responds 401", async (stage) => {
    const phone = await another(stage);
    await phone.listen();
    await phone.signOut();
    expectEqual((await phone.open()).status, 401, "the status");
  }],

  ["signing out ends no stream of another session", async (stage) => {
    const { organizer, talent, talk } = stage;
    const phone = await another(stage);
    const streams = await Promise.all([talent.listen(), organizer.listen()]);
    await phone.listen();
    await phone.signOut();
    const { body } = await organizer.say(talk);
    for (const stream of streams) {
      await stream.said(body);
      expectTrue(!stream.endedAt, `${stream.person.name}'s stream of another session ended`);
    }
  }],
];

/** The talent on a second device. */
async function another({ talent, site, password }) {
  const phone = await Person.signIn(site, talent.name, password);
  phone.streams = talent.streams;
  return phone;
}
