import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { findFreePort } from "./ports.ts";

const START_LIMIT = 10_000;

// Debian installs servers in folders that only the PATH of root includes.
const PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;

// The gateways exit with this process, however it ends.
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((program) => program.kill("SIGKILL")));

/** A gateway program: its arguments and its configuration file. */
export type GatewayKind = {
  program: string;
  arguments(file: string): string[];
  configuration(port: number, site: number, folder: string, more: string): string;
};

const PROXY_PASS = "location / { proxy_pass http://127.0.0.1:3000; }";

/**
 * nginx with the configuration of Debian's package and a proxied site. Differs from the package only in its folders,
 * and in running in the foreground as a child of the test.
 */
export const nginx = (location = PROXY_PASS): GatewayKind => ({
  program: "nginx",
  arguments: (file) => ["-c", file, "-g", "daemon off;"],
  configuration: (port, site, folder, more) => `
    worker_processes auto;
    pid ${folder}/pid;
    error_log ${folder}/log;
    events {
      worker_connections 768;
    }
    http {
      sendfile on;
      tcp_nopush on;
      types_hash_max_size 2048;
      default_type application/octet-stream;
      ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
      ssl_prefer_server_ciphers on;
      access_log ${folder}/access.log;
      gzip on;
      ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
      server {
        listen 127.0.0.1:${port};
        ${location.replace("127.0.0.1:3000", `127.0.0.1:${site}`)}
        ${more}
      }
    }`,
});

const DEFAULTS = `
defaults
  log global
  mode http
  option httplog
  option dontlognull
  timeout connect 5000
  timeout client 50000
  timeout server 50000
`;

/** HAProxy with the defaults of Debian's package, or others. */
export const haproxy = (defaults = DEFAULTS): GatewayKind => ({
  program: "haproxy",
  arguments: (file) => ["-db", "-f", file],
  configuration: (port, site) => `${defaults}
frontend people
  bind 127.0.0.1:${port}
  default_backend greenroom
backend greenroom
  server site 127.0.0.1:${site}
`,
});

/** A running gateway with a process, a folder and a port of its own. */
export class Gateway {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "greenroom-gateway-"));
  private program?: ChildProcess;
  private output = "";

  private constructor(
    private readonly kind: GatewayKind,
    private readonly site: number,
    private readonly port: number,
  ) {}

  static async start(site: number, kind: GatewayKind): Promise<Gateway> {
    const gateway = new Gateway(kind, site, await findFreePort());
    // nginx started by root drops to another user, who needs access.
    fs.chmodSync(gateway.folder, 0o755);
    await gateway.start();
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it on its port, and waits until it accepts connections. */
  async start(): Promise<void> {
    this.writeConfiguration();
    const program = spawn(this.kind.program, this.kind.arguments(this.file), { env: { PATH }, stdio: ["ignore", "pipe", "pipe"] });
    for (const out of [program.stdout, program.stderr]) out?.setEncoding("utf8").on("data", (text) => (this.output += text));
    program.once("error", (error) => (this.output += `${error.message}: bin/setup test installs it`));
    program.once("exit", () => running.delete(program));
    running.add(program);
    this.program = program;
    const deadline = Date.now() + START_LIMIT;
    while (!(await this.acceptsConnections())) {
      if (!program.pid || program.exitCode !== null || Date.now() > deadline) throw new Error(`${this.kind.program} didn't start: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private get file(): string {
    return path.join(this.folder, "conf");
  }

  private writeConfiguration(more = ""): void {
    fs.writeFileSync(this.file, this.kind.configuration(this.port, this.site, this.folder, more));
  }

  private acceptsConnections(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = net.connect(this.port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  }

  /** Stops it, which closes every connection through it. */
  async stop(): Promise<void> {
    const { program } = this;
    if (!program?.pid || program.exitCode !== null || program.signalCode !== null) return;
    const exited = once(program, "exit");
    program.kill("SIGTERM");
    await exited;
  }

  /** Adds lines to the configuration of nginx and makes it reload, as an administrator does. */
  reload(more: string): void {
    this.writeConfiguration(more);
    this.program?.kill("SIGHUP");
  }

  async remove(): Promise<void> {
    await this.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
