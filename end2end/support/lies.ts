import { randomUUID } from "node:crypto";
import type { Lie, Passing } from "./liar.ts";

/** A lie, by what it does, and the promises it breaks. Each begins anew, with nothing remembered. */
type Told = [lie: string, breaks: string[], begin: () => Lie];

const NOTHING: string[] = [];
const RESUMED_BY_QUERY = "beginning: a stream resumed by ?after begins with ready, that number and resumed: true";
const RESUMED_BY_HEADER = "beginning: a stream resumed by Last-Event-ID begins with ready, that number and resumed: true";

const tells = (event: string) => (frame: string) => frame.includes(`event: ${event}`);
const isNumbered = (frame: string) => /^event: (message|conversation|notification|booking|person)\./m.test(frame);

/** A lie about one frame of many. */
const every = (nth: number, what: (frame: string) => string | string[]) => (): Lie => {
  let count = 0;
  return { frame: (frame) => (isNumbered(frame) && ++count % nth === 0 ? what(frame) : frame) };
};

const replace = (pattern: RegExp, by: string) => (): Lie => ({ frame: (frame) => frame.replace(pattern, by) });
const swallow = (event: string) => (): Lie => ({ frame: (frame) => (tells(event)(frame) ? NOTHING : frame) });
const withHeader = (name: string, value?: string) => (): Lie => ({
  answer({ status, headers }) {
    if (status !== 200 || !headers["content-type"]?.startsWith("text/event-stream")) return;
    if (value) Object.assign(headers, { [name]: value });
    else delete headers[name];
  },
});
const loseFirst = (how: Passing["resumes"]) => (): Lie => ({
  frame: (frame, { resumes, count }) => (resumes === how && count === 1 ? NOTHING : frame),
});

const DOOR: Told[] = [
  ["calls the stream plain text", ["door: PATH is 200 text/event-stream"], withHeader("content-type", "text/plain")],
  [
    "lets it be transformed",
    ["door: PATH is kept by nobody: Cache-Control: no-cache, no-transform"],
    withHeader("cache-control", "no-cache"),
  ],
  [
    "says nothing to gateways",
    ["door: PATH asks gateways not to hold it back: X-Accel-Buffering: no"],
    withHeader("x-accel-buffering"),
  ],
  ["compresses", ["door: PATH is not compressed, whoever asks for it"], withHeader("content-encoding", "gzip")],
  ["sets a cookie", ["door: PATH sets no cookie"], withHeader("set-cookie", "seen=1")],
  [
    "sends strangers to sign in",
    [
      "door: PATH without a session is a 401 with code unauthenticated, and no redirect",
      "leaving: who signed out is answered with 401",
    ],
    () => ({
      answer(answer) {
        if (answer.status === 401) Object.assign(answer, { status: 302, headers: { location: "/signin" } });
      },
    }),
  ],
];

const BEGINNING: Told[] = [
  [
    "calls what is new resumed",
    ["beginning: a new stream begins with ready, the newest number and resumed: false"],
    replace(/"resumed":false/, '"resumed":true'),
  ],
  ["doesn't hear ?after", [RESUMED_BY_QUERY], () => ({ request: (asked) => void (asked.url = asked.url.replace(/\?.*/, "")) })],
  ["doesn't hear Last-Event-ID", [RESUMED_BY_HEADER], () => ({ request: ({ headers }) => void delete headers["last-event-id"] })],
  [
    "goes on from nowhere",
    ["?after", "Last-Event-ID"].map((how) => `beginning: where ${how} can't be resumed, reset says the newest number, and the stream goes on`),
    replace(/event: reset/, "event: ready"),
  ],
  [
    "begins with what is long over",
    ["beginning: with neither, nothing from before comes, and everything from then on"],
    () => ({
      request(asked) {
        if (/^\/api\/events$/.test(asked.url) && !asked.headers["last-event-id"]) asked.url += "?after=1";
      },
    }),
  ],
  [
    "takes ?after where both are given",
    ["beginning: Last-Event-ID wins over ?after"],
    () => ({
      request({ url, headers }) {
        if (url.includes("after=")) delete headers["last-event-id"];
      },
    }),
  ],
];

const RESUMING: Told[] = [
  [
    "loses the first event after ?after",
    ["resuming: everything after ?after=N comes once and in order, then what happens", "resuming: from 0 on the sequence is 1, 2, 3, … to the newest"],
    loseFirst("by query"),
  ],
  [
    "loses the first event after Last-Event-ID",
    [
      "resuming: everything after Last-Event-ID comes once and in order, then what happens",
      "resuming: 20 reconnects in a row while messages are sent lose nothing and double nothing",
    ],
    loseFirst("by header"),
  ],
  [
    "tells the one stream less than the other",
    ["resuming: two streams of one person hear the same"],
    () => ({ frame: (frame, { url, count }) => (url.includes("websocket") && count % 3 === 2 ? NOTHING : frame) }),
  ],
];

const TELLING: Told[] = [
  [
    "tells late",
    ["telling: a message is on the streams of both within 2 s, as it was answered"],
    () => ({ late: (frame) => (isNumbered(frame) ? 2_500 : 0) }),
  ],
  [
    "notifies nobody",
    ["telling: the recipient is notified of a message, the sender is not"],
    swallow("notification.created"),
  ],
  [
    "miscounts what is left",
    ["telling: who reads on is heard of by both, with what is left"],
    replace(/"unread":1/, '"unread":0'),
  ],
  [
    "keeps quiet about what was seen",
    [
      "telling: who reads a message has seen its notification",
      "telling: who marks notifications as read hears of it on all streams",
    ],
    swallow("notification.read"),
  ],
  [
    "takes each try for a message of its own",
    ["telling: a retry with the same clientId is answered alike and brings no second event"],
    () => ({ request: (asked) => void (asked.body = asked.body.replace(/("clientId":")[^"]+/, `$1${randomUUID()}`)) }),
  ],
];

