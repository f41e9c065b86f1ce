import { EventEmitter } from "node:events";
import { openRequest } from "./http.mjs";
import { SseParser } from "./sse-parser.mjs";

/**
 * Milliseconds within which an event must arrive. Generous for a busy machine, far below the delay of a buffering
 * proxy.
 */
export const DELIVERY_LIMIT = 2_000;

/** An open stream, and every frame it received, in order. */
export class Stream {
  frames = [];
  openedAt = performance.now();
  /** When the server closed it. */
  endedAt;
  #request;
  #updates = new EventEmitter().setMaxListeners(0);

  constructor(person, { request, response }) {
    this.person = person;
    this.status = response.statusCode;
    this.headers = response.headers;
    this.#request = request;
    const parser = new SseParser();
    response.setEncoding("utf8").on("data", (chunk) => {
      this.frames.push(...parser.push(chunk));
      this.#updates.emit("update");
    });
    response.on("error", () => {});
    response.on("close", () => {
      this.endedAt ??= performance.now();
      this.#updates.emit("update");
    });
  }

  static async open(person, url, headers) {
    return new Stream(person, await openRequest(url, "GET", headers));
  }

  close() {
    this.#request.destroy();
  }

  /** The frames that have a place in the person's sequence. */
  get sequenced() {
    return this.frames.filter(({ sequenced }) => sequenced);
  }

  get seqs() {
    return this.sequenced.map(({ json }) => json?.seq);
  }

  /** The messages of all `message.created` events, in the order of arrival. */
  get messages() {
    return this.frames.filter(({ event }) => event === "message.created").map(({ json }) => json?.message);
  }

  /** Waits until `predicate(stream)` is truthy, and returns its value. `subject` names it in errors. */
  async waitUntil(predicate, subject, limit = DELIVERY_LIMIT) {
    const start = performance.now();
    for (;;) {
      const result = predicate(this);
      if (result) return result;
      const left = start + limit - performance.now();
      if (left <= 0) throw new Error(`${subject} didn't arrive within ${limit / 1000} s; received ${this.summary}`);
      if (this.endedAt) throw new Error(`the stream ended before ${subject} arrived; received ${this.summary}`);
      await this.#waitForUpdate(left);
    }
  }

  /** Waits for the next chunk or the end, at most `limit` milliseconds. */
  #waitForUpdate(limit) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#updates.off("update", done);
        resolve();
      };
      const timer = setTimeout(done, limit);
      this.#updates.on("update", done);
    });
  }

  waitForFirstFrame() {
    return this.waitUntil(({ frames }) => frames[0], "a first frame");
  }

  /** Waits for a frame of this event whose JSON matches. Includes frames that arrived earlier. */
  waitForEvent(event, matches = (_json) => true, limit = DELIVERY_LIMIT) {
    const find = ({ frames }) => frames.find((frame) => frame.event === event && frame.json && matches(frame.json));
    return this.waitUntil(find, event, limit);
  }

  /** Waits for the `message.created` event of the message with this text. */
  waitForMessage(body) {
    return this.waitForEvent("message.created", ({ message }) => message?.body === body);
  }

  /** Waits until the server closes the stream, at most `limit` milliseconds. */
  async waitForEnd(limit) {
    const start = performance.now();
    while (!this.endedAt) {
      const left = start + limit - performance.now();
      if (left <= 0) throw new Error(`the server didn't close the stream within ${limit / 1000} s`);
      await this.#waitForUpdate(left);
    }
    return this.endedAt;
  }

  get summary() {
    const names = this.frames.map(({ event, id }) => (id ? `${event} ${id}` : event));
    const last = names.slice(-8).join(", ");
    return names.length > 8 ? `${names.length} frames, the last ones ${last}` : last || "nothing";
  }
}
