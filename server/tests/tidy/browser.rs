use crate::{code, none};

/// Browser APIs that may be missing, blocked or throw, as web-sys, js-sys and uuid call them.
const MAY_THROW: [&str; 30] = [
    ".clipboard(",
    ".connection(",
    ".hidden()",
    ".history()",
    ".language(",
    ".match_media(",
    ".navigator(",
    ".on_line(",
    ".performance(",
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
        // On the server there is no browser.
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
    assert!(checked > 50, "the test no longer sees the program for the browser");
    none("an exception of these would break the program: call them through app/src/browser", offenders);
}

#[test]
fn what_may_be_asked_twice_is_a_server_function() {
    let sources = code(&["app"]);
    let asked = sources.iter().find(|source| source.path == "app/src/ask.rs").expect("how a browser asks");
    let paths: Vec<&str> = asked.text.split('"').filter(|text| text.starts_with("/fn/")).collect();
    assert!(paths.len() > 5, "the test no longer sees the paths");
    let known = |path: &&str| {
        let endpoint = format!("endpoint = \"{}\"", path.trim_start_matches("/fn/"));
        sources.iter().any(|source| source.text.contains(&endpoint))
    };
    none(
        "no server function has these paths",
        paths.into_iter().filter(|path| !known(path)).map(str::to_owned).collect(),
    );
}
