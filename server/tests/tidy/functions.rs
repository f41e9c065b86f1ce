//! Server functions and the forms that call them: each request names the owner of its page.

use crate::{code, none};
use app::{
    form_fields::FORM_FIELDS,
    owner::FIELD,
    server_fn_client::{IDEMPOTENT, NOT_IDEMPOTENT},
    server_fns::PUBLIC_SERVER_FNS,
};
use quote::ToTokens;
use syn::{FnArg, Item, ItemFn, spanned::Spanned};

/// Returns each server function with its path.
fn server_functions() -> Vec<(String, ItemFn)> {
    let files = code(&["app"]).into_iter().filter(|source| source.path.starts_with("app/src/server_fns"));
    let items = files.flat_map(|source| source.items());
    let functions = items.filter_map(|item| match item {
        Item::Fn(function) => Some(function),
        _ => None,
    });
    let named = functions.filter_map(|function| {
        let attribute = function.attrs.iter().find(|attribute| attribute.path().is_ident("server"))?;
        let text = attribute.to_token_stream().to_string();
        let endpoint = text.split_once("endpoint = \"")?.1.split('"').next()?.to_owned();
        Some((format!("/fn/{endpoint}"), function))
    });
    let found: Vec<_> = named.collect();
    assert!(found.len() > 20, "the test no longer sees the functions");
    found
}

/// A function that acts for the viewer is refused to another person's page, unless it is listed as public.
#[test]
fn only_public_server_functions_skip_the_owner_check() {
    let functions = server_functions();
    let wrong = functions.iter().filter_map(|(path, function)| {
        let acts_for_viewer = function.block.to_token_stream().to_string().contains("ssr :: viewer");
        let open = PUBLIC_SERVER_FNS.contains(&path.as_str());
        (acts_for_viewer == open).then(|| format!("{path}, line {}", function.span().start().line))
    });
    none("a function either calls ssr::viewer() or is listed in PUBLIC_SERVER_FNS", wrong.collect());
    let gone = PUBLIC_SERVER_FNS.iter().filter(|path| !functions.iter().any(|(known, _)| known == *path));
    none("PUBLIC_SERVER_FNS lists an unknown function", gone.map(|path| (*path).to_owned()).collect());
}

/// A request may be lost on a dead connection. The client then retries each function, unless the list gives a reason.
#[test]
fn every_server_function_is_idempotent_or_has_a_reason() {
    let functions = server_functions();
    let once = || NOT_IDEMPOTENT.iter().map(|(path, _)| *path);
    let listed: Vec<&str> = IDEMPOTENT.into_iter().chain(once()).collect();
    let wrong =
        functions.iter().map(|(path, _)| path).filter(|path| listed.iter().filter(|known| known == path).count() != 1);
    none("app/src/server_fn_client/idempotent.rs lists each function once", wrong.cloned().collect());
    let gone = listed.iter().filter(|path| !functions.iter().any(|(known, _)| known == *path));
    none("idempotent.rs lists an unknown function", gone.map(|path| (*path).to_owned()).collect());
    let unsaid = NOT_IDEMPOTENT.iter().filter(|(_, reason)| reason.len() < 10);
    none("a function has no reason not to be retried", unsaid.map(|(path, _)| (*path).to_owned()).collect());
}

/// A page that leaves a part out if it can't be loaded is complete without it, so its status must not be that of the
/// part.
#[test]
fn a_part_that_may_be_left_out_does_not_set_the_status() {
    let functions = server_functions();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for source in code(&["app"]) {
        for call in source.text.split("server_fns::").skip(1) {
            let statement = call.split([';', '}']).next().unwrap_or_default();
            let Some((name, _)) = statement.split_once('(').filter(|_| statement.contains(".await.ok()")) else {
                continue;
            };
            let function = functions.iter().find(|(_, function)| function.sig.ident == name);
            let (path, function) = function.unwrap_or_else(|| panic!("{}: {name} is unknown", source.path));
            seen += 1;
            if !function.block.to_token_stream().to_string().contains("without_status") {
                wrong.push(format!("{path}, left out in {}", source.path));
            }
        }
    }
    assert!(seen > 0, "the test no longer sees the calls");
    none("convert the service's error with ssr::without_status", wrong);
}

/// The owner isn't an argument of each function, because a function without that argument would not be checked.
#[test]
fn the_owner_of_a_page_is_read_in_one_place() {
    let asking = server_functions()
        .into_iter()
        .filter(|(_, function)| function.sig.inputs.to_token_stream().to_string().contains("person"));
    none("server/src/page_owner.rs compares the person", asking.map(|(path, _)| path).collect());
}

/// A field that isn't listed is never stored with a refused form: what a person typed would be lost.
#[test]
fn every_field_of_a_form_is_listed_with_what_it_holds() {
    let functions = server_functions();
    let changing = functions.iter().filter(|(_, function)| !function.sig.ident.to_string().starts_with("load_"));
    let arguments = changing.flat_map(|(path, function)| function.sig.inputs.iter().map(move |input| (path, input)));
    let sent: Vec<(String, &String)> = arguments
        .filter_map(|(path, input)| match input {
            FnArg::Typed(argument) => Some((argument.pat.to_token_stream().to_string(), path)),
            FnArg::Receiver(_) => None,
        })
        .collect();
    assert!(sent.len() > 30, "the test no longer sees the arguments");
    let known = |name: &str| FORM_FIELDS.iter().filter(|(known, _)| *known == name).count() == 1;
    let missing = sent.iter().filter(|(name, _)| !known(name));
    none(
        "app/src/form_fields.rs lists each field once",
        missing.map(|(name, path)| format!("{path}: {name}")).collect(),
    );
    let sends = |name: &str| name == FIELD || sent.iter().any(|(argument, _)| argument == name);
    let gone = FORM_FIELDS.iter().filter(|(name, _)| !sends(name));
    none("form_fields.rs lists an unknown field", gone.map(|(name, _)| (*name).to_owned()).collect());
}

/// Only the form components render forms that post, because they add the owner of the page.
#[test]
fn every_post_form_names_the_owner_of_its_page() {
    let app = code(&["app"]).into_iter().filter(|source| source.path != "app/src/components/form.rs");
    let posting = app.filter(|source| source.text.contains("method=\"post\"")).map(|source| source.path);
    none("forms that post are rendered by PostForm or Form", posting.collect());
}
