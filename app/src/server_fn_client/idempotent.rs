//! The lists of idempotent and other server functions. A tidy test (`server/tests/tidy/functions.rs`) keeps each of
//! them in one of the two.

/// Server functions that may be repeated while a response is outstanding: they read, move a marker forward, or carry a
/// `clientId`.
pub const IDEMPOTENT: [&str; 21] = [
    "/fn/agenda",
    "/fn/booking",
    "/fn/browser-key",
    "/fn/clashes",
    "/fn/delivered",
    "/fn/featured",
    "/fn/first-steps",
    "/fn/frame",
    "/fn/inbox",
    "/fn/link",
    "/fn/notifications",
    "/fn/open-booking",
    "/fn/post",
    "/fn/presence",
    "/fn/profile",
    "/fn/read-on",
    "/fn/settings",
    "/fn/signed-in",
    "/fn/talent",
    "/fn/talents",
    "/fn/thread",
];

const OLDER_WINS: &str = "the older request may arrive last and undo a change made in between";
const ANOTHER_MAIL: &str = "each request sends a mail and counts towards a limit";
const USED_ONCE: &str = "the link works once: the second request would fail";
const PASSWORD_COUNTS: &str = "a wrong password counts towards a limit each time";

/// All other server functions, each with the reason why it is sent once.
pub const NOT_IDEMPOTENT: [(&str, &str); 23] = [
    ("/fn/change-account", OLDER_WINS),
    ("/fn/change-email", ANOTHER_MAIL),
    ("/fn/change-password", "the second request would send the old password, and fail"),
    ("/fn/change-privacy", OLDER_WINS),
    ("/fn/change-role", OLDER_WINS),
    ("/fn/confirm-password", PASSWORD_COUNTS),
    ("/fn/create-token", "each request creates a token"),
    ("/fn/end-session", "the second request would not find the session"),
    ("/fn/forgot", ANOTHER_MAIL),
    ("/fn/leave", "the second request would have no session, and fail"),
    ("/fn/mark-seen", "the second request would include notifications that arrived after the first"),
    ("/fn/mark-unread", OLDER_WINS),
    ("/fn/register", ANOTHER_MAIL),
    ("/fn/resend", ANOTHER_MAIL),
    ("/fn/reset", USED_ONCE),
    ("/fn/sign-in", PASSWORD_COUNTS),
    ("/fn/sign-out", "only the first response deletes the cookie"),
    ("/fn/step", "the second request would fail with a wrong status"),
    ("/fn/time-zone", OLDER_WINS),
    ("/fn/transcript", "each request reads a whole conversation, and counts towards a limit"),
    ("/fn/typing", "a late request would report typing that has ended"),
    ("/fn/unsubscribe", USED_ONCE),
    ("/fn/verify", USED_ONCE),
];
