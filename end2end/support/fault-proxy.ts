import { spawn, type ChildProcessByStdio } from "node:child_process";
import fs from "node:fs";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../target/debug/fault-proxy", import.meta.url));

export type LinkConditions = {
  /** Milliseconds one way. */
  delay?: number;
  /** Bytes per second each way, for all connections together. */
  rate?: number;
};

/**
 * A fault-injecting TCP proxy between a browser and the site. Needed because Playwright's setOffline doesn't affect a
 * stream that is already open. The program is bench/src/bin/fault-proxy.rs: it takes commands on standard input and
 * exits when that ends, and so with this process.
 */
export class FaultProxy {
  private readonly replies: AsyncIterator<string>;
  private lastCommand: Promise<unknown> = Promise.resolve();
  private port = 0;

  private constructor(
    private readonly program: ChildProcessByStdio<Writable, Readable, null>,
    lines: Interface,
  ) {
    this.replies = lines[Symbol.asyncIterator]();
  }

  /** Starts a proxy to a port of this machine. Without a command, it forwards everything. */
  static async start(targetPort: number): Promise<FaultProxy> {
    if (!fs.existsSync(PROGRAM)) throw new Error("The fault proxy isn't built: cargo build -p bench --bin fault-proxy");
    const program = spawn(PROGRAM, [String(targetPort)], { stdio: ["pipe", "pipe", "inherit"] });
    // A program that has exited is noticed by its missing reply.
    program.stdin.on("error", () => {});
    const proxy = new FaultProxy(program, createInterface(program.stdout));
    proxy.port = Number(await proxy.readReply());
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private async readReply(): Promise<string> {
    const { value, done } = await this.replies.next();
    if (done) throw new Error("The fault proxy has exited.");
    return value;
  }

  /** Sends a command after the earlier ones are done, and waits until it is done. */
  private sendCommand(command: string): Promise<void> {
    const done = this.lastCommand.then(async () => {
      this.program.stdin.write(`${command}\n`);
      const reply = await this.readReply();
      if (reply !== "ok") throw new Error(`The fault proxy can't ${command}: ${reply}`);
    });
    this.lastCommand = done.catch(() => {});
    return done;
  }

  /** Forwards everything at full speed. Frozen connections are closed. */
  restore = () => this.sendCommand("restore");

  /** Closes all connections. Accepts new ones. */
  cutConnections = () => this.sendCommand("cut");

  /** Closes all connections, and refuses new ones. */
  refuseConnections = () => this.sendCommand("refuse");

  /** Replies 502 to every request, as a gateway does while the site behind it is down. */
  answerBadGateway = () => this.sendCommand("alone");

  /** Drops all traffic and keeps the connections open: both ends see a connection that is silent. */
  freezeTraffic = () => this.sendCommand("freeze");

  /** Freezes the existing connections and forwards new ones, as after a change of network. */
  strandConnections = () => this.sendCommand("strand");

  /** Limits the traffic from now on. A value that is missing means no limit. */
  setConditions = ({ delay = 0, rate = 0 }: LinkConditions) => this.sendCommand(`slow ${delay} ${rate}`);

  /** Stops the program, and closes all connections. */
  stop(): void {
    this.program.stdin.end();
  }
}
