use crate::{code, none, sources};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, ImplItem, Item, Signature, Visibility, spanned::Spanned};

/// The most lines of a handler, which only authenticates, parses and calls a service.
const HANDLER: usize = 24;
/// Id types of resources that belong to a person.
const OWNED: [&str; 3] = ["ConversationId", "BookingId", "NotificationId"];
/// The only traits: interfaces to the outside of the process.
const PORTS: [&str; 4] = ["Clock", "Mailer", "Bus", "EventSink"];

fn arguments(signature: &Signature) -> Vec<String> {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed.ty.to_token_stream().to_string()),
        FnArg::Receiver(_) => None,
    });
    typed.collect()
}

#[test]
fn use_cases_with_ids_take_a_viewer() {
    let mut checked = 0;
    let mut offenders = Vec::new();
    for source in code(&["services"]) {
        for item in source.items() {
            let Item::Impl(block) = item else { continue };
            if block.self_ty.to_token_stream().to_string() != "Greenroom" {
                continue;
            }
            for function in block.items {
                let ImplItem::Fn(function) = function else { continue };
                let arguments = arguments(&function.sig);
                let owned = arguments.iter().any(|argument| OWNED.iter().any(|id| argument.contains(id)));
                let viewer = arguments.iter().any(|argument| argument.contains("Viewer"));
                let public = matches!(function.vis, Visibility::Public(_));
                checked += usize::from(public && owned);
                if public && owned && !viewer {
                    offenders.push(format!("{}: {}", source.path, function.sig.ident));
                }
            }
        }
    }
    assert!(checked >= 4, "the test no longer sees the use cases");
    none("a use case that takes the id of an owned resource takes a Viewer", offenders);
}

#[test]
fn handlers_and_server_functions_are_three_moves() {
    let mut sources = sources(&["server/src/api"], &[".rs"]);
    sources.extend(code(&["app"]).into_iter().filter(|source| source.path.starts_with("app/src/server_fns")));
    let mut offenders = Vec::new();
    let mut checked = 0;
    for source in sources {
        for item in source.items() {
            let Item::Fn(function) = item else { continue };
            let lines = function.block.span().end().line - function.block.span().start().line + 1;
            checked += 1;
            if lines > HANDLER {
                offenders.push(format!("{}: {} has {lines} lines", source.path, function.sig.ident));
            }
        }
    }
    assert!(checked > 80, "the test no longer sees the handlers");
    none("a handler authenticates, parses and calls the service: no more", offenders);
}

#[test]
fn traits_are_ports_only() {
    let mut offenders = Vec::new();
    for source in code(&["services"]) {
        for item in source.items() {
            if let Item::Trait(found) = item
                && !PORTS.contains(&found.ident.to_string().as_str())
            {
                offenders.push(format!("{}: {}", source.path, found.ident));
            }
        }
    }
    none("services has no traits but the ports", offenders);
}

#[test]
fn a_refusal_carries_codes_and_no_text() {
    let source =
        code(&["model"]).into_iter().find(|source| source.path.ends_with("api_error.rs")).expect("api_error.rs");
    let table = source.items().into_iter().find_map(|item| match item {
        Item::Macro(found) if found.mac.path.is_ident("api_errors") => Some(found.mac.tokens),
        _ => None,
    });
    let mut names = Vec::new();
    idents(table.expect("the table"), &mut names);
    assert!(names.iter().any(|name| name == "Unauthenticated"), "the test no longer sees the errors");
    none(
        "free text may reveal internals",
        names.into_iter().filter(|name| name == "str" || name == "String").collect(),
    );
}

/// Adds all identifiers of a macro's input.
fn idents(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => found.push(ident.to_string()),
            TokenTree::Group(group) => idents(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// keyed.rs mounts a new page when a route parameter changes. A page that read the parameter itself would keep its
/// state, for example the text in its form fields, for the next resource.
#[test]
fn route_parameters_are_read_in_keyed_only() {
    let pages = code(&["app"]).into_iter().filter(|source| source.path != "app/src/components/keyed.rs");
    let found = pages.filter(|source| source.text.contains("use_params")).map(|source| source.path);
    none("only app/src/components/keyed.rs reads a parameter of the path", found.collect());
}
