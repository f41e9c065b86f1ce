//! A person with an HTTP client: anonymous, with a session cookie, or with an access token.

use super::{Stream, TestResponse, soon};
use form_urlencoded::Serializer;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::Value;
use std::net::SocketAddr;

#[derive(Clone)]
pub(crate) struct Actor {
    client: Client,
    addr: SocketAddr,
    cookie: Option<String>,
    /// An access token.
    token: Option<String>,
    /// The owner of the page from which forms are sent.
    person: Option<String>,
    /// The public URL's host, if it differs from the address that the site listens on.
    host: Option<String>,
}

impl Actor {
    pub(crate) fn new(addr: SocketAddr, cookie: Option<String>) -> Self {
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client");
        Self { client, addr, cookie, token: None, person: None, host: None }
    }

    /// Creates a program with an access token.
    pub(crate) fn with_token(addr: SocketAddr, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::new(addr, None) }
    }

    /// Sends forms as from a page of this person.
    pub(crate) fn on_page_of(self, person: &str) -> Self {
        Self { person: Some(person.to_owned()), ..self }
    }

    /// Adds the page's owner to a form.
    pub(crate) fn form_of_page(&self, form: &str) -> String {
        match &self.person {
            Some(person) if form.is_empty() => format!("person={person}"),
            Some(person) => format!("{form}&person={person}"),
            None => form.to_owned(),
        }
    }

    /// Sets the `Host` header, as a gateway passes it on.
    pub(crate) fn with_host(self, host: Option<String>) -> Self {
        Self { host, ..self }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("http://{}{path}", self.addr));
        let request = match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        let request = match &self.host {
            Some(host) => request.header("host", host),
            None => request,
        };
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        TestResponse::to(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> TestResponse {
        TestResponse::to(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> TestResponse {
        TestResponse::to(self.request(Method::PUT, path).json(body)).await
    }

    /// Sends any body with any content type.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: impl Into<reqwest::Body>,
    ) -> TestResponse {
        TestResponse::to(self.request(method, path).header("content-type", kind).body(body)).await
    }

    /// Posts a form as a browser without JavaScript does.
    pub(crate) async fn post_form(&self, path: &str, from: &str, pairs: &[(&str, &str)]) -> TestResponse {
        let origin = format!("http://{}", self.addr);
        let request = self.request(Method::POST, path).header("referer", format!("{origin}{from}"));
        let request = request.header("origin", origin).header("accept", "text/html,application/xhtml+xml");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        TestResponse::to(request.body(self.form_of_page(&form(pairs)))).await
    }

    /// Opens a stream and reads its first frame.
    pub(crate) async fn follow(&self, path: &str) -> Stream {
        self.open_stream(self.request(Method::GET, path)).await
    }

    pub(crate) async fn open_stream(&self, request: RequestBuilder) -> Stream {
        let response = soon("opening a stream", request.send()).await.expect("an answer");
        assert_eq!(response.status(), 200, "the stream was refused");
        Stream::of(response).await
    }
}

/// Encodes pairs as a URL-encoded form.
pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Percent-encodes a value of a query.
pub(crate) fn escaped(text: &str) -> String {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
    utf8_percent_encode(text, RESERVED).to_string()
}
