//! Security headers of responses, and the Content-Security-Policy of pages.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use leptos::nonce::Nonce;
use std::sync::Arc;

/// Headers of every response, unless the handler sets its own.
const COMMON_HEADERS: [(HeaderName, &str); 7] = [
    // For responses that are no page: a browser has nothing to run or load there. For pages see `add_page_policy`.
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    // Stops browsers from guessing another content type.
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Hides from other sites which page a link was followed from.
    (header::REFERRER_POLICY, "same-origin"),
    // For browsers without frame-ancestors.
    (header::X_FRAME_OPTIONS, "DENY"),
    // Another site's page that opened ours, or was opened by it, gets no reference to its window.
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // Other sites' pages can't load our resources into their process, not even as an image.
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // The site needs none of these, so injected code shall have none. Lists only names that Chromium knows, because it
    // logs a warning for others.
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
         magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
    ),
];

/// Requires https for two years. Without `includeSubDomains`, because subdomains may belong to another operator. This
/// would let a subdomain set our cookie over http, which the cookie's `__Host-` prefix rules out.
const HSTS: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");

/// Returns the headers of every response; with HSTS if the public URL is https.
pub(crate) fn common_headers(secure: bool) -> Arc<HeaderMap> {
    let pairs = COMMON_HEADERS.into_iter().chain(secure.then_some(HSTS));
    Arc::new(pairs.map(|(name, value)| (name, HeaderValue::from_static(value))).collect())
}

/// Adds the headers that the response doesn't set itself.
pub(crate) async fn add_headers(State(headers): State<Arc<HeaderMap>>, mut response: Response) -> Response {
    for (name, value) in &*headers {
        response.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    response
}

/// Gives each page a nonce and a Content-Security-Policy that allows it.
pub(crate) async fn add_page_policy(
    State(reload_port): State<Option<u32>>,
    mut request: Request,
    next: Next,
) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_page = kind.is_some_and(|kind| kind.starts_with(b"text/html"));
    if let Some(policy) = page_policy(&nonce, reload_port).filter(|_| is_page) {
        response.headers_mut().entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    response
}

/// Returns the policy of a page: it runs only scripts with this nonce and those they load, and connects only to this
/// site. In development it may also connect to the reload port, on any host because the page may be opened by any name.
///
/// `None` can't happen, as a nonce is a valid header value; the page would then keep the policy that allows nothing.
fn page_policy(nonce: &Nonce, reload_port: Option<u32>) -> Option<HeaderValue> {
    let reload = reload_port.map(|port| format!(" ws://*:{port}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).ok()
}

/// Returns the policy of the error page, which has nothing but one inline style with this nonce.
pub(crate) fn error_page_policy(nonce: &Nonce) -> Option<HeaderValue> {
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).ok()
}
