use crate::{Source, code, none};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::{Block, ImplItem, Item, Signature};

/// Functions that write without a viewer; "*" stands for all of a file or folder. All others begin their transaction
/// with `write_for` or one of its variants, which check the viewer's session inside of it.
const WITHOUT_VIEWER: &[(&str, &str)] = &[
    // Contains the check itself.
    ("accounts/write_for.rs", "*"),
    // For signed-out people, who have a password or a mailed token instead.
    ("accounts/registration.rs", "store_registration"),
    ("accounts/registration.rs", "resend_link"),
    ("accounts/email_confirmation.rs", "confirm_email"),
    ("accounts/password_reset.rs", "forgot_password"),
    ("accounts/password_reset.rs", "reset_password"),
    ("accounts/sign_in.rs", "begin_session"),
    // Updates only the session's own row, by its id.
    ("accounts/sessions.rs", "record_use"),
    // The site's key, which belongs to no person.
    ("accounts/security_log.rs", "find_or_create_key"),
    // For visitors, and for people whose session has ended: checked by the browser's cookie.
    ("refused_forms.rs", "*"),
    // Background workers.
    ("accounts/attack_warning.rs", "warn_owner_inner"),
    ("accounts/sessions.rs", "end_system_sessions"),
    ("cleanup.rs", "*"),
    ("realtime/presence.rs", "record_last_seen"),
    ("mail/", "*"),
    ("seed.rs", "*"),
    ("seed/", "*"),
];

/// Functions that write for a viewer without a limit. All others, or the functions of the same file that call them,
/// acquire one of `rate_limits`, or a proof of the password, which has its own.
const UNLIMITED: &[(&str, &str)] = &[
    // `send_message` acquires, before it submits to the batch.
    ("messages/batch.rs", "send_all"),
    // Writes once in the life of an account.
    ("accounts/browser_key.rs", "load_browser_key"),
    // Ends the only session for which it can run.
    ("accounts/sessions.rs", "sign_out"),
];

/// Returns each function and method of a file, with its body as text.
fn functions(source: &Source) -> Vec<(String, String)> {
    let one = |signature: &Signature, block: &Block| (signature.ident.to_string(), block.to_token_stream().to_string());
    let mut found = Vec::new();
    for item in source.items() {
        match item {
            Item::Fn(function) => found.push(one(&function.sig, &function.block)),
            Item::Impl(block) => found.extend(block.items.iter().filter_map(|item| match item {
                ImplItem::Fn(function) => Some(one(&function.sig, &function.block)),
                _ => None,
            })),
            _ => {}
        }
    }
    found
}

#[test]
fn transactions_for_a_viewer_check_their_session() {
    let begins = [". write ()", ". write_background ()"];
    let mut unknown = Vec::new();
    let mut known: BTreeSet<&(&str, &str)> = BTreeSet::new();
    for source in code(&["services"]) {
        let path = source.path.trim_start_matches("services/src/");
        if path.starts_with("store") {
            continue;
        }
        for (name, body) in functions(&source) {
            if begins.iter().any(|begin| body.contains(begin)) {
                let listed = WITHOUT_VIEWER.iter().find(|(file, function)| {
                    *file == path && *function == name || *function == "*" && path.starts_with(file)
                });
                known.extend(listed);
                listed.is_none().then(|| unknown.push(format!("{path}: {name}")));
            }
        }
    }
    none("begin a viewer's transaction with `write_for`, or list the function in tests/tidy/writes.rs", unknown);
    let idle = WITHOUT_VIEWER.iter().filter(|listed| !known.contains(listed));
    none("these are listed, but begin no transaction", idle.map(|(path, name)| format!("{path}: {name}")).collect());
}

/// Returns whether a function or one that calls it, in the same file, acquires a limit.
fn acquires_limit(functions: &[(String, String)], name: &str, depth: usize) -> bool {
    let limits = [". rate_limits", ". prove_password ("];
    let is_limited = |body: &str| limits.iter().any(|limit| body.contains(limit));
    let call = format!(". {name} (");
    functions.iter().any(|(own, body)| own == name && is_limited(body))
        || depth > 0
            && functions
                .iter()
                .any(|(caller, body)| body.contains(&call) && acquires_limit(functions, caller, depth - 1))
}

#[test]
fn writes_for_a_viewer_are_limited() {
    let begins = [". write_for", ". write_background_for"];
    let (mut unlimited, mut known) = (Vec::new(), BTreeSet::<&(&str, &str)>::new());
    for source in code(&["services"]) {
        let path = source.path.trim_start_matches("services/src/");
        if path == "accounts/write_for.rs" {
            continue;
        }
        let functions = functions(&source);
        for (name, body) in &functions {
            if !begins.iter().any(|begin| body.contains(begin)) || acquires_limit(&functions, name, 3) {
                continue;
            }
            let listed = UNLIMITED.iter().find(|(file, function)| *file == path && function == name);
            known.extend(listed);
            listed.is_none().then(|| unlimited.push(format!("{path}: {name}")));
        }
    }
    none("acquire one of `rate_limits`, or list the function in tests/tidy/writes.rs", unlimited);
    let idle = UNLIMITED.iter().filter(|listed| !known.contains(listed));
    none(
        "these are listed, but are limited or write nothing",
        idle.map(|(path, name)| format!("{path}: {name}")).collect(),
    );
}
