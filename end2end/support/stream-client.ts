import fs from "node:fs";
import { EventSource } from "eventsource";
import type { Api } from "./api.ts";

/** A connected EventSource, and what it received. */
export type StreamClient = { bodies: string[]; seqs: number[]; close(): void };

/** All events that have a place in the person's sequence. `every_event_is_documented` keeps this page complete. */
const EVENTS_PAGE = new URL("../../server/src/api/events.md", import.meta.url);
const LOGGED = [...fs.readFileSync(EVENTS_PAGE, "utf8").matchAll(/`([a-z_]+\.[a-z_]+)`/g)].map(([, name]) => name);

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
