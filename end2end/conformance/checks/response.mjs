import { expectEqual, expectTrue } from "../support/expect.mjs";
import { sendRejectedRequest } from "../support/http.mjs";

/** The status and headers of the stream. */

const PATHS = ["/api/events", "/api/websocket"];
const ACCEPTED = ["text/event-stream", "text/html", "*/*"];
/** No cookie, an unknown token, and a malformed value. */
const INVALID_COOKIES = [undefined, "no-such-session", "%01"];

export const response = PATHS.flatMap((path) => [
  [`${path} responds 200 with Content-Type text/event-stream`, async ({ talent }) => {
    const { status, headers } = await talent.openStream({ path });
    expectEqual(status, 200, "the status");
    expectTrue(/^text\/event-stream(;|$)/.test(headers["content-type"]), `content-type: ${headers["content-type"]}`);
  }],

  [`${path} forbids caching and transforming: Cache-Control: no-cache, no-transform`, async ({ talent }) => {
    const { headers } = await talent.openStream({ path });
    expectEqual(headers["cache-control"], "no-cache, no-transform", "Cache-Control");
  }],

  // Gateways consume this header, so it can't be checked behind one.
  [`${path} disables proxy buffering: X-Accel-Buffering: no`, async ({ talent }) => {
    const { headers } = await talent.openStream({ path });
    expectEqual(headers["x-accel-buffering"], "no", "X-Accel-Buffering");
  }, { gatewayHeader: true }],

  [`${path} is not compressed, whatever Accept-Encoding says`, async ({ talent }) => {
    const { headers } = await talent.openStream({ path, headers: { "accept-encoding": "br, gzip, deflate, zstd" } });
    expectEqual(headers["content-encoding"], undefined, "Content-Encoding");
  }],

  [`${path} sets no cookie`, async ({ talent }) => {
    const { headers } = await talent.openStream({ path });
    expectEqual(headers["set-cookie"], undefined, "Set-Cookie");
  }],

  [`${path} without a session responds 401 with code unauthenticated, and no redirect`, async ({ talent }) => {
    const name = talent.cookie.split("=")[0];
    for (const accept of ACCEPTED) {
      for (const value of INVALID_COOKIES) {
        const cookie = value && `${name}=${value}`;
        await expectUnauthenticated(new URL(path, talent.site), { accept, ...(cookie && { cookie }) });
      }
    }
  }],
]);

/** Requests the stream with headers that hold no valid session, and expects a 401. */
async function expectUnauthenticated(url, headers) {
  const response = await sendRejectedRequest(url, headers);
  const when = `with Accept: ${headers.accept} and ${headers.cookie ?? "no cookie"}`;
  expectEqual(response.status, 401, `the status ${when}`);
  expectEqual(response.headers.location, undefined, `Location ${when}`);
  expectEqual(response.headers["content-type"], "application/problem+json", `the content-type ${when}`);
  expectEqual(response.json?.code, "unauthenticated", `the code ${when}`);
}
