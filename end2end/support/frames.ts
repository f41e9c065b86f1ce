import http from "node:http";
import type { Api } from "./api.ts";

export type Frame = { event: string; id?: string; data: any };

/** The stream as it comes over the wire. */
export type Stream = {
  status: number;
  headers: http.IncomingHttpHeaders;
  frames: Frame[];
  ended: boolean;
  readonly bodies: string[];
  close(): void;
};

function parse(text: string): Frame | undefined {
  const fields = Object.fromEntries(
    text.split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
  return fields.data ? { event: fields.event, id: fields.id, data: JSON.parse(fields.data) } : undefined;
}

/** Opens the stream without any library between. */
export function readStream(url: string, { cookie }: Api, headers: http.OutgoingHttpHeaders = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false, headers: { ...(cookie && { cookie }), ...headers } }, (response) => {
      const stream: Stream = {
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
        stream.frames.push(...blocks.map(parse).filter((frame) => frame !== undefined));
      });
      response.on("end", () => (stream.ended = true)).on("error", () => {});
      resolve(stream);
    });
    request.on("error", reject);
  });
}
