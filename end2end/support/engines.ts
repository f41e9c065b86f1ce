import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { WebSocket } from "ws";
import { findFreePort } from "./ports.ts";

// Browsers of other engines, as people have them. Playwright's are patched, and hide what pages of theirs do to each
// other: these are driven by the standards, WebKitGTK by WebDriver and Firefox by WebDriver BiDi.

/** What the stories need of a browser: one page. */
export interface Engine {
  open(url: string): Promise<void>;
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  setCookie(host: string, name: string, value: string): Promise<void>;
  leave(): Promise<void>;
}

const START_LIMIT = 45_000;
// A language that Intl refuses: what a system without locales says to WebKit.
const LOCALE = { LANG: "C", LC_ALL: "C" };

class Programs {
  readonly home = fs.mkdtempSync(path.join(os.tmpdir(), "greenroom-engine-"));
  private readonly running: ChildProcess[] = [];

  start(program: string, args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const { PATH } = process.env;
    const own = { PATH, HOME: this.home, XDG_RUNTIME_DIR: this.home, ...LOCALE, ...env };
    // A group of its own: browsers are many processes.
    const started = spawn(program, args, { env: own, stdio: ["ignore", "pipe", "pipe", "pipe"], detached: true });
    this.running.push(started);
    return started;
  }

  end(): void {
    for (const { pid, exitCode } of this.running.reverse()) {
      try {
        if (pid && exitCode === null) process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What a program says, up to where it matches. */
function said(program: ChildProcess, stream: 2 | 3, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const late = setTimeout(() => reject(new Error(`${program.spawnfile} said only: ${text}`)), START_LIMIT);
    program.stdio[stream]?.on("data", (piece) => {
      const match = pattern.exec((text += piece));
      if (!match) return;
      clearTimeout(late);
      resolve(match[1]);
    });
  });
}

/** Debian's and Fedora's place of it. */
function miniBrowser(): string {
  const found = execFileSync("find", ["/usr/lib", "/usr/libexec", "-name", "MiniBrowser"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [first] = found.split("\n").sort().reverse();
  if (!first) throw new Error("WebKitGTK's MiniBrowser isn't here: bin/setup test");
  return first;
}

async function webkit(): Promise<Engine> {
  const programs = new Programs();
  const screen = programs.start("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
  const display = await said(screen, 3, /(\d+)\n/);
  const port = await findFreePort();
  programs.start("WebKitWebDriver", [`--port=${port}`], { DISPLAY: `:${display}`, LIBGL_ALWAYS_SOFTWARE: "1" });
  const base = `http://127.0.0.1:${port}/session`;
  const command = async (method: string, way: string, body?: object) => {
    const answer = await fetch(base + way, { method, body: body && JSON.stringify(body) });
    const { value } = (await answer.json()) as { value: any };
    if (!answer.ok) throw new Error(`${method} ${way}: ${JSON.stringify(value)}`);
    return value;
  };
  const options = { "webkitgtk:browserOptions": { binary: miniBrowser(), args: ["--automation"] } };
  const { sessionId } = await retried(() => command("POST", "", { capabilities: { alwaysMatch: options } }));
  const here = `/${sessionId}`;
  return {
    open: (url) => command("POST", `${here}/url`, { url }),
    evaluate: (expression) => command("POST", `${here}/execute/sync`, { script: `return ${expression}`, args: [] }),
    setCookie: (domain, name, value) =>
      command("POST", `${here}/cookie`, { cookie: { name, value, domain, path: "/", httpOnly: true, sameSite: "Lax" } }),
    leave: async () => {
      await command("DELETE", here).catch(() => {});
      programs.end();
    },
  };
}

async function firefox(): Promise<Engine> {
  const programs = new Programs();
  const program = ["firefox-esr", "firefox"].find((name) => there(name)) ?? "firefox";
  const args = ["--headless", "--no-remote", "--profile", programs.home, "--remote-debugging-port", "0", "about:blank"];
  const endpoint = await said(programs.start(program, args), 2, /WebDriver BiDi listening on (ws:\/\/\S+)/);
  const socket = new WebSocket(`${endpoint}/session`);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const waiting = new Map<number, (answer: any) => void>();
  let last = 0;
  socket.on("message", (data: Buffer) => {
    const answer = JSON.parse(data.toString());
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const command = async (method: string, params: object) => {
    const id = ++last;
    const answer: any = await new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    if (answer.type === "error") throw new Error(`${method}: ${answer.error} ${answer.message}`);
    return answer.result;
  };
  await command("session.new", { capabilities: {} });
  const { contexts } = await command("browsingContext.getTree", {});
  const { context } = contexts[0];
  return {
    open: (url) => command("browsingContext.navigate", { context, url, wait: "interactive" }),
    evaluate: async (expression) => {
      const { result, exceptionDetails } = await command("script.evaluate", { expression, target: { context }, awaitPromise: true });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return result.value;
    },
    setCookie: (domain, name, value) =>
      command("storage.setCookie", {
        cookie: { name, value: { type: "string", value }, domain, path: "/", httpOnly: true, sameSite: "lax" },
      }),
    leave: async () => {
      socket.close();
      programs.end();
    },
  };
}

function there(program: string): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => fs.existsSync(path.join(folder, program)));
}

/** A driver that has just been started listens a moment later. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + START_LIMIT;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** WebKitGTK is there for Linux only. */
export const ENGINES: Record<string, () => Promise<Engine>> = {
  Firefox: firefox,
  ...(process.platform === "linux" && { WebKit: webkit }),
};
