import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { findFreePort } from "../ports.ts";
import { findOne, type Engine, type Tab, type Target } from "./engine.ts";
import { ProcessGroup, retryUntilReady, waitForOutput } from "./processes.ts";

// WebKitGTK, driven by WebDriver.

/** The key under which WebDriver sends the id of an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** What may have each role, because WebDriver has no search by role. */
const CANDIDATES: Record<string, string> = { link: "a[href]", button: "button, summary", textbox: "input, textarea" };

type Command = (method: string, path: string, body?: object) => Promise<any>;

/** Starts WebKitGTK's MiniBrowser on a virtual display. */
export async function startWebKit(): Promise<Engine> {
  const processes = new ProcessGroup();
  makeToolbarNarrow(processes.home);
  const screen = processes.start("Xvfb", ["-displayfd", "3", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]);
  const display = await waitForOutput(screen, 3, /(\d+)\n/);
  const port = await findFreePort();
  processes.start("WebKitWebDriver", [`--port=${port}`], { DISPLAY: `:${display}`, LIBGL_ALWAYS_SOFTWARE: "1" });
  const options = { "webkitgtk:browserOptions": { binary: findMiniBrowser(), args: ["--automation"] } };
  const start = () => send(port, "POST", "/session", { capabilities: { alwaysMatch: options } });
  const { sessionId } = await retryUntilReady(start);
  const command: Command = (method, path, body) => send(port, method, `/session/${sessionId}${path}`, body);
  const first: string = await command("GET", "/window");
  let opened = 0;
  return {
    openTab: async () => {
      const window = opened++ ? (await command("POST", "/window/new", { type: "window" })).handle : first;
      return createTab(command, window);
    },
    setCookie: (domain, name, value) =>
      command("POST", "/cookie", { cookie: { name, value, domain, path: "/", httpOnly: true, sameSite: "Lax" } }),
    close: async () => {
      await command("DELETE", "").catch(() => {});
      processes.killAll();
    },
  };
}

async function send(port: number, method: string, path: string, body?: object): Promise<any> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
  const { value } = (await response.json()) as { value: any };
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
  return value;
}

function createTab(send: Command, window: string): Tab {
  // Commands go to the current window.
  const command: Command = async (method, path, body) => {
    await send("POST", "/window", { handle: window });
    return send(method, path, body);
  };
  const evaluate = (expression: string) => command("POST", "/execute/sync", { script: `return ${expression}`, args: [] });
  const find = (target: Target) => findOne(target, () => searchElements(command, target));
  return {
    open: (url) => command("POST", "/url", { url }),
    evaluate,
    click: async (target) => command("POST", `/element/${await find(target)}/click`, {}),
    type: async (target, text) => command("POST", `/element/${await find(target)}/value`, { text }),
    resize: async (width, height) => {
      // The window has a toolbar.
      const [innerWidth, innerHeight] = (await evaluate("[innerWidth, innerHeight]")) as [number, number];
      const outer = await command("GET", "/window/rect");
      const frame = { width: outer.width - innerWidth, height: outer.height - innerHeight };
      await command("POST", "/window/rect", { width: width + frame.width, height: height + frame.height });
    },
    close: () => command("DELETE", "/window"),
  };
}

/** Returns the ids of the elements with this role and name. */
async function searchElements(command: Command, { role, name, containing }: Target): Promise<string[]> {
  const value = role ? CANDIDATES[role] : Object.values(CANDIDATES).join();
  const candidates: Record<string, string>[] = await command("POST", "/elements", { using: "css selector", value });
  const found: string[] = [];
  for (const { [ELEMENT]: id } of candidates) {
    if (await isTarget(command, `/element/${id}`, { role, name, containing })) found.push(id);
  }
  return found;
}

async function isTarget(command: Command, path: string, { role, name, containing }: Target): Promise<boolean> {
  try {
    // What isn't displayed has neither name nor role.
    if (!(await command("GET", `${path}/displayed`))) return false;
    if (containing !== undefined && !(await command("GET", `${path}/text`)).includes(containing)) return false;
    if (name !== undefined && (await command("GET", `${path}/computedlabel`)) !== name) return false;
    return role === undefined || (await command("GET", `${path}/computedrole`)) === role;
  } catch (error) {
    // The page has replaced it since.
    if (/stale element reference/.test(String(error))) return false;
    throw error;
  }
}

/** Without this, the buttons and the address bar make the window wider than a phone. */
function makeToolbarNarrow(home: string): void {
  for (const version of ["gtk-3.0", "gtk-4.0"]) {
    const folder = path.join(home, ".config", version);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "gtk.css"), "* { font-size: 1px; min-width: 0; padding: 0; margin: 0 }");
  }
}

/** Finds MiniBrowser in the library folders of Debian and Fedora. */
function findMiniBrowser(): string {
  const found = execFileSync("find", ["/usr/lib", "/usr/libexec", "-name", "MiniBrowser"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [first] = found.split("\n").sort().reverse();
  if (!first) throw new Error("WebKitGTK's MiniBrowser isn't here: bin/setup test");
  return first;
}
