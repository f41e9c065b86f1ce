import http from "node:http";
import https from "node:https";

/** Whoever waits longer than this for an answer waits in vain. */
const ANSWER_LIMIT = 10_000;

/** Begins a request on a connection of its own. Nothing is followed, unpacked or tried again. */
export function begin(url, method, headers, body) {
  const { request } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false });
    sent.setTimeout(ANSWER_LIMIT, () => sent.destroy(new Error(`${method} ${url.pathname}: no answer for ${ANSWER_LIMIT / 1000} s`)));
    sent.on("error", reject);
    sent.on("response", (response) => {
      sent.setTimeout(0);
      // What breaks from here on, breaks the answer, and whoever reads it is told.
      sent.on("error", () => {});
      resolve({ sent, response });
    });
    sent.end(body);
  });
}

/** Asks, and reads the answer to its end. */
export async function ask(url, method, headers, body) {
  const { response } = await begin(url, method, headers, body);
  return read(response);
}

/** Asks for what should be refused. An answer that isn't has no end to wait for. */
export async function askForRefusal(url, headers) {
  const { sent, response } = await begin(url, "GET", headers);
  if (response.statusCode !== 200) return read(response);
  sent.destroy();
  return { status: 200, headers: response.headers, text: "" };
}

async function read(response) {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return { status: response.statusCode, headers: response.headers, text, json: json(text) };
}

/** What a text says, if it is JSON. */
export function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
