import { randomUUID } from "node:crypto";
import type { Lie, Passing } from "./liar.ts";

/** A lie, by what it does, and the promises it breaks. Each begins anew, with nothing remembered. */
type Told = [lie: string, breaks: string[], begin: () => Lie];

const NOTHING: string[] = [];
const RESUMED_BY_QUERY = "start: a stream resumed by ?after starts with ready, that seq and resumed: true";
const RESUMED_BY_HEADER = "start: a stream resumed by Last-Event-ID starts with ready, that seq and resumed: true";

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
  ["calls the stream plain text", ["response: PATH responds 200 with Content-Type text/event-stream"], withHeader("content-type", "text/plain")],
  [
    "lets it be transformed",
    ["response: PATH forbids caching and transforming: Cache-Control: no-cache, no-transform"],
    withHeader("cache-control", "no-cache"),
  ],
  [
    "says nothing to gateways",
    ["response: PATH disables proxy buffering: X-Accel-Buffering: no"],
    withHeader("x-accel-buffering"),
  ],
  ["compresses", ["response: PATH is not compressed, whatever Accept-Encoding says"], withHeader("content-encoding", "gzip")],
  ["sets a cookie", ["response: PATH sets no cookie"], withHeader("set-cookie", "seen=1")],
  [
    "sends strangers to sign in",
    [
      "response: PATH without a session responds 401 with code unauthenticated, and no redirect",
      "sign-out: a new stream of an ended session responds 401",
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
    ["start: a new stream starts with ready, the last seq and resumed: false"],
    replace(/"resumed":false/, '"resumed":true'),
  ],
  ["doesn't hear ?after", [RESUMED_BY_QUERY], () => ({ request: (asked) => void (asked.url = asked.url.replace(/\?.*/, "")) })],
  ["doesn't hear Last-Event-ID", [RESUMED_BY_HEADER], () => ({ request: ({ headers }) => void delete headers["last-event-id"] })],
  [
    "goes on from nowhere",
    ["?after", "Last-Event-ID"].map((how) => `start: an invalid ${how} gets reset with the last seq, and the stream continues`),
    replace(/event: reset/, "event: ready"),
  ],
  [
    "begins with what is long over",
    ["start: with neither, only new events arrive"],
    () => ({
      request(asked) {
        if (/^\/api\/events$/.test(asked.url) && !asked.headers["last-event-id"]) asked.url += "?after=1";
      },
    }),
  ],
  [
    "takes ?after where both are given",
    ["start: Last-Event-ID takes precedence over ?after"],
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
    ["resume: ?after=N replays each later event once and in order, then goes live", "resume: a replay from 0 is the sequence 1, 2, 3, … up to the last seq"],
    loseFirst("by query"),
  ],
  [
    "loses the first event after Last-Event-ID",
    [
      "resume: Last-Event-ID replays each later event once and in order, then goes live",
      "resume: 20 reconnects in a row while messages are sent lose and duplicate no event",
    ],
    loseFirst("by header"),
  ],
  [
    "tells the one stream less than the other",
    ["resume: two streams of one person carry the same events"],
    () => ({ frame: (frame, { url, count }) => (url.includes("websocket") && count % 3 === 2 ? NOTHING : frame) }),
  ],
];

const TELLING: Told[] = [
  [
    "tells late",
    ["delivery: a message reaches the streams of both people within 2 s, equal to the response"],
    () => ({ late: (frame) => (isNumbered(frame) ? 2_500 : 0) }),
  ],
  [
    "notifies nobody",
    ["delivery: the recipient is notified of a message, the sender is not"],
    swallow("notification.created"),
  ],
  [
    "miscounts what is left",
    ["delivery: a moved read marker reaches both people, with the unread count"],
    replace(/"unread":1/, '"unread":0'),
  ],
  [
    "keeps quiet about what was seen",
    [
      "delivery: reading a message marks its notification as read",
      "delivery: marking notifications as read reaches all streams of the person",
    ],
    swallow("notification.read"),
  ],
  [
    "takes each try for a message of its own",
    ["delivery: a retry with the same clientId gets the same response and no second event"],
    () => ({ request: (asked) => void (asked.body = asked.body.replace(/("clientId":")[^"]+/, `$1${randomUUID()}`)) }),
  ],
];

const STATE: Told[] = [
  [
    "reads the state before the cursor",
    ["snapshot: a conversation read at a cursor, with the later events applied, equals the conversation read now"],
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

const LEFT = "sign-out: signing out sends session-ended within 1 s, and the server closes the stream";

const LEAVING: Told[] = [
  ["ends without a word", [LEFT], swallow("session-ended")],
  ["never ends", [LEFT], () => ({ endless: true })],
  [
    "ends all streams when one session ends",
    ["sign-out: signing out ends no stream of another session"],
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
    ["receipts: a delivery receipt reaches the sender once"],
    swallow("conversation.delivered"),
  ],
  [
    "tells all who are there of who is writing",
    ["typing: typing reaches only the other person"],
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
    ["typing: typing is not replayed"],
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
    ["typing: a stream requested with Save-Data: on carries no typing"],
    () => ({ request: ({ headers }) => void delete headers["save-data"] }),
  ],
];

const HERE = "presence: closing the last stream sends offline within 8 s, opening one sends online within 2 s";

const PRESENCE: Told[] = [
  ["says nothing of who leaves", [HERE], () => ({ frame: (frame) => (frame.includes('"online":false') ? NOTHING : frame) })],
  ["says nothing of who comes", [HERE], () => ({ frame: (frame) => (frame.includes('"online":true') ? NOTHING : frame) })],
];

const APART: Told[] = [
  [
    "tells everybody everything",
    ["isolation: a third person's streams carry nothing of the conversation, in all checks so far"],
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
    ["isolation: a replay to the third person carries nothing of it either"],
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
  ["has no pulse", ["heartbeat: a heartbeat arrives within 20 s, with the cursor of the stream"], swallow("heartbeat")],
];

const BY_ONE = "invariants: on every stream seq increases by one, starting after its cursor";
const SHAPE = "invariants: every logged event has its seq as id, one line of JSON with seq and at, and its name as type";

const THROUGHOUT: Told[] = [
  [
    "says nothing of when to come back",
    ["invariants: every stream starts with ready or reset, and a retry of 1 to 5 s"],
    replace(/^retry: .*\n/, ""),
  ],
  [
    "calls everybody back at the same moment",
    ["invariants: retry is jittered: it differs between streams"],
    replace(/^retry: .*/, "retry: 3000"),
  ],
  ["strips the id", [SHAPE], replace(/^id: .*\n/m, "")],
  ["breaks the data into lines", [SHAPE], replace(/^data: \{"seq"/m, 'data: {\ndata: "seq"')],
  ["says a thing twice", [BY_ONE], every(5, (frame) => [frame, frame])],
  ["loses an event", [BY_ONE], every(5, () => NOTHING)],
  [
    "tells the same differently",
    ["invariants: a logged event is equal on every stream of that person"],
    () => ({ frame: (frame, { resumes }) => (resumes ? frame.replace(/"name":"/, '"name":"Dr ') : frame) }),
  ],
  [
    "numbers what has no number",
    ["invariants: events outside the sequence have no id, except ready and reset"],
    replace(/^event: session-ended/, "id: 7\nevent: session-ended"),
  ],
];

export const LIES: Told[] = [DOOR, BEGINNING, RESUMING, TELLING, STATE, LEAVING, TOGETHER, PRESENCE, APART, ALIVE, THROUGHOUT].flat();
