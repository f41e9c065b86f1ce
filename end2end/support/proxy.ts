import { spawn, type ChildProcessByStdio } from "node:child_process";
import fs from "node:fs";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../target/debug/fault-proxy", import.meta.url));

/** How fast a line is. */
export type Pace = {
  /** Milliseconds that everything takes one way. */
  delay?: number;
  /** Bytes a second each way, for all connections together. */
  rate?: number;
};

/**
 * The line between a browser and the site, to be made bad. Needed because Playwright's
 * setOffline leaves a stream alone that is already open. It is a program of its own,
 * bench/src/fault_proxy.rs, which ends with its input and so with this process.
 */
export class Proxy {
  private readonly answers: AsyncIterator<string>;
  private last: Promise<unknown> = Promise.resolve();
  private port = 0;

  private constructor(
    private readonly program: ChildProcessByStdio<Writable, Readable, null>,
    lines: Interface,
  ) {
    this.answers = lines[Symbol.asyncIterator]();
  }

  /** A line to a port of this machine that lets everything through. */
  static async to(target: number): Promise<Proxy> {
    if (!fs.existsSync(PROGRAM)) throw new Error("The line isn't built: cargo build -p bench --bin fault-proxy");
    const program = spawn(PROGRAM, [String(target)], { stdio: ["pipe", "pipe", "inherit"] });
    // Whoever has ended is found out by the answer that doesn't come.
    program.stdin.on("error", () => {});
    const line = new Proxy(program, createInterface(program.stdout));
    line.port = Number(await line.answer());
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private async answer(): Promise<string> {
    const { value, done } = await this.answers.next();
    if (done) throw new Error("The line's program has ended.");
    return value;
  }

  /** Done when the line has done it, one after the other. */
  private order(order: string): Promise<void> {
    const answered = this.last.then(async () => {
      this.program.stdin.write(`${order}\n`);
      const answer = await this.answer();
      if (answer !== "ok") throw new Error(`The line can't ${order}: ${answer}`);
    });
    this.last = answered.catch(() => {});
    return answered;
  }

  /** Lets everything through, as fast as it can. What was frozen breaks. */
  restore = () => this.order("restore");

  /** Breaks every connection there is. New ones still get through. */
  cut = () => this.order("cut");

  /** Breaks every connection, and lets none through. */
  refuse = () => this.order("refuse");

  /** Answers for the site by itself, as a gateway does behind which a site is down. */
  standAlone = () => this.order("alone");

  /** Swallows everything, and says nothing: the line looks fine and is dead. */
  freeze = () => this.order("freeze");

  /** Lets new connections through, and leaves those from before dead without a word, as a change of network does. */
  strand = () => this.order("strand");

  /** Slows down what comes from now on. What isn't said isn't limited. */
  slow = ({ delay = 0, rate = 0 }: Pace) => this.order(`slow ${delay} ${rate}`);

  /** Ends it, with every connection. */
  leave(): void {
    this.program.stdin.end();
  }
}
