/** Sends a message and waits until it arrives on the stream. All events recorded earlier have arrived by then. */
export async function waitForBarrier(stream, { organizer, conversationId }) {
  const { body } = await organizer.sendMessage(conversationId);
  await stream.waitForMessage(body);
}
