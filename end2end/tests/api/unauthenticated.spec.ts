import { Api } from "../../support/api.ts";
import { expect, test } from "../../support/fixtures.ts";

for (const path of ["/api/events", "/api/websocket"]) {
  for (const accept of ["text/html", "text/event-stream", "*/*"]) {
    test(`without a session, ${path} responds 401 without a redirect, accepting ${accept}`, async ({ site }) => {
      for (const session of [undefined, "no-such-session", "\u0001"]) {
        const stranger = new Api(site.url);
        const cookie = session && { cookie: `greenroom=${encodeURIComponent(session)}` };
        const response = await stranger.request("GET", path, undefined, { accept, ...cookie });
        expect(response.status).toBe(401);
        expect(response.headers["content-type"]).toBe("application/problem+json");
        expect(response.headers.location).toBeUndefined();
        expect(response.json).toMatchObject({ status: 401, code: "unauthenticated" });
      }
    });
  }
}

test("no route under /api redirects or responds with a page", async ({ site, launch }) => {
  const stranger = new Api(site.url);
  for (const [method, path, status] of [
    ["GET", "/api/messages", 401],
    ["POST", "/api/messages", 401],
    ["GET", `/api/conversations/${launch.id}`, 401],
    ["GET", "/api/notifications", 401],
    ["GET", "/api/no-such-path", 404],
    ["DELETE", "/api/messages", 405],
  ] as const) {
    const body = method === "POST" ? { conversationId: launch.id, body: "Hello" } : undefined;
    const response = await stranger.request(method, path, body, { accept: "text/html" });
    expect(response.status, `${method} ${path}`).toBe(status);
    expect(response.headers["content-type"]).toBe("application/problem+json");
  }
});
