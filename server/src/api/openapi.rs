use crate::{openapi, state::AppState};
use axum::response::{IntoResponse, Response};
use http::header;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_openapi))
}

/// Get this document
///
/// Returns the description of this API for programs, the same on all sites of this version. `/api/docs` shows it as a
/// page.
#[utoipa::path(get, path = "/openapi.json", tag = "Site", security(()),
    responses((status = 200, description = "An OpenAPI 3.1 document.", body = Object)))]
async fn get_openapi() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, openapi::CACHE_CONTROL)];
    (headers, openapi::JSON.as_str()).into_response()
}
