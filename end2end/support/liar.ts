import http from "node:http";
import { once } from "node:events";
import { freePort } from "./ports.ts";

/** What a liar knows of the stream whose frames pass by. */
export type Passing = {
  /** The cookie it was opened with: whose it is. */
  cookie: string;
  /** The path and the query. */
  url: string;
  /** Whether it goes on where another one ended, and how it was told so. */
  resumes?: "by header" | "by query";
  /** How many frames passed before. */
  count: number;
  /** Says something on it. */
  say(frame: string): void;
  cut(): void;
};

type Headers = http.IncomingHttpHeaders;

/** What becomes of what passes. What isn't named stays as it is. */
export type Lie = {
  /** Of a request: it may be changed. */
  request?(request: { method: string; url: string; headers: Headers; body: string }): void;
  /** Of what any answer begins with, before its body: it may be changed. */
  answer?(answer: { status: number; headers: Headers }, request: http.IncomingMessage): void;
  /** Of an answer that is no stream. */
  body?(text: string, request: http.IncomingMessage): string;
  /** Of a frame: what goes on instead. */
  frame?(frame: string, passing: Passing): string | string[];
  /** Whether the end of a stream is kept quiet. */
  endless?: boolean;
  /** By how many milliseconds a frame comes late. */
  late?(frame: string): number;
};

/** Stands before a site and lies about its event stream. */
export class Liar {
  private readonly server: http.Server;
  url = "";

  private constructor(
    private readonly target: number,
    private readonly lie: Lie,
  ) {
    this.server = http.createServer((request, response) => {
      this.pass(request, response).catch(() => response.destroy());
    });
  }

  static async before(target: number, lie: Lie): Promise<Liar> {
    const liar = new Liar(target, lie);
    const port = await freePort();
    liar.server.listen(port, "127.0.0.1");
    await once(liar.server, "listening");
    liar.url = `http://127.0.0.1:${port}`;
    return liar;
  }

  async leave(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async pass(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const asked = { method, url, headers: { ...headers }, body: await textOf(request) };
    this.lie.request?.(asked);
    if (asked.body) asked.headers["content-length"] = String(Buffer.byteLength(asked.body));
    const onward = http.request({ port: this.target, host: "127.0.0.1", method, path: asked.url, headers: asked.headers, agent: false });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    onward.end(asked.body);
    const [answer] = (await once(onward, "response")) as [http.IncomingMessage];
    await this.answer(answer, request, response);
  }

  private async answer(answer: http.IncomingMessage, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const begun = { status: answer.statusCode ?? 0, headers: { ...answer.headers } };
    const isStream = begun.status === 200 && /^text\/event-stream/.test(begun.headers["content-type"] ?? "");
    this.lie.answer?.(begun, request);
    if (isStream) {
      response.writeHead(begun.status, begun.headers).flushHeaders();
      return this.passFrames(answer.setEncoding("utf8"), request, response);
    }
    const text = await textOf(answer);
    delete begun.headers["content-length"];
    response.writeHead(begun.status, begun.headers).end(this.lie.body?.(text, request) ?? text);
  }

  private async passFrames(answer: AsyncIterable<string>, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { lie } = this;
    const passing = passingBy(request, response);
    const tell = (frame: string) => {
      for (const told of [lie.frame?.(frame, passing) ?? frame].flat()) passing.say(told);
      passing.count += 1;
    };
    let rest = "";
    for await (const chunk of answer) {
      const frames = (rest + chunk).split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) {
        const late = lie.late?.(frame);
        if (late) setTimeout(tell, late, frame);
        else tell(frame);
      }
    }
    if (!lie.endless) response.end();
  }
}

function passingBy({ headers, url = "/" }: http.IncomingMessage, response: http.ServerResponse): Passing {
  const byQuery = url.includes("after=") ? "by query" : undefined;
  return {
    cookie: headers.cookie ?? "",
    url,
    resumes: headers["last-event-id"] ? "by header" : byQuery,
    count: 0,
    say: (frame) => void (response.writable && response.write(`${frame}\n\n`)),
    cut: () => void response.destroy(),
  };
}

async function textOf(message: http.IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message.setEncoding("utf8")) text += chunk;
  return text;
}
