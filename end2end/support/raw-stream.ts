import http from "node:http";
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

function parseFrame(text: string): Frame | undefined {
  const fields = Object.fromEntries(
    text.split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
  return fields.data ? { event: fields.event, id: fields.id, data: JSON.parse(fields.data) } : undefined;
}

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
      let rest = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        const blocks = (rest + chunk).split("\n\n");
        rest = blocks.pop() ?? "";
        stream.frames.push(...blocks.map(parseFrame).filter((frame) => frame !== undefined));
      });
      response.on("end", () => (stream.ended = true)).on("error", () => {});
      resolve(stream);
    });
    request.on("error", reject);
  });
}
