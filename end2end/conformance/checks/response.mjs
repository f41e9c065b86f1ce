import { expectEqual, expectTrue } from "../support/expect.mjs";
import { askForRefusal } from "../support/http.mjs";

/** What the stream is answered with, before anything is on it. */
const PATHS = ["/api/events", "/api/websocket"];
const ACCEPTED = ["text/event-stream", "text/html", "*/*"];
/** None, one that was never given out, and one that is no cookie at all. */
const STRANGE_COOKIES = [undefined, "no-such-session", "%01"];

export const response = PATHS.flatMap((path) => [
  [`${path} responds 200 with Content-Type text/event-stream`, async ({ talent }) => {
    const { status, headers } = await talent.open({ path });
    expectEqual(status, 200, "the status");
    expectTrue(/^text\/event-stream(;|$)/.test(headers["content-type"]), `content-type: ${headers["content-type"]}`);
  }],

  [`${path} forbids caching and transforming: Cache-Control: no-cache, no-transform`, async ({ talent }) => {
    const { headers } = await talent.open({ path });
    expectEqual(headers["cache-control"], "no-cache, no-transform", "Cache-Control");
  }],

  // A gateway that heeds this keeps it to itself.
  [`${path} disables proxy buffering: X-Accel-Buffering: no`, async ({ talent }) => {
    const { headers } = await talent.open({ path });
    expectEqual(headers["x-accel-buffering"], "no", "X-Accel-Buffering");
  }, { gatewayHeader: true }],

  [`${path} is not compressed, whatever Accept-Encoding says`, async ({ talent }) => {
    const { headers } = await talent.open({ path, headers: { "accept-encoding": "br, gzip, deflate, zstd" } });
    expectEqual(headers["content-encoding"], undefined, "Content-Encoding");
  }],

  [`${path} sets no cookie`, async ({ talent }) => {
    const { headers } = await talent.open({ path });
    expectEqual(headers["set-cookie"], undefined, "Set-Cookie");
  }],

  [`${path} without a session responds 401 with code unauthenticated, and no redirect`, async ({ talent }) => {
    const name = talent.cookie.split("=")[0];
    for (const accept of ACCEPTED) {
      for (const value of STRANGE_COOKIES) {
        const cookie = value && `${name}=${value}`;
        await refused(new URL(path, talent.site), { accept, ...(cookie && { cookie }) });
      }
    }
  }],
]);

/** `headers` bring no valid session. */
async function refused(url, headers) {
  const answer = await askForRefusal(url, headers);
  const when = `with Accept: ${headers.accept} and ${headers.cookie ?? "no cookie"}`;
  expectEqual(answer.status, 401, `the status ${when}`);
  expectEqual(answer.headers.location, undefined, `Location ${when}`);
  expectEqual(answer.headers["content-type"], "application/problem+json", `the content-type ${when}`);
  expectEqual(answer.json?.code, "unauthenticated", `the code ${when}`);
}
