import { randomUUID } from "node:crypto";
import { ask } from "./http.mjs";
import { Stream } from "./stream.mjs";

/** Somebody in one session of theirs. */
export class Person {
  /** Every stream that was opened, for what holds of all of them. */
  streams = [];

  constructor(site, name) {
    this.site = site;
    this.name = name;
  }

  static async signIn(site, email, password) {
    const person = new Person(site, email);
    const answer = await person.done("POST", "/api/auth/callback/credentials", { email, password });
    const [cookie] = answer.headers["set-cookie"] ?? [];
    if (!cookie) throw new Error(`${email} got no cookie when signing in`);
    person.cookie = cookie.split(";")[0];
    person.id = (await person.get("/api/auth/session")).user.id;
    return person;
  }

  ask(method, path, body, headers = {}) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const all = {
      ...(this.cookie && { cookie: this.cookie }),
      ...(text !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
      ...headers,
    };
    return ask(new URL(path, this.site), method, all, text);
  }

  /** The same, for what must succeed. Who is told to come again later does. */
  async done(method, path, body) {
    const answer = await this.ask(method, path, body);
    if (answer.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, 1_000 * Number(answer.headers["retry-after"] ?? 1)));
      return this.done(method, path, body);
    }
    if (answer.status < 200 || answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    return answer;
  }

  async get(path) {
    return (await this.done("GET", path)).json;
  }

  async say(conversationId, body = randomUUID(), clientId = randomUUID()) {
    return (await this.done("POST", "/api/messages", { conversationId, body, clientId })).json.message;
  }

  readOn(conversationId, seq) {
    return this.done("PUT", `/api/conversations/${conversationId}/read`, { seq });
  }

  conversation(id) {
    return this.get(`/api/conversations/${id}`);
  }

  async conversations() {
    return (await this.get("/api/messages")).conversations;
  }

  /** The number of the newest event. */
  async head() {
    return (await this.get("/api/messages")).cursor;
  }

  /** Opens a stream, and waits for nothing but the answer. */
  async open({ path = "/api/events", after, lastEventId, headers } = {}) {
    const url = new URL(path, this.site);
    if (after !== undefined) url.searchParams.set("after", after);
    const resume = lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) };
    const cookie = this.cookie ? { cookie: this.cookie } : {};
    const stream = await Stream.open(this, url, { accept: "text/event-stream", ...cookie, ...resume, ...headers });
    this.streams.push(stream);
    return stream;
  }

  /** Opens a stream and waits until it has begun. */
  async listen(how) {
    const stream = await this.open(how);
    if (stream.status !== 200) throw new Error(`the stream was answered with ${stream.status}`);
    await stream.first();
    return stream;
  }

  signOut() {
    return this.done("POST", "/api/auth/signout");
  }
}
