use crate::{code, none};

/// Browser APIs that may be missing, blocked or throw, as web-sys, js-sys and uuid call them.
const MAY_THROW: [&str; 31] = [
    ".clipboard(",
    ".connection(",
    ".hidden()",
    ".history()",
    ".language(",
    ".match_media(",
    ".navigator(",
    ".on_line(",
    ".performance(",
    ".query_selector_all(",
    ".session_storage(",
    ".to_locale_",
    ".visibility_state(",
    "AbortController::",
    "BroadcastChannel::",
    "Crypto",
    "EventSource::",
    "Intl::",
    "IntersectionObserver::",
    "LockManager",
    "MutationObserver::",
    "Notification::new",
    "Request::new",
    "RequestInit",
    "ResizeObserver::",
    "Uuid::new_v4",
    "fetch_with_",
    "getrandom",
    "get_random_values",
    "js_sys::Intl",
    "random_uuid",
];

#[test]
fn browser_apis_that_may_throw_are_called_in_one_place() {
    let mut checked = 0;
    let mut offenders = Vec::new();
    for source in code(&["app", "frontend"]) {
        let is_the_place = source.path == "app/src/browser.rs" || source.path.starts_with("app/src/browser/");
        // Server-only code calls no browser API.
        if is_the_place || source.path.starts_with("app/src/ssr") {
            continue;
        }
        checked += 1;
        for (index, line) in source.text.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            if let Some(call) = MAY_THROW.iter().find(|call| !is_comment && line.contains(*call)) {
                offenders.push(format!("{}:{}: {call}", source.path, index + 1));
            }
        }
    }
    assert!(checked > 50, "the test no longer sees the browser's code");
    none("an exception of these would stop the program: call them through app/src/browser", offenders);
}
