use super::private_json::private_json;
use crate::{
    input::{JsonBody, QueryParams},
    middleware::auth::CurrentViewer,
    openapi::errors::{ClientIdReused, Invalid, InvalidBody, NotFound, RateLimited, WrongRole},
    problem::Problem,
    state::AppState,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use model::{Inbox, Message, MessageInput, Role};
use serde::Serialize;
use services::{Viewer, messages::SendOutcome};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(get_inbox, send_message))
        .routes(routes!(get_talent_inbox, send_talent_message))
        .routes(routes!(get_organizer_inbox, send_organizer_message))
}

type ApiResult = Result<Response, Problem>;

#[derive(Serialize, ToSchema)]
struct SendMessageResponse {
    message: Message,
}

/// List your conversations
///
/// Returns up to 30 conversations of your inbox, the most recently active first. To keep the list up to date, pass
/// `cursor` of the first page to the event stream.
#[utoipa::path(get, path = "/messages", tag = "Messages",
    params(("page" = Option<String>, Query, description = "The `nextPage` of the previous page.")),
    responses((status = 200, description = "A page of conversations.", body = Inbox), Invalid))]
async fn get_inbox(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    query: QueryParams,
) -> ApiResult {
    load_inbox(state, viewer, query).await
}

/// List your conversations as talent
///
/// The same as `GET /api/messages`, but only for talent: organisers get `wrong_role`.
#[utoipa::path(get, path = "/talent/messages", tag = "Messages",
    params(("page" = Option<String>, Query, description = "The `nextPage` of the previous page.")),
    responses((status = 200, description = "A page of conversations.", body = Inbox), Invalid, WrongRole))]
async fn get_talent_inbox(State(state): State<AppState>, signed_in: CurrentViewer, query: QueryParams) -> ApiResult {
    load_inbox(state, signed_in.require_role(Role::Talent)?, query).await
}

/// List your conversations as organiser
///
/// The same as `GET /api/messages`, but only for organisers: talent get `wrong_role`.
#[utoipa::path(get, path = "/organizer/messages", tag = "Messages",
    params(("page" = Option<String>, Query, description = "The `nextPage` of the previous page.")),
    responses((status = 200, description = "A page of conversations.", body = Inbox), Invalid, WrongRole))]
async fn get_organizer_inbox(State(state): State<AppState>, signed_in: CurrentViewer, query: QueryParams) -> ApiResult {
    load_inbox(state, signed_in.require_role(Role::Organizer)?, query).await
}

/// Send a message
///
/// Sends a message in one of your conversations; the other person gets an event and a notification. A retry with the
/// same `clientId` returns the first message. By default a person may send 300 messages per minute.
#[utoipa::path(post, path = "/messages", tag = "Messages", request_body = MessageInput,
    responses(
        (status = 201, description = "The new message.", body = SendMessageResponse),
        (status = 200, description = "The message that this `clientId` sent before.", body = SendMessageResponse),
        InvalidBody, ClientIdReused, NotFound, RateLimited,
    ))]
async fn send_message(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    JsonBody(input): JsonBody<MessageInput>,
) -> ApiResult {
    post_message(state, viewer, input).await
}

/// Send a message as talent
///
/// The same as `POST /api/messages`, but only for talent: organisers get `wrong_role`.
#[utoipa::path(post, path = "/talent/messages", tag = "Messages", request_body = MessageInput,
    responses(
        (status = 201, description = "The new message.", body = SendMessageResponse),
        (status = 200, description = "The message that this `clientId` sent before.", body = SendMessageResponse),
        InvalidBody, ClientIdReused, NotFound, RateLimited, WrongRole,
    ))]
async fn send_talent_message(
    State(state): State<AppState>,
    signed_in: CurrentViewer,
    JsonBody(input): JsonBody<MessageInput>,
) -> ApiResult {
    post_message(state, signed_in.require_role(Role::Talent)?, input).await
}

/// Send a message as organiser
///
/// The same as `POST /api/messages`, but only for organisers: talent get `wrong_role`.
#[utoipa::path(post, path = "/organizer/messages", tag = "Messages", request_body = MessageInput,
    responses(
        (status = 201, description = "The new message.", body = SendMessageResponse),
        (status = 200, description = "The message that this `clientId` sent before.", body = SendMessageResponse),
        InvalidBody, ClientIdReused, NotFound, RateLimited, WrongRole,
    ))]
async fn send_organizer_message(
    State(state): State<AppState>,
    signed_in: CurrentViewer,
    JsonBody(input): JsonBody<MessageInput>,
) -> ApiResult {
    post_message(state, signed_in.require_role(Role::Organizer)?, input).await
}

async fn load_inbox(state: AppState, viewer: Viewer, query: QueryParams) -> ApiResult {
    Ok(private_json(state.greenroom.load_inbox(&viewer, query.get("page")).await?))
}

async fn post_message(state: AppState, viewer: Viewer, input: MessageInput) -> ApiResult {
    let posted = state.greenroom.send_message(&viewer, input.parse()?).await?;
    let status = match posted {
        SendOutcome::New(_) => StatusCode::CREATED,
        SendOutcome::Duplicate(_) => StatusCode::OK,
    };
    Ok((status, private_json(SendMessageResponse { message: posted.into_message() })).into_response())
}