const STATE: Told[] = [
  [
    "reads the state before the cursor",
    ["state: a conversation read at a cursor, with the events after it, is the conversation read now"],
    () => {
      const before = new Map<string, unknown>();
      return {
        body(text, { url = "", headers: { cookie = "" } }) {
          if (!/^\/api\/conversations\/[^/]+$/.test(url)) return text;
          const { conversation, cursor } = JSON.parse(text);
          const stale = before.get(cookie) ?? conversation;
          before.set(cookie, conversation);
          return JSON.stringify({ conversation: stale, cursor });
        },
      };
    },
  ],
];

const LEFT = "leaving: who signs out hears session-ended within 1 s, and the server closes the stream";

const LEAVING: Told[] = [
  ["ends without a word", [LEFT], swallow("session-ended")],
  ["never ends", [LEFT], () => ({ endless: true })],
  [
    "ends all streams when one session ends",
    ["leaving: only the streams of the session that ended end"],
    () => {
      const open = new Set<Passing>();
      return {
        frame: (frame, passing) => (open.add(passing), frame),
        answer: (_, { url }) => void (url === "/api/auth/signout" && open.forEach((stream) => stream.cut())),
      };
    },
  ],
];

const TOGETHER: Told[] = [
  [
    "keeps quiet about what came",
    ["together: how far messages came to somebody is told to who sent them, once"],
    swallow("conversation.delivered"),
  ],
  [
    "tells all who are there of who is writing",
    ["together: who is writing is told to the other, and to nobody else"],
    () => {
      const open = new Set<Passing>();
      return {
        frame(frame, passing) {
          open.add(passing);
          if (tells("typing")(frame)) [...open].filter((other) => other !== passing).forEach(({ say }) => say(frame));
          return frame;
        },
      };
    },
  ],
  [
    "tells of it whoever comes later",
    ["together: who was writing is told to nobody later"],
    () => {
      const told: string[] = [];
      return {
        frame(frame, { resumes, count }) {
          if (tells("typing")(frame)) told.push(frame);
          return resumes && count === 0 ? [frame, ...told] : frame;
        },
      };
    },
  ],
  [
    "doesn't hear Save-Data",
    ["together: a stream asked for with Save-Data: on is spared who is writing"],
    () => ({ request: ({ headers }) => void delete headers["save-data"] }),
  ],
];

const HERE = "presence: who closes their last stream is told to be gone within 8 s, who opens one to be here within 2 s";

const PRESENCE: Told[] = [
  ["says nothing of who leaves", [HERE], () => ({ frame: (frame) => (frame.includes('"online":false') ? NOTHING : frame) })],
  ["says nothing of who comes", [HERE], () => ({ frame: (frame) => (frame.includes('"online":true') ? NOTHING : frame) })],
];

const APART: Told[] = [
  [
    "tells everybody everything",
    ["apart: nothing of other people's conversation was on a third person's stream, from the first promise to here"],
    () => {
      const open = new Set<Passing>();
      return {
        frame(frame, passing) {
          open.add(passing);
          if (isNumbered(frame)) [...open].filter(({ cookie }) => cookie !== passing.cookie).forEach(({ say }) => say(frame));
          return frame;
        },
      };
    },
  ],
  [
    "begins with what others were told",
    ["apart: nor does it come when the third person resumes"],
    () => {
      const told: string[] = [];
      return {
        frame(frame, { resumes, count }) {
          if (isNumbered(frame)) told.push(frame);
          return resumes && count === 0 ? [frame, ...told] : frame;
        },
      };
    },
  ],
];

const ALIVE: Told[] = [
  ["has no pulse", ["alive: a heartbeat comes within 20 s, with the number the stream is at"], swallow("heartbeat")],
];

const BY_ONE = "throughout: on every stream the numbers go up by one, from its cursor on";
const SHAPE = "throughout: every event has its number as id, one line of JSON with seq and at, and its name as type";

const THROUGHOUT: Told[] = [
  [
    "says nothing of when to come back",
    ["throughout: every stream begins with ready or reset, with a retry of 1 to 5 s"],
    replace(/^retry: .*\n/, ""),
  ],
  [
    "calls everybody back at the same moment",
    ["throughout: the retry differs from stream to stream"],
    replace(/^retry: .*/, "retry: 3000"),
  ],
  ["strips the id", [SHAPE], replace(/^id: .*\n/m, "")],
  ["breaks the data into lines", [SHAPE], replace(/^data: \{"seq"/m, 'data: {\ndata: "seq"')],
  ["says a thing twice", [BY_ONE], every(5, (frame) => [frame, frame])],
  ["loses an event", [BY_ONE], every(5, () => NOTHING)],
  [
    "tells the same differently",
    ["throughout: what has a number is the same on every stream of that person"],
    () => ({ frame: (frame, { resumes }) => (resumes ? frame.replace(/"name":"/, '"name":"Dr ') : frame) }),
  ],
  [
    "numbers what has no number",
    ["throughout: what has no place in the sequence has no id, but for ready and reset"],
    replace(/^event: session-ended/, "id: 7\nevent: session-ended"),
  ],
];

export const LIES: Told[] = [DOOR, BEGINNING, RESUMING, TELLING, STATE, LEAVING, TOGETHER, PRESENCE, APART, ALIVE, THROUGHOUT].flat();
