import http from "node:http";
import { SseParser } from "../conformance/support/sse-parser.mjs";
import type { Api } from "./api.ts";

export type Frame = { event: string; id?: string; data: any };

/** An open event stream, and what it received. */
export type RawStream = {
  status: number;
  headers: http.IncomingHttpHeaders;
  frames: Frame[];
  ended: boolean;
  readonly bodies: string[];
  close(): void;
};

/** Opens the stream over plain HTTP, without an EventSource library. */
export function openRawStream(url: string, { cookie }: Api, headers: http.OutgoingHttpHeaders = {}): Promise<RawStream> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false, headers: { ...(cookie && { cookie }), ...headers } }, (response) => {
      const stream: RawStream = {
        status: response.statusCode ?? 0,
        headers: response.headers,
        frames: [],
        ended: false,
        get bodies() {
          return stream.frames.filter(({ event }) => event === "message.created").map(({ data }) => data.message.body);
        },
        close: () => request.destroy(),
      };
      const parser = new SseParser();
      response.setEncoding("utf8").on("data", (chunk: string) => {
        const frames = parser.push(chunk).filter(({ data }) => data.length > 0);
        stream.frames.push(...frames.map(({ event, id, data }) => ({ event, id, data: JSON.parse(data.join("\n")) })));
      });
      response.on("end", () => (stream.ended = true)).on("error", () => {});
      resolve(stream);
    });
    request.on("error", reject);
  });
}
