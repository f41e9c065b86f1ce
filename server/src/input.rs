//! Extractors of the REST API. Invalid input becomes a [`Problem`], never a panic or an HTML page.

use crate::problem::Problem;
use axum::{
    RequestExt,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::PathRejection},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, request::Parts};
use model::{ApiError, FieldError};
use serde::de::DeserializeOwned;
use std::{collections::HashMap, str::FromStr};

/// Extracts a JSON body. Ignores unknown keys, so that clients may be newer than the server.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + 'static> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::WRONG_CONTENT_TYPE);
        }
        parse_json(&read_body(request).await?).map(Self)
    }
}

/// Extracts a body that is either JSON or a URL-encoded form.
pub(crate) struct JsonOrForm<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + 'static> FromRequest<S> for JsonOrForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if is_json(request.headers()) {
            return parse_json(&read_body(request).await?).map(Self);
        }
        if media_type(request.headers()) != "application/x-www-form-urlencoded" {
            return Err(Problem::WRONG_CONTENT_TYPE);
        }
        let parsed = request.extract::<axum::Form<T>, _>().await;
        parsed.map(|axum::Form(value)| Self(value)).map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::TOO_LARGE,
            _ => Problem::MALFORMED_FORM,
        })
    }
}

/// Extracts an id from the path. An id that can't be parsed gets the same 404 as one that doesn't exist.
pub(crate) struct PathId<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr + Send> FromRequestParts<S> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, state).await;
        let id = text.ok().and_then(|Path(text)| text.parse().ok());
        Ok(id.map(Self).ok_or(ApiError::NotFound)?)
    }
}

/// Extracts the query parameters. A query that can't be parsed counts as empty.
pub(crate) struct QueryParams(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for QueryParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Ok(Self(Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default()))
    }
}

impl QueryParams {
    /// Returns a parameter's decoded text, without further parsing.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Parses an optional parameter; fails with a [`Problem`] that names it if it is present and invalid.
    pub(crate) fn parse<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let parsed = self.get(name).map(|text| text.parse().map_err(|_| Problem::for_field(name, FieldError::Invalid)));
        parsed.transpose()
    }
}

async fn read_body(request: Request) -> Result<Bytes, Problem> {
    request.extract::<Bytes, _>().await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TOO_LARGE,
        _ => Problem::UNREADABLE_BODY,
    })
}

/// Distinguishes text that isn't JSON (`malformed_json`) from JSON of another shape, where the field is named.
fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| Problem::MALFORMED_JSON)?;
    // Serde would also accept an array and assign its items to the fields by position.
    if !value.is_object() {
        return Err(Problem::for_field("body", FieldError::Invalid));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        Problem::for_field(if path == "." { "body" } else { &path }, FieldError::Invalid)
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/json"
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
