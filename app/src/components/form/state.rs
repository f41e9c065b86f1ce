//! The state of a form, from its submission to the result. A plain form's failure is in the URL, its values are in the
//! context.

use super::required;
use crate::{
    components::focus_on,
    json,
    platform::IN_BROWSER,
    reactive::effect,
    refused_form::RefusedForm,
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
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement};

/// A field as the error summary names it and links to it.
#[derive(Clone)]
pub(super) struct SummaryField {
    /// Its name in validation errors.
    pub(super) name: &'static str,
    /// The id of its control.
    pub(super) id: String,
    pub(super) label: &'static str,
}

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
    /// The fields in the order of the page.
    fields: StoredValue<Vec<SummaryField>>,
}

impl FormState {
    /// Creates the state of a form for a server function. On failure the focus moves to the error summary, or to the
    /// first invalid field if the page has no summary.
    pub fn for_server_fn<S: ServerFn>(id: &'static str) -> Self {
        Self::with_path(id, S::PATH)
    }

    fn with_path(id: &'static str, path: &'static str) -> Self {
        let (result, pending) = (RwSignal::new(error_from_url(path).map(Err)), RwSignal::new(false));
        let failure = Signal::derive(move || result.get().and_then(Result::err));
        let done = Signal::derive(move || !pending.get() && result.with(|result| matches!(result, Some(Ok(_)))));
        // The browser has focused the summary of a plain form, by `autofocus`. Until the page is hydrated, the person
        // may have gone on to a field.
        let mut is_rendered = result.with_untracked(Option::is_some);
        effect(move || {
            if failure.with(Option::is_some) && !std::mem::take(&mut is_rendered) {
                focus_on(format!(
                    "#{id}-summary, #{id} [aria-invalid=true]:not(fieldset), #{id} fieldset[aria-invalid=true] input"
                ));
            }
        });
        Self { id, path, result, failure, pending, done, fields: StoredValue::default() }
    }

    /// Submits the form without leaving the page, unless a response is outstanding or a required field is empty.
    pub(super) fn submit(self, event: SubmitEvent) {
        event.prevent_default();
        // The signal's value, not what is rendered from it: a second click in the same tick precedes the rendering.
        if self.pending.get_untracked() {
            return;
        }
        let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
        if let Some(missing) = required::find_missing(&form) {
            self.result.set(Some(Err(missing)));
            return;
        }
        let Ok(fields) = FormData::new_with_form(&form) else { return };
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

    /// Returns the value of `aria-disabled` for the buttons that submit the form. They are never `disabled`, because a
    /// disabled element loses the focus; [`submit`](Self::submit) ignores them instead.
    pub fn aria_disabled(self) -> impl Fn() -> Option<&'static str> + Copy + Send + Sync + 'static {
        move || self.pending.get().then_some("true")
    }

    /// Returns the error text of a field.
    pub fn field_error(self, field: &'static str) -> Signal<Option<&'static str>> {
        Signal::derive(move || match self.failure.get() {
            Some(RequestError::Refused(refusal)) => {
                refusal.field_error(field).map(|error| strings::field_error_text(field, error))
            }
            _ => None,
        })
    }

    /// Names a field for the error summary, where no field component of this module does.
    pub fn describe_field(self, name: &'static str, id: impl Into<String>, label: &'static str) {
        let field = SummaryField { name, id: id.into(), label };
        self.fields.update_value(|fields| match fields.iter_mut().find(|known| known.name == name) {
            Some(known) => *known = field,
            None => fields.push(field),
        });
    }

    /// Returns the described fields, in the order of the page.
    pub(super) fn described_fields(self) -> Vec<SummaryField> {
        self.fields.get_value()
    }

    /// Returns what was typed into a field before the plain form was refused. `None` in the browser: see
    /// [`RefusedForm`].
    pub fn flashed_value(self, field: &str) -> Option<String> {
        RefusedForm::value(self.path, field)
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
