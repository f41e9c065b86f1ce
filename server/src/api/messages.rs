use super::private;
use crate::{
    input::{JsonBody, Pairs},
    middleware::auth::CurrentViewer,
    openapi::errors::{BodyAtFault, ClientIdReused, Invalid, NotFound, RateLimited, WrongRole},
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
        .routes(routes!(inbox, send))
        .routes(routes!(talent_inbox, talent_send))
        .routes(routes!(organizer_inbox, organizer_send))
}

type Answer = Result<Response, Problem>;

#[derive(Serialize, ToSchema)]
struct Sent {
    message: Message,
}

/// Your conversations
#[utoipa::path(get, path = "/messages", tag = "Messages",
    params(("page" = Option<String>, Query, description = "The `nextPage` of the page before.")),
    responses((status = 200, description = "Newest first, a page of them.", body = Inbox), Invalid))]
async fn inbox(State(state): State<AppState>, CurrentViewer(viewer): CurrentViewer, query: Pairs) -> Answer {
    inbox_of(state, viewer, query).await
}

/// A talent's conversations
///
/// The same as `/api/messages`. For talent.
#[utoipa::path(get, path = "/talent/messages", tag = "Messages",
    params(("page" = Option<String>, Query, description = "The `nextPage` of the page before.")),
    responses((status = 200, description = "Newest first, a page of them.", body = Inbox), Invalid, WrongRole))]
async fn talent_inbox(State(state): State<AppState>, signed_in: CurrentViewer, query: Pairs) -> Answer {
    inbox_of(state, signed_in.require_role(Role::Talent)?, query).await
}

/// An organizer's conversations
///
/// The same as `/api/messages`. For organizers.
#[utoipa::path(get, path = "/organizer/messages", tag = "Messages",
    params(("page" = Option<String>, Query, description = "The `nextPage` of the page before.")),
    responses((status = 200, description = "Newest first, a page of them.", body = Inbox), Invalid, WrongRole))]
async fn organizer_inbox(State(state): State<AppState>, signed_in: CurrentViewer, query: Pairs) -> Answer {
    inbox_of(state, signed_in.require_role(Role::Organizer)?, query).await
}

/// Send a message
///
/// Sent again with the same `clientId`, it is the same message.
#[utoipa::path(post, path = "/messages", tag = "Messages", request_body = MessageInput,
    responses(
        (status = 201, description = "Sent.", body = Sent),
        (status = 200, description = "Sent before.", body = Sent),
        BodyAtFault, ClientIdReused, NotFound, RateLimited,
    ))]
async fn send(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    JsonBody(input): JsonBody<MessageInput>,
) -> Answer {
    send_as(state, viewer, input).await
}

/// Send a message as talent
///
/// The same as `/api/messages`.
#[utoipa::path(post, path = "/talent/messages", tag = "Messages", request_body = MessageInput,
    responses(
        (status = 201, description = "Sent.", body = Sent),
        (status = 200, description = "Sent before.", body = Sent),
        BodyAtFault, ClientIdReused, NotFound, RateLimited, WrongRole,
    ))]
async fn talent_send(
    State(state): State<AppState>,
    signed_in: CurrentViewer,
    JsonBody(input): JsonBody<MessageInput>,
) -> Answer {
    send_as(state, signed_in.require_role(Role::Talent)?, input).await
}

/// Send a message as organizer
///
/// The same as `/api/messages`.
#[utoipa::path(post, path = "/organizer/messages", tag = "Messages", request_body = MessageInput,
    responses(
        (status = 201, description = "Sent.", body = Sent),
        (status = 200, description = "Sent before.", body = Sent),
        BodyAtFault, ClientIdReused, NotFound, RateLimited, WrongRole,
    ))]
async fn organizer_send(
    State(state): State<AppState>,
    signed_in: CurrentViewer,
    JsonBody(input): JsonBody<MessageInput>,
) -> Answer {
    send_as(state, signed_in.require_role(Role::Organizer)?, input).await
}

async fn inbox_of(state: AppState, viewer: Viewer, query: Pairs) -> Answer {
    Ok(private(state.greenroom.load_inbox(&viewer, query.text("page")).await?))
}

async fn send_as(state: AppState, viewer: Viewer, input: MessageInput) -> Answer {
    let posted = state.greenroom.send_message(&viewer, input.parse()?).await?;
    let status = match posted {
        SendOutcome::New(_) => StatusCode::CREATED,
        SendOutcome::Duplicate(_) => StatusCode::OK,
    };
    Ok((status, private(Sent { message: posted.into_message() })).into_response())
}
