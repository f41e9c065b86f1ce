import { parseJson } from "./http.mjs";

/** Events about the stream itself, and ephemeral ones. They have no place in the person's sequence. */
const UNSEQUENCED = ["ready", "reset", "heartbeat", "session-ended", "typing", "presence"];

/** An incremental parser of server-sent events. The other end-to-end tests use it too. */
export class SseParser {
  #rest = "";

  /**
   * Returns the frames that this chunk completes.
   * @param {string} chunk
   */
  push(chunk) {
    const blocks = (this.#rest + chunk).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop();
    return blocks.map(parseFrame).filter((frame) => frame !== undefined);
  }
}

/** Parses one block of lines. Returns undefined if it holds only comments. */
function parseFrame(block) {
  const lines = block.split("\n").filter((line) => line && !line.startsWith(":"));
  if (lines.length === 0) return undefined;
  const values = (name) => lines.map((line) => line.match(/^([^:]*):? ?(.*)$/s)).filter(([, field]) => field === name).map(([, , value]) => value);
  const data = values("data");
  const event = values("event").at(-1) ?? "message";
  return {
    event,
    id: values("id").at(-1),
    retry: values("retry").at(-1),
    data,
    json: parseJson(data.join("\n")),
    sequenced: !UNSEQUENCED.includes(event),
  };
}
