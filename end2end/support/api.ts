import http from "node:http";
import { dayAhead } from "./days.ts";

export const COOKIE = "greenroom";

export type Answer = {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  // What a test reads of it, the test knows.
  json: any;
};

type Message = { seq: number; body: string; clientId: string; sender: { id: string; name: string } };

/** The REST interface as one person's program uses it: a connection of its own for each request, nothing kept. */
export class Api {
  constructor(
    private readonly base: string,
    readonly session?: string,
    /** Where the site knows itself by another address than the one it is asked at. */
    private readonly host?: string,
  ) {}

  get cookie(): string | undefined {
    return this.session && `${COOKIE}=${this.session}`;
  }

  request(method: string, path: string, body?: unknown, headers: http.OutgoingHttpHeaders = {}): Promise<Answer> {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const all = {
      ...(this.host && { host: this.host }),
      ...(this.cookie && { cookie: this.cookie }),
      ...(sent && { "content-type": "application/json", "content-length": Buffer.byteLength(sent) }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const request = http.request(new URL(path, this.base), { method, headers: all, agent: false }, async (response) => {
        let text = "";
        try {
          for await (const chunk of response.setEncoding("utf8")) text += chunk;
        } catch (error) {
          return reject(error);
        }
        const json = response.headers["content-type"]?.includes("json") ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
      request.on("error", reject).end(sent);
    });
  }

  get(path: string): Promise<Answer> {
    return this.request("GET", path);
  }

  /** Does it, and fails loudly where it isn't done. */
  private async done(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** Signs in as another device does, which has no session yet, and says which session that is. */
  async signIn(email: string, password: string): Promise<string> {
    const device = new Api(this.base, undefined, this.host);
    const answer = await device.done("POST", "/api/auth/callback/credentials", { email, password });
    const cookie = answer.headers["set-cookie"]?.[0] ?? "";
    return cookie.slice(cookie.indexOf("=") + 1, cookie.indexOf(";"));
  }

  async signOut(): Promise<void> {
    await this.done("POST", "/api/auth/signout");
  }

  async say(conversationId: string, body: string): Promise<Message> {
    return (await this.done("POST", "/api/messages", { conversationId, body })).json.message;
  }

  async readOn(conversationId: string, seq: number): Promise<void> {
    await this.done("PUT", `/api/conversations/${conversationId}/read`, { seq });
  }

  /** The newest hundred. */
  async messages(conversationId: string): Promise<Message[]> {
    return (await this.done("GET", `/api/conversations/${conversationId}/messages?limit=100`)).json.messages;
  }

  async conversations(): Promise<any[]> {
    return (await this.done("GET", "/api/messages")).json.conversations;
  }

  async rename(name: string): Promise<void> {
    await this.done("PATCH", "/api/account", { name });
  }

  async book(talentId: string, title: string, message: string, venue = "Uhuru Gardens"): Promise<any> {
    const fee = { amount: 2_000_000, currency: "KES" };
    const booking = { talentId, title, eventDate: dayAhead(90), venue, fee, message };
    return (await this.done("POST", "/api/bookings", booking)).json;
  }

  async talent(name: string): Promise<{ id: string; name: string }> {
    const { talents } = (await this.done("GET", "/api/talents")).json;
    return talents.find((talent: { name: string }) => talent.name === name);
  }
}
