import http from "node:http";
import { once } from "node:events";
import { findFreePort } from "./ports.ts";

/** A proxied stream, as mutations see it. */
export type StreamContext = {
  /** The request's cookie, which identifies the session. */
  cookie: string;
  /** Path and query. */
  url: string;
  /** How the client resumes, if it does. */
  resumes?: "by header" | "by query";
  /** How many frames were forwarded before this one. */
  count: number;
  /** Writes a frame to the client. */
  write(frame: string): void;
  /** Closes the connection to the client. */
  cut(): void;
};

type Headers = http.IncomingHttpHeaders;

/** Changes to the traffic of the proxy. Hooks that are missing leave it as it is. */
export type Mutation = {
  /** Changes a request in place. */
  request?(request: { method: string; url: string; headers: Headers; body: string }): void;
  /** Changes the status and headers of a response in place. */
  response?(response: { status: number; headers: Headers }, request: http.IncomingMessage): void;
  /** Returns the new body of a response that is no stream. */
  body?(text: string, request: http.IncomingMessage): string;
  /** Returns the frames to send in place of a frame. */
  frame?(frame: string, stream: StreamContext): string | string[];
  /** Keeps the client's stream open after the server has closed it. */
  endless?: boolean;
  /** Returns the milliseconds to delay a frame by. */
  delay?(frame: string): number;
};

/** An HTTP proxy that mutates the event stream of a site, to check that the conformance program notices. */
export class MutationProxy {
  private readonly server: http.Server;
  url = "";

  private constructor(
    private readonly targetPort: number,
    private readonly mutation: Mutation,
  ) {
    this.server = http.createServer((request, response) => {
      this.forward(request, response).catch(() => response.destroy());
    });
  }

  static async start(targetPort: number, mutation: Mutation): Promise<MutationProxy> {
    const proxy = new MutationProxy(targetPort, mutation);
    const port = await findFreePort();
    proxy.server.listen(port, "127.0.0.1");
    await once(proxy.server, "listening");
    proxy.url = `http://127.0.0.1:${port}`;
    return proxy;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async forward(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const outgoing = { method, url, headers: { ...headers }, body: await readBody(request) };
    this.mutation.request?.(outgoing);
    if (outgoing.body) outgoing.headers["content-length"] = String(Buffer.byteLength(outgoing.body));
    const target = { port: this.targetPort, host: "127.0.0.1", path: outgoing.url };
    const upstream = http.request({ ...target, method, headers: outgoing.headers, agent: false });
    upstream.on("error", () => response.destroy());
    response.on("close", () => upstream.destroy());
    upstream.end(outgoing.body);
    const [incoming] = (await once(upstream, "response")) as [http.IncomingMessage];
    await this.respond(incoming, request, response);
  }

  private async respond(incoming: http.IncomingMessage, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const head = { status: incoming.statusCode ?? 0, headers: { ...incoming.headers } };
    const isStream = head.status === 200 && /^text\/event-stream/.test(head.headers["content-type"] ?? "");
    this.mutation.response?.(head, request);
    if (isStream) {
      response.writeHead(head.status, head.headers).flushHeaders();
      return this.forwardFrames(incoming.setEncoding("utf8"), request, response);
    }
    const text = await readBody(incoming);
    delete head.headers["content-length"];
    response.writeHead(head.status, head.headers).end(this.mutation.body?.(text, request) ?? text);
  }

  private async forwardFrames(incoming: AsyncIterable<string>, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { mutation } = this;
    const stream = createContext(request, response);
    const forwardFrame = (frame: string) => {
      for (const mutated of [mutation.frame?.(frame, stream) ?? frame].flat()) stream.write(mutated);
      stream.count += 1;
    };
    let rest = "";
    for await (const chunk of incoming) {
      const frames = (rest + chunk).split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) {
        const delay = mutation.delay?.(frame);
        if (delay) setTimeout(forwardFrame, delay, frame);
        else forwardFrame(frame);
      }
    }
    if (!mutation.endless) response.end();
  }
}

function createContext({ headers, url = "/" }: http.IncomingMessage, response: http.ServerResponse): StreamContext {
  const byQuery = url.includes("after=") ? "by query" : undefined;
  return {
    cookie: headers.cookie ?? "",
    url,
    resumes: headers["last-event-id"] ? "by header" : byQuery,
    count: 0,
    write: (frame) => void (response.writable && response.write(`${frame}\n\n`)),
    cut: () => void response.destroy(),
  };
}

async function readBody(message: http.IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message.setEncoding("utf8")) text += chunk;
  return text;
}
