use crate::{openapi, state::AppState};
use axum::response::{IntoResponse, Response};
use http::header;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_openapi))
}

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "Site", security(()),
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)))]
async fn get_openapi() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, openapi::CACHE_CONTROL)];
    (headers, openapi::JSON.as_str()).into_response()
}
