import http from "node:http";
import https from "node:https";

/** Milliseconds until a request without a response fails. */
const RESPONSE_TIMEOUT = 10_000;

/** Opens a request on a connection of its own and waits for the headers. Redirects, compression and retries are off. */
export function openRequest(url, method, headers, body) {
  const { request: createRequest } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const request = createRequest(url, { method, headers, agent: false });
    const timeout = () => new Error(`${method} ${url.pathname}: no response within ${RESPONSE_TIMEOUT / 1000} s`);
    request.setTimeout(RESPONSE_TIMEOUT, () => request.destroy(timeout()));
    request.on("error", reject);
    request.on("response", (response) => {
      request.setTimeout(0);
      // Later errors also reach the response, whose reader handles them.
      request.on("error", () => {});
      resolve({ request, response });
    });
    request.end(body);
  });
}

/** Sends a request and reads the whole response. */
export async function sendRequest(url, method, headers, body) {
  const { response } = await openRequest(url, method, headers, body);
  return readResponse(response);
}

/** Sends a GET that should fail. Doesn't read the body of a 200: it may be a stream without end. */
export async function sendRejectedRequest(url, headers) {
  const { request, response } = await openRequest(url, "GET", headers);
  if (response.statusCode !== 200) return readResponse(response);
  request.destroy();
  return { status: 200, headers: response.headers, text: "" };
}

async function readResponse(response) {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return { status: response.statusCode, headers: response.headers, text, json: parseJson(text) };
}

/** Parses JSON. Returns undefined if the text is none. */
export function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
