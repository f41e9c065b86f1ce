import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export type Snippet = { language: string; text: string; /** What its first line calls it. */ file?: string };

/** The code of a page of docs/, in the order it stands, by the heading it stands under. */
export function snippetsOf(page: string): Map<string, Snippet[]> {
  const text = fs.readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const sections = text.split(/^#+ (?=.+\n\n)/m).slice(1);
  return new Map(sections.map((section) => {
    const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
    const snippets = blocks.map(([, language, text]) => ({ language, text, file: text.match(/^\/\/ (\S+\.mjs)\n/)?.[1] }));
    return [section.slice(0, section.indexOf("\n")), snippets];
  }));
}

const PACKAGES = fileURLToPath(new URL("../node_modules", import.meta.url));

/** Commands under way: what they printed so far, what they complained of, and how they ended. */
type Running = { printed: string; complained: string; ended: Promise<number | null>; stop(): void };

/** A terminal in a folder of its own. What one command sets, the next one knows. */
export class Terminal {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "greenroom-guide-"));

  constructor(private readonly environment: Record<string, string>) {
    fs.symlinkSync(PACKAGES, path.join(this.folder, "node_modules"));
  }

  write(file: string, text: string): void {
    fs.writeFileSync(path.join(this.folder, file), text);
  }

  /** Runs commands to their end, and says what they printed. */
  async run(commands: string): Promise<string> {
    const running = this.start(commands);
    const code = await running.ended;
    if (code !== 0) throw new Error(`${commands}ended with ${code}: ${running.printed}${running.complained}`);
    return running.printed;
  }

  /** Starts commands that may never end. */
  start(commands: string): Running {
    const before = "set -eu; if [ -e .state ]; then . ./.state; fi\n";
    const after = "\n{ export -p; declare -f; } >.state";
    const environment = { PATH: process.env.PATH, HOME: this.folder, ...this.environment };
    // A group of its own, so that whatever the commands started ends with them.
    const shell = spawn("bash", ["-c", before + commands + after], { cwd: this.folder, env: environment, detached: true });
    const running: Running = {
      printed: "",
      complained: "",
      ended: new Promise((resolve) => shell.once("close", resolve)),
      stop: () => {
        if (shell.exitCode === null && shell.pid) process.kill(-shell.pid, "SIGKILL");
      },
    };
    shell.stdout.setEncoding("utf8").on("data", (text) => (running.printed += text));
    shell.stderr.setEncoding("utf8").on("data", (text) => (running.complained += text));
    return running;
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
