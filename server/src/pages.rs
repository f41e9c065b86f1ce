//! Server-rendered pages, server functions and static files, with the middleware that only they need.

use crate::{
    form_flash, form_referer, middleware::security_headers, page_html, page_owner, problem::Problem,
    request_target::is_server_fn, settings::Config, state::AppState,
};
use app::{
    App, components::SPRITE_VERSION, owner::PageOwner, page_time_zone::PageTimeZone, paths, refused_form::RefusedForm,
    request_error::RequestError, shell, ssr::RequestContext,
};
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
use model::ApiError;
use services::Viewer;
use std::any::Any;
use tower_http::services::ServeDir;

/// `bin/build` leaves this file beside the program: the hashes in the names of the site's files.
const HASH_FILE: &str = "hash.txt";

const CACHED_FOR_A_YEAR: &str = "public, max-age=31536000, immutable";

/// Returns Leptos's options. `LEPTOS_WATCH`, which cargo-leptos sets, selects development mode. The names of a
/// development build contain no hashes, even if a file of an earlier build has some.
pub(crate) fn leptos_options(settings: &Config) -> LeptosOptions {
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(HASH_FILE)));
    let developing = std::env::var_os("LEPTOS_WATCH").is_some();
    LeptosOptions::builder()
        .output_name("greenroom")
        .site_root(settings.site_root.to_string_lossy().as_ref())
        .site_addr(settings.addr)
        .env(if developing { Env::DEV } else { Env::PROD })
        .hash_files(!developing && beside.is_some_and(|file| file.exists()))
        .build()
}

/// Builds the router of all pages, server functions and files.
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
        .layer(middleware::from_fn_with_state(state.clone(), form_flash::keep_form_values))
        .layer(middleware::from_fn(page_owner::check_page_owner))
        .layer(middleware::from_fn(require_form_content_type))
        .layer(middleware::from_fn(auth_redirect))
        .layer(middleware::from_fn_with_state(state.clone(), form_referer::restrict_referer));
    let files = ServeDir::new(format!("{}/{}", options.site_root, options.site_pkg_dir));
    let files = Router::new()
        .nest_service("/pkg", files.precompressed_br().precompressed_gzip())
        .layer(middleware::from_fn(cache_built_file));
    let fallback = file_and_error_handler_with_context::<LeptosOptions, _>(provide, shell);
    let all = pages.merge(files).fallback(fallback.layer(middleware::from_fn(cache_public_file)));
    all.layer(middleware::from_fn(page_html::correct_pages))
        .layer(middleware::from_fn_with_state(reload_port, security_headers::add_page_policy))
        .with_state(options)
}

/// Returns a function that provides the context of pages and server functions: the services and the cookie; for pages
/// also their owner, their time zone, the values of a refused form, and the nonce of their Content-Security-Policy.
fn context_provider(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let (greenroom, cookie) = (state.greenroom.clone(), state.cookie);
    move || {
        provide_context(greenroom.clone());
        provide_context(cookie);
        let Some(parts) = use_context::<Parts>() else { return };
        parts.extensions.get::<Nonce>().cloned().into_iter().for_each(provide_context);
        parts.extensions.get::<RefusedForm>().cloned().into_iter().for_each(provide_context);
        let viewer = parts.extensions.get::<RequestContext>().and_then(|context| context.viewer.as_ref());
        provide_context(PageOwner(viewer.map(Viewer::id)));
        // The answer of a server function shows no time, and six years of a zone's rules take a while to walk.
        if is_server_fn(&parts.uri) {
            return;
        }
        let (zone, rendered_at) = (greenroom.time_zone_of(viewer), greenroom.now());
        let (name, offsets) = (Some(zone.name().clone()), zone.offsets_around(rendered_at));
        provide_context(PageTimeZone { name, offsets, rendered_at });
    }
}

/// Redirects signed-out people to the sign-in page, and signed-in people from the home, sign-in, registration and
/// password-reset pages to their inbox. A convenience only: the services check the permissions.
async fn auth_redirect(request: Request, next: Next) -> Response {
    let mut response = match redirect_target(&request) {
        Some(path) => Redirect::to(&path).into_response(),
        None => next.run(request).await,
    };
    // A cached page must not be shown to another person, nor an outdated one to the same person.
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
        (false, path) if !paths::is_public(path) => Some(paths::sign_in_path_to(&form_flash::without_error(uri))),
        _ => None,
    }
}

/// Refuses other content types: Leptos parses any body as a form, even `text/plain`, which another site's page may send
/// without a CORS preflight.
async fn require_form_content_type(request: Request, next: Next) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form = kind.split(';').next().is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded");
    if is_server_fn(request.uri()) && request.method() == Method::POST && !is_form {
        return Problem::WRONG_CONTENT_TYPE.into_response();
    }
    next.run(request).await
}

/// Corrects the status of failed server functions: Leptos answers all errors with 500.
async fn fix_server_fn_status(request: Request, next: Next) -> Response {
    let is_server_fn = is_server_fn(request.uri());
    let response = next.run(request).await;
    if !is_server_fn || response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    match serde_json::from_slice(&body) {
        Ok(RequestError::Refused(error)) => parts.status = app::ssr::error_status(&error),
        Ok(RequestError::Network | RequestError::TimedOut) => parts.status = StatusCode::BAD_REQUEST,
        Err(_) => {}
    }
    Response::from_parts(parts, Body::from(body))
}

fn next_path(uri: &Uri) -> String {
    let pairs: Option<axum::extract::Query<Vec<(String, String)>>> = axum::extract::Query::try_from_uri(uri).ok();
    let next = pairs.and_then(|pairs| pairs.0.into_iter().find(|(name, _)| name == "next"));
    next.and_then(|(_, path)| paths::same_site_path(&path).map(str::to_owned)).unwrap_or_else(|| "/inbox".to_owned())
}

/// Lets browsers cache a built file for a year if its name contains a hash of its content. A file of a development
/// build keeps its name when its content changes.
async fn cache_built_file(request: Request, next: Next) -> Response {
    let value = if is_hashed(request.uri().path()) { CACHED_FOR_A_YEAR } else { "no-cache" };
    let mut response = next.run(request).await;
    if response.status() == StatusCode::OK {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    }
    response
}

/// Whether a file's name contains a hash, as in `greenroom.Kkcc24o4NDgGUqmcdKCaKQ.css`. Without hashes, the name of
/// Leptos's chunk loader has underscores in its place.
fn is_hashed(path: &str) -> bool {
    let mut parts = path.rsplit('/').next().unwrap_or_default().rsplit('.').skip(1);
    let hash = parts.next().unwrap_or_default();
    parts.next().is_some() && hash.contains(|character| character != '_')
}

/// Keeps caches from storing a 404: the file may exist after the next deployment. Lets browsers cache the icons for a
/// year if their URL names this build's version; a page of another build may ask for another one.
async fn cache_public_file(request: Request, next: Next) -> Response {
    let version = SPRITE_VERSION.to_string();
    let is_versioned = request.uri().path() == "/icons.svg" && request.uri().query() == Some(&version);
    let mut response = next.run(request).await;
    let value = match response.status() {
        StatusCode::NOT_FOUND => "no-store",
        StatusCode::OK if is_versioned => CACHED_FOR_A_YEAR,
        _ => return response,
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    response
}

/// Logs a handler's panic and answers with 500.
pub(crate) fn handle_panic(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = message.unwrap_or_default(), "a request panicked");
    Problem::from(ApiError::Internal).into_response()
}
