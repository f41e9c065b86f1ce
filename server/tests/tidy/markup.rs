use crate::{code, none, sources};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, Item};

/// Ways to insert unescaped HTML, each with the only file that may use it, because it escapes the text itself.
const RAW: [(&str, &str); 6] = [
    // The server renders leptos_meta's `Title` without escaping.
    ("leptos_meta::Title", "app/src/components/page_title.rs"),
    ("inner_html", "app/src/components/form/textarea_field.rs"),
    ("set_outer_html", ""),
    ("insert_adjacent_html", ""),
    ("document().write", ""),
    ("PreEscaped", ""),
];

#[test]
fn raw_html_is_written_in_known_places_only() {
    let offenders = code(&["services", "app", "server"]).into_iter().flat_map(|source| {
        // `use leptos_meta::{…, Title, …};` counts like the full path.
        let text = if imports_title(&source.text) { source.text.clone() + "leptos_meta::Title" } else { source.text };
        let found = RAW.iter().filter(|(raw, place)| text.contains(raw) && source.path != *place);
        found.map(|(raw, _)| format!("{}: {raw}", source.path)).collect::<Vec<_>>()
    });
    none("let Leptos or maud escape the text; set titles with `PageTitle`", offenders.collect());
}

fn imports_title(text: &str) -> bool {
    text.split("use leptos_meta::{").skip(1).any(|rest| {
        let names = rest.split('}').next().unwrap_or_default();
        names.split(',').any(|name| ["Title", "*"].contains(&name.trim()))
    }) || text.contains("use leptos_meta::*")
}

/// Attributes that no control has, each with the only file that may use it.
const HARMFUL: [(&str, &str); 3] = [
    // A disabled element loses the focus: `aria-disabled`, and the submission is ignored. The hidden field there is never
    // focused.
    ("disabled", "app/src/owner.rs"),
    // They count UTF-16 units, and truncate pasted text silently: `CharacterCount`.
    ("maxlength", ""),
    ("minlength", ""),
];

#[test]
fn controls_keep_their_focus_and_their_text() {
    let offenders = code(&["app"]).into_iter().flat_map(|source| {
        let text = source.code_lines().join("\n").replace("aria-disabled", "").replace("aria_disabled", "");
        let found = HARMFUL.iter().filter(|(word, place)| text.contains(word) && source.path != *place);
        found.map(|(word, _)| format!("{}: {word}", source.path)).collect::<Vec<_>>()
    });
    none("use `aria-disabled` and `CharacterCount`", offenders.collect());
}

/// Looks for end tags in pages that Leptos has rendered, to move what it writes in the wrong place. Adds no text.
const CORRECTS_PAGES: &str = "server/src/page_html.rs";

/// The macros of Leptos and maud take elements as tokens, so only HTML that is written by hand has end tags in strings.
#[test]
fn html_is_written_by_leptos_or_maud() {
    let offenders = code(&["model", "services", "app", "server"]).into_iter().filter(|source| {
        // Not from `items`, in which doc comments are literals.
        let code = source.code_lines().join("\n");
        let tokens = code.parse().unwrap_or_else(|error| panic!("{}: {error}", source.path));
        has_end_tag_in_literal(tokens)
    });
    let offenders = offenders.filter(|source| source.path != CORRECTS_PAGES);
    none("write HTML with `html!` or `view!`", offenders.map(|source| source.path).collect());
}

fn has_end_tag_in_literal(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Literal(literal) => literal.to_string().contains("</"),
        TokenTree::Group(group) => has_end_tag_in_literal(group.stream()),
        _ => false,
    })
}

#[test]
fn html_is_escaped_by_one_function() {
    let escapes = ["\"&lt;\"", "\"&amp;\"", "html_escape::"];
    let own = code(&["model", "services", "app", "server", "bench"]).into_iter().filter(|source| {
        source.path != "model/src/text.rs" && escapes.iter().any(|escape| source.text.contains(escape))
    });
    none("model::text::escape_html escapes", own.map(|source| source.path).collect());
}

/// Parameters whose text isn't written by people, so that it needs no isolation.
const OWN: [&str; 5] = ["when", "time", "code", "user_agent", "what"];

#[test]
fn strings_isolate_the_text_of_people() {
    let (mut checked, mut offenders) = (0, Vec::new());
    for source in sources(&["app/src/strings"], &[".rs"])
        .into_iter()
        .chain(code(&["app"]).into_iter().filter(|source| source.path == "app/src/strings.rs"))
    {
        for item in source.items() {
            let Item::Fn(function) = item else { continue };
            let takes_text = function.sig.inputs.iter().any(|input| match input {
                FnArg::Typed(typed) => {
                    let (name, kind) =
                        (typed.pat.to_token_stream().to_string(), typed.ty.to_token_stream().to_string());
                    kind.contains("& str") && !OWN.contains(&name.as_str())
                }
                FnArg::Receiver(_) => false,
            });
            if takes_text {
                checked += 1;
                if !function.block.to_token_stream().to_string().contains("isolate") {
                    offenders.push(format!("{}: {}", source.path, function.sig.ident));
                }
            }
        }
    }
    assert!(checked > 8, "the test no longer sees the sentences");
    none("a name may be written from right to left: `isolate` it", offenders);
}
