import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { WebSocket } from "ws";
import { findFreePort } from "./ports.ts";

// Unmodified browsers of other engines. Playwright's own builds are patched, which hides effects between pages. These
// are driven by the standard protocols: WebKitGTK by WebDriver and Firefox by WebDriver BiDi.

/** A browser with one page. */
export interface Engine {
  open(url: string): Promise<void>;
  /** Evaluates an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  setCookie(host: string, name: string, value: string): Promise<void>;
  close(): Promise<void>;
}

const START_LIMIT = 45_000;
// A language that Intl rejects. WebKit reports it on a system without locales.
const LOCALE = { LANG: "C", LC_ALL: "C" };

/** Child processes with a home directory of their own, killed together. */
class ProcessGroup {
  readonly home = fs.mkdtempSync(path.join(os.tmpdir(), "greenroom-engine-"));
  private readonly running: ChildProcess[] = [];

  start(program: string, args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const { PATH } = process.env;
    const own = { PATH, HOME: this.home, XDG_RUNTIME_DIR: this.home, ...LOCALE, ...env };
    // Detached: the process group includes the children of the browser.
    const started = spawn(program, args, { env: own, stdio: ["ignore", "pipe", "pipe", "pipe"], detached: true });
    this.running.push(started);
    return started;
  }

  killAll(): void {
    for (const { pid, exitCode } of this.running.reverse()) {
      try {
        if (pid && exitCode === null) process.kill(-pid, "SIGKILL");
      } catch {
        // It has already exited.
      }
    }
    fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Waits until the output of a program matches. Returns the first group of the match. */
function waitForOutput(program: ChildProcess, stream: 2 | 3, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const timeout = setTimeout(() => reject(new Error(`${program.spawnfile} printed only: ${text}`)), START_LIMIT);
    program.stdio[stream]?.on("data", (chunk) => {
      const match = pattern.exec((text += chunk));
      if (!match) return;
      clearTimeout(timeout);
      resolve(match[1]);
    });
  });
}

/** Finds WebKitGTK's MiniBrowser in the library folders of Debian and Fedora. */
function findMiniBrowser(): string {
  const found = execFileSync("find", ["/usr/lib", "/usr/libexec", "-name", "MiniBrowser"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [first] = found.split("\n").sort().reverse();
  if (!first) throw new Error("WebKitGTK's MiniBrowser isn't here: bin/setup test");
  return first;
}

async function startWebKit(): Promise<Engine> {
  const processes = new ProcessGroup();
  const screen = processes.start("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
  const display = await waitForOutput(screen, 3, /(\d+)\n/);
  const port = await findFreePort();
  processes.start("WebKitWebDriver", [`--port=${port}`], { DISPLAY: `:${display}`, LIBGL_ALWAYS_SOFTWARE: "1" });
  const base = `http://127.0.0.1:${port}/session`;
  const command = async (method: string, path: string, body?: object) => {
    const response = await fetch(base + path, { method, body: body && JSON.stringify(body) });
    const { value } = (await response.json()) as { value: any };
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  };
  const options = { "webkitgtk:browserOptions": { binary: findMiniBrowser(), args: ["--automation"] } };
  const { sessionId } = await retryUntilReady(() => command("POST", "", { capabilities: { alwaysMatch: options } }));
  const session = `/${sessionId}`;
  return {
    open: (url) => command("POST", `${session}/url`, { url }),
    evaluate: (expression) => command("POST", `${session}/execute/sync`, { script: `return ${expression}`, args: [] }),
    setCookie: (domain, name, value) =>
      command("POST", `${session}/cookie`, { cookie: { name, value, domain, path: "/", httpOnly: true, sameSite: "Lax" } }),
    close: async () => {
      await command("DELETE", session).catch(() => {});
      processes.killAll();
    },
  };
}

async function startFirefox(): Promise<Engine> {
  const processes = new ProcessGroup();
  const program = ["firefox-esr", "firefox"].find((name) => isInstalled(name)) ?? "firefox";
  const args = ["--headless", "--no-remote", "--profile", processes.home, "--remote-debugging-port", "0", "about:blank"];
  const endpoint = await waitForOutput(processes.start(program, args), 2, /WebDriver BiDi listening on (ws:\/\/\S+)/);
  const socket = new WebSocket(`${endpoint}/session`);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const waiting = new Map<number, (response: any) => void>();
  let last = 0;
  socket.on("message", (data: Buffer) => {
    const response = JSON.parse(data.toString());
    waiting.get(response.id)?.(response);
    waiting.delete(response.id);
  });
  const command = async (method: string, params: object) => {
    const id = ++last;
    const response: any = await new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    if (response.type === "error") throw new Error(`${method}: ${response.error} ${response.message}`);
    return response.result;
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
    close: async () => {
      socket.close();
      processes.killAll();
    },
  };
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => fs.existsSync(path.join(folder, program)));
}

/** Retries until the deadline: a driver listens only a moment after its start. */
async function retryUntilReady<T>(work: () => Promise<T>): Promise<T> {
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

/** How to start each engine. WebKitGTK exists on Linux only. */
export const ENGINES: Record<string, () => Promise<Engine>> = {
  Firefox: startFirefox,
  ...(process.platform === "linux" && { WebKit: startWebKit }),
};
