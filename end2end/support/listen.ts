import { EventSource } from "eventsource";
import type { Api } from "./api.ts";

/** What a program hears on the stream. */
export type Ear = { bodies: string[]; seqs: number[]; close(): void };

// All that carry a number of the person's sequence.
const LOGGED = [
  "message.created",
  "conversation.created",
  "conversation.read",
  "conversation.delivered",
  "notification.created",
  "notification.read",
  "booking.updated",
  "person.updated",
];

/** Follows the stream as any program may: with a package from npm and the session's cookie. */
export async function listen(url: string, { cookie = "" }: Api): Promise<Ear> {
  const source = new EventSource(url, {
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, cookie } }),
  });
  const ear: Ear = { bodies: [], seqs: [], close: () => source.close() };
  for (const name of LOGGED) source.addEventListener(name, (event) => ear.seqs.push(JSON.parse(event.data).seq));
  source.addEventListener("message.created", (event) => ear.bodies.push(JSON.parse(event.data).message.body));
  await new Promise((resolve, reject) => {
    source.addEventListener("ready", resolve, { once: true });
    source.addEventListener("error", reject, { once: true });
  });
  return ear;
}
