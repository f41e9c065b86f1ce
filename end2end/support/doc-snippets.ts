import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export type Snippet = { language: string; text: string; /** The file name in the comment of its first line. */ file?: string };

/** Reads the code blocks of a page of docs/, in order, grouped by heading. */
export function readSnippets(page: string): Map<string, Snippet[]> {
  const text = fs.readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const sections = text.split(/^#+ (?=.+\n\n)/m).slice(1);
  return new Map(sections.map((section) => {
    const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
    const snippets = blocks.map(([, language, text]) => ({ language, text, file: text.match(/^\/\/ (\S+\.mjs)\n/)?.[1] }));
    return [section.slice(0, section.indexOf("\n")), snippets];
  }));
}

const PACKAGES = fileURLToPath(new URL("../node_modules", import.meta.url));

/** A running command: its output so far, and its exit code. */
type RunningCommand = { stdout: string; stderr: string; exitCode: Promise<number | null>; stop(): void };

/** A bash session in a folder of its own. Exported variables and functions persist from one command to the next. */
export class ShellSession {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "greenroom-guide-"));

  constructor(private readonly environment: Record<string, string>) {
    fs.symlinkSync(PACKAGES, path.join(this.folder, "node_modules"));
  }

  writeFile(file: string, text: string): void {
    fs.writeFileSync(path.join(this.folder, file), text);
  }

  /** Runs commands to completion. Returns their standard output; throws if they fail. */
  async run(commands: string): Promise<string> {
    const running = this.start(commands);
    const code = await running.exitCode;
    if (code !== 0) throw new Error(`${commands}exited with ${code}: ${running.stdout}${running.stderr}`);
    return running.stdout;
  }

  /** Starts commands that may run for ever. */
  start(commands: string): RunningCommand {
    const before = "set -eu; if [ -e .state ]; then . ./.state; fi\n";
    const after = "\n{ export -p; declare -f; } >.state";
    const environment = { PATH: process.env.PATH, HOME: this.folder, ...this.environment };
    // Detached: stopping the process group also stops the children of the commands.
    const shell = spawn("bash", ["-c", before + commands + after], { cwd: this.folder, env: environment, detached: true });
    const running: RunningCommand = {
      stdout: "",
      stderr: "",
      exitCode: new Promise((resolve) => shell.once("close", resolve)),
      stop: () => {
        if (shell.exitCode === null && shell.pid) process.kill(-shell.pid, "SIGKILL");
      },
    };
    shell.stdout.setEncoding("utf8").on("data", (text) => (running.stdout += text));
    shell.stderr.setEncoding("utf8").on("data", (text) => (running.stderr += text));
    return running;
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
