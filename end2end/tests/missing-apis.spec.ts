import type { Api } from "../support/api.ts";
import { expect, test, type Person } from "../support/fixtures.ts";

// A browser API that is missing, blocked or throws disables only its own feature: the page hydrates, the thread is
// readable, and messages can be sent and received.

const FAIL = 'throw new DOMException("blocked by this test", "SecurityError")';
const getter = (owner: string, name: string, body = FAIL) =>
  `Object.defineProperty(${owner}, "${name}", { configurable: true, get() { ${body} } });`;
const method = (owner: string, name: string, body = FAIL) => `${owner}.${name} = function () { ${body} };`;
const missing = (name: string) => `delete window.${name};`;
const throwing = (name: string) => `window.${name} = class { constructor() { ${FAIL} } };`;

const APIS: Record<string, string> = {
  "a language that Intl rejects": getter("Navigator.prototype", "language", 'return "C"'),
  "Intl that always throws":
    ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"].map((name) => method("Date.prototype", name)).join("") +
    "Intl.DateTimeFormat = class { constructor() { throw new RangeError() } };",
  "navigator.language, blocked": getter("Navigator.prototype", "language") + getter("Navigator.prototype", "languages"),
  "navigator.onLine, blocked": getter("Navigator.prototype", "onLine"),
  "navigator.connection, blocked": getter("Navigator.prototype", "connection"),
  "navigator.clipboard, blocked": getter("Navigator.prototype", "clipboard"),
  "localStorage, blocked": getter("window", "localStorage"),
  "localStorage, full": method("Storage.prototype", "setItem", 'throw new DOMException("full", "QuotaExceededError")'),
  "sessionStorage, blocked": getter("window", "sessionStorage"),
  "IndexedDB, blocked": getter("window", "indexedDB"),
  "IndexedDB, missing": "Object.defineProperty(window, 'indexedDB', { value: undefined });",
  "IndexedDB that can't be opened": method("IDBFactory.prototype", "open"),
  "IndexedDB, full": method("IDBObjectStore.prototype", "add", 'throw new DOMException("full", "QuotaExceededError")'),
  "IndexedDB without transactions": method("IDBDatabase.prototype", "transaction"),
  "locks, missing": getter("Navigator.prototype", "locks", "return undefined"),
  "locks, blocked": getter("Navigator.prototype", "locks"),
  "locks that throw": method("LockManager.prototype", "request"),
  "locks that are refused": method("LockManager.prototype", "request", 'return Promise.reject(new DOMException("no", "SecurityError"))'),
  "locks that never answer": method("LockManager.prototype", "request", "return new Promise(() => {})"),
  "BroadcastChannel, missing": missing("BroadcastChannel"),
  "BroadcastChannel that can't be opened": throwing("BroadcastChannel"),
  "BroadcastChannel that sends nothing": method("BroadcastChannel.prototype", "postMessage"),
  "crypto, missing": getter("window", "crypto", "return undefined"),
  "crypto that throws": method("Crypto.prototype", "getRandomValues") + method("Crypto.prototype", "randomUUID"),
  "crypto without subtle and randomUUID, as on plain http":
    getter("Crypto.prototype", "subtle", "return undefined") + "delete Crypto.prototype.randomUUID;",
  "EventSource, missing": missing("EventSource"),
  "EventSource that can't be opened": throwing("EventSource"),
  "observers, missing": ["IntersectionObserver", "ResizeObserver"].map(missing).join(""),
  "observers that can't be made": ["IntersectionObserver", "ResizeObserver", "PerformanceObserver"].map(throwing).join(""),
  "observers that throw": method("IntersectionObserver.prototype", "observe"),
  "AbortController, missing": missing("AbortController"),
  "AbortController that can't be made": throwing("AbortController"),
  "matchMedia, blocked": method("window", "matchMedia"),
  "Notification, missing": missing("Notification"),
  "performance, blocked": method("Performance.prototype", "now") + method("Performance.prototype", "mark"),
  "animation frames, blocked": method("window", "requestAnimationFrame"),
  "idle callbacks, missing": missing("requestIdleCallback"),
  "focus and scrolling, blocked": method("HTMLElement.prototype", "focus") + method("Element.prototype", "scrollIntoView"),
  "visibility, blocked": getter("Document.prototype", "visibilityState") + getter("Document.prototype", "hidden"),
  "history, blocked": method("History.prototype", "pushState") + method("History.prototype", "replaceState"),
};

// Without these APIs, the page can't receive events.
const NO_STREAM = /EventSource/;

for (const [api, script] of Object.entries(APIS)) {
  test(`@js ${api}: messages are sent and received`, async ({ sarah, apis, launch }) => {
    await sarah.addInitScript(script);
    await sarah.open(launch.path);
    await expect(sarah.thread.message(launch.bodies.at(-1)!)).toBeVisible();
    await sarah.thread.sendMessage("Out");
    await expect.poll(() => bodies(apis.eventpro, launch.id)).toContain("Out");
    await expect(sarah.thread.log.getByText(/Waiting for|Loading/)).toHaveCount(0);
    await apis.eventpro.sendMessage(launch.id, "In");
    if (NO_STREAM.test(api)) await expect(sarah.page.getByText(/Reconnecting/)).toBeVisible();
    else await expect(sarah.thread.message("In")).toBeVisible();
    expect(await sarah.page.locator("html").getAttribute("data-hydrated")).toBe("");
  });
}

test("@js without pushState, links load a new document", async ({ sarah, launch }) => {
  await sarah.addInitScript(APIS["history, blocked"]);
  await sarah.open("/inbox");
  await openFirstConversation(sarah);
  await expect(sarah.page).toHaveURL(new RegExp(`${launch.path}$`));
  await expect(sarah.thread.log).toBeVisible();
});

test("@js a second tab without BroadcastChannel has a stream of its own", async ({ sarah, apis, launch }) => {
  await sarah.addInitScript(APIS["BroadcastChannel, missing"]);
  await sarah.open(launch.path);
  const other = await sarah.openTab(launch.path);
  await apis.eventpro.sendMessage(launch.id, "To both");
  for (const tab of [sarah.page, other]) {
    await expect(tab.getByRole("log").getByText("To both", { exact: true })).toBeVisible();
  }
});

test("@js an IndexedDB that never opens delays no message", async ({ sarah, apis, launch }) => {
  await sarah.addInitScript("IDBFactory.prototype.open = () => new EventTarget();");
  await sarah.open(launch.path);
  await sarah.thread.sendMessage("All the same");
  await expect.poll(() => bodies(apis.eventpro, launch.id)).toContain("All the same");
});

const openFirstConversation = (person: Person) => person.conversations.getByRole("link").first().click();

async function bodies(api: Api, id: string): Promise<string[]> {
  return (await api.listMessages(id)).map(({ body }) => body);
}
