import { json } from "./http.mjs";

/** Frames that tell of the stream or of the moment, and have no place in the sequence. */
const UNNUMBERED = ["ready", "reset", "heartbeat", "session-ended", "typing", "presence"];

/** Cuts what comes over the wire into frames. */
export class Cutter {
  #rest = "";

  /** The frames that are complete with this chunk. */
  cut(chunk) {
    const blocks = (this.#rest + chunk).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop();
    return blocks.map(frame).filter((frame) => frame !== undefined);
  }
}

/** One frame by its lines. A block of comments alone is none. */
function frame(block) {
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
    json: json(data.join("\n")),
    numbered: !UNNUMBERED.includes(event),
  };
}
