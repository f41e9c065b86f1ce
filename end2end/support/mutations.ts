import { randomUUID } from "node:crypto";
import type { Mutation, StreamContext } from "./mutation-proxy.ts";

/** The title of a mutation, the checks it must fail, and a factory, so that no run sees the state of another. */
type MutationCase = [title: string, failingChecks: string[], create: () => Mutation];

const NO_FRAMES: string[] = [];
const RESUMED_BY_QUERY = "start: a stream resumed by ?after starts with ready, that seq and resumed: true";
const RESUMED_BY_HEADER = "start: a stream resumed by Last-Event-ID starts with ready, that seq and resumed: true";

const isEvent = (event: string) => (frame: string) => frame.includes(`event: ${event}`);
const isSequenced = (frame: string) => /^event: (message|conversation|notification|booking|person)\./m.test(frame);

/** Mutates every nth logged event. */
const mutateEveryNth = (nth: number, mutate: (frame: string) => string | string[]) => (): Mutation => {
  let count = 0;
  return { frame: (frame) => (isSequenced(frame) && ++count % nth === 0 ? mutate(frame) : frame) };
};

const replaceInFrames = (pattern: RegExp, replacement: string) => (): Mutation => ({ frame: (frame) => frame.replace(pattern, replacement) });
const dropEvent = (event: string) => (): Mutation => ({ frame: (frame) => (isEvent(event)(frame) ? NO_FRAMES : frame) });
const setHeader = (name: string, value?: string) => (): Mutation => ({
  response({ status, headers }) {
    if (status !== 200 || !headers["content-type"]?.startsWith("text/event-stream")) return;
    if (value) Object.assign(headers, { [name]: value });
    else delete headers[name];
  },
});
const dropFirstReplayed = (resumed: StreamContext["resumes"]) => (): Mutation => ({
  frame: (frame, { resumes, count }) => (resumes === resumed && count === 1 ? NO_FRAMES : frame),
});

/** Also sends matching frames to the other streams that `reaches` selects. */
const broadcast = (matches: (frame: string) => boolean, reaches: (other: StreamContext, stream: StreamContext) => boolean) => (): Mutation => {
  const streams = new Set<StreamContext>();
  return {
    frame(frame, stream) {
      streams.add(stream);
      if (matches(frame)) [...streams].filter((other) => reaches(other, stream)).forEach(({ write }) => write(frame));
      return frame;
    },
  };
};

/** Replays the matching frames of all streams on each stream that resumes. */
const replayToAll = (matches: (frame: string) => boolean) => (): Mutation => {
  const seen: string[] = [];
  return {
    frame(frame, { resumes, count }) {
      if (matches(frame)) seen.push(frame);
      return resumes && count === 0 ? [frame, ...seen] : frame;
    },
  };
};

const RESPONSE: MutationCase[] = [
  ["sends the stream as text/plain", ["response: PATH responds 200 with Content-Type text/event-stream"], setHeader("content-type", "text/plain")],
  [
    "removes no-transform from Cache-Control",
    ["response: PATH forbids caching and transforming: Cache-Control: no-cache, no-transform"],
    setHeader("cache-control", "no-cache"),
  ],
  [
    "removes X-Accel-Buffering",
    ["response: PATH disables proxy buffering: X-Accel-Buffering: no"],
    setHeader("x-accel-buffering"),
  ],
  ["adds Content-Encoding: gzip", ["response: PATH is not compressed, whatever Accept-Encoding says"], setHeader("content-encoding", "gzip")],
  ["sets a cookie", ["response: PATH sets no cookie"], setHeader("set-cookie", "seen=1")],
  [
    "redirects to sign-in instead of 401",
    [
      "response: PATH without a session responds 401 with code unauthenticated, and no redirect",
      "sign-out: a new stream of an ended session responds 401",
    ],
    () => ({
      response(response) {
        if (response.status === 401) Object.assign(response, { status: 302, headers: { location: "/signin" } });
      },
    }),
  ],
];

