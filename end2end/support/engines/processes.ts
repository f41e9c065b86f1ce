import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const START_LIMIT = 45_000;
// A language that Intl rejects. WebKit reports it on a system without locales.
const LOCALE = { LANG: "C", LC_ALL: "C" };

/** Child processes with a home directory of their own, killed together. */
export class ProcessGroup {
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
export function waitForOutput(program: ChildProcess, stream: 2 | 3, pattern: RegExp): Promise<string> {
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

/** Retries until the deadline: a driver listens only a moment after its start. */
export async function retryUntilReady<T>(work: () => Promise<T>): Promise<T> {
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

export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => fs.existsSync(path.join(folder, program)));
}
