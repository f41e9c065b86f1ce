//! The state of a form, from its submission to the result. A plain form's result is in the URL.

use crate::{
    components::focus_on,
    json,
    platform::IN_BROWSER,
    reactive::effect,
    request_error::{RequestError, RequestResult},
    server_fn_client::{self, ServerFnResponse},
    strings,
};
use leptos::{
    ev::SubmitEvent,
    prelude::*,
    server_fn::{ServerFn, error::ServerFnUrlError},
    task::spawn_local,
};
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement};

/// The state of a form, shared by its fields.
#[derive(Clone, Copy)]
pub struct FormState {
    /// The id of the form or of an element around it, and the prefix of its fields' ids.
    pub id: &'static str,
    /// The path of its server function.
    pub(super) path: &'static str,
    /// The last response, as JSON.
    pub result: RwSignal<Option<RequestResult<String>>>,
    /// Why the last submission failed.
    pub failure: Signal<Option<RequestError>>,
    /// Whether a response is outstanding.
    pub pending: RwSignal<bool>,
    /// Whether the last submission succeeded.
    pub done: Signal<bool>,
    query: Memo<ParamsMap>,
}

impl FormState {
    /// Creates the state of a form for a server function. On failure the focus moves to the first invalid field.
    pub fn for_server_fn<S: ServerFn>(id: &'static str) -> Self {
        Self::with_path(id, S::PATH)
    }

    fn with_path(id: &'static str, path: &'static str) -> Self {
        let (result, pending) = (RwSignal::new(error_from_url(path).map(Err)), RwSignal::new(false));
        let failure = Signal::derive(move || result.get().and_then(Result::err));
        let done = Signal::derive(move || !pending.get() && result.with(|result| matches!(result, Some(Ok(_)))));
        effect(move || {
            if failure.with(Option::is_some) {
                focus_on(format!("#{id} [aria-invalid=true]:not(fieldset), #{id} fieldset[aria-invalid=true] input"));
            }
        });
        Self { id, path, result, failure, pending, done, query: use_query_map() }
    }

    /// Submits the form without leaving the page.
    pub(super) fn submit(self, event: SubmitEvent) {
        event.prevent_default();
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(fields) = form.and_then(|form| FormData::new_with_form(&form).ok()) else { return };
        self.pending.set(true);
        spawn_local(async move {
            let (result, location) = match server_fn_client::send_form(self.path.to_owned(), fields.into()).await {
                Ok(ServerFnResponse { text, location }) => (Ok(text), location),
                Err(failure) => (Err(failure), None),
            };
            let is_there = self.result.try_set(Some(result)).is_none();
            self.pending.try_set(false);
            // Follows the redirect only if the form is still mounted: the person may have gone to another page.
            if is_there {
                ServerFnResponse::follow_redirect(location);
            }
        });
    }

    /// Returns the error text of a field.
    pub fn field_error(self, field: &'static str) -> Signal<Option<&'static str>> {
        Signal::derive(move || match self.failure.get() {
            Some(RequestError::Refused(refusal)) => refusal.field_error(field).map(strings::field_error_text),
            _ => None,
        })
    }

    /// Returns the value of a field of a refused plain form: the server returns it in the URL, with the failure.
    pub fn flashed_value(self, field: &str) -> Option<String> {
        let name = format!("kept.{field}");
        self.failure.with_untracked(Option::is_some).then(|| self.query.with_untracked(|query| query.get(&name)))?
    }

    /// Returns `text` while the last submission succeeded.
    pub fn done_text(self, text: &'static str) -> Signal<Option<&'static str>> {
        Signal::derive(move || self.done.get().then_some(text))
    }

    /// Returns the id of a field.
    pub(super) fn field_id(self, field: &str) -> String {
        format!("{}-{field}", self.id)
    }
}

/// Returns why a form sent without JavaScript was refused, from the URL.
///
/// Leptos reads the URL once, when the document loads. After navigating to another page the failure no longer applies.
pub fn error_from_url(path: &str) -> Option<RequestError> {
    let error = use_context::<ServerActionError>().filter(|error| error.path() == path)?;
    use_query_map().with_untracked(|query| query.get("__err"))?;
    if !IN_BROWSER {
        return Some(ServerFnUrlError::decode_err(error.err()));
    }
    let text = window().atob(&error.err().replace('-', "+").replace('_', "/"));
    Some(text.ok().and_then(|text| json::from_str(&text).ok()).unwrap_or(RequestError::Network))
}
