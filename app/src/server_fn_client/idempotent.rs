//! Which server functions may be asked twice. A tidy test (`server/tests/tidy/functions.rs`) keeps each of them in one of
//! the two lists.

/// Server functions that may be asked again while an answer is waited for: they read, move a marker forward, or carry a
/// `clientId`.
pub const IDEMPOTENT: [&str; 16] = [
    "/fn/booking",
    "/fn/browser-key",
    "/fn/delivered",
    "/fn/frame",
    "/fn/inbox",
    "/fn/link",
    "/fn/notifications",
    "/fn/open-booking",
    "/fn/post",
    "/fn/presence",
    "/fn/read-on",
    "/fn/settings",
    "/fn/signed-in",
    "/fn/talent",
    "/fn/talents",
    "/fn/thread",
];

const OLDER_WINS: &str = "the older one may arrive last and undo what was changed in between";
const ANOTHER_MAIL: &str = "each sends a mail, and counts towards a limit";
const USED_ONCE: &str = "the link works once: the second answer would say that it doesn't";
const PASSWORD_COUNTS: &str = "a wrong password counts towards a limit each time";

/// All others, each with the reason why it is asked once.
pub const NOT_IDEMPOTENT: [(&str, &str); 21] = [
    ("/fn/change-account", OLDER_WINS),
    ("/fn/change-email", ANOTHER_MAIL),
    ("/fn/change-password", "the second would have the old password, and fail"),
    ("/fn/change-privacy", OLDER_WINS),
    ("/fn/change-role", OLDER_WINS),
    ("/fn/confirm-password", PASSWORD_COUNTS),
    ("/fn/create-token", "each makes a token"),
    ("/fn/end-session", "the second would say that there is no such session"),
    ("/fn/forgot", ANOTHER_MAIL),
    ("/fn/leave", "the second would have no session, and fail"),
    ("/fn/mark-seen", "the second would take in what came after the first"),
    ("/fn/mark-unread", OLDER_WINS),
    ("/fn/register", ANOTHER_MAIL),
    ("/fn/resend", ANOTHER_MAIL),
    ("/fn/reset", USED_ONCE),
    ("/fn/sign-in", PASSWORD_COUNTS),
    ("/fn/sign-out", "only the first answer takes the cookie away"),
    ("/fn/step", "the second would say that the booking has moved on"),
    ("/fn/typing", "a late one would tell of typing that has ended"),
    ("/fn/unsubscribe", USED_ONCE),
    ("/fn/verify", USED_ONCE),
];
