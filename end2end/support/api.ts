import http from "node:http";
import { dateInDays } from "./dates.ts";

export const COOKIE = "greenroom";

export type ApiResponse = {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  // Untyped: each test knows what it reads.
  json: any;
};

type Message = { seq: number; body: string; clientId: string; sender: { id: string; name: string } };

/** A client of the REST interface for one person. Opens a connection per request and keeps no cookies. */
export class Api {
  constructor(
    private readonly base: string,
    readonly session?: string,
    /** The Host header, for sites whose public URL differs from the address of the test. */
    private readonly host?: string,
  ) {}

  get cookie(): string | undefined {
    return this.session && `${COOKIE}=${this.session}`;
  }

  request(method: string, path: string, body?: unknown, headers: http.OutgoingHttpHeaders = {}): Promise<ApiResponse> {
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

  get(path: string): Promise<ApiResponse> {
    return this.request("GET", path);
  }

  /** Sends a request. Throws unless it succeeds. */
  private async requestOk(method: string, path: string, body?: unknown): Promise<ApiResponse> {
    const response = await this.request(method, path, body);
    if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${response.text}`);
    return response;
  }

  /** Signs in without a session, as another device does. Returns the token of the new session. */
  async signIn(email: string, password: string): Promise<string> {
    const device = new Api(this.base, undefined, this.host);
    const response = await device.requestOk("POST", "/api/auth/callback/credentials", { email, password });
    const cookie = response.headers["set-cookie"]?.[0] ?? "";
    return cookie.slice(cookie.indexOf("=") + 1, cookie.indexOf(";"));
  }

  async signOut(): Promise<void> {
    await this.requestOk("POST", "/api/auth/signout");
  }

  async sendMessage(conversationId: string, body: string): Promise<Message> {
    return (await this.requestOk("POST", "/api/messages", { conversationId, body })).json.message;
  }

  async markRead(conversationId: string, seq: number): Promise<void> {
    await this.requestOk("PUT", `/api/conversations/${conversationId}/read`, { seq });
  }

  /** Reads the newest 100 messages. */
  async listMessages(conversationId: string): Promise<Message[]> {
    return (await this.requestOk("GET", `/api/conversations/${conversationId}/messages?limit=100`)).json.messages;
  }

  async listConversations(): Promise<any[]> {
    return (await this.requestOk("GET", "/api/messages")).json.conversations;
  }

  async changeName(name: string): Promise<void> {
    await this.requestOk("PATCH", "/api/account", { name });
  }

  async openBooking(talentId: string, title: string, message: string, venue = "Uhuru Gardens"): Promise<any> {
    const fee = { amount: 2_000_000, currency: "KES" };
    const booking = { talentId, title, eventDate: dateInDays(90), venue, fee, message };
    return (await this.requestOk("POST", "/api/bookings", booking)).json;
  }

  async findTalent(name: string): Promise<{ id: string; name: string }> {
    const { talents } = (await this.requestOk("GET", "/api/talents")).json;
    return talents.find((talent: { name: string }) => talent.name === name);
  }
}
