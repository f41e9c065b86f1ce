import { Api } from "../../support/api.ts";
import { expect, test } from "../../support/fixtures.ts";

for (const path of ["/api/events", "/api/websocket"]) {
  for (const accept of ["text/html", "text/event-stream", "*/*"]) {
    test(`who isn't signed in gets a plain 401 from ${path}, asking for ${accept}`, async ({ site }) => {
      for (const session of [undefined, "no-such-session", "\u0001"]) {
        const stranger = new Api(site.url);
        const cookie = session && { cookie: `greenroom=${encodeURIComponent(session)}` };
        const answer = await stranger.request("GET", path, undefined, { accept, ...cookie });
        expect(answer.status).toBe(401);
        expect(answer.headers["content-type"]).toBe("application/problem+json");
        expect(answer.headers.location).toBeUndefined();
        expect(answer.json).toMatchObject({ status: 401, code: "unauthenticated" });
      }
    });
  }
}

test("nothing under /api ever redirects or answers with a page", async ({ site, launch }) => {
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
    const answer = await stranger.request(method, path, body, { accept: "text/html" });
    expect(answer.status, `${method} ${path}`).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
  }
});
