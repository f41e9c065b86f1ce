import { expectEqual } from "../support/expect.mjs";
import { waitForBarrier } from "../support/barrier.mjs";

/** Delivery receipts. */

export const receipts = [
  ["a delivery receipt reaches the sender once", async (scenario) => {
    const { organizer, talent, conversationId } = scenario;
    const stream = await organizer.subscribe();
    const { seq } = await organizer.sendMessage(conversationId);
    for (let n = 1; n <= 2; n++) {
      const { status } = await talent.requestOk("PUT", `/api/conversations/${conversationId}/delivered`, { seq });
      expectEqual(status, 204, "the status");
    }
    const matches = (event) => event.conversationId === conversationId && event.userId === talent.id && event.deliveredSeq === seq;
    await stream.waitForEvent("conversation.delivered", matches);
    await waitForBarrier(stream, scenario);
    const received = stream.frames.filter(({ event, json }) => event === "conversation.delivered" && matches(json));
    expectEqual(received.length, 1, "the number of receipts");
    expectEqual((await organizer.getConversation(conversationId)).conversation.counterpartDeliveredSeq, seq, "counterpartDeliveredSeq");
  }],
];
