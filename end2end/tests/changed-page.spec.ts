import type { Page } from "@playwright/test";
import { expect, test, type Person } from "../support/fixtures.ts";
import { holdRequests } from "../support/hold-requests.ts";

// A page that a translator or an extension changes before the program hydrates it comes alive all the same, and says so
// only then.

const CRASHED = /This page has stopped working/;
const PANIC = /panicked|unreachable|RuntimeError|hydration|TypeError|wasm/i;

/** Functions that run in the page. */
const CHANGES: Record<string, () => void> = {
  "text in font elements, as by a translator": () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Node[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const text of texts.filter(({ data, parentElement }: any) => data.trim() && parentElement.localName !== "script")) {
      const font = document.createElement("font");
      font.append(document.createElement("font"));
      (text as ChildNode).replaceWith(font);
      font.firstElementChild!.textContent = text.textContent;
    }
  },
  "an element first in the body": () => document.body.prepend(document.createElement("div")),
  "a custom element first in the body": () => {
    customElements.define("an-extension", class extends HTMLElement {});
    document.body.prepend(document.createElement("an-extension"));
  },
  "removed elements": () => document.querySelectorAll("main *:nth-child(3n)").forEach((element) => element.remove()),
  "removed comments": () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
    const comments: ChildNode[] = [];
    while (walker.nextNode()) comments.push(walker.currentNode as Comment);
    for (const comment of comments) comment.remove();
  },
};

/** Changes the page when it is parsed, before the program starts. */
const onceParsed = (change: () => void) =>
  `document.addEventListener("readystatechange", () => document.readyState === "interactive" && (${change})());`;

/** Changes the page while it is being parsed, as soon as the body has a first element. */
const duringParsing = (change: () => void) => `{
  const observer = new MutationObserver(() => {
    if (!document.body?.firstElementChild) return;
    observer.disconnect();
    (${change})();
  });
  observer.observe(document, { childList: true, subtree: true });
}`;

/** Expects a page that sends, receives, and has no font elements or the like left. */
async function expectLive({ page, thread }: Person, send: (text: string) => Promise<unknown>): Promise<void> {
  await expect(page.getByText(CRASHED)).toHaveCount(0);
  await expect(page.locator("font")).toHaveCount(0);
  await thread.sendMessage("Out");
  await expect(thread.log.getByText("Sent", { exact: true })).toBeVisible();
  await send("In");
  await expect(thread.message("In")).toBeVisible();
}

/** Counts the documents that the page requests, and the requests for the same address by its script. */
function countDocuments(page: Page, path: string): string[] {
  const kinds: string[] = [];
  page.on("request", (request) => new URL(request.url()).pathname === path && kinds.push(request.resourceType()));
  return kinds;
}

for (const [name, change] of Object.entries(CHANGES)) {
  test(`@js ${name}: the page comes alive`, async ({ sarah, apis, launch }) => {
    await sarah.addInitScript(onceParsed(change));
    const requests = countDocuments(sarah.page, launch.path);
    await sarah.open(launch.path);
    await expectLive(sarah, (text) => apis.eventpro.sendMessage(launch.id, text));
    // The copy of what the server sent is enough.
    expect(requests).toEqual(["document"]);
  });
}

test("@js a page changed while it waits for the program comes alive, with what was typed", async ({ sarah, apis, launch }) => {
  await sarah.open("/signin");
  const { page, thread } = sarah;
  const release = await holdRequests(page, "**/pkg/*.wasm");
  await page.goto(launch.path, { waitUntil: "commit" });
  await thread.composer.fill("Typed early");
  await page.evaluate(CHANGES["text in font elements, as by a translator"]);
  await expect(page.locator("font").first()).toBeAttached();
  expect(await page.locator("html").getAttribute("data-hydrated")).toBe(null);
  release();
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(thread.composer).toHaveValue("Typed early");
  await expect(thread.composer).toBeFocused();
  await thread.composer.fill("");
  await expectLive(sarah, (text) => apis.eventpro.sendMessage(launch.id, text));
});

test("@js a page changed while it is parsed is requested again", async ({ sarah, apis, launch }) => {
  await sarah.addInitScript(duringParsing(CHANGES["an element first in the body"]));
  const requests = countDocuments(sarah.page, launch.path);
  await sarah.open(launch.path);
  await expectLive(sarah, (text) => apis.eventpro.sendMessage(launch.id, text));
  expect(requests).toEqual(["document", "fetch"]);
});

test("@js elements of extensions stay when the page is restored", async ({ sarah, launch }) => {
  await sarah.addInitScript(onceParsed(CHANGES["a custom element first in the body"]));
  await sarah.open(launch.path);
  await expect(sarah.page.locator("body > an-extension")).toHaveCount(1);
});

/** Makes hydration fail the first time, or every time, in a way that no comparison of nodes detects. */
const failHydration = (times: number) => `{
  const failures = () => Number(sessionStorage.getItem("failures") ?? 0);
  const { get } = Object.getOwnPropertyDescriptor(Node.prototype, "firstChild");
  Object.defineProperty(Node.prototype, "firstChild", {
    configurable: true,
    get() {
      if (!/wasm/.test(new Error().stack) || failures() >= ${times} || document.readyState === "loading") return get.call(this);
      sessionStorage.setItem("failures", String(failures() + 1));
      throw new DOMException("blocked by this test", "InvalidStateError");
    },
  });
}`;

test("@js a failed hydration is tried once more, with a new document", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(PANIC);
  sarah.allowConsole(/blocked by this test/);
  await sarah.addInitScript(failHydration(1));
  const requests = countDocuments(sarah.page, launch.path);
  await sarah.page.goto(launch.path);
  await expect(sarah.page.locator("html")).toHaveAttribute("data-hydrated", "");
  await expectLive(sarah, (text) => apis.eventpro.sendMessage(launch.id, text));
  expect(requests).toEqual(["document", "document", "fetch"]);
  expect(await sarah.page.evaluate(() => sessionStorage.getItem("greenroom-retry"))).toBe(null);
});

test("@js hydration that always fails leaves a page that says so, and works as without JavaScript", async ({ sarah, apis, launch }) => {
  sarah.allowConsole(PANIC);
  sarah.allowConsole(/blocked by this test/);
  await sarah.addInitScript(failHydration(100));
  const requests = countDocuments(sarah.page, launch.path);
  await sarah.page.goto(launch.path);
  await expect(sarah.page.getByRole("alert").getByText(CRASHED)).toBeVisible();
  expect(await sarah.page.locator("html").getAttribute("data-hydrated")).toBe(null);
  expect(requests).toEqual(["document", "document", "fetch"]);
  await sarah.thread.sendMessage("By the plain form");
  await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).map(({ body }) => body)).toContain("By the plain form");
});
