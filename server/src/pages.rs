//! The rendered pages and the static files.

use crate::{
    form_flash, form_referer, middleware::security_headers, page_owner, problem::Problem, settings::Config,
    state::AppState,
};
use app::{App, owner::PageOwner, pages, request_error::RequestError, shell, ssr::RequestContext};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    handler::Handler,
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use leptos::{
    config::{Env, LeptosOptions},
    nonce::Nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list};
use std::any::Any;
use tower_http::services::ServeDir;

/// What the build put beside the program when it put hashes into file names.
const HASH_FILE: &str = "hash.txt";

/// What Leptos wants to know.
pub(crate) fn leptos_options(settings: &Config) -> LeptosOptions {
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(HASH_FILE)));
    let developing = std::env::var_os("LEPTOS_WATCH").is_some();
    LeptosOptions::builder()
        .output_name("greenroom")
        .site_root(settings.site_root.to_string_lossy().as_ref())
        .site_addr(settings.addr)
        .env(if developing { Env::DEV } else { Env::PROD })
        .hash_files(beside.is_some_and(|file| file.exists()))
        .build()
}

/// Every page, every server function, every file.
pub(crate) fn routes(state: &AppState, options: LeptosOptions) -> Router {
    let provide = context_provider(state);
    let reload_port = options.reload_external_port.unwrap_or(options.reload_port);
    let reload_port = (options.env == Env::DEV).then_some(reload_port);
    let document = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let pages = Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), provide.clone(), document)
        .layer(middleware::from_fn(fix_server_fn_status))
        .layer(middleware::from_fn(form_flash::keep_form_values))
        .layer(middleware::from_fn(page_owner::check_page_owner))
        .layer(middleware::from_fn(require_form_content_type))
        .layer(middleware::from_fn(auth_redirect))
        .layer(middleware::from_fn_with_state(state.clone(), form_referer::restrict_referer));
    let files = ServeDir::new(format!("{}/{}", options.site_root, options.site_pkg_dir));
    let files = Router::new()
        .nest_service("/pkg", files.precompressed_br().precompressed_gzip())
        .layer(middleware::map_response(immutable_cache));
    let fallback = file_and_error_handler_with_context::<LeptosOptions, _>(provide, shell);
    let all = pages.merge(files).fallback(fallback.layer(middleware::map_response(no_store_on_404)));
    all.layer(middleware::from_fn_with_state(reload_port, security_headers::add_page_policy)).with_state(options)
}

/// What pages and server functions find in their context; pages also whose they are, and the nonce that their policy
/// names.
fn context_provider(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let (greenroom, cookie) = (state.greenroom.clone(), state.cookie);
    move || {
        provide_context(greenroom.clone());
        provide_context(cookie);
        let Some(parts) = use_context::<Parts>() else { return };
        parts.extensions.get::<Nonce>().cloned().into_iter().for_each(provide_context);
        let viewer = parts.extensions.get::<RequestContext>().and_then(|context| context.viewer.as_ref());
        provide_context(PageOwner(viewer.map(services::Viewer::id)));
    }
}

/// Sends whoever is signed out to sign in, and whoever is signed in past the door. Only a courtesy: what
/// anybody may see, the services decide.
async fn auth_redirect(request: Request, next: Next) -> Response {
    let mut response = match redirect_target(&request) {
        Some(path) => Redirect::to(&path).into_response(),
        None => next.run(request).await,
    };
    // What one person sees must not be shown again to another, nor from before to the same.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn redirect_target(request: &Request) -> Option<String> {
    let uri = request.uri();
    if !matches!(*request.method(), Method::GET | Method::HEAD) || is_server_fn(uri) {
        return None;
    }
    let signed_in = request.extensions().get::<RequestContext>().is_some_and(|context| context.viewer.is_some());
    match (signed_in, uri.path()) {
        (true, "/" | "/register" | "/forgot") => Some("/inbox".to_owned()),
        (true, "/signin") => Some(next_path(uri)),
        (false, path) if !pages::PUBLIC_PATHS.contains(&path) => {
            let wanted = uri.path_and_query().map_or(path, http::uri::PathAndQuery::as_str);
            Some(pages::sign_in_path_to(wanted))
        }
        _ => None,
    }
}

/// Functions read any body as a form, even one that a foreign page may send under another name without asking.
async fn require_form_content_type(request: Request, next: Next) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form = kind.split(';').next().is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded");
    if is_server_fn(request.uri()) && request.method() == Method::POST && !is_form {
        return Problem::WRONG_CONTENT_TYPE.into_response();
    }
    next.run(request).await
}

/// Leptos answers a function whose arguments can't be read with 500, as if it were our fault.
async fn fix_server_fn_status(request: Request, next: Next) -> Response {
    let is_server_fn = is_server_fn(request.uri());
    let response = next.run(request).await;
    if !is_server_fn || response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    match serde_json::from_slice(&body) {
        Ok(RequestError::Refused(refusal)) => parts.status = app::ssr::error_status(&refusal),
        Ok(RequestError::Network | RequestError::TimedOut) => parts.status = StatusCode::BAD_REQUEST,
        Err(_) => {}
    }
    Response::from_parts(parts, Body::from(body))
}

/// Whether it is what a page asks of the server, and no page.
pub(crate) fn is_server_fn(uri: &Uri) -> bool {
    uri.path().starts_with("/fn/")
}

fn next_path(uri: &Uri) -> String {
    let pairs: Option<axum::extract::Query<Vec<(String, String)>>> = axum::extract::Query::try_from_uri(uri).ok();
    let next = pairs.and_then(|pairs| pairs.0.into_iter().find(|(name, _)| name == "next"));
    next.and_then(|(_, path)| pages::same_site_path(&path).map(str::to_owned)).unwrap_or_else(|| "/inbox".to_owned())
}

/// The name of a built file holds a hash of what is in it.
async fn immutable_cache(mut response: Response) -> Response {
    if response.status() == StatusCode::OK {
        let immutable = HeaderValue::from_static("public, max-age=31536000, immutable");
        response.headers_mut().insert(header::CACHE_CONTROL, immutable);
    }
    response
}

/// It may be there tomorrow.
async fn no_store_on_404(mut response: Response) -> Response {
    if response.status() == StatusCode::NOT_FOUND {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// What is answered where a handler panicked.
pub(crate) fn handle_panic(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = message.unwrap_or_default(), "a request panicked");
    Problem::INTERNAL.into_response()
}
