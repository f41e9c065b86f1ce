import { randomUUID } from "node:crypto";
import { expectEqual, expectTrue } from "../support/expect.mjs";
import { fence } from "../support/fence.mjs";
import { PROMPTLY } from "../support/stream.mjs";

/** What is told to whom. */

export const delivery = [
  [`a message reaches the streams of both people within ${PROMPTLY / 1000} s, equal to the response`, async ({ both, talk }) => {
    for (const sender of both) {
      const streams = await Promise.all(both.map((person) => person.listen()));
      const message = await sender.say(talk);
      for (const stream of streams) expectEqual((await stream.said(message.body)).json.message, message, `what ${stream.person.name} heard`);
    }
  }],

  ["the recipient is notified of a message, the sender is not", async (stage) => {
    for (const sender of stage.both) {
      const recipient = stage.other(sender);
      const [own, theirs] = await Promise.all([sender.listen(), recipient.listen()]);
      const message = await sender.say(stage.talk);
      const about = ({ notification }) => tellsOf(message, notification);
      await theirs.heard("notification.created", about);
      await fence(own, stage);
      const heard = own.frames.some(({ event, json }) => event === "notification.created" && about(json));
      expectTrue(!heard, `${sender.name} was notified of their own message`);
    }
  }],

  ["a moved read marker reaches both people, with the unread count", async ({ organizer, talent, talk }) => {
    const streams = await Promise.all([organizer.listen(), talent.listen()]);
    const { seq: first } = await organizer.say(talk);
    await organizer.say(talk);
    await talent.readOn(talk, first);
    for (const stream of streams) {
      const read = ({ conversationId, userId, readSeq }) => conversationId === talk && userId === talent.id && readSeq === first;
      const { json } = await stream.heard("conversation.read", read);
      expectEqual(json.unread, 1, `unread as ${stream.person.name} heard`);
    }
  }],

  ["reading a message marks its notification as read", async ({ organizer, talent, talk }) => {
    const stream = await talent.listen();
    const message = await organizer.say(talk);
    const { json } = await stream.heard("notification.created", ({ notification }) => tellsOf(message, notification));
    await talent.readOn(talk, message.seq);
    await stream.heard("notification.read", ({ ids, all }) => all || ids?.includes(json.notification.id));
  }],

  ["marking notifications as read reaches all streams of the person", async ({ organizer, talent, talk }) => {
    await organizer.say(talk);
    const streams = await Promise.all([talent.listen(), talent.listen()]);
    await talent.done("POST", "/api/notifications/read", { all: true });
    for (const stream of streams) {
      const { json } = await stream.heard("notification.read", ({ all }) => all === true);
      expectEqual(json.unread, 0, "unread");
    }
  }],

  ["a retry with the same clientId gets the same response and no second event", async (stage) => {
    const { organizer, talent, talk } = stage;
    const streams = await Promise.all([organizer.listen(), talent.listen()]);
    const message = { conversationId: talk, body: randomUUID(), clientId: randomUUID() };
    const answers = [];
    for (let n = 1; n <= 3; n++) answers.push(await organizer.done("POST", "/api/messages", message));
    for (const { json } of answers) expectEqual(json.message, answers[0].json.message, "the message as answered");
    for (const stream of streams) {
      await fence(stream, stage);
      const times = stream.messages.filter(({ body }) => body === message.body).length;
      expectEqual(times, 1, `how often ${stream.person.name} heard of it`);
    }
  }],
];

/** A notification shows how a message begins, and here that is all of it. */
function tellsOf({ conversationId, body }, notification) {
  return notification?.kind === "message" && notification.conversationId === conversationId && notification.preview === body;
}
