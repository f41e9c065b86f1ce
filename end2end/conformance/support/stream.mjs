import { EventEmitter } from "node:events";
import { begin } from "./http.mjs";
import { Cutter } from "./frames.mjs";

/** What is sent is on the streams by then. Generous to a busy machine; far less than a buffer on the way would take. */
export const PROMPTLY = 2_000;

/** A stream that is being read: every frame that came, in order. */
export class Stream {
  frames = [];
  opened = performance.now();
  /** When the server ended it. */
  endedAt;
  #sent;
  #news = new EventEmitter().setMaxListeners(0);

  constructor(person, { sent, response }) {
    this.person = person;
    this.status = response.statusCode;
    this.headers = response.headers;
    this.#sent = sent;
    const cutter = new Cutter();
    response.setEncoding("utf8").on("data", (chunk) => {
      this.frames.push(...cutter.cut(chunk));
      this.#news.emit("news");
    });
    response.on("error", () => {});
    response.on("close", () => {
      this.endedAt ??= performance.now();
      this.#news.emit("news");
    });
  }

  static async open(person, url, headers) {
    return new Stream(person, await begin(url, "GET", headers));
  }

  close() {
    this.#sent.destroy();
  }

  /** The events that have a place in the person's sequence. */
  get numbered() {
    return this.frames.filter(({ numbered }) => numbered);
  }

  get numbers() {
    return this.numbered.map(({ json }) => json?.seq);
  }

  /** The messages that were told of, in the order they came. */
  get messages() {
    return this.frames.filter(({ event }) => event === "message.created").map(({ json }) => json?.message);
  }

  /** Waits until what came fulfils a wish, and says what `wish` says then. */
  async until(wish, what, limit = PROMPTLY) {
    const begun = performance.now();
    for (;;) {
      const fulfilled = wish(this);
      if (fulfilled) return fulfilled;
      const left = begun + limit - performance.now();
      if (left <= 0) throw new Error(`${what} didn't come within ${limit / 1000} s; there came ${this.summary}`);
      if (this.endedAt) throw new Error(`the stream ended before ${what} came; there came ${this.summary}`);
      await this.#newsWithin(left);
    }
  }

  #newsWithin(limit) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#news.off("news", done);
        resolve();
      };
      const timer = setTimeout(done, limit);
      this.#news.on("news", done);
    });
  }

  /** The first frame of all. */
  first() {
    return this.until(({ frames }) => frames[0], "a first frame");
  }

  /** The next frame of this name that fits. */
  heard(event, fits = () => true, limit = PROMPTLY) {
    return this.until(({ frames }) => frames.find((frame) => frame.event === event && frame.json && fits(frame.json)), event, limit);
  }

  /** The event of a message with this text. */
  said(body) {
    return this.heard("message.created", ({ message }) => message?.body === body);
  }

  async ended(limit) {
    if (!this.endedAt) await this.#newsUntilEnd(limit);
    return this.endedAt;
  }

  async #newsUntilEnd(limit) {
    const begun = performance.now();
    while (!this.endedAt) {
      const left = begun + limit - performance.now();
      if (left <= 0) throw new Error(`the server didn't close the stream within ${limit / 1000} s`);
      await this.#newsWithin(left);
    }
  }

  get summary() {
    const names = this.frames.map(({ event, id }) => (id ? `${event} ${id}` : event));
    const last = names.slice(-8).join(", ");
    return names.length > 8 ? `${names.length} frames, lastly ${last}` : last || "nothing";
  }
}
