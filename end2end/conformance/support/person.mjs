import { randomUUID } from "node:crypto";
import { sendRequest } from "./http.mjs";
import { Stream } from "./stream.mjs";

/** A person with one session. */
export class Person {
  /** Every stream this person opened, for the checks of invariants. */
  streams = [];

  constructor(site, name) {
    this.site = site;
    this.name = name;
  }

  static async signIn(site, email, password) {
    const person = new Person(site, email);
    const response = await person.requestOk("POST", "/api/auth/callback/credentials", { email, password });
    const [cookie] = response.headers["set-cookie"] ?? [];
    if (!cookie) throw new Error(`${email} got no cookie when signing in`);
    person.cookie = cookie.split(";")[0];
    person.id = (await person.getJson("/api/auth/session")).user.id;
    return person;
  }

  request(method, path, body, headers = {}) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const all = {
      ...(this.cookie && { cookie: this.cookie }),
      ...(text !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
      ...headers,
    };
    return sendRequest(new URL(path, this.site), method, all, text);
  }

  /** Sends a request that must succeed. Waits and retries if the rate limit rejects it. */
  async requestOk(method, path, body) {
    const response = await this.request(method, path, body);
    if (response.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, 1_000 * Number(response.headers["retry-after"] ?? 1)));
      return this.requestOk(method, path, body);
    }
    if (response.status < 200 || response.status > 299) {
      throw new Error(`${method} ${path}: ${response.status} ${response.text.slice(0, 200)}`);
    }
    return response;
  }

  async getJson(path) {
    return (await this.requestOk("GET", path)).json;
  }

  async sendMessage(conversationId, body = randomUUID(), clientId = randomUUID()) {
    return (await this.requestOk("POST", "/api/messages", { conversationId, body, clientId })).json.message;
  }

  markRead(conversationId, seq) {
    return this.requestOk("PUT", `/api/conversations/${conversationId}/read`, { seq });
  }

  /** Reads a conversation and the cursor it was read at. */
  getConversation(id) {
    return this.getJson(`/api/conversations/${id}`);
  }

  async listConversations() {
    return (await this.getJson("/api/messages")).conversations;
  }

  /** Reads the seq of the person's last event. */
  async lastSeq() {
    return (await this.getJson("/api/messages")).cursor;
  }

  /** Opens a stream and waits for the response headers only. */
  async openStream({ path = "/api/events", after, lastEventId, headers } = {}) {
    const url = new URL(path, this.site);
    if (after !== undefined) url.searchParams.set("after", after);
    const resume = lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) };
    const cookie = this.cookie ? { cookie: this.cookie } : {};
    const stream = await Stream.open(this, url, { accept: "text/event-stream", ...cookie, ...resume, ...headers });
    this.streams.push(stream);
    return stream;
  }

  /** Opens a stream and waits for its first frame. */
  async subscribe(options) {
    const stream = await this.openStream(options);
    if (stream.status !== 200) throw new Error(`the stream responded ${stream.status}`);
    await stream.waitForFirstFrame();
    return stream;
  }

  signOut() {
    return this.requestOk("POST", "/api/auth/signout");
  }
}
