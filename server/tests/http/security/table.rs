//! The table: what each route answers to each of those who ask. Rows are asked from top to bottom by one after the
//! other, so a row may stand on what those above it changed: who declines after accepting gets 409.

/// Those who ask. The talent and the organizer are the two of the booking and the conversation; the others are
/// strangers to it. The token is the organizer's.
pub(super) const ACTORS: [&str; 7] =
    ["anonymous", "talent", "organizer", "other talent", "other organizer", "unverified", "token that reads"];

/// A route and its answers.
pub(super) struct Row {
    pub(super) method: &'static str,
    /// As the document, or the app, writes it.
    pub(super) path: &'static str,
    /// Where it is asked, if that differs.
    pub(super) at: Option<&'static str>,
    pub(super) body: &'static str,
    /// The status for each of [`ACTORS`].
    pub(super) expected: [u16; 7],
}

const fn row(
    method: &'static str,
    path: &'static str,
    at: Option<&'static str>,
    body: &'static str,
    expected: [u16; 7],
) -> Row {
    Row { method, path, at, body, expected }
}

/// The interface.
pub(super) const API: [Row; 42] = [
    row("GET", "/healthz", None, "", [200, 200, 200, 200, 200, 200, 200]),
    row("GET", "/readyz", None, "", [200, 200, 200, 200, 200, 200, 200]),
    row("GET", "/api/openapi.json", None, "", [200, 200, 200, 200, 200, 200, 200]),
    row(
        "POST",
        "/api/auth/callback/credentials",
        None,
        r#"{"email":"nobody@example.com","password":"wrong"}"#,
        [401, 401, 401, 401, 401, 401, 401],
    ),
    row(
        "POST",
        "/api/auth/register",
        None,
        r#"{"email":"{new}@example.com","password":"velvet-{new}","name":"New","role":"talent"}"#,
        [202, 202, 202, 202, 202, 202, 202],
    ),
    row("POST", "/api/auth/verify", None, r#"{"token":"{new}"}"#, [422, 422, 422, 422, 422, 422, 422]),
    row(
        "POST",
        "/api/auth/verify/resend",
        None,
        r#"{"email":"{new}@example.com"}"#,
        [202, 202, 202, 202, 202, 202, 202],
    ),
    row(
        "POST",
        "/api/auth/password/forgot",
        None,
        r#"{"email":"{new}@example.com"}"#,
        [202, 202, 202, 202, 202, 202, 202],
    ),
    row(
        "POST",
        "/api/auth/password/reset",
        None,
        r#"{"token":"{new}","password":"velvet-{new}"}"#,
        [422, 422, 422, 422, 422, 422, 422],
    ),
    row("GET", "/api/auth/session", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row("GET", "/api/auth/sessions", None, "", [401, 200, 200, 200, 200, 401, 403]),
    row("GET", "/api/auth/tokens", None, "", [401, 200, 200, 200, 200, 401, 403]),
    row("POST", "/api/auth/tokens", None, r#"{"name":"bot","scope":"write"}"#, [401, 201, 201, 201, 201, 401, 403]),
    row("DELETE", "/api/auth/tokens/{id}", Some("/api/auth/tokens/{nobody}"), "", [401, 404, 404, 404, 404, 401, 403]),
    row("GET", "/api/account", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row("PATCH", "/api/account", None, r#"{"mailAfter":"off"}"#, [401, 200, 200, 200, 200, 401, 403]),
    row(
        "POST",
        "/api/account/email",
        None,
        r#"{"email":"{new}@example.com","password":"wrong"}"#,
        [401, 422, 422, 422, 422, 401, 403],
    ),
    row(
        "POST",
        "/api/account/password",
        None,
        r#"{"current":"wrong","password":"velvet-{new}"}"#,
        [401, 422, 422, 422, 422, 401, 403],
    ),
    row("GET", "/api/account/export", None, "", [401, 200, 200, 200, 200, 401, 403]),
    row("POST", "/api/account/deletion", None, r#"{"password":"wrong"}"#, [401, 422, 422, 422, 422, 401, 403]),
    row("GET", "/api/messages", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row(
        "POST",
        "/api/messages",
        None,
        r#"{"conversationId":"{launch}","body":"Habari"}"#,
        [401, 201, 201, 404, 404, 401, 403],
    ),
    row("GET", "/api/talent/messages", None, "", [401, 200, 403, 200, 403, 401, 403]),
    row(
        "POST",
        "/api/talent/messages",
        None,
        r#"{"conversationId":"{launch}","body":"Habari"}"#,
        [401, 201, 403, 404, 403, 401, 403],
    ),
    row("GET", "/api/organizer/messages", None, "", [401, 403, 200, 403, 200, 401, 200]),
    row(
        "POST",
        "/api/organizer/messages",
        None,
        r#"{"conversationId":"{launch}","body":"Habari"}"#,
        [401, 403, 201, 403, 404, 401, 403],
    ),
    row("GET", "/api/conversations/{id}", Some("/api/conversations/{launch}"), "", [401, 200, 200, 404, 404, 401, 200]),
    row(
        "GET",
        "/api/conversations/{id}/messages",
        Some("/api/conversations/{launch}/messages"),
        "",
        [401, 200, 200, 404, 404, 401, 200],
    ),
    row(
        "PUT",
        "/api/conversations/{id}/read",
        Some("/api/conversations/{launch}/read"),
        r#"{"seq":1}"#,
        [401, 204, 204, 404, 404, 401, 403],
    ),
    row("GET", "/api/notifications", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row("POST", "/api/notifications/read", None, r#"{"all":true}"#, [401, 204, 204, 204, 204, 401, 403]),
    row("GET", "/api/talents", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row("GET", "/api/bookings", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row(
        "POST",
        "/api/bookings",
        None,
        r#"{"talentId":"{achieng}","title":"Dinner","eventDate":"2027-02-13","venue":"Karura","fee":{"amount":100,"currency":"KES"},"message":"Are you free?"}"#,
        [401, 403, 201, 403, 201, 401, 403],
    ),
    row("GET", "/api/bookings/{id}", Some("/api/bookings/{booking}"), "", [401, 200, 200, 404, 404, 401, 200]),
    row(
        "POST",
        "/api/bookings/{id}/accept",
        Some("/api/bookings/{booking}/accept"),
        "",
        [401, 200, 403, 404, 403, 401, 403],
    ),
    row(
        "POST",
        "/api/bookings/{id}/decline",
        Some("/api/bookings/{booking}/decline"),
        "",
        [401, 409, 403, 404, 403, 401, 403],
    ),
    row(
        "POST",
        "/api/bookings/{id}/cancel",
        Some("/api/bookings/{booking}/cancel"),
        "",
        [401, 200, 200, 404, 404, 401, 403],
    ),
    row("GET", "/api/events", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row("GET", "/api/websocket", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row("POST", "/api/auth/signout", None, "", [401, 204, 204, 204, 204, 401, 403]),
    row(
        "DELETE",
        "/api/auth/sessions/{id}",
        Some("/api/auth/sessions/{session}"),
        "",
        [401, 401, 401, 401, 401, 401, 403],
    ),
];

/// What pages ask of the server, sent as forms.
pub(super) const FUNCTIONS: [Row; 27] = [
    row("POST", "/fn/sign-in", None, "email=nobody%40example.com&password=wrong", [401, 401, 401, 401, 401, 401, 401]),
    row(
        "POST",
        "/fn/register",
        None,
        "email={new}%40example.com&password=velvet-{new}&name=New&role=talent",
        [200, 200, 200, 200, 200, 200, 200],
    ),
    row("POST", "/fn/resend", None, "email={new}%40example.com", [200, 200, 200, 200, 200, 200, 200]),
    row("POST", "/fn/verify", None, "token={new}", [422, 422, 422, 422, 422, 422, 422]),
    row("POST", "/fn/forgot", None, "email={new}%40example.com", [200, 200, 200, 200, 200, 200, 200]),
    row("POST", "/fn/reset", None, "token={new}&password=velvet-{new}", [422, 422, 422, 422, 422, 422, 422]),
    row("POST", "/fn/unsubscribe", None, "token={new}", [422, 422, 422, 422, 422, 422, 422]),
    row("POST", "/fn/frame", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row("POST", "/fn/inbox", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row("POST", "/fn/thread", None, "id={launch}", [401, 200, 200, 404, 404, 401, 200]),
    row("POST", "/fn/post", None, "conversation_id={launch}&body=Habari", [401, 200, 200, 404, 404, 401, 403]),
    row("POST", "/fn/read-on", None, "conversation_id={launch}&seq=1", [401, 200, 200, 404, 404, 401, 403]),
    row("POST", "/fn/notifications", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row("POST", "/fn/mark-seen", None, "id={nobody}", [401, 200, 200, 200, 200, 401, 403]),
    row("POST", "/fn/talents", None, "", [401, 200, 200, 200, 200, 401, 200]),
    row("POST", "/fn/talent", None, "id={achieng}", [401, 403, 200, 403, 200, 401, 200]),
    row(
        "POST",
        "/fn/open-booking",
        None,
        "talent_id={achieng}&title=Dinner&event_date=2027-02-13&venue=Karura&fee=100&message=Free%3F",
        [401, 403, 200, 403, 200, 401, 403],
    ),
    row("POST", "/fn/booking", None, "id={booking}", [401, 200, 200, 404, 404, 401, 200]),
    row("POST", "/fn/step", None, "booking_id={booking}&step=accept", [401, 200, 403, 404, 403, 401, 403]),
    row("POST", "/fn/settings", None, "", [401, 200, 200, 200, 200, 401, 403]),
    row("POST", "/fn/change-account", None, "mail_after=off", [401, 200, 200, 200, 200, 401, 403]),
    row(
        "POST",
        "/fn/change-password",
        None,
        "current=wrong&password=velvet-{new}",
        [401, 422, 422, 422, 422, 401, 403],
    ),
    row(
        "POST",
        "/fn/change-email",
        None,
        "email={new}%40example.com&password=wrong",
        [401, 422, 422, 422, 422, 401, 403],
    ),
    row("POST", "/fn/end-session", None, "id={nobody}", [401, 404, 404, 404, 404, 401, 403]),
    row("POST", "/fn/create-token", None, "name=bot&scope=read", [401, 200, 200, 200, 200, 401, 403]),
    row("POST", "/fn/leave", None, "password=wrong", [401, 422, 422, 422, 422, 401, 403]),
    row("POST", "/fn/sign-out", None, "", [401, 200, 200, 200, 200, 401, 403]),
];

/// Pages, and what stands beside them.
pub(super) const PAGES: [Row; 17] = [
    row("GET", "/", None, "", [200, 303, 303, 303, 303, 200, 303]),
    row("GET", "/signin", None, "", [200, 303, 303, 303, 303, 200, 303]),
    row("GET", "/register", None, "", [200, 303, 303, 303, 303, 200, 303]),
    row("GET", "/verify", None, "", [200, 200, 200, 200, 200, 200, 200]),
    row("GET", "/forgot", None, "", [200, 303, 303, 303, 303, 200, 303]),
    row("GET", "/reset", None, "", [200, 200, 200, 200, 200, 200, 200]),
    row("GET", "/unsubscribe", None, "", [200, 200, 200, 200, 200, 200, 200]),
    row("POST", "/unsubscribe", Some("/unsubscribe?token={new}"), "", [422, 422, 422, 422, 422, 422, 422]),
    row("GET", "/inbox", None, "", [303, 200, 200, 200, 200, 303, 200]),
    row("GET", "/conversations/:id", Some("/conversations/{launch}"), "", [303, 200, 200, 404, 404, 303, 200]),
    row("GET", "/notifications", None, "", [303, 200, 200, 200, 200, 303, 200]),
    row("GET", "/talents", None, "", [303, 200, 200, 200, 200, 303, 200]),
    row("GET", "/bookings/new", Some("/bookings/new?talent={achieng}"), "", [303, 403, 200, 403, 200, 303, 200]),
    row("GET", "/bookings/:id", Some("/bookings/{booking}"), "", [303, 200, 200, 404, 404, 303, 200]),
    row("GET", "/settings", None, "", [303, 200, 200, 200, 200, 303, 403]),
    row("GET", "/api/docs", None, "", [200, 200, 200, 200, 200, 200, 200]),
    row("GET", "/dev/mail", None, "", [200, 200, 200, 200, 200, 200, 200]),
];
