import { EventSource } from "eventsource";
import type { Api } from "./api.ts";

/** A connected EventSource, and what it received. */
export type StreamClient = { bodies: string[]; seqs: number[]; close(): void };

/** All events that have a place in the person's sequence. */
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

/** Connects the npm package eventsource with the session's cookie, and waits until the stream is ready. */
export async function connectStream(url: string, { cookie = "" }: Api): Promise<StreamClient> {
  const source = new EventSource(url, {
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, cookie } }),
  });
  const client: StreamClient = { bodies: [], seqs: [], close: () => source.close() };
  for (const name of LOGGED) source.addEventListener(name, (event) => client.seqs.push(JSON.parse(event.data).seq));
  source.addEventListener("message.created", (event) => client.bodies.push(JSON.parse(event.data).message.body));
  await new Promise((resolve, reject) => {
    source.addEventListener("ready", resolve, { once: true });
    source.addEventListener("error", reject, { once: true });
  });
  return client;
}
