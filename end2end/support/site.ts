import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Api } from "./api.ts";
import { findFreePort } from "./ports.ts";

/** The release build. */
export const PROGRAM = fileURLToPath(new URL("../../target/greenroom", import.meta.url));
const START_LIMIT = 20_000;
const STOP_LIMIT = 15_000;

// The sites exit with this process, however it ends.
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((program) => program.kill("SIGKILL")));

/** Environment variables of a site, in addition to those of all sites. */
export type Settings = Record<string, string>;

/** A process of the release build, with a folder, a database and a port of its own. */
export class Site {
  private process?: ChildProcess;

  private constructor(
    readonly data: string,
    readonly port: number,
    /** Changes take effect at the next start. */
    public settings: Settings,
  ) {}

  /** Starts a site: with a copy of the data in a template folder, or with seeded data, by default of the demo. */
  static async start(template?: string, settings: Settings = {}, seed = ["seed"]): Promise<Site> {
    const data = fs.mkdtempSync(path.join(os.tmpdir(), "greenroom-"));
    if (template) fs.cpSync(template, data, { recursive: true });
    const site = new Site(data, await findFreePort(), settings);
    if (!template) {
      await site.run(["migrate"]);
      await site.run(seed);
    }
    await site.serve();
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The path of the database file. */
  get database(): string {
    return path.join(this.data, "data", "greenroom.db");
  }

  /** Inherits only PATH from the environment of the tests: a DATABASE_URL there must not reach the site. */
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

  private async run(command: string[]): Promise<void> {
    await promisify(execFile)(PROGRAM, command, this.options);
  }

  /** Starts the server on its port and with its data, and waits until it is healthy. */
  async serve(): Promise<void> {
    const log = fs.openSync(this.logPath, "a");
    const program = spawn(PROGRAM, ["serve"], { ...this.options, stdio: ["ignore", log, log] });
    fs.closeSync(log);
    this.process = program;
    running.add(program);
    program.once("exit", () => running.delete(program));
    const deadline = Date.now() + START_LIMIT;
    while (!(await this.isHealthy())) {
      if (program.exitCode !== null || Date.now() > deadline) throw new Error(`The site didn't start: ${this.logText}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private async isHealthy(): Promise<boolean> {
    return new Api(this.url).get("/healthz").then((response) => response.status === 200, () => false);
  }

  private get logPath(): string {
    return path.join(this.data, "log");
  }

  /** The log since the first start. */
  get logText(): string {
    return fs.existsSync(this.logPath) ? fs.readFileSync(this.logPath, "utf8") : "";
  }

  /** Stops the server: gracefully, as a deployment does, or with SIGKILL, as in a crash. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const { process: program } = this;
    if (!program || program.exitCode !== null || program.signalCode !== null) return;
    const exited = once(program, "exit");
    program.kill(signal);
    const timeout = setTimeout(() => program.kill("SIGKILL"), STOP_LIMIT);
    const [code] = await exited;
    clearTimeout(timeout);
    if (signal === "SIGTERM" && code !== 0) throw new Error(`The site didn't shut down cleanly (${code}): ${this.logText}`);
  }

  /** Kills the server and deletes its folder. */
  async remove(): Promise<void> {
    await this.stop("SIGKILL");
    fs.rmSync(this.data, { recursive: true, force: true });
  }
}
