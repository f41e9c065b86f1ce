//! Error responses of the REST API: `application/problem+json` (RFC 9457).

use crate::middleware::security_headers;
use app::ssr::{error_status, fallback_pages::render_error_page};
use axum::{
    Json,
    extract::Request,
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use leptos::nonce::Nonce;
use model::{ApiError, FieldError, ValidationErrors};
use serde::Serialize;
use tower_http::request_id::RequestId;
use utoipa::ToSchema;

/// An error response without its body. [`write_problem`] writes the body, because it knows the request id.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    fields: ValidationErrors,
    retry_after: Option<u64>,
}

/// An error response (RFC 9457).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// Always `about:blank`; use `code` to tell errors apart.
    r#type: &'static str,
    /// The reason phrase of the status.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A stable error code for programs.
    code: &'static str,
    /// The id under which the server logs the request, also in `X-Request-Id`.
    request_id: &'a str,
    /// The invalid fields, if there are any, each with an error code.
    #[serde(skip_serializing_if = "ValidationErrors::is_empty")]
    #[schema(value_type = BTreeMap<String, FieldError>)]
    fields: ValidationErrors,
}

impl Problem {
    pub(crate) const METHOD_NOT_ALLOWED: Problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
    pub(crate) const CROSS_SITE: Problem = Problem::new(StatusCode::FORBIDDEN, "cross_site");
    pub(crate) const MALFORMED_JSON: Problem = Problem::new(StatusCode::BAD_REQUEST, "malformed_json");
    pub(crate) const MALFORMED_FORM: Problem = Problem::new(StatusCode::BAD_REQUEST, "malformed_form");
    pub(crate) const WRONG_HOST: Problem = Problem::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host");
    pub(crate) const TARGET_TOO_LONG: Problem = Problem::new(StatusCode::URI_TOO_LONG, "target_too_long");
    pub(crate) const BODY_TIMEOUT: Problem = Problem::new(StatusCode::REQUEST_TIMEOUT, "body_timeout");
    pub(crate) const UNREADABLE_BODY: Problem = Problem::new(StatusCode::BAD_REQUEST, "unreadable_body");
    pub(crate) const WRONG_CONTENT_TYPE: Problem =
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type");
    pub(crate) const TOO_LARGE: Problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large");
    pub(crate) const NO_DATABASE: Problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no_database");
    pub(crate) const BUS_UNREACHABLE: Problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "bus_silent");

    const fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, fields: ValidationErrors::new(), retry_after: None }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// Returns the seconds after which a retry may succeed.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// Creates the problem of one invalid field.
    pub(crate) fn for_field(name: &str, error: FieldError) -> Self {
        ApiError::for_field(name, error).into()
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self {
            status: error_status(&error),
            code: error.code(),
            retry_after: error.retry_after(),
            fields: error.fields().cloned().unwrap_or_default(),
        }
    }
}

impl From<services::Error> for Problem {
    fn from(error: services::Error) -> Self {
        error.into_api_error().into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, axum::Extension(self)).into_response()
    }
}

/// Returns a complete HTTP response for a connection that is refused before its request is read.
pub(crate) fn too_many_connections() -> String {
    let id = uuid::Uuid::new_v4();
    let body = format!(
        "{{\"type\":\"about:blank\",\"title\":\"Too Many Requests\",\"status\":429,\"code\":\"too_many_connections\",\
         \"requestId\":\"{id}\"}}"
    );
    format!(
        "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n\
         retry-after: 5\r\nx-request-id: {id}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Writes a problem's body, with the id of its request. A browser that requested a page gets an error page for a 5xx.
pub(crate) async fn write_problem(request: Request, next: Next) -> Response {
    let wants_page = wants_page(&request);
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let Some(Problem { status, code, fields, retry_after }) = response.extensions_mut().remove() else {
        return response;
    };
    if wants_page && status.is_server_error() {
        return (status, error_page()).into_response();
    }
    let request_id = id.as_ref().and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    let title = status.canonical_reason().unwrap_or_default();
    let body = ProblemBody { r#type: "about:blank", title, status: status.as_u16(), code, request_id, fields };
    let mut rendered = (status, Json(body)).into_response();
    let headers = rendered.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    for name in [header::ALLOW, header::CONNECTION] {
        if let Some(value) = response.headers_mut().remove(&name) {
            headers.insert(name, value);
        }
    }
    rendered
}

fn error_page() -> impl IntoResponse {
    let nonce = Nonce::new();
    let policy = security_headers::error_page_policy(&nonce).map(|policy| [(header::CONTENT_SECURITY_POLICY, policy)]);
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (policy, no_store, Html(render_error_page(&nonce)))
}

fn wants_page(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    !request.uri().path().starts_with("/api") && accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::request_error::RequestError;
    use serde_json::{Value, json};

    /// The REST API puts `retry_after` into a header, and doesn't name the limit, for which the page has its own words.
    /// Everything else has the same name on both sides.
    #[test]
    fn server_functions_and_the_api_report_the_same_errors() {
        let of_field = FieldError::ALL.iter().map(|error| ApiError::for_field("field", *error));
        for error in ApiError::examples().into_iter().chain(of_field) {
            let Problem { status, code, fields, retry_after } = error.clone().into();
            assert_eq!(status, error_status(&error));
            let mut expected = json!({ "code": code });
            if let Some(limit) = error.limit() {
                expected["limit"] = limit.into();
            }
            if let Some(seconds) = retry_after {
                expected["retry_after"] = seconds.into();
            }
            if matches!(error, ApiError::Invalid { .. }) {
                expected["fields"] = json!(fields);
            }
            let by_server_fn: Value = serde_json::to_value(RequestError::Refused(error)).expect("JSON");
            assert_eq!(by_server_fn, json!({ "refused": expected }));
        }
    }
}
