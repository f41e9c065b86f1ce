//! A response, with checks for all responses of its kind.

use super::soon;
use cookie::Cookie;
use http::{HeaderMap, header::SET_COOKIE};
use reqwest::RequestBuilder;
use serde_json::{Map, Value};

#[derive(Debug)]
pub(crate) struct TestResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl TestResponse {
    pub(crate) async fn to(request: RequestBuilder) -> Self {
        let response = soon("an answer", request.send()).await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = soon("a body", response.bytes()).await.expect("a body").to_vec();
        Self { status, headers, body }
    }

    /// Returns a header's value; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} is not JSON: {}", self.status, self.text()))
    }

    /// Checks for a success with this status, and returns its JSON.
    pub(crate) fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("cache-control"), "no-store", "private data must not be cached");
        self.has_request_id();
        self.json()
    }

    /// Checks for a 204 without a body.
    pub(crate) fn empty(&self) {
        assert_eq!(self.status, 204, "{}", self.text());
        assert!(self.body.is_empty());
        self.has_request_id();
    }

    /// Checks for a problem with this status and code, in the common format.
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        let problem = self.any_problem();
        assert_eq!(problem["code"], code);
        problem
    }

    /// Checks for a problem with any status and code.
    pub(crate) fn any_problem(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}: {}", self.status, self.text());
        assert_eq!(self.header("cache-control"), "no-store");
        assert!(!self.headers.contains_key(SET_COOKIE), "an error must not change the cookie");
        let problem = self.json();
        let keys: Vec<&String> = problem.as_object().map(Map::keys).expect("an object").collect();
        let known = ["code", "fields", "requestId", "status", "title", "type"];
        assert!(keys.iter().all(|key| known.contains(&key.as_str())), "{keys:?}");
        assert_eq!(problem["status"], self.status);
        for key in ["type", "title", "code"] {
            assert!(problem[key].as_str().is_some_and(|text| !text.is_empty()), "{key} of {problem}");
        }
        let code = problem["code"].as_str().unwrap_or_default();
        assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code} isn't in snake case");
        self.has_request_id();
        assert_eq!(problem["requestId"], self.header("x-request-id"));
        if self.status == 422 {
            assert!(problem["fields"].as_object().is_some_and(|fields| !fields.is_empty()), "{problem}");
        } else {
            assert!(problem.get("fields").is_none(), "{problem}");
        }
        problem
    }

    /// Checks for a 429 that allows a retry within a minute.
    pub(crate) fn rate_limited(&self) {
        self.problem(429, "rate_limited");
        let seconds: u64 = self.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&seconds), "{seconds}");
    }

    /// Checks for a 422 with exactly these field errors.
    pub(crate) fn field_errors(&self, errors: &[(&str, &str)]) {
        assert_eq!(self.status, 422, "{}", self.text());
        let expected: Map<String, Value> =
            errors.iter().map(|(field, error)| ((*field).to_owned(), Value::from(*error))).collect();
        assert_eq!(self.any_problem()["fields"], Value::Object(expected));
    }

    /// Returns the problem without its request id.
    pub(crate) fn problem_but_id(&self) -> Value {
        let mut problem = self.any_problem();
        problem.as_object_mut().expect("an object").remove("requestId");
        problem
    }

    /// Returns the session token that this response sets as a cookie.
    pub(crate) fn token(&self) -> String {
        let cookie = Cookie::parse(self.header("set-cookie")).expect("a cookie");
        assert!(cookie.value().len() >= 32, "the token is too short");
        cookie.value().to_owned()
    }

    fn has_request_id(&self) {
        assert!(!self.header("x-request-id").is_empty());
    }
}
