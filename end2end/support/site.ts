import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Api } from "./api.ts";
import { findFreePort } from "./ports.ts";

const PROGRAM = fileURLToPath(new URL("../../target/greenroom", import.meta.url));
const START_LIMIT = 20_000;
const STOP_LIMIT = 15_000;

// Whatever ends this process ends the sites it started.
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((program) => program.kill("SIGKILL")));

/** What a site is told by its environment, beside what all sites are told. */
export type Settings = Record<string, string>;

/** Greenroom as people get it, the built program, with a folder, a database and a port of its own. */
export class Site {
  private program?: ChildProcess;

  private constructor(
    readonly data: string,
    readonly port: number,
    /** May be changed while it is stopped. */
    public settings: Settings,
  ) {}

  /** Starts one; with what another had, if `like` is its folder. */
  static async start(like?: string, settings: Settings = {}): Promise<Site> {
    const data = fs.mkdtempSync(path.join(os.tmpdir(), "greenroom-"));
    if (like) fs.cpSync(like, data, { recursive: true });
    const site = new Site(data, await findFreePort(), settings);
    if (!like) {
      await site.run("migrate");
      await site.run("seed");
    }
    await site.serve();
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The file of its database. */
  get database(): string {
    return path.join(this.data, "data", "greenroom.db");
  }

  /** Nothing of the environment the tests run in: a DATABASE_URL there is none of theirs. */
  private get options() {
    const settings = {
      GREENROOM_DATA: path.join(this.data, "data"),
      GREENROOM_DEV_MAIL: "1",
      GREENROOM_SENDS_PER_MINUTE: "100000",
      GREENROOM_INQUIRIES_PER_DAY: "1000",
      GREENROOM_OPEN_INQUIRIES_PER_PAIR: "1000",
      LEPTOS_SITE_ADDR: `127.0.0.1:${this.port}`,
      RUST_LOG: "warn",
    };
    return { cwd: this.data, env: { PATH: process.env.PATH, ...settings, ...this.settings } };
  }

  private async run(command: string): Promise<void> {
    await promisify(execFile)(PROGRAM, [command], this.options);
  }

  /** Serves, at the same address and with the same data as before. Done once it answers. */
  async serve(): Promise<void> {
    const log = fs.openSync(this.log, "a");
    const program = spawn(PROGRAM, ["serve"], { ...this.options, stdio: ["ignore", log, log] });
    fs.closeSync(log);
    this.program = program;
    running.add(program);
    program.once("exit", () => running.delete(program));
    const deadline = Date.now() + START_LIMIT;
    while (!(await this.answers())) {
      if (program.exitCode !== null || Date.now() > deadline) throw new Error(`The site didn't start: ${this.told}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private async answers(): Promise<boolean> {
    return new Api(this.url).get("/healthz").then((answer) => answer.status === 200, () => false);
  }

  private get log(): string {
    return path.join(this.data, "log");
  }

  /** What it logged. */
  get told(): string {
    return fs.existsSync(this.log) ? fs.readFileSync(this.log, "utf8") : "";
  }

  /** Ends it: politely, as a deployment does, or as a power cut does. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const { program } = this;
    if (!program || program.exitCode !== null || program.signalCode !== null) return;
    const ended = once(program, "exit");
    program.kill(signal);
    const late = setTimeout(() => program.kill("SIGKILL"), STOP_LIMIT);
    const [code] = await ended;
    clearTimeout(late);
    if (signal === "SIGTERM" && code !== 0) throw new Error(`The site didn't stop as told (${code}): ${this.told}`);
  }

  /** Ends it for good, without leaving anything behind. */
  async remove(): Promise<void> {
    await this.stop("SIGKILL");
    fs.rmSync(this.data, { recursive: true, force: true });
  }
}
