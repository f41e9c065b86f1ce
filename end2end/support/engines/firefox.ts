import { WebSocket } from "ws";
import { findOne, type Engine, type Tab, type Target } from "./engine.ts";
import { isInstalled, ProcessGroup, waitForOutput } from "./processes.ts";

// Firefox, driven by WebDriver BiDi.

type Command = (method: string, params: object) => Promise<any>;
type Node = { sharedId: string };

export async function startFirefox(): Promise<Engine> {
  const processes = new ProcessGroup();
  const program = ["firefox-esr", "firefox"].find((name) => isInstalled(name)) ?? "firefox";
  const args = ["--headless", "--no-remote", "--profile", processes.home, "--remote-debugging-port", "0", "about:blank"];
  const endpoint = await waitForOutput(processes.start(program, args), 2, /WebDriver BiDi listening on (ws:\/\/\S+)/);
  const socket = new WebSocket(`${endpoint}/session`);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const command = commandsTo(socket);
  await command("session.new", { capabilities: {} });
  const { contexts } = await command("browsingContext.getTree", {});
  let opened = 0;
  return {
    openTab: async () => {
      const { context } = opened++ ? await command("browsingContext.create", { type: "tab" }) : contexts[0];
      return createTab(command, context);
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

function commandsTo(socket: WebSocket): Command {
  const waiting = new Map<number, (response: any) => void>();
  let last = 0;
  socket.on("message", (data: Buffer) => {
    const response = JSON.parse(data.toString());
    waiting.get(response.id)?.(response);
    waiting.delete(response.id);
  });
  return async (method, params) => {
    const id = ++last;
    const response: any = await new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    if (response.type === "error") throw new Error(`${method}: ${response.error} ${response.message}`);
    return response.result;
  };
}

function createTab(command: Command, context: string): Tab {
  const run = async (method: string, params: object) => {
    const { result, exceptionDetails } = await command(method, { ...params, target: { context }, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value;
  };
  const call = (functionDeclaration: string, node: Node, ...values: string[]) =>
    run("script.callFunction", { functionDeclaration, arguments: [node, ...values.map((value) => ({ type: "string", value }))] });
  const search = async ({ role, name, containing }: Target): Promise<Node[]> => {
    const locator = { type: "accessibility", value: { role, name } };
    const { nodes } = await command("browsingContext.locateNodes", { context, locator });
    // A label has the name of its field.
    const isMeant = "(node, text) => !node.matches('label, label *') && node.textContent.includes(text)";
    const meant = await Promise.all(nodes.map((node: Node) => call(isMeant, node, containing ?? "")));
    return nodes.filter((_: Node, index: number) => meant[index]);
  };
  const click = async (target: Target): Promise<void> => {
    const { sharedId } = await findOne(target, () => search(target));
    try {
      await clickElement(sharedId);
    } catch (error) {
      if (!/is not displayed|no such node/.test(String(error))) throw error;
      // The page has replaced it since: its place is taken by another.
      await click(target);
    }
  };
  const clickElement = async (sharedId: string) => {
    await call("(node) => node.scrollIntoView({ block: 'nearest' })", { sharedId });
    const origin = { type: "element", element: { sharedId } };
    const actions = [{ type: "pointerMove", x: 0, y: 0, origin }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
    await command("input.performActions", { context, actions: [{ type: "pointer", id: "mouse", actions }] });
  };
  return {
    open: (url) => command("browsingContext.navigate", { context, url, wait: "interactive" }),
    evaluate: (expression) => run("script.evaluate", { expression }),
    click,
    type: async (target, text) => {
      await click(target);
      const actions = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
      await command("input.performActions", { context, actions: [{ type: "key", id: "keyboard", actions }] });
    },
    resize: (width, height) => command("browsingContext.setViewport", { context, viewport: { width, height } }),
    close: () => command("browsingContext.close", { context }),
  };
}
