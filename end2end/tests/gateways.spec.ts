import { Api } from "../support/api.ts";
import { runConformance } from "../support/conformance.ts";
import { expect, test } from "../support/fixtures.ts";
import { openRawStream } from "../support/raw-stream.ts";
import { haproxy, nginx } from "../support/gateway.ts";
import { isMarked, markDocument } from "../support/document-mark.ts";
import { readSnippets } from "../support/doc-snippets.ts";

const RECONNECTED = { timeout: 30_000 };
const RECONNECTING = /Reconnecting/;

const snippets = readSnippets("gateways.md");
const documentedConfig = (name: string) => snippets.get(name)?.[0].text;

const BY_DEFAULT = [
  ["nginx", nginx()],
  ["HAProxy", haproxy()],
] as const;
const AS_DOCUMENTED = [
  ["nginx", nginx(documentedConfig("nginx"))],
  ["HAProxy", haproxy(documentedConfig("HAProxy"))],
] as const;

for (const [configuration, gateways] of [
  ["with Debian's defaults", BY_DEFAULT],
  ["as documented", AS_DOCUMENTED],
] as const) {
  for (const [name, kind] of gateways) {
    test(`@once ${name} ${configuration} passes every check of the stream contract`, async ({ startGateway }) => {
      const gateway = await startGateway(kind);
      // With HAProxy's defaults, a closed stream stays open towards the site; the advised settings close it.
      const options = kind === BY_DEFAULT[1][1] ? ["--but", "presence"] : [];
      const { exitCode, output } = await runConformance(gateway.url, "--through-gateway", ...options);
      expect(exitCode, output).toBe(0);
    });
  }
}

for (const [name, kind] of BY_DEFAULT) {
  test(`@js messages pass ${name} within 2 s in both directions`, async ({ startGateway, sarah, apis, launch }) => {
    sarah.allowConsole(/net::ERR_/);
    sarah.setBaseUrl((await startGateway(kind)).url);
    await sarah.open(launch.path);
    await markDocument(sarah.page);
    for (const text of ["Through the gate 1", "Through the gate 2", "Through the gate 3"]) {
      await apis.eventpro.sendMessage(launch.id, text);
      await expect(sarah.thread.message(text)).toBeVisible({ timeout: 2_000 });
    }
    await sarah.thread.sendMessage("And back");
    await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).at(-1)?.body).toBe("And back");
    await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0);
    expect(await isMarked(sarah.page)).toBe(true);
  });

  test(`@js a restart of ${name} loses and duplicates no message`, async ({ startGateway, sarah, apis, launch }) => {
    const gateway = await startGateway(kind);
    sarah.allowConsole(/net::ERR_/);
    sarah.setBaseUrl(gateway.url);
    await sarah.open(launch.path);
    await markDocument(sarah.page);
    await apis.eventpro.sendMessage(launch.id, "Before");
    await expect(sarah.thread.message("Before")).toBeVisible();

    await gateway.stop();
    await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
    const missed = ["Meanwhile 1", "Meanwhile 2", "Meanwhile 3"];
    for (const text of missed) await apis.eventpro.sendMessage(launch.id, text);
    await sarah.thread.sendMessage("Into the gap");
    await gateway.start();

    const pattern = /^(Before|Meanwhile \d|Into the gap|After)$/;
    await expect(sarah.thread.message(pattern)).toHaveText(["Before", ...missed, "Into the gap"], RECONNECTED);
    await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0, RECONNECTED);
    await apis.eventpro.sendMessage(launch.id, "After");
    await expect(sarah.thread.message(pattern)).toHaveText(["Before", ...missed, "Into the gap", "After"]);
    expect((await apis.eventpro.listMessages(launch.id)).filter(({ body }) => body === "Into the gap")).toHaveLength(1);
    expect(await isMarked(sarah.page)).toBe(true);
  });
}

test("@js a reload of nginx keeps the stream", async ({ startGateway, sarah, apis, launch }) => {
  const gateway = await startGateway(nginx());
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl(gateway.url);
  await sarah.open(launch.path);
  await markDocument(sarah.page);
  await apis.eventpro.sendMessage(launch.id, "Before");
  await expect(sarah.thread.message("Before")).toBeVisible();

  gateway.reload("add_header settings new;");
  await expect.poll(async () => (await new Api(gateway.url).get("/healthz")).headers.settings).toBe("new");
  await apis.eventpro.sendMessage(launch.id, "After");
  await expect(sarah.thread.message(/^(Before|After)$/)).toHaveText(["Before", "After"]);
  await expect(sarah.page.getByText(RECONNECTING)).toHaveCount(0);
  expect(await isMarked(sarah.page)).toBe(true);
});

test("@js a gateway that buffers the stream shows as reconnecting, and sending still works", async ({ startGateway, sarah, apis, launch }) => {
  const buffering = "location / { proxy_pass http://127.0.0.1:3000; proxy_ignore_headers X-Accel-Buffering; proxy_buffering on; }";
  sarah.allowConsole(/net::ERR_/);
  sarah.setBaseUrl((await startGateway(nginx(buffering))).url);
  await sarah.installClock();
  await sarah.open(launch.path);
  await apis.eventpro.sendMessage(launch.id, "Held back");
  const retried = sarah.page.waitForRequest(/\/api\/events/);
  await sarah.page.clock.fastForward("00:45");
  await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
  await retried;
  // Sending uses a request of its own. A stream that isn't buffered would have begun by now.
  await sarah.thread.sendMessage("Written all the same");
  await expect.poll(async () => (await apis.eventpro.listMessages(launch.id)).at(-1)?.body).toBe("Written all the same");
  await expect(sarah.page.getByText(RECONNECTING)).toBeVisible();
  await expect(sarah.thread.message("Held back")).toHaveCount(0);
});

test.describe("with a limit of two streams per person", () => {
  test.use({ settings: { GREENROOM_STREAMS_PER_PERSON: "2" } });

  for (const [name, kind] of [BY_DEFAULT[0], ...AS_DOCUMENTED]) {
    const configuration = kind === BY_DEFAULT[0][1] ? "with Debian's defaults" : "as documented";
    test(`@once ${name} ${configuration} releases closed streams`, async ({ startGateway, apis }) => {
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
      // Well before the next heartbeat, whose failure would release them anyway.
      await expect.poll(statusOfNext, { timeout: 3_000 }).toBe(200);
    });
  }
});

test.describe("with a configured public URL", () => {
  test.use({ settings: { GREENROOM_URL: "http://greenroom.example", GREENROOM_ALLOW_HTTP: "true" } });

  for (const [name, kind] of AS_DOCUMENTED) {
    test(`@once ${name} preserves Origin: same-origin requests pass, cross-origin ones are rejected`, async ({ startGateway, apis, launch }) => {
      const { url } = await startGateway(kind);
      const send = async (origin: string) => {
        const api = new Api(url, apis.sarah.session);
        const message = { conversationId: launch.id, body: "From a page" };
        return (await api.request("POST", "/api/messages", message, { origin, host: "greenroom.example" })).status;
      };
      expect(await send("http://greenroom.example")).toBe(201);
      expect(await send("http://elsewhere.example")).toBe(403);
    });

    test(`@once ${name} preserves Host`, async ({ startGateway }) => {
      const { url } = await startGateway(kind);
      const requestByHost = (host: string) => new Api(url).request("GET", "/api/talents", undefined, { host });
      expect((await requestByHost("elsewhere.example")).json).toMatchObject({ status: 421, code: "wrong_host" });
      expect((await requestByHost("greenroom.example")).status).toBe(401);
    });
  }
});
