import type { Page } from "@playwright/test";
import { Api } from "../support/api.ts";
import { runConformance } from "../support/conformance.ts";
import { expect, test } from "../support/fixtures.ts";
import { openRawStream } from "../support/raw-stream.ts";
import { haproxy, nginx } from "../support/gateway.ts";
import { readSnippets } from "../support/doc-snippets.ts";

const BACK = { timeout: 30_000 };
const RECONNECTING = /Reconnecting/;

const guide = readSnippets("gateways.md");
const advised = (name: string) => guide.get(name)?.[0].text;

const BY_DEFAULT = [
  ["nginx", nginx()],
  ["HAProxy", haproxy()],
] as const;
const AS_ADVISED = [
  ["nginx", nginx(advised("nginx"))],
  ["HAProxy", haproxy(advised("HAProxy"))],
] as const;

/** Marks the page as it stands: one that was loaded again has lost it. */
const mark = (page: Page) => page.evaluate(() => Object.assign(window, { marked: true }));
const isMarked = (page: Page) => page.evaluate(() => "marked" in window);

for (const [how, gateways] of [
  ["as Debian has it", BY_DEFAULT],
  ["as advised", AS_ADVISED],
] as const) {
  for (const [name, kind] of gateways) {
    test(`@once ${name} ${how} passes every check of the stream contract`, async ({ startGateway }) => {
      const gateway = await startGateway(kind);
      // With HAProxy's defaults, a closed stream stays open towards the site; the advised settings close it.
      const but = kind === BY_DEFAULT[1][1] ? ["--but", "presence"] : [];
      const { exitCode, output } = await runConformance(gateway.url, "--through-gateway", ...but);
      expect(exitCode, output).toBe(0);
    });
  }
}

for (const [name, kind] of BY_DEFAULT) {
  test(`@js what is said comes through ${name} at once, both ways`, async ({ startGateway, sarah, apis, launch }) => {
    sarah.allowConsole(/net::ERR_/);
    sarah.setBaseUrl((await startGateway(kind)).url);
    await sarah.open(launch.path);
    await mark(sarah.page);
    for (const text of ["Through the gate 1", "Through the gate 2", "Through the gate 3"]) {
      await apis.eventpro.sendMessage(launch.id, text);
      await expect(sarah.thread.message(text)).toBeVisible({ timeout: 2_000 });
    }
    await sarah.thread.sendMessage("And back");
    await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).at(-1)?.body).toBe("And back");
    await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0);
    expect(await isMarked(sarah.page)).toBe(true);
  });

  test(`@js ${name} that is started again loses and doubles nothing`, async ({ startGateway, sarah, apis, launch }) => {
    const gateway = await startGateway(kind);
    sarah.allowConsole(/net::ERR_/);
    sarah.setBaseUrl(gateway.url);
    await sarah.open(launch.path);
    await mark(sarah.page);
    await apis.eventpro.sendMessage(launch.id, "Before");
    await expect(sarah.thread.message("Before")).toBeVisible();

    await gateway.stop();
    await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
    const meanwhile = ["Meanwhile 1", "Meanwhile 2", "Meanwhile 3"];
    for (const text of meanwhile) await apis.eventpro.sendMessage(launch.id, text);
    await sarah.thread.sendMessage("Into the gap");
    await gateway.start();

    const said = /^(Before|Meanwhile \d|Into the gap|After)$/;
    await expect(sarah.thread.message(said)).toHaveText(["Before", ...meanwhile, "Into the gap"], BACK);
    await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0, BACK);
    await apis.eventpro.sendMessage(launch.id, "After");
    await expect(sarah.thread.message(said)).toHaveText(["Before", ...meanwhile, "Into the gap", "After"]);
    expect((await apis.eventpro.listMessages(launch.id)).filter(({ body }) => body === "Into the gap")).toHaveLength(1);
    expect(await isMarked(sarah.page)).toBe(true);
  });
}

test("@js nginx that reads its settings again isn't noticed", async ({ startGateway, sarah, apis, launch }) => {
  const gateway = await startGateway(nginx());
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(gateway.url);
  await sarah.open(launch.path);
  await mark(sarah.page);
  await apis.eventpro.sendMessage(launch.id, "Before");
  await expect(sarah.thread.message("Before")).toBeVisible();

  gateway.reload("add_header settings new;");
  await expect.poll(async () => (await new Api(gateway.url).get("/healthz")).headers.settings).toBe("new");
  await apis.eventpro.sendMessage(launch.id, "After");
  await expect(sarah.thread.message(/^(Before|After)$/)).toHaveText(["Before", "After"]);
  await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0);
  expect(await isMarked(sarah.page)).toBe(true);
});

test("@js a gateway that holds the stream back isn't taken for silence", async ({ startGateway, sarah, apis, launch }) => {
  const held = "location / { proxy_pass http://127.0.0.1:3000; proxy_ignore_headers X-Accel-Buffering; proxy_buffering on; }";
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl((await startGateway(nginx(held))).url);
  await sarah.open("/signin");
  await sarah.page.clock.install();
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Held back");
  const triedAgain = sarah.page.waitForRequest(/\/api\/events/);
  await sarah.page.clock.fastForward("00:45");
  await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
  await triedAgain;
  // What is written goes another way, and out. By then a stream that isn't held back had begun.
  await sarah.thread.sendMessage("Written all the same");
  await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).at(-1)?.body).toBe("Written all the same");
  await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
  await expect(sarah.thread.message("Held back")).toHaveCount(0);
});

test.describe("of two streams a person may have", () => {
  test.use({ settings: { GREENROOM_STREAMS_PER_PERSON: "2" } });

  for (const [name, kind] of [BY_DEFAULT[0], ...AS_ADVISED]) {
    const how = kind === BY_DEFAULT[0][1] ? "as Debian has it" : "as advised";
    test(`@once ${name} ${how} holds none that was closed`, async ({ startGateway, apis }) => {
      const url = `${(await startGateway(kind)).url}/api/events`;
      const open = () => openRawStream(url, apis.sarah);
      const streams = [await open(), await open()];
      const third = await open();
      expect(third.status).toBe(429);
      for (const stream of streams) stream.close();
      const statusOfNext = async () => {
        const next = await open();
        next.close();
        return next.status;
      };
      // Well before the next heartbeat, which would free it anyway.
      await expect.poll(statusOfNext, { timeout: 3_000 }).toBe(200);
    });
  }
});

test.describe("of a site that knows its address", () => {
  test.use({ settings: { GREENROOM_URL: "http://greenroom.example", GREENROOM_ALLOW_HTTP: "true" } });

  for (const [name, kind] of AS_ADVISED) {
    test(`@once ${name} lets through what its own pages send, and nothing of other pages`, async ({ startGateway, apis, launch }) => {
      const { url } = await startGateway(kind);
      const send = async (origin: string) => {
        const api = new Api(url, apis.sarah.session);
        const message = { conversationId: launch.id, body: "From a page" };
        return (await api.request("POST", "/api/messages", message, { origin, host: "greenroom.example" })).status;
      };
      expect(await send("http://greenroom.example")).toBe(201);
      expect(await send("http://elsewhere.example")).toBe(403);
    });

    test(`@once ${name} doesn't hide which host was asked for`, async ({ startGateway }) => {
      const { url } = await startGateway(kind);
      const ask = (host: string) => new Api(url).request("GET", "/api/talents", undefined, { host });
      expect((await ask("elsewhere.example")).json).toMatchObject({ status: 421, code: "wrong_host" });
      expect((await ask("greenroom.example")).status).toBe(401);
    });
  }
});
