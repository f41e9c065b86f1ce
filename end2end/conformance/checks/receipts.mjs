import { expectEqual } from "../support/expect.mjs";
import { fence } from "../support/fence.mjs";

/** Delivery receipts. */

export const receipts = [
  ["a delivery receipt reaches the sender once", async (stage) => {
    const { organizer, talent, talk } = stage;
    const stream = await organizer.listen();
    const { seq } = await organizer.say(talk);
    for (let n = 1; n <= 2; n++) {
      const { status } = await talent.done("PUT", `/api/conversations/${talk}/delivered`, { seq });
      expectEqual(status, 204, "the status");
    }
    const fits = ({ conversationId, userId, deliveredSeq }) => conversationId === talk && userId === talent.id && deliveredSeq === seq;
    await stream.heard("conversation.delivered", fits);
    await fence(stream, stage);
    expectEqual(stream.frames.filter(({ event, json }) => event === "conversation.delivered" && fits(json)).length, 1, "the number of receipts");
    expectEqual((await organizer.conversation(talk)).conversation.counterpartDeliveredSeq, seq, "counterpartDeliveredSeq");
  }],
];
