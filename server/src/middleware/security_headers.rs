//! What answers ask of a browser, for the good of whoever sits before it.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use leptos::nonce::Nonce;
use std::sync::Arc;

/// On every answer, unless it brings its own.
const COMMON_HEADERS: [(HeaderName, &str); 7] = [
    // Made for what is no page: a browser has nothing to run or to load there. Pages bring theirs, see `add_page_policy`.
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    // Takes an answer for what it says it is.
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Tells nobody else which page a link was followed from.
    (header::REFERRER_POLICY, "same-origin"),
    // For browsers that don't know frame-ancestors.
    (header::X_FRAME_OPTIONS, "DENY"),
    // A page that opened ours, or was opened by it, gets no hold of its window.
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // Other sites' pages can't draw what is ours into their process, not even as a picture.
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // Nothing here needs them, so nothing that slips in shall have them. Only names that Chromium knows: it
    // complains of others.
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
         magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
    ),
];

/// Two years of https and nothing else. Without `includeSubDomains`: hosts below ours may be somebody else's, and
/// no promise of ours to make. What they could do here from http, to set a cookie, `__Host-` rules out.
const HSTS: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");

/// What goes with every answer of a site that is reached by https, or isn't.
pub(crate) fn common_headers(secure: bool) -> Arc<HeaderMap> {
    let pairs = COMMON_HEADERS.into_iter().chain(secure.then_some(HSTS));
    Arc::new(pairs.map(|(name, value)| (name, HeaderValue::from_static(value))).collect())
}

/// Adds what an answer doesn't say itself.
pub(crate) async fn add_headers(State(headers): State<Arc<HeaderMap>>, mut response: Response) -> Response {
    for (name, value) in &*headers {
        response.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    response
}

/// Gives every page a nonce, and the policy that goes with it.
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

/// The policy of a page: it runs the scripts that carry this nonce and what they load, and talks to this site alone.
/// While developing it also listens on the port that tells it to reload, at whatever host it was opened.
///
/// A nonce is always good for a header. Were it not, the page would be left with the policy that allows nothing.
fn page_policy(nonce: &Nonce, reload_port: Option<u32>) -> Option<HeaderValue> {
    let reload = reload_port.map(|port| format!(" ws://*:{port}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).ok()
}

/// The policy of the page that says that a page broke: all it has is a style that carries this nonce.
pub(crate) fn error_page_policy(nonce: &Nonce) -> Option<HeaderValue> {
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).ok()
}
