//! The browser's client for server functions: sends a form, receives JSON. Forms also work without it.

mod hedge;
mod idempotent;
mod send_guard;

pub(crate) use hedge::sleep;
pub use idempotent::{IDEMPOTENT, NOT_IDEMPOTENT};
pub(crate) use send_guard::{SendGuard, set_send_guard};

use crate::{
    browser, json,
    owner::{FIELD, PageOwner},
    paths::PUBLIC_PATHS,
    request_error::{RequestError, RequestResult},
};
use futures::future::{Either, select};
use gloo_net::http::Request;
use hedge::send_repeatedly;
use js_sys::{Array, JSON, Object};
use leptos::{
    prelude::window,
    server_fn::{
        self, Protocol,
        client::Client,
        codec::{FromReq, IntoRes, Json, PostUrl},
        redirect::{REDIRECT_HEADER, call_redirect_hook},
    },
};
use send_wrapper::SendWrapper;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    future::Future,
    pin::{Pin, pin},
    time::Duration,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortSignal, Response, UrlSearchParams};

/// Timeout of requests that must not be repeated. Longer than the server takes for any request.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);

/// The protocol of the server functions. The server side is the same as Leptos's own; Leptos's browser side would be
/// compiled again for each function.
pub struct FormPost;

impl<Input, Output, C, S> Protocol<Input, Output, C, S, RequestError> for FormPost
where
    Input: Serialize + FromReq<PostUrl, S::Request, RequestError> + Send,
    Output: DeserializeOwned + IntoRes<Json, S::Response, RequestError> + Send,
    C: Client<RequestError>,
    S: server_fn::server::Server<RequestError>,
{
    const METHOD: http::Method = http::Method::POST;

    async fn run_server<F, Fut>(request: S::Request, function: F) -> RequestResult<S::Response>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = RequestResult<Output>> + Send,
    {
        let input = Input::from_req(request).await?;
        let output = function(input).await?;
        output.into_res().await
    }

    async fn run_client(path: &str, input: Input) -> RequestResult<Output> {
        let input = json::to_string(&input).map_err(|_| RequestError::Network)?;
        // Only a submitted form follows a redirect: code that calls a function decides itself where to go.
        let reply = send_form(path.to_owned(), form_fields(&input)).await?;
        json::from_str(&reply.text).map_err(|_| RequestError::Network)
    }
}

/// Converts JSON fields into pairs of name and value, as a form sends them. Fields that are null are left out.
pub(crate) fn form_fields(input: &str) -> JsValue {
    let input = JSON::parse(input).unwrap_or_default();
    Object::entries(input.unchecked_ref())
        .filter(&mut |field, _, _| !field.unchecked_into::<Array>().get(1).is_null())
        .into()
}

/// A successful response.
pub struct ServerFnResponse {
    /// The result, as JSON.
    pub text: String,
    /// The target of a redirect, if the response is one.
    pub location: Option<String>,
}

impl ServerFnResponse {
    /// Navigates to a redirect's target. A public page loads a new document: a document belongs to one person, or to a
    /// signed-out visitor, for as long as it lives.
    pub fn follow_redirect(location: Option<String>) {
        let Some(path) = location else { return };
        let here = window().location();
        if here.pathname().is_ok_and(|pathname| PUBLIC_PATHS.contains(&pathname.as_str())) {
            // A path that the server sent is always a valid address.
            let _ = here.set_href(&path);
        } else {
            call_redirect_hook(&path);
        }
    }
}

type PendingRequest = Pin<Box<dyn Future<Output = RequestResult<ServerFnResponse>> + Send>>;

/// Sends a form and waits for the response with a timeout. Idempotent requests are repeated while they wait.
///
/// Dropping the future aborts the request.
pub fn send_form(path: String, fields: JsValue) -> PendingRequest {
    if IDEMPOTENT.contains(&path.as_str()) {
        return Box::pin(SendWrapper::new(send_repeatedly(move || send_once(path.clone(), fields.clone()))));
    }
    Box::pin(SendWrapper::new(async move {
        match select(send_once(path, fields), pin!(sleep(RESPONSE_TIMEOUT))).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(RequestError::TimedOut),
        }
    }))
}

fn send_once(path: String, fields: JsValue) -> PendingRequest {
    Box::pin(SendWrapper::new(async move {
        send_guard::check_may_send(&path)?;
        let answer = fetch_text(&path, &fields).await.unwrap_or(Err(RequestError::Network));
        send_guard::observe_result(&answer);
        answer
    }))
}

/// Returns `None` if the server wasn't reached, or if its response was lost.
async fn fetch_text(path: &str, fields: &JsValue) -> Option<RequestResult<ServerFnResponse>> {
    let abort = AbortOnDrop(browser::construct_object("AbortController", &[]));
    let body = UrlSearchParams::new_with_str_sequence_sequence(fields).ok()?;
    if let Some(me) = PageOwner::current() {
        body.set(FIELD, &me.to_string());
    }
    let signal = abort.0.as_ref().and_then(|controller| browser::get_property(controller, "signal"));
    let signal: Option<AbortSignal> = signal.map(JsCast::unchecked_into);
    let request = Request::post(path).header("accept", "application/json").abort_signal(signal.as_ref());
    let request: web_sys::Request = request.body(body).ok()?.into();
    let response: Response = browser::call_async_method(&window(), "fetch", &[&request]).await?.dyn_into().ok()?;
    let text = browser::call_async_method(&response, "text", &[]).await?.as_string()?;
    if response.status() >= 400 {
        return Some(Err(json::from_str(&text).unwrap_or(RequestError::Network)));
    }
    let location = response.headers().get(REDIRECT_HEADER).ok()?.and(response.headers().get("location").ok()?);
    Some(Ok(ServerFnResponse { text, location }))
}

/// Aborts the request when it is dropped, if the browser can.
struct AbortOnDrop(Option<JsValue>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            browser::call_method(controller, "abort", &[]);
        }
    }
}
