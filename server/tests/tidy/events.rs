//! A new kind of event must not be ignored by accident: the compiler names each view that has to decide about it.

use crate::{code, none};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Adds the patterns of each `match` in these tokens, also of those inside macros.
fn match_patterns(tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut after_match = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == "match" => after_match = true,
            TokenTree::Group(group) => {
                if after_match && group.delimiter() == Delimiter::Brace {
                    found.push(arm_patterns(group.stream()));
                    after_match = false;
                }
                match_patterns(group.stream(), found);
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Returns the pattern of each arm, with its guard.
fn arm_patterns(body: TokenStream) -> Vec<String> {
    let (mut patterns, mut pattern, mut in_pattern) = (Vec::new(), String::new(), true);
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match (&token, tokens.peek()) {
            (TokenTree::Punct(first), Some(TokenTree::Punct(second)))
                if in_pattern && first.as_char() == '=' && second.as_char() == '>' =>
            {
                tokens.next();
                patterns.push(std::mem::take(&mut pattern));
                in_pattern = false;
                // A block ends the arm, with or without a comma.
                if matches!(tokens.peek(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace) {
                    tokens.next();
                    tokens.next_if(|token| token.to_string() == ",");
                    in_pattern = true;
                }
            }
            (TokenTree::Punct(end), _) if !in_pattern => in_pattern = end.as_char() == ',',
            _ if in_pattern => pattern.push_str(&token.to_string()),
            _ => {}
        }
    }
    patterns
}

/// Whether a pattern, written without spaces, matches every value.
fn is_catch_all(pattern: &str) -> bool {
    pattern.chars().all(|letter| letter.is_lowercase() || letter == '_')
}

#[test]
fn matches_over_events_name_every_kind() {
    let (mut checked, mut offenders) = (0, Vec::new());
    for source in code(&["app", "model", "services", "server"]) {
        let mut found = Vec::new();
        match_patterns(source.text.parse().expect("Rust"), &mut found);
        let is_kind = |pattern: &String| pattern.split('|').any(|kind| kind.starts_with("Event::"));
        for patterns in found.into_iter().filter(|patterns| patterns.iter().any(is_kind)) {
            checked += 1;
            if patterns.iter().any(|pattern| is_catch_all(pattern)) {
                offenders.push(format!("{}: {}", source.path, patterns[0]));
            }
        }
    }
    assert!(checked > 5, "the test no longer sees the matches");
    none("list the kinds of events that a `match` ignores instead of `_`", offenders);
}

/// A handler that reacts to one kind of event may use `if let`; a view must decide about each.
#[test]
fn projections_match_events_exhaustively() {
    let model = code(&["model"]);
    let views = || model.iter().filter(|source| source.path.starts_with("model/src/projection"));
    assert!(views().any(|source| source.text.contains("Event::")), "the test no longer sees the projections");
    let offenders = views().flat_map(|source| {
        let lines = source
            .text
            .lines()
            .filter(|line| line.contains("Event::") && (line.contains("let Event::") || line.contains("matches!")));
        lines.map(|line| format!("{}: {}", source.path, line.trim())).collect::<Vec<_>>()
    });
    none("a projection decides about each kind of event in a `match`", offenders.collect());
}