const START: MutationCase[] = [
  [
    "sends resumed: true on a new stream",
    ["start: a new stream starts with ready, the last seq and resumed: false"],
    replaceInFrames(/"resumed":false/, '"resumed":true'),
  ],
  ["ignores ?after", [RESUMED_BY_QUERY], () => ({ request: (outgoing) => void (outgoing.url = outgoing.url.replace(/\?.*/, "")) })],
  ["ignores Last-Event-ID", [RESUMED_BY_HEADER], () => ({ request: ({ headers }) => void delete headers["last-event-id"] })],
  [
    "sends ready in place of reset",
    ["?after", "Last-Event-ID"].map((how) => `start: an invalid ${how} gets reset with the last seq, and the stream continues`),
    replaceInFrames(/event: reset/, "event: ready"),
  ],
  [
    "replays old events on a new stream",
    ["start: with neither, only new events arrive"],
    () => ({
      request(outgoing) {
        if (/^\/api\/events$/.test(outgoing.url) && !outgoing.headers["last-event-id"]) outgoing.url += "?after=1";
      },
    }),
  ],
  [
    "prefers ?after to Last-Event-ID",
    ["start: Last-Event-ID takes precedence over ?after"],
    () => ({
      request({ url, headers }) {
        if (url.includes("after=")) delete headers["last-event-id"];
      },
    }),
  ],
];

const RESUME: MutationCase[] = [
  [
    "drops the first event replayed after ?after",
    ["resume: ?after=N replays each later event once and in order, then goes live", "resume: a replay from 0 is the sequence 1, 2, 3, … up to the last seq"],
    dropFirstReplayed("by query"),
  ],
  [
    "drops the first event replayed after Last-Event-ID",
    [
      "resume: Last-Event-ID replays each later event once and in order, then goes live",
      "resume: 20 reconnects in a row while messages are sent lose and duplicate no event",
    ],
    dropFirstReplayed("by header"),
  ],
  [
    "drops events on one of two streams",
    ["resume: two streams of one person carry the same events"],
    () => ({ frame: (frame, { url, count }) => (url.includes("websocket") && count % 3 === 2 ? NO_FRAMES : frame) }),
  ],
];

const DELIVERY: MutationCase[] = [
  [
    "delays events by 2.5 s",
    ["delivery: a message reaches the streams of both people within 2 s, equal to the response"],
    () => ({ delay: (frame) => (isSequenced(frame) ? 2_500 : 0) }),
  ],
  [
    "drops notification.created",
    ["delivery: the recipient is notified of a message, the sender is not"],
    dropEvent("notification.created"),
  ],
  [
    "sends a wrong unread count",
    ["delivery: a moved read marker reaches both people, with the unread count"],
    replaceInFrames(/"unread":1/, '"unread":0'),
  ],
  [
    "drops notification.read",
    [
      "delivery: reading a message marks its notification as read",
      "delivery: marking notifications as read reaches all streams of the person",
    ],
    dropEvent("notification.read"),
  ],
  [
    "changes the clientId of each retry",
    ["delivery: a retry with the same clientId gets the same response and no second event"],
    () => ({ request: (outgoing) => void (outgoing.body = outgoing.body.replace(/("clientId":")[^"]+/, `$1${randomUUID()}`)) }),
  ],
];

