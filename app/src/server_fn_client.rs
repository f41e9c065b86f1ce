//! How a browser asks the server: a form goes out, JSON comes back. Forms work the same without it.

mod hedge;
mod idempotent;

pub(crate) use hedge::sleep;
pub use idempotent::{IDEMPOTENT, NOT_IDEMPOTENT};

use crate::{
    browser, json, live,
    owner::{FIELD, PageOwner},
    pages::PUBLIC_PATHS,
    request_error::{RequestError, RequestResult},
};
use futures::future::{Either, select};
use hedge::send_repeatedly;
use js_sys::{Array, JSON, Object, Promise};
use leptos::{
    prelude::{Resource, window},
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
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, UrlSearchParams};

/// What may be asked only once has an answer within this time, or none. Longer than the server takes for anything.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);

/// What a server function is asked by. On the server it is what Leptos does by itself; what that does in a browser is
/// written out anew for each function.
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
        // Only a form leads to another page: what a page asks by itself goes on by itself.
        let reply = send_form(path.to_owned(), form_fields(&input)).await?;
        json::from_str(&reply.text).map_err(|_| RequestError::Network)
    }
}

/// What a page is made from: asked for when it is opened and whenever `source` changes, and sent along with the page.
pub fn page_resource<T, S, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    ask: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Resource<RequestResult<T>, json::Json>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    S: PartialEq + Clone + Send + Sync + 'static,
    Fut: Future<Output = RequestResult<T>> + Send + 'static,
{
    Resource::new_with_options(source, ask, false)
}

/// Names with values, as a form sends them: what is nothing is left out.
fn form_fields(input: &str) -> JsValue {
    let input = JSON::parse(input).unwrap_or_default();
    Object::entries(input.unchecked_ref())
        .filter(&mut |field, _, _| !field.unchecked_into::<Array>().get(1).is_null())
        .into()
}

/// What the server answers.
pub struct ServerFnResponse {
    /// JSON.
    pub text: String,
    /// Where it leads, if it does.
    pub location: Option<String>,
}

impl ServerFnResponse {
    /// Goes where it leads. From a public page by another document: a document belongs to one person, or to no one, for as
    /// long as it lives.
    pub fn follow_redirect(location: Option<String>) {
        let Some(path) = location else { return };
        let here = window().location();
        if here.pathname().is_ok_and(|pathname| PUBLIC_PATHS.contains(&pathname.as_str())) {
            // An address that the server gave is one to go to.
            let _ = here.set_href(&path);
        } else {
            call_redirect_hook(&path);
        }
    }
}

type PendingRequest = Pin<Box<dyn Future<Output = RequestResult<ServerFnResponse>> + Send>>;

/// Sends fields, which are names with values, and has an answer within a time: where that may be, by asking again. No
/// longer waited for, it is called off.
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
        live::check_may_send(&path)?;
        let answer = fetch_text(&path, &fields).await.unwrap_or(Err(RequestError::Network));
        live::observe_result(&answer);
        answer
    }))
}

async fn fetch_text(path: &str, fields: &JsValue) -> Result<RequestResult<ServerFnResponse>, JsValue> {
    let abort = AbortOnDrop(browser::construct_object("AbortController", &[]));
    let body = UrlSearchParams::new_with_str_sequence_sequence(fields)?;
    if let Some(me) = PageOwner::current() {
        body.set(FIELD, &me.to_string());
    }
    let signal = abort.0.as_ref().and_then(|controller| browser::get_property(controller, "signal"));
    let init = browser::to_js_object(&[
        ("method", &"POST".into()),
        ("headers", &browser::to_js_object(&[("accept", &"application/json".into())])),
        ("body", &body),
        ("signal", &signal.unwrap_or_default()),
    ]);
    let asked = browser::call_method(&window(), "fetch", &[&path.into(), &init]).ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(asked.dyn_into::<Promise>()?).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    if response.status() >= 400 {
        return Ok(Err(json::from_str(&text).unwrap_or(RequestError::Network)));
    }
    let leads = response.headers().has(REDIRECT_HEADER)?;
    let location = if leads { response.headers().get("location")? } else { None };
    Ok(Ok(ServerFnResponse { text, location }))
}

/// Ends the request when it is dropped, where the browser can.
struct AbortOnDrop(Option<JsValue>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            browser::call_method(controller, "abort", &[]);
        }
    }
}
