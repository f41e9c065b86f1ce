//! How a browser asks the server: a form goes out, JSON comes back. Forms work the same without it.

mod hedge;

pub(crate) use hedge::sleep;

use crate::{
    answer::{Answer, Failure},
    browser, json, live,
    owner::{FIELD, PageOwner},
    pages::PUBLIC,
};
use hedge::hedge;
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
use std::{future::Future, pin::Pin};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, UrlSearchParams};

/// Server functions that may be asked twice: they read, move a marker forward, or carry a `clientId`.
pub const REPEATABLE: [&str; 12] = [
    "/fn/booking",
    "/fn/delivered",
    "/fn/frame",
    "/fn/inbox",
    "/fn/notifications",
    "/fn/post",
    "/fn/presence",
    "/fn/read-on",
    "/fn/settings",
    "/fn/talent",
    "/fn/talents",
    "/fn/thread",
];

/// What a server function is asked by. On the server it is what Leptos does by itself; what that does in a browser is
/// written out anew for each function.
pub struct Ask;

impl<Input, Output, C, S> Protocol<Input, Output, C, S, Failure> for Ask
where
    Input: Serialize + FromReq<PostUrl, S::Request, Failure> + Send,
    Output: DeserializeOwned + IntoRes<Json, S::Response, Failure> + Send,
    C: Client<Failure>,
    S: server_fn::server::Server<Failure>,
{
    const METHOD: http::Method = http::Method::POST;

    async fn run_server<F, Fut>(request: S::Request, function: F) -> Answer<S::Response>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Answer<Output>> + Send,
    {
        let input = Input::from_req(request).await?;
        let output = function(input).await?;
        output.into_res().await
    }

    async fn run_client(path: &str, input: Input) -> Answer<Output> {
        let answer = match json::write(&input) {
            Ok(input) if REPEATABLE.contains(&path) => send_again(path.to_owned(), fields(&input)),
            Ok(input) => send(path.to_owned(), fields(&input)),
            Err(_) => return Err(Failure::Unreached),
        };
        json::read(&answer.await?).map_err(|_| Failure::Unreached)
    }
}

/// What a page is made from: asked for when it is opened and whenever `source` changes, and sent along with the page.
pub fn loaded<T, S, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    ask: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Resource<Answer<T>, json::Json>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    S: PartialEq + Clone + Send + Sync + 'static,
    Fut: Future<Output = Answer<T>> + Send + 'static,
{
    Resource::new_with_options(source, ask, false)
}

/// Names with values, as a form sends them: what is nothing is left out.
fn fields(input: &str) -> JsValue {
    let input = JSON::parse(input).unwrap_or_default();
    Object::entries(input.unchecked_ref())
        .filter(&mut |field, _, _| !field.unchecked_into::<Array>().get(1).is_null())
        .into()
}

/// Sends fields, which are names with values. What comes back is JSON. No longer waited for, it is called off.
pub fn send(path: String, fields: JsValue) -> Pin<Box<dyn Future<Output = Answer<String>> + Send>> {
    Box::pin(SendWrapper::new(async move {
        live::may_ask(&path)?;
        let answer = fetch(&path, &fields).await.unwrap_or(Err(Failure::Unreached));
        live::heed(&answer);
        answer
    }))
}

/// The same for what may arrive twice: sent again where no answer comes.
fn send_again(path: String, fields: JsValue) -> Pin<Box<dyn Future<Output = Answer<String>> + Send>> {
    Box::pin(SendWrapper::new(hedge(move || send(path.clone(), fields.clone()))))
}

async fn fetch(path: &str, fields: &JsValue) -> Result<Answer<String>, JsValue> {
    let called_off = CalledOff(browser::construct("AbortController", &[]));
    let body = UrlSearchParams::new_with_str_sequence_sequence(fields)?;
    if let Some(me) = PageOwner::current() {
        body.set(FIELD, &me.to_string());
    }
    let signal = called_off.0.as_ref().and_then(|controller| browser::get(controller, "signal"));
    let init = browser::object(&[
        ("method", &"POST".into()),
        ("headers", &browser::object(&[("accept", &"application/json".into())])),
        ("body", &body),
        ("signal", &signal.unwrap_or_default()),
    ]);
    let asked = browser::call(&window(), "fetch", &[&path.into(), &init]).ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(asked.dyn_into::<Promise>()?).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    if response.status() >= 400 {
        return Ok(Err(json::read(&text).unwrap_or(Failure::Unreached)));
    }
    if response.headers().has(REDIRECT_HEADER)? {
        go_on(&response.headers().get("location")?.unwrap_or_default())?;
    }
    Ok(Ok(text))
}

/// Goes where an answer leads. From a page for everybody by another document: a document belongs to one person, or to
/// nobody, for as long as it lives.
fn go_on(path: &str) -> Result<(), JsValue> {
    let location = window().location();
    if PUBLIC.contains(&location.pathname()?.as_str()) {
        location.set_href(path)?;
    } else {
        call_redirect_hook(path);
    }
    Ok(())
}

/// Ends the request when it is dropped, where the browser can.
struct CalledOff(Option<JsValue>);

impl Drop for CalledOff {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            browser::call(controller, "abort", &[]);
        }
    }
}
