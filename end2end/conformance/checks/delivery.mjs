import { randomUUID } from "node:crypto";
import { expectEqual, expectTrue } from "../support/expect.mjs";
import { waitForBarrier } from "../support/barrier.mjs";
import { DELIVERY_LIMIT } from "../support/stream.mjs";

/** Which events reach whom. */

export const delivery = [
  [`a message reaches the streams of both people within ${DELIVERY_LIMIT / 1000} s, equal to the response`, async ({ participants, conversationId }) => {
    for (const sender of participants) {
      const streams = await Promise.all(participants.map((person) => person.subscribe()));
      const message = await sender.sendMessage(conversationId);
      for (const stream of streams) expectEqual((await stream.waitForMessage(message.body)).json.message, message, `the message ${stream.person.name} received`);
    }
  }],

  ["the recipient is notified of a message, the sender is not", async (scenario) => {
    for (const sender of scenario.participants) {
      const recipient = scenario.counterpartOf(sender);
      const [own, theirs] = await Promise.all([sender.subscribe(), recipient.subscribe()]);
      const message = await sender.sendMessage(scenario.conversationId);
      const matches = ({ notification }) => isAbout(message, notification);
      await theirs.waitForEvent("notification.created", matches);
      await waitForBarrier(own, scenario);
      const notified = own.frames.some(({ event, json }) => event === "notification.created" && matches(json));
      expectTrue(!notified, `${sender.name} was notified of their own message`);
    }
  }],

  ["a moved read marker reaches both people, with the unread count", async ({ organizer, talent, conversationId }) => {
    const streams = await Promise.all([organizer.subscribe(), talent.subscribe()]);
    const { seq: first } = await organizer.sendMessage(conversationId);
    await organizer.sendMessage(conversationId);
    await talent.markRead(conversationId, first);
    for (const stream of streams) {
      const matches = (event) => event.conversationId === conversationId && event.userId === talent.id && event.readSeq === first;
      const { json } = await stream.waitForEvent("conversation.read", matches);
      expectEqual(json.unread, 1, `the unread count ${stream.person.name} received`);
    }
  }],

  ["reading a message marks its notification as read", async ({ organizer, talent, conversationId }) => {
    const stream = await talent.subscribe();
    const message = await organizer.sendMessage(conversationId);
    const { json } = await stream.waitForEvent("notification.created", ({ notification }) => isAbout(message, notification));
    await talent.markRead(conversationId, message.seq);
    await stream.waitForEvent("notification.read", ({ ids, all }) => all || ids?.includes(json.notification.id));
  }],

  ["marking notifications as read reaches all streams of the person", async ({ organizer, talent, conversationId }) => {
    await organizer.sendMessage(conversationId);
    const streams = await Promise.all([talent.subscribe(), talent.subscribe()]);
    await talent.requestOk("POST", "/api/notifications/read", { all: true });
    for (const stream of streams) {
      const { json } = await stream.waitForEvent("notification.read", ({ all }) => all === true);
      expectEqual(json.unread, 0, "unread");
    }
  }],

  ["a retry with the same clientId gets the same response and no second event", async (scenario) => {
    const { organizer, talent, conversationId } = scenario;
    const streams = await Promise.all([organizer.subscribe(), talent.subscribe()]);
    const message = { conversationId, body: randomUUID(), clientId: randomUUID() };
    const responses = [];
    for (let n = 1; n <= 3; n++) responses.push(await organizer.requestOk("POST", "/api/messages", message));
    for (const { json } of responses) expectEqual(json.message, responses[0].json.message, "the message of the response");
    for (const stream of streams) {
      await waitForBarrier(stream, scenario);
      const count = stream.messages.filter(({ body }) => body === message.body).length;
      expectEqual(count, 1, `the number of events ${stream.person.name} received`);
    }
  }],
];

/** Whether a notification is about a message. Its preview is the whole text, since the messages here are short. */
function isAbout({ conversationId, body }, notification) {
  return notification?.kind === "message" && notification.conversationId === conversationId && notification.preview === body;
}