const SNAPSHOT: MutationCase[] = [
  [
    "pairs a stale conversation with a new cursor",
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

const SESSION_ENDED = "sign-out: signing out sends session-ended within 1 s, and the server closes the stream";

const SIGN_OUT: MutationCase[] = [
  ["drops session-ended", [SESSION_ENDED], dropEvent("session-ended")],
  ["keeps the stream open after sign-out", [SESSION_ENDED], () => ({ endless: true })],
  [
    "closes all streams when one session ends",
    ["sign-out: signing out ends no stream of another session"],
    () => {
      const streams = new Set<StreamContext>();
      return {
        frame: (frame, stream) => (streams.add(stream), frame),
        response: (_, { url }) => void (url === "/api/auth/signout" && streams.forEach((stream) => stream.cut())),
      };
    },
  ],
];

const RECEIPTS_AND_TYPING: MutationCase[] = [
  [
    "drops conversation.delivered",
    ["receipts: a delivery receipt reaches the sender once"],
    dropEvent("conversation.delivered"),
  ],
  [
    "broadcasts typing to all streams",
    ["typing: typing reaches only the other person"],
    broadcast(isEvent("typing"), (other, stream) => other !== stream),
  ],
  ["replays typing", ["typing: typing is not replayed"], replayToAll(isEvent("typing"))],
  [
    "ignores Save-Data",
    ["typing: a stream requested with Save-Data: on carries no typing"],
    () => ({ request: ({ headers }) => void delete headers["save-data"] }),
  ],
];

const PRESENCE_CHANGES = "presence: closing the last stream sends offline within 8 s, opening one sends online within 2 s";

const PRESENCE: MutationCase[] = [
  ["drops presence offline", [PRESENCE_CHANGES], () => ({ frame: (frame) => (frame.includes('"online":false') ? NO_FRAMES : frame) })],
  ["drops presence online", [PRESENCE_CHANGES], () => ({ frame: (frame) => (frame.includes('"online":true') ? NO_FRAMES : frame) })],
];

const ISOLATION: MutationCase[] = [
  [
    "broadcasts events to streams of other sessions",
    ["isolation: a third person's streams carry nothing of the conversation, in all checks so far"],
    broadcast(isSequenced, (other, stream) => other.cookie !== stream.cookie),
  ],
  [
    "replays events of other people",
    ["isolation: a replay to the third person carries nothing of it either"],
    replayToAll(isSequenced),
  ],
];

const HEARTBEAT: MutationCase[] = [
  ["drops heartbeats", ["heartbeat: a heartbeat arrives within 20 s, with the cursor of the stream"], dropEvent("heartbeat")],
];

const NO_GAPS = "invariants: on every stream seq increases by one, starting after its cursor";
const EVENT_FORMAT = "invariants: every logged event has its seq as id, one line of JSON with seq and at, and its name as type";

const INVARIANTS: MutationCase[] = [
  [
    "removes retry",
    ["invariants: every stream starts with ready or reset, and a retry of 1 to 5 s"],
    replaceInFrames(/^retry: .*\n/, ""),
  ],
  [
    "sends the same retry on all streams",
    ["invariants: retry is jittered: it differs between streams"],
    replaceInFrames(/^retry: .*/, "retry: 3000"),
  ],
  ["removes id", [EVENT_FORMAT], replaceInFrames(/^id: .*\n/m, "")],
  ["splits data into two lines", [EVENT_FORMAT], replaceInFrames(/^data: \{"seq"/m, 'data: {\ndata: "seq"')],
  ["duplicates every fifth event", [NO_GAPS], mutateEveryNth(5, (frame) => [frame, frame])],
  ["drops every fifth event", [NO_GAPS], mutateEveryNth(5, () => NO_FRAMES)],
  [
    "changes replayed events",
    ["invariants: a logged event is equal on every stream of that person"],
    () => ({ frame: (frame, { resumes }) => (resumes ? frame.replace(/"name":"/, '"name":"Dr ') : frame) }),
  ],
  [
    "adds an id to session-ended",
    ["invariants: events outside the sequence have no id, except ready and reset"],
    replaceInFrames(/^event: session-ended/, "id: 7\nevent: session-ended"),
  ],
];

const ALL = [RESPONSE, START, RESUME, DELIVERY, SNAPSHOT, SIGN_OUT, RECEIPTS_AND_TYPING, PRESENCE, ISOLATION, HEARTBEAT, INVARIANTS];

export const MUTATIONS: MutationCase[] = ALL.flat();
