/** Until a stream has told of something that was said only now, and so of all that was before. */
export async function fence(stream, { organizer, talk }) {
  const { body } = await organizer.say(talk);
  await stream.said(body);
}
