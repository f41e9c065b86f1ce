//! The router of the whole site, and the middleware that every request passes through.

use crate::{
    api, dev_mail,
    middleware::{access_log, auth, csrf, security_headers},
    openapi, pages,
    problem::{self, Problem},
    request_body::{self, BODY_LIMIT},
    request_target::{self, Hosts},
    security_txt,
    settings::Config,
    state::AppState,
    unsubscribe,
};
use axum::{
    Router, middleware,
    routing::{any, get},
};
use http::{HeaderName, HeaderValue, Request, header};
use model::ApiError;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Builds the router of the whole site. Layers are listed from the outermost to the innermost.
pub(crate) fn build_router(state: AppState, settings: &Config) -> Router {
    let every_request = ServiceBuilder::new()
        .layer(middleware::map_request(sanitize_request_id))
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId))
        .layer(middleware::from_fn_with_state(settings.traced, access_log::log_request))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        // Precompressed files come without `Vary`; a shared cache would serve them to clients that can't decode them.
        .layer(SetResponseHeaderLayer::if_not_present(header::VARY, HeaderValue::from_static("accept-encoding")))
        .layer(CompressionLayer::new())
        .layer(middleware::map_response_with_state(
            security_headers::common_headers(settings.secure),
            security_headers::add_headers,
        ))
        .layer(middleware::from_fn(problem::write_problem))
        .layer(CatchPanicLayer::custom(pages::handle_panic))
        .layer(middleware::from_fn_with_state(Hosts::from_config(settings), request_target::check_target))
        .layer(middleware::from_fn(reject_oversized))
        .layer(middleware::from_fn_with_state(state.clone(), csrf::check_origin))
        .layer(middleware::from_fn(request_body::buffer_body))
        .layer(middleware::from_fn_with_state(state.clone(), auth::authenticate));
    let dev_mail = if settings.serves_dev_mail() { dev_mail::routes() } else { Router::new() };
    Router::from(api::routes())
        .merge(dev_mail)
        .merge(unsubscribe::routes())
        .merge(security_txt::routes())
        .route("/api/docs", get(openapi::get_docs_page))
        .method_not_allowed_fallback(async || Problem::METHOD_NOT_ALLOWED)
        // `nest("/api", …)` doesn't match this path, and the fallback would answer it with a page.
        .route("/api/", any(async || Problem::from(ApiError::NotFound)))
        .with_state(state.clone())
        .merge(pages::routes(&state, pages::leptos_options(settings)))
        .layer(every_request)
}

/// Refuses a request whose `Content-Length` exceeds the limit, even where no handler reads the body.
async fn reject_oversized(request: axum::extract::Request, next: middleware::Next) -> axum::response::Response {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > BODY_LIMIT) {
        return axum::response::IntoResponse::into_response(Problem::TOO_LARGE);
    }
    next.run(request).await
}

/// Keeps a proxy's request id only if it is safe to write into logs and JSON: 1 to 64 characters of `A-Za-z0-9-_.`.
async fn sanitize_request_id<B>(mut request: Request<B>) -> Request<B> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let named = request.headers().get(REQUEST_ID).map(HeaderValue::as_bytes);
    if named.is_some_and(|name| name.is_empty() || name.len() > 64 || !name.iter().all(plain)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

#[derive(Clone)]
struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _request: &Request<B>) -> Option<RequestId> {
        let id = uuid::Uuid::new_v4().to_string();
        HeaderValue::try_from(id).ok().map(RequestId::new)
    }
}
