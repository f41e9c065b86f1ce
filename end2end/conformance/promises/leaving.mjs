import { holds, same } from "../support/expect.mjs";
import { Person } from "../support/person.mjs";

/** What becomes of streams when somebody signs out. */

const AT_ONCE = 1_000;

export const leaving = [
  ["who signs out hears session-ended within 1 s, and the server closes the stream", async (stage) => {
    const phone = await another(stage);
    const streams = await Promise.all([phone.listen(), phone.listen({ path: "/api/websocket" })]);
    await phone.signOut();
    for (const stream of streams) {
      const { json } = await stream.heard("session-ended", () => true, AT_ONCE);
      holds(typeof json.reason === "string" && json.reason, "session-ended says no reason");
      await stream.ended(AT_ONCE);
      same(stream.frames.at(-1).event, "session-ended", "the last frame");
    }
  }],

  ["who signed out is answered with 401", async (stage) => {
    const phone = await another(stage);
    await phone.listen();
    await phone.signOut();
    same((await phone.open()).status, 401, "the status");
  }],

  ["only the streams of the session that ended end", async (stage) => {
    const { organizer, talent, talk } = stage;
    const phone = await another(stage);
    const streams = await Promise.all([talent.listen(), organizer.listen()]);
    await phone.listen();
    await phone.signOut();
    const { body } = await organizer.say(talk);
    for (const stream of streams) {
      await stream.said(body);
      holds(!stream.endedAt, `${stream.person.name}'s stream of another session ended`);
    }
  }],
];

/** The talent on a second device. */
async function another({ talent, site, password }) {
  const phone = await Person.signIn(site, talent.name, password);
  phone.streams = talent.streams;
  return phone;
}
